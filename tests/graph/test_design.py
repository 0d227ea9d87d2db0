"""Designs refuse unsound structure and say why; queries and digests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings

from designer.errors import EditRefused
from designer.graph.design import Design, Node, NodeId, Point, PortRef, Wire
from designer.graph.difference import difference
from designer.graph.topology import to_networkx
from designer.layers.activation import ReLU6
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from tests.random_designs import designs


def node(id: str, layer: object) -> Node:
    return Node(NodeId(id), layer)  # type: ignore[arg-type]


def wire(source: str, target: str) -> Wire:
    return Wire(ref(source), ref(target))


def ref(text: str) -> PortRef:
    id, port = text.split(".")
    return PortRef(NodeId(id), port)


def chain() -> Design:
    """Input, two activations, output."""
    nodes = [node("in", Input()), node("a", ReLU6()), node("b", ReLU6()), node("out", Output())]
    return Design.build("chain", nodes, [wire("in.y", "a.x"), wire("a.y", "b.x"), wire("b.y", "out.x")])


REFUSALS: list[tuple[Callable[[], Design], str]] = [
    (lambda: chain().with_node(node("a", ReLU6())), "'a' is already on the canvas"),
    (lambda: chain().with_wire(wire("in.y", "b.x")), "b.x already takes a wire from a.y; an input takes one"),
    (lambda: chain().with_wire(wire("nobody.y", "a.x")), "there is no such node"),
    (lambda: chain().with_wire(wire("a.z", "b.x")), "a has no output 'z' (it has: y)"),
    (lambda: chain().with_wire(wire("out.y", "a.x")), "out has no output 'y' (it has: none)"),
    (
        lambda: chain().without_wires([PortRef(NodeId("a"), "x")]).with_wire(wire("b.y", "a.x")),
        "a wire from b to a would make a cycle",
    ),
    (
        lambda: Design.build("x", [node("a", ReLU6()), node("b", ReLU6())], [wire("a.y", "b.x"), wire("b.y", "a.x")]),
        "the wires run in a circle",
    ),
    (lambda: Design.build("x", [node("a", ReLU6()), node("a", ReLU6())], []), "two nodes are called 'a'"),
]


@pytest.mark.parametrize(("make", "reason"), REFUSALS, ids=[reason[:30] for _, reason in REFUSALS])
def test_unsound_structure_is_refused_with_the_reason(make: Callable[[], Design], reason: str) -> None:
    with pytest.raises(EditRefused) as refusal:
        make()
    assert reason in str(refusal.value)


@settings(deadline=None)
@given(designs())
def test_order_puts_every_node_after_what_it_reads(design: Design) -> None:
    assert sorted(design.order) == sorted(design.nodes)
    for each in design.wires.values():
        assert design.rank[each.source.node] < design.rank[each.target.node]


def test_a_layer_with_fewer_ports_loses_the_wires_of_the_others() -> None:
    nodes = [node("in", Input()), node("add", Add(count=3))]
    design = Design.build("x", nodes, [wire("in.y", f"add.{port}") for port in "abc"])
    fewer = design.with_layer(NodeId("add"), Add(count=2))
    assert sorted(target.port for target in fewer.wires) == ["a", "b"]


def test_digest_counts_what_is_computed_and_not_how_it_looks() -> None:
    design = chain()
    moved = design.replacing([Node(NodeId("a"), ReLU6(), "called", Point(5, 5))]).renamed("other")
    assert moved.digest == design.digest
    assert design.with_layer(NodeId("a"), PointwiseConv2d(3)).digest != design.digest


def test_a_difference_says_what_was_added_changed_and_removed() -> None:
    before = chain()
    after = before.without_nodes([NodeId("b")]).with_node(node("c", ReLU6())).with_wire(wire("a.y", "c.x"))
    after = after.with_layer(NodeId("in"), Input(channels=5))
    found = difference(before, after)
    assert [each.id for each in found.added_nodes] == ["c"]
    assert [each.id for each in found.removed_nodes] == ["b"]
    assert [(old.id, new.layer) for old, new in found.changed_nodes] == [("in", Input(channels=5))]
    assert [str(each.target) for each in found.added_wires] == ["c.x"]
    assert sorted(str(each.target) for each in found.removed_wires) == ["b.x", "out.x"]
    assert not difference(before, chain())


@settings(deadline=None)
@given(designs(), designs())
def test_a_difference_leads_from_one_design_to_the_other(before: Design, after: Design) -> None:
    found = difference(before, after)
    nodes = dict(before.nodes)
    for each in found.removed_nodes:
        del nodes[each.id]
    nodes |= {each.id: each for each in (*found.added_nodes, *(new for _, new in found.changed_nodes))}
    wires = dict(before.wires)
    for lost in found.removed_wires:
        del wires[lost.target]
    wires |= {each.target: each for each in (*found.added_wires, *(new for _, new in found.changed_wires))}
    assert (nodes, wires) == (after.nodes, after.wires)


def test_the_networkx_graph_has_the_same_nodes_and_wires() -> None:
    import networkx

    graph = to_networkx(chain())
    assert list(networkx.topological_sort(graph)) == list(chain().order)
    assert {(a, b, data["target_port"]) for a, b, data in graph.edges(data=True)} == {
        ("in", "a", "x"),
        ("a", "b", "x"),
        ("b", "out", "x"),
    }
