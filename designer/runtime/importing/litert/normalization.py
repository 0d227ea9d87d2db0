"""LiteRT's norms, nearly all of which files spell out, as operations."""

from __future__ import annotations

from typing import Any

import numpy
from numpy.typing import NDArray

from designer.graph import operations as op
from designer.runtime.importing.litert.layout import Laid
from designer.runtime.importing.litert.reading import At, answers, plain_number
from designer.runtime.importing.litert.spelling import Bound, Call, Either, Expression, Flowing, Known, call, spells

Array = NDArray[Any]


@answers("LOCAL_RESPONSE_NORMALIZATION")
def _local_norm(at: At) -> list[Laid]:
    size = 2 * int(at.option("radius")) + 1
    alpha, beta, k = (plain_number(at.option(name)) for name in ("alpha", "beta", "bias"))
    return at.mapped(op.LocalResponseNorm(size, _times(alpha, size), beta, k), at.map())


def _times(share: float, size: int) -> float:
    """What the file has the nth part of: the shortest number whose nth part is that, in 32 bits."""
    whole = share * size
    short = (float(f"{whole:.{digits}g}") for digits in range(1, 9))
    return next((each for each in short if numpy.float32(each / size) == numpy.float32(share)), plain_number(whole))


_X = Flowing("x")
_SCALE, _SHIFT, _EPS, _AXES = Known("scale"), Known("shift"), Known("eps"), Known("axes")


def _variance(x: Expression) -> Either:
    centred = call("SUB", x, call("MEAN", x, _AXES))
    squares = call("MUL", centred, centred), call("SQUARE", centred)
    difference = call("SQUARED_DIFFERENCE", x, call("MEAN", x, _AXES))
    return Either(tuple(call("MEAN", each, Known("axes again")) for each in (*squares, difference)))


def _normed(x: Expression) -> Either:
    """(x − mean)/√(variance + ε)."""
    centred, raised = call("SUB", x, call("MEAN", x, _AXES)), call("ADD", _variance(x), _EPS)
    return Either((call("MUL", centred, call("RSQRT", raised)), call("DIV", centred, call("SQRT", raised))))


def _scaled(x: Expression) -> Call:
    return call("ADD", call("MUL", x, _SCALE), _SHIFT)


def _by_factor(x: Expression) -> Call:
    """x·f + (β − mean·f) with f = γ/√(variance + ε), as TensorFlow writes it."""
    factor = call("MUL", call("RSQRT", call("ADD", _variance(x), _EPS)), _SCALE)
    return call("ADD", call("MUL", x, factor), call("SUB", _SHIFT, call("MUL", call("MEAN", x, _AXES), factor)))


@spells(_scaled(call("RESHAPE", _normed(call("RESHAPE", _X, Known("apart"))), Known("whole"))))
def _group_norm(bound: Bound) -> list[Laid]:
    """N×H×W×C as groups of channels, each with its mean and variance."""
    flow, value = bound.at.flow, bound.value()
    form = [int(each) for each in bound.constant("apart").reshape(-1)]
    sides, axes = flow.sides(value), bound.places("axes", len(form))
    groups, channels = (form[-2] if len(form) > 3 else 0), sides[-1]
    over = [axis for axis in range(1, len(form)) if axis != len(form) - 2]
    fits = len(sides) == 4 and groups and form[-1] * groups == channels
    if not fits or axes != over or axes != bound.places("axes again", len(form)):
        raise bound.at.refused("it norms in a way of its own")
    scale, shift = bound.constant("scale").reshape(-1), bound.constant("shift").reshape(-1)
    if scale.size != channels or shift.size != channels:
        raise bound.at.refused("it has other numbers than one a channel")
    operation = op.GroupNorm(groups, channels, bound.number("eps"))
    return bound.made(operation, flow.as_map(value), "group norm", {"weight": scale, "bias": shift})


_LENGTH = call("SQRT", call("SUM", Either((call("MUL", _X, _X), call("SQUARE", _X))), _AXES))
_SHARE = call("DIV", _LENGTH, call("ADD", call("MEAN", _LENGTH, Known("channels")), _EPS))
_GLOBAL_NORM = call("ADD", _X, call("ADD", call("MUL", call("MUL", _X, _SHARE), _SCALE), _SHIFT))


@spells(_GLOBAL_NORM)
def _global_norm(bound: Bound) -> list[Laid]:
    value, flow = bound.value(), bound.at.flow
    rank, scale, shift = len(value.groups), bound.constant("scale").reshape(-1), bound.constant("shift").reshape(-1)
    is_usual = rank == 4 and bound.places("axes", rank) == [1, 2] and bound.places("channels", rank) == [3]
    if not is_usual or scale.size != flow.sides(value)[-1] or shift.size != scale.size:
        raise bound.at.refused("it norms in a way of its own")
    operation = op.GlobalResponseNorm(int(scale.size), bound.number("eps"))
    return bound.made(operation, flow.as_map(value), "global response norm", {"weight": scale, "bias": shift})


@spells(_scaled(_normed(_X)), _by_factor(_X))
def _norm(bound: Bound) -> list[Laid]:
    """A norm over the channels of each position, or over the positions of each channel."""
    flow, value = bound.at.flow, bound.value()
    rank, eps = len(value.groups), bound.number("eps")
    axes, scale, shift = bound.places("axes", rank), bound.constant("scale"), bound.constant("shift")
    channels = flow.sides(value)[-1]
    if axes != bound.places("axes again", rank) or scale.size != channels or shift.size != channels:
        raise bound.at.refused("it norms in a way of its own")
    weights = {"weight": scale.reshape(-1), "bias": shift.reshape(-1)}
    if axes == [1, 2] and rank == 4:
        return bound.made(op.GroupNorm(channels, channels, eps), flow.as_map(value), "norm of each channel", weights)
    if axes != [rank - 1]:
        raise bound.at.refused("it norms over other dimensions than the channels")
    if rank == 4 and flow.axes(value) == (0, 2, 3, 1):
        return bound.made(op.LayerNorm(channels, eps, 1), value, "layer norm", weights)
    return bound.made(op.LayerNorm(channels, eps, -1), flow.channels_last(value), "layer norm", weights)
