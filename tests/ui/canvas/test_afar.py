"""The canvas from afar: batches painted instead of items, and edited all the same."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage

from designer.graph.design import Design, NodeId, Point
from designer.graph.layer import Category
from designer.ui.canvas.view import FAR_FROM
from tests.ui.canvas.bench import Hand, long_chain

pytestmark = pytest.mark.gui


def test_from_afar_a_large_design_is_painted_in_batches_and_can_be_edited(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(long_chain(FAR_FROM + 200))
    assert not hand.view.is_far
    hand.key(Qt.Key.Key_Home)
    hand.view.zoom_by(0.25 / hand.view.scale_now)
    assert hand.view.is_far
    card = hand.scene.nodes[NodeId("n303")]
    hand.view.look_at(card.card_rect.center())
    start = hand.view.mapFromScene(card.card_rect.center())
    colour = hand.scene.paints().look.category(Category.ACTIVATION)
    assert pixel(hand, start) == colour.name()
    hand.drag(start, start + QPoint(0, -18))
    moved = hand.design.nodes[NodeId("n303")].position
    assert moved == Point(3 * 192, 3 * 144 - 72)
    centre = hand.view.mapFromScene(card.card_rect.center())
    assert pixel(hand, centre) == colour.name(), "the batch was patched"
    assert pixel(hand, start) != colour.name()


def pixel(hand: Hand, at: QPoint) -> str:
    image: QImage = hand.view.viewport().grab().toImage()
    ratio = image.devicePixelRatio()
    return image.pixelColor(round(at.x() * ratio), round(at.y() * ratio)).name()
