"""The layout lets no two cards overlap, folds by stage, and fills the shape of a screen."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings

from designer.analysis.snapshot import analyse
from designer.edit.edits import move
from designer.edit.grouping import expand_block
from designer.edit.layout import tidy
from designer.edit.folding import ASPECT
from designer.edit.sizes import CARD_HEIGHT, CARD_WIDTH, ROW_GAP
from designer.graph.design import Design, NodeId, Point, Wire
from designer.templates.networks import template
from tests.benchmarks.designs import bottlenecks
from tests.edit.cards import overlapping
from tests.random_designs import designs
from tests.small_designs import ref
from tests.sound_designs import sound_designs


def bottleneck() -> Design:
    return template("bottleneck").build(batch_norm=False)


def aspect(design: Design) -> float:
    xs, ys = ([getattr(node.position, axis) for node in design.nodes.values()] for axis in "xy")
    return (max(xs) - min(xs) + CARD_WIDTH) / (max(ys) - min(ys) + CARD_HEIGHT)


@settings(max_examples=60, deadline=None)
@given(designs(max_nodes=14) | sound_designs(most=20))
def test_no_two_cards_overlap_and_nothing_else_changes(design: Design) -> None:
    laid = tidy(design)
    assert overlapping(laid) == []
    assert {id: replace(node, position=Point(0, 0)) for id, node in laid.nodes.items()} == {
        id: replace(node, position=Point(0, 0)) for id, node in design.nodes.items()
    }
    assert laid.digest == design.digest
    assert not any(wire.via for wire in laid.wires.values())


@settings(max_examples=40, deadline=None)
@given(sound_designs(most=20))
def test_within_a_row_data_flows_to_the_right(design: Design) -> None:
    laid = tidy(design)
    for wire in laid.wires.values():
        start, end = (laid.nodes[ref.node].position for ref in (wire.source, wire.target))
        # A design without a stride is one stage; where it is folded, the reader is in a lower row.
        assert end.x > start.x or end.y >= start.y + CARD_HEIGHT


@settings(max_examples=40, deadline=None)
@given(sound_designs(most=14))
def test_laid_out_again_it_is_the_same(design: Design) -> None:
    assert tidy(tidy(design)) == tidy(design)


def test_the_whole_network_is_folded_by_stage_to_the_shape_of_a_screen() -> None:
    design = template("mobilenet_v2").build()
    assert ASPECT / 1.35 < aspect(design) < ASPECT * 1.35
    # The paper's table: a stride of 2 begins at these bottlenecks; each begins a row.
    begins = [design.nodes[NodeId(f"bottleneck_{n}")].position for n in (2, 4, 7, 14)]
    assert [place.x for place in begins] == [0, 0, 0, 0]
    assert len({place.y for place in begins}) == 4


def test_drawn_out_the_network_still_fits_a_screen() -> None:
    design = template("mobilenet_v2").build()
    for id, node in tuple(design.nodes.items()):
        if node.layer.is_block:
            inputs = analyse(design).node(id).known_inputs
            assert inputs is not None
            design, _ = expand_block(design, id, inputs)
    laid = tidy(design)
    assert len(laid.nodes) > 150
    assert 1 < aspect(laid) < 3
    assert overlapping(laid) == []


def test_two_thousand_nodes_still_fit_a_screen() -> None:
    assert 1 < aspect(tidy(bottlenecks(2000))) < 3


def test_a_single_block_is_one_row() -> None:
    assert len({node.position.y for node in bottleneck().nodes.values()}) == 1


def test_rows_stand_apart() -> None:
    rows = sorted({node.position.y for node in template("mobilenet_v1").build().nodes.values()})
    assert len(rows) > 1
    assert {below - above for above, below in pairwise(rows)} == {CARD_HEIGHT + ROW_GAP}


def test_tidying_a_part_leaves_the_rest() -> None:
    scattered = move(bottleneck(), {id: Point(40.0 * i, 25.0 * i) for i, id in enumerate(bottleneck().nodes)})
    chosen = [NodeId("expand"), NodeId("expand_act"), NodeId("depthwise")]
    laid = tidy(scattered, chosen)
    moved = {id for id in laid.nodes if laid.nodes[id].position != scattered.nodes[id].position}
    assert moved <= set(chosen)
    assert len({laid.nodes[id].position.y for id in chosen}) == 1
    corner = scattered.nodes[NodeId("expand")].position
    assert laid.nodes[NodeId("expand")].position == corner, "the part stays where it was"


def test_reroute_dots_go_where_both_ends_were_moved() -> None:
    dotted = bottleneck().rerouted(
        [
            Wire(ref("expand.y"), ref("expand_act.x"), (Point(1, 1),)),
            Wire(ref("add.y"), ref("output.x"), (Point(2, 2),)),
        ]
    )
    laid = tidy(dotted, [NodeId("expand"), NodeId("expand_act")])
    assert laid.wires[ref("expand_act.x")].via == ()
    assert laid.wires[ref("output.x")].via == (Point(2, 2),)


@pytest.mark.parametrize("ids", [None, []])
def test_nothing_to_lay_out(ids: list[NodeId] | None) -> None:
    assert tidy(Design(), ids) == Design()
    assert tidy(bottleneck(), []) == bottleneck()
