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
from designer.importing.network import ADDEND, Array, Foreign, Network, NetworkStep


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
    return _without_nothing(replace(network, steps=tuple(steps)))


def _without_nothing(network: Network) -> Network:
    """The network without what rules left that passes its input on, unless that leaves."""
    leaving = {each.tensor for each in network.outputs}
    called: dict[str, str] = {}
    steps = []
    for step in network.steps:
        inputs = tuple(called.get(name, name) for name in step.inputs)
        is_nothing = step.rules and isinstance(step.operation, op.Identity)
        if is_nothing and step.results[0] not in leaving:
            called[step.results[0]] = inputs[0]
            continue
        steps.append(replace(step, inputs=inputs))
    return replace(network, steps=tuple(steps))


def _applied(
    rule: _Rule, steps: list[NetworkStep], network: Network, specs: Mapping[str, TensorSpec]
) -> list[NetworkStep]:
    made_by = {name: step for step in steps for name in step.results}
    readers: dict[str, set[str]] = {each.tensor: {_OUTSIDE} for each in network.outputs}
    for step in steps:
        for name in step.inputs:
            readers.setdefault(name, set()).add(step.results[0])
    around = _Surroundings(made_by, specs)
    replaced: dict[str, NetworkStep] = {}
    gone: set[str] = set()
    for step in steps:
        found = rule(step, around)
        if found is None:
            continue
        inside = {made_by[name].results[0] for name in found.gone} | {step.results[0]}
        if any(not readers.get(name, set()) <= inside for name in found.gone):
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


_OUTSIDE = ""
"""Who reads what leaves the network."""


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


def _layer_norm(step: NetworkStep, around: _Surroundings) -> _Match | None:
    """(x − mean)/√(variance + ε) along a dimension, scaled and shifted a channel, in operators of their own."""
    shift = _shift_of(step)
    scaled = around.made_by.get(step.inputs[0]) if shift is not None else None
    if scaled is None or not isinstance(scaled.operation, op.LayerScale):
        return None
    normed = around.made_by.get(scaled.inputs[0])
    if normed is None or normed.operation != op.Divide():
        return None
    centred, spread = (around.made_by.get(name) for name in normed.inputs)
    inner = _chain_before(spread, around, 4)
    if centred is None or centred.operation != op.Subtract() or inner is None:
        return None
    root, raised, variance, squared = inner
    mean = around.made_by.get(centred.inputs[1])
    x, c, axis = centred.inputs[0], centred.results[0], scaled.operation.axis
    alike = op.Mean((axis,), keep=True)
    if not isinstance(root.operation, Foreign) or root.operation.operator.lower() != "sqrt":
        return None
    if not isinstance(raised.operation, op.ScalarAdd) or raised.operation.addend <= 0 or variance.operation != alike:
        return None
    if squared.operation != op.Multiply() or squared.inputs != (c, c):
        return None
    if mean is None or mean.operation != alike or mean.inputs != (x,):
        return None
    spec = around.specs[x]
    if axis != spec.channel_axis or not (spec.is_map or spec.has_channels_last):
        return None
    gone = tuple(each.results[0] for each in (mean, centred, squared, variance, raised, root, normed, scaled))
    eps = float(f"{raised.operation.addend:.7g}")  # as it was written before it was a number of 32 bits
    operation = op.LayerNorm(spec.channels, eps, 1 if spec.is_map else -1)
    return _Match("layer norm", operation, (x,), gone, {"weight": scaled.weights["weight"], "bias": shift})


def _bias_of_product(step: NetworkStep, around: _Surroundings) -> _Match | None:
    """A product with a matrix, and a number added to each output: a fully connected layer with a bias."""
    if not isinstance(step.operation, Foreign) or ADDEND not in step.operation.known:
        return None
    product = around.made_by.get(step.inputs[0])
    if product is None or not isinstance(product.operation, op.Linear) or product.operation.bias:
        return None
    weights = {**product.weights, "bias": step.operation.known[ADDEND]}
    operation = replace(product.operation, bias=True)
    return _Match("bias of a fully connected layer", operation, product.inputs, product.results, weights)


def _shift_of(step: NetworkStep) -> Array | None:
    """The numbers that a step adds to each channel, if that is what it does."""
    operation = step.operation
    if isinstance(operation, op.BatchNorm):
        is_shift = not operation.eps and "shift of channels as a batch norm" in step.rules
        return step.weights["bias"] if is_shift else None
    return operation.known.get(ADDEND) if isinstance(operation, Foreign) else None


def _chain_before(step: NetworkStep | None, around: _Surroundings, count: int) -> tuple[NetworkStep, ...] | None:
    """A step and those before it, each the maker of the next one's first tensor."""
    found: list[NetworkStep] = []
    while step is not None and len(found) < count:
        found.append(step)
        step = around.made_by.get(step.inputs[0])
    return tuple(found) if len(found) == count else None


def _permuted_twice(step: NetworkStep, around: _Surroundings) -> _Match | None:
    """Two permutations behind each other: one, or nothing at all."""
    before = around.made_by.get(step.inputs[0])
    if not isinstance(step.operation, op.Permute) or before is None or not isinstance(before.operation, op.Permute):
        return None
    order = tuple(before.operation.order[axis] for axis in step.operation.order)
    is_nothing = order == tuple(sorted(order))
    operation = op.Identity() if is_nothing else op.Permute(order)
    return _Match("permutations joined", operation, before.inputs, before.results, {})


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
    _permuted_twice,
    _layer_norm,
    _bias_of_product,
    _spelled_batch_norm,
    _channel_shuffle,
    _product_with_transposed,
    _norm_of_map,
)
