"""Cards that come lie on no other: what is in the way moves on, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.analysis.analysis import analyse
from designer.analysis.fixes import problems
from designer.edit.edits import paste, place
from designer.edit.layout import tidy
from designer.edit.room import free_offset, making_room, with_room
from designer.edit.sizes import STEP_X
from designer.edit.splice import place_on_wire
from designer.graph.design import Design, NodeId, Point
from designer.layers.activation import SiLU
from designer.layers.convolution import DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add, Concatenate
from designer.templates.networks import template
from tests.edit.cards import overlapping
from tests.small_designs import ref
from tests.sound_designs import sound_designs
from tests.ui.canvas.bench import design_of


def row() -> Design:
    """Three cards side by side, and one far below."""
    return design_of(
        {
            "input": (Input(24, 56, 56), 0, 0),
            "act": (SiLU(), STEP_X, 0),
            "output": (Output(), 2 * STEP_X, 0),
            "below": (SiLU(), STEP_X, 400),
        },
        [("input.y", "act.x"), ("act.y", "output.x")],
    )


def test_in_a_wire_it_stands_behind_what_it_reads_and_the_rest_of_the_row_moves_on() -> None:
    design = making_room(lambda before: place_on_wire(before, SiLU(), ref("act.x"))[0])(row())
    (added,) = set(design.nodes) - set(row().nodes)
    assert {id: node.position for id, node in design.nodes.items()} == {
        "input": (0, 0),
        added: (STEP_X, 0),
        "act": (2 * STEP_X, 0),
        "output": (3 * STEP_X, 0),
        "below": (STEP_X, 400),
    }


def test_where_there_is_room_nothing_moves() -> None:
    before = row()
    placed, id = place(before, SiLU(), Point(0, 200))
    assert with_room(placed, id) is placed


def test_a_wire_that_passes_cards_takes_it_to_a_free_row() -> None:
    design = template("bottleneck").build()
    target = next(
        wire.target for wire in design.wires.values() if wire.source.node == "input" and wire.target.port == "a"
    )
    after = making_room(lambda before: place_on_wire(before, PointwiseConv2d(24), target)[0])(design)
    (added,) = set(after.nodes) - set(design.nodes)
    assert overlapping(after) == []
    assert {id: node.position for id, node in after.nodes.items() if id != added} == {
        id: node.position for id, node in design.nodes.items()
    }


@settings(max_examples=60, deadline=None)
@given(sound_designs(), st.data())
def test_on_any_wire_of_a_tidy_design_it_covers_nothing(design: Design, data: st.DataObject) -> None:
    before = tidy(design)
    target = data.draw(st.sampled_from(list(before.wires)))
    after = making_room(lambda each: place_on_wire(each, SiLU(), target)[0])(before)
    assert overlapping(after) == []


@settings(max_examples=60, deadline=None)
@given(sound_designs(), st.floats(-300, 3000), st.floats(-300, 900))
def test_dropped_anywhere_it_covers_nothing_and_stays_where_it_was_dropped(design: Design, x: float, y: float) -> None:
    before, at = tidy(design), Point(x, y)
    placed, id = place(before, SiLU(), at)
    after = with_room(placed, id)
    assert overlapping(after) == []
    assert after.nodes[id].position == at


@settings(max_examples=40, deadline=None)
@given(sound_designs(), sound_designs(), st.floats(-300, 900), st.floats(-300, 300))
def test_a_piece_is_pasted_where_it_covers_nothing(design: Design, piece: Design, x: float, y: float) -> None:
    before, pasted = tidy(design), tidy(piece)
    after, ids = paste(before, pasted, free_offset(before, pasted, Point(x, y)))
    assert overlapping(after) == []
    moves = {
        Point(round(after.nodes[id].position.x - node.position.x), round(after.nodes[id].position.y - node.position.y))
        for id, node in zip(ids, pasted.nodes.values(), strict=True)
    }
    assert len(moves) == 1, "the piece keeps its form"


def residual(stride: int, channels: int) -> Design:
    """A bottleneck, tidy, whose residual does not fit."""
    design = design_of(
        {
            "input": (Input(24, 56, 56), 0, 0),
            "expand": (PointwiseConv2d(144), 0, 0),
            "depthwise": (DepthwiseConv2d(3, stride), 0, 0),
            "project": (PointwiseConv2d(channels), 0, 0),
            "add": (Add(), 0, 0),
            "output": (Output(), 0, 0),
        },
        [
            ("input.y", "expand.x"),
            ("expand.y", "depthwise.x"),
            ("depthwise.y", "project.x"),
            ("project.y", "add.b"),
            ("input.y", "add.a"),
            ("add.y", "output.x"),
        ],
    )
    return tidy(design)


def concat() -> Design:
    """Two maps of different sizes that are joined."""
    return tidy(residual(2, 24).with_layer(NodeId("add"), Concatenate()))


def loose() -> Design:
    """A row without its ends, and a branch that is not read, crowded."""
    return design_of(
        {
            "act": (SiLU(), 0, 0),
            "other": (SiLU(), STEP_X, 0),
            "end": (Output(), 2 * STEP_X, 0),
            "dead": (SiLU(), 8, 112),
        },
        [("act.y", "other.x"), ("other.y", "end.x"), ("act.y", "dead.x")],
    )


@pytest.mark.parametrize("design", [residual(2, 24), residual(1, 32), residual(2, 32), concat(), loose()])
def test_no_fix_puts_a_card_on_another(design: Design) -> None:
    fixes = [fix for issue in problems(analyse(design)) for fix in issue.fixes]
    assert fixes
    for fix in fixes:
        after = fix.edit(design)
        assert overlapping(after) == [], fix.label
