"""Wiring with real mouse events.

Drawn, refused with the reason, unplugged, re-plugged, dropped on empty canvas, cut.
"""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from designer.graph.design import Design, NodeId
from designer.layers.activation import ReLU6
from designer.layers.convolution import PointwiseConv2d
from designer.layers.dense import FullyConnected
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.ui.canvas.painting import PortMark
from tests.ui.canvas.bench import Hand, design_of, ref

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


def test_from_an_output_to_an_input(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    hand.drag(hand.output("act.y"), hand.input("add.b"))
    assert hand.design.wires[ref("add.b")].source == ref("act.y")
    assert hand.steps == ["Wire act to add"]
    hand.document.undo()
    assert ref("add.b") not in hand.design.wires
    assert ref("add.b") not in hand.scene.wires


def test_from_an_input_back_to_an_output(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    hand.drag(hand.input("output.x"), hand.output("act.y"))
    assert hand.design.wires[ref("output.x")].source == ref("act.y")


def test_it_snaps_within_a_radius(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    hand.drag(hand.output("act.y"), hand.input("output.x") + QPoint(-14, 9))
    assert hand.design.wires[ref("output.x")].source == ref("act.y")


def test_over_a_card_its_free_port_is_meant(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    hand.drag(hand.output("act.y"), hand.card("add"))
    assert hand.design.wires[ref("add.b")].source == ref("act.y")
    assert hand.design.wires[ref("add.a")].source == ref("input.y"), "the taken one is left alone"


def test_legal_ports_light_up_and_the_rest_dim(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    hand.pull(hand.output("act.y"), hand.at(500, 120))
    cards = {id: item.state for id, item in hand.scene.nodes.items()}
    assert cards[NodeId("output")].inputs == {0: PortMark.LEGAL}
    assert cards[NodeId("expand")].inputs == {0: PortMark.REFUSED}
    assert cards[NodeId("expand")].is_faded
    assert cards[NodeId("input")].is_faded
    assert not cards[NodeId("output")].is_faded
    assert cards[NodeId("dense")].inputs == {0: PortMark.MISFIT}, "a map into a dense layer may be wired, and is marked"
    hand.key(Qt.Key.Key_Escape)
    assert all(state.inputs is None and not state.is_faded for state in cards.values())


def test_a_cycle_is_refused_with_the_reason_at_the_pointer(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    before = hand.design
    hand.pull(hand.output("act.y"), hand.input("expand.x"))
    assert hand.view.note.isVisible()
    assert hand.view.note.text() == "would make a cycle"
    hand.release(hand.input("expand.x"))
    assert hand.design is before
    assert hand.status_message == ["Not wired: would make a cycle"]
    assert not hand.view.note.isVisible()


def test_what_will_not_fit_is_said_and_yet_allowed(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    hand.pull(hand.output("act.y"), hand.input("add.b"))
    assert "24×56²" in hand.view.note.text()
    assert "144×56²" in hand.view.note.text()
    hand.release(hand.input("add.b"))
    assert not hand.bridge.analysis.is_valid
    bubble = hand.scene.nodes[NodeId("add")].bubble
    assert bubble is not None
    assert bubble.fix is not None


def test_a_click_on_the_fix_under_the_card_fixes_it(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    hand.drag(hand.output("act.y"), hand.input("add.b"))
    bubble = hand.scene.nodes[NodeId("add")].bubble
    assert bubble is not None
    assert bubble.fix is not None
    label = bubble.fix.label
    hand.click(hand.view.mapFromScene(bubble.mapToScene(bubble.fix_rect.center())))
    assert hand.steps[-1] == label
    assert hand.bridge.analysis.node(NodeId("add")).outputs is not None
    assert hand.scene.nodes[NodeId("add")].bubble is None


def test_a_taken_input_takes_the_new_wire_instead(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    hand.drag(hand.output("expand.y"), hand.input("add.a"))
    assert hand.design.wires[ref("add.a")].source == ref("expand.y")


def test_escape_while_the_wire_is_in_the_hand(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    before, items = hand.design, len(hand.scene.items())
    hand.pull(hand.output("act.y"), hand.input("add.b"))
    hand.key(Qt.Key.Key_Escape)
    hand.release(hand.input("add.b"))
    assert hand.design is before
    assert len(hand.scene.items()) == items, "the wire that was in the hand is gone from the scene"


def test_an_end_dragged_away_unplugs_the_wire(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    hand.drag(hand.input("act.x"), hand.at(330, 200))
    assert ref("act.x") not in hand.design.wires
    assert hand.steps == ["Unplug act"]
    hand.document.undo()
    assert hand.design.wires[ref("act.x")].source == ref("expand.y")


def test_the_last_piece_of_a_wire_can_be_taken_too(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    hand.drag(hand.input("act.x") - QPoint(20, 0), hand.at(330, 200))
    assert ref("act.x") not in hand.design.wires


def test_an_end_dragged_to_another_input_is_plugged_there(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    hand.drag(hand.input("act.x"), hand.input("output.x"))
    assert ref("act.x") not in hand.design.wires
    assert hand.design.wires[ref("output.x")].source == ref("expand.y")
    assert hand.steps == ["Re-plug expand to output"]


def test_unplugged_and_cancelled_the_wire_is_back(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    before = hand.design
    hand.pull(hand.input("act.x"), hand.at(330, 200))
    assert ref("act.x") not in hand.document.design.wires, "in the hand it is unplugged"
    hand.key(Qt.Key.Key_Escape)
    assert hand.document.design is before
    assert ref("act.x") in hand.scene.wires


def test_put_back_where_it_was_nothing_happened(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    before = hand.design
    hand.pull(hand.input("act.x"), hand.at(330, 200))
    hand.move(hand.input("act.x"))
    hand.release(hand.input("act.x"))
    assert hand.design == before
    assert hand.steps == []


def test_a_loop_that_only_the_unplugged_wire_would_close_is_legal(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    hand.drag(hand.input("act.x"), hand.at(330, 200))
    hand.drag(hand.output("act.y"), hand.input("expand.x"))
    assert hand.design.wires[ref("expand.x")].source == ref("act.y")


def test_dropped_on_empty_canvas_quick_add_lists_what_fits_already_wired(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    hand.drag(hand.output("act.y"), hand.at(500, 320))
    box = hand.view.adding.box
    assert box.isVisible()
    assert Input not in box.offered, "an Input reads nothing"
    assert FullyConnected not in box.offered, "a dense layer takes no map"
    assert PointwiseConv2d in box.offered
    box.field.setText("pointw")
    box.field.setFocus()
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    added = hand.scene.selection[0]
    assert isinstance(hand.design.nodes[added].layer, PointwiseConv2d)
    assert hand.design.wires[ref(f"{added}.x")].source == ref("act.y")
    assert hand.steps == ["Place Pointwise 1×1"]
    port = hand.scene.nodes[added].input_at(0)
    assert abs(port.x() - 500) <= 4
    assert abs(port.y() - 320) <= 4


def test_escape_in_quick_add_leaves_nothing(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(parts())
    before = hand.design
    hand.drag(hand.output("act.y"), hand.at(500, 320))
    QTest.keyClick(hand.view.adding.box.field, Qt.Key.Key_Escape)
    assert not hand.view.adding.box.isVisible()
    assert hand.design is before
