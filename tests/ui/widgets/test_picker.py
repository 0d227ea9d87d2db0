"""The picker: what keys and the mouse choose, what cannot be chosen, and where the keyboard is afterwards."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from designer.ui.widgets.picker import Choice, Picker

pytestmark = pytest.mark.gui

WORDS = [
    Choice("a", "apple", "a fruit"),
    Choice("b", "banana", "not today", is_refused=True),
    Choice("c", "cherry", "switched off", is_off=True),
    Choice("d", "date", "another"),
]


def find(text: str) -> Sequence[Choice]:
    return [choice for choice in WORDS if text in choice.text]


@pytest.fixture(params=[True, False], ids=["popup", "on its parent"])
def picker(request: pytest.FixtureRequest, qtbot: QtBot) -> Picker:
    room = QWidget()
    qtbot.addWidget(room)
    column = QVBoxLayout(room)
    column.addWidget(QLineEdit(room))
    room.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    room.resize(600, 500)
    room.show()
    qtbot.waitExposed(room)
    made = Picker(room, 2, is_popup=request.param)
    made.resize(200, 200)
    made.open_at(QPoint(5000, 5000), find, "Which", "none here")
    qtbot.waitUntil(made.field.hasFocus)
    return made


def parent_of(picker: Picker) -> QWidget:
    parent = picker.parentWidget()
    assert parent is not None
    return parent


def chosen_by(picker: Picker) -> list[object]:
    heard: list[object] = []
    picker.chosen.connect(heard.append)
    picker.left.connect(lambda: heard.append("left"))
    return heard


def test_what_was_typed_is_found_and_enter_chooses_it(qtbot: QtBot, picker: Picker) -> None:
    heard = chosen_by(picker)
    qtbot.keyClicks(picker.field, "dat")
    assert picker.offered == ("d",)
    qtbot.keyClick(picker.field, Qt.Key.Key_Return)
    assert heard == ["d"]
    assert not picker.isVisible()


def test_arrows_and_pages_walk_and_stop_at_the_ends(qtbot: QtBot, picker: Picker) -> None:
    places = []
    keys = ("Up", "Down", "PageDown", "PageDown", "PageUp")
    for key in keys:
        qtbot.keyClick(picker.field, Qt.Key[f"Key_{key}"])
        places.append(picker.rows.currentRow())
    assert places == [0, 1, 3, 3, 1]
    assert picker.words.text() == "not today"


@pytest.mark.parametrize("row", [1, 2])
def test_what_cannot_be_chosen_is_read_about_only(qtbot: QtBot, picker: Picker, row: int) -> None:
    heard = chosen_by(picker)
    for _ in range(row):
        qtbot.keyClick(picker.field, Qt.Key.Key_Down)
    assert picker.words.text() == WORDS[row].words
    qtbot.keyClick(picker.field, Qt.Key.Key_Return)
    rect = picker.rows.visualItemRect(picker.rows.item(row))
    qtbot.mouseClick(picker.rows.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert heard == []
    assert picker.isVisible()


def test_a_click_chooses(qtbot: QtBot, picker: Picker) -> None:
    heard = chosen_by(picker)
    rect = picker.rows.visualItemRect(picker.rows.item(3))
    qtbot.mouseClick(picker.rows.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert heard == ["d"]


def test_escape_leaves(qtbot: QtBot, picker: Picker) -> None:
    heard = chosen_by(picker)
    qtbot.keyClick(picker.field, Qt.Key.Key_Escape)
    assert heard == ["left"]
    assert not picker.isVisible()


def test_nothing_found_is_said_and_nothing_is_chosen(qtbot: QtBot, picker: Picker) -> None:
    heard = chosen_by(picker)
    qtbot.keyClicks(picker.field, "zzz")
    assert picker.words.text() == "none here"
    qtbot.keyClick(picker.field, Qt.Key.Key_Return)
    assert heard == []


def test_it_opens_inside_what_it_lies_over(picker: Picker) -> None:
    room = picker.screen().availableGeometry() if picker.isWindow() else parent_of(picker).rect()
    assert room.adjusted(0, 0, 4, 4).contains(picker.geometry()), "but for what the platform draws around a window"


def test_tab_chooses_unless_it_is_told_not_to(qtbot: QtBot, picker: Picker) -> None:
    heard = chosen_by(picker)
    qtbot.keyClick(picker.field, Qt.Key.Key_Tab)
    assert heard == ["a"]
    other = Picker(parent_of(picker), 2, chooses_by_tab=False)
    other.open_at(QPoint(0, 0), find)
    told = chosen_by(other)
    qtbot.keyClick(other.field, Qt.Key.Key_Tab)
    assert told == []
    other.hide()


def test_on_its_parent_it_leaves_where_the_keyboard_goes_elsewhere(qtbot: QtBot, picker: Picker) -> None:
    if picker.isWindow():
        return  # a popup has the keyboard while it is there
    heard = chosen_by(picker)
    line = parent_of(picker).findChild(QLineEdit, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert isinstance(line, QLineEdit)
    line.setFocus()
    qtbot.waitUntil(lambda: not picker.isVisible())
    assert heard == ["left"]
