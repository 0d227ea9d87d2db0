"""Where dragged cards snap to: worked out by hand on round numbers, and by a drag with guides on the canvas."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QGraphicsLineItem
from pytestqt.qtbot import QtBot

from designer.edit.document import Document
from designer.graph.design import Design, NodeId, Point
from designer.ui.canvas.snapping import snap
from designer.ui.views.design_tab import DesignTab
from tests.ui.windows import card_pixel

ROW = [Point(0.0, 100.0), Point(200.0, 100.0)]


def test_a_line_nearby_counts_before_the_grid() -> None:
    found = snap(Point(203.0, 397.0), ROW, 6.0)
    assert found.corner.x == 200.0
    assert len(found.guides) == 1
    assert found.guides[0].x1() == found.guides[0].x2()


@pytest.mark.parametrize(("wanted", "x"), [(398.0, 400.0), (-203.0, -200.0), (102.0, 100.0)])
def test_even_spacing_in_a_row(wanted: float, x: float) -> None:
    found = snap(Point(wanted, 102.0), ROW, 6.0)
    assert found.corner == Point(x, 100.0)
    assert len(found.guides) == 3  # the row, and a stroke in each of two gaps


def test_with_nothing_near_the_grid_holds() -> None:
    found = snap(Point(331.0, 333.0), ROW, 6.0)
    assert found.guides == ()
    assert abs(found.corner.x - 331.0) <= 8
    assert found.corner == snap(found.corner, [], 6.0).corner


@pytest.mark.gui
@pytest.mark.usefixtures("theme")
def test_guides_show_while_the_card_is_in_the_hand_and_go(qtbot: QtBot, sketch: Design) -> None:
    tab = DesignTab(Document(sketch))
    qtbot.addWidget(tab)
    tab.resize(1200, 600)
    tab.show()
    viewport, start = tab.canvas.viewport(), card_pixel(tab, NodeId("depthwise"))

    def guides() -> int:
        return sum(isinstance(item, QGraphicsLineItem) for item in tab.scene.items())

    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(viewport, start + QPoint(30, 60))
    qtbot.mouseMove(viewport, start + QPoint(40, 3))
    assert guides() == 1
    assert tab.document.design.nodes[NodeId("depthwise")].position.y == 0.0
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(40, 3))
    assert guides() == 0
    assert tab.document.undo_label is not None
