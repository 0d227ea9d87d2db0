"""Targets in the window: chosen by hand, their verdict turns with an edit, and a hint's fix is one press away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from designer.edit.document import Command
from designer.graph.design import Design, Node, NodeId
from designer.graph.window import Padding
from designer.layers.convolution import Conv2d
from designer.layers.endpoints import Input, Output
from designer.ui.dialogs.memory_map_dialog import MemoryMapDialog, words_of
from designer.ui.dialogs.targets_dialog import TargetsDialog
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from tests.small_designs import row
from tests.ui.windows import FAKE_WORKER, Answers, shown_window

pytestmark = pytest.mark.gui


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as made:
        yield made


def strided(side: int) -> Design:
    return row(Input(8, side, side), Conv2d(8, 3, 2), Output())


def choose(qtbot: QtBot, window: MainWindow, key: str) -> None:
    """Tick a target by a click on its box."""
    window.views["targets"].trigger()
    (dialog,) = [each for each in window.findChildren(TargetsDialog) if each.isVisible()]
    rows = [dialog.list.item(place) for place in range(dialog.list.count())]
    (item,) = [each for each in rows if each.data(Qt.ItemDataRole.UserRole) == key]
    dialog.list.scrollToItem(item)
    box = dialog.list.visualItemRect(item)
    qtbot.mouseClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(box.left() + 10, box.center().y()))
    if key not in dialog.chosen:  # where a style draws the box elsewhere, the keyboard ticks it
        dialog.list.setCurrentItem(item)
        qtbot.keyClick(dialog.list, Qt.Key.Key_Space)
    (buttons,) = dialog.findChildren(QDialogButtonBox)
    qtbot.mouseClick(buttons.button(QDialogButtonBox.StandardButton.Ok), Qt.MouseButton.LeftButton)


def test_the_verdict_turns_with_an_edit(qtbot: QtBot, window: MainWindow, settings: Settings) -> None:
    tab = window.bench.open_design(strided(96))  # 72 KiB in, 18 out, and 73.5 for the padding
    assert not window.target_tiles.isVisible()
    choose(qtbot, window, "microcontroller_256k")
    assert settings.targets == ("microcontroller_256k",)
    tile = window.target_tiles.tiles["microcontroller_256k"]
    assert tile.isVisible()
    assert tile.value.text().startswith("✓ fits, ")
    tab.document.apply(Command("larger", lambda d: d.replacing([_input(d, 192)])))
    assert tile.value.text().startswith("✗ does not fit, ")
    assert "n1" in tile.note.toolTip() or "n1" in tile.toolTip()
    tab.document.undo()
    assert tile.value.text().startswith("✓ fits, ")


def _input(design: Design, side: int) -> Node:
    return replace(design.nodes[NodeId("n0")], layer=Input(8, side, side))


def test_a_hint_has_its_fix_after_a_pause(qtbot: QtBot, window: MainWindow) -> None:
    tab = window.bench.open_design(strided(32))
    choose(qtbot, window, "rp2350")
    (card,) = window.problems.cards
    assert "padding is an operator" in card.problem.what
    qtbot.waitUntil(lambda: bool(window.problems.cards[0].problem.fixes), timeout=3000)
    (button,) = window.problems.cards[0].fix_buttons
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert tab.document.design.nodes[NodeId("n1")].layer == Conv2d(8, 3, 2, Padding.SAME)
    qtbot.waitUntil(lambda: not window.problems.cards, timeout=3000)


def test_a_press_on_the_tile_shows_where_each_tensor_lies(qtbot: QtBot, window: MainWindow) -> None:
    window.bench.open_design(strided(32))
    choose(qtbot, window, "rp2350")
    qtbot.mouseClick(window.target_tiles.tiles["rp2350"], Qt.MouseButton.LeftButton)
    (dialog,) = [each for each in window.findChildren(MemoryMapDialog) if each.isVisible()]
    boxes = list(dialog.map.rectangles())
    assert [buffer.need.bytes for buffer, _ in boxes] == [8 * 32 * 32, 8 * 34 * 34, 8 * 16 * 16]
    assert "tensor of n1: 9.03" in words_of(boxes[1][0]).replace("\u202f", " ")
    for index, (one, box) in enumerate(boxes):
        for other, another in boxes[index + 1 :]:
            meets = box.intersected(another)
            assert meets.width() < 1e-6 or meets.height() < 1e-6, (one, other)
    assert "17 440 bytes" in dialog.words.text().replace("\u202f", " ")  # 8·32·32 and 8·34·34 live together
