"""Panning by hand."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from designer.graph.design import Design
from tests.ui.canvas.bench import MIDDLE, Hand, near, three

pytestmark = pytest.mark.gui


def test_middle_drag_pans_and_edits_nothing(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    before, corner = hand.design, hand.view.visible_area().topLeft()
    start = hand.card("expand")
    hand.drag(start, start + QPoint(-120, 60), MIDDLE)
    assert near(hand.view.visible_area().topLeft(), corner + QPointF(120, -60), 1.0)
    assert hand.design is before


def test_space_and_drag_pans_even_over_a_card(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    before, corner = hand.design, hand.view.visible_area().topLeft()
    QTest.keyPress(hand.view, Qt.Key.Key_Space)
    start = hand.card("expand")
    hand.drag(start, start + QPoint(50, 50))
    QTest.keyRelease(hand.view, Qt.Key.Key_Space)
    assert near(hand.view.visible_area().topLeft(), corner - QPointF(50, 50), 1.0)
    assert hand.design is before
    hand.drag(start + QPoint(50, 50), start + QPoint(130, 50))
    assert hand.design is not before, "without Space the card moves again"


def test_a_cancelled_pan_goes_back(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    corner = hand.view.visible_area().topLeft()
    hand.pull(QPoint(300, 300), QPoint(420, 360), MIDDLE)
    hand.key(Qt.Key.Key_Escape)
    assert near(hand.view.visible_area().topLeft(), corner, 0.5)
