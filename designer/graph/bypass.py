"""A layer that is switched off: what reaches its main input passes through. Knows the contract, no particular layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from designer.errors import EditRefused
from designer.graph.layer import Category, Layer, Port
from designer.graph.operations import Identity, Step
from designer.graph.parameter import Parameter
from designer.graph.tensor import TensorSpec


@dataclass(frozen=True)
class Bypassed(Layer):
    """Another layer, kept with its parameters and ports, that does nothing.

    In and out as the input that passes: the last one, which by this catalogue's habit is a merge's main path. It keeps
    no weights, does no work, and its output is its input's own memory.

    Attributes:
        held: The layer that is switched off.
    """

    held: Layer

    is_bypassed: ClassVar[bool] = True

    @property
    def key(self) -> str:  # type: ignore[override]  # what it stands for is the held layer's, not the class'
        return self.held.key

    @property
    def title(self) -> str:  # type: ignore[override]
        return self.held.title

    @property
    def glyph(self) -> str:  # type: ignore[override]
        return self.held.glyph

    @property
    def category(self) -> Category:  # type: ignore[override]
        return self.held.category

    @property
    def source(self) -> str:  # type: ignore[override]
        return self.held.source

    @property
    def parameters(self) -> tuple[Parameter, ...]:  # type: ignore[override]
        return self.held.parameters

    def __getattr__(self, name: str) -> Any:
        """Values of the held layer's parameters, by which it is edited as ever."""
        if name.startswith("_") or name == "held" or all(name != each.name for each in self.held.parameters):
            raise AttributeError(name)
        return getattr(self.held, name)

    @property
    def declared(self) -> type[Layer]:
        return self.held.declared

    @property
    def inputs(self) -> tuple[Port, ...]:
        return self.held.inputs

    @property
    def outputs(self) -> tuple[Port, ...]:
        return self.held.outputs

    @property
    def body(self) -> Any:
        return self.held.body

    def lower(self, *inputs: TensorSpec) -> tuple[Step, ...]:
        return (Step(Identity(), (self.inputs[self.passed_input].name,), (self.outputs[0].name,)),)

    def summary(self, *inputs: TensorSpec) -> str:
        return "bypassed"

    def card_title(self) -> str:
        return self.held.card_title()

    def parameter(self, name: str) -> Parameter:  # type: ignore[override]
        return self.held.parameter(name)

    def with_parameter(self, name: str, value: Any) -> Self:
        return replace(self, held=self.held.with_parameter(name, value))

    def shown_parameters(self) -> tuple[Parameter, ...]:
        return self.held.shown_parameters()

    @property
    def file_key(self) -> str:
        return self.held.file_key

    @property
    def file_data(self) -> Mapping[str, Any]:
        return {**self.held.file_data, "bypassed": True}


def bypassed(layer: Layer) -> Layer:
    """A layer switched off.

    Raises:
        EditRefused: Nothing can pass it: it lacks an input, or has not one output.
    """
    if layer.is_bypassed:
        return layer
    if not layer.inputs or len(layer.outputs) != 1:
        raise EditRefused(f"{layer.title} cannot be bypassed: it takes an input and one output for something to pass")
    return Bypassed(layer)


def restored(layer: Layer) -> Layer:
    """A layer switched on again."""
    return layer.held if isinstance(layer, Bypassed) else layer
