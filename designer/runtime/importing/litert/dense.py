"""LiteRT's dense layers, matrix products and softmax, as operations."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy
from numpy.typing import NDArray

from designer.graph import operations as op
from designer.runtime.importing.litert.layout import Laid
from designer.runtime.importing.litert.reading import At, answers, bias_of, plain_number
from designer.runtime.importing.litert.spelling import Bound, Either, Flowing, Known, call, spells

Array = NDArray[Any]


@answers("FULLY_CONNECTED")
def _fully_connected(at: At) -> list[Laid]:
    weight, value = at.kept(1, "matrix", 2), at.value()
    if at.option("weightsFormat"):
        raise at.refused("its matrix is shuffled")
    outputs, inputs = weight.shape
    bias = bias_of(at, 2, outputs)
    sides = at.flow.sides(value)
    if not inputs or not outputs or prod(sides) % inputs:
        raise at.refused(f"its matrix reads {inputs} numbers, and {prod(sides)} come")
    if at.option("keepNumDims") or sides[-1] == inputs:
        if sides[-1] != inputs:
            raise at.refused(f"its matrix reads {inputs} numbers, and {sides[-1]} come")
        made = _dense(at, value, weight, bias)
        if at.option("keepNumDims"):
            return made
        return [at.flow.reshaped(made[0], (prod(sides[:-1]), outputs))]
    if sides[0] * inputs != prod(sides):
        raise at.refused("it moves elements into or out of the batch")
    return _dense(at, at.flow.reshaped(value, (sides[0], inputs)), weight, bias)


def _dense(at: At, value: Laid, weight: Array, bias: Array | None) -> list[Laid]:
    """Every output reads the file's last dimension."""
    outputs, inputs = (int(side) for side in weight.shape)
    operation = op.Linear(inputs, outputs, bias is not None)
    shape = at.flow.shape(value)
    if len(value.groups) == 2 and value.groups[0] == (0,) and shape[0] * inputs == prod(shape):
        tensor, order = at.flow.flat(value)
        ours = numpy.empty_like(weight)
        ours[:, order] = weight
        is_moved = not numpy.array_equal(order, numpy.arange(inputs))
        rules = ("matrix in the order of channels, rows, columns",) if is_moved else ()
        return at.made(operation, (tensor,), ((0,), (1,)), {"weight": ours, "bias": bias}, rules)
    last = at.flow.channels_last(value)
    groups = [*last.groups[:-1], (len(at.flow.shape(last)) - 1,)]
    return at.made(operation, (last.tensor,), groups, {"weight": weight, "bias": bias})


@answers("BATCH_MATMUL")
def _batch_matmul(at: At) -> list[Laid]:
    constant = at.constant(1)
    if constant is not None:
        matrix = constant.reshape(constant.shape[-2:]) if constant.size == prod(constant.shape[-2:]) else None
        if matrix is None or at.option("adjX"):
            raise at.refused("it multiplies by several matrices of constants, or turns what it multiplies")
        return _dense(at, at.value(), matrix if at.option("adjY") else matrix.T, None)
    a, b = at.value(0), at.value(1)
    rank = len(a.groups)
    if rank < 3 or len(b.groups) != rank:
        raise at.refused("it multiplies matrices of one picture or of other dimensions")
    if at.option("adjX"):
        a = at.flow.turned(a, (*range(rank - 2), rank - 1, rank - 2))
    operation = op.MatrixProduct(bool(at.option("adjY")))
    inputs = [at.flow.as_it_is(each).tensor for each in (a, b)]
    return at.made(operation, inputs, [(axis,) for axis in range(rank)])


@answers("SOFTMAX")
def _softmax(at: At) -> list[Laid]:
    return _shared_out(at, at.value(), len(at.value().groups) - 1, plain_number(at.option("beta", 1.0)))


def _shared_out(at: At, value: Laid, place: int, beta: float = 1.0) -> list[Laid]:
    """Softmax along a dimension of the file's."""
    found, axis = at.flow.axis_of(value, place)
    tensor = found.tensor if beta == 1 else at.step(op.ScalarMultiply(beta), (found.tensor,), "sharpened")
    is_last = axis == len(at.flow.shape(found)) - 1
    return at.made(op.Softmax(-1 if is_last else axis), (tensor,), found.groups)


_X, _AXES = Flowing("x"), Known("axes")
_LESS = call("SUB", _X, call("REDUCE_MAX", _X, _AXES))
_POWERS = Either((call("EXP", _LESS), call("EXP", _X)))
_SOFTMAX = call("DIV", _POWERS, call("SUM", _POWERS, Known("axes again")))


@spells(_SOFTMAX)
def _spelled_softmax(bound: Bound) -> list[Laid]:
    value = bound.value()
    places = bound.places("axes again", len(value.groups))
    if len(places) != 1 or not places[0] or ("axes" in bound.found.tensors and bound.places("axes", 4) != places):
        raise bound.at.refused("it shares out over several dimensions")
    return _shared_out(bound.at, value, places[0])
