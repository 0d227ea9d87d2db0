"""The block drawn by hand."""

from __future__ import annotations

from functools import cached_property

from designer.errors import ShapeError
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Category, Layer, Port
from designer.graph.tensor import TensorSpec
from designer.issue_code import IssueCode
from designer.layers.endpoints import Input, Output
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

    In and out as the design inside says.
    """

    body: Design = _pass_through()

    is_block = True

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
        return self.body

    def card_title(self) -> str:
        return self.body.name

    def summary(self, *_: TensorSpec) -> str:
        return f"{len(self.body.nodes) - len(self.inputs) - len(self.outputs)} nodes"
