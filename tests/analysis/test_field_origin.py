"""The windows behind a receptive field add up to it, through blocks and along the way that sees most."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import analyse
from designer.analysis.field_origin import field_origin, last_bounded_node
from designer.edit.grouping import group
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.layers.convolution import Conv2d, DepthwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Concatenate
from designer.templates.networks import template


@pytest.mark.parametrize("key", ["mobilenet_v2", "mobilenet_v1", "bottleneck", "separable"])
def test_growths_add_up(key: str) -> None:
    analysis = analyse(template(key).build(resolution=96))
    for id in analysis.design.nodes:
        origin = field_origin(analysis, (id,))
        assert origin.field == analysis.receptive_field(id)
        if origin.field.size is not None:
            assert 1 + sum(growth.pixels for growth in origin.growths) == origin.field.size[1]
            assert origin.sees_everything_at is None
        else:
            assert origin.sees_everything_at == (NodeId("pool"),)


def branches() -> Design:
    """Two ways that meet: 3×3 then 3×3 with stride 2; and a single dilated 5×5 with stride 2."""
    nodes = [
        Node(NodeId("x"), Input(4, 32, 32)),
        Node(NodeId("a"), Conv2d(4)),
        Node(NodeId("b"), Conv2d(4, stride=2)),
        Node(NodeId("wide"), DepthwiseConv2d(5, stride=2, dilation=2)),
        Node(NodeId("join"), Concatenate()),
        Node(NodeId("last"), DepthwiseConv2d()),
        Node(NodeId("out"), Output()),
    ]
    ends = [("x", "a.x"), ("a", "b.x"), ("x", "wide.x"), ("b", "join.a"), ("wide", "join.b"), ("join", "last.x")]
    wires = [
        Wire(PortRef(NodeId(source), "y"), PortRef(NodeId(target.partition(".")[0]), target.partition(".")[2]))
        for source, target in [*ends, ("last", "out.x")]
    ]
    return Design.build("branches", nodes, wires)


def test_the_way_that_sees_most_by_hand() -> None:
    # wide: 1 + (9 − 1)·1 = 9 beats 1 + 2 + 2 = 5; then 9 + 2·2 = 13.
    origin = field_origin(analyse(branches()), (NodeId("last"),))
    assert [(growth.path, growth.pixels) for growth in origin.growths] == [
        ((NodeId("wide"),), 8),
        ((NodeId("last"),), 4),
    ]
    assert (origin.field.size, origin.field.jump) == ((13, 13), (2, 2))


@pytest.mark.parametrize("ids", [["a", "b"], ["wide"], ["a", "b", "wide", "join"], ["join", "last"]])
def test_a_group_changes_nothing_but_the_names(ids: list[str]) -> None:
    grouped, block = group(branches(), [NodeId(id) for id in ids])
    analysis = analyse(grouped)
    end = (NodeId("out"),)
    origin = field_origin(analysis, end)
    assert [growth.path[-1] for growth in origin.growths] == ["wide", "last"]
    assert origin.field.size == (13, 13)
    inner = analysis.node(block).inner
    assert inner is not None
    for id in inner.design.order:
        if id in branches().nodes:
            assert field_origin(analysis, (block, id)).field == analyse(branches()).receptive_field(id)


def test_a_path_through_what_is_no_block_is_refused() -> None:
    with pytest.raises(KeyError):
        field_origin(analyse(branches()), (NodeId("a"), NodeId("b")))


def test_the_last_node_that_does_not_see_everything() -> None:
    assert last_bounded_node(analyse(template("mobilenet_v2").build())) == "head"
    assert last_bounded_node(analyse(template("bottleneck").build())) == "output"
    assert last_bounded_node(analyse(Design())) is None
