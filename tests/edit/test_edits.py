"""Edits make the design they say, refuse in words, and leave everything else as it was."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.edit.edits import (
    connect,
    delete,
    disconnect,
    fragment,
    move,
    paste,
    place,
    place_after,
    rename,
    set_parameter,
)
from designer.errors import EditRefused, ParameterError
from designer.graph.design import Design, Node, NodeId, Point, PortRef, Wire
from designer.layers.activation import ReLU6, SiLU
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.templates.networks import template
from tests.random_designs import designs
from tests.small_designs import chain, diamond, node, ref, row, wire
from tests.sound_designs import sound_designs


def bottleneck() -> Design:
    return template("bottleneck").build(batch_norm=False)


def test_a_placed_node_has_an_id_of_its_own() -> None:
    design, first = place(Design(), PointwiseConv2d(8), Point(3, 4))
    design, second = place(design, PointwiseConv2d(8), Point(5, 6))
    assert (first, second) == ("pointwise_1", "pointwise_2")
    assert design.nodes[first].position == (3, 4)


def test_a_node_placed_after_another_is_wired_to_it() -> None:
    design, id = place_after(bottleneck(), NodeId("project"), SiLU(), Point(0, 0))
    assert design.wires[ref(f"{id}.x")].source == ref("project.y")
    _, lonely = place_after(bottleneck(), NodeId("output"), Input(), Point(0, 0))
    assert lonely == "input_1"


def test_a_wire_gives_way_only_where_it_may() -> None:
    design = connect(bottleneck(), ref("input.y"), ref("depthwise.x"))
    assert design.wires[ref("depthwise.x")].source == ref("input.y")
    with pytest.raises(EditRefused, match="an input takes one"):
        connect(bottleneck(), ref("input.y"), ref("depthwise.x"), replace_present=False)


def test_deleting_heals_the_chain() -> None:
    design = delete(bottleneck(), [NodeId("depthwise"), NodeId("depthwise_act")])
    assert design.wires[ref("project.x")].source == ref("expand_act.y")
    without = delete(bottleneck(), [NodeId("add")])
    assert without.wires[ref("output.x")].source == ref("project.y")
    torn = delete(bottleneck(), [NodeId("depthwise")], heal=False)
    assert ref("depthwise_act.x") not in torn.wires


def test_one_field_of_several_nodes() -> None:
    design = set_parameter(bottleneck(), [NodeId("expand"), NodeId("project")], "out_channels", 48)
    assert {design.nodes[NodeId(id)].layer for id in ("expand", "project")} == {PointwiseConv2d(48)}
    with pytest.raises(ParameterError, match="ReLU6 has no such parameter"):
        set_parameter(bottleneck(), [NodeId("expand"), NodeId("expand_act")], "out_channels", 48)


@settings(deadline=None)
@given(designs(), st.data())
def test_what_is_copied_is_pasted_beside_itself(design: Design, data: st.DataObject) -> None:
    ids = list(design.nodes)
    chosen = data.draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []
    piece = fragment(design, chosen)
    pasted, new = paste(design, piece, Point(10, 20))
    assert len(pasted.nodes) == len(design.nodes) + len(chosen)
    again = dict(zip(piece.nodes, new, strict=True))
    for id, copied in again.items():
        old, copy = design.nodes[id], pasted.nodes[copied]
        assert (copy.layer, copy.name) == (old.layer, old.name)
        assert copy.position == (old.position.x + 10, old.position.y + 20)
    inside = {(wire.source.node, wire.target) for wire in piece.wires.values()}
    copied_wires = {(wire.source.node, wire.target) for t, wire in pasted.wires.items() if t.node in new}
    assert copied_wires == {(again[source], PortRef(again[target.node], target.port)) for source, target in inside}
    assert all(pasted.nodes[id] == node for id, node in design.nodes.items())


def test_moving_and_naming_change_nothing_else() -> None:
    design = rename(move(bottleneck(), {NodeId("add"): Point(1, 2)}), NodeId("add"), "  skip  ")
    assert (design.nodes[NodeId("add")].position, design.nodes[NodeId("add")].name) == ((1, 2), "skip")
    assert design.digest == bottleneck().digest


NOBODY = NodeId("nobody")
REFUSED: list[tuple[str, Callable[[], object], str]] = [
    ("connect to no node", lambda: connect(chain(), ref("a.y"), ref("nobody.x")), "there is no such node"),
    ("connect to no port", lambda: connect(chain(), ref("a.y"), ref("b.z")), "b has no input 'z' (it has: x)"),
    ("connect in a circle", lambda: connect(chain(), ref("b.y"), ref("a.x")), "would make a cycle"),
    ("move nobody", lambda: move(chain(), {NOBODY: Point(0, 0)}), "there is no node 'nobody'"),
    ("rename nobody", lambda: rename(chain(), NodeId("ou"), "x"), "there is no node 'ou' (did you mean 'out'?)"),
    ("set nobody's parameter", lambda: set_parameter(chain(), [NOBODY], "stride", 2), "there is no node 'nobody'"),
    ("set nobody's layer", lambda: chain().with_layer(NOBODY, ReLU6()), "there is no node 'nobody'"),
]


@pytest.mark.parametrize(("edit", "text"), [refused[1:] for refused in REFUSED], ids=[name for name, *_ in REFUSED])
def test_what_cannot_be_is_refused_in_words(edit: Callable[[], object], text: str) -> None:
    with pytest.raises(EditRefused) as refusal:
        edit()
    assert text in str(refusal.value)


def test_a_wire_that_gives_way_for_a_circle_is_still_there() -> None:
    design = chain()
    with pytest.raises(EditRefused):
        connect(design, ref("b.y"), ref("a.x"))
    assert design == chain()


def test_disconnecting_takes_the_wires_at_these_inputs() -> None:
    design = disconnect(diamond(), [ref("add.a"), ref("out.x")])
    assert sorted(map(str, design.wires)) == ["a.x", "add.b", "b.x"]


def test_deleting_heals_to_every_reader_along_the_main_path() -> None:
    # The add's second input is its main path; both readers of the add are healed to what fed that.
    design = diamond().with_node(node("silu", SiLU())).with_wire(wire("add.y", "silu.x"))
    healed = delete(design, [NodeId("add"), NodeId("b")])
    assert {str(target): str(found.source) for target, found in healed.wires.items()} == {
        "a.x": "in.y",
        "out.x": "in.y",
        "silu.x": "in.y",
    }


def test_deleting_where_nothing_feeds_leaves_the_readers_loose() -> None:
    assert list(delete(chain(), [NodeId("in"), NodeId("a")]).wires) == [ref("out.x")]
    assert delete(chain(), []) == chain()
    assert delete(chain(), [NOBODY]) == chain()


@settings(deadline=None)
@given(designs(), st.data())
def test_deleting_leaves_the_rest_and_joins_only_what_was_joined(design: Design, data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.sampled_from(list(design.nodes)))) if design.nodes else set()
    heal = data.draw(st.booleans())
    left = delete(design, gone, heal)
    assert left.nodes == {id: node for id, node in design.nodes.items() if id not in gone}
    for target, found in left.wires.items():
        if design.wires[target] != found:
            assert heal
            assert design.wires[target].source.node in gone
            assert design.rank[found.source.node] < design.rank[target.node]
    untouched = [t for t, found in design.wires.items() if not {t.node, found.source.node} & gone]
    assert all(left.wires[target] == design.wires[target] for target in untouched)


def test_a_chain_longer_than_the_stack_is_healed() -> None:
    design = row(Input(), *[ReLU6()] * 3000, Output())
    left = delete(design, [id for id in design.nodes if id not in ("n0", "n3001")])
    assert {str(target): str(found.source) for target, found in left.wires.items()} == {"n3001.x": "n0.y"}


def test_pasted_ids_continue_the_counting_and_never_clash() -> None:
    piece = row(ReLU6(), ReLU6(), names=("relu6_1", "relu6_2"))
    design = Design.build("x", [node("relu6_1", SiLU())], [])
    pasted, new = paste(design, piece, Point(0, 0))
    assert len(set(new)) == 2
    assert len(pasted.nodes) == 3
    assert pasted.wires[PortRef(new[1], "x")].source == PortRef(new[0], "y")
    assert pasted.nodes[NodeId("relu6_1")].layer == SiLU()


def test_reroute_dots_are_pasted_beside_themselves() -> None:
    dotted = chain().rerouted([Wire(ref("a.y"), ref("b.x"), (Point(5, 6),))])
    pasted, new = paste(dotted, fragment(dotted, [NodeId("a"), NodeId("b")]), Point(10, 20))
    assert pasted.wires[PortRef(new[1], "x")].via == (Point(15, 26),)


def test_a_fragment_keeps_the_wires_among_its_nodes_alone() -> None:
    piece = fragment(diamond(), [NodeId("a"), NodeId("add")])
    assert list(piece.nodes) == ["a", "add"]
    assert [str(target) for target in piece.wires] == ["add.a"]


def test_a_merge_with_fewer_inputs_keeps_the_wires_it_has_room_for() -> None:
    design = set_parameter(diamond(), [NodeId("add")], "count", 3)
    assert sorted(target.port for target in design.wires if target.node == "add") == ["a", "b"]
    assert design.nodes[NodeId("add")].layer == Add(count=3)


@settings(max_examples=40, deadline=None)
@given(sound_designs())
def test_a_network_can_be_placed_and_wired_node_by_node(design: Design) -> None:
    drawn = Design(design.name)
    ids: dict[NodeId, NodeId] = {}
    for id in design.order:
        drawn, ids[id] = place(drawn, design.nodes[id].layer, Point(0, 0))
    for target, found in design.wires.items():
        source = PortRef(ids[found.source.node], found.source.port)
        drawn = connect(drawn, source, PortRef(ids[target.node], target.port))
    nodes = [Node(ids[id], design.nodes[id].layer) for id in design.order]
    assert list(drawn.nodes.values()) == nodes
    assert all(drawn.rank[ids[a]] < drawn.rank[ids[b]] for a, b in pairwise(design.order))
