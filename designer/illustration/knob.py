"""A number on the picture that a hand can scrub: which field of which node it is, and which values come next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any

from designer.edit.document import Edit
from designer.edit.edits import set_parameter
from designer.edit.inside import lifted
from designer.graph.design import Design, NodePath
from designer.graph.parameter import Choice, Integer, Parameter, Ratio, Sides
from designer.graph.window import size_text
from designer.layers.activation import Activation
from designer.layers.registry import lookup


class Quantity(Enum):
    """What a knob turns; the value is its symbol."""

    EXPANSION = "t"
    CHANNELS = "C"
    OUT_CHANNELS = "C'"
    KERNEL = "k"
    STRIDE = "s"
    RESOLUTION = "H×W"
    ACTIVATION = "activation"

    @property
    def title(self) -> str:
        """The word for it."""
        return {
            Quantity.EXPANSION: "expansion",
            Quantity.CHANNELS: "input channels",
            Quantity.OUT_CHANNELS: "output channels",
            Quantity.KERNEL: "kernel",
            Quantity.STRIDE: "stride",
            Quantity.RESOLUTION: "resolution",
            Quantity.ACTIVATION: "activation",
        }[self]


_ACTIVATIONS = tuple(each for each in Activation)
_MOST_STRIDE, _MOST_KERNEL = 4, 31
_COARSE_FROM, _COARSE = 32, 8
"""From so many channels or pixels on, a step is eight of them, as hardware likes them."""


@dataclass(frozen=True)
class Knob:
    """What is scrubbed.

    Attributes:
        quantity: What it is.
        path: The node whose field it is.
        names: The field, or height and width; empty where the node itself becomes another layer.
        value: The present value; of an expansion drawn out, the channels it makes.
        unit: How much one step is at least: 1, or C of an expansion that is drawn out.
    """

    quantity: Quantity
    path: NodePath
    names: tuple[str, ...]
    value: Any
    unit: int = 1

    @property
    def label(self) -> str:
        """``expansion t of bottleneck_3``."""
        symbol = "" if self.quantity is Quantity.ACTIVATION else f" {self.quantity.value}"
        return f"{self.quantity.title}{symbol} of {'.'.join(self.path)}"

    @property
    def text(self) -> str:
        """The value as people read it."""
        if self.quantity is Quantity.ACTIVATION:
            return str(self.value.title)
        if self.quantity is Quantity.EXPANSION and self.unit != 1:
            return f"{self.value / self.unit:g}"
        return size_text(self.value) if isinstance(self.value, tuple) else f"{self.value:g}"

    def stepped(self, steps: int) -> Any:
        """The value so many steps further; the last one where there are no more."""
        match self.quantity:
            case Quantity.ACTIVATION:
                return _ACTIVATIONS[(_ACTIVATIONS.index(self.value) + steps) % len(_ACTIVATIONS)]
            case Quantity.KERNEL:
                return min(max(_rows(self.value) + 2 * steps, 1), _MOST_KERNEL)
            case Quantity.STRIDE:
                return min(max(_rows(self.value) + steps, 1), _MOST_STRIDE)
            case Quantity.EXPANSION if self.unit == 1:
                return min(max(round(2 * self.value + steps) / 2, 0.5), 64.0)
            case Quantity.EXPANSION:
                return max(round(self.value / self.unit) + steps, 1) * self.unit
            case _:
                return _counted(self.value, steps)

    def edit(self, value: Any) -> Edit:
        """The edit of the whole design that gives it a value.

        Raises, when it is called:
            ParameterError: The value does not suit the field.
            EditRefused: The node is gone.
        """
        return lifted(self.path[:-1], partial(self._set, value))

    def _set(self, value: Any, design: Design) -> Design:
        id = self.path[-1]
        if not self.names:
            return design.with_layer(id, lookup(value.value)())
        for name in self.names:
            parameter = design.node(id).layer.parameter(name)
            design = set_parameter(design, [id], name, _within(parameter, value))
        return design


def activation_of(layer_key: str) -> Activation | None:
    """The activation of a layer's word; None of one that no block has as a choice."""
    return next((each for each in _ACTIVATIONS if each.value == layer_key), None)


def _rows(size: Any) -> int:
    return size[0] if isinstance(size, tuple) else int(size)


def _counted(value: int, steps: int) -> int:
    """Channels or pixels: one by one while they are few, then by eights."""
    for _ in range(abs(steps)):
        if steps > 0:
            value = value + 1 if value < _COARSE_FROM else value - value % _COARSE + _COARSE
        else:
            value = value - 1 if value <= _COARSE_FROM else value - (value % _COARSE or _COARSE)
    return max(value, 1)


def _within(parameter: Parameter, value: Any) -> Any:
    """The value, or the nearest that the field takes."""
    if isinstance(parameter, (Integer, Ratio, Sides)) and not isinstance(value, tuple):
        return min(max(value, parameter.low), parameter.high)
    if isinstance(parameter, Choice) and value not in parameter.options:
        return parameter.default
    return value
