"""The main job of whoever designs for a microcontroller: draw until it fits, export, and find that memory there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from designer import wording
from designer.graph.design import NodeId, PortRef
from designer.ui.dialogs.export_dialog import ExportDialog
from designer.ui.dialogs.memory_map_dialog import MemoryMapDialog
from designer.ui.dialogs.targets_dialog import TargetsDialog
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from designer.ui.widgets.fields import NumberField
from tests.ui.windows import Answers, card_pixel, drop, press, shown_window, wire

pytestmark = [pytest.mark.gui, pytest.mark.torch, pytest.mark.slow]

KEY = "microcontroller_256k"
CHAIN = (
    "input",
    "conv2d",
    "relu6",
    "depthwise_conv2d",
    "relu6",
    "pointwise_conv2d",
    "global_average_pool",
    "flatten",
    "fully_connected",
    "output",
)


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(), Answers(), (1700, 1000)) as made:
        yield made


class Person:
    """Somebody at the window, with mouse and keyboard."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot = qtbot
        self.window = window

    @property
    def tab(self) -> DesignTab:
        tab = self.window.bench.tab
        assert tab is not None
        return tab

    def draw(self) -> list[NodeId]:
        """A small network, dragged from the palette and wired from the first to the last."""
        press(self.qtbot, self.window, "Ctrl+N")
        self.tab.canvas.zoom_to(0.7)
        spots = [QPoint(110 + 180 * (index % 5), 160 + 240 * (index // 5)) for index in range(len(CHAIN))]
        ids = [drop(self.tab, key, spot) for key, spot in zip(CHAIN, spots, strict=True)]
        for source, to in pairwise(ids):
            wire(self.qtbot, self.tab, PortRef(source, "y"), PortRef(to, "x"))
        return ids

    def type(self, node: NodeId, **values: int) -> None:
        """Press a card, and type numbers into its fields."""
        self.qtbot.mouseClick(self.tab.canvas.viewport(), Qt.MouseButton.LeftButton, pos=card_pixel(self.tab, node))
        for name, value in values.items():
            field = self.window.inspector.fields[name]
            assert isinstance(field, NumberField)
            field.box.setFocus()
            field.box.selectAll()
            self.qtbot.keyClicks(field.box, str(value))
            self.qtbot.keyClick(field.box, Qt.Key.Key_Return)

    def choose_target(self) -> None:
        """Tick the target in the dialog."""
        press(self.qtbot, self.window, "Ctrl+Shift+T")
        (dialog,) = [each for each in self.window.findChildren(TargetsDialog) if each.isVisible()]
        rows = [dialog.list.item(place) for place in range(dialog.list.count())]
        (item,) = [each for each in rows if each.data(Qt.ItemDataRole.UserRole) == KEY]
        dialog.list.setFocus()
        dialog.list.setCurrentItem(item)
        self.qtbot.keyClick(dialog.list, Qt.Key.Key_Space)
        assert KEY in dialog.chosen
        (buttons,) = dialog.findChildren(QDialogButtonBox)
        self.qtbot.mouseClick(buttons.button(QDialogButtonBox.StandardButton.Ok), Qt.MouseButton.LeftButton)

    def head_shown(self) -> str:
        """What the map of memory says, opened by a press on the tile."""
        self.qtbot.mouseClick(self.window.target_tiles.tiles[KEY], Qt.MouseButton.LeftButton)
        (dialog,) = [each for each in self.window.findChildren(MemoryMapDialog) if each.isVisible()]
        said = dialog.words.text()
        self.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        return said

    def export(self, path: Path) -> ExportDialog:
        """Walk down the list of formats to the one in eight bits, type a name, and press Enter."""
        press(self.qtbot, self.window, "Ctrl+E")
        (dialog,) = self.window.findChildren(ExportDialog)
        dialog.list.setFocus()
        for _ in dialog.formats:
            if dialog.format.key != "litert_int8":
                self.qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
        assert dialog.format.key == "litert_int8"
        dialog.path.selectAll()
        self.qtbot.keyClicks(dialog.path, str(path))
        self.qtbot.keyClick(dialog.path, Qt.Key.Key_Return)
        self.qtbot.waitUntil(lambda: dialog.proof is not None, timeout=120_000)
        return dialog


def test_what_fits_on_the_canvas_is_what_the_microcontrollers_runtime_takes(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    pytest.importorskip("tflite_micro", exc_type=ImportError)
    pytest.importorskip("ai_edge_quantizer", exc_type=ImportError)
    from designer.runtime.formats.litert.micro import MicroInterpreter

    person = Person(qtbot, window)
    ids = person.draw()
    person.type(ids[0], channels=3, height=96, width=96)
    person.type(ids[1], out_channels=32)
    person.type(ids[5], out_channels=64)
    person.type(ids[8], out_features=10)
    assert person.tab.analysis.is_valid, person.tab.analysis.issues
    person.choose_target()
    tile = window.target_tiles.tiles[KEY]
    # 32 maps of 96×96 in, 64 out of the pointwise convolution, a byte each: far beyond 256 KiB.
    assert tile.value.text().startswith("✗ does not fit, ")
    person.type(ids[1], stride=2)
    # By hand: the depthwise convolution's 32 maps of 48×48 and the pointwise one's 64 live together: 96·48² = 216 KiB.
    assert tile.value.text().startswith("✓ fits, ")
    shown = person.head_shown()
    assert f"{wording.count(96 * 48 * 48)} bytes" in shown

    dialog = person.export(tmp_path / "mine.int8.tflite")
    assert dialog.proof is not None
    assert any("bit for bit" in check.found for check in dialog.proof.checks)
    dialog.accept()
    head = MicroInterpreter((tmp_path / "mine.int8.tflite").read_bytes()).arena().head
    assert f"{wording.count(head)} bytes" in shown
