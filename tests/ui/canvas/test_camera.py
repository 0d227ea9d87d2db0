"""Zoom, fit and staying in place."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt

from designer.graph.design import Design, Node, NodeId, Point
from designer.layers.activation import ReLU6
from tests.ui.canvas.bench import Hand, long_chain, near, three

pytestmark = pytest.mark.gui


@pytest.mark.parametrize("notches", [1, -1, 3])
def test_the_wheel_zooms_at_the_pointer(hand_on: Callable[[Design], Hand], notches: int) -> None:
    hand = hand_on(three())
    at = QPoint(311, 222)
    scale, under = hand.view.scale_now, hand.view.mapToScene(at)
    hand.wheel(at, notches)
    assert hand.view.scale_now == pytest.approx(scale * 1.0015 ** (120 * notches))
    assert near(hand.view.mapToScene(at), under, 1.5 / hand.view.scale_now)


def test_zoom_has_ends(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    for _ in range(60):
        hand.wheel(QPoint(300, 300), 3)
    largest = hand.view.scale_now
    for _ in range(120):
        hand.wheel(QPoint(300, 300), -3)
    assert largest == pytest.approx(4.0)
    assert hand.view.scale_now == pytest.approx(0.02)


def test_home_fits_all_and_period_the_selection(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(long_chain(250))
    hand.key(Qt.Key.Key_Home)
    content = hand.scene.content_rect()
    assert hand.view.visible_area().contains(content)
    shown = hand.view.visible_area()
    assert content.width() / shown.width() > 0.9 or content.height() / shown.height() > 0.9, "as large as fits"
    hand.scene.select([NodeId("n205")])
    hand.key(Qt.Key.Key_Period)
    card = hand.scene.nodes[NodeId("n205")].card_rect
    assert near(hand.view.visible_area().center(), card.center(), 20)
    assert hand.view.visible_area().width() < 2000


def test_the_view_does_not_jump_when_a_card_is_placed_far_out(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    shown = hand.view.visible_area()
    design = hand.design.with_node(Node(NodeId("far"), ReLU6(), "", Point(9000, -7000)))
    hand.scene.do("Place", lambda _: design)
    assert hand.view.visible_area() == shown
    assert NodeId("far") in hand.scene.nodes


def test_resizing_keeps_the_middle(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    middle = hand.view.visible_area().center()
    hand.view.resize(1000, 600)
    assert near(hand.view.visible_area().center(), middle, 1.5)


def test_a_fresh_view_shows_everything(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(long_chain(120))
    other = Hand(hand.design)
    other.view.resize(900, 500)
    other.view.show()
    assert other.view.visible_area().contains(other.scene.content_rect())
    other.view.close()
    other.bridge.end()
