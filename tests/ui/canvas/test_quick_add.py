"""Quick add by keyboard and by double click: what it offers, where it places, what it wires."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from designer.edit.sizes import CARD_WIDTH, GAP_X
from designer.graph.design import Design, Point
from designer.layers.activation import ReLU6
from designer.layers.convolution import DepthwiseConv2d
from designer.layers.merge import Add
from tests.ui.canvas.bench import SHIFT, Hand, ref, three

pytestmark = pytest.mark.gui


def test_tab_places_behind_the_selected_node_already_wired(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    hand.click(hand.card("act"))
    hand.key(Qt.Key.Key_Tab)
    box = hand.view.adding.box
    assert box.isVisible()
    QTest.keyClicks(box.field, "depthw")
    assert box.offered[0] is DepthwiseConv2d
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    (added,) = hand.scene.selection
    assert hand.design.nodes[added].position == Point(400 + CARD_WIDTH + GAP_X, 0)
    assert hand.design.wires[ref(f"{added}.x")].source == ref("act.y")
    assert hand.steps == ["Place Depthwise k×k"]


@pytest.mark.parametrize("how", ["double click", "Shift+A"])
def test_quick_add_on_empty_canvas(hand_on: Callable[[Design], Hand], how: str) -> None:
    hand = hand_on(three())
    if how == "double click":
        hand.double_click(hand.at(200, 250))
    else:
        hand.key(Qt.Key.Key_A, SHIFT)
    box = hand.view.adding.box
    assert box.isVisible()
    QTest.keyClicks(box.field, "relu6")
    QTest.keyClick(box.field, Qt.Key.Key_Enter)
    (added,) = set(hand.design.nodes) - {"input", "expand", "act"}
    assert isinstance(hand.design.nodes[added].layer, ReLU6)
    assert not hand.design.incoming(added)
    if how == "double click":
        assert hand.scene.nodes[added].card_rect.contains(QPointF(200, 250))


def test_keys_walk_the_list_of_quick_add(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    hand.key(Qt.Key.Key_A, SHIFT)
    box = hand.view.adding.box
    second = box.offered[1]
    QTest.keyClick(box.field, Qt.Key.Key_Down)
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    (added,) = set(hand.design.nodes) - {"input", "expand", "act"}
    assert type(hand.design.nodes[added].layer) is second
    hand.key(Qt.Key.Key_A, SHIFT)
    assert hand.view.adding.box.offered[0] is second, "what was placed lately comes first"


@pytest.mark.parametrize("lately", ["resnext", "inverted residual", "flatten"])
def test_the_title_that_matches_stands_before_what_was_placed_lately(
    hand_on: Callable[[Design], Hand], lately: str
) -> None:
    hand = hand_on(three())
    hand.key(Qt.Key.Key_A, SHIFT)
    box = hand.view.adding.box
    QTest.keyClicks(box.field, lately)
    placed = box.offered[0]
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    hand.key(Qt.Key.Key_A, SHIFT)
    assert box.offered[0] is placed is not Add
    QTest.keyClicks(box.field, "res")
    assert box.offered[0] is Add


def test_of_what_matches_alike_what_was_placed_lately_stands_first(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    hand.key(Qt.Key.Key_A, SHIFT)
    box = hand.view.adding.box
    QTest.keyClicks(box.field, "globalaverage")
    pool = box.offered[0]
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    hand.key(Qt.Key.Key_A, SHIFT)
    assert box.offered[0] is pool
    QTest.keyClicks(box.field, "pool")
    assert box.offered[0] is pool
