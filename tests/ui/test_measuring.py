"""Measuring from the window: conditions that are offered, backends ranked, the roofline; through a small process."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.edit.document import Command
from designer.edit.edits import set_parameter
from designer.graph.design import Design, NodeId
from designer.ui.dialogs.backends_dialog import BackendsDialog
from designer.ui.main_window import MainWindow
from designer.ui.settings import Settings
from designer.ui.theme import Theme
from designer.ui.worker_client import WorkerClient
from tests.ui.windows import Answers, press, shown_window

pytestmark = pytest.mark.gui

FAKE = (sys.executable, str(Path(__file__).with_name("fake_worker.py")))


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers, sketch: Design) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE), answers) as made:
        made.bench.open_design(sketch)
        made.worker.start()
        qtbot.waitUntil(lambda: bool(made.status._offers), timeout=10_000)
        yield made


def test_what_the_device_has_is_offered_and_what_it_lacks_says_why(window: MainWindow) -> None:
    window.status._fill_menu()
    entries = {action.text(): action for action in window.status._menu.actions()}
    assert entries["PyTorch, folded"].isEnabled()
    absent = entries["OpenVINO — openvino is not installed"]
    assert not absent.isEnabled()
    entries["PyTorch, folded"].trigger()
    entries["bfloat16"].trigger()
    entries["last"].trigger()
    assert window.settings.measuring() == {
        "device": "cpu",
        "batch": 1,
        "dtype": "bfloat16",
        "memory_format": "channels_last",
        "backend": "folded",
    }
    assert "PyTorch, folded" in window.status.conditions.text()


def test_backends_are_ranked_and_one_is_taken(
    qtbot: QtBot, window: MainWindow, answers: Answers, tmp_path: Path
) -> None:
    press(qtbot, window, "Ctrl+Shift+Return")
    (dialog,) = window.findChildren(BackendsDialog)
    qtbot.waitUntil(lambda: dialog.data is not None, timeout=10_000)
    rows = [[row.text(c) for c in range(6)] for i in range(3) if (row := dialog.rows.topLevelItem(i)) is not None]
    assert rows[0][:5] == ["1.", "PyTorch, folded", "1.0\u202fms ±0.1", "×0.500 [0.45, 0.55]", "faster"]
    assert rows[1][4] == "the reference"
    assert rows[2][5] == "openvino is not installed"
    answers.save = tmp_path / "rounds"
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert json.loads((tmp_path / "rounds.json").read_text())["rows"][0]["rounds_ms"] == [1.0] * 12
    qtbot.mouseClick(dialog.use_button, Qt.MouseButton.LeftButton)
    assert window.settings.backend == "folded"


def test_the_roofline_is_drawn_said_and_grows_old(qtbot: QtBot, window: MainWindow) -> None:
    window.charts_dock.show()
    tab = window.charts.roofline
    window.charts.tabs.setCurrentWidget(tab)
    QApplication.processEvents()
    qtbot.mouseClick(tab.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.data is not None, timeout=10_000)
    assert "depthwise is memory bound" in tab.words.text()
    assert not tab.chart.is_stale
    tab.chart.clicked_at.emit(2.0, 1e10)
    design_tab = window.bench.tab
    assert design_tab is not None
    assert design_tab.selection == (NodeId("depthwise"),)
    design_tab.document.apply(Command("Widen", lambda d: set_parameter(d, [NodeId("expand")], "out_channels", 96)))
    qtbot.waitUntil(lambda: tab.chart.is_stale, timeout=5000)
