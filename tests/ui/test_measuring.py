"""Measuring from the window: conditions that are offered, backends ranked, the roofline; through a small process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.edit.document import Command
from designer.edit.edits import set_parameter
from designer.graph.design import Design, NodeId
from designer.measurement.options import BackendConfiguration, ElementType, MemoryFormat
from designer.ui.dialogs.backends_dialog import BackendsDialog
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from tests.measurement import samples
from tests.ui.windows import FAKE_WORKER, Answers, press, shown_window

pytestmark = pytest.mark.gui


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers, sketch: Design) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), answers) as made:
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
    assert window.settings.measuring == BackendConfiguration(
        dtype=ElementType.BFLOAT16, memory_format=MemoryFormat.CHANNELS_LAST, backend="folded"
    )
    assert "PyTorch, folded" in window.status.conditions.text()


def test_every_option_has_its_part_of_the_menu(window: MainWindow) -> None:
    window.status._fill_menu()
    headings = [action.text() for action in window.status._menu.actions() if action.font().bold()]
    assert headings == [parameter.label for parameter in BackendConfiguration.parameters]


def test_backends_are_ranked_and_one_is_taken(
    qtbot: QtBot, window: MainWindow, answers: Answers, tmp_path: Path
) -> None:
    press(qtbot, window, "Ctrl+Shift+Return")
    (dialog,) = window.findChildren(BackendsDialog)
    qtbot.waitUntil(lambda: dialog.report is not None, timeout=10_000)
    rows = [[row.text(c) for c in range(6)] for i in range(3) if (row := dialog.rows.topLevelItem(i)) is not None]
    assert rows[0][:5] == ["1.", "PyTorch, folded", "1.0\u202fms ±0.1", "×0.500 [0.45, 0.55]", "faster"]
    assert rows[1][4] == "the reference"
    assert rows[2][5] == "openvino is not installed"
    answers.save = tmp_path / "rounds"
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert json.loads((tmp_path / "rounds.json").read_text())["rows"][0]["rounds_ms"] == list(samples.rounds(1.0))
    qtbot.mouseClick(dialog.use_button, Qt.MouseButton.LeftButton)
    assert window.settings.measuring.backend == "folded"


def texts(dialog: BackendsDialog) -> list[list[str]]:
    rows = [dialog.rows.topLevelItem(index) for index in range(dialog.rows.topLevelItemCount())]
    return [[row.text(column) for column in range(6)] for row in rows if row is not None]


def test_backends_have_their_rows_while_they_are_measured_and_keep_them_when_stopped(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, answers: Answers, tmp_path: Path
) -> None:
    monkeypatch.setenv("FAKE_WORKER", "slow ranking")
    window.worker._restart()
    press(qtbot, window, "Ctrl+Shift+Return")
    (dialog,) = window.findChildren(BackendsDialog)
    seen: list[list[list[str]]] = []
    assert dialog._job is not None
    dialog._job.found.connect(lambda _data: seen.append(texts(dialog)))
    qtbot.waitUntil(lambda: len(seen) == 3, timeout=10_000)
    first, second, third = seen
    assert first == [
        ["", "PyTorch eager", "ready", "", "", "1e-06"],
        ["–", "OpenVINO", "", "", "", "openvino is not installed"],
    ]
    assert [row[1] for row in second] == [row[1] for row in third] == ["PyTorch eager", "PyTorch, folded", "OpenVINO"]
    assert third[0] == ["", "PyTorch eager", "2.0\u202fms ±0.2", "×1.00 [1, 1]", "the reference", "1e-06"]
    assert third[1] == ["", "PyTorch, folded", "1.0\u202fms ±0.1", "×0.500 [0.45, 0.55]", "measuring", "1e-06"]
    assert not dialog.use_button.isEnabled()
    eager = dialog.rows.topLevelItem(0)
    assert eager is not None
    qtbot.mouseClick(dialog.rows.viewport(), Qt.MouseButton.LeftButton, pos=dialog.rows.visualItemRect(eager).center())
    qtbot.mouseClick(dialog.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog._job is None, timeout=10_000)
    assert texts(dialog) == third
    assert dialog.text.text().startswith("Stopped; shown is what was measured until then")
    answers.save = tmp_path / "rounds"
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert len(json.loads((tmp_path / "rounds.json").read_text())["rows"]) == 2
    qtbot.mouseClick(dialog.use_button, Qt.MouseButton.LeftButton)
    assert window.settings.measuring.backend == "eager"


def test_what_was_chosen_while_measuring_stays_chosen_at_the_end(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_WORKER", "slow ranking")
    window.worker._restart()
    press(qtbot, window, "Ctrl+Shift+Return")
    (dialog,) = window.findChildren(BackendsDialog)
    qtbot.waitUntil(lambda: dialog.report is not None, timeout=10_000)
    first = dialog.rows.topLevelItem(0)
    assert first is not None
    dialog.rows.setCurrentItem(first)
    dialog.show_ranking(samples.rank())
    assert [row[1] for row in texts(dialog)] == ["PyTorch, folded", "PyTorch eager", "OpenVINO"]
    current = dialog.rows.currentItem()
    assert current is not None
    assert current.text(1) == "PyTorch eager"
    dialog.reject()


def test_the_roofline_is_drawn_said_and_grows_old(qtbot: QtBot, window: MainWindow) -> None:
    window.charts_dock.show()
    tab = window.charts.roofline
    window.charts.tabs.setCurrentWidget(tab)
    QApplication.processEvents()
    qtbot.mouseClick(tab.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.report is not None, timeout=10_000)
    assert "depthwise (depthwise) has" in tab.words.text() or "1 node memory bound" in tab.words.text()
    assert not tab.chart.is_stale
    tab.chart.clicked_at.emit(2.0, 1e10)
    design_tab = window.bench.tab
    assert design_tab is not None
    assert design_tab.selection == (NodeId("depthwise"),)
    design_tab.document.apply(Command("Widen", lambda d: set_parameter(d, [NodeId("expand")], "out_channels", 96)))
    qtbot.waitUntil(lambda: tab.chart.is_stale, timeout=20_000)
