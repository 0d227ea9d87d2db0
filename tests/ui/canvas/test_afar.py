"""The canvas from afar: batches painted instead of items, and edited all the same."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage

from designer.edit.document import Command
from designer.graph.design import Design, NodeId, Point
from designer.graph.layer import Category
from designer.layers.endpoints import Input
from designer.ui.canvas.afar import Batches
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


def test_a_value_changes_in_its_list_and_between_lists() -> None:
    batches: Batches[str, int, str] = Batches()
    for id, (key, value) in enumerate([("x", "a"), ("x", "b"), ("y", "c"), ("x", "d")]):
        batches.put(id, key, value)
    batches.put(1, "x", "B")
    batches.put(0, "y", "A")  # the last of x takes its place
    batches.put(3, "x", "D")
    assert dict(batches.lists()) == {"x": ["D", "B"], "y": ["c", "A"]}


def test_a_parameter_that_widens_a_card_far_away_is_seen(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(long_chain(FAR_FROM + 200))
    hand.key(Qt.Key.Key_Home)
    hand.view.zoom_by(0.25 / hand.view.scale_now)
    card = hand.scene.nodes[NodeId("n0")]
    hand.view.look_at(card.card_rect.center())
    middle = hand.view.mapFromScene(card.card_rect.center())
    edge = hand.view.mapFromScene(card.card_rect.center() + QPointF(0, 0.45 * card.card_rect.height()))
    ground = pixel(hand, edge)
    assert pixel(hand, middle) != ground
    hand.scene.document.apply(
        Command("Widen", lambda design: design.with_layer(NodeId("n0"), Input(channels=1280, height=8, width=8)))
    )
    hand.scene.bridge.wait()
    assert pixel(hand, edge) == pixel(hand, middle) != ground
