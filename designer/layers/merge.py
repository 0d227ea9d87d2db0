"""Layers that join several tensors: residual add, multiply, concatenate."""

from __future__ import annotations

from itertools import pairwise

from designer.graph import operations
from designer.graph.layer import Category, Layer, Port
from designer.graph.operations import Operation, Step
from designer.graph.operations.elementwise import require_equal
from designer.graph.parameter import flag, integer
from designer.graph.tensor import TensorSpec
from designer.layers.lowering import step
from designer.layers.registry import register

_MOST_JOINED = 64
_NAMES = (*"abcdefgh", *(f"in_{number}" for number in range(9, _MOST_JOINED + 1)))
_PORTS = tuple(map(Port, _NAMES))


def _ports(count: int) -> tuple[Port, ...]:
    return _PORTS[:count]


def _chain(of_two: Operation, count: int) -> tuple[Step, ...]:
    """An operation on two tensors, applied from left to right over all ports."""
    names = ["a", *(f"sum_{index}" for index in range(1, count - 1)), "y"]
    return tuple(
        Step(of_two, (before, _NAMES[index + 1]), (after,)) for index, (before, after) in enumerate(pairwise(names))
    )


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

    def lower(self, *inputs: TensorSpec) -> tuple[Step, ...]:
        require_equal("adding", inputs)
        return _chain(operations.Add(), self.count)

    def summary(self, *inputs: TensorSpec) -> str:
        return "shapes match ✓" if len({spec.shape for spec in inputs}) == 1 else "+".join(_NAMES[: self.count])


@register(
    key="multiply",
    title="Multiply",
    glyph="MUL",
    category=Category.MERGE,
    source="Hu et al. 2018, Squeeze-and-Excitation, sec. 3.2",
    keywords=("scale", "gate", "squeeze", "excite"),
)
class Multiply(Layer):
    """Multiplies two tensors element by element; an N×C×1×1 input scales the other's channels, N×1×H×W its positions.

    In N×C×H×W twice, or one with 1 for a side, or N×F twice; out the larger. One multiplication an element.
    """

    @property
    def inputs(self) -> tuple[Port, ...]:
        return _ports(2)

    def lower(self, a: TensorSpec, b: TensorSpec) -> tuple[Step, ...]:
        return _chain(operations.Multiply(), 2)

    def summary(self, *inputs: TensorSpec) -> str:
        return "a · b"


@register(
    key="subtract",
    title="Subtract",
    glyph="SUB",
    category=Category.MERGE,
    source="a − b",
    keywords=("minus", "difference"),
)
class Subtract(Layer):
    """The first tensor less the second, element by element; one position of a side meets every position of the other.

    In N×C×H×W twice, or one with 1 for a side, or N×F twice; out the larger. One subtraction an element.
    """

    @property
    def inputs(self) -> tuple[Port, ...]:
        return _ports(2)

    def lower(self, a: TensorSpec, b: TensorSpec) -> tuple[Step, ...]:
        return step(operations.Subtract(), "a", "b")

    def summary(self, *inputs: TensorSpec) -> str:
        return "a − b"


@register(
    key="divide", title="Divide", glyph="DIV", category=Category.MERGE, source="a / b", keywords=("quotient", "ratio")
)
class Divide(Layer):
    """The first tensor by the second, element by element; one position of a side meets every position of the other.

    In N×C×H×W twice, or one with 1 for a side, or N×F twice; out the larger. One division an element.
    """

    @property
    def inputs(self) -> tuple[Port, ...]:
        return _ports(2)

    def lower(self, a: TensorSpec, b: TensorSpec) -> tuple[Step, ...]:
        return step(operations.Divide(), "a", "b")

    def summary(self, *inputs: TensorSpec) -> str:
        return "a / b"


@register(
    key="matrix_product",
    title="Matrix product",
    glyph="MM",
    category=Category.MERGE,
    source="Vaswani et al. 2017, Attention Is All You Need, eq. 1",
    keywords=("matmul", "attention", "bmm"),
)
class MatrixProduct(Layer):
    """Multiplies the matrices in the last two dimensions of two tensors.

    In N×…×M×K and N×…×K×P, or N×…×P×K where the second is turned; out N×…×M×P. MACs N·…·M·K·P.
    """

    transposed: bool = flag(default=False, help="Turn the second: its last dimension meets the first's.")

    @property
    def inputs(self) -> tuple[Port, ...]:
        return _ports(2)

    @property
    def sees_everything(self) -> bool:
        return True

    def lower(self, a: TensorSpec, b: TensorSpec) -> tuple[Step, ...]:
        return step(operations.MatrixProduct(self.transposed), "a", "b")

    def summary(self, *inputs: TensorSpec) -> str:
        return "a · bᵀ" if self.transposed else "a · b"


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

    count: int = integer(default=2, low=2, high=_MOST_JOINED, help="How many tensors are joined.")

    @property
    def inputs(self) -> tuple[Port, ...]:
        return _ports(self.count)

    def lower(self, *inputs: TensorSpec) -> tuple[Step, ...]:
        return step(operations.Concatenate(inputs[0].channel_axis), *_NAMES[: self.count])

    def summary(self, *inputs: TensorSpec) -> str:
        return " + ".join(str(spec.channels) for spec in inputs) if inputs else f"{self.count} inputs"
