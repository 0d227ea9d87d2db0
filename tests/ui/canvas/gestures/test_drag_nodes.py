"""Dragging cards with real mouse events; what counts is the document's design."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt

from designer.edit.layout import tidy
from designer.graph.design import Design, NodeId, Point, PortRef
from designer.layers.activation import ReLU6
from designer.layers.convolution import DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.ui.canvas.drawing import Drawing
from tests.benchmarks.designs import bottlenecks
from tests.ui.canvas.bench import ALT, CONTROL, SHIFT, Hand, design_of, ref

pytestmark = pytest.mark.gui

FILTER = NodeId("filter_2")


def chain() -> Design:
    return design_of(
        {
            "input": (Input(24, 56, 56), 0, 0),
            "expand": (PointwiseConv2d(144), 200, 0),
            "output": (Output(), 400, 0),
            "loose": (ReLU6(), 200, 240),
        },
        [("input.y", "expand.x"), ("expand.y", "output.x")],
    )


def place(hand: Hand, id: str) -> Point:
    return hand.design.nodes[NodeId(id)].position


def test_a_drag_moves_the_card_by_as_much_and_is_one_step(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(chain())
    start = hand.card("expand")
    hand.drag(start, start + QPoint(80, 48))
    assert place(hand, "expand") == Point(280, 48)
    assert place(hand, "input") == Point(0, 0)
    assert hand.steps == ["Move Pointwise 1×1"]
    hand.document.undo()
    assert place(hand, "expand") == Point(200, 0)
    assert hand.scene.nodes[NodeId("expand")].pos().toTuple() == (200.0, 0.0)


def test_cards_land_on_the_grid(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(chain())
    start = hand.card("expand")
    hand.drag(start, start + QPoint(77, 45))
    assert place(hand, "expand") == Point(280, 48)


def test_at_another_zoom_the_card_stays_under_the_hand(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(chain())
    hand.view.zoom_by(0.5)
    start = hand.card("expand")
    hand.drag(start, start + QPoint(40, 24))
    assert place(hand, "expand") == Point(280, 48)


def test_wires_follow_while_the_card_is_in_the_hand(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(chain())
    start = hand.card("expand")
    hand.pull(start, start + QPoint(80, 48))
    wire = hand.scene.wires[ref("expand.x")].path()
    card = hand.scene.nodes[NodeId("expand")]
    assert card.pos().toTuple() == (280.0, 48.0)
    assert wire.currentPosition() == card.input_at(0)
    assert place(hand, "expand") == Point(200, 0), "nothing is done before the button is up"
    hand.release(start + QPoint(80, 48))


def test_escape_in_the_middle_leaves_everything_as_it_was(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(chain())
    before = hand.design
    start = hand.card("expand")
    hand.pull(start, start + QPoint(80, 48))
    hand.key(Qt.Key.Key_Escape)
    hand.release(start + QPoint(80, 48))
    assert hand.design is before
    assert hand.document.design is before
    assert hand.steps == []
    assert hand.scene.nodes[NodeId("expand")].pos().toTuple() == (200.0, 0.0)


def test_a_second_button_cancels_as_well(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(chain())
    before = hand.design
    start = hand.card("expand")
    hand.pull(start, start + QPoint(80, 48))
    hand.press(start + QPoint(80, 48), Qt.MouseButton.RightButton)
    assert hand.document.design is before


def test_the_whole_selection_moves_in_one_step(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(chain())
    hand.scene.select([NodeId("input"), NodeId("expand")])
    start = hand.card("expand")
    hand.drag(start, start + QPoint(16, 160))
    assert place(hand, "input") == Point(16, 160)
    assert place(hand, "expand") == Point(216, 160)
    assert place(hand, "output") == Point(400, 0)
    assert hand.steps == ["Move 2 nodes"]


def test_a_click_selects_and_changes_nothing(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(chain())
    before = hand.design
    hand.click(hand.card("expand"))
    assert hand.scene.selection == ("expand",)
    hand.click(hand.card("input"), SHIFT)
    assert set(hand.scene.selection) == {"expand", "input"}
    hand.click(hand.card("expand"), CONTROL)
    assert hand.scene.selection == ("input",)
    hand.click(hand.card("output"))
    assert hand.scene.selection == ("output",)
    assert hand.design is before


def test_dropped_on_a_wire_a_lone_card_goes_into_it(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(chain())
    start = hand.card("loose")
    # To the middle of the wire from expand to output: its card's middle on the line between the two.
    goal = hand.at(368, 32 + 12)
    hand.pull(start, goal)
    shown = hand.document.design.wires
    assert shown[ref("loose.x")].source == ref("expand.y"), "previewed before release"
    assert hand.scene.wires[ref("output.x")].label == "144×56²"
    hand.release(goal)
    assert hand.design.wires[ref("loose.x")].source == ref("expand.y")
    assert hand.design.wires[ref("output.x")].source == ref("loose.y")
    assert hand.steps == ["Insert ReLU6 into a wire"]
    hand.document.undo()
    assert hand.design.wires[ref("output.x")].source == ref("expand.y")


def test_moved_on_from_the_wire_it_comes_out_again(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(chain())
    start, over, away = hand.card("loose"), hand.at(368, 44), hand.at(368, 300)
    hand.pull(start, over)
    for step in range(1, 7):
        hand.move(over + (away - over) * (step / 6))
    hand.release(away)
    assert hand.design.wires[ref("output.x")].source == ref("expand.y")
    assert ref("loose.x") not in hand.design.wires
    assert hand.steps == ["Move ReLU6"]


def test_alt_leaves_the_wire_alone(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(chain())
    hand.drag(hand.card("loose"), hand.at(368, 44), keys=ALT)
    assert hand.design.wires[ref("output.x")].source == ref("expand.y")
    assert ref("loose.x") not in hand.design.wires


def test_the_topmost_of_two_overlapping_cards_is_taken(hand_on: Callable[[Design], Hand]) -> None:
    design = design_of({"under": (DepthwiseConv2d(), 0, 0), "over": (ReLU6(), 21, 8)})
    hand = hand_on(design)
    start = hand.at(80, 50)
    assert hand.view.itemAt(start) is hand.scene.nodes[NodeId("over")]
    hand.drag(start, start + QPoint(0, 160))
    assert place(hand, "over") == Point(24, 168), "on the grid from where it was grabbed"
    assert place(hand, "under") == Point(0, 0)


def ways(drawing: Drawing) -> dict[PortRef, list[tuple[float, float]]]:
    return {target: [(point.x(), point.y()) for point in item.line] for target, item in drawing.wires.items()}


def test_wires_go_around_a_card_that_was_dragged_among_them_once_it_is_let_go(
    hand_on: Callable[[Design], Hand],
) -> None:
    design = tidy(bottlenecks(60))
    hand = hand_on(design)
    hand.view.zoom_to(0.5)
    before = ways(hand.scene)
    assert before == ways(Drawing(design))
    start = hand.card("filter_2")
    hand.pull(start, start + QPoint(90, 70))
    assert hand.document.design != design
    hand.release(start + QPoint(90, 70))
    assert ways(hand.scene) == ways(Drawing(hand.design))
    start = hand.card("filter_2")
    hand.pull(start, start + QPoint(-200, 30))
    hand.key(Qt.Key.Key_Escape)
    assert ways(hand.scene) == ways(Drawing(hand.design))
    hand.document.undo()
    assert ways(hand.scene) == before


def test_while_a_card_is_in_the_hand_no_other_wire_moves(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(tidy(bottlenecks(60)))
    hand.view.zoom_to(0.5)
    before = ways(hand.scene)
    start = hand.card("filter_2")
    hand.pull(start, start + QPoint(0, 90))
    own = {wire.target for wire in (*hand.design.incoming(FILTER), *hand.design.outgoing(FILTER))}
    now = ways(hand.scene)
    assert {target for target in now if now[target] != before[target]} == own
    hand.key(Qt.Key.Key_Escape)
