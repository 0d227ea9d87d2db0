"""The export dialog: a page a format, progress and cancel, failures in words, the result and its proof."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from designer.export.formats import formats
from designer.export.open_size import fixed_size_reason
from designer.export.result import Check, Comparison, ExportResult, WrittenFile
from designer.export.result_words import plain_text
from designer.graph.design import Design
from designer.templates.networks import template
from designer.ui.dialogs.export_dialog import ExportDialog
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.widgets.number_box import NumberBox
from tests.ui.windows import FAKE_WORKER, Answers, press, shown_window

pytestmark = pytest.mark.gui


@pytest.fixture
def answers(tmp_path: Path) -> Answers:
    made = Answers()
    made.save = tmp_path / "mine.onnx"
    return made


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers, sketch: Design) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), answers) as made:
        made.bench.open_design(sketch)
        QApplication.processEvents()
        yield made


def opened(qtbot: QtBot, window: MainWindow, target: Path) -> ExportDialog:
    """The dialog with a file named by typing."""
    press(qtbot, window, "Ctrl+E")
    (dialog,) = window.findChildren(ExportDialog)
    dialog.path.selectAll()
    qtbot.keyClicks(dialog.path, str(target))
    return dialog


@pytest.mark.parametrize("by", ["button", "escape"])
def test_an_export_shows_how_far_it_is_and_can_be_cancelled(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, by: str
) -> None:
    dialog = opened(qtbot, window, tmp_path / "mine.onnx")
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.bar.value() > 0, timeout=10_000)
    assert dialog.text.text().startswith("step")
    if by == "button":
        qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    else:
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: dialog.stages.currentIndex() == 0, timeout=20_000)
    assert "no file was written" in dialog.trouble.text()
    assert dialog.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.torch
@pytest.mark.slow
def test_a_cancel_in_the_middle_of_a_long_step_leaves_nothing(
    qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers, tmp_path: Path
) -> None:
    with shown_window(qtbot, settings, theme, WorkerClient(), answers) as window:
        window.bench.open_design(template("mobilenet_v2").build())
        folder = tmp_path / "out"
        folder.mkdir()
        dialog = opened(qtbot, window, folder / "mine.pt2")
        dialog.list.setCurrentRow([each.key for each in formats()].index("program"))
        qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
        # PyTorch has the word then for seconds, and the process is ended.
        qtbot.waitUntil(lambda: dialog.text.text() == "exporting", timeout=60_000)
        assert len(os.listdir(folder)) == 1
        qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: "no file was written" in dialog.trouble.text(), timeout=20_000)
        qtbot.waitUntil(lambda: os.listdir(folder) == [], timeout=10_000)


def test_a_failed_export_is_told_with_what_would_fix_it(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_WORKER", "full disk")
    dialog = opened(qtbot, window, tmp_path / "mine.onnx")
    qtbot.keyClick(dialog.path, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(dialog.trouble.text()), timeout=10_000)
    assert dialog.trouble.text() == "the disk is full. free some room"
    assert dialog.stages.currentIndex() == 0


def test_nothing_is_sent_where_no_file_was_named(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, "Ctrl+E")
    (dialog,) = window.findChildren(ExportDialog)
    dialog.path.clear()
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    assert "which file" in dialog.trouble.text()
    assert window.worker.process_id == 0


def test_every_format_has_a_page_of_all_its_options(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, "Ctrl+E")
    (dialog,) = window.findChildren(ExportDialog)
    for row, format in enumerate(formats()):
        dialog.list.setCurrentRow(row)
        assert set(dialog.page.fields) == {each.name for each in format.parameters}
        assert dialog.page.options() == format.options() or not format.is_available
        assert dialog.export_button.isEnabled() == format.is_available
        assert dialog.seed.isVisible() == format.has_weights
        assert dialog.path.text().endswith(format.endings[0])
        if not format.is_available:
            words = [label.text() for label in dialog.page.findChildren(QLabel)]
            assert format.unavailable_reason in words


def test_the_seed_is_typed_as_any_number(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, "Ctrl+E")
    (dialog,) = window.findChildren(ExportDialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    assert all(isinstance(box, NumberBox) for box in dialog.findChildren(QAbstractSpinBox))
    for typed, value in (("1\u202f280", 1280), ("4,5", 1280), ("7", 7)):
        dialog.seed.box.setFocus()
        dialog.seed.box.selectAll()
        QApplication.clipboard().setText(typed)
        dialog.seed.box.lineEdit().paste()
        dialog.path.setFocus()
        assert dialog.seed.value == value


def test_options_hide_what_they_make_meaningless_and_reach_the_order(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, "Ctrl+E")
    (dialog,) = window.findChildren(ExportDialog)
    fields = dialog.page.fields
    assert not fields["batch"].isVisible()
    qtbot.mouseClick(fields["dynamic_batch"].editor, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert fields["batch"].isVisible()
    box = fields["batch"].editor
    box.setFocus()
    box.selectAll()  # type: ignore[attr-defined]  # a number box
    qtbot.keyClicks(box, "8")
    chosen = dialog.page.options().to_data()
    assert (chosen["dynamic_batch"], chosen["batch"]) == (False, 8)
    box.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(box, "0")
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    assert dialog.trouble.text().endswith("Batch size: 0 is out of range; it takes 1 to 1048576")
    assert dialog.stages.currentIndex() == 0


def test_an_option_that_the_design_does_not_allow_says_why(qtbot: QtBot, window: MainWindow) -> None:
    window.bench.open_design(template("mobilenet_v2").build(padding="tensorflow"))
    press(qtbot, window, "Ctrl+E")
    (dialog,) = window.findChildren(ExportDialog)
    reason = fixed_size_reason(window.bench.analysis)  # type: ignore[arg-type]  # a design is open
    assert reason
    assert not dialog.page.fields["dynamic_size"].isEnabled()
    assert any(reason in label.text() for label in dialog.page.findChildren(QLabel))


def test_why_an_invalid_design_cannot_be_exported_is_said(qtbot: QtBot, window: MainWindow, sketch: Design) -> None:
    window.bench.open_design(sketch.without_wires(list(sketch.wires)[:1]))
    press(qtbot, window, "Ctrl+E")
    assert "Nothing can be exported yet: " in window.status.currentMessage()
    assert "takes no wire" in window.status.currentMessage()
    assert QApplication.activeModalWidget() is None
    window.bench.new()
    press(qtbot, window, "Ctrl+E")
    assert "the design is empty" in window.status.currentMessage()


def result() -> ExportResult:
    checks = (Check("onnx.checker", "valid"),)
    run = Comparison(((1, 3, 8, 8),), "random", 2.4e-7, 1e-6, 3.0, 3e-3, 120.0)
    files = (WrittenFile("a.onnx", 33_000),)
    return ExportResult(
        "onnx", "a.onnx", "0", files, "", checks, "ONNX Runtime", (run,), warnings=("a trial",), seconds=0.42
    )


def test_the_result_says_how_the_file_was_proved_and_is_copied(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, "Ctrl+E")
    (dialog,) = window.findChildren(ExportDialog)
    dialog.show_result(result())
    words = {label.text() for label in dialog.findChildren(QLabel)}
    assert {"33.0\u202fkB", "onnx.checker", "valid", "a trial"} <= words
    assert any(word.startswith("largest difference 2.4e-07 where outputs reach 3") for word in words)
    copy = next(each for each in dialog.findChildren(QPushButton) if "Copy" in each.text())
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == plain_text(result())
    assert "120.0\u202fdB" in plain_text(result())
