"""Batch norms computed into the convolutions before them: the same numbers from fewer instructions.

Works on the program and its weights, so that modules and files that are made from a program can all be folded. When
running, a batch norm is y = γ·(x − μ)/√(σ² + ε) + β; after a convolution that is a convolution whose filters are scaled
by γ/√(σ² + ε) and whose bias is (b − μ)·γ/√(σ² + ε) + β (Jacob et al. 2018, sec. 3.2). Knows no ONNX.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from designer.analysis.program import Instruction, Program
from designer.analysis.program_folding import foldable_norms, without_norms
from designer.export.names import state_key
from designer.graph.design import NodePath
from designer.graph.operations import BatchNorm

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
    pairs = foldable_norms(program)
    state = dict(weights)
    into: dict[NodePath, NodePath] = {}
    for convolution, norm in pairs.items():
        before, after = program.instructions[convolution], program.instructions[norm]
        _compute_into(state, before, after)
        into[after.path] = before.path
    return Folded(without_norms(program, pairs), state, into)


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
