"""A design of the comparison: its bar tells letter, name and origin, a press in its canvas makes it the active one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from designer.ui.compare.page import ComparePage
from designer.ui.compare.pane import ElidedLabel, Pane

pytestmark = pytest.mark.gui

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panes(page: ComparePage) -> list[Pane]:
    return sorted(page.findChildren(Pane), key=lambda pane: pane.mapTo(page, QPoint()).x())


def test_each_has_its_letter_and_one_is_the_baseline(page: ComparePage, panes: list[Pane]) -> None:
    titles = [pane.title.text() for pane in panes]
    assert [title[0] for title in titles] == ["A", "B", "C"]
    assert [title.endswith("· baseline") for title in titles] == [True, False, False]
    for pane, member in zip(panes, page.comparing.members, strict=True):
        assert member.name in pane.title.text()
        assert member.name in pane.accessibleName()
        assert member.origin in pane.title.toolTip()


def test_a_press_in_a_canvas_makes_it_the_active_one(qtbot: QtBot, page: ComparePage, panes: list[Pane]) -> None:
    heard: list[int] = []
    for place, pane in enumerate(panes):
        pane.activated.connect(lambda place=place: heard.append(place))
    for place in (2, 0, 1):
        canvas = panes[place].member.view.canvas
        qtbot.mouseClick(canvas.viewport(), LEFT, pos=canvas.viewport().rect().bottomLeft() + QPoint(4, -4))
        assert heard[-1] == place
        accent = [pane.grab().toImage().pixelColor(pane.width() // 2, 1) for pane in panes]
        assert len({colour.name() for index, colour in enumerate(accent) if index != place}) == 1
        assert accent[place].name() not in {colour.name() for index, colour in enumerate(accent) if index != place}


def test_its_menu_is_asked_for_below_the_button_twice(qtbot: QtBot, page: ComparePage, panes: list[Pane]) -> None:
    pane = panes[1]
    pane.menu_requested.disconnect()
    for _ in range(2):
        with qtbot.waitSignal(pane.menu_requested) as asked:
            qtbot.mouseClick(pane.menu_button, LEFT)
        assert asked.args is not None
        (at,) = asked.args
        assert at == pane.menu_button.mapToGlobal(QPoint(0, pane.menu_button.height()))


def test_what_a_pane_lets_go_can_be_shown_again(qtbot: QtBot, page: ComparePage, panes: list[Pane]) -> None:
    member = panes[2].member
    panes[2].release()
    assert member.view.parent() is None
    again = Pane(member)
    qtbot.addWidget(again)
    again.name("D", is_baseline=False)
    assert again.title.text().startswith("D  ")
    again.release()


def test_a_name_without_room_ends_in_dots(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText("B  a network with a name that is far longer than its pane")
    label.resize(80, 24)
    label.show()
    short = label.grab().toImage()
    label.setText("B  a network with another end, which nobody sees")
    assert label.grab().toImage() == short
