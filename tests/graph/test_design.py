"""Designs refuse unsound structure and say why; queries, equality and digests say what they are of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.analysis.analysis import analyse
from designer.errors import EditRefused
from designer.files.design_json import dumps, loads
from designer.graph.design import Design, Node, NodeId, Point, PortRef, Wire
from designer.layers.activation import ReLU, ReLU6
from designer.layers.blocks import Group
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from tests.random_designs import designs
from tests.small_designs import chain, diamond, drawn, node, ref, row, wire
from tests.sound_designs import sound_designs

A, B = NodeId("a"), NodeId("b")

REFUSALS: list[tuple[str, Callable[[], Design], str]] = [
    (
        "an id that is taken",
        lambda: chain().with_node(node("a", ReLU6())),
        "'a' is already on the canvas; ids must differ",
    ),
    (
        "an id used twice",
        lambda: Design.build("x", [node("a", ReLU6()), node("a", ReLU6())], []),
        "two nodes are called 'a'; ids must differ",
    ),
    (
        "a second wire",
        lambda: chain().with_wire(wire("in.y", "b.x")),
        "b.x already takes a wire from a.y; an input takes one",
    ),
    (
        "two wires at once",
        lambda: Design.build("x", chain().nodes.values(), [wire("in.y", "b.x"), wire("a.y", "b.x")]),
        "two wires end at b.x; an input takes one",
    ),
    (
        "a wire from nowhere",
        lambda: chain().with_wire(wire("outt.y", "a.x")),
        "a wire ends at 'outt', and there is no such node (did you mean 'out'?)",
    ),
    (
        "a wire to nowhere",
        lambda: chain().with_wire(wire("a.y", "zzz.x")),
        "a wire ends at 'zzz', and there is no such node",
    ),
    ("no such output", lambda: chain().with_wire(wire("a.z", "b.x")), "a has no output 'z' (it has: y)"),
    ("no output at all", lambda: chain().with_wire(wire("out.y", "a.x")), "out has no output 'y' (it has: none)"),
    ("no such input", lambda: diamond().with_wire(wire("in.y", "add.c")), "add has no input 'c' (it has: a, b)"),
    ("an output for an input", lambda: chain().with_wire(wire("a.x", "b.x")), "a has no output 'x' (it has: y)"),
    (
        "a cycle",
        lambda: chain().without_wires([ref("a.x")]).with_wire(wire("b.y", "a.x")),
        "a wire from b to a would make a cycle",
    ),
    (
        "a node that reads itself",
        lambda: chain().without_wires([ref("a.x")]).with_wire(wire("a.y", "a.x")),
        "a wire from a to a would make a cycle",
    ),
    (
        "a cycle in what is built",
        lambda: Design.build("x", [node("a", ReLU6()), node("b", ReLU6())], [wire("a.y", "b.x"), wire("b.y", "a.x")]),
        "; a design must flow one way",
    ),
    (
        "a self-reader in what is built",
        lambda: Design.build("x", [node("a", ReLU6())], [wire("a.y", "a.x")]),
        "the wires run in a circle: a → a; a design must flow one way",
    ),
    (
        "another layer at no node",
        lambda: chain().with_layer(NodeId("aa"), ReLU()),
        "there is no node 'aa' (did you mean 'a'?)",
    ),
    ("dots on no wire", lambda: chain().rerouted([wire("in.y", "b.x")]), "there is no wire from in.y to b.x"),
]


@pytest.mark.parametrize(("make", "text"), [refused[1:] for refused in REFUSALS], ids=[name for name, *_ in REFUSALS])
def test_unsound_structure_is_refused_with_the_reason(make: Callable[[], Design], text: str) -> None:
    with pytest.raises(EditRefused) as refusal:
        make()
    assert str(refusal.value).endswith(text)


def test_a_circle_is_named_in_the_direction_of_flow() -> None:
    layers = [node(id, ReLU6()) for id in "pqr"]
    with pytest.raises(EditRefused) as refusal:
        Design.build("x", layers, [wire("p.y", "q.x"), wire("q.y", "r.x"), wire("r.y", "p.x")])
    named = str(refusal.value).removeprefix("the wires run in a circle: ").partition(";")[0].split(" → ")
    assert named[0] == named[-1]
    assert all(pair in {("p", "q"), ("q", "r"), ("r", "p")} for pair in pairwise(named))


def test_a_refusal_leaves_the_design_as_it_was() -> None:
    design = chain()
    with pytest.raises(EditRefused):
        design.with_wire(wire("b.y", "a.x"))
    assert design == chain()


# Order ----------------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(designs())
def test_order_puts_every_node_after_what_it_reads(design: Design) -> None:
    assert sorted(design.order) == sorted(design.nodes)
    for each in design.wires.values():
        assert design.rank[each.source.node] < design.rank[each.target.node]


@settings(deadline=None)
@given(sound_designs(), st.data())
def test_the_order_in_which_wires_were_drawn_means_nothing(design: Design, data: st.DataObject) -> None:
    placed = Design.build("x", data.draw(st.permutations([*design.nodes.values()])), design.wires.values())
    redrawn = Design.build("x", placed.nodes.values(), data.draw(st.permutations([*placed.wires.values()])))
    again = loads(dumps(placed))
    assert placed == redrawn == again
    assert placed.order == redrawn.order == again.order
    assert analyse(placed).totals == analyse(redrawn).totals == analyse(again).totals


def test_which_of_two_inputs_comes_first_does_not_hang_on_which_wire_was_drawn_first() -> None:
    nodes = [node("add", Add()), node("in_1", Input()), node("in_2", Input()), node("out", Output())]
    wires = [wire("in_2.y", "add.b"), wire("in_1.y", "add.a"), wire("add.y", "out.x")]
    designs = [Design.build("x", nodes, drawn_as) for drawn_as in (wires, wires[::-1])]
    assert [design.order for design in designs] == [("in_1", "in_2", "add", "out")] * 2


def test_the_order_of_placing_is_the_order_of_execution_where_it_can_be() -> None:
    design = drawn({"in": Input(), "b": ReLU6(), "a": ReLU6(), "add": Add(), "out": Output()}, "in>a in>b a>add.a")
    assert design.order == ("in", "b", "a", "add", "out")


@settings(deadline=None)
@given(designs(), st.data())
def test_would_cycle_is_whether_building_it_would_be_refused(design: Design, data: st.DataObject) -> None:
    sources = [PortRef(n.id, port.name) for n in design.nodes.values() for port in n.layer.outputs]
    targets = [PortRef(n.id, port.name) for n in design.nodes.values() for port in n.layer.inputs]
    if not sources or not targets:
        return
    source, target = data.draw(st.sampled_from(sources)), data.draw(st.sampled_from(targets))
    others = [each for each in design.wires.values() if each.target != target]
    opened = Design.build("x", design.nodes.values(), others)
    try:
        Design.build("x", design.nodes.values(), [*others, Wire(source, target)])
        refused = False
    except EditRefused:
        refused = True
    assert opened.would_cycle(source.node, target.node) == refused


# Queries --------------------------------------------------------------------------------------------------------------


def test_queries_by_hand() -> None:
    design = diamond()
    assert [each.source.node for each in design.incoming(NodeId("add"))] == ["a", "b"]
    assert [str(each.target) for each in design.outgoing(NodeId("in"))] == ["a.x", "b.x"]
    assert design.predecessors[NodeId("add")] == ["a", "b"]
    assert design.successors[NodeId("in")] == ["a", "b"]
    assert [n.id for n in design.input_nodes()] == ["in"]
    assert [n.id for n in design.output_nodes()] == ["out"]
    assert design.node(A).title == "ReLU6"
    assert replace(design.node(A), name="Clip").title == "Clip"
    assert design.input_port(ref("add.b")).name == "b"
    assert design.fresh_id("relu6") == "relu6_1"
    assert design.with_node(node("relu6_1", ReLU6())).fresh_id("relu6") == "relu6_2"


def test_wires_come_in_by_port_however_they_were_drawn() -> None:
    design = Design.build("x", diamond().nodes.values(), [wire("b.y", "add.b"), wire("a.y", "add.a")])
    assert [each.target.port for each in design.incoming(NodeId("add"))] == ["a", "b"]
    assert [feed and feed.node for feed in design.feeds[NodeId("add")]] == ["a", "b"]


def test_what_follows_from_structure_is_made_once() -> None:
    made: list[str] = []

    def make() -> int:
        made.append("once")
        return len(made)

    design = chain()
    moved = design.replacing([replace(design.node(A), position=Point(3, 4))])
    assert moved.same_structure(design)
    assert [d.of_structure("k", make) for d in (design, moved, design)] == [1, 1, 1]
    assert not design.without_nodes([A]).same_structure(design)


# New values -----------------------------------------------------------------------------------------------------------


def test_a_layer_with_fewer_ports_loses_the_wires_of_the_others() -> None:
    design = drawn({"in": Input(), "add": Add(count=3)}, "in>add.a in>add.b in>add.c")
    fewer = design.with_layer(NodeId("add"), Add(count=2))
    assert sorted(target.port for target in fewer.wires) == ["a", "b"]
    more = fewer.with_layer(NodeId("add"), Add(count=4))
    assert sorted(target.port for target in more.wires) == ["a", "b"]


def test_a_group_in_place_of_an_input_is_no_place_where_data_enters() -> None:
    body = Design.build("no entrance", [node("y", Output())], [])
    before = row(Input(), ReLU6(), Output(), names=("in", "a", "out"))
    design = before.with_layer(NodeId("in"), Group(body))
    assert design.input_nodes() == ()
    assert "no-input" in {issue.code for issue in analyse(design, analyse(before)).issues}


def test_removing_a_node_removes_its_wires() -> None:
    design = chain().without_nodes([A])
    assert list(design.nodes) == ["in", "b", "out"]
    assert [str(target) for target in design.wires] == ["out.x"]


def test_reroute_dots_change_the_drawing_alone() -> None:
    dotted = chain().rerouted([replace(wire("in.y", "a.x"), via=(Point(1, 2),))])
    assert dotted.wires[ref("a.x")].via == (Point(1, 2),)
    assert dotted != chain()
    assert dotted.digest == chain().digest


# Equality and digest --------------------------------------------------------------------------------------------------


def test_equality_is_content_and_the_order_of_placing() -> None:
    assert chain() == chain()
    assert hash(chain()) == hash(chain())
    other_order = Design.build("row", [*chain().nodes.values()][::-1], chain().wires.values())
    assert other_order != chain()
    assert chain().renamed("other") != chain()
    assert chain() != "chain"


def test_groups_whose_ports_come_in_another_order_are_two() -> None:
    """What is remembered of one must not be said of the other: ports follow the order of placing."""

    def body(*entrances: str) -> Design:
        parts = [node(id, Input()) for id in entrances]
        parts += [node("shrink", PointwiseConv2d(8, 2)), node("first", Output()), node("second", Output())]
        wires = [wire("p.y", "shrink.x"), wire("shrink.y", "first.x"), wire("q.y", "second.x")]
        return Design.build("body", parts, wires)

    def shapes(*entrances: str) -> list[str]:
        layers = {"big": Input(3, 32, 32), "small": Input(5, 20, 20), "g": Group(body(*entrances))}
        wires = f"big>g.{entrances[0]} small>g.{entrances[1]} g.first>u g.second>v"
        given_out = analyse(drawn({**layers, "u": Output(), "v": Output()}, wires)).given_out()
        assert given_out is not None
        return [spec.label for spec in given_out]

    assert shapes("p", "q") == ["8×16²", "5×20²"]
    assert shapes("q", "p") == ["8×10²", "3×32²"]


def test_digest_counts_what_is_computed_and_not_how_it_looks() -> None:
    design = chain()
    moved = design.replacing([Node(A, ReLU6(), "called", Point(5, 5))]).renamed("other")
    assert moved.digest == design.digest
    assert design.with_layer(A, PointwiseConv2d(3)).digest != design.digest
    assert design.without_wires([ref("b.x")]).digest != design.digest


def test_digest_counts_what_is_inside_a_group() -> None:
    def outer(inner: Design) -> Design:
        group = Group(inner)
        return row(Input(), group, Output()) if group.inputs[0].name == "x" else Design()

    plain = drawn({"x": Input(), "a": ReLU6(), "y": Output()}, "x>a a>y")
    assert outer(plain).digest == outer(plain.replacing([Node(A, ReLU6(), "", Point(7, 7))])).digest
    assert outer(plain).digest != outer(plain.with_layer(A, ReLU())).digest
