"""Formulas that a person can read twice: once in symbols, once with the values in them; both are made with the figure.

A layer writes ``k**2 * c * h * w`` with quantities instead of numbers, and the value, the symbols and the numbers come
out of that one expression, so that none can disagree with another. Knows no layer.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from functools import reduce
from typing import NamedTuple

from designer.graph.tensor import TensorSpec
from designer.wording import MINUS, count

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class _Binding(IntEnum):
    """How tightly the parts of an expression hold together; what holds less tightly takes brackets inside another."""

    SUM = 0
    QUOTIENT = 1
    PRODUCT = 2
    POWER = 3
    ATOM = 4


class Expression(NamedTuple):
    """A whole number and how it comes about, as a tree; its texts are made when somebody asks for them.

    Attributes:
        value: What it amounts to.
        sign: What joins the parts, or ``^``; empty for a leaf.
        parts: Two expressions, or the base of a power.
        symbol: Of a leaf, its name, or its digits where it is a constant; of a power, the exponent.
        binding: How tightly its parts hold together.
    """

    value: int
    sign: str = ""
    parts: tuple[Expression, ...] = ()
    symbol: str = ""
    binding: _Binding = _Binding.ATOM

    @property
    def symbols(self) -> str:
        """``k²·C·H·W``."""
        return self._text(lambda leaf: leaf.symbol)

    @property
    def numbers(self) -> str:
        """``3²·144·56·56``; thin spaces part the thousands."""
        return self._text(lambda leaf: count(leaf.value))

    def line(self, unit: str) -> str:
        """The whole sentence: ``k²·C·H·W = 3²·144·56·56 = 4 064 256 MACs``."""
        value, numbers = count(self.value), self.numbers
        parts = [self.symbols, numbers] if numbers != value else [self.symbols]
        return " = ".join([*parts, f"{value} {unit}"])

    def plus(self, other: Expression) -> Expression:
        """The sum."""
        return Expression(self.value + other.value, " + ", (self, other), "", _Binding.SUM)

    def minus(self, other: Expression) -> Expression:
        """The difference."""
        return Expression(self.value - other.value, f" {MINUS} ", (self, other), "", _Binding.SUM)

    def times(self, other: Expression) -> Expression:
        """The product."""
        return Expression(self.value * other.value, "·", (self, other), "", _Binding.PRODUCT)

    def over(self, other: Expression) -> Expression:
        """The quotient, where the other divides it; what is left over is cut off."""
        return Expression(self.value // other.value, "/", (self, other), "", _Binding.QUOTIENT)

    def power(self, exponent: int) -> Expression:
        """Raised to a small whole number."""
        raised = str(exponent).translate(_SUPERSCRIPTS)
        return Expression(self.value**exponent, "^", (self,), raised, _Binding.POWER)

    def _text(self, leaf_text: Callable[[Expression], str]) -> str:
        if not self.sign:
            return leaf_text(self)
        left = self.parts[0]._within(_Binding.ATOM if self.sign == "^" else self.binding, leaf_text)
        if self.sign == "^":
            return left + self.symbol
        return f"{left}{self.sign}{self.parts[1]._within(_LEAST_BEHIND[self.sign], leaf_text)}"

    def _within(self, least: _Binding, leaf_text: Callable[[Expression], str]) -> str:
        text = self._text(leaf_text)
        return text if self.binding >= least else f"({text})"


_LEAST_BEHIND = {
    " + ": _Binding.SUM,
    f" {MINUS} ": _Binding.QUOTIENT,
    "·": _Binding.PRODUCT,
    "/": _Binding.POWER,
}
"""How tightly what stands behind a sign must hold to need no brackets; what stands before it is read first."""


def quantity(symbol: str, value: int) -> Expression:
    """A named number: ``quantity("C", 144)``."""
    return Expression(value, symbol=symbol)


def constant(value: int) -> Expression:
    """A number that is the same in symbols: the 2 of ``2·C``."""
    return Expression(value, symbol=count(value))


def several(value: int) -> Expression | None:
    """A constant factor, or None for 1."""
    return None if value == 1 else constant(value)


def product(*factors: Expression | None) -> Expression:
    """All factors multiplied; None stands for a factor that is 1 here and not worth writing."""
    return reduce(Expression.times, [factor for factor in factors if factor is not None])


def batch(spec: TensorSpec) -> Expression | None:
    """N, or None for a single picture."""
    return None if spec.batch == 1 else quantity("N", spec.batch)


def elements(spec: TensorSpec, channels: str = "C", sides: str = "") -> Expression:
    """The elements of a map N·C·H·W, of a vector N·F, or of a tensor of another rank N·C·d₁·d₂….

    Args:
        spec: The tensor.
        channels: The symbol of its channels; a vector's features take the same mark.
        sides: The mark of its height and width, as in H' and W'.
    """
    if spec.is_vector:
        return product(batch(spec), quantity(channels.replace("C", "F"), spec.channels))
    return product(batch(spec), quantity(channels, spec.channels), *positions(spec, sides))


def positions(spec: TensorSpec, mark: str = "") -> tuple[Expression, ...]:
    """Height and width of a map, H and W, with a mark where they are the output's own; L of a sequence."""
    sides = spec.sides
    names = {1: "L", 2: "HW"}.get(len(sides)) or [f"d{index}" for index in range(len(sides))]
    return tuple(quantity(f"{name}{mark}", side) for name, side in zip(names, sides, strict=True))


def sides_mark(x: TensorSpec, y: TensorSpec) -> str:
    """The mark that tells the output's sides from the input's; nothing where they are the same."""
    return "" if x.sides == y.sides else "'"


class Formulas(NamedTuple):
    """How a layer's figures come about; None where a figure is nothing.

    Attributes:
        parameters: Trained numbers.
        macs: Multiply-accumulates.
        elementwise: Element-wise operations.
    """

    parameters: Expression | None = None
    macs: Expression | None = None
    elementwise: Expression | None = None

    def plus(self, other: Formulas) -> Formulas:
        """The sum, figure by figure."""
        return Formulas(*(_sum(one, two) for one, two in zip(self, other, strict=True)))

    def times(self, count: int) -> Formulas:
        """So many times each figure."""
        return Formulas(*(None if each is None else constant(count).times(each) for each in self))

    @property
    def is_work(self) -> bool:
        """Whether anything is computed."""
        return bool(self.macs and self.macs.value) or bool(self.elementwise and self.elementwise.value)


def _sum(one: Expression | None, other: Expression | None) -> Expression | None:
    return one.plus(other) if one is not None and other is not None else one or other


def value_of(expression: Expression | None) -> int:
    """What an expression amounts to; nothing is 0."""
    return 0 if expression is None else expression.value
