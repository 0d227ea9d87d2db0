"""What a layer computes, as data: one frozen record an operation, in no framework's words, with its own defaults.

A layer lowers to a few steps of these. Whatever writes, builds or counts a design is a ``Reader`` of them: it holds one
answer for each type of operation, or a reason why it has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from designer.graph.tensor import TensorSpec
from designer.graph.window import Padding, Pair, Quad, same_pads

_types: list[type[Operation]] = []


class Operation:
    """One thing that is computed. Subclasses are frozen dataclasses whose fields say all of it.

    A subclass that names a ``title`` is an operation that every reader must answer for; one without is a shared base.
    """

    title: ClassVar[str] = ""

    def __init_subclass__(cls, title: str = "") -> None:
        """Note an operation by its title."""
        if title:
            cls.title = title
            _types.append(cls)


def operations() -> tuple[type[Operation], ...]:
    """Every type of operation, in the order of declaration."""
    return tuple(_types)


@dataclass(frozen=True)
class Step:
    """One operation of a lowering, with the names of its tensors.

    Attributes:
        operation: What is computed.
        inputs: Names of the tensors it takes: the layer's input ports, or ``result`` of steps before it.
        result: The name of what it makes; the last step's result is the layer's output.
    """

    operation: Operation
    inputs: tuple[str, ...] = ("x",)
    result: str = "y"


@dataclass(frozen=True, kw_only=True)
class _Sliding(Operation):
    """What slides a window over N×C×H×W.

    Attributes:
        kernel: Rows and columns of the window.
        stride: Step between outputs, down and across.
        pads: What is added at top, bottom, left and right, in numbers: they hold for the input's size.
        padding: What the numbers come from; ``SAME`` makes others for another size.
    """

    kernel: Pair
    stride: Pair = (1, 1)
    pads: Quad = (0, 0, 0, 0)
    padding: Padding = Padding.NONE

    @property
    def extent(self) -> Pair:
        """Input positions from the first tap to the last, down and across."""
        return self.kernel

    def is_same(self, x: TensorSpec) -> bool:
        """Whether the pads are those of TensorFlow's SAME for an input N×C×H×W, wherever they come from."""
        rows = same_pads(x.height, self.extent[0], self.stride[0])
        columns = same_pads(x.width, self.extent[1], self.stride[1])
        return self.pads == (*rows, *columns)


@dataclass(frozen=True, kw_only=True)
class Convolution(_Sliding, title="convolution"):
    """Slides filters over N×C×H×W: out N×C'×H'×W'; keeps ``weight`` C'×(C/g)×k×k and ``bias`` C'.

    Attributes:
        in_channels: C of the input.
        out_channels: C', one filter each.
        dilation: Distance between taps, down and across.
        groups: g, each reading C/g channels.
        bias: Whether one number is added to each output channel.
    """

    in_channels: int
    out_channels: int
    dilation: Pair = (1, 1)
    groups: int = 1
    bias: bool = True

    @property
    def extent(self) -> Pair:
        return (
            (self.kernel[0] - 1) * self.dilation[0] + 1,
            (self.kernel[1] - 1) * self.dilation[1] + 1,
        )

    @property
    def is_depthwise(self) -> bool:
        """Whether each of several channels is filtered by itself."""
        return self.groups == self.in_channels > 1


@dataclass(frozen=True, kw_only=True)
class MaxPool(_Sliding, title="max pool"):
    """The largest value under a window over N×C×H×W; what is padded never wins."""


@dataclass(frozen=True, kw_only=True)
class AveragePool(_Sliding, title="average pool"):
    """The mean under a window over N×C×H×W; what is padded is not counted in the mean."""


@dataclass(frozen=True)
class GlobalAveragePool(Operation, title="global average pool"):
    """The mean of each channel of N×C×H×W over all positions: N×C×1×1."""


@dataclass(frozen=True)
class BatchNorm(Operation, title="batch norm"):
    """Each channel of N×C×H×W by its running mean and variance, then scaled and shifted.

    Attributes:
        channels: C.
        eps: Added to the variance.
        momentum: Share of a new batch in the running mean and variance.
    """

    channels: int
    eps: float = 1e-5
    momentum: float = 0.1


@dataclass(frozen=True)
class Linear(Operation, title="fully connected"):
    """Every output reads every input: N×F in, N×F' out; keeps ``weight`` F'×F and ``bias`` F'.

    Attributes:
        in_features: F.
        out_features: F'.
        bias: Whether one number is added to each output.
    """

    in_features: int
    out_features: int
    bias: bool = True


@dataclass(frozen=True)
class Relu(Operation, title="ReLU"):
    """max(x, 0), element by element."""


@dataclass(frozen=True)
class Relu6(Operation, title="ReLU6"):
    """min(max(x, 0), 6), element by element."""


@dataclass(frozen=True)
class LeakyRelu(Operation, title="leaky ReLU"):
    """x where positive, else ``negative_slope``·x, element by element."""

    negative_slope: float = 0.01


@dataclass(frozen=True)
class HardSwish(Operation, title="hard-swish"):
    """x·ReLU6(x + 3)/6, element by element."""


@dataclass(frozen=True)
class HardSigmoid(Operation, title="hard-sigmoid"):
    """ReLU6(x + 3)/6, element by element."""


@dataclass(frozen=True)
class Silu(Operation, title="SiLU"):
    """x·σ(x), element by element."""


@dataclass(frozen=True)
class Gelu(Operation, title="GELU"):
    """x·Φ(x), Φ the normal distribution by the error function, element by element."""


@dataclass(frozen=True)
class Sigmoid(Operation, title="sigmoid"):
    """1/(1 + e⁻ˣ), element by element."""


@dataclass(frozen=True)
class Identity(Operation, title="identity"):
    """The input itself."""


@dataclass(frozen=True)
class Dropout(Operation, title="dropout"):
    """The input itself when running; while training a share ``p`` of it is set to zero."""

    p: float = 0.5


@dataclass(frozen=True)
class Flatten(Operation, title="flatten"):
    """N×C×H×W laid out as N×(C·H·W), channel by channel."""


@dataclass(frozen=True)
class Add(Operation, title="addition"):
    """Two tensors of one shape, added element by element."""


@dataclass(frozen=True)
class Multiply(Operation, title="multiplication"):
    """Two tensors multiplied element by element; one of N×C×1×1 scales the other's channels."""


@dataclass(frozen=True)
class Concatenate(Operation, title="concatenation"):
    """Tensors one behind the other along the channels."""


Answer = TypeVar("Answer")
Function = TypeVar("Function", bound=Callable[..., object])


class Reader(Generic[Answer]):
    """What one reader of operations answers for each type of them.

    Args:
        title: What it makes of operations, as a refusal says it: ``ONNX``, ``Keras``.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self._answers: dict[type[Operation], Answer] = {}
        self._refusals: dict[type[Operation], str] = {}

    def answers(self, *types: type[Operation]) -> Callable[[Function], Function]:
        """Mark a function as the answer for these types."""

        def note(function: Function) -> Function:
            for each in types:
                self.set(each, function)  # type: ignore[arg-type]  # mypy checks the function where the table is read
            return function

        return note

    def set(self, type: type[Operation], answer: Answer) -> None:
        """State the answer for a type."""
        self._answers[type] = answer

    def refuse(self, type: type[Operation], reason: str) -> None:
        """State why a type has no answer, as the end of a sentence: ``Keras has no …``."""
        self._refusals[type] = reason

    def find(self, operation: Operation) -> Answer | None:
        """The answer for an operation, where there is one."""
        return self._answers.get(type(operation))

    def refusal(self, operation: Operation) -> str:
        """Why there is none."""
        stated = self._refusals.get(type(operation))
        return stated or f"nothing here writes a {operation.title} to {self.title}"

    def changed(self, answers: Mapping[type[Operation], Answer | None]) -> Reader[Answer]:
        """A reader that answers these types otherwise, or not at all where None is given."""
        made: Reader[Answer] = Reader(self.title)
        kept = {**self._answers, **answers}
        made._answers = {type: answer for type, answer in kept.items() if answer is not None}
        made._refusals = dict(self._refusals)
        return made

    def unanswered(self) -> Iterator[type[Operation]]:
        """Types that have neither an answer nor a stated refusal."""
        return (each for each in operations() if each not in self._answers and each not in self._refusals)
