"""What a runtime makes of a program before it runs: batch norms gone into convolutions, clips into what comes before.

Which norms and which clips these are follows from the program alone. Weights are folded elsewhere, by the same pairs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from designer.analysis.program import Instruction, Program, Stretch, Value
from designer.graph.operations import Add, BatchNorm, Convolution, Linear, Operation, Relu, Relu6

CLIPPERS: tuple[type[Operation], ...] = (Convolution, Linear, Add)
"""Operations that can clip what they make themselves, in LiteRT's kernels."""

CLIPS: tuple[type[Operation], ...] = (Relu, Relu6)
"""Activations that are such clips."""


def foldable_norms(program: Program) -> dict[int, int]:
    """By index of a convolution's instruction, that of the batch norm which alone reads it."""
    makers = {instruction.target: index for index, instruction in enumerate(program.instructions)}
    readers = Counter(value for instruction in program.instructions for value in instruction.sources)
    leaving = {value for stretch in program.stretches for value in stretch.outputs}
    found = {}
    for index, instruction in enumerate(program.instructions):
        if not isinstance(instruction.step.operation, BatchNorm):
            continue
        source = instruction.sources[0]
        maker = makers.get(source)
        if maker is None or not isinstance(program.instructions[maker].step.operation, Convolution):
            continue
        if readers[source] == 1 and source not in leaving:
            found[maker] = index
    return found


def without_norms(program: Program, pairs: Mapping[int, int]) -> Program:
    """The program with the convolutions of the pairs biased and their batch norms left out."""
    gone = set(pairs.values())
    instructions = program.instructions
    carried = {instructions[norm].target: instructions[maker].target for maker, norm in pairs.items()}

    def now(value: Value) -> Value:
        return carried.get(value, value)

    kept: list[Instruction] = []
    place: list[int] = []  # by old index, how many are kept before it
    for index, instruction in enumerate(instructions):
        place.append(len(kept))
        if index in gone:
            continue
        if index in pairs:
            instruction = _biased(instruction)
        kept.append(replace(instruction, sources=tuple(map(now, instruction.sources))))
    place.append(len(kept))
    stretches = [
        Stretch(
            stretch.path,
            place[stretch.start],
            place[stretch.stop],
            tuple(map(now, stretch.inputs)),
            tuple(map(now, stretch.outputs)),
        )
        for stretch in program.stretches
    ]
    specs = {value: spec for value, spec in program.specs.items() if value not in carried}
    return Program(kept, stretches, specs, program.input_paths, program.output_paths, program.values)


def _biased(instruction: Instruction) -> Instruction:
    operation = instruction.step.operation
    assert isinstance(operation, Convolution)  # of the pairs that were found
    return replace(instruction, step=instruction.step._replace(operation=replace(operation, bias=True)))


def fused_clips(program: Program) -> frozenset[int]:
    """Indices of the instructions whose result is clipped by the one that follows, which alone reads it."""
    readers = Counter(value for each in program.instructions for value in each.sources)
    readers.update(program.whole.outputs)
    found = set()
    for index, (before, after) in enumerate(zip(program.instructions, program.instructions[1:], strict=False)):
        if not isinstance(before.step.operation, CLIPPERS) or type(after.step.operation) not in CLIPS:
            continue
        if after.sources == (before.target,) and readers[before.target] == 1:
            found.add(index)
    return frozenset(found)
