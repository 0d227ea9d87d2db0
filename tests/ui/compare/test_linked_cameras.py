"""Canvases looked at together, and each by itself where a person wants that."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.ui.canvas.view import CanvasView
from designer.ui.compare.page import ComparePage

pytestmark = pytest.mark.gui


def roll(canvas: CanvasView) -> None:
    """Turn the wheel by a notch over the middle of a canvas."""
    at = QPointF(canvas.viewport().rect().center())
    notch, none = QPoint(0, 120), QPoint()
    event = QWheelEvent(
        at,
        canvas.viewport().mapToGlobal(at),
        none,
        notch,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas.viewport(), event)


def scales(page: ComparePage) -> list[float]:
    return [member.view.canvas.scale_now for member in page.comparing.members]


def settled(qtbot: QtBot, page: ComparePage) -> None:
    """Wait until each design is whole on screen."""
    page.cameras.fit_all()
    qtbot.waitUntil(lambda: len({round(scale, 6) for scale in scales(page)}) == 1)


def test_all_are_whole_at_one_scale(qtbot: QtBot, page: ComparePage) -> None:
    settled(qtbot, page)
    for member in page.comparing.members:
        canvas = member.view.canvas
        seen = canvas.mapToScene(canvas.viewport().rect()).boundingRect()
        for card in member.view.scene.nodes.values():
            assert seen.contains(card.card_rect), (member.name, card.id)


def test_the_wheel_over_one_zooms_all(qtbot: QtBot, page: ComparePage) -> None:
    settled(qtbot, page)
    before = scales(page)
    roll(page.comparing.members[2].view.canvas)
    assert scales(page)[2] > before[2]
    assert scales(page) == pytest.approx([scales(page)[2]] * 3)


def test_looked_at_alone_the_others_stay_until_all_are_linked_again(qtbot: QtBot, page: ComparePage) -> None:
    settled(qtbot, page)
    before = scales(page)
    first = page.comparing.members[0]
    first.view.canvas.setFocus()
    qtbot.waitUntil(lambda: page.active is first)

    def switch() -> None:
        menu = page.menu_for(first)
        next(each for each in menu.actions() if "together" in each.text()).trigger()

    switch()
    roll(first.view.canvas)
    assert scales(page)[0] > before[0]
    assert scales(page)[1:] == before[1:]
    switch()
    assert scales(page)[1:] == pytest.approx([scales(page)[0]] * 2), "they come to the one that is active"
