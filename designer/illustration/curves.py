"""The curve of an activation, for drawing: what it makes of numbers, as its operation defines it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import erf, exp, log1p, sqrt, tanh
from typing import Any

from designer.graph import operations
from designer.graph.operations import Operation

Function = Callable[[float], float]


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


def _relu6(x: float) -> float:
    return min(max(x, 0.0), 6.0)


_OF: Mapping[type[Operation], Callable[[Any], Function]] = {
    operations.Identity: lambda _: lambda x: x,
    operations.Relu: lambda _: lambda x: max(x, 0.0),
    operations.Relu6: lambda _: _relu6,
    operations.LeakyRelu: lambda of: lambda x: x if x > 0 else of.negative_slope * x,
    operations.Elu: lambda of: lambda x: x if x > 0 else of.alpha * (exp(x) - 1),
    operations.HardSwish: lambda _: lambda x: x * _relu6(x + 3) / 6,
    operations.HardSigmoid: lambda _: lambda x: _relu6(x + 3) / 6,
    operations.HardTanh: lambda of: lambda x: min(max(x, of.low), of.high),
    operations.Silu: lambda _: lambda x: x * _sigmoid(x),
    operations.Gelu: lambda _: lambda x: x * (1 + erf(x / sqrt(2))) / 2,
    operations.Mish: lambda _: lambda x: x * tanh(log1p(exp(x))),
    operations.Sigmoid: lambda _: _sigmoid,
    operations.Tanh: lambda _: tanh,
}


def curve(operation: Operation | None) -> Function | None:
    """The function of an operation; the straight line where there is none, None of one that is no curve."""
    if operation is None:
        return lambda x: x
    make = _OF.get(type(operation))
    return None if make is None else make(operation)
