"""Frames and notes in the hand: dragged by their title, resized by their corner, written in where they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from designer.edit.annotations import add_frame, add_note
from designer.graph.annotation import TONES, Annotation, AnnotationId
from designer.graph.design import Design, NodeId, Point
from designer.layers.activation import ReLU6
from designer.ui.canvas.annotation_box import AnnotationBox
from designer.ui.canvas.geometry import GRID
from designer.ui.canvas.hits import Under, hit
from tests.ui.canvas.bench import CONTROL, SHIFT, Hand, design_of

pytestmark = pytest.mark.gui

HandOn = Callable[[Design], Hand]
FRAME, NOTE = AnnotationId("frame_1"), AnnotationId("note_1")


def annotated() -> Design:
    """Two cards in a frame, a third beside it, and a note below."""
    design = design_of({"a": (ReLU6(), 0, 0), "b": (ReLU6(), 192, 0), "c": (ReLU6(), 480, 0)})
    design, _ = add_frame(design, [NodeId("a"), NodeId("b")], "Pair")
    return add_note(design, Point(480, 144), "Mind the gap")[0]


def title(hand: Hand, id: AnnotationId = FRAME) -> QPoint:
    annotation = hand.design.annotations[id]
    return hand.at(annotation.x + 40, annotation.y + 10)


def corner(hand: Hand, id: AnnotationId) -> QPoint:
    annotation = hand.design.annotations[id]
    return hand.at(annotation.x + annotation.width - 4, annotation.y + annotation.height - 4)


def places(design: Design) -> dict[str, Point]:
    return {str(id): node.position for id, node in design.nodes.items()}


def test_a_frame_dragged_by_its_title_takes_its_cards_along(hand_on: HandOn) -> None:
    hand = hand_on(annotated())
    before = hand.design
    start = title(hand)
    hand.drag(start, start + QPoint(0, round(10 * GRID * hand.view.scale_now)))
    moved = hand.design.annotations[FRAME].y - before.annotations[FRAME].y
    assert moved > 0
    for id in ("a", "b"):
        assert places(hand.design)[id] == Point(places(before)[id].x, places(before)[id].y + moved)
    assert places(hand.design)["c"] == places(before)["c"]
    assert hand.design.annotations[NOTE] == before.annotations[NOTE]
    assert hand.steps == ['Move frame "Pair"']
    hand.document.undo()
    assert hand.design == before


def test_escape_puts_it_back(hand_on: HandOn) -> None:
    hand = hand_on(annotated())
    before = hand.design
    hand.scene.select([NodeId("c")])
    hand.pull(title(hand), title(hand) + QPoint(60, 80))
    assert hand.document.design != before
    hand.key(Qt.Key.Key_Escape)
    assert hand.document.design == before
    assert hand.steps == []
    assert hand.scene.selection == ("c",)
    assert not list(hand.scene.annotations.chosen)


def test_inside_a_frame_the_canvas_is_free(hand_on: HandOn) -> None:
    hand = hand_on(annotated())
    frame = hand.design.annotations[FRAME]
    between = hand.at(176, frame.y + 60)
    found = hit(hand.scene, hand.view.mapToScene(between), hand.view.scale_now)
    assert found.under is Under.NOTHING
    hand.drag(between, hand.at(200, 40))
    assert hand.scene.selection == ("b",)
    assert hand.steps == []


def test_a_note_is_taken_anywhere_and_control_frees_it_from_the_grid(hand_on: HandOn) -> None:
    hand = hand_on(annotated())
    note = hand.design.annotations[NOTE]
    middle = hand.at(note.x + 100, note.y + 40)
    hand.drag(middle, middle + QPoint(31, 0))
    assert hand.design.annotations[NOTE].x % GRID == 0
    note = hand.design.annotations[NOTE]
    middle = hand.at(note.x + 100, note.y + 40)
    hand.pull(middle, middle + QPoint(31, 0), keys=CONTROL)
    hand.release(middle + QPoint(31, 0), keys=CONTROL)
    assert hand.design.annotations[NOTE].x == pytest.approx(note.x + 31 / hand.view.scale_now, abs=1.0)
    assert hand.steps == ['Move note "Mind the gap"'] * 2


def test_the_corner_changes_the_size(hand_on: HandOn) -> None:
    hand = hand_on(annotated())
    before = hand.design.annotations[NOTE]
    start = corner(hand, NOTE)
    hand.drag(start, start + QPoint(80, 40))
    after = hand.design.annotations[NOTE]
    assert (after.x, after.y) == (before.x, before.y)
    assert after.width > before.width
    assert after.height > before.height
    assert hand.steps == ['Resize note "Mind the gap"']
    hand.pull(corner(hand, NOTE), corner(hand, NOTE) + QPoint(50, 50))
    hand.key(Qt.Key.Key_Escape)
    assert hand.document.design.annotations[NOTE] == after


def test_the_rubber_band_takes_those_it_goes_around(hand_on: HandOn) -> None:
    hand = hand_on(annotated())
    hand.drag(hand.at(470, 300), hand.at(900, 100))
    assert list(hand.scene.annotations.chosen) == [NOTE]
    assert not list(hand.scene.selection)
    hand.drag(hand.at(-80, -120), hand.at(400, 140), keys=SHIFT)
    assert list(hand.scene.annotations.chosen) == [FRAME, NOTE]
    assert list(hand.scene.selection) == ["a", "b"]
    hand.click(hand.at(700, 320))
    assert not list(hand.scene.annotations.chosen)


def test_what_is_chosen_together_moves_together(hand_on: HandOn) -> None:
    hand = hand_on(annotated())
    before = hand.design
    hand.click(hand.card("c"))
    hand.click(title(hand), keys=SHIFT)
    assert (hand.scene.selection, hand.scene.annotations.chosen) == (("c",), (FRAME,))
    hand.drag(hand.card("c"), hand.card("c") + QPoint(0, 96))
    shift = places(hand.design)["c"].y - places(before)["c"].y
    assert shift > 0
    assert hand.design.annotations[FRAME].y == before.annotations[FRAME].y + shift
    assert places(hand.design)["a"].y == places(before)["a"].y + shift
    assert len(hand.steps) == 1


def test_control_click_chooses_no_longer(hand_on: HandOn) -> None:
    hand = hand_on(annotated())
    hand.click(title(hand))
    assert list(hand.scene.annotations.chosen) == [FRAME]
    hand.click(title(hand), keys=CONTROL)
    assert not list(hand.scene.annotations.chosen)


def box_of(hand: Hand) -> AnnotationBox:
    (box,) = hand.view.viewport().findChildren(AnnotationBox)
    return box


def test_a_double_click_writes_in_it(hand_on: HandOn) -> None:
    hand = hand_on(annotated())
    hand.double_click(title(hand))
    box = box_of(hand)
    QTest.keyClicks(box, "Stem")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert hand.design.annotations[FRAME].text == "Stem"
    assert hand.steps == ['Write frame "Pair"']


def test_a_note_has_lines_and_escape_leaves_it_as_it_was(hand_on: HandOn) -> None:
    hand = hand_on(annotated())
    note = hand.design.annotations[NOTE]
    hand.double_click(hand.at(note.x + 100, note.y + 40))
    box = box_of(hand)
    QTest.keyClicks(box, "one")
    QTest.keyClick(box, Qt.Key.Key_Return)
    QTest.keyClicks(box, "two")
    QTest.keyClick(box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert hand.design.annotations[NOTE].text == "one\ntwo"
    box.deleteLater()
    hand.double_click(hand.at(note.x + 100, note.y + 40))
    last = hand.view.viewport().findChildren(AnnotationBox)[-1]
    QTest.keyClicks(last, "three")
    QTest.keyClick(last, Qt.Key.Key_Escape)
    assert hand.design.annotations[NOTE].text == "one\ntwo"
    assert len(hand.steps) == 1


def test_arrow_keys_move_what_is_chosen(hand_on: HandOn) -> None:
    hand = hand_on(annotated())
    before = hand.design.annotations[NOTE]
    hand.scene.select((), [NOTE])
    hand.key(Qt.Key.Key_Right)
    hand.key(Qt.Key.Key_Right)
    assert hand.design.annotations[NOTE].x == before.x + 2 * GRID
    assert hand.steps == ['Move note "Mind the gap"']
    hand.key(Qt.Key.Key_Escape)
    assert not list(hand.scene.annotations.chosen)


def test_a_annotation_that_becomes_another_kind_is_drawn_as_such(hand_on: HandOn) -> None:
    hand = hand_on(annotated())
    note = hand.design.annotations[NOTE]
    framed = Annotation(NOTE, "Frame now", note.x, note.y, note.width, note.height, is_frame=True)
    hand.scene.do("Change", lambda design: design.with_annotations([framed]))
    assert hand.scene.annotations.items[NOTE].annotation == framed
    inside = hand.at(note.x + 100, note.y + 60)
    assert hit(hand.scene, hand.view.mapToScene(inside), hand.view.scale_now).under is Under.NOTHING


def test_they_are_drawn_in_their_colour(hand_on: HandOn) -> None:
    hand = hand_on(annotated())
    hand.view.fit_all()
    note = hand.design.annotations[NOTE]
    at = hand.at(note.x + note.width - 20, note.y + note.height - 24)

    def colour(tone: str) -> str:
        hand.scene.do("Colour", lambda design: design.with_annotations([replace(design.annotations[NOTE], tone=tone)]))
        return hand.view.viewport().grab().toImage().pixelColor(at).name()

    assert len({colour(tone) for tone in TONES}) == len(TONES)
