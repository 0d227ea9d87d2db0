"""Nodes put into a group and taken out again are the same nodes at the same places under the same names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.analysis.analysis import analyse
from designer.edit.annotations import add_frame, add_note
from designer.edit.edits import move
from designer.edit.grouping import expand_block, group
from designer.edit.layout import tidy
from designer.errors import EditRefused
from designer.graph.design import Design, Node, NodeId, Point, PortRef, Wire
from designer.layers.activation import ReLU, ReLU6, SiLU
from designer.layers.blocks import Bottleneck, Group
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.templates.networks import template
from tests.edit.cards import overlapping
from tests.small_designs import chain, diamond, drawn, node, ref, row
from tests.sound_designs import grouped_designs, sound_designs

A, B, ADD = NodeId("a"), NodeId("b"), NodeId("add")


def bottleneck() -> Design:
    return template("bottleneck").build(batch_norm=False)


def opened(design: Design, id: NodeId) -> tuple[Design, tuple[NodeId, ...]]:
    inputs = analyse(design).node(id).known_inputs
    assert inputs is not None
    return expand_block(design, id, inputs)


def sources(design: Design) -> dict[PortRef, PortRef]:
    return {target: wire.source for target, wire in design.wires.items()}


@settings(max_examples=80, deadline=None)
@given(sound_designs(), st.data())
def test_grouping_and_expanding_lose_nothing(design: Design, data: st.DataObject) -> None:
    inner = [id for id in design.nodes if id not in ("input", "output")]
    chosen = data.draw(st.lists(st.sampled_from(inner), min_size=1, max_size=5, unique=True))
    design = tidy(design)
    design = design.replacing([replace(node, name=f"name of {id}") for id, node in design.nodes.items()])
    dotted = [replace(wire, via=(Point(7, 3),)) for wire in design.wires.values()]
    design = design.rerouted(dotted)
    try:
        grouped, id = group(design, chosen)
    except EditRefused as refusal:
        assert "which it feeds" in str(refusal)  # noqa: PT017  # being allowed is as good
        return
    assert analyse(grouped).cost == analyse(design).cost
    body = grouped.nodes[id].layer.body
    assert body is not None
    assert {each: body.nodes[each] for each in chosen} == {each: design.nodes[each] for each in chosen}
    assert {each: node for each, node in grouped.nodes.items() if each != id} == {
        each: node for each, node in design.nodes.items() if each not in chosen
    }
    again, parts = opened(grouped, id)
    assert set(parts) == set(chosen), "ids that are free come back"
    assert again.nodes == design.nodes, "with names and places, and all others stay where they are"
    assert again.wires == design.wires, "with their reroute dots"
    assert analyse(again).cost == analyse(design).cost


@settings(max_examples=40, deadline=None)
@given(grouped_designs(), st.data())
def test_what_is_taken_apart_lies_on_nothing(design: Design, data: st.DataObject) -> None:
    laid = tidy(design)
    blocks = [id for id, node in laid.nodes.items() if node.layer.is_block]
    if not blocks:
        return
    id = data.draw(st.sampled_from(blocks))
    again, parts = opened(laid, id)
    assert [pair for pair in overlapping(again) if not set(pair) & set(parts)] == []
    if laid.nodes[id].layer.body is None:
        assert overlapping(again) == []
    assert sorted(again.nodes) == sorted({*laid.nodes, *parts} - {id})


def test_parts_push_aside_what_stands_in_their_way_and_nothing_else() -> None:
    layers = (Input(24, 56, 56), Bottleneck(), ReLU(), Output())
    design = tidy(row(*layers, names=("in", "block", "relu", "out")))
    design = move(design.with_node(node("far", SiLU())), {NodeId("far"): Point(184, 700)})
    again, parts = opened(design, NodeId("block"))
    assert overlapping(again) == []
    assert again.nodes[NodeId("block_expand")].position == design.nodes[NodeId("block")].position
    assert again.nodes[NodeId("in")].position == design.nodes[NodeId("in")].position
    assert again.nodes[NodeId("far")].position == (184, 700)
    pushed = [again.nodes[NodeId(id)].position.x - design.nodes[NodeId(id)].position.x for id in ("relu", "out")]
    assert pushed[0] == pushed[1] > 0
    assert max(again.nodes[id].position.x for id in parts) < again.nodes[NodeId("relu")].position.x


def test_a_moved_group_takes_its_parts_and_their_reroute_dots_along() -> None:
    design = move(chain(), {A: Point(200, 10), B: Point(400, 10), NodeId("out"): Point(600, 10)})
    design = design.rerouted([Wire(ref("a.y"), ref("b.x"), (Point(350, 50),))])
    grouped, id = group(design, [A, B])
    assert grouped.nodes[id].position == (200, 10)
    again, _ = opened(move(grouped, {id: Point(200, 1010)}), id)
    assert [again.nodes[each].position for each in (A, B)] == [(200, 1010), (400, 1010)]
    assert again.wires[ref("b.x")].via == (Point(350, 1050),)


def test_ids_that_were_taken_meanwhile_are_numbered_and_do_not_clash() -> None:
    design = row(Input(), ReLU(), ReLU6(), Output(), names=("in", "a", "a_1", "out"))
    grouped, id = group(design, [A, NodeId("a_1")])
    again, parts = opened(grouped.with_node(node("a", SiLU())), id)
    assert parts == ("a_2", "a_1")
    assert again.nodes[A].layer == SiLU()
    assert again.wires[ref("a_1.x")].source == ref("a_2.y")


def test_a_node_may_be_called_as_a_port_would_be() -> None:
    design = tidy(row(Input(), ReLU(), ReLU6(), Output(), names=("in", "x_1", "y_1", "out")))
    grouped, id = group(design, [NodeId("x_1"), NodeId("y_1")])
    layer = grouped.nodes[id].layer
    assert [port.name for port in (*layer.inputs, *layer.outputs)] == ["x_2", "y_2"]
    assert opened(grouped, id)[0] == design


def test_ports_of_a_group_are_what_crosses_its_border_each_once() -> None:
    grouped, id = group(diamond(), [A, B, ADD], "Doubled")
    layer = grouped.nodes[id].layer
    assert ([port.name for port in layer.inputs], [port.name for port in layer.outputs]) == (["x_1"], ["y_1"])
    assert layer.card_title() == "Doubled"
    assert layer.summary() == "3 nodes"
    assert list(grouped.nodes) == ["in", id, "out"], "it stands where the first of its parts was placed"


def test_what_nothing_reads_is_a_groups_output_where_it_has_no_other() -> None:
    loose = chain().without_nodes([NodeId("out")])
    grouped, id = group(loose, [A, B])
    assert [port.name for port in grouped.nodes[id].layer.outputs] == ["y_1"]
    assert sources(opened(grouped, id)[0]) == sources(loose)


def test_two_outputs_of_a_group_each_go_their_way() -> None:
    layers = {"in": Input(8, 8, 8), "a": ReLU(), "b": ReLU6(), "add": Add(), "out": Output()}
    design = drawn(layers, "in>a in>b a>add.a b>add.b add>out")
    grouped, id = group(design, [A, B])
    assert [port.name for port in grouped.nodes[id].layer.outputs] == ["y_1", "y_2"]
    assert sources(opened(grouped, id)[0]) == sources(design)


def test_a_group_that_passes_its_input_on_leaves_a_wire() -> None:
    body = drawn({"x": Input(), "y": Output()}, "x>y")
    design = row(Input(), Group(body), Output())
    again, parts = opened(design, NodeId("n1"))
    assert parts == ()
    assert sources(again) == {ref("n2.x"): ref("n0.y")}


def test_an_input_that_nothing_feeds_leaves_its_parts_loose() -> None:
    grouped, id = group(chain(), [A, B])
    torn = grouped.without_wires([PortRef(id, "x_1")])
    known = analyse(grouped).node(id).known_inputs
    assert known is not None
    again, _ = expand_block(torn, id, known)
    assert sources(again) == {ref("b.x"): ref("a.y"), ref("out.x"): ref("b.y")}


REFUSED: list[tuple[str, Callable[[], object], str]] = [
    ("nothing", lambda: group(chain(), []), "nothing is selected; select the nodes that belong together first"),
    ("an input", lambda: group(chain(), [NodeId("in"), A]), "in is where the design begins or ends"),
    ("an output", lambda: group(chain(), [NodeId("out")]), "out is where the design begins or ends"),
    (
        "what it would read",
        lambda: group(row(Input(), ReLU(), ReLU6(), SiLU(), Output()), [NodeId("n1"), NodeId("n3")]),
        "the group would read n2, which it feeds; take n2 into the group as well",
    ),
    ("no block", lambda: expand_block(chain(), A, ()), "a is no block: there is nothing inside to show"),
    ("nobody", lambda: expand_block(chain(), NodeId("c"), ()), "there is no node 'c'"),
]


@pytest.mark.parametrize(("edit", "text"), [refused[1:] for refused in REFUSED], ids=[name for name, *_ in REFUSED])
def test_what_cannot_be_is_refused_in_words(edit: Callable[[], object], text: str) -> None:
    with pytest.raises(EditRefused) as refusal:
        edit()
    assert text in str(refusal.value)


def test_groups_within_groups_come_apart_one_by_one() -> None:
    design = bottleneck()
    parts = [id for id in design.order if id not in ("input", "output", "add")]
    inner, inner_id = group(design, parts[:3])
    outer, outer_id = group(inner, [inner_id, *parts[3:]])
    assert analyse(outer).cost == analyse(design).cost
    half, _ = opened(outer, outer_id)
    assert half == inner
    whole, _ = opened(half, inner_id)
    assert sources(whole) == sources(design)
    assert whole.nodes == design.nodes


def test_a_template_block_and_its_parts_cost_the_same() -> None:
    design = template("mobilenet_v2").build(width=0.35, resolution=32)
    again, parts = opened(design, NodeId("bottleneck_3"))
    assert [str(part) for part in parts[:3]] == [
        "bottleneck_3_expand",
        "bottleneck_3_expand_bn",
        "bottleneck_3_expand_act",
    ]
    assert analyse(again).totals == analyse(design).totals
    assert isinstance(again.nodes[NodeId("bottleneck_3_add")], Node)


def test_what_was_written_in_a_group_comes_out_with_its_parts() -> None:
    chosen = [NodeId(id) for id in ("expand", "expand_act", "depthwise")]
    made, block = group(template("bottleneck").build(batch_norm=False), chosen)
    body = made.nodes[block].layer.body
    assert body is not None
    noted, _ = add_note(body, Point(30, 40), "inside")
    framed, _ = add_frame(made.with_layer(block, Group(noted)), [block], "outside")
    expanded, _ = expand_block(framed, block, ())
    by_text = {annotation.text: annotation for annotation in expanded.annotations.values()}
    assert by_text.keys() == {"inside", "outside"}
    moved = expanded.nodes[NodeId("expand")].position
    was = body.nodes[NodeId("expand")].position
    assert (by_text["inside"].x - 30, by_text["inside"].y - 40) == (moved.x - was.x, moved.y - was.y)
