"""Keys of the canvas, pressed on the real view."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt

from designer.graph.design import Design, NodeId, Point
from tests.ui.canvas.bench import SHIFT, Hand, ref, three

pytestmark = pytest.mark.gui


def test_arrows_move_by_the_grid_and_shift_by_one_and_merge_into_one_step(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    hand.scene.select([NodeId("act")])
    for _ in range(3):
        hand.key(Qt.Key.Key_Right)
    hand.key(Qt.Key.Key_Down, SHIFT)
    assert hand.design.nodes[NodeId("act")].position == Point(424, 1)
    assert hand.steps == ["Move ReLU6"]
    hand.document.undo()
    assert hand.design.nodes[NodeId("act")].position == Point(400, 0)


def test_f_wires_two_selected_nodes(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    hand.scene.select([NodeId("act"), NodeId("expand")])
    hand.key(Qt.Key.Key_F)
    assert hand.design.wires[ref("act.x")].source == ref("expand.y")
    assert hand.steps == ["Wire expand to act"]
