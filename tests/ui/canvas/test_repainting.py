"""What is on screen after a drag, an edit or an undo is what a fresh painting of the canvas shows.

Nothing of an earlier state stays beside it. Tested on the pixels the window system has.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from designer.edit.edits import connect, delete, disconnect, set_parameter
from designer.graph.design import Design, NodeId
from tests.ui.canvas.bench import CONTROL, RIGHT, Hand, ref
from tests.ui.canvas.test_drawing import residual

pytestmark = pytest.mark.gui

SCALES = pytest.mark.parametrize("scale", [1.0, 0.5, 0.3])
_SMOOTHING = 24
"""By how much a colour may differ where a smoothed edge is painted in two parts."""


def settle() -> None:
    """Let the window paint what is waiting to be painted."""
    QTest.qWait(30)


def left_over(hand: Hand) -> list[QPoint]:
    """Pixels on screen that a fresh painting has not."""
    settle()
    view = hand.view
    shown = view.screen().grabWindow(view.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)
    fresh = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    assert shown.size() == fresh.size()
    found = []
    for y in range(shown.height()):
        if bytes(shown.constScanLine(y)) != bytes(fresh.constScanLine(y)):  # type: ignore[call-overload]
            found += [QPoint(x, y) for x in range(shown.width()) if _differ(shown, fresh, x, y)]
    return found


def _differ(one: QImage, other: QImage, x: int, y: int) -> bool:
    a, b = one.pixelColor(x, y), other.pixelColor(x, y)
    return max(abs(a.red() - b.red()), abs(a.green() - b.green()), abs(a.blue() - b.blue())) > _SMOOTHING


def at_scale(hand: Hand, scale: float) -> None:
    """Look at the middle of the design."""
    hand.view.zoom_by(scale / hand.view.scale_now)
    hand.view.look_at(hand.scene.content_rect().center())
    settle()


@SCALES
def test_a_dragged_reroute_dot_leaves_nothing_behind(hand_on: Callable[[Design], Hand], scale: float) -> None:
    hand = hand_on(residual())
    at_scale(hand, scale)
    way = hand.scene.wires[ref("add.a")].path()
    hand.double_click(hand.view.mapFromScene(way.pointAtPercent(0.5)))
    settle()
    (dot,) = hand.design.wires[ref("add.a")].via
    start = hand.at(*dot)
    hand.press(start)
    # Down through the cards: the old, taller ways lie outside the new ones.
    for step in range(1, 8):
        hand.move(start + QPoint(-20 * step, 15 * step))
        settle()
        assert not left_over(hand), f"step {step}"
    hand.release(start + QPoint(-140, 105))
    assert hand.design.wires[ref("add.a")].via[0] != dot
    assert not left_over(hand)
    hand.document.undo()
    assert not left_over(hand), "undo of the drag"
    hand.document.undo()
    assert not hand.design.wires[ref("add.a")].via
    assert not left_over(hand), "undo of the dot"
    hand.document.redo()
    assert not left_over(hand), "redo"


@SCALES
def test_edits_and_their_undo_leave_nothing_behind(hand_on: Callable[[Design], Hand], scale: float) -> None:
    hand = hand_on(residual())
    at_scale(hand, scale)
    scene = hand.scene
    scene.do("Channels", lambda d: set_parameter(d, [NodeId("expand")], "out_channels", 8))
    assert not left_over(hand), "thinner wires, shorter labels"
    scene.do("Unplug", lambda d: disconnect(d, [ref("add.a")]))
    assert not left_over(hand), "a wire and its label are gone"
    scene.do("Wire", lambda d: connect(d, ref("expand.y"), ref("add.a")))
    assert not left_over(hand)
    scene.do("Delete", lambda d: delete(d, [NodeId("filter")]))
    assert not left_over(hand)
    for _ in range(4):
        hand.document.undo()
        assert not left_over(hand)


@SCALES
def test_a_card_dragged_away_and_a_cut_leave_nothing_behind(hand_on: Callable[[Design], Hand], scale: float) -> None:
    hand = hand_on(residual())
    at_scale(hand, scale)
    start = hand.card("filter")
    hand.press(start)
    for step in range(1, 6):
        hand.move(start + QPoint(9 * step, 30 * step))
        assert not left_over(hand), f"step {step}"
    hand.release(start + QPoint(45, 150))
    assert not left_over(hand)
    arc = hand.scene.wires[ref("add.a")].path().pointAtPercent(0.5)
    above, below = (hand.view.mapFromScene(arc + QPointF(0, away)) for away in (-30, 30))
    hand.drag(above, below, RIGHT, CONTROL)
    assert ref("add.a") not in hand.design.wires
    assert not left_over(hand)
    hand.key(Qt.Key.Key_Escape)
    assert not left_over(hand)
