"""What LiteRT computes element by element, and the curves that files spell out, as operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod
from typing import Any

import numpy
from numpy.typing import NDArray

from designer.graph import operations as op
from designer.graph.operations import Operation
from designer.runtime.importing.litert.layout import Laid
from designer.runtime.importing.litert.reading import At, Build, answers, number_of, plain_number
from designer.runtime.importing.litert.spelling import Bound, Either, Flowing, Known, call, spells

Array = NDArray[Any]


def _elementwise(operation: Callable[[At], Operation]) -> Build:
    def build(at: At) -> list[Laid]:
        value = at.value()
        return at.made(operation(at), (value.tensor,), value.groups)

    return build


_SIMPLE: Mapping[str, Operation] = {
    "RELU": op.Relu(),
    "RELU6": op.Relu6(),
    "RELU_N1_TO_1": op.HardTanh(-1.0, 1.0),
    "RELU_0_TO_1": op.HardTanh(0.0, 1.0),
    "LOGISTIC": op.Sigmoid(),
    "TANH": op.Tanh(),
    "ELU": op.Elu(),
    "HARD_SWISH": op.HardSwish(),
    "NEG": op.ScalarMultiply(-1.0),
}
for _kind, _operation in _SIMPLE.items():
    answers(_kind)(_elementwise(lambda at, operation=_operation: operation))  # type: ignore[misc]
answers("LEAKY_RELU")(_elementwise(lambda at: op.LeakyRelu(plain_number(at.option("alpha")))))
answers("GELU")(_elementwise(lambda at: op.Gelu(bool(at.option("approximate")))))


@answers("SQUARE")
def _square(at: At) -> list[Laid]:
    value = at.value()
    return at.made(op.Multiply(), (value.tensor, value.tensor), value.groups)


@answers("SQUARED_DIFFERENCE")
def _squared_difference(at: At) -> list[Laid]:
    a, b = _alike(at, at.value(0), at.value(1))
    less = at.step(op.Subtract(), (a.tensor, b.tensor), "difference")
    return at.made(op.Multiply(), (less, less), a.groups)


@answers("MAXIMUM", "MINIMUM")
def _bounded(at: At) -> list[Laid]:
    """Only max(x, 0): other bounds are known in pairs."""
    index = next((index for index in (0, 1) if at.constant(index) is not None), None)
    if at.operator.kind == "MINIMUM" or index is None or at.kept(index, "bound").any():
        raise at.refused("it has one bound only, or two tensors")
    value = at.value(1 - index)
    return at.made(op.Relu(), (value.tensor,), value.groups)


@answers("PRELU")
def _prelu(at: At) -> list[Laid]:
    slope, value = at.kept(1, "slope"), at.value()
    if not slope.ndim or not slope.size or (slope != slope.reshape(-1, slope.shape[-1])[0]).any():
        raise at.refused("it has other slopes than one a channel")
    slopes = slope.reshape(-1, slope.shape[-1])[0]
    if slopes.size == 1:
        return at.made(op.PRelu(1), (value.tensor,), value.groups, {"weight": slopes})
    if slopes.size != at.flow.sides(value)[-1]:
        raise at.refused("it has other slopes than one a channel")
    found, axis = at.flow.axis_of(value, len(value.groups) - 1)
    if axis != 1 and (slopes == slopes[0]).all():
        return at.made(op.PRelu(1), (value.tensor,), value.groups, {"weight": slopes[:1]})
    if axis != 1 and len(value.groups) == 4:
        found, axis = at.flow.as_map(value), 1
    if axis != 1:
        raise at.refused("its slopes are those of a sequence's channels")
    return at.made(op.PRelu(int(slopes.size)), (found.tensor,), found.groups, {"weight": slopes})


def _alike(at: At, a: Laid, b: Laid) -> tuple[Laid, Laid]:
    """Two tensors so that a dimension of the one meets the same of the other."""
    if a.groups == b.groups and at.flow.shape(a) == at.flow.shape(b):
        return a, b
    rank = max(len(a.groups), len(b.groups))
    a, b = (_of_rank(at, each, rank) for each in (a, b))
    if prod(at.flow.sides(a)) >= prod(at.flow.sides(b)):
        a = at.flow.one_for_one(a)
        return a, at.flow.like(b, a)
    b = at.flow.one_for_one(b)
    return at.flow.like(a, b), b


def _of_rank(at: At, value: Laid, rank: int) -> Laid:
    if len(value.groups) == rank:
        return value
    return at.flow.reshaped(value, ((1,) * (rank - len(value.groups)) + at.flow.sides(value)))


def _of_two(operation: Operation) -> Build:
    def build(at: At) -> list[Laid]:
        if at.constant(0) is not None or at.constant(1) is not None:
            return _with_constant(at, operation)
        a, b = _alike(at, at.value(0), at.value(1))
        larger = a if prod(at.flow.shape(a)) >= prod(at.flow.shape(b)) else b
        return at.made(operation, (a.tensor, b.tensor), larger.groups)

    return build


answers("ADD")(_of_two(op.Add()))
answers("MUL")(_of_two(op.Multiply()))
answers("SUB")(_of_two(op.Subtract()))
answers("DIV")(_of_two(op.Divide()))


def _with_constant(at: At, operation: Operation) -> list[Laid]:
    """A tensor and numbers of the file: a factor or a shift, for all of it or for each channel."""
    is_first = at.constant(0) is not None
    constant, value = at.kept(0 if is_first else 1, "operand"), at.value(1 if is_first else 0)
    if constant.dtype.kind != "f" or not constant.size:
        raise at.refused("its constant holds no real numbers")
    if isinstance(operation, op.Divide) and (is_first or not constant.all()):
        raise at.refused("it divides a constant, or by zero")
    if isinstance(operation, op.Divide):
        constant = 1 / constant
    if isinstance(operation, op.Subtract):
        if is_first:
            name = at.step(op.ScalarMultiply(-1.0), (value.tensor,), "negated")
            value = replace(value, tensor=name)
        else:
            constant = -constant
    is_factor = isinstance(operation, (op.Multiply, op.Divide))
    sides = at.flow.sides(value)
    if constant.size == 1 and constant.ndim <= len(sides):
        number = number_of(constant)
        plain: Operation = op.ScalarMultiply(number) if is_factor else op.ScalarAdd(number)
        return at.made(plain, (value.tensor,), value.groups)
    form = (1,) * (len(sides) - constant.ndim) + constant.shape
    varying = [place for place, side in enumerate(form) if side > 1]
    if len(form) != len(sides) or len(varying) != 1 or form[varying[0]] != sides[varying[0]]:
        raise at.refused(f"it takes a constant of {'×'.join(map(str, constant.shape))}")
    found, axis = at.flow.axis_of(value, varying[0])
    kept = constant.reshape(-1)
    if is_factor:
        return at.made(op.LayerScale(int(kept.size), 1.0, axis), (found.tensor,), found.groups, {"weight": kept})
    if axis != 1 or len(at.flow.shape(found)) != 4:
        raise at.refused(f"it adds a constant of {'×'.join(map(str, constant.shape))}")
    return _shifted(at, found, kept)


def _shifted(at: At, value: Laid, shift: Array) -> list[Laid]:
    """A number added to each channel of a map: a batch norm whose statistics are 0 and 1, which is no rounding more."""
    zero, one = numpy.zeros_like(shift), numpy.ones_like(shift)
    weights = {"weight": one, "bias": shift, "running_mean": zero, "running_var": one}
    rules = ("shift of channels as a batch norm",)
    return at.made(op.BatchNorm(int(shift.size), 0.0), (value.tensor,), value.groups, weights, rules)


_X = Flowing("x")
_EXP_LESS_ONE = call("SUB", call("EXP", call("MINIMUM", _X, Known("zero", 0.0))), Known("one", 1.0))
_ELU = call("ADD", call("RELU", _X), call("MUL", _EXP_LESS_ONE, Known("alpha")))
_AWAY = call("EXP", call("NEG", call("ABS", _X)))
_SOFT = call("ADD", call("RELU", _X), call("LOG", call("ADD", _AWAY, Known("one", 1.0))))
_PLAIN_SOFT = call("LOG", call("ADD", call("EXP", _X), Known("one", 1.0)))
_MISH = call("MUL", _X, call("TANH", Either((_SOFT, _PLAIN_SOFT))))
_CUBE = call("MUL", call("POW", _X, Known("three", 3.0)), Known("share", 0.044715))
_BEND = call("TANH", call("MUL", call("ADD", _X, _CUBE), Known("root", 0.7978845608)))
_GELU = call("MUL", call("MUL", _X, Known("half", 0.5)), call("ADD", _BEND, Known("one", 1.0)))
_LOW, _HIGH = Known("low"), Known("high")
_CLIPPED = Either(
    (
        call("MINIMUM", call("MAXIMUM", _X, _LOW), _HIGH),
        call("MAXIMUM", call("MINIMUM", _X, _HIGH), _LOW),
        call("MINIMUM", call("RELU", _X), _HIGH),
        call("RELU", call("MINIMUM", _X, _HIGH)),
    )
)


@spells(_ELU)
def _elu(bound: Bound) -> list[Laid]:
    return bound.made(op.Elu(bound.number("alpha")), bound.value(), "ELU")


@spells(_MISH)
def _mish(bound: Bound) -> list[Laid]:
    return bound.made(op.Mish(), bound.value(), "Mish")


@spells(_GELU)
def _gelu(bound: Bound) -> list[Laid]:
    return bound.made(op.Gelu(True), bound.value(), "GELU by tanh")


@spells(_CLIPPED)
def _clipped(bound: Bound) -> list[Laid]:
    low, high = bound.number("low") if "low" in bound.found.tensors else 0.0, bound.number("high")
    if low >= high:
        raise bound.at.refused(f"its bounds are {low:g} and {high:g}")
    operation: Operation = op.Relu6() if (low, high) == (0.0, 6.0) else op.HardTanh(low, high)
    return bound.made(operation, bound.value(), "bounds")
