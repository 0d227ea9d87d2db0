"""Operations element by element: activations, arithmetic of two tensors, and with a number.

How many operations an element counts is the number of additions, multiplications, divisions, comparisons and
exponentials in the definition, each counted as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from designer.errors import ShapeError
from designer.graph.formula import Statement, T, Terms
from designer.graph.operations.operation import Operation
from designer.graph.tensor import TensorSpec
from designer.graph.weight import Weight
from designer.issue_code import IssueCode


class Clips(NamedTuple):
    """Where a curve is flat, so that what comes in cannot be told from what comes out.

    Attributes:
        low: What it gives for all numbers below some bound; None where it is flat there for none.
        high: What it gives for all numbers above some bound.
    """

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Elementwise(Operation):
    """The same shape out, a fixed number of operations an element.

    A frozen record, so that the many operations that have no parameter are records without being made one each, which
    takes a third of a millisecond at every start.
    """

    per_element: ClassVar[int] = 1

    @property
    def clips(self) -> Clips:
        """Where its curve is flat."""
        return Clips()

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        if not self.per_element:
            return Statement()
        return Statement(elementwise=of.product(of.several(self.per_element), of.elements(output)))


class Relu(Elementwise, title="ReLU"):
    """max(x, 0): one comparison."""

    @property
    def clips(self) -> Clips:
        return Clips(0.0)


class Relu6(Elementwise, title="ReLU6"):
    """min(max(x, 0), 6): two comparisons."""

    per_element = 2

    @property
    def clips(self) -> Clips:
        return Clips(0.0, 6.0)


@dataclass(frozen=True)
class LeakyRelu(Elementwise, title="leaky ReLU"):
    """x where positive, else ``negative_slope``·x: one comparison, one multiplication."""

    negative_slope: float = 0.01
    per_element = 2


@dataclass(frozen=True)
class PRelu(Elementwise, title="PReLU"):
    """x where positive, else a·x with a trained slope a channel; keeps ``weight`` C, or 1 for all channels.

    Attributes:
        slopes: How many slopes there are: C, or 1.
    """

    slopes: int = 1
    per_element = 2

    def output(self, x: TensorSpec) -> TensorSpec:
        if x.channel_axis != 1 and self.slopes != 1:
            raise ShapeError(IssueCode.NEEDS_MAP, "it takes channels first", f"its input is {x.described}")
        return x

    def weights(self) -> tuple[Weight, ...]:
        return (Weight("weight", (self.slopes,)),)

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        return super().formulas(of, inputs, output)._replace(parameters=of.quantity("a", self.slopes))


@dataclass(frozen=True)
class Elu(Elementwise, title="ELU"):
    """x where positive, else α·(eˣ − 1): a comparison, an exponential, a subtraction, a multiplication."""

    alpha: float = 1.0
    per_element = 4


class HardSwish(Elementwise, title="hard-swish"):
    """x·ReLU6(x + 3)/6: one addition, two comparisons, one division, one multiplication."""

    per_element = 5

    @property
    def clips(self) -> Clips:
        return Clips(0.0)


class HardSigmoid(Elementwise, title="hard-sigmoid"):
    """ReLU6(x + 3)/6: one addition, two comparisons, one division."""

    per_element = 4

    @property
    def clips(self) -> Clips:
        return Clips(0.0, 1.0)


@dataclass(frozen=True)
class HardTanh(Elementwise, title="hard-tanh"):
    """min(max(x, ``low``), ``high``): two comparisons."""

    low: float = -1.0
    high: float = 1.0
    per_element = 2

    @property
    def clips(self) -> Clips:
        return Clips(self.low, self.high)


class Silu(Elementwise, title="SiLU"):
    """x·σ(x): a sigmoid's four operations and one multiplication."""

    per_element = 5


@dataclass(frozen=True)
class Gelu(Elementwise, title="GELU"):
    """x·Φ(x), Φ the normal distribution by the error function, or x·½·(1 + tanh(√(2/π)·(x + 0.044715·x³))).

    By the error function: a division, an error function, an addition, two multiplications. By tanh: four
    multiplications to the cube and its sum's scale, two additions, a tanh, two multiplications are eight and one.

    Attributes:
        by_tanh: Whether the hyperbolic tangent stands for the error function.
    """

    by_tanh: bool = False

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        return Statement(elementwise=of.product(of.several(9 if self.by_tanh else 5), of.elements(output)))


class Mish(Elementwise, title="Mish"):
    """x·tanh(ln(1 + eˣ)): an exponential, an addition, a logarithm, a hyperbolic tangent, a multiplication."""

    per_element = 5


class Sigmoid(Elementwise, title="sigmoid"):
    """1/(1 + e⁻ˣ): a negation, an exponential, an addition, a division."""

    per_element = 4


class Tanh(Elementwise, title="tanh"):
    """(e²ˣ − 1)/(e²ˣ + 1): a multiplication, an exponential, two additions, a division."""

    per_element = 5


class Identity(Elementwise, title="identity"):
    """The input itself."""

    per_element = 0
    is_view = True


@dataclass(frozen=True)
class Dropout(Elementwise, title="dropout"):
    """The input itself when running; while training a share ``p`` of it is set to zero."""

    p: float = 0.5
    per_element = 0
    is_view = True


@dataclass(frozen=True)
class DropPath(Elementwise, title="drop path"):
    """The input itself when running; while training, each picture's whole tensor is zero with probability ``p``.

    Source: Huang et al. 2016, Deep Networks with Stochastic Depth, sec. 3.
    """

    p: float = 0.1
    per_element = 0
    is_view = True


@dataclass(frozen=True)
class ScalarMultiply(Elementwise, title="scalar multiplication"):
    """x·``factor``: one multiplication."""

    factor: float = 1.0


@dataclass(frozen=True)
class ScalarAdd(Elementwise, title="scalar addition"):
    """x + ``addend``: one addition."""

    addend: float = 0.0


@dataclass(frozen=True)
class LayerScale(Elementwise, title="layer scale"):
    """Each channel times a trained number; keeps ``weight`` C (Touvron et al. 2021, CaiT, eq. 4).

    Attributes:
        channels: C.
        start: What each number is before training.
        axis: Which dimension holds the channels.
    """

    channels: int
    start: float = 1e-6
    axis: int = 1

    def weights(self) -> tuple[Weight, ...]:
        return (Weight("weight", (self.channels,)),)

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        return super().formulas(of, inputs, output)._replace(parameters=of.quantity("C", self.channels))


class _OfTwo(Elementwise):
    """Two tensors, element by element; one position of a dimension meets every position of the other's.

    So N×C×1×1 meets every position of the other's channels, and N×1×H×W every channel of each position.
    """

    verb: ClassVar[str] = ""

    def output(self, *inputs: TensorSpec) -> TensorSpec:
        small, large = sorted(inputs, key=lambda spec: spec.elements)
        if _meets(small, large):
            return large
        require_equal(self.verb, inputs)
        return inputs[0]


def _meets(small: TensorSpec, large: TensorSpec) -> bool:
    """Whether each side of the small is the large one's, or one position that meets all of them."""
    if len(small.shape) != len(large.shape) or len(small.shape) < 3 or small.is_map != large.is_map:
        return False
    pairs = zip(small.shape[1:], large.shape[1:], strict=True)
    return small.batch == large.batch and all(side in (1, other) for side, other in pairs)


class Add(Elementwise, title="addition"):
    """Two tensors of one shape, added element by element."""

    def output(self, *inputs: TensorSpec) -> TensorSpec:
        require_equal("adding", inputs)
        return inputs[0]


class Subtract(_OfTwo, title="subtraction"):
    """The first less the second, element by element; one position of a dimension meets all of the other's."""

    verb = "subtracting"


class Multiply(_OfTwo, title="multiplication"):
    """Two tensors multiplied element by element; one of N×C×1×1 scales the other's channels, one of N×1×H×W places."""

    verb = "multiplying"


class Divide(_OfTwo, title="division"):
    """The first by the second, element by element; one position of a dimension meets all of the other's."""

    verb = "dividing"


def require_equal(verb: str, inputs: tuple[TensorSpec, ...]) -> None:
    """Raise ShapeError unless all shapes are one."""
    first = inputs[0]
    for other in inputs[1:]:
        if other.shape != first.shape:
            labels = " ≠ ".join(spec.label for spec in inputs)
            raise ShapeError(
                IssueCode.SHAPES_DIFFER,
                f"shapes differ: {labels}",
                f"{verb} works element by element: {how_shapes_differ(first, other)}",
            )


def how_shapes_differ(a: TensorSpec, b: TensorSpec) -> str:
    """In words: channels, and sides of maps."""
    if len(a.shape) != len(b.shape):
        if a.is_map or b.is_map:
            return (
                "one side is a map and the other is none"
                if not (a.is_vector or b.is_vector)
                else ("one side is a map and the other a vector")
            )
        return f"one side has {len(a.shape)} dimensions and the other {len(b.shape)}"
    words = []
    if a.channels != b.channels:
        words.append(f"{a.channels} channels against {b.channels}")
    if a.is_map and a.sides != b.sides:
        words.append(f"{a.height}×{a.width} against {b.height}×{b.width}, a stride between them halves one side")
    elif a.sides != b.sides:
        words.append(f"{a.label} against {b.label}")
    return " and ".join(words)
