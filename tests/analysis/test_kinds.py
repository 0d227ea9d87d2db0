"""Tallies by type follow edits of single nodes, and forget a type whose last node is gone."""

from __future__ import annotations

from designer.analysis.cost import NodeCost
from designer.analysis.kinds import listed, retallied, tallied
from designer.analysis.shapes import Facts
from designer.analysis.snapshot import NodeReport
from designer.graph.design import Node, NodeId
from designer.graph.layer import Layer
from designer.layers.activation import ReLU, ReLU6
from designer.layers.convolution import PointwiseConv2d


def counted(id: str, layer: Layer, macs: int, elementwise: int = 0) -> tuple[Node, NodeReport]:
    """A node that is said to cost so much."""
    return Node(NodeId(id), layer), NodeReport((), Facts((), NodeCost(macs=macs, elementwise=elementwise)))


def test_nodes_of_one_type_are_added_up_and_the_most_macs_come_first() -> None:
    nodes = [counted("a", ReLU6(), 0, 7), counted("b", PointwiseConv2d(8), 100), counted("c", PointwiseConv2d(4), 20)]
    pointwise, relu6 = listed(tallied(nodes))
    assert (pointwise.title, pointwise.count, pointwise.cost.macs) == ("Pointwise 1×1", 2, 120)
    assert (relu6.count, relu6.cost.elementwise) == (1, 7)


def test_an_edit_moves_a_node_from_one_type_to_another() -> None:
    before, after = counted("a", ReLU6(), 0, 7), counted("a", ReLU(), 0, 5)
    other = counted("b", PointwiseConv2d(8), 100)
    assert retallied(tallied([before, other]), [(before, after)]) == tallied([after, other])


def test_a_node_whose_shapes_are_lost_is_not_counted() -> None:
    before = counted("a", PointwiseConv2d(8), 100)
    assert retallied(tallied([before]), [(before, (before[0], NodeReport((None,), None)))]) == {}
