"""A factory of shown canvases."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from designer.graph.design import Design
from tests.ui.canvas.bench import Hand


@pytest.fixture
def hand_on(qtbot: QtBot) -> Iterator[Callable[[Design], Hand]]:
    """Show a design at scale 1, its middle in the middle of a 1200 × 800 view."""
    hands: list[Hand] = []

    def show(design: Design) -> Hand:
        hand = Hand(design)
        qtbot.addWidget(hand.view)
        hand.view.resize(1200, 800)
        hand.view.show()
        qtbot.waitExposed(hand.view)
        hand.view.zoom_by(1.0 / hand.view.scale_now)
        content = hand.scene.content_rect()
        hand.view.look_at(content.center() if not content.isEmpty() else QPointF())
        hands.append(hand)
        return hand

    yield show
    for hand in hands:
        hand.bridge.end()
