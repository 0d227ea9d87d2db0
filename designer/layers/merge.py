"""Layers that join several tensors: residual add, multiply, concatenate."""

from __future__ import annotations

from itertools import pairwise

from designer.errors import ShapeError
from designer.graph import operations
from designer.graph.formula import Formulas, constant, elements, product, quantity
from designer.graph.layer import Category, Layer, Port, Work
from designer.graph.operations import Operation, Step
from designer.graph.parameter import integer
from designer.graph.tensor import TensorSpec
from designer.layers.lowering import step
from designer.layers.registry import register

_LETTERS = "abcdefgh"


def _ports(count: int) -> tuple[Port, ...]:
    return tuple(Port(letter) for letter in _LETTERS[:count])


def _chain(of_two: Operation, count: int) -> tuple[Step, ...]:
    """An operation on two tensors, applied from left to right over all ports."""
    names = ["a", *(f"sum_{index}" for index in range(1, count - 1)), "y"]
    return tuple(
        Step(of_two, (before, _LETTERS[index + 1]), after) for index, (before, after) in enumerate(pairwise(names))
    )


def _require_equal(title: str, inputs: tuple[TensorSpec, ...]) -> None:
    first = inputs[0]
    for other in inputs[1:]:
        if other.shape != first.shape:
            labels = " ≠ ".join(spec.label for spec in inputs)
            raise ShapeError(
                "shapes-differ",
                f"shapes differ: {labels}",
                f"{title} works element by element: {_reason(first, other)}",
            )


def _reason(a: TensorSpec, b: TensorSpec) -> str:
    if a.is_map != b.is_map:
        return "one side is a map and the other a vector"
    words = []
    if a.channels != b.channels:
        words.append(f"{a.channels} channels against {b.channels}")
    if a.is_map and a.shape[2:] != b.shape[2:]:
        words.append(f"{a.height}×{a.width} against {b.height}×{b.width}, a stride between them halves one side")
    return " and ".join(words)


@register(
    key="add",
    title="Residual add",
    glyph="ADD",
    category=Category.MERGE,
    source="He et al. 2016, Deep Residual Learning, sec. 3.1",
    keywords=("plus", "sum", "skip", "shortcut"),
)
class Add(Layer):
    """Adds tensors of one shape element by element: the residual connection.

    In N×C×H×W or N×F each, out the same. One addition an element for each input after the first.
    """

    count: int = integer(default=2, low=2, high=8, help="How many tensors are added.")

    @property
    def inputs(self) -> tuple[Port, ...]:
        return _ports(self.count)

    def output(self, *inputs: TensorSpec) -> TensorSpec:
        _require_equal("adding", inputs)
        return inputs[0]

    def work(self, *specs: TensorSpec) -> Work:
        return Work(elementwise=specs[-1].elements * (self.count - 1))

    def formulas(self, *specs: TensorSpec) -> Formulas:
        additions = None if self.count == 2 else quantity("n", self.count).minus(constant(1))
        return Formulas(elementwise=product(additions, elements(specs[-1])))

    def lower(self, *inputs: TensorSpec) -> tuple[Step, ...]:
        return _chain(operations.Add(), self.count)

    def summary(self, *inputs: TensorSpec) -> str:
        return "shapes match ✓" if len({spec.shape for spec in inputs}) == 1 else "+".join(_LETTERS[: self.count])


@register(
    key="multiply",
    title="Multiply",
    glyph="MUL",
    category=Category.MERGE,
    source="Hu et al. 2018, Squeeze-and-Excitation, sec. 3.2",
    keywords=("scale", "gate", "squeeze", "excite"),
)
class Multiply(Layer):
    """Multiplies two tensors element by element; an N×C×1×1 input scales the other's channels.

    In N×C×H×W twice, or one N×C×1×1, or N×F twice; out the larger. One multiplication an element.
    """

    @property
    def inputs(self) -> tuple[Port, ...]:
        return _ports(2)

    def output(self, a: TensorSpec, b: TensorSpec) -> TensorSpec:
        small, large = sorted((a, b), key=lambda spec: spec.elements)
        if small.is_map and large.is_map and small.shape == (large.batch, large.channels, 1, 1):
            return large
        _require_equal("multiplying", (a, b))
        return a

    def work(self, a: TensorSpec, b: TensorSpec, y: TensorSpec) -> Work:
        return Work(elementwise=y.elements)

    def formulas(self, a: TensorSpec, b: TensorSpec, y: TensorSpec) -> Formulas:
        return Formulas(elementwise=elements(y))

    def lower(self, a: TensorSpec, b: TensorSpec) -> tuple[Step, ...]:
        return _chain(operations.Multiply(), 2)

    def summary(self, *inputs: TensorSpec) -> str:
        return "a · b"


@register(
    key="concatenate",
    title="Concatenate",
    glyph="CAT",
    category=Category.MERGE,
    source="Szegedy et al. 2015, Going Deeper with Convolutions, sec. 4",
    keywords=("concat", "join", "stack"),
)
class Concatenate(Layer):
    """Puts tensors one behind the other along the channels.

    In N×Cᵢ×H×W each (or N×Fᵢ), out N×ΣCᵢ×H×W. Nothing is computed; the memory is moved.
    """

    count: int = integer(default=2, low=2, high=8, help="How many tensors are joined.")

    @property
    def inputs(self) -> tuple[Port, ...]:
        return _ports(self.count)

    def output(self, *inputs: TensorSpec) -> TensorSpec:
        first = inputs[0]
        for other in inputs[1:]:
            if other.is_map != first.is_map or other.shape[2:] != first.shape[2:]:
                labels = " ≠ ".join(spec.label for spec in inputs)
                reason = _reason(first, other.with_channels(first.channels))
                raise ShapeError("sides-differ", f"sides differ: {labels}", f"only the channels may differ: {reason}")
        return first.with_channels(sum(spec.channels for spec in inputs))

    def lower(self, *inputs: TensorSpec) -> tuple[Step, ...]:
        return step(operations.Concatenate(), *_LETTERS[: self.count])

    def summary(self, *inputs: TensorSpec) -> str:
        return " + ".join(str(spec.channels) for spec in inputs) if inputs else f"{self.count} inputs"
