"""Several nodes selected: their figures together, and buttons that line them up, by real clicks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from designer.edit.edits import move
from designer.graph.design import NodeId, Point
from designer.templates.networks import template
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from tests.ui.windows import FAKE_WORKER, Answers, card_pixel, shown_window

pytestmark = pytest.mark.gui

EXPAND, DEPTHWISE, PROJECT = NodeId("expand"), NodeId("depthwise"), NodeId("project")


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers(), (1280, 900)) as made:
        made.bench.open_design(template("bottleneck").build())
        QApplication.processEvents()
        yield made


def choose(qtbot: QtBot, window: MainWindow, *ids: NodeId) -> None:
    """Click the cards one after another, with Shift from the second."""
    tab = window.bench.tab
    assert tab is not None
    for number, id in enumerate(ids):
        keys = Qt.KeyboardModifier.ShiftModifier if number else Qt.KeyboardModifier.NoModifier
        qtbot.mouseClick(tab.canvas.viewport(), Qt.MouseButton.LeftButton, keys, card_pixel(tab, id))
    assert set(window.bench.selection) == set(ids)


def button(window: MainWindow, title: str) -> QToolButton:
    (found,) = (each for each in window.inspector.several.findChildren(QToolButton) if each.accessibleName() == title)
    return found


def texts(window: MainWindow) -> set[str]:
    labels = window.inspector.several.findChildren(QLabel)
    return {label.text().replace("\u202f", " ") for label in labels}


def test_figures_stand_there_for_several_and_not_for_one(qtbot: QtBot, window: MainWindow) -> None:
    several = window.inspector.several
    choose(qtbot, window, EXPAND)
    assert not several.isVisible()
    choose(qtbot, window, EXPAND, DEPTHWISE)
    assert several.isVisible()
    # 24·144 + 9·144 of 8832 parameters, at 56² places of 25.7 M multiply-accumulates.
    assert {"4 752", "53.8 %", "14.9 M", "57.9 %"} <= texts(window)
    assert "4\u202f752" in several.accessibleName()
    high = several.height()
    window.inspector.show_times({"expand": 0.1, "depthwise": 0.3, "project": 0.1})
    QApplication.processEvents()
    assert {"0.400 ms", "80 %"} <= texts(window)
    assert several.height() == high, "a measurement that arrives moves nothing"
    window.inspector.show_times({})
    assert "0.400 ms" not in texts(window)


def test_the_buttons_line_up_and_spread(qtbot: QtBot, window: MainWindow) -> None:
    choose(qtbot, window, EXPAND, DEPTHWISE)
    document = window.bench.document
    assert document is not None
    assert not button(window, "Spread the selected nodes evenly across").isEnabled(), "two cannot be spread"
    qtbot.mouseClick(button(window, "Line the selected nodes up by their left"), Qt.MouseButton.LeftButton)
    places = [document.design.nodes[id].position for id in (EXPAND, DEPTHWISE)]
    assert places[0].x == places[1].x
    assert window.bench.whole is not None
    assert window.bench.whole.undo_label == "Align 2 nodes left"
    window.bench.whole.undo()
    choose(qtbot, window, EXPAND, DEPTHWISE, PROJECT)
    for id, x in ((EXPAND, 0.0), (DEPTHWISE, 900.0), (PROJECT, 1200.0)):
        place = document.design.nodes[id].position
        window.bench.apply("Move", partial(move, places={id: Point(x, place.y)}))
    spread = button(window, "Spread the selected nodes evenly across")
    assert spread.isEnabled()
    qtbot.mouseClick(spread, Qt.MouseButton.LeftButton)
    assert [document.design.nodes[id].position.x for id in (EXPAND, DEPTHWISE, PROJECT)] == [0.0, 600.0, 1200.0]


def test_every_button_has_an_icon_and_says_what_it_does(window: MainWindow) -> None:
    buttons = window.inspector.several.findChildren(QToolButton)
    assert len(buttons) == 8
    for each in buttons:
        assert not each.icon().isNull()
        assert each.accessibleName()
        assert each.toolTip()
