"""Backends ranked: their rows while they are measured and at the end, what is taken, saved, stopped, or failed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from designer.graph.design import Design
from designer.ui.dialogs.backends_dialog import BackendsDialog
from designer.ui.shell.main_window import MainWindow
from tests.measurement import samples
from tests.ui.windows import Answers, press

pytestmark = pytest.mark.gui


@pytest.fixture(autouse=True)
def _a_design_is_open(window: MainWindow, sketch: Design) -> None:
    window.bench.open_design(sketch)


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


def test_a_ranking_without_a_worker_says_why_and_claims_nothing(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_WORKER", "stillborn")
    window.worker._restart()
    press(qtbot, window, "Ctrl+Shift+Return")
    (dialog,) = window.findChildren(BackendsDialog)
    qtbot.waitUntil(lambda: dialog.text.text() == "Not measured", timeout=20_000)
    assert "No module named 'torch'" in dialog.trouble.text()
    assert texts(dialog) == []
    assert not any(each.isEnabled() for each in (dialog.use_button, dialog.save_button, dialog.stop_button))
    assert dialog.isVisible(), "the reason can be read"
    dialog.reject()


def test_escape_ends_what_still_runs(qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_WORKER", "slow ranking")
    window.worker._restart()
    press(qtbot, window, "Ctrl+Shift+Return")
    (dialog,) = window.findChildren(BackendsDialog)
    job = dialog._job
    assert job is not None
    qtbot.waitUntil(lambda: dialog.report is not None, timeout=10_000)
    with qtbot.waitSignal(job.cancelled, timeout=10_000):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_a_backend_that_is_not_there_cannot_be_taken(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, "Ctrl+Shift+Return")
    (dialog,) = window.findChildren(BackendsDialog)
    qtbot.waitUntil(lambda: dialog.text.text().startswith("Timed in turns"), timeout=10_000)
    assert dialog.use_button.isEnabled(), "the quickest is chosen at first"
    absent = dialog.rows.topLevelItem(2)
    assert absent is not None
    qtbot.mouseClick(dialog.rows.viewport(), Qt.MouseButton.LeftButton, pos=dialog.rows.visualItemRect(absent).center())
    for _ in range(3):
        qtbot.keyClick(dialog.rows, Qt.Key.Key_Down)
    assert dialog.rows.currentItem() is not absent
    dialog.reject()
