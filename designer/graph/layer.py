"""The contract that a layer declaration fills; knows no particular layer, no Qt, no torch.

A layer is *what is computed*: a frozen dataclass whose fields are its parameters. Every surface (palette, inspector,
shapes, cost, PyTorch module, printed source, ONNX, file format) reads the members below and nothing else, so a layer is
declared once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from designer.errors import Misfit, ParameterError, near
from designer.graph.formula import Formulas
from designer.graph.parameter import Parameter
from designer.graph.tensor import TensorSpec

if TYPE_CHECKING:
    from designer.graph.design import Design


class Category(Enum):
    """Groups of the palette, in its order; the value is the heading."""

    ENDPOINT = "Input · Output"
    CONVOLUTION = "Convolution"
    ACTIVATION = "Activation"
    MERGE = "Merge"
    NORMALIZATION = "Normalization"
    POOLING = "Pooling"
    DENSE = "Shape · Dense"
    BLOCK = "Blocks"


class Padding(Enum):
    """What stands around the input of a sliding window.

    SYMMETRIC is PyTorch's usual d·(k−1)/2 zeros on both sides. SAME is TensorFlow's: just enough that the output has
    ceil(in / s) positions, the odd one after rather than before. NONE adds nothing. EXPLICIT adds what is given.
    """

    SYMMETRIC = "symmetric"
    SAME = "same"
    NONE = "none"
    EXPLICIT = "explicit"

    @property
    def title(self) -> str:
        """The word on screen, with whose convention it is."""
        return {
            Padding.SYMMETRIC: "symmetric (PyTorch)",
            Padding.SAME: "same (TensorFlow)",
            Padding.NONE: "none",
            Padding.EXPLICIT: "explicit",
        }[self]


Quad = tuple[int, int, int, int]


@dataclass(frozen=True)
class Port:
    """One place where a wire can end."""

    name: str
    help: str = ""


class Weight(NamedTuple):
    """One tensor a layer keeps, named as in PyTorch's state dict; buffers are kept but not trained and not counted."""

    name: str
    shape: tuple[int, ...]
    is_buffer: bool = False

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)


class Work(NamedTuple):
    """What one forward pass does: multiply-accumulates of convolutions and dense layers; the rest by elements."""

    macs: int = 0
    elementwise: int = 0


class Window(NamedTuple):
    """A square window that slides over height and width.

    Attributes:
        kernel_size: Side k of the window, in taps.
        stride: Step s between outputs.
        dilation: Distance d between taps.
        padding: What stands around the input.
        explicit: Top, bottom, left, right, where padding is EXPLICIT.
    """

    kernel_size: int
    stride: int = 1
    dilation: int = 1
    padding: Padding = Padding.SYMMETRIC
    explicit: Quad = (0, 0, 0, 0)

    @property
    def extent(self) -> int:
        """Input positions from the first tap to the last: (k − 1)·d + 1."""
        return (self.kernel_size - 1) * self.dilation + 1

    def pads(self, x: TensorSpec) -> Quad:
        """Rows added at top and bottom, columns at left and right, for an input N×C×H×W."""
        if self.padding is Padding.NONE:
            return (0, 0, 0, 0)
        if self.padding is Padding.EXPLICIT:
            return self.explicit
        if self.padding is Padding.SYMMETRIC:
            side = (self.extent - 1) // 2
            return (side, side, side, side)
        return (*self._same(x.height), *self._same(x.width))

    def _same(self, size: int) -> tuple[int, int]:
        # TensorFlow's rule: total = max((ceil(in / s) − 1)·s + (k − 1)·d + 1 − in, 0), the smaller half before.
        positions = -(-size // self.stride)
        total = max((positions - 1) * self.stride + self.extent - size, 0)
        return total // 2, total - total // 2

    def slide(self, x: TensorSpec) -> TensorSpec:
        """Shape after sliding over N×C×H×W, the channels as they were: floor((in + pads − extent) / s) + 1 a side.

        Raises:
            Misfit: The input is no map, or the window is larger than the padded input.
        """
        require_map(x)
        top, bottom, left, right = self.pads(x)
        height = (x.height + top + bottom - self.extent) // self.stride + 1
        width = (x.width + left + right - self.extent) // self.stride + 1
        if height < 1 or width < 1:
            raise Misfit(
                "window-too-large",
                f"a window of {self.extent}×{self.extent} does not fit",
                f"its input {x.label} is {x.height + top + bottom}×{x.width + left + right} with padding; "
                "a smaller kernel or dilation, more padding or less stride before it would fit",
            )
        return x.with_sides(height, width)


@dataclass(frozen=True)
class Call:
    """One step of a lowering, as data: a PyTorch module to build or a function to call.

    Attributes:
        target: Dotted PyTorch name, ``torch.nn.Conv2d`` or ``torch.nn.functional.pad``.
        arguments: Keyword arguments, plain numbers, flags and tuples of numbers, defaults left out.
        inputs: Names of the tensors it takes: the layer's input ports, or ``result`` of calls before it.
        result: The name of what it makes; the last call's result is the layer's output.
    """

    target: str
    arguments: tuple[tuple[str, Any], ...] = ()
    inputs: tuple[str, ...] = ("x",)
    result: str = "y"

    @property
    def is_module(self) -> bool:
        """Whether the target is a module class (which may hold weights) rather than a function."""
        last = self.target.rpartition(".")[2]
        return last[0].isupper()

    @property
    def takes_sequence(self) -> bool:
        """Whether the function takes its tensors as one sequence rather than one by one."""
        return self.target == "torch.cat"


X = (Port("x"),)
Y = (Port("y"),)


class Layer:
    """What is computed at a node. Subclasses are declared with ``layers.registry.register``.

    Class attributes set by ``register``: ``key`` (word in files), ``title``, ``glyph`` (two or three letters on small
    cards), ``category``, ``source`` (paper and section), ``keywords`` (more words to find it by), ``parameters``.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    glyph: ClassVar[str] = ""
    category: ClassVar[Category]
    source: ClassVar[str] = ""
    keywords: ClassVar[tuple[str, ...]] = ()
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    renamed: ClassVar[Mapping[str, str]] = {}
    is_block: ClassVar[bool] = False
    """Whether ``expand`` says what it computes; then output, weights, work and lower are not asked."""
    aliases_input: ClassVar[bool] = False
    """Whether the output is the input's own memory when running (a view, or nothing done)."""
    is_bypassed: ClassVar[bool] = False
    """Whether it is switched off, so that its input passes through."""

    def __post_init__(self) -> None:
        """Raise ParameterError where a parameter is out of range."""
        for parameter in self.parameters:
            parameter.check(getattr(self, parameter.name))

    @property
    def inputs(self) -> tuple[Port, ...]:
        """Ports that take a wire each."""
        return X

    @property
    def outputs(self) -> tuple[Port, ...]:
        """Ports that give to any number of wires."""
        return Y

    @property
    def passed_input(self) -> int:
        """Which input's memory the output is, by its place, where it is one's."""
        return 0

    @property
    def body(self) -> Design | None:
        """The design drawn inside, of a group; None of everything declared in code."""
        return None

    # The base signatures take anything, so that each layer can name its own inputs and type checkers accept the
    # override.
    def output(self, *args: Any, **kwargs: Any) -> TensorSpec:
        """Shape of the output for the inputs' shapes.

        Raises:
            Misfit: The layer cannot take these inputs.
        """
        raise NotImplementedError

    def window(self) -> Window | None:
        """The window that slides over the input, where there is one; it makes the receptive field grow."""
        return None

    @property
    def downsampling(self) -> int:
        """By how much height and width shrink; the layout starts a new stage where it is more than 1."""
        window = self.window()
        return 1 if window is None else window.stride

    @property
    def sees_everything(self) -> bool:
        """Whether each output depends on every position of the input."""
        return False

    def weights(self, *args: Any, **kwargs: Any) -> tuple[Weight, ...]:
        """The tensors it keeps, in state-dict order, for the inputs' shapes."""
        return ()

    def work(self, *args: Any, **kwargs: Any) -> Work:
        """Work of one forward pass, for the inputs' shapes followed by the output's."""
        return Work()

    def lower(self, *args: Any, **kwargs: Any) -> tuple[Call, ...]:
        """PyTorch calls that compute it, for the inputs' shapes; at most one of them is a module."""
        raise NotImplementedError

    def expand(self, *args: Any, **kwargs: Any) -> Design:
        """The design a block stands for, for the inputs' shapes; its Input and Output nodes are named as the ports."""
        raise NotImplementedError

    def summary(self, *args: Any, **kwargs: Any) -> str:
        """One line of the parameters that matter, for a card; called with the inputs' shapes, without while unknown."""
        return ""

    def formulas(self, *args: Any, **kwargs: Any) -> Formulas:
        """How ``weights`` and ``work`` come about, for the inputs' shapes followed by the output's."""
        return Formulas()

    def card_title(self) -> str:
        """The title on this node's card: the class' title unless parameters belong in it."""
        return self.title

    @classmethod
    def parameter(cls, name: str) -> Parameter:
        """The declared parameter of that name.

        Raises:
            ParameterError: There is none; the text guesses what was meant.
        """
        for parameter in cls.parameters:
            if parameter.name == name:
                return parameter
        names = [parameter.name for parameter in cls.parameters]
        raise ParameterError(name, f"{cls.title} has no such parameter{near(name, names)}")

    def with_parameter(self, name: str, value: Any) -> Self:
        """The same layer with one parameter changed.

        Raises:
            ParameterError: No such parameter, or the value does not suit it.
        """
        self.parameter(name).check(value)
        return replace(self, **{name: value})  # type: ignore[type-var]  # every registered layer is a dataclass

    def shown_parameters(self) -> tuple[Parameter, ...]:
        """The parameters that matter with the present values, for the inspector."""
        return tuple(
            parameter
            for parameter in self.parameters
            if parameter.shown_when is None or getattr(self, parameter.shown_when[0]) == parameter.shown_when[1]
        )

    @cached_property
    def data(self) -> Mapping[str, Any]:
        """Parameters that differ from their defaults, as JSON data by name."""
        return {
            parameter.name: parameter.to_json(value)
            for parameter in self.parameters
            if (value := getattr(self, parameter.name)) != parameter.default
        }

    @property
    def file_key(self) -> str:
        """The word for its type in files."""
        return self.key

    @property
    def file_data(self) -> Mapping[str, Any]:
        """What files keep of it besides its type and its body, as JSON data by key."""
        return {"parameters": self.data} if self.data else {}


@dataclass(frozen=True)
class UnknownLayer(Layer):
    """A layer of a type this version does not know, kept as it came so that saving loses nothing.

    Attributes:
        type_key: The type's word in the file.
        raw: What the file keeps of it besides id, type, name and place, as JSON text.
        input_names: Ports that wires in the file end at.
        output_names: Ports that wires in the file start at.
        reason: Why it is not understood.
    """

    type_key: str
    raw: str
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]
    reason: str

    key: ClassVar[str] = "unknown"
    title: ClassVar[str] = "Unknown layer"
    glyph: ClassVar[str] = "?"
    category: ClassVar[Category] = Category.DENSE

    @property
    def inputs(self) -> tuple[Port, ...]:
        return tuple(map(Port, self.input_names))

    @property
    def outputs(self) -> tuple[Port, ...]:
        return tuple(map(Port, self.output_names))

    @property
    def file_key(self) -> str:
        return self.type_key

    @property
    def file_data(self) -> Mapping[str, Any]:
        held: dict[str, Any] = json.loads(self.raw)
        return held

    def card_title(self) -> str:
        return self.type_key

    def output(self, *inputs: TensorSpec) -> TensorSpec:
        raise Misfit("unknown-layer", f"the layer type '{self.type_key}' is not understood", self.reason)

    def summary(self, *inputs: TensorSpec) -> str:
        return "unknown type, kept as it came"


def require_map(x: TensorSpec) -> None:
    """Raise Misfit unless the input is a feature map N×C×H×W."""
    if not x.is_map:
        raise Misfit(
            "needs-map",
            "it takes a feature map",
            f"its input is a vector of {x.channels}; it belongs before the flatten",
        )


def require_vector(x: TensorSpec) -> None:
    """Raise Misfit unless the input is a vector N×F."""
    if x.is_map:
        raise Misfit(
            "needs-vector", "it takes a vector", f"its input is the map {x.label}; a flatten before it mends that"
        )
