"""Values that are tried out before they are kept: by arrows, wheel, a dragged label, an open list; Esc leaves them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.edit.document import Command
from designer.edit.edits import set_parameter
from designer.graph.design import NodeId
from designer.templates.networks import template
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from designer.ui.widgets.field_frames import FramedCombo
from designer.ui.widgets.fields import NumberField, ScrubLabel
from tests.ui.windows import FAKE_WORKER, Answers, drop, press, shown_window

pytestmark = pytest.mark.gui

EXPAND = NodeId("expand")


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as made:
        yield made


@pytest.fixture
def tab(window: MainWindow) -> DesignTab:
    made = window.bench.open_design(template("bottleneck").build())
    made.select([EXPAND])
    QApplication.processEvents()
    return made


def channels(tab: DesignTab) -> int:
    value: int = tab.document.design.nodes[EXPAND].layer.out_channels  # type: ignore[attr-defined]  # a pointwise
    return value


def field(window: MainWindow) -> NumberField:
    made = window.inspector.fields["out_channels"]
    assert isinstance(made, NumberField)
    return made


def turn_wheel(window: MainWindow, angle: int) -> None:
    """Turn the wheel over the number of channels."""
    box = field(window).box
    middle = QPointF(box.rect().center())
    none = Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        middle, box.mapToGlobal(middle), QPoint(), QPoint(0, angle), Qt.MouseButton.NoButton, none,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, event)


def test_arrow_keys_show_the_difference_and_enter_keeps_it(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    before = tab.document.committed_design
    box = field(window).box
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert channels(tab) == 145
    assert tab.document.committed_design is before
    # One more channel: 24 + 9 + 24 weights, and 2·2 of its two batch norms.
    assert window.costs.tiles["parameters"].note.text().startswith("+61")
    assert "not kept" in window.costs.tiles["macs"].note.text()
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert tab.document.committed_design is tab.document.design
    assert channels(tab) == 145
    assert "not kept" not in window.costs.tiles["parameters"].note.text()
    assert tab.document.undo_label == "Set out channels of Pointwise 1×1"


def by_arrows(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, "Down")
    press(qtbot, window, "Down")


def by_wheel(qtbot: QtBot, window: MainWindow) -> None:
    turn_wheel(window, -120)
    turn_wheel(window, -120)


def by_label(qtbot: QtBot, window: MainWindow) -> None:
    label = next(each for each in window.inspector.findChildren(ScrubLabel) if each.text() == "Out channels")
    start = label.rect().center()
    qtbot.mousePress(label, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(label, start - QPoint(16, 0))


@pytest.mark.parametrize("way", [by_arrows, by_wheel, by_label])
def test_escape_leaves_it_where_the_keyboard_is(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, way: Callable[[QtBot, MainWindow], None]
) -> None:
    before = tab.document.design
    box = field(window).box
    box.setFocus()
    way(qtbot, window)
    assert channels(tab) == 142
    assert tab.document.committed_design is before
    press(qtbot, window, "Esc")
    assert tab.document.design is before
    assert tab.document.undo_label is None
    assert box.lineEdit().text() == "144"
    assert "not kept" not in window.costs.tiles["parameters"].note.text()
    tab.canvas.setFocus()
    assert tab.document.undo_label is None, "leaving the field keeps nothing of it"


def test_escape_takes_back_what_was_typed(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    before = tab.document.design
    box = field(window).box
    box.setFocus()
    for typed in ("96", "96x"):
        box.selectAll()
        qtbot.keyClicks(box, typed)
        press(qtbot, window, "Esc")
        assert tab.document.design == before
        assert tab.document.undo_label is None
        assert box.lineEdit().text() == "144"
        assert field(window).complaint == ""


def test_what_is_typed_after_a_try_counts(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    box = field(window).box
    box.setFocus()
    press(qtbot, window, "Up")
    box.selectAll()
    qtbot.keyClicks(box, "96")
    tab.canvas.setFocus()
    assert channels(tab) == 96


def test_a_drop_is_kept_and_the_tiles_say_so(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    before = len(tab.document.design.nodes)
    for count in range(1, 4):
        drop(tab, "relu6", QPoint(100 * count, 40))
        assert len(tab.document.committed_design.nodes) == before + count
        for tile in window.costs.tiles.values():
            assert "not kept" not in tile.note.text()


def test_undo_ends_a_try_for_good(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    tab.document.apply(_narrow())
    tab.select([EXPAND])
    box = field(window).box
    box.setFocus()
    press(qtbot, window, "Up")
    press(qtbot, window, "Ctrl+Z")
    tab.canvas.setFocus()
    assert channels(tab) == 96
    assert tab.document.undo_label == "Narrow"


def test_control_doubles_and_halves(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    box = field(window).box
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert channels(tab) == 288
    qtbot.keyClick(box, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(box, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert channels(tab) == 72


def test_the_wheel_tries_while_the_field_has_the_keyboard(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    box = field(window).box
    box.setFocus()
    turn_wheel(window, 120)
    assert channels(tab) == 145
    assert tab.document.undo_label is None
    tab.canvas.setFocus()
    assert tab.document.undo_label is not None


def test_a_dragged_label_is_one_step_for_the_whole_drag(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    label = next(each for each in window.inspector.findChildren(ScrubLabel) if each.text() == "Out channels")
    start = label.rect().center()
    qtbot.mousePress(label, Qt.MouseButton.LeftButton, pos=start)
    for pixels in (16, 40, 80):
        qtbot.mouseMove(label, start + QPoint(pixels, 0))
    assert channels(tab) == 154
    assert tab.document.undo_label is None
    qtbot.mouseRelease(label, Qt.MouseButton.LeftButton, pos=start + QPoint(80, 0))
    assert channels(tab) == 154
    press(qtbot, window, "Ctrl+Z")
    assert channels(tab) == 144
    assert tab.document.undo_label is None


def test_undo_in_the_middle_drops_what_is_tried_and_nothing_else(
    qtbot: QtBot, window: MainWindow, tab: DesignTab
) -> None:
    tab.document.apply(_narrow())
    tab.select([EXPAND])
    box = field(window).box
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert channels(tab) == 97
    press(qtbot, window, "Ctrl+Z")
    assert channels(tab) == 96


def _narrow() -> Command:
    return Command("Narrow", lambda design: set_parameter(design, [EXPAND], "out_channels", 96))


def test_what_the_pointer_stands_on_in_a_list_is_tried(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    tab.select([NodeId("depthwise")])
    before = tab.document.design
    combo = window.inspector.fields["padding"].editor
    assert isinstance(combo, FramedCombo)
    combo.showPopup()
    combo.highlighted.emit(2)  # Qt says so for the pointer and for arrow keys alike
    assert tab.document.design is not before
    assert tab.document.committed_design is before
    combo.hidePopup()
    assert tab.document.design is before
