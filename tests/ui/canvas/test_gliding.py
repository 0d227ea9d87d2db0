"""Tidy glides: cards are on their way for a moment, the design is done at once, and any edit ends it."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from designer.edit.document import Command, Document
from designer.edit.edits import move
from designer.graph.design import Design, NodeId, Point
from designer.ui.views.design_tab import DesignTab

pytestmark = [pytest.mark.gui, pytest.mark.usefixtures("theme")]
EXPAND = NodeId("expand")


def moved(tab: DesignTab, place: Point) -> None:
    before = {id: node.position for id, node in tab.shown.design.nodes.items()}
    tab.document.apply(Command("Move", lambda design: move(design, {EXPAND: place})))
    tab.scene.gliding.glide_from(before)


def test_cards_glide_and_arrive_with_one_step(qtbot: QtBot, sketch: Design) -> None:
    tab = DesignTab(Document(sketch))
    qtbot.addWidget(tab)
    start = sketch.nodes[EXPAND].position
    moved(tab, Point(400.0, 300.0))
    assert tab.scene.gliding.is_moving
    assert tab.scene.nodes[EXPAND].pos().toTuple() == start
    qtbot.waitUntil(lambda: not tab.scene.gliding.is_moving, timeout=20_000)
    assert tab.scene.nodes[EXPAND].pos().toTuple() == (400.0, 300.0)
    assert len(tab.document.history) == 1


def test_an_edit_in_between_ends_it(qtbot: QtBot, sketch: Design) -> None:
    tab = DesignTab(Document(sketch))
    qtbot.addWidget(tab)
    moved(tab, Point(400.0, 300.0))
    tab.document.undo()
    assert not tab.scene.gliding.is_moving
    assert tab.scene.nodes[EXPAND].pos().toTuple() == tuple(sketch.nodes[EXPAND].position)
