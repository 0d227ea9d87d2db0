"""Cutting wires by a stroke of the right button."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt

from designer.graph.design import Design
from designer.layers.activation import ReLU6
from designer.layers.convolution import PointwiseConv2d
from designer.layers.dense import FullyConnected
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from tests.ui.canvas.bench import CONTROL, RIGHT, Hand, design_of, ref

pytestmark = pytest.mark.gui


def parts() -> Design:
    """Input → expand → act, and what can be wired to them."""
    return design_of(
        {
            "input": (Input(24, 56, 56), 0, 0),
            "expand": (PointwiseConv2d(144), 200, 0),
            "act": (ReLU6(), 400, 0),
            "add": (Add(), 600, 0),
            "output": (Output(), 600, 200),
            "dense": (FullyConnected(10), 400, 200),
        },
        [("input.y", "expand.x"), ("expand.y", "act.x"), ("input.y", "add.a")],
    )


def test_control_and_the_right_button_cut_every_wire_crossed(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    hand.drag(hand.at(368, -60), hand.at(368, 120), RIGHT, CONTROL)
    assert ref("act.x") not in hand.design.wires
    assert ref("add.a") not in hand.design.wires, "the arc above is crossed as well"
    assert ref("expand.x") in hand.design.wires
    assert hand.steps == ["Cut 2 wires"]
    hand.document.undo()
    assert ref("act.x") in hand.design.wires


def test_a_cut_that_is_cancelled_cuts_nothing(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    before = hand.design
    hand.pull(hand.at(368, -60), hand.at(368, 120), RIGHT, CONTROL)
    hand.key(Qt.Key.Key_Escape)
    hand.release(hand.at(368, 120), RIGHT, CONTROL)
    assert hand.design is before
