"""Batch norms computed into the convolutions before them: the same numbers from fewer instructions.

Works on the program and its weights, so that modules and files that are made from a program can all be folded. When
running, a batch norm is y = γ·(x − μ)/√(σ² + ε) + β; after a convolution that is a convolution whose filters are scaled
by γ/√(σ² + ε) and whose bias is (b − μ)·γ/√(σ² + ε) + β (Jacob et al. 2018, sec. 3.2). Knows no ONNX.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from designer.export.names import state_key
from designer.graph.design import NodePath
from designer.graph.operations import BatchNorm, Convolution
from designer.runtime.compile.program import Instruction, Program, Stretch, Value

_KEPT = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")


@dataclass(frozen=True)
class Folded:
    """A program without the batch norms that could be folded, and the weights it has now.

    Attributes:
        program: What is left to compute; a folded convolution has a bias.
        weights: By key of the state dict; those of folded batch norms are gone.
        into: By path of each folded batch norm, the convolution that computes it now.
    """

    program: Program
    weights: Mapping[str, Tensor]
    into: Mapping[NodePath, NodePath]


def fold(program: Program, weights: Mapping[str, Tensor]) -> Folded:
    """Fold every batch norm that alone reads a convolution; the sums are done in float64.

    A convolution that something else reads as well, or that leaves a block or the design, keeps its batch norm.

    Args:
        program: What is computed.
        weights: The module's state dict, in float32; left as it is.
    """
    pairs = _foldable(program)
    state = dict(weights)
    into: dict[NodePath, NodePath] = {}
    carried: dict[Value, Value] = {}
    for convolution, norm in pairs.items():
        before, after = program.instructions[convolution], program.instructions[norm]
        _compute_into(state, before, after)
        carried[after.target] = before.target
        into[after.path] = before.path
    return Folded(_without(program, pairs, carried), state, into)


def _foldable(program: Program) -> dict[int, int]:
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


def _compute_into(state: dict[str, Tensor], convolution: Instruction, norm: Instruction) -> None:
    key, norm_key = state_key(convolution.path), state_key(norm.path)
    scale, shift, mean, variance = (state[f"{norm_key}.{name}"].double() for name in _KEPT[:4])
    operation = norm.step.operation
    assert isinstance(operation, BatchNorm)  # of the pairs that were found
    factor = scale / torch.sqrt(variance + operation.eps)
    weight = state[f"{key}.weight"]
    bias = state.get(f"{key}.bias")
    moved = -mean if bias is None else bias.double() - mean
    folded_weight = (weight.double() * factor[:, None, None, None]).to(weight.dtype)
    folded_bias = (moved * factor + shift).to(weight.dtype)
    for name in _KEPT:
        state.pop(f"{norm_key}.{name}", None)
    state[f"{key}.weight"], state[f"{key}.bias"] = folded_weight, folded_bias


def _without(program: Program, pairs: Mapping[int, int], carried: Mapping[Value, Value]) -> Program:
    """The program with the convolutions of the pairs biased and their batch norms left out."""
    gone = set(pairs.values())

    def now(value: Value) -> Value:
        return carried.get(value, value)

    kept: list[Instruction] = []
    place: list[int] = []  # by old index, how many are kept before it
    for index, instruction in enumerate(program.instructions):
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
