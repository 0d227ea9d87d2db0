"""Frames and notes go through every edit unharmed, and change nothing of what is computed."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.analysis.analysis import analyse
from designer.edit import layout
from designer.edit.annotations import (
    add_frame,
    add_note,
    around,
    fit_frame,
    held_nodes,
    move_annotations,
    paste_annotations,
    refitted,
    resize_annotation,
    set_text,
)
from designer.edit.edits import move
from designer.edit.grouping import expand_block, group
from designer.errors import DesignFileError, EditRefused
from designer.files.design_json import dumps, loads
from designer.graph.annotation import LEAST_SIDE, TONES, Annotation, AnnotationId
from designer.graph.design import Design, NodeId, Point
from designer.graph.difference import difference
from designer.templates.networks import template
from tests.sound_designs import sound_designs


@st.composite
def written_annotations(draw: st.DrawFn) -> Annotation:
    place, side = st.integers(-2000, 2000), st.integers(int(LEAST_SIDE), 3000)
    return Annotation(
        AnnotationId(draw(st.text("abc", min_size=1, max_size=3))),
        draw(st.text(max_size=20)),
        draw(place),
        draw(place),
        draw(side),
        draw(side),
        draw(st.booleans()),
        draw(st.sampled_from(TONES)),
    )


@st.composite
def annotated(draw: st.DrawFn) -> Design:
    return layout.tidy(draw(sound_designs())).with_annotations(draw(st.lists(written_annotations(), max_size=5)))


WIDENING = ("expand", "expand_act", "depthwise")


def framed() -> tuple[Design, AnnotationId]:
    in_a_row = layout.tidy(template("bottleneck").build(batch_norm=False), folds=False)
    return add_frame(in_a_row, [NodeId(id) for id in WIDENING], "Widen")


@given(annotated())
def test_a_file_keeps_them_and_the_digest_knows_nothing_of_them(design: Design) -> None:
    again = loads(dumps(design))
    assert again == design
    assert again.annotations == design.annotations
    bare = design.without_annotations(design.annotations)
    assert bare.digest == design.digest
    assert analyse(bare).totals == analyse(design).totals
    assert (bare == design) == (not design.annotations)


@given(annotated(), st.data())
def test_grouping_and_expanding_keep_them(design: Design, data: st.DataObject) -> None:
    inner = [id for id in design.nodes if id not in ("input", "output")]
    try:
        grouped, id = group(design, [data.draw(st.sampled_from(inner))])
    except EditRefused:
        return
    assert grouped.annotations == design.annotations
    assert expand_block(grouped, id, ())[0].annotations == design.annotations


@given(annotated(), st.integers(-500, 500), st.integers(-500, 500))
def test_what_stands_in_a_frame_goes_along_and_nothing_else_does(design: Design, x: int, y: int) -> None:
    frames = [annotation for annotation in design.annotations.values() if annotation.is_frame]
    if not frames:
        return
    frame, by = frames[0], Point(x, y)
    held = set(held_nodes(design, frame))
    moved = move_annotations(design, [frame.id], by)
    for id, node in design.nodes.items():
        shift = by if id in held else Point(0, 0)
        assert moved.nodes[id].position == Point(node.position.x + shift.x, node.position.y + shift.y)
    assert set(held_nodes(moved, moved.annotations[frame.id])) >= held
    assert move_annotations(moved, [frame.id], Point(-x, -y)).annotations[frame.id] == frame


def test_a_frame_goes_around_the_cards_it_was_made_for() -> None:
    design, id = framed()
    assert held_nodes(design, design.annotations[id]) == WIDENING
    assert design.annotations[id].text == "Widen"
    with pytest.raises(EditRefused, match="select the nodes"):
        add_frame(design, [])


def test_nodes_that_are_selected_as_well_move_once() -> None:
    design, id = framed()
    moved = move_annotations(design, [id], Point(30, 0), [NodeId("expand"), NodeId("project")])
    for node, shift in {"expand": 30, "expand_act": 30, "depthwise": 30, "project": 30, "input": 0}.items():
        place = design.nodes[NodeId(node)].position
        assert moved.nodes[NodeId(node)].position == Point(place.x + shift, place.y)


def test_a_frame_within_a_frame_goes_along() -> None:
    design, inner = framed()
    design, outer = add_frame(design, list(design.nodes), "All")
    assert outer != inner
    big = design.annotations[outer]
    design = design.with_annotations(
        [replace(big, x=big.x - 60, y=big.y - 60, width=big.width + 120, height=big.height + 120)]
    )
    moved = move_annotations(design, [outer], Point(10, 20))
    assert moved.annotations[inner].x == design.annotations[inner].x + 10
    assert moved.annotations[inner].y == design.annotations[inner].y + 20


def test_a_size_never_becomes_too_small_to_take_in_the_hand() -> None:
    design, id = add_note(Design(), Point(0, 0), "hm")
    small = resize_annotation(design, id, Point(-9999, -9999)).annotations[id]
    assert (small.width, small.height) == (LEAST_SIDE, LEAST_SIDE)
    wider = resize_annotation(design, id, Point(40, 8)).annotations[id]
    assert wider.width == design.annotations[id].width + 40
    assert wider.height == design.annotations[id].height + 8


def test_a_frame_follows_its_nodes_when_they_are_laid_out_anew() -> None:
    design, id = framed()
    scattered = move(design, {NodeId("expand"): Point(900, 700), NodeId("depthwise"): Point(1200, 800)})
    scattered = fit_frame(
        scattered.with_annotations([replace(design.annotations[id], x=880, y=680, width=600, height=300)]), id
    )
    tidied = refitted(scattered, layout.tidy(scattered))
    assert {"expand", "depthwise"} <= set(held_nodes(tidied, tidied.annotations[id]))
    x, y, width, height = around(tidied, [NodeId("expand"), NodeId("depthwise")])
    frame = tidied.annotations[id]
    assert (frame.x, frame.y, frame.width, frame.height) == (x, y, width, height)


def test_copies_have_ids_of_their_own() -> None:
    design, id = framed()
    pasted, (copy,) = paste_annotations(design, [design.annotations[id]], Point(5, 6))
    assert copy != id
    assert pasted.annotations[copy] == replace(
        design.annotations[id], id=copy, x=design.annotations[id].x + 5, y=design.annotations[id].y + 6
    )


def test_words_change_and_the_difference_says_so() -> None:
    design, id = framed()
    written = set_text(design, id, "Narrow")
    assert written.annotations[id].text == "Narrow"
    changes = difference(design, written)
    assert changes
    assert changes.has_other_annotations
    assert changes.keeps_meaning
    with pytest.raises(EditRefused, match="no frame or note 'gone'"):
        set_text(design, AnnotationId("gone"), "")


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({"size": [0, 10]}, "wide and high"),
        ({"tone": "pink"}, "no colour 'pink'"),
        ({"kind": "poem"}, "no kind of annotation"),
        ({"at": [1]}, "annotation"),
        ({"text": 7}, "text"),
    ],
)
def test_what_a_file_says_of_them_is_held_to_account(broken: dict[str, object], says: str) -> None:
    design, _ = framed()
    data = json.loads(dumps(design))
    data["remarks"][0] |= broken
    with pytest.raises(DesignFileError, match=says):
        loads(json.dumps(data))


def test_two_of_one_name_are_refused() -> None:
    design, _ = framed()
    data = json.loads(dumps(design))
    data["remarks"] *= 2
    with pytest.raises(DesignFileError, match="another annotation is called 'frame_1'"):
        loads(json.dumps(data))


def test_no_annotation_has_a_size_that_is_no_number() -> None:
    with pytest.raises(EditRefused, match="wide and high"):
        Annotation(AnnotationId("a"), "", 0, 0, math.nan, 50, is_frame=False)
