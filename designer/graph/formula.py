"""Formulas that a person can read twice: once in symbols, once with the values in them; both are made with the figure.

A layer writes ``k**2 * c * h * w`` with quantities instead of numbers, and the value, the symbols and the numbers come
out of that one expression, so that none can disagree with another. Knows no layer.
"""

from __future__ import annotations

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
    """A whole number and how it comes about.

    Attributes:
        symbols: ``k²·C·H·W``.
        numbers: ``3²·144·56·56``; thin spaces part the thousands.
        value: What both amount to.
        binding: How tightly its parts hold together.
    """

    symbols: str
    numbers: str
    value: int
    binding: _Binding = _Binding.ATOM

    def line(self, unit: str) -> str:
        """The whole sentence: ``k²·C·H·W = 3²·144·56·56 = 4 064 256 MACs``."""
        value = count(self.value)
        parts = [self.symbols, self.numbers] if self.numbers != value else [self.symbols]
        return " = ".join([*parts, f"{value} {unit}"])

    def plus(self, other: Expression) -> Expression:
        """The sum."""
        return self._joined(other, " + ", self.value + other.value, _Binding.SUM, _Binding.SUM)

    def minus(self, other: Expression) -> Expression:
        """The difference."""
        return self._joined(other, f" {MINUS} ", self.value - other.value, _Binding.SUM, _Binding.QUOTIENT)

    def times(self, other: Expression) -> Expression:
        """The product."""
        return self._joined(other, "·", self.value * other.value, _Binding.PRODUCT, _Binding.PRODUCT)

    def over(self, other: Expression) -> Expression:
        """The quotient, where the other divides it; what is left over is cut off."""
        return self._joined(other, "/", self.value // other.value, _Binding.QUOTIENT, _Binding.POWER)

    def power(self, exponent: int) -> Expression:
        """Raised to a small whole number."""
        raised = str(exponent).translate(_SUPERSCRIPTS)
        base = self._bracketed(_Binding.ATOM)
        return Expression(base.symbols + raised, base.numbers + raised, self.value**exponent, _Binding.POWER)

    def _joined(self, other: Expression, sign: str, value: int, binding: _Binding, least: _Binding) -> Expression:
        # The left side is read first, so it needs to hold no more tightly than the sign itself.
        left, right = self._bracketed(binding), other._bracketed(least)
        return Expression(
            f"{left.symbols}{sign}{right.symbols}", f"{left.numbers}{sign}{right.numbers}", value, binding
        )

    def _bracketed(self, least: _Binding) -> Expression:
        if self.binding >= least:
            return self
        return Expression(f"({self.symbols})", f"({self.numbers})", self.value)


def quantity(symbol: str, value: int) -> Expression:
    """A named number: ``quantity("C", 144)``."""
    return Expression(symbol, count(value), value)


def constant(value: int) -> Expression:
    """A number that is the same in symbols: the 2 of ``2·C``."""
    return Expression(count(value), count(value), value)


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
    """The elements of a map N·C·H·W, or of a vector N·F.

    Args:
        spec: The tensor.
        channels: The symbol of its channels; a vector's features take the same mark.
        sides: The mark of its height and width, as in H' and W'.
    """
    if not spec.is_map:
        return product(batch(spec), quantity(channels.replace("C", "F"), spec.channels))
    return product(batch(spec), quantity(channels, spec.channels), *positions(spec, sides))


def positions(spec: TensorSpec, mark: str = "") -> tuple[Expression, Expression]:
    """Height and width of a map, H and W, with a mark where they are the output's own."""
    return quantity(f"H{mark}", spec.height), quantity(f"W{mark}", spec.width)


def sides_mark(x: TensorSpec, y: TensorSpec) -> str:
    """The mark that tells the output's sides from the input's; nothing where they are the same."""
    return "" if x.shape[2:] == y.shape[2:] else "'"


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
