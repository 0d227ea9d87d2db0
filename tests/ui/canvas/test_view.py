"""The view: what belongs to no gesture and no key."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from designer.graph.design import Design
from designer.layers.blocks import Bottleneck
from tests.ui.canvas.bench import CONTROL, Hand, design_of, ref, three

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


def test_in_the_middle_of_a_drag_shortcuts_of_the_window_wait(hand_on: Callable[[Design], Hand], qtbot: QtBot) -> None:
    hand = hand_on(three())
    hand.scene.do("Earlier", lambda design: design.without_wires([ref("expand.x")]))
    window = QMainWindow()
    qtbot.addWidget(window)
    undo = QAction("Undo", window)
    undo.setShortcut("Ctrl+Z")
    undo.triggered.connect(hand.document.undo)
    window.addAction(undo)
    window.setCentralWidget(hand.view)
    window.show()
    window.activateWindow()
    qtbot.waitActive(window)
    hand.view.setFocus()
    start = hand.card("act")
    hand.pull(start, start + QPoint(0, 96))
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Z, CONTROL)
    assert hand.steps == ["Earlier"]
    hand.release(start + QPoint(0, 96))
    assert hand.steps == ["Earlier", "Move ReLU6"]
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Z, CONTROL)
    assert hand.steps == ["Earlier"], "afterwards they act again"
    window.takeCentralWidget()
