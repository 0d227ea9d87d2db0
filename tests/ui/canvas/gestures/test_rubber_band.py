"""The rubber band takes what it touches; Shift adds, Ctrl toggles, Esc gives back."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGraphicsRectItem

from designer.graph.design import Design, NodeId
from designer.layers.activation import ReLU6
from designer.ui.canvas.node_item import NodeItem
from tests.ui.canvas.bench import CONTROL, SHIFT, Hand, design_of

pytestmark = pytest.mark.gui


def three() -> Design:
    return design_of({"a": (ReLU6(), 0, 0), "b": (ReLU6(), 200, 0), "c": (ReLU6(), 400, 0)})


def test_it_takes_what_it_touches(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    hand.drag(hand.at(-40, -40), hand.at(210, 20))
    assert hand.scene.selection == ("a", "b")
    assert hand.steps == []


def test_drawn_backwards_it_takes_the_same(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    hand.drag(hand.at(210, 100), hand.at(-40, 20))
    assert hand.scene.selection == ("a", "b")


def test_shift_adds_and_control_toggles(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    hand.click(hand.card("c"))
    hand.drag(hand.at(-40, -40), hand.at(60, 20), keys=SHIFT)
    assert hand.scene.selection == ("a", "c")
    hand.drag(hand.at(-40, -40), hand.at(260, 20), keys=CONTROL)
    assert hand.scene.selection == ("b", "c")


def test_escape_gives_the_old_selection_back(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    hand.click(hand.card("c"))
    hand.pull(hand.at(-40, -40), hand.at(210, 20))
    assert hand.scene.selection == ("a", "b")
    hand.key(Qt.Key.Key_Escape)
    assert tuple(map(str, hand.scene.selection)) == ("c",)
    bands = [
        item for item in hand.scene.items() if isinstance(item, QGraphicsRectItem) and not isinstance(item, NodeItem)
    ]
    assert bands == []


def test_a_click_on_nothing_selects_nothing(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    hand.scene.select([NodeId("a")])
    hand.click(hand.at(300, 200))
    assert hand.scene.selection == ()
