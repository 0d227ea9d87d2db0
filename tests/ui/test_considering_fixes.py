"""What a fix would do is seen through while the pointer or the keyboard is on it; nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from designer.edit.document import Command
from designer.edit.edits import set_parameter
from designer.graph.design import NodeId
from designer.templates.networks import template
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.shell.node_menu import node_menu
from designer.ui.views.design_tab import DesignTab
from tests.ui.windows import FAKE_WORKER, Answers, press, shown_window

pytestmark = pytest.mark.gui


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as made:
        yield made


@pytest.fixture
def tab(window: MainWindow) -> DesignTab:
    """A bottleneck with a residual that does not fit."""
    made = window.bench.open_design(template("bottleneck").build())
    edit = Command("Stride", lambda design: set_parameter(design, [NodeId("depthwise")], "stride", 2))
    made.document.apply(edit)
    QApplication.processEvents()
    return made


def button(window: MainWindow, words: str) -> QPushButton:
    (card,) = window.problems.cards
    return next(each for each in card.fix_buttons if words in each.accessibleName())


def hover(widget: QWidget) -> None:
    middle = QPointF(widget.rect().center())
    everywhere = QPointF(widget.mapToGlobal(QPoint(0, 0))) + middle
    QApplication.sendEvent(widget, QEnterEvent(middle, middle, everywhere))


def leave(widget: QWidget) -> None:
    QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))


def test_a_fix_under_the_pointer_is_seen_through_and_gone_with_it(window: MainWindow, tab: DesignTab) -> None:
    before = tab.document.design
    fix = button(window, "Add a 1×1")
    hover(fix)
    (added,) = set(tab.document.design.nodes) - set(before.nodes)
    assert tab.scene.nodes[added].opacity() < 1
    assert tab.scene.nodes[NodeId("expand")].opacity() == 1
    assert tab.document.committed_design is before
    assert "not kept" in window.costs.tiles["macs"].note.text()
    assert button(window, "Add a 1×1") is fix, "the button stays under the pointer"
    leave(fix)
    assert tab.document.design is before
    assert set(tab.scene.nodes) == set(before.nodes)
    assert "not kept" not in window.costs.tiles["macs"].note.text()
    assert all(item.opacity() == 1 for item in (*tab.scene.nodes.values(), *tab.scene.wires.values()))


def test_from_one_fix_to_the_next(window: MainWindow, tab: DesignTab) -> None:
    before = tab.document.design
    first, second = button(window, "Add a 1×1"), button(window, "stride to 1")
    hover(first)
    leave(first)
    hover(second)
    assert set(tab.document.design.nodes) == set(before.nodes)
    assert tab.scene.nodes[NodeId("depthwise")].opacity() < 1
    leave(second)
    assert tab.document.design is before


def test_pressed_it_is_kept_and_solid(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    before = tab.document.design
    fix = button(window, "Add a 1×1")
    hover(fix)
    qtbot.mouseClick(fix, Qt.MouseButton.LeftButton)
    assert tab.analysis.is_valid
    assert window.problems.cards == []
    assert all(item.opacity() == 1 for item in (*tab.scene.nodes.values(), *tab.scene.wires.values()))
    assert "not kept" not in window.costs.tiles["macs"].note.text()
    press(qtbot, window, "Ctrl+Z")
    assert tab.document.design == before


def test_the_keyboard_on_a_fix_shows_it_too(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    before = tab.document.design
    button(window, "Add a 1×1").setFocus()
    assert tab.document.design != before
    assert tab.document.committed_design is before
    tab.canvas.setFocus()
    assert tab.document.design is before


def test_an_edit_meanwhile_stays(window: MainWindow, tab: DesignTab) -> None:
    fix = button(window, "Add a 1×1")
    hover(fix)
    tab.document.apply(Command("Stride", lambda design: set_parameter(design, [NodeId("depthwise")], "stride", 1)))
    leave(fix)
    assert tab.analysis.is_valid
    assert window.problems.cards == []


def test_a_fix_in_the_menu_is_shown_too_and_gone_with_the_menu(window: MainWindow, tab: DesignTab) -> None:
    before = tab.document.design
    tab.select([NodeId("add")])
    for _ in range(2):
        menu = node_menu(window.views, window.bench, window)
        menu.popup(QPoint(100, 100))
        adding = next(action for action in menu.actions() if "Add a 1×1" in action.text())
        menu.setActiveAction(adding)
        assert set(tab.document.design.nodes) > set(before.nodes)
        menu.setActiveAction(next(action for action in menu.actions() if "stride to 1" in action.text()))
        assert set(tab.document.design.nodes) == set(before.nodes)
        assert tab.document.design != before
        menu.close()
        assert tab.document.design is before
