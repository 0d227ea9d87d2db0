"""Whatever adds a card makes room for it: by fix, quick add, palette, drop, paste; what gives way is seen to move."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.edit.document import Command
from designer.edit.edits import set_parameter
from designer.graph.design import NodeId
from designer.layers.registry import lookup
from designer.templates.networks import template
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from tests.edit.cards import overlapping
from tests.small_designs import ref
from tests.ui.windows import FAKE_WORKER, Answers, card_pixel, drop, press, shown_window

pytestmark = pytest.mark.gui

BESIDE = NodeId("expand")
"""A card whose wire comes from the same row, with others to its right."""


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as made:
        yield made


@pytest.fixture
def tab(window: MainWindow) -> DesignTab:
    made = window.bench.open_design(template("bottleneck").build())
    QApplication.processEvents()
    return made


def fixed(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    edit = Command("Stride", lambda design: set_parameter(design, [NodeId("depthwise")], "stride", 2))
    tab.document.apply(edit)
    buttons = [button for card in window.problems.cards for button in card.fix_buttons]
    adding = [button for button in buttons if "1×1" in button.accessibleName()]
    qtbot.mouseClick(adding[0], Qt.MouseButton.LeftButton)


def added_by_keys(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    tab.select([NodeId("expand")])
    tab.canvas.setFocus()
    qtbot.keyClick(tab.canvas, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(tab.canvas.adding.box.field, "relu6")
    QTest.keyClick(tab.canvas.adding.box.field, Qt.Key.Key_Return)


def added_in_a_wire(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    target = ref(f"{BESIDE}.x")
    tab.canvas.adding.open(tab.scene.wires[target].path().pointAtPercent(0.5), wire=target)
    QTest.keyClicks(tab.canvas.adding.box.field, "relu6")
    QTest.keyClick(tab.canvas.adding.box.field, Qt.Key.Key_Return)


def added_at_a_card(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    tab.canvas.adding.open(tab.scene.nodes[NodeId("depthwise")].sceneBoundingRect().center())
    QTest.keyClicks(tab.canvas.adding.box.field, "relu6")
    QTest.keyClick(tab.canvas.adding.box.field, Qt.Key.Key_Return)


def placed_by_the_palette(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    for _ in range(3):
        tab.select([NodeId("expand")])
        window.palette_panel.layer_chosen.emit(lookup("relu6"))


def dropped_on_a_card(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    drop(tab, "relu6", card_pixel(tab, BESIDE))


def dropped_on_a_wire(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    target = ref(f"{BESIDE}.x")
    drop(tab, "relu6", tab.canvas.mapFromScene(tab.scene.wires[target].path().pointAtPercent(0.5)))
    assert "relu6" in tab.document.design.wires[target].source.node


def duplicated(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    tab.select([NodeId("expand"), NodeId("depthwise")])
    tab.canvas.setFocus()
    press(qtbot, window, "Ctrl+D")
    press(qtbot, window, "Ctrl+D")


def pasted(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    tab.select_all()
    tab.canvas.setFocus()
    press(qtbot, window, "Ctrl+C")
    press(qtbot, window, "Ctrl+V")


WAYS = [
    fixed,
    added_by_keys,
    added_in_a_wire,
    added_at_a_card,
    placed_by_the_palette,
    dropped_on_a_card,
    dropped_on_a_wire,
    duplicated,
    pasted,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_card_comes_to_lie_on_another(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, way: Callable[[QtBot, MainWindow, DesignTab], None]
) -> None:
    before = set(tab.document.design.nodes)
    way(qtbot, window, tab)
    assert set(tab.document.committed_design.nodes) > before
    assert overlapping(tab.document.committed_design) == []


@pytest.mark.parametrize("way", [added_in_a_wire, dropped_on_a_card], ids=lambda way: way.__name__)
@pytest.mark.parametrize("animations", [True, False])
def test_what_gives_way_is_seen_to_move_and_goes_back_by_undo(
    qtbot: QtBot,
    window: MainWindow,
    tab: DesignTab,
    way: Callable[[QtBot, MainWindow, DesignTab], None],
    animations: bool,
) -> None:
    window.settings.animations = animations
    row = tab.document.design.nodes[BESIDE].position.y
    last = max(
        (node for node in tab.document.design.nodes.values() if node.position.y == row),
        key=lambda node: node.position.x,
    ).id
    assert last != BESIDE
    before = tab.document.design.nodes[last].position.x
    way(qtbot, window, tab)
    after = tab.document.design.nodes[last].position.x
    assert after > before
    assert tab.scene.gliding.is_moving is animations
    qtbot.waitUntil(lambda: not tab.scene.gliding.is_moving)
    assert tab.scene.nodes[last].pos().x() == after
    press(qtbot, window, "Ctrl+Z")
    assert tab.document.design.nodes[last].position.x == before
    qtbot.waitUntil(lambda: tab.scene.nodes[last].pos().x() == before)
