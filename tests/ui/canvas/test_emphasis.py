"""What stands out under the pointer, and under a stroke that cuts: by real moves of the mouse, on drawn pixels."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from designer.edit.edits import disconnect
from designer.graph.design import Design, NodeId
from designer.ui.canvas.wire_item import Standing
from tests.ui.canvas.bench import CONTROL, RIGHT, Hand, ref
from tests.ui.canvas.test_drawing import residual
from tests.ui.canvas.test_repainting import left_over

pytestmark = pytest.mark.gui

NOWHERE = QPoint(40, 40)


def hover(hand: Hand, at: QPoint) -> None:
    hand.move(at, Qt.MouseButton.NoButton)


def shows(hand: Hand, place: QPoint, colour: QColor) -> bool:
    """Whether a pixel has a colour, but for smoothing."""
    found = hand.view.grab().toImage().pixelColor(place)
    pairs = ((found.red(), colour.red()), (found.green(), colour.green()), (found.blue(), colour.blue()))
    return all(abs(a - b) < 30 for a, b in pairs)


def test_a_wire_under_the_pointer_lights_with_the_ports_at_both_its_ends(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(residual())
    arc = hand.scene.wires[ref("add.a")]
    look, middle = hand.scene.paints().look, arc.path().pointAtPercent(0.5)
    pixel = hand.view.mapFromScene(middle)
    assert shows(hand, pixel, look.residual)
    width = arc.pen().widthF()
    hover(hand, hand.view.mapFromScene(middle))
    assert shows(hand, pixel, look.accent)
    assert arc.pen().widthF() > width
    lit = {id: (i.state.grown_inputs, i.state.grown_outputs) for id, i in hand.scene.nodes.items()}
    assert {id: ports for id, ports in lit.items() if ports != ((), ())} == {"input": ((), (0,)), "add": ((0,), ())}
    assert not left_over(hand)
    hover(hand, NOWHERE)
    assert shows(hand, pixel, look.residual)
    assert arc.pen().widthF() == width
    assert not any(item.state.grown_inputs or item.state.grown_outputs for item in hand.scene.nodes.values())
    assert not left_over(hand)


def test_a_port_under_the_pointer_grows(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(residual())
    port = hand.output("expand.y")
    look, above = hand.scene.paints().look, port + QPoint(0, -9)
    assert not shows(hand, above, look.accent)
    hover(hand, port)
    assert shows(hand, above, look.accent)
    assert hand.scene.nodes[NodeId("expand")].state.grown_outputs == (0,)
    QApplication.sendEvent(hand.view.viewport(), QEvent(QEvent.Type.Leave))
    assert hand.scene.nodes[NodeId("expand")].state.grown_outputs == ()


def test_a_wire_that_goes_while_it_is_lit_does_no_harm(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(residual())
    hover(hand, hand.view.mapFromScene(hand.scene.wires[ref("add.a")].path().pointAtPercent(0.5)))
    hand.scene.do("Unplug", lambda design: disconnect(design, [ref("add.a")]))
    hover(hand, NOWHERE)
    assert not any(item.state.grown_inputs or item.state.grown_outputs for item in hand.scene.nodes.values())
    hand.document.undo()
    assert hand.scene.wires[ref("add.a")].standing is Standing.PLAIN


def test_a_press_ends_it(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(residual())
    middle = hand.view.mapFromScene(hand.scene.wires[ref("add.a")].path().pointAtPercent(0.5))
    hover(hand, middle)
    hand.press(middle)
    assert hand.scene.wires[ref("add.a")].standing is Standing.PLAIN
    hand.release(middle)


def test_a_stroke_marks_the_wires_it_will_cut_and_no_others(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(residual())
    crossing = hand.scene.wires[ref("add.a")].path().pointAtPercent(0.5)
    above, below = (hand.view.mapFromScene(crossing + QPointF(0, away)) for away in (-40, 20))

    def doomed() -> set[str]:
        return {str(target) for target, item in hand.scene.wires.items() if item.standing is Standing.DOOMED}

    hand.press(above, RIGHT, CONTROL)
    hand.move(above + QPoint(0, 10), RIGHT, CONTROL)
    assert doomed() == set()
    assert not hand.view.note.isVisible()
    hand.move(below, RIGHT, CONTROL)
    assert doomed() == {"add.a"}
    assert hand.scene.wires[ref("add.a")].pen().color() == hand.scene.paints().look.error
    assert hand.view.note.text() == "cuts 1 wire"
    wire = hand.scene.wires[ref("filter.x")].path().pointAtPercent(0.5)
    hand.move(hand.view.mapFromScene(wire + QPointF(0, -30)), RIGHT, CONTROL)
    hand.move(hand.view.mapFromScene(wire + QPointF(0, 30)), RIGHT, CONTROL)
    assert doomed() == {"add.a", "filter.x"}
    assert hand.view.note.text() == "cuts 2 wires"
    hand.key(Qt.Key.Key_Escape)
    assert doomed() == set()
    assert not hand.view.note.isVisible()
    assert {ref("add.a"), ref("filter.x")} <= hand.design.wires.keys()
    assert not left_over(hand)
