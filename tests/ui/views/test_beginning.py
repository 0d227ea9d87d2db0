"""An empty canvas says how to begin, is no problem in red, and the first card takes its words away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from designer.analysis.issues import Severity
from designer.graph.design import Design
from designer.templates.networks import template
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme, tokens
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.beginning import OFFERED
from designer.ui.views.design_tab import DesignTab
from tests.ui.windows import FAKE_WORKER, Answers, drop, press, shown_window

pytestmark = pytest.mark.gui


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as made:
        yield made


@pytest.fixture
def tab(window: MainWindow) -> DesignTab:
    made = window.bench.new()
    QApplication.processEvents()
    return made


def test_it_says_how_to_begin_and_nothing_is_red(window: MainWindow, tab: DesignTab) -> None:
    assert tab.beginning.isVisible()
    words = " ".join(label.text() for label in tab.beginning.findChildren(QLabel))
    assert "Tab" in words
    assert len(tab.beginning.buttons) == 3
    assert window.problems.title.accessibleName() == "To do"
    assert [card.problem.severity for card in window.problems.cards] == [Severity.UNFINISHED]
    assert window.status.validity.text().startswith("● 1 to do")
    colour = window.status.validity.palette().windowText().color()
    assert colour == tokens().text_tone("todo")
    assert colour != tokens().error_text


@pytest.mark.parametrize("place", range(3))
def test_a_template_is_laid_out_by_a_click_and_taken_back_by_undo(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, place: int
) -> None:
    qtbot.mouseClick(tab.beginning.buttons[place], Qt.MouseButton.LeftButton)
    built = template(OFFERED[place]).build()
    assert tab.document.design.nodes.keys() == built.nodes.keys()
    assert tab.analysis.is_valid
    assert not tab.beginning.isVisible()
    press(qtbot, window, "Ctrl+Z")
    assert tab.document.design.nodes == {}
    assert tab.beginning.isVisible()


def test_a_first_card_takes_it_away_while_it_is_still_in_the_hand(tab: DesignTab) -> None:
    drop(tab, "input", tab.beginning.geometry().center())
    assert not tab.beginning.isVisible()


def test_a_double_click_beside_the_buttons_searches_as_anywhere(qtbot: QtBot, tab: DesignTab) -> None:
    above = tab.beginning.geometry().topLeft() + QPoint(20, 8)
    child = tab.canvas.viewport().childAt(above)
    assert child is tab.beginning
    qtbot.mouseDClick(child, Qt.MouseButton.LeftButton, pos=child.mapFrom(tab.canvas.viewport(), above))
    assert tab.canvas.adding.box.isVisible()
    QTest.keyClicks(tab.canvas.adding.box.field, "relu6")
    QTest.keyClick(tab.canvas.adding.box.field, Qt.Key.Key_Return)
    assert len(tab.document.design.nodes) == 1


def test_a_design_with_something_in_it_has_no_such_words(window: MainWindow) -> None:
    drawn = window.bench.open_design(template("bottleneck").build())
    assert not drawn.beginning.isVisible()
    assert window.bench.open_design(Design("bare")).beginning.isVisible()


def test_measuring_waits_calmly(window: MainWindow, tab: DesignTab) -> None:
    window.bench.latency.set_live(True)
    assert window.costs.state.text() == "waits until it is drawn"
    assert window.costs.state.palette().windowText().color() == tokens().text_tone("todo")


def test_an_unwired_card_is_to_do_and_a_contradiction_is_a_problem(window: MainWindow, tab: DesignTab) -> None:
    drop(tab, "relu6", QPoint(200, 200))
    assert {card.problem.severity for card in window.problems.cards} == {Severity.UNFINISHED}
    assert window.problems.title.accessibleName() == "To do"
    (item,) = tab.scene.nodes.values()
    assert item.face.severity is Severity.UNFINISHED
    assert item.bubble is None
