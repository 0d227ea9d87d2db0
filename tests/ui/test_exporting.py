"""Exports from the window: progress and cancel, failures in words, pictures that are there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.analysis.snapshot import analyse
from designer.export.python_source import python_source
from designer.export.result import Check, Comparison, ExportResult, WrittenFile
from designer.graph.design import Design
from designer.ui.dialogs.job_dialog import JobDialog
from designer.ui.exporting import ExportResultDialog
from designer.ui.main_window import MainWindow
from designer.ui.settings import Settings
from designer.ui.theme import Theme
from designer.ui.worker_client import WorkerClient
from tests.ui.windows import Answers, press, shown_window

pytestmark = pytest.mark.gui

FAKE = (sys.executable, str(Path(__file__).with_name("fake_worker.py")))


@pytest.fixture
def answers(tmp_path: Path) -> Answers:
    made = Answers()
    made.save = tmp_path / "mine.onnx"
    return made


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers, sketch: Design) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE), answers) as made:
        made.bench.open_design(sketch)
        QApplication.processEvents()
        yield made


@pytest.mark.parametrize("by", ["button", "escape"])
def test_an_export_shows_how_far_it_is_and_can_be_cancelled(qtbot: QtBot, window: MainWindow, by: str) -> None:
    press(qtbot, window, "Ctrl+E")
    (dialog,) = window.findChildren(JobDialog)
    qtbot.waitUntil(lambda: dialog.bar.value() > 0, timeout=10_000)
    assert dialog.text.text().startswith("step")
    with qtbot.waitSignal(dialog.finished, timeout=2000):
        if by == "button":
            qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
        else:
            qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert "cancelled" in window.status.currentMessage()
    assert window.findChildren(ExportResultDialog) == []


def test_a_failed_export_is_told_with_what_would_mend_it(
    qtbot: QtBot, window: MainWindow, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_WORKER", "full disk")
    press(qtbot, window, "Ctrl+E")
    qtbot.waitUntil(lambda: bool(answers.told), timeout=10_000)
    assert answers.told == [("The design was not exported", "the disk is full. free some room")]


def test_nothing_is_sent_where_no_file_was_named(qtbot: QtBot, window: MainWindow, answers: Answers) -> None:
    answers.save = None
    press(qtbot, window, "Ctrl+E")
    assert window.findChildren(JobDialog) == []
    assert window.worker.process_id == 0


def test_an_invalid_design_cannot_be_exported(window: MainWindow, sketch: Design) -> None:
    window.bench.open_design(sketch.without_wires(list(sketch.wires)[:1]))
    assert not window.views["export_onnx"].isEnabled()


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_picture_is_written(window: MainWindow, answers: Answers, tmp_path: Path, ending: str) -> None:
    answers.save = tmp_path / f"picture.{ending}"
    window.views["export_picture"].trigger()
    content = answers.save.read_bytes()
    if ending == "png":
        image = QImage.fromData(content)
        assert len({image.pixel(x, image.height() // 2) for x in range(0, image.width(), 3)}) > 5
    else:
        assert b"<svg" in content


def test_a_picture_that_cannot_be_written_is_said(window: MainWindow, answers: Answers, tmp_path: Path) -> None:
    answers.save = tmp_path / "no such folder" / "picture.png"
    window.views["export_picture"].trigger()
    assert answers.told[0][0] == "The picture was not written"


def test_the_source_is_written(window: MainWindow, answers: Answers, tmp_path: Path, sketch: Design) -> None:
    answers.save = tmp_path / "mine"
    window.views["export_source"].trigger()
    assert (tmp_path / "mine.py").read_text(encoding="utf-8") == python_source(analyse(sketch))


def test_the_result_says_how_the_file_was_proved(qtbot: QtBot, theme: Theme) -> None:
    checks = (Check("onnx.checker", "valid"),)
    run = Comparison(((1, 3, 8, 8),), "random", 2.4e-7, 1e-6, 3.0, 3e-3, 120.0)
    files = (WrittenFile("a.onnx", 33_000),)
    result = ExportResult("onnx", "a.onnx", "0", files, "", checks, "ONNX Runtime", (run,), seconds=0.42)
    dialog = ExportResultDialog(result)
    qtbot.addWidget(dialog)
    rows = dict(dialog.rows)
    assert rows["Size"] == "33.0\u202fkB"
    assert rows["Largest difference from PyTorch"].startswith("2.4e-07")
    assert rows["onnx.checker"] == "valid"
    assert rows["Run in"] == "ONNX Runtime"
