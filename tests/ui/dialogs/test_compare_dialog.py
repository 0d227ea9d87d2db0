"""Which designs are compared: the two that are open at once, and of more those that were ticked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.templates.networks import template
from designer.ui.compare.member import MOST
from designer.ui.compare.page import ComparePage
from designer.ui.dialogs.compare_dialog import CompareDialog
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from tests.ui.windows import FAKE_WORKER, Answers, shown_window

pytestmark = pytest.mark.gui


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as made:
        yield made


def opened(window: MainWindow, number: int) -> list[DesignTab]:
    return [
        window.bench.open_design(template("bottleneck").build(expansion=index + 1.0).renamed(f"t{index + 1}"))
        for index in range(number)
    ]


def asked(window: MainWindow) -> CompareDialog:
    window.views["compare"].trigger()
    (dialog,) = [each for each in window.findChildren(CompareDialog) if each.isVisible()]
    return dialog


def tick(dialog: CompareDialog, place: int, is_on: bool = True) -> None:
    row = dialog.list.topLevelItem(place)
    assert row is not None
    row.setCheckState(0, Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked)


def test_two_are_compared_without_a_question(window: MainWindow) -> None:
    first, second = opened(window, 2)
    window.views["compare"].trigger()
    page = window.bench.page
    assert isinstance(page, ComparePage)
    assert page.tabs == (first, second)
    assert not window.findChildren(CompareDialog)


def test_of_more_those_are_compared_that_were_ticked(qtbot: QtBot, window: MainWindow) -> None:
    tabs = opened(window, 6)
    window.bench.turn_to(tabs[3])
    dialog = asked(window)
    assert dialog.chosen == [tabs[2], tabs[3]]
    tick(dialog, 2, False)
    assert not dialog.compare_button.isEnabled()
    tick(dialog, 0)
    tick(dialog, 5)
    qtbot.mouseClick(dialog.compare_button, Qt.MouseButton.LeftButton)
    page = window.bench.page
    assert isinstance(page, ComparePage)
    assert page.tabs == (tabs[0], tabs[3], tabs[5])
    # A second time, with another choice, and from the comparison itself.
    again = asked(window)
    qtbot.mouseClick(again.compare_button, Qt.MouseButton.LeftButton)
    assert window.bench.page is not page
    QApplication.processEvents()


def test_a_question_that_is_left_changes_nothing(qtbot: QtBot, window: MainWindow) -> None:
    tabs = opened(window, 3)
    dialog = asked(window)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.bench.page is tabs[-1]


def test_no_more_are_taken_than_stand_side_by_side(window: MainWindow) -> None:
    opened(window, MOST + 2)
    dialog = asked(window)
    for place in range(MOST + 2):
        tick(dialog, place)
    assert not dialog.compare_button.isEnabled()
    assert "take 2 away" in dialog.note.text()
    tick(dialog, 0, False)
    tick(dialog, 1, False)
    assert dialog.compare_button.isEnabled()
