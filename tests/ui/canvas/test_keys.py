"""Keys of the canvas, pressed on the real view."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt

from designer.graph.design import Design, NodeId, Point
from designer.layers.activation import ReLU6
from designer.layers.endpoints import Input
from designer.layers.merge import Add
from tests.ui.canvas.bench import SHIFT, Hand, design_of, ref, three

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


def test_f_wires_the_main_path_of_a_merge_and_then_its_shortcut(hand_on: Callable[[Design], Hand]) -> None:
    merge = design_of({"input": (Input(24, 56, 56), 0, 0), "act": (ReLU6(), 200, 0), "add": (Add(), 400, 0)})
    hand = hand_on(merge)
    for source in ("act", "input"):
        hand.scene.select([NodeId(source), NodeId("add")])
        hand.key(Qt.Key.Key_F)
    assert hand.design.wires[ref("add.b")].source == ref("act.y")
    assert hand.design.wires[ref("add.a")].source == ref("input.y")
