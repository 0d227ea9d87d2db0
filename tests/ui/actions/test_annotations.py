"""Frames and notes by key and menu, in the window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from designer.edit.annotations import held_nodes
from designer.edit.layout import tidy
from designer.graph.annotation import BLUE, RED, Annotation, AnnotationId
from designer.graph.design import NodeId
from designer.templates.networks import template
from designer.ui.canvas.annotation_box import AnnotationBox
from designer.ui.canvas.hits import hit
from designer.ui.canvas.picture import PictureOptions, picture_data
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from tests.ui.windows import FAKE_WORKER, Answers, card_pixel, press, shown_window

pytestmark = pytest.mark.gui

EXPAND, DEPTHWISE = NodeId("expand"), NodeId("depthwise")
FRAMED = (EXPAND, NodeId("expand_act"), DEPTHWISE)


@pytest.fixture
def tab(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[DesignTab]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as window:
        made = window.bench.open_design(tidy(template("bottleneck").build(batch_norm=False), folds=False))
        QApplication.processEvents()
        made.canvas.setFocus()
        yield made


def window_of(tab: DesignTab) -> MainWindow:
    window = tab.window()
    assert isinstance(window, MainWindow)
    return window


def written_annotations(tab: DesignTab) -> list[Annotation]:
    return list(tab.document.design.annotations.values())


def written(qtbot: QtBot, tab: DesignTab, text: str) -> None:
    (box,) = [box for box in tab.canvas.viewport().findChildren(AnnotationBox) if box.isVisible()]
    qtbot.waitUntil(box.hasFocus)
    qtbot.keyClicks(box, text)
    qtbot.keyClick(box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(tab.canvas.hasFocus)


def steps(tab: DesignTab) -> list[str]:
    return [label for label, _ in tab.document.history]


def framed(qtbot: QtBot, tab: DesignTab) -> None:
    tab.select(FRAMED)
    press(qtbot, window_of(tab), "C")
    written(qtbot, tab, "Widen and filter")


def test_c_frames_the_selection_and_asks_for_a_title(qtbot: QtBot, tab: DesignTab) -> None:
    framed(qtbot, tab)
    (frame,) = written_annotations(tab)
    assert frame.text == "Widen and filter"
    assert held_nodes(tab.document.design, frame) == FRAMED
    assert steps(tab) == ["Frame 3 nodes", 'Write frame "Frame"']


def test_n_adds_a_note(qtbot: QtBot, tab: DesignTab) -> None:
    press(qtbot, window_of(tab), "N")
    written(qtbot, tab, "Why six?")
    (note,) = written_annotations(tab)
    assert (note.text, note.is_frame) == ("Why six?", False)


def test_without_a_pointer_a_note_hides_behind_no_card(qtbot: QtBot, tab: DesignTab) -> None:
    assert tab.pointed_at is None
    tab.canvas.fit_all()
    press(qtbot, window_of(tab), "N")
    written(qtbot, tab, "seen")
    (note,) = written_annotations(tab)
    room = QRectF(note.x, note.y, note.width, note.height)
    assert not any(room.intersects(item.card_rect) for item in tab.scene.nodes.values())


def test_a_title_is_typed_and_means_no_shortcut(qtbot: QtBot, tab: DesignTab) -> None:
    press(qtbot, window_of(tab), "N")
    written(qtbot, tab, "cnmwx")
    (note,) = written_annotations(tab)
    assert note.text == "cnmwx"
    assert len(steps(tab)) == 2


def test_by_keys_alone_it_is_found_moved_written_and_deleted(qtbot: QtBot, tab: DesignTab) -> None:
    framed(qtbot, tab)
    tab.select([])
    press(qtbot, window_of(tab), "Ctrl+Alt+N")
    assert tab.annotations == ("frame_1",)
    before = written_annotations(tab)[0]
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Down)
    assert written_annotations(tab)[0].y > before.y
    press(qtbot, window_of(tab), "F2")
    written(qtbot, tab, "Other")
    assert written_annotations(tab)[0].text == "Other"
    press(qtbot, window_of(tab), "Delete")
    assert written_annotations(tab) == []
    assert steps(tab)[-1] == 'Delete frame "Other"'
    assert EXPAND in tab.document.design.nodes, "what stood in it stays"
    press(qtbot, window_of(tab), "Ctrl+Z")
    assert written_annotations(tab)[0].text == "Other"


def test_a_colour_is_one_step(qtbot: QtBot, tab: DesignTab) -> None:
    framed(qtbot, tab)
    assert written_annotations(tab)[0].tone == BLUE
    window_of(tab).views["tone_red"].trigger()
    assert written_annotations(tab)[0].tone == RED
    assert steps(tab)[-1] == 'Colour frame "Widen and filter" red'


def test_copies_carry_frames_along_as_text(qtbot: QtBot, tab: DesignTab) -> None:
    framed(qtbot, tab)
    window = window_of(tab)
    tab.scene.select(FRAMED, [AnnotationId("frame_1")])
    press(qtbot, window, "Ctrl+C")
    other = window.bench.open_design(template("mobilenet_v1").build())
    QApplication.processEvents()
    other.canvas.setFocus()
    press(qtbot, window, "Ctrl+V")
    (copy,) = written_annotations(other)
    assert copy.text == "Widen and filter"
    assert len(held_nodes(other.document.design, copy)) >= 3
    assert len(other.selection) == 3
    assert other.annotations == (copy.id,)


def test_a_note_alone_is_duplicated_beside_itself(qtbot: QtBot, tab: DesignTab) -> None:
    press(qtbot, window_of(tab), "N")
    written(qtbot, tab, "x")
    press(qtbot, window_of(tab), "Ctrl+D")
    first, second = written_annotations(tab)
    assert (second.text, second.x > first.x, second.y > first.y) == ("x", True, True)


def test_tidy_takes_the_frame_along(qtbot: QtBot, tab: DesignTab) -> None:
    framed(qtbot, tab)
    window_of(tab).settings.animations = False
    tab.select([DEPTHWISE])
    for _ in range(6):
        qtbot.keyClick(tab.canvas, Qt.Key.Key_Down)
    tab.scene.select((), [AnnotationId("frame_1")])
    window_of(tab).views["fit_frame"].trigger()
    assert steps(tab)[-1] == 'Fit frame "Widen and filter"'
    tab.select([])
    before = written_annotations(tab)[0]
    press(qtbot, window_of(tab), "Ctrl+L")
    (frame,) = written_annotations(tab)
    assert frame != before
    assert set(FRAMED) <= set(held_nodes(tab.document.design, frame))


def test_the_right_button_offers_what_frames_have(qtbot: QtBot, tab: DesignTab) -> None:
    framed(qtbot, tab)
    tab.select([])
    frame = written_annotations(tab)[0]
    found = hit(tab.scene, QPointF(frame.x + 30, frame.y + frame.height - 1))
    assert found.annotation == frame.id, found
    at = tab.canvas.mapFromScene(frame.x + 30, frame.y + frame.height - 1)
    everywhere = tab.canvas.viewport().mapToGlobal(at)
    QApplication.sendEvent(
        tab.canvas.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(at), everywhere)
    )
    assert tab.annotations == (frame.id,)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    texts = [action.text() for action in menu.actions()]
    assert "F&it the frame" in texts
    assert "&Frames and notes" in texts
    menu.close()


def test_a_picture_shows_them(qtbot: QtBot, tab: DesignTab) -> None:
    framed(qtbot, tab)
    design = tab.document.design
    whole = picture_data(design, None, ".svg", PictureOptions()).decode()
    assert "Widen and filter" in whole
    inside = picture_data(design, None, ".svg", PictureOptions(nodes=frozenset(FRAMED))).decode()
    assert "Widen and filter" in inside
    beside = picture_data(design, None, ".svg", PictureOptions(nodes=frozenset([EXPAND]))).decode()
    assert "Widen and filter" not in beside


def test_a_note_that_is_undone_while_it_is_written_is_written_no_longer(qtbot: QtBot, tab: DesignTab) -> None:
    press(qtbot, window_of(tab), "N")
    (box,) = [box for box in tab.canvas.viewport().findChildren(AnnotationBox) if box.isVisible()]
    window_of(tab).views["undo"].trigger()
    assert written_annotations(tab) == []
    assert not box.isVisible()
    assert tab.canvas.hasFocus()


def test_a_long_note_has_a_short_name_in_the_menu(qtbot: QtBot, tab: DesignTab) -> None:
    press(qtbot, window_of(tab), "N")
    written(qtbot, tab, "so it goes on and on " * 20)
    press(qtbot, window_of(tab), "Delete")
    assert len(steps(tab)[-1]) < 60


def test_a_drag_is_over_when_another_design_comes_on_screen(qtbot: QtBot, tab: DesignTab) -> None:
    before = tab.document.design
    at = card_pixel(tab, DEPTHWISE)
    viewport = tab.canvas.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=at)
    for step in (20, 60, 90):
        qtbot.mouseMove(viewport, at + QPoint(0, step))
    assert tab.document.design != before
    window_of(tab).bench.open_design(template("separable").build())
    assert tab.document.design == before
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=at)
    assert steps(tab) == []
