"""The view: what belongs to no gesture and no key."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint

from designer.graph.design import Design
from designer.layers.blocks import Bottleneck
from tests.ui.canvas.bench import CONTROL, Hand, design_of, three

pytestmark = pytest.mark.gui


def test_control_and_wheel_pan_and_a_setting_swaps_them(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    scale, top = hand.view.scale_now, hand.view.visible_area().top()
    hand.wheel(QPoint(300, 300), -1, CONTROL)
    assert hand.view.scale_now == scale
    assert hand.view.visible_area().top() == pytest.approx(top + 120)
    hand.view.wheel_zooms = False
    hand.wheel(QPoint(300, 300), 1)
    assert hand.view.scale_now == scale
    hand.wheel(QPoint(300, 300), 1, CONTROL)
    assert hand.view.scale_now > scale


def test_double_click_on_a_block_asks_to_go_inside(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(design_of({"block": (Bottleneck(), 0, 0)}))
    entered: list[str] = []
    hand.view.entered.connect(entered.append)
    hand.double_click(hand.card("block"))
    assert entered == ["block"]
