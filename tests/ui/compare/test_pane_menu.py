"""What can be done with one design of a comparison, by a click on the button of its pane."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.ui.compare.page import ComparePage
from designer.ui.compare.pane import Pane
from designer.ui.compare.pane_menu import PaneMenu
from designer.ui.shell.main_window import MainWindow

pytestmark = pytest.mark.gui


def pane(page: ComparePage, place: int) -> Pane:
    member = page.comparing.members[place]
    return next(each for each in page.findChildren(Pane) if each.member is member)


def opened(qtbot: QtBot, page: ComparePage, place: int) -> PaneMenu:
    qtbot.mouseClick(pane(page, place).menu_button, Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, PaneMenu)
    return menu


def entry(menu: PaneMenu, begin: str) -> QAction:
    return next(each for each in menu.actions() if each.text().replace("&", "").startswith(begin))


def choose(qtbot: QtBot, page: ComparePage, place: int, begin: str) -> None:
    menu = opened(qtbot, page, place)
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(entry(menu, begin)).center())


@pytest.mark.parametrize(("place", "refused"), [(0, {"Make", "Move left"}), (1, set()), (2, {"Move right"})])
def test_what_would_change_nothing_is_greyed(qtbot: QtBot, page: ComparePage, place: int, refused: set[str]) -> None:
    menu = opened(qtbot, page, place)
    asked = ("Make", "Move left", "Move right", "Open", "Remove")
    assert {begin for begin in asked if not entry(menu, begin).isEnabled()} == refused
    menu.close()


def test_the_baseline_is_another_and_its_pane_says_so(qtbot: QtBot, page: ComparePage) -> None:
    choose(qtbot, page, 2, "Make")
    assert page.comparing.baseline == 2
    assert ["baseline" in pane(page, place).title.text() for place in range(3)] == [False, False, True]


def test_a_design_moves_and_takes_its_letter_from_its_place(qtbot: QtBot, page: ComparePage) -> None:
    a, b, c = page.comparing.members
    choose(qtbot, page, 2, "Move left")
    assert page.comparing.members == (a, c, b)
    assert page.comparing.members[page.comparing.baseline] is a
    assert pane(page, 1).title.text().startswith("B  ")
    assert pane(page, 1).member is c


def test_a_design_leaves_and_the_last_two_cannot(qtbot: QtBot, window: MainWindow, page: ComparePage) -> None:
    a, _b, c = page.comparing.members
    choose(qtbot, page, 1, "Remove")
    assert page.comparing.members == (a, c)
    menu = opened(qtbot, page, 0)
    assert not entry(menu, "Remove").isEnabled()
    menu.close()
    assert len(window.bench.tabs) == 3, "its tab stays"
