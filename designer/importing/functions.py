"""Functions of one tensor that a file spells out in several steps, known by their values.

However GELU, h-swish or SiLU is written, what is written is a function of one number: it is worked out at a few dozen
numbers and held against what the catalogue has. So each spelling is known without a pattern of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from designer.graph import operations as op
from designer.graph.operations import Operation
from designer.importing.network import Foreign, Network, NetworkStep

Values = tuple[float, ...]


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _clipped(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


def _by_tanh(x: float) -> float:
    return x * 0.5 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


class _Known(NamedTuple):
    """A function of the catalogue.

    Attributes:
        rule: Its name, for people.
        operation: What computes it.
        value: Its definition.
    """

    rule: str
    operation: Operation
    value: Callable[[float], float]


_KNOWN = (
    _Known("h-swish", op.HardSwish(), lambda x: x * _clipped(x + 3, 0, 6) / 6),
    _Known("hard-sigmoid", op.HardSigmoid(), lambda x: _clipped(x + 3, 0, 6) / 6),
    _Known("SiLU", op.Silu(), lambda x: x * _sigmoid(x)),
    _Known("GELU", op.Gelu(), lambda x: x * 0.5 * (1 + math.erf(x / math.sqrt(2)))),
    _Known("GELU by tanh", op.Gelu(by_tanh=True), _by_tanh),
    _Known("Mish", op.Mish(), lambda x: x * math.tanh(math.log1p(math.exp(x)))),
    _Known("sigmoid", op.Sigmoid(), _sigmoid),
)

_AT: Values = tuple(index / 4 + 0.03 for index in range(-28, 29))
"""Where functions are held against each other: on both sides of every bend that one of them has."""
_ROUNDED = 2e-6
"""Largest difference: a file's numbers are of float32, and GELU by tanh is 5e-4 from GELU by the error function."""
_MOST_STEPS = 16

_OF_ONE: Mapping[type[Operation], Callable[[float], float]] = {
    op.Relu: lambda x: max(x, 0.0),
    op.Relu6: lambda x: _clipped(x, 0, 6),
    op.Sigmoid: _sigmoid,
    op.Tanh: math.tanh,
    op.HardSigmoid: lambda x: _clipped(x + 3, 0, 6) / 6,
}
_OF_TWO: Mapping[type[Operation], Callable[[float, float], float]] = {
    op.Add: lambda a, b: a + b,
    op.Subtract: lambda a, b: a - b,
    op.Multiply: lambda a, b: a * b,
    op.Divide: lambda a, b: a / b,
}
_FOREIGN: Mapping[str, Callable[[float], float]] = {
    "erf": math.erf,
    "exp": math.exp,
    "softplus": lambda x: math.log1p(math.exp(x)),
    "reciprocal": lambda x: 1 / x,
}
"""What no layer computes alone, by its name in lower case: formats differ in little else."""
_LAST = (op.Multiply, op.Divide, op.ScalarMultiply, op.HardTanh)
"""What a spelled-out function ends with."""


def with_functions_known(network: Network) -> Network:
    """The network with each function of one tensor that it spells out as the one operation that computes it."""
    return _Search(network).rewritten()


class _Search:
    """Looks for spelled-out functions, the longest first.

    Args:
        network: Where.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._made_by = {name: index for index, step in enumerate(network.steps) for name in step.results}
        self._readers: dict[str, set[int]] = {}
        for index, step in enumerate(network.steps):
            for name in step.inputs:
                self._readers.setdefault(name, set()).add(index)
        for boundary in network.outputs:
            self._readers.setdefault(boundary.tensor, set()).add(-1)

    def rewritten(self) -> Network:
        """The network, rewritten."""
        steps: list[NetworkStep | None] = list(self._network.steps)
        for root in reversed(range(len(steps))):
            step = steps[root]
            if step is None or not isinstance(step.operation, _LAST):
                continue
            found = self._at(root)
            if found is None:
                continue
            x, parts, known = found
            if any(steps[index] is None or steps[index] is not self._network.steps[index] for index in parts):
                continue
            origins = tuple(origin for index in sorted(parts) for origin in self._network.steps[index].origins)
            for index in parts:
                steps[index] = None
            steps[root] = NetworkStep(known.operation, (x,), step.results, {}, origins, (known.rule,))
        return replace(self._network, steps=tuple(step for step in steps if step is not None))

    def _at(self, root: int) -> tuple[str, frozenset[int], _Known] | None:
        """The tensor, the steps and the function that ends at a step, if one does."""
        parts = {root}
        frontier = set(self._network.steps[root].inputs)
        best = None
        while len(parts) < _MOST_STEPS:
            if len(frontier) == 1 and len(parts) > 1:
                (x,) = frontier
                known = self._known(root, x, parts)
                best = (x, frozenset(parts), known) if known is not None else best
            latest = max(frontier, key=lambda name: self._made_by.get(name, -1))
            index = self._made_by.get(latest)
            if index is None or not _is_of_each(self._network.steps[index]) or not self._readers[latest] <= parts:
                break
            parts.add(index)
            frontier = (frontier - {latest}) | set(self._network.steps[index].inputs)
        return best

    def _known(self, root: int, x: str, parts: set[int]) -> _Known | None:
        """The function that these steps compute of a tensor, if the catalogue has it."""
        order = sorted(parts)
        first = self._values(root, x, order, _AT[:2])
        candidates = [each for each in _KNOWN if _is_same(first, each, _AT[:2])]
        if not candidates:
            return None
        values = self._values(root, x, order, _AT)
        return next((each for each in candidates if _is_same(values, each, _AT)), None)

    def _values(self, root: int, x: str, order: Sequence[int], at: Values) -> Values | None:
        values: dict[str, Values] = {x: at}
        try:
            for index in order:
                step = self._network.steps[index]
                given = zip(*(values[name] for name in step.inputs), strict=True)
                values[step.results[0]] = tuple(_value(step.operation, numbers) for numbers in given)
        except (KeyError, ArithmeticError, ValueError):
            return None
        return values[self._network.steps[root].results[0]]


def _is_same(values: Values | None, known: _Known, at: Values) -> bool:
    if values is None:
        return False
    expected = [known.value(x) for x in at]
    return all(abs(a - b) <= _ROUNDED * max(1.0, abs(b)) for a, b in zip(values, expected, strict=True))


def _is_of_each(step: NetworkStep) -> bool:
    """Whether a step works on each number by itself."""
    operation = step.operation
    if isinstance(operation, Foreign):
        return operation.operator.lower() in _FOREIGN and len(step.inputs) == 1 == len(step.results)
    return isinstance(operation, (*_OF_ONE, *_OF_TWO, op.ScalarAdd, op.ScalarMultiply, op.HardTanh))


def _value(operation: Operation | Foreign, x: Sequence[float]) -> float:
    """What a step makes of numbers, by its definition."""
    if isinstance(operation, Foreign):
        return _FOREIGN[operation.operator.lower()](x[0])
    if isinstance(operation, op.ScalarAdd):
        return x[0] + operation.addend
    if isinstance(operation, op.ScalarMultiply):
        return x[0] * operation.factor
    if isinstance(operation, op.HardTanh):
        return _clipped(x[0], operation.low, operation.high)
    if type(operation) in _OF_TWO:
        return _OF_TWO[type(operation)](x[0], x[1])
    return _OF_ONE[type(operation)](x[0])
