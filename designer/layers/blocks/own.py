"""The block drawn by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any, Self

from designer.errors import ParameterError, ShapeError, near
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Category, Layer, Port
from designer.graph.parameter import Parameter
from designer.graph.tensor import TensorSpec
from designer.issue_code import IssueCode
from designer.layers.endpoints import Input, Output
from designer.layers.formulas import settled
from designer.layers.registry import register


def _pass_through() -> Design:
    x, y = NodeId("x"), NodeId("y")
    return Design.build("Group", [Node(x, Input()), Node(y, Output())], [Wire(PortRef(x, "y"), PortRef(y, "x"))])


@register(
    key="group",
    title="Group",
    glyph="GRP",
    category=Category.BLOCK,
    keywords=("block", "custom", "frame"),
)
class Group(Layer):
    """A block drawn by hand: what is inside is a design of its own, its Input and Output nodes the ports.

    In and out as the design inside says. Its parameters are those that the design inside declares; fields and parts in
    there can follow from them.

    Attributes:
        body: What is inside.
        values: Values of its parameters that are not the default, by name, in the order they are declared.
    """

    body: Design = _pass_through()
    values: tuple[tuple[str, Any], ...] = ()

    is_block = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", self.body.parameters)
        if self.values:
            given = dict(self.values)
            kept = [each for each in self.parameters if given.get(each.name, each.default) != each.default]
            for each in kept:
                each.check(given[each.name])
            object.__setattr__(self, "values", tuple((each.name, given[each.name]) for each in kept))

    def __getattr__(self, name: str) -> Any:
        """The value of one of its own parameters."""
        for parameter in vars(self).get("parameters", ()):
            if parameter.name == name:
                return dict(self.values).get(name, parameter.default)
        raise AttributeError(name)

    @property
    def own_values(self) -> tuple[tuple[str, Any], ...]:
        """All of its parameters with their values."""
        given = dict(self.values)
        return tuple((each.name, given.get(each.name, each.default)) for each in self.parameters)

    def parameter(self, name: str) -> Parameter:  # type: ignore[override]  # declared by the one that is here
        for each in self.parameters:
            if each.name == name:
                return each
        names = [each.name for each in self.parameters]
        raise ParameterError(name, f"{self.body.name} has no such parameter{near(name, names)}")

    def with_parameter(self, name: str, value: Any) -> Self:
        self.parameter(name).check(value)
        return replace(self, values=(*(each for each in self.values if each[0] != name), (name, value)))

    def with_body(self, body: Design) -> Self:
        """With something else inside; what it has no parameter for is forgotten."""
        return replace(self, body=body)

    @cached_property
    def _ports(self) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
        """Made once: there may be thousands, and every wire asks."""
        starts, ends = self.body.input_nodes(), self.body.output_nodes()
        return tuple(Port(node.id, node.name) for node in starts), tuple(Port(node.id, node.name) for node in ends)

    @property
    def inputs(self) -> tuple[Port, ...]:
        return self._ports[0]

    @property
    def outputs(self) -> tuple[Port, ...]:
        return self._ports[1]

    @property
    def downsampling(self) -> int:
        product = 1
        for node in self.body.nodes.values():
            product = max(product, node.layer.downsampling)
        return product

    def expand(self, *inputs: TensorSpec) -> Design:
        if not self.outputs:
            raise ShapeError(
                IssueCode.NO_OUTPUT, "the group gives nothing", "no Output node is inside; placing one there fixes it"
            )
        return settled(self.body, self.own_values, inputs)

    def card_title(self) -> str:
        return self.body.name

    def summary(self, *_: TensorSpec) -> str:
        said = " ".join(f"{each.name} {each.text(getattr(self, each.name))}" for each in self.parameters)
        return said or f"{len(self.body.nodes) - len(self.inputs) - len(self.outputs)} nodes"
