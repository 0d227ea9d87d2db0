"""The minimap, by a click on it."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from designer.graph.design import Design, NodeId
from tests.ui.canvas.bench import NONE, Hand, long_chain, near

pytestmark = pytest.mark.gui


def test_the_minimap_takes_the_view_along(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(long_chain(300))
    minimap = hand.view.minimap
    assert minimap.isVisible()
    area = minimap.area
    goal = hand.scene.nodes[NodeId("n290")].card_rect.center()
    at = (goal - area.topLeft()) * (minimap.width() / area.width())
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, NONE, at.toPoint())
    assert near(hand.view.visible_area().center(), goal, 2 * area.width() / minimap.width())
