"""Formulas that a person can read twice: once in symbols, once with the values in them; both are made with the figure.

An operation states its work once, in ``Terms``. Read as ``COUNTED``, the statement gives plain numbers, which a recount
asks for by the thousands; read as ``WRITTEN`` it gives expressions, from which come the value, the symbols and the
numbers. So none can disagree with another. Knows no layer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import reduce
from operator import add, mul
from typing import Generic, NamedTuple, TypeVar

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


@dataclass(frozen=True)
class Expression:
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

    def __add__(self, other: Expression) -> Expression:
        """The sum."""
        return Expression(self.value + other.value, " + ", (self, other), "", _Binding.SUM)

    def __sub__(self, other: Expression) -> Expression:
        """The difference."""
        return Expression(self.value - other.value, f" {MINUS} ", (self, other), "", _Binding.SUM)

    def __mul__(self, other: Expression) -> Expression:
        """The product."""
        return Expression(self.value * other.value, "·", (self, other), "", _Binding.PRODUCT)

    def __floordiv__(self, other: Expression) -> Expression:
        """The quotient, where the other divides it; what is left over is cut off."""
        return Expression(self.value // other.value, "/", (self, other), "", _Binding.QUOTIENT)

    def __pow__(self, exponent: int) -> Expression:
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


T = TypeVar("T", int, Expression)


class Terms(Generic[T]):
    """What statements of work are made of, and joined by ``+ - * // **``. A factor of None is 1, not worth writing."""

    def quantity(self, symbol: str, value: int) -> T:
        """A named number: ``quantity("C", 144)``."""
        raise NotImplementedError

    def constant(self, value: int) -> T:
        """A number that is the same in symbols: the 2 of ``2·C``."""
        raise NotImplementedError

    def product(self, *factors: T | None) -> T:
        """All factors multiplied; at least one is not None."""
        return reduce(mul, [factor for factor in factors if factor is not None])

    def several(self, value: int) -> T | None:
        """A constant factor, or None for 1."""
        return None if value == 1 else self.constant(value)

    def batch(self, spec: TensorSpec) -> T | None:
        """N, or None for a single picture."""
        return None if spec.batch == 1 else self.quantity("N", spec.batch)

    def elements(self, spec: TensorSpec, channels: str = "C", sides: str = "") -> T:
        """The elements of a map N·C·H·W, of a vector N·F, or of a tensor of another rank N·C·d₁·d₂….

        Args:
            spec: The tensor.
            channels: The symbol of its channels; a vector's features take the same mark.
            sides: The mark of its height and width, as in H' and W'.
        """
        if spec.is_vector:
            return self.product(self.batch(spec), self.quantity(channels.replace("C", "F"), spec.channels))
        return self.product(self.batch(spec), self.quantity(channels, spec.channels), *self.positions(spec, sides))

    def positions(self, spec: TensorSpec, mark: str = "") -> tuple[T, ...]:
        """Height and width of a map, H and W, with a mark where they are the output's own; L of a sequence."""
        sides = spec.sides
        names = {1: "L", 2: "HW"}.get(len(sides)) or [f"d{index}" for index in range(len(sides))]
        return tuple(self.quantity(f"{name}{mark}", side) for name, side in zip(names, sides, strict=True))

    def sides_mark(self, x: TensorSpec, y: TensorSpec) -> str:
        """The mark that tells the output's sides from the input's; nothing where they are the same."""
        return "" if x.sides == y.sides else "'"


class _Written(Terms[Expression]):
    """Expressions, for a person to read."""

    def quantity(self, symbol: str, value: int) -> Expression:
        return quantity(symbol, value)

    def constant(self, value: int) -> Expression:
        return constant(value)


class _Counted(Terms[int]):
    """The numbers alone."""

    def quantity(self, symbol: str, value: int) -> int:
        return value

    def constant(self, value: int) -> int:
        return value

    def product(self, *factors: int | None) -> int:
        product = 1
        for factor in factors:
            if factor is not None:
                product *= factor
        return product

    def elements(self, spec: TensorSpec, channels: str = "C", sides: str = "") -> int:
        return spec.elements

    def positions(self, spec: TensorSpec, mark: str = "") -> tuple[int, ...]:
        return spec.sides

    def sides_mark(self, x: TensorSpec, y: TensorSpec) -> str:
        return ""


WRITTEN, COUNTED = _Written(), _Counted()


F = TypeVar("F", bound="int | Expression")


class Statement(NamedTuple, Generic[F]):
    """What an operation or a layer states of itself; None where a figure is nothing.

    Attributes:
        parameters: Trained numbers.
        macs: Multiply-accumulates.
        elementwise: Element-wise operations.
    """

    parameters: F | None = None
    macs: F | None = None
    elementwise: F | None = None

    @property
    def is_work(self) -> bool:
        """Whether anything is computed."""
        return any(work is not None and value_of(work) for work in (self.macs, self.elementwise))


Formulas = Statement[Expression]
"""How a layer's figures come about."""


def summed(of: Terms[T], stated: Sequence[Statement[T]]) -> Statement[T]:
    """The sum, figure by figure; of several that say the same, so many times the one."""
    if len(stated) == 1:
        return stated[0]
    times = len(stated) if len(set(stated)) == 1 else None
    return Statement(
        _sum(of, [each.parameters for each in stated], times),
        _sum(of, [each.macs for each in stated], times),
        _sum(of, [each.elementwise for each in stated], times),
    )


def _sum(of: Terms[T], figures: list[T | None], times: int | None) -> T | None:
    counted = [figure for figure in figures if figure is not None]
    if not counted:
        return None
    return reduce(add, counted) if times is None else of.constant(times) * counted[0]


def value_of(figure: int | Expression | None) -> int:
    """What a figure amounts to; nothing is 0."""
    return figure.value if isinstance(figure, Expression) else figure or 0
