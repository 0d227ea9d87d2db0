"""Edits make the design they say; groups lose nothing; the layout lets no two cards overlap."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.analysis.snapshot import analyse
from designer.edit.edits import connect, delete, fragment, move, paste, place, place_after, rename, set_parameter
from designer.edit.grouping import expand_block, group
from designer.edit.layout import ASPECT, CARD_HEIGHT, CARD_WIDTH, tidy
from designer.edit.splice import insert_on_wire, place_on_wire
from designer.errors import EditRefused, ParameterError
from designer.graph.design import Design, NodeId, Point, PortRef
from designer.layers.activation import ReLU6, SiLU
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.templates.networks import template
from tests.random_designs import designs
from tests.sound_designs import sound_designs


def ref(text: str) -> PortRef:
    id, port = text.split(".")
    return PortRef(NodeId(id), port)


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


def test_a_node_stands_in_the_wire_it_is_put_into() -> None:
    design, id = place_on_wire(bottleneck(), SiLU(), ref("depthwise.x"))
    assert design.wires[ref(f"{id}.x")].source == ref("expand_act.y")
    assert design.wires[ref("depthwise.x")].source == ref(f"{id}.y")
    loose, other = place(bottleneck(), Output(), Point(0, 0))
    with pytest.raises(EditRefused, match="needs an input and an output"):
        insert_on_wire(loose, other, ref("depthwise.x"))


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


@settings(max_examples=80, deadline=None)
@given(sound_designs(), st.data())
def test_grouping_and_expanding_lose_nothing(design: Design, data: st.DataObject) -> None:
    inner = [id for id in design.nodes if id not in ("input", "output")]
    chosen = data.draw(st.lists(st.sampled_from(inner), min_size=1, max_size=5, unique=True))
    design = design.replacing(
        [
            replace(node, name=f"name of {id}", position=Point(7.0 * i, 3.0 * i))
            for i, (id, node) in enumerate(design.nodes.items())
        ]
    )
    try:
        grouped, id = group(design, chosen)
    except EditRefused as refusal:
        assert "which it feeds" in str(refusal)  # noqa: PT017  # being allowed is as good
        return
    assert analyse(grouped).cost == analyse(design).cost
    body = grouped.nodes[id].layer.body
    assert body is not None
    for each in chosen:
        assert body.nodes[each] == design.nodes[each]
    inputs = analyse(grouped).node(id).known_inputs
    assert inputs is not None
    opened, parts = expand_block(grouped, id, inputs)
    assert analyse(opened).cost == analyse(design).cost
    assert sorted(opened.nodes[part].name for part in parts) == sorted(f"name of {each}" for each in chosen)
    assert set(parts) == set(chosen), "ids that are free come back"
    assert {t: w.source for t, w in opened.wires.items()} == {t: w.source for t, w in design.wires.items()}
    for each in chosen:
        assert opened.nodes[each].position == design.nodes[each].position


def test_a_group_that_would_read_what_it_feeds_is_refused() -> None:
    with pytest.raises(EditRefused, match=r"which it feeds; take .* into the group as well"):
        group(bottleneck(), [NodeId("expand"), NodeId("depthwise")])
    with pytest.raises(EditRefused, match="begins or ends"):
        group(bottleneck(), [NodeId("input"), NodeId("expand")])
    with pytest.raises(EditRefused, match="nothing is selected"):
        group(bottleneck(), [])


def test_only_blocks_can_be_expanded() -> None:
    with pytest.raises(EditRefused, match="expand is no block"):
        expand_block(bottleneck(), NodeId("expand"), ())


def overlapping(design: Design) -> list[tuple[str, str]]:
    return [
        (a.id, b.id)
        for a, b in combinations(design.nodes.values(), 2)
        if abs(a.position.x - b.position.x) < CARD_WIDTH and abs(a.position.y - b.position.y) < CARD_HEIGHT
    ]


@settings(max_examples=60, deadline=None)
@given(designs() | sound_designs(most=20))
def test_no_two_cards_overlap_after_tidying(design: Design) -> None:
    laid = tidy(design)
    assert overlapping(laid) == []
    assert {id: replace(node, position=Point(0, 0)) for id, node in laid.nodes.items()} == {
        id: replace(node, position=Point(0, 0)) for id, node in design.nodes.items()
    }


def test_the_whole_network_is_folded_by_stage_to_the_shape_of_a_screen() -> None:
    design = template("mobilenet_v2").build()
    xs, ys = ([getattr(node.position, axis) for node in design.nodes.values()] for axis in "xy")
    aspect = (max(xs) - min(xs) + CARD_WIDTH) / (max(ys) - min(ys) + CARD_HEIGHT)
    assert ASPECT / 1.35 < aspect < ASPECT * 1.35
    # The paper's table: a stride of 2 begins at these bottlenecks; each begins a row.
    begins = [design.nodes[NodeId(f"bottleneck_{n}")].position for n in (2, 4, 7, 14)]
    assert [place.x for place in begins] == [0, 0, 0, 0]
    assert len({place.y for place in begins}) == 4


def test_a_single_block_is_one_row() -> None:
    assert len({node.position.y for node in bottleneck().nodes.values()}) == 1


def test_tidying_a_part_leaves_the_rest() -> None:
    scattered = move(bottleneck(), {id: Point(40.0 * i, 25.0 * i) for i, id in enumerate(bottleneck().nodes)})
    chosen = [NodeId("expand"), NodeId("expand_act"), NodeId("depthwise")]
    laid = tidy(scattered, chosen)
    moved = {id for id in laid.nodes if laid.nodes[id].position != scattered.nodes[id].position}
    assert moved <= set(chosen)
    assert len({laid.nodes[id].position.y for id in chosen}) == 1


def test_a_layer_can_be_swapped_for_another() -> None:
    design = bottleneck().with_layer(NodeId("expand_act"), ReLU6())
    assert design == bottleneck()
