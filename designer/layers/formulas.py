"""The fields of a group's parts that follow from its parameters, worked out for the shapes that reach it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from designer.errors import EditRefused, ExpressionError, ParameterError, ShapeError
from designer.graph.arithmetic import FUNCTIONS, Value, expression, require_known
from designer.graph.bypass import bypassed
from designer.graph.design import Design, Node, NodeId
from designer.graph.layer import Layer
from designer.graph.parameter import Choice, Flag, Integer, Parameter, Ratio, Sides
from designer.graph.tensor import TensorSpec
from designer.issue_code import IssueCode

IN, HERE, HEIGHT, WIDTH = "in", "here", "h", "w"
FLOWING = {
    IN: "channels that flow into the group",
    HERE: "channels that flow into this node",
    HEIGHT: "height of the map that flows into the group",
    WIDTH: "width of that map",
}
"""What a formula can speak of besides the group's parameters."""

RESERVED = frozenset((*FLOWING, *FUNCTIONS, "if", "else", "and", "or", "not", "True", "False", "None"))
"""Names that no parameter of a group can have."""


def has_formulas(body: Design) -> bool:
    """Whether anything in a group follows from its parameters."""
    return any(node.formulas or node.condition for node in body.nodes.values())


def without_formulas(body: Design) -> Design:
    """The same values, with nothing left that they follow from; what is switched off stays so."""
    free = [replace(node, formulas=(), condition="") for node in body.nodes.values() if node.formulas or node.condition]
    return body.replacing(free).parametrised(())


@lru_cache(maxsize=1 << 12)
def settled(body: Design, own: tuple[tuple[str, Any], ...], inputs: tuple[TensorSpec, ...]) -> Design:
    """What is inside a group with every formula worked out; the very same design where there is none.

    Args:
        body: What was drawn.
        own: The group's parameters and their values.
        inputs: The shapes that reach it, N×C×H×W each.

    Raises:
        ShapeError: A formula cannot be worked out, or gives what its field does not take; the text says which.
    """
    if not has_formulas(body):
        return body
    names: dict[str, Value] = {name: value_in_formula(value) for name, value in own} | _flowing(inputs)
    reached = _Reached(body, inputs)
    changed: list[Node] = []
    for id in body.order:
        node = body.nodes[id]
        if node.formulas or node.condition:
            layer = _settled_layer(node, names, reached)
            reached.layers[id] = layer
            changed.append(replace(node, layer=layer))
    return body.replacing(changed)


def value_in_formula(value: Any) -> Value:
    """A parameter's value as a formula sees it: a choice is its word."""
    plain = getattr(value, "value", value)
    return plain if isinstance(plain, (bool, int, float, str)) else str(plain)


def _flowing(inputs: tuple[TensorSpec, ...]) -> dict[str, Value]:
    if not inputs:
        return {}
    first = inputs[0]
    sides: dict[str, Value] = {HEIGHT: first.height, WIDTH: first.width} if first.is_map else {}
    return {IN: first.channels, **sides}


class _Reached:
    """The channels that reach each part, found only where a formula asks for them."""

    def __init__(self, body: Design, inputs: tuple[TensorSpec, ...]) -> None:
        self._body = body
        self._specs: dict[NodeId, tuple[TensorSpec, ...]] = {
            node.id: (spec,) for node, spec in zip(body.input_nodes(), inputs, strict=False)
        }
        self.layers: dict[NodeId, Layer] = {}

    def channels(self, id: NodeId) -> int:
        """How many channels come in by the main path.

        Raises:
            ShapeError: What comes before cannot take what reaches it.
        """
        for other in self._body.order:  # in order, so that what comes before is there already
            if other == id:
                break
            self._outputs(other)
        reached = self._inputs(id)
        if not reached:
            raise ShapeError(IssueCode.PARAMETERS, f"nothing flows into {id}", "a formula speaks of it; wire its input")
        return reached[-1].channels

    def _inputs(self, id: NodeId) -> tuple[TensorSpec, ...]:
        found = []
        for feed in self._body.feeds[id]:
            if feed is None:
                return ()
            made = self._outputs(feed.node)
            if feed.output >= len(made):
                return ()
            found.append(made[feed.output])
        return tuple(found)

    def _outputs(self, id: NodeId) -> tuple[TensorSpec, ...]:
        if id not in self._specs:
            layer = self.layers.get(id, self._body.nodes[id].layer)
            reached = self._inputs(id)
            self._specs[id] = _made(layer, reached) if len(reached) == len(layer.inputs) else ()
        return self._specs[id]


def _made(layer: Layer, inputs: tuple[TensorSpec, ...]) -> tuple[TensorSpec, ...]:
    """The shapes that a layer or a block gives."""
    if not layer.is_block:
        return layer.lowered(*inputs).outputs
    body: Design = layer.expand(*inputs)
    within = _Reached(body, inputs)
    for id in body.order:
        within._outputs(id)
    return tuple(spec for node in body.output_nodes() for spec in within._inputs(node.id))


def _settled_layer(node: Node, names: Mapping[str, Value], reached: _Reached) -> Layer:
    layer = node.layer
    if node.condition and not _worked_out(node, "", node.condition, names, reached):
        try:
            return bypassed(layer)  # what is not there need not be worked out
        except EditRefused as error:
            raise _refusal(node, "", node.condition, str(error)) from None
    for each in node.formulas:
        value = _worked_out(node, each.field, each.text, names, reached)
        try:
            parameter = layer.parameter(each.field)
            layer = layer.with_parameter(each.field, taken(parameter, value))
        except ParameterError as error:
            raise _refusal(node, each.field, each.text, error.reason) from None
    return layer


def _worked_out(node: Node, field: str, text: str, names: Mapping[str, Value], reached: _Reached) -> Value:
    try:
        read = expression(text)
        if HERE in read.names:
            names = {**names, HERE: reached.channels(node.id)}
        require_known(read, names, "parameter")
        return read.value(names)
    except ExpressionError as error:
        raise _refusal(node, field, text, error.reason) from None


def _refusal(node: Node, field: str, text: str, reason: str) -> ShapeError:
    what = f"the {field} of {node.id}" if field else f"the condition of {node.id}"
    return ShapeError(IssueCode.PARAMETERS, f"{what} is '{text}'", f"{reason}; mend the formula, or a parameter")


def taken(parameter: Parameter, value: Value) -> Any:
    """What a formula gave, as a value of a field.

    Raises:
        ParameterError: It is none.
    """
    match parameter:
        case Flag():
            return bool(value)
        case Choice():
            return parameter.parse(str(value))
        case Ratio() if not isinstance(value, (str, bool)):
            found: Any = float(value)
        case Integer() | Sides() if not isinstance(value, (str, bool)):
            if value != int(value):
                raise ParameterError(parameter.name, f"{value:g} is no whole number; round(…) makes one")
            found = int(value)
        case _:
            raise ParameterError(parameter.name, f"'{value}' is no value of it")
    parameter.check(found)
    return found
