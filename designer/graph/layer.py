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
from operator import attrgetter
from typing import Any, ClassVar, Self

from designer.errors import ParameterError, ShapeError, near
from designer.graph.formula import Formulas
from designer.graph.lowered import Lowered, follow
from designer.graph.operations import Step
from designer.graph.parameter import Parameter, Sides
from designer.graph.tensor import TensorSpec
from designer.graph.weight import Weight
from designer.graph.window import Window
from designer.issue_code import IssueCode


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


@dataclass(frozen=True)
class Port:
    """One place where a wire can end."""

    name: str
    help: str = ""


_NAME = attrgetter("name")

_FEW_PORTS = 16

X = (Port("x"),)
Y = (Port("y"),)
_X_NAMES, _Y_NAMES = ("x",), ("y",)


@dataclass(frozen=True)
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
    """Whether ``expand`` says what it computes; then ``lower`` is not asked."""
    is_bypassed: ClassVar[bool] = False
    """Whether it is switched off, so that its input passes through."""

    def __post_init__(self) -> None:
        """Raise ParameterError where a parameter is out of range."""
        for parameter in self.parameters:
            value = getattr(self, parameter.name)
            parameter.check(value)
            if type(value) is tuple and isinstance(parameter, Sides):
                object.__setattr__(self, parameter.name, parameter.normal(value))

    @property
    def declared(self) -> type[Layer]:
        """The class that was declared for it: what a node is counted and named as."""
        return type(self)

    @property
    def inputs(self) -> tuple[Port, ...]:
        """Ports that take a wire each."""
        return X

    @property
    def main_input(self) -> Port | None:
        """The input that the main path takes: of several the last, as a merge's shortcuts come first; None without."""
        return self.inputs[-1] if self.inputs else None

    @property
    def outputs(self) -> tuple[Port, ...]:
        """Ports that give to any number of wires."""
        return Y

    @property
    def passed_input(self) -> int:
        """Which input passes where the layer is switched off, by its place."""
        return len(self.inputs) - 1

    def port_called(self, is_input: bool, name: str) -> Port | None:
        """The input or output of a name, where there is one."""
        ports = self.inputs if is_input else self.outputs
        if len(ports) <= _FEW_PORTS:
            return next((port for port in ports if port.name == name), None)
        return (self._inputs_by_name if is_input else self._outputs_by_name).get(name)

    @cached_property
    def _inputs_by_name(self) -> Mapping[str, Port]:
        return {port.name: port for port in self.inputs}

    @cached_property
    def _outputs_by_name(self) -> Mapping[str, Port]:
        return {port.name: port for port in self.outputs}

    @property
    def body(self) -> Any:
        """The ``Design`` drawn inside, of a group; None of everything declared in code."""
        return None

    # The base signatures take anything, so that each layer can name its own inputs and type checkers accept the
    # override.
    def lower(self, *args: Any, **kwargs: Any) -> tuple[Step, ...]:
        """Operations that compute it, for the inputs' shapes; at most one of them keeps weights.

        All else follows from them: shapes, weights, work, formulas, memory.

        Raises:
            ShapeError: The layer cannot take these inputs.
        """
        raise NotImplementedError

    def lowered(self, *inputs: TensorSpec) -> Lowered:
        """The operations and what follows from them, for the inputs' shapes.

        Raises:
            ShapeError: The layer cannot take these inputs.
        """
        takes, gives = self.inputs, self.outputs
        # Most layers take one tensor and give one: a recount asks for hundreds.
        names = _X_NAMES if takes is X else tuple(map(_NAME, takes))
        given_out = _Y_NAMES if gives is Y else tuple(map(_NAME, gives))
        return follow(self.lower(*inputs), names, inputs, given_out)

    def output(self, *inputs: Any) -> TensorSpec:
        """The shape of its first output.

        Raises:
            ShapeError: The layer cannot take these inputs.
        """
        return self.lowered(*inputs).outputs[0]

    def weights(self, *inputs: TensorSpec) -> tuple[Weight, ...]:
        """The tensors it keeps, in state-dict order, for the inputs' shapes."""
        return tuple(weight for step in self.lower(*inputs) for weight in step.operation.weights())

    def formulas(self, *inputs: TensorSpec) -> Formulas:
        """How its parameters and its work come about, for the inputs' shapes."""
        return self.lowered(*inputs).formulas

    def window(self) -> Window | None:
        """The window that slides over the input, where there is one; it makes the receptive field grow."""
        return None

    @property
    def downsampling(self) -> int:
        """By how much height and width shrink; the layout starts a new stage where it is more than 1."""
        window = self.window()
        return 1 if window is None else max(window.stride)

    @property
    def sees_everything(self) -> bool:
        """Whether each output depends on every position of the input."""
        return False

    def expand(self, *args: Any, **kwargs: Any) -> Any:
        """The ``Design`` a block stands for, for the inputs' shapes; its Input and Output nodes are named as the ports.

        A design is made of layers, so this module cannot name its class; blocks do where they fill this in.
        """
        raise NotImplementedError

    def summary(self, *args: Any, **kwargs: Any) -> str:
        """One line of the parameters that matter, for a card; called with the inputs' shapes, without while unknown."""
        return ""

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
        return replace(self, **{name: value})

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

    @cached_property
    def _ports(self) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
        """Made once: of a type that nobody knows there may be thousands."""
        return tuple(map(Port, self.input_names)), tuple(map(Port, self.output_names))

    @property
    def inputs(self) -> tuple[Port, ...]:
        return self._ports[0]

    @property
    def outputs(self) -> tuple[Port, ...]:
        return self._ports[1]

    @property
    def file_key(self) -> str:
        return self.type_key

    @property
    def file_data(self) -> Mapping[str, Any]:
        held: dict[str, Any] = json.loads(self.raw)
        return held

    def card_title(self) -> str:
        return self.type_key

    def lower(self, *inputs: TensorSpec) -> tuple[Step, ...]:
        raise ShapeError(IssueCode.UNKNOWN_LAYER, f"the layer type '{self.type_key}' is not understood", self.reason)

    def summary(self, *inputs: TensorSpec) -> str:
        return "unknown type, kept as it came"
