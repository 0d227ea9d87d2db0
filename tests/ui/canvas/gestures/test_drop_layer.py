"""Dropping from the palette: enter, move, leave and drop events on the viewport."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, Qt

from designer.edit.sizes import CARD_HEIGHT, CARD_WIDTH, GRID
from designer.graph.design import Design, NodeId
from designer.layers.activation import ReLU6
from designer.layers.convolution import DepthwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.ui.canvas.dropping import LAYER_MIME, make_mime
from tests.ui.canvas.bench import ALT, Hand, design_of, ref

pytestmark = pytest.mark.gui


def ends() -> Design:
    return design_of({"input": (Input(24, 56, 56), 0, 0), "output": (Output(), 400, 0)}, [("input.y", "output.x")])


def test_a_layer_is_placed_where_it_is_dropped(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(ends())
    mime = make_mime(DepthwiseConv2d)
    assert hand.enter(mime, hand.at(-100, 150))
    hand.hold(mime, hand.at(150, 250))
    assert len(hand.document.design.nodes) == 3, "its card follows the pointer"
    assert len(hand.design.nodes) == 2
    hand.drop(mime, hand.at(152, 248))
    (added,) = set(hand.design.nodes) - {"input", "output"}
    # The card's middle is under the pointer, but for half a grid step: its corner is on the grid.
    corner = hand.design.nodes[added].position
    assert abs(corner.x + CARD_WIDTH / 2 - 152) <= GRID / 2
    assert abs(corner.y + CARD_HEIGHT / 2 - 248) <= GRID / 2
    assert (corner.x % GRID, corner.y % GRID) == (0, 0)
    assert hand.scene.selection == (added,)
    assert hand.steps == ["Place Depthwise 3×3"]
    hand.document.undo()
    assert hand.design.nodes.keys() == {"input", "output"}


def test_leaving_the_canvas_places_nothing(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(ends())
    before = hand.design
    mime = make_mime(ReLU6)
    hand.enter(mime, hand.at(150, 250))
    hand.leave()
    assert hand.document.design is before
    assert hand.scene.nodes.keys() == {"input", "output"}
    assert hand.steps == []


def test_over_a_wire_it_goes_into_it_with_its_shapes_shown_first(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(ends())
    mime = make_mime(DepthwiseConv2d)
    hand.enter(mime, hand.at(268, 200))
    hand.hold(mime, hand.at(268, 32))
    previewed = hand.scene.wires[ref("output.x")]
    assert previewed.wire.source.node not in ("input", "output")
    assert previewed.label == "24×56²"
    hand.drop(mime, hand.at(268, 32))
    (added,) = set(hand.design.nodes) - {"input", "output"}
    assert hand.design.wires[ref(f"{added}.x")].source == ref("input.y")
    assert hand.design.wires[ref("output.x")].source == ref(f"{added}.y")
    assert hand.steps == ["Place Depthwise 3×3 in a wire"]


def test_held_over_a_wire_and_moved_on_the_wire_is_whole_again(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(ends())
    mime = make_mime(ReLU6)
    hand.enter(mime, hand.at(268, 32))
    hand.hold(mime, hand.at(268, 200))
    assert hand.scene.wires[ref("output.x")].wire.source == ref("input.y")
    hand.drop(mime, hand.at(268, 260))
    assert hand.design.wires[ref("output.x")].source == ref("input.y")


def test_alt_places_on_a_wire_without_going_into_it(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(ends())
    mime = make_mime(ReLU6)
    hand.enter(mime, hand.at(268, 200))
    hand.hold(mime, hand.at(268, 32), ALT)
    hand.drop(mime, hand.at(268, 32), ALT)
    assert hand.design.wires[ref("output.x")].source == ref("input.y")
    assert len(hand.design.nodes) == 3


def test_what_cannot_stand_in_a_wire_is_placed_beside_it(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(ends())
    mime = make_mime(Input)
    hand.enter(mime, hand.at(268, 32))
    hand.drop(mime, hand.at(268, 32))
    assert hand.design.wires.keys() == {ref("output.x")}
    assert len(hand.design.nodes) == 3


def test_foreign_drags_are_refused(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(ends())
    text = QMimeData()
    text.setText("hello")
    assert not hand.enter(text, hand.at(0, 200))
    unknown = QMimeData()
    unknown.setData(LAYER_MIME, b"no_such_layer")
    assert not hand.enter(unknown, hand.at(0, 200))
    assert hand.design.nodes.keys() == {"input", "output"}


def test_escape_in_the_middle_of_a_drop_leaves_nothing(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(ends())
    before = hand.design
    mime = make_mime(ReLU6)
    hand.enter(mime, hand.at(150, 250))
    hand.key(Qt.Key.Key_Escape)
    hand.drop(mime, hand.at(150, 250))
    assert hand.document.design is before
    assert NodeId("relu6_1") not in hand.scene.nodes
