"""What a design computes whatever its nodes are called, to hold against what came back from a file of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, NamedTuple

from designer.analysis.analysis import analyse
from designer.analysis.program import Program, program_of
from designer.graph import operations as op
from designer.graph.design import Design
from designer.graph.operations import Operation
from designer.graph.tensor import TensorSpec

_NOTHING = (op.Identity, op.Dropout, op.DropPath)
"""What does nothing when running, so that files need not have it."""

_ANY_ORDER = (op.Add, op.Multiply)


class Computed(NamedTuple):
    """A design without its names.

    Attributes:
        operations: How often each operation stands there, with all that leads to it.
        outputs: What each output is, in order.
        words: The operations in words, for who looks at a difference.
    """

    operations: Counter[int]
    outputs: tuple[int, ...]
    words: Counter[str]


_LAYOUTS = (op.Reshape, op.Flatten, op.Squeeze)
"""The same elements in the same order under other dimensions."""


def computed(design: Design) -> Computed:
    """What a design computes: every operation by what it is and what it reads, through blocks and groups."""
    return computed_by(program_of(analyse(design)))


def computed_by(program: Program) -> Computed:
    """What a program computes."""
    marks: dict[int, int] = {value: hash(("input", index)) for index, value in enumerate(program.whole.inputs)}
    found: Counter[int] = Counter()
    words: Counter[str] = Counter()
    laid_out: dict[int, tuple[str, int]] = {}
    for instruction in program.instructions:
        operation = instruction.step.operation
        reads = [marks[value] for value in instruction.sources]
        if isinstance(operation, _NOTHING) or _does_nothing(
            operation, program, instruction.sources, instruction.targets
        ):
            marks[instruction.target] = reads[0]
            continue
        if isinstance(operation, _ANY_ORDER):
            reads.sort()
        said = _said(operation, program.specs[instruction.sources[0]], program.specs[instruction.target])
        if isinstance(operation, op.Mean) and operation.axes == (2, 3) and not operation.keep:
            # A global pool with a map of one position laid out as a vector.
            reads = [hash((said, tuple(reads)))]
            found[reads[0]] += 1
            words[said] += 1
            said = f"laid out as {program.specs[instruction.target].shape}"
        is_layout = isinstance(operation, _LAYOUTS)
        if is_layout and reads[0] in laid_out:  # two in a row are one: a source has to write some of them as two
            before, read = laid_out[reads[0]]
            found[reads[0]] -= 1
            words[before] -= 1
            reads = [read]
        mark = hash((said, tuple(reads)))
        if is_layout:
            laid_out[mark] = (said, reads[0])
        found[mark] += 1
        words[said] += 1
        for index, value in enumerate(instruction.targets):
            marks[value] = hash((mark, index)) if index else mark
    return Computed(found, tuple(marks[value] for value in program.whole.outputs), words)


def _does_nothing(operation: Operation, program: Program, sources: Sequence[int], targets: Sequence[int]) -> bool:
    """Whether it only gives another view of what has that shape already."""
    before, after = program.specs[sources[0]], program.specs[targets[0]]
    return operation.is_view and len(targets) == 1 and before.shape == after.shape


def _said(operation: Operation, read: TensorSpec, made: TensorSpec) -> str:
    """An operation in words, without what no file states: what only training reads, and what a padding is meant for."""
    if isinstance(operation, _LAYOUTS):
        return f"laid out as {made.shape}"
    if isinstance(operation, (op.MaxPool, op.AveragePool)):
        operation = replace(operation, pads=operation.full_pads(read), ceil_mode=False)
    if isinstance(operation, op.Mean) and operation.axes == (2, 3) and len(read.shape) == 4:
        return _said(op.GlobalAveragePool(), read, made)
    if isinstance(operation, op.BatchNorm):
        operation = replace(operation, momentum=0.1)
    if isinstance(operation, op.LayerScale):
        operation = replace(operation, start=1.0)
    assert is_dataclass(operation) or not fields_of(operation)
    stated = {name: value for name, value in fields_of(operation).items() if name != "padding"}
    return f"{operation.title}({', '.join(f'{name}={_rounded(value)}' for name, value in stated.items())})"


def fields_of(operation: Operation) -> dict[str, Any]:
    """What an operation states."""
    return {each.name: getattr(operation, each.name) for each in fields(operation)} if is_dataclass(operation) else {}


def _rounded(value: Any) -> Any:
    """A number as a file of 32 bits keeps it."""
    if isinstance(value, tuple):
        return tuple(map(_rounded, value))
    return f"{value:.6g}" if isinstance(value, float) else value
