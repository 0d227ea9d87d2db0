"""Functions that a file spells out in several operations, rewritten to the one operation that computes them.

A rule looks at a step and at what it reads; what it takes the place of must be read nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod
from typing import NamedTuple

from designer.graph import operations as op
from designer.graph.operations import Operation
from designer.graph.tensor import TensorSpec
from designer.importing.functions import with_functions_known
from designer.importing.network import Array, Network, NetworkStep


class _Match(NamedTuple):
    """A spelled-out function.

    Attributes:
        rule: Its name, for people.
        operation: What computes it.
        inputs: What that takes.
        gone: Results of the steps that it takes the place of, besides the last.
        weights: What it keeps.
    """

    rule: str
    operation: Operation
    inputs: tuple[str, ...]
    gone: tuple[str, ...]
    weights: Mapping[str, Array]


class _Surroundings(NamedTuple):
    """What a rule may ask.

    Attributes:
        made_by: The step that makes a tensor, by the tensor's name.
        specs: Shapes by the tensor's name.
    """

    made_by: Mapping[str, NetworkStep]
    specs: Mapping[str, TensorSpec]


_Rule = Callable[[NetworkStep, _Surroundings], _Match | None]


def rewritten(network: Network, specs: Mapping[str, TensorSpec]) -> Network:
    """The network with spelled-out functions as one operation each.

    Args:
        network: What was read.
        specs: The shape of every tensor by its name.
    """
    steps = list(with_functions_known(network).steps)
    for rule in _RULES:
        steps = _applied(rule, steps, network, specs)
    return replace(network, steps=tuple(steps))


def _applied(
    rule: _Rule, steps: list[NetworkStep], network: Network, specs: Mapping[str, TensorSpec]
) -> list[NetworkStep]:
    made_by = {name: step for step in steps for name in step.results}
    read: dict[str, int] = {}
    for name in (*(name for step in steps for name in step.inputs), *(each.tensor for each in network.outputs)):
        read[name] = read.get(name, 0) + 1
    around = _Surroundings(made_by, specs)
    replaced: dict[str, NetworkStep] = {}
    gone: set[str] = set()
    for step in steps:
        found = rule(step, around)
        if found is None or any(read[name] > 1 for name in found.gone):
            continue
        # What an earlier match took or made is no part of this one.
        if gone.intersection((*found.gone, *found.inputs)) or any(name in replaced for name in found.gone):
            continue
        parts = [*(made_by[name] for name in found.gone), step]
        gone |= set(found.gone)
        replaced[step.results[0]] = NetworkStep(
            found.operation,
            found.inputs,
            step.results,
            found.weights,
            tuple(origin for part in parts for origin in part.origins),
            (*(each for part in parts for each in part.rules), found.rule),
        )
    kept = [step for step in steps if step.results[0] not in gone]
    return [replaced.get(step.results[0], step) for step in kept]


def _channel_shuffle(step: NetworkStep, around: _Surroundings) -> _Match | None:
    """N×C×H×W as N×g×(C/g)×H×W or N×g×(C/g)×(H·W), the two turned round, and laid out as N×C×H×W again."""
    turned = around.made_by.get(step.inputs[0])
    if not isinstance(step.operation, op.Reshape) or turned is None or turned.operation not in _DEALT:
        return None
    parted = around.made_by.get(turned.inputs[0])
    if parted is None or not isinstance(parted.operation, op.Reshape):
        return None
    before, groups = around.specs[parted.inputs[0]], around.specs[parted.results[0]].shape[1]
    if around.specs[step.results[0]].shape != before.shape or not before.is_map:
        return None
    if prod(around.specs[parted.results[0]].shape[3:]) != prod(before.shape[2:]):
        return None
    if around.specs[parted.results[0]].shape[1:3] != (groups, before.channels // groups):
        return None
    gone = (parted.results[0], turned.results[0])
    return _Match("channel shuffle", op.ChannelShuffle(groups), parted.inputs, gone, {})


def _norm_of_map(step: NetworkStep, around: _Surroundings) -> _Match | None:
    """A layer norm over the channels of a map that was turned to N×H×W×C for it and back."""
    normed = around.made_by.get(step.inputs[0])
    if step.operation != op.Permute((0, 3, 1, 2)) or normed is None or not isinstance(normed.operation, op.LayerNorm):
        return None
    turned = around.made_by.get(normed.inputs[0])
    if turned is None or turned.operation != op.Permute((0, 2, 3, 1)) or normed.operation.axis != -1:
        return None
    if not around.specs[turned.inputs[0]].is_map:
        return None
    gone = (turned.results[0], normed.results[0])
    return _Match("layer norm of a map", replace(normed.operation, axis=1), turned.inputs, gone, normed.weights)


def _spelled_batch_norm(step: NetworkStep, around: _Surroundings) -> _Match | None:
    """A factor a channel and a number added to each: a batch norm whose statistics are worked into both."""
    scaled = around.made_by.get(step.inputs[0])
    if not isinstance(step.operation, op.BatchNorm) or step.operation.eps or scaled is None:
        return None
    if not isinstance(scaled.operation, op.LayerScale) or scaled.operation.axis != 1:
        return None
    weights = {**step.weights, "weight": scaled.weights["weight"]}
    return _Match("batch norm", step.operation, scaled.inputs, (scaled.results[0],), weights)


def _product_with_transposed(step: NetworkStep, around: _Surroundings) -> _Match | None:
    """A matrix product whose second factor has its rows and columns changed about before."""
    if step.operation != op.MatrixProduct():
        return None
    turned = around.made_by.get(step.inputs[1])
    rank = len(around.specs[step.inputs[1]].shape)
    if turned is None or turned.operation != op.Permute((*range(rank - 2), rank - 1, rank - 2)):
        return None
    inputs = (step.inputs[0], *turned.inputs)
    return _Match("product with a transposed matrix", op.MatrixProduct(transposed=True), inputs, turned.results, {})


_ROUNDED = 1e-6
_DEALT = (op.Permute((0, 2, 1, 3, 4)), op.Permute((0, 2, 1, 3)))

_RULES: tuple[_Rule, ...] = (
    _spelled_batch_norm,
    _channel_shuffle,
    _product_with_transposed,
    _norm_of_map,
)
