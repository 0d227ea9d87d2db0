"""The gestures that stand in the window rather than in one of the canvas' own: by real keys and mouse events."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLineF, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.graph.design import NodeId, Point, PortRef
from designer.templates.networks import template
from designer.ui.canvas.rename_box import RenameBox
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from designer.ui.views.find_bar import FindBar
from tests.ui.windows import FAKE_WORKER, Answers, press, shown_window

pytestmark = pytest.mark.gui

DEPTHWISE, EXPAND = NodeId("depthwise"), NodeId("expand")
INTO_DEPTHWISE = PortRef(DEPTHWISE, "x")


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers(), (1600, 1000)) as made:
        yield made


@pytest.fixture
def tab(window: MainWindow) -> DesignTab:
    made = window.bench.open_design(template("bottleneck").build())
    QApplication.processEvents()
    made.zoom_to_actual()
    made.canvas.ensure_visible([DEPTHWISE])
    return made


def on_wire(tab: DesignTab, target: PortRef, share: float = 0.5) -> QPoint:
    """A pixel on a wire."""
    return tab.canvas.mapFromScene(tab.scene.wires[target].path().pointAtPercent(share))


def some_wire(tab: DesignTab) -> PortRef:
    return tab.document.design.incoming(DEPTHWISE)[0].target


# Bypass --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", ["M", "Ctrl+B"])
def test_bypass_says_what_it_changes_and_is_one_step(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, keys: str
) -> None:
    before = tab.document.design
    tab.select([DEPTHWISE])
    press(qtbot, window, keys)
    assert tab.document.design.nodes[DEPTHWISE].layer.is_bypassed
    assert tab.scene.nodes[DEPTHWISE].face.is_bypassed
    # 3²·144 weights, and as many multiply-accumulates at each of 56² places.
    assert "−1\u202f296 parameters, −4.06\u202fM MACs" in window.status.currentMessage()
    assert tab.document.undo_label == "Bypass Depthwise 3×3"
    press(qtbot, window, keys)
    assert tab.document.design == before
    press(qtbot, window, "Ctrl+Z")
    press(qtbot, window, "Ctrl+Z")
    assert tab.document.design == before


def test_bypass_is_refused_in_words_where_shapes_do_not_allow_it(
    qtbot: QtBot, window: MainWindow, tab: DesignTab
) -> None:
    before = tab.document.design
    tab.select([NodeId("project")])
    press(qtbot, window, "M")
    assert tab.document.design is before
    assert "cannot be bypassed" in window.status.currentMessage()


# Reroute dots --------------------------------------------------------------------------------------------------------


def distance(tab: DesignTab, target: PortRef, place: QPointF) -> float:
    """How near a wire comes to a place."""
    path = tab.scene.wires[target].path()
    return min(QLineF(path.pointAtPercent(step / 2000), place).length() for step in range(2001))


def test_a_double_click_on_a_wire_makes_a_dot_that_follows_the_hand(qtbot: QtBot, tab: DesignTab) -> None:
    target, viewport = some_wire(tab), tab.canvas.viewport()
    at = on_wire(tab, target)
    qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=at)
    for step in range(1, 5):
        qtbot.mouseMove(viewport, at + QPoint(0, 20 * step))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=at + QPoint(0, 80))
    (dot,) = tab.document.design.wires[target].via
    assert abs(tab.canvas.mapFromScene(QPointF(*dot)).y() - at.y() - 80) <= 12
    assert tab.document.undo_label == "Add reroute dot"
    assert distance(tab, target, QPointF(*dot)) < 3.0, "the wire now runs through it"
    tab.document.undo()
    assert tab.document.design.wires[target].via == ()
    assert distance(tab, target, QPointF(*dot)) > 40.0, "and before it did not"


def test_shift_and_the_right_button_make_one_and_escape_takes_it_back(qtbot: QtBot, tab: DesignTab) -> None:
    target, viewport = some_wire(tab), tab.canvas.viewport()
    before, at = tab.document.design, on_wire(tab, some_wire(tab))
    qtbot.mousePress(viewport, Qt.MouseButton.RightButton, Qt.KeyboardModifier.ShiftModifier, at)
    qtbot.mouseMove(viewport, at + QPoint(0, 60))
    assert tab.document.design.wires[target].via
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Escape)
    assert tab.document.design == before
    qtbot.mousePress(viewport, Qt.MouseButton.RightButton, Qt.KeyboardModifier.ShiftModifier, at)
    qtbot.mouseMove(viewport, at + QPoint(0, 60))
    qtbot.mouseRelease(viewport, Qt.MouseButton.RightButton, Qt.KeyboardModifier.ShiftModifier, at + QPoint(0, 60))
    assert len(tab.document.design.wires[target].via) == 1


def with_dot(qtbot: QtBot, tab: DesignTab) -> tuple[PortRef, QPoint]:
    target, viewport = some_wire(tab), tab.canvas.viewport()
    at = on_wire(tab, target)
    qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseMove(viewport, at + QPoint(0, 70))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=at + QPoint(0, 70))
    return target, tab.canvas.mapFromScene(QPointF(*tab.document.design.wires[target].via[0]))


def test_a_dot_is_dragged_and_deleted(qtbot: QtBot, tab: DesignTab) -> None:
    target, at = with_dot(qtbot, tab)
    viewport = tab.canvas.viewport()
    before = tab.document.design.wires[target].via
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseMove(viewport, at + QPoint(0, 50))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=at + QPoint(0, 50))
    assert tab.document.undo_label == "Move reroute dot"
    assert tab.document.design.wires[target].via != before
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Delete)
    assert tab.document.design.wires[target].via == ()
    assert tab.document.undo_label == "Remove reroute dot"


def test_a_double_click_on_a_dot_takes_it_away(qtbot: QtBot, tab: DesignTab) -> None:
    target, at = with_dot(qtbot, tab)
    qtbot.mouseDClick(tab.canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert tab.document.design.wires[target].via == ()


def test_a_right_click_on_a_wire_offers_what_fits_and_puts_it_in(qtbot: QtBot, tab: DesignTab) -> None:
    target = some_wire(tab)
    at = on_wire(tab, target)
    viewport = tab.canvas.viewport()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, viewport.mapToGlobal(at))
    QApplication.sendEvent(viewport, event)
    box = tab.canvas.adding.box
    assert box.isVisible()
    qtbot.keyClicks(box.field, "silu")
    qtbot.keyClick(box.field, Qt.Key.Key_Return)
    (feeding,) = tab.document.design.incoming(DEPTHWISE)
    assert tab.document.design.nodes[feeding.source.node].layer.key == "silu"
    assert tab.document.design.incoming(feeding.source.node)


# Clipboard -----------------------------------------------------------------------------------------------------------


def test_paste_with_wires_reads_what_the_original_reads(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    tab.select([DEPTHWISE])
    source = tab.document.design.incoming(DEPTHWISE)[0].source
    press(qtbot, window, "Ctrl+C")
    press(qtbot, window, "Ctrl+V")
    (plain,) = tab.selection
    assert tab.document.design.incoming(plain) == ()
    press(qtbot, window, "Ctrl+Shift+V")
    (wired,) = tab.selection
    assert [wire.source for wire in tab.document.design.incoming(wired)] == [source]
    assert tab.document.undo_label == "Paste 1 node"


def test_paste_with_wires_where_the_original_is_not_is_a_plain_paste(
    qtbot: QtBot, window: MainWindow, tab: DesignTab
) -> None:
    tab.select([DEPTHWISE])
    press(qtbot, window, "Ctrl+C")
    assert '"incoming"' in QGuiApplication.clipboard().text()
    press(qtbot, window, "Ctrl+N")
    press(qtbot, window, "Ctrl+Shift+V")
    other = window.bench.tab
    assert other is not None
    assert other.document.design.incoming(other.selection[0]) == ()


# Rename, align -------------------------------------------------------------------------------------------------------


def test_f2_names_the_node_where_it_stands(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    tab.select([DEPTHWISE])
    press(qtbot, window, "F2")
    (box,) = tab.canvas.viewport().findChildren(RenameBox)
    qtbot.keyClicks(box, "filter")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert tab.document.design.nodes[DEPTHWISE].name == "filter"
    press(qtbot, window, "Ctrl+Z")
    assert tab.document.design.nodes[DEPTHWISE].name == ""


def test_escape_leaves_the_name(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    before = tab.document.design
    tab.select([DEPTHWISE])
    press(qtbot, window, "F2")
    (box,) = tab.canvas.viewport().findChildren(RenameBox)
    qtbot.keyClicks(box, "filter")
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert tab.document.design is before


def test_the_selection_is_lined_up_from_the_menu(window: MainWindow, tab: DesignTab) -> None:
    tab.select([DEPTHWISE, EXPAND])
    window.views["align_left"].trigger()
    places: list[Point] = [tab.document.design.nodes[id].position for id in (DEPTHWISE, EXPAND)]
    assert places[0].x == places[1].x
    assert tab.document.undo_label == "Align 2 nodes left"
    assert not window.views["distribute_across"].isEnabled()


# Find and the command palette ----------------------------------------------------------------------------------------


def test_find_lights_counts_and_walks(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    press(qtbot, window, "Ctrl+F")
    (bar,) = tab.canvas.findChildren(FindBar)
    qtbot.keyClicks(bar.field, "channels=144 relu6")
    assert bar.count.text() == "– of 2"
    assert not tab.scene.nodes[NodeId("expand_act")].state.is_faded
    assert tab.scene.nodes[EXPAND].state.is_faded
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert bar.count.text() == "1 of 2"
    first = tab.selection
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert tab.selection != first
    qtbot.keyClick(bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert tab.selection == first
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert not any(item.state.is_faded for item in tab.scene.nodes.values())
    assert tab.canvas.hasFocus()


def test_find_names_the_block_that_holds_what_is_inside(qtbot: QtBot, window: MainWindow) -> None:
    tab = window.bench.open_design(template("mobilenet_v2").build())
    press(qtbot, window, "Ctrl+F")
    (bar,) = tab.canvas.findChildren(FindBar)
    qtbot.keyClicks(bar.field, "depthwise stride=2")
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert bar.count.text().endswith("in bottleneck_2")
    assert tab.selection == (NodeId("bottleneck_2"),)
    bar.field.selectAll()
    qtbot.keyClicks(bar.field, "zebra")
    assert bar.count.text() == "none"


def test_the_command_palette_runs_what_was_typed_and_remembers_it(
    qtbot: QtBot, window: MainWindow, tab: DesignTab
) -> None:
    tab.select([DEPTHWISE])
    press(qtbot, window, "Ctrl+Shift+P")
    palette = window.commands
    qtbot.keyClicks(palette.field, "bypass")
    assert palette.offered[0].id == "bypass"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert tab.document.design.nodes[DEPTHWISE].layer.is_bypassed
    press(qtbot, window, "Ctrl+Shift+P")
    assert palette.offered[0].id == "bypass"
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_what_cannot_be_done_now_is_listed_and_not_run(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    before = tab.document.design
    press(qtbot, window, "Ctrl+Shift+P")
    qtbot.keyClicks(window.commands.field, "expand block")
    assert window.commands.offered[0].id == "expand"
    qtbot.keyClick(window.commands.field, Qt.Key.Key_Return)
    assert window.commands.isVisible()
    assert tab.document.design is before
    window.commands.hide()
