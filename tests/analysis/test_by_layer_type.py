"""Costs by type of layer follow edits of single nodes, and forget a type whose last node is gone."""

from __future__ import annotations

from itertools import pairwise

from designer.analysis.analysis import Analysis, analyse
from designer.edit.edits import set_parameter
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.layers.activation import ReLU, ReLU6, Sigmoid
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output

AREA = 5 * 5


def chain(*layers: tuple[str, Layer]) -> Design:
    """Layers one after another, on a map of two channels and five by five pixels."""
    parts = [("x", Input(2, 5, 5)), *layers, ("y", Output())]
    wires = [Wire(PortRef(NodeId(a), "y"), PortRef(NodeId(b), "x")) for (a, _), (b, _) in pairwise(parts)]
    return Design.build("kinds", [Node(NodeId(id), layer) for id, layer in parts], wires)


def costs(analysis: Analysis) -> dict[str, tuple[int, int, int]]:
    """By title, in the order listed: how many, their MACs, their element-wise operations."""
    return {kind.title: (kind.count, kind.cost.macs, kind.cost.elementwise) for kind in analysis.by_layer_type}


AHEAD = tuple((f"ahead_{number}", Sigmoid()) for number in range(10))
"""So many that an edit further on touches less than half of the nodes, and sums are carried over it."""
DESIGN = chain(
    *AHEAD, ("wide", PointwiseConv2d(8, bias=False)), ("act", ReLU6()), ("narrow", PointwiseConv2d(4, bias=False))
)
WIDE, NARROW = 2 * 8 * AREA, 8 * 4 * AREA
TITLE = PointwiseConv2d.title


def followed(edited: Design) -> dict[str, tuple[int, int, int]]:
    """The costs after an edit of a design whose own costs were known, which are those of a count from nothing."""
    before = analyse(DESIGN)
    assert costs(before)
    found = costs(analyse(edited, before))
    assert found == costs(analyse(edited))
    return found


def test_nodes_of_one_type_are_added_up_and_the_most_macs_come_first() -> None:
    found = costs(analyse(DESIGN))
    assert next(iter(found)) == TITLE
    assert found[TITLE][:2] == (2, WIDE + NARROW)
    assert found[ReLU6.title][:2] == (1, 0)
    assert found[ReLU6.title][2] > 0


def test_an_edit_moves_a_node_from_one_type_to_another() -> None:
    edited = DESIGN.with_layer(NodeId("act"), ReLU())
    found = followed(edited)
    assert ReLU6.title not in found
    assert found[ReLU.title] == (1, 0, 8 * AREA), "one comparison an element"
    assert found[TITLE][:2] == (2, WIDE + NARROW)


def test_an_edit_of_one_node_changes_its_types_sum_by_as_much() -> None:
    edited = set_parameter(DESIGN, [NodeId("narrow")], "out_channels", 6)
    assert followed(edited)[TITLE][:2] == (2, WIDE + 8 * 6 * AREA)


def test_a_node_whose_shapes_are_lost_is_not_counted() -> None:
    cut = DESIGN.without_wires([PortRef(NodeId("narrow"), "x")])
    found = followed(cut)
    assert found[TITLE][:2] == (1, WIDE)
    assert followed(DESIGN.without_wires([PortRef(NodeId("wide"), "x")])).keys() == {Sigmoid.title}
    assert followed(DESIGN.without_wires([PortRef(NodeId("ahead_0"), "x")])) == {}
