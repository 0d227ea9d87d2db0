"""A network's file dropped on the window, opened, or named as code: read in the worker, drawn, proved, kept, told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel
from pytestqt.qtbot import QtBot

from designer.analysis.analysis import analyse
from designer.files.storage import data_folder
from designer.graph.design import Design, NodeId
from designer.importing.record_file import record_beside
from designer.runtime.formats.export import export_design
from designer.templates.networks import template
from designer.ui.dialogs.export_dialog import ExportDialog
from designer.ui.dialogs.import_dialog import ImportDialog
from designer.ui.dialogs.import_result import ImportRecordDialog, OriginalDialog
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from tests.ui.windows import Answers, press, shown_window

pytestmark = [pytest.mark.gui, pytest.mark.torch, pytest.mark.slow]

_PATIENCE_MS = 120_000


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(), answers) as made:
        yield made


@pytest.fixture(scope="module")
def drawn() -> Design:
    """A bottleneck with batch norms, residual and all."""
    return template("bottleneck").build(resolution=14)


@pytest.fixture(scope="module")
def onnx_file(tmp_path_factory: pytest.TempPathFactory, drawn: Design) -> Path:
    path = tmp_path_factory.mktemp("networks") / "net.onnx"
    export_design(drawn, path, "onnx", seed=5)
    return path


def drop(window: MainWindow, path: Path) -> None:
    """Let a file fall on the canvas or the empty page, as a file manager does."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    at, copy = window.rect().center(), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(at, copy, mime, left, none)
    QApplication.sendEvent(window, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(at), copy, mime, left, none))


def finished(qtbot: QtBot, window: MainWindow) -> ImportDialog:
    """The dialog, once its job is over."""
    (dialog,) = [each for each in window.findChildren(ImportDialog) if each.isVisible()]
    qtbot.waitUntil(lambda: dialog.stages.currentIndex() != 1, timeout=_PATIENCE_MS)
    return dialog


def back_at(qtbot: QtBot, window: MainWindow) -> None:
    """The keyboard is the window's again, as the system gives it back when a dialog closes."""
    with qtbot.waitActive(window):
        window.activateWindow()


def imports() -> list[Path]:
    """What is kept of networks that were brought in."""
    return [path for path in (data_folder() / "imports").rglob("*") if path.is_file()]


def texts(dialog: ImportDialog | ImportRecordDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def test_a_dropped_file_is_drawn_proved_saved_with_its_weights_and_exported_with_them(
    qtbot: QtBot, window: MainWindow, answers: Answers, onnx_file: Path, drawn: Design, tmp_path: Path
) -> None:
    drop(window, onnx_file)
    dialog = finished(qtbot, window)
    assert dialog.stages.currentIndex() == 2, dialog.trouble.text()
    said = texts(dialog)
    assert "drawn whole, and computes the same" in said
    assert "largest difference" in said
    assert "onnx runtime" in said.lower()
    tab = window.bench.tab
    assert tab is not None
    totals, expected = tab.analysis.totals, analyse(drawn).totals
    assert (totals.parameters, totals.macs) == (expected.parameters, expected.macs)
    assert not tab.document.is_saved
    assert not tab.notice.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()

    back_at(qtbot, window)
    answers.save = tmp_path / "mine.design.json"
    press(qtbot, window, "Ctrl+S")
    assert tab.document.is_saved
    assert (tmp_path / "mine.safetensors").is_file()
    assert record_beside(tmp_path / "mine.design.json").is_file()
    press(qtbot, window, "Ctrl+E")
    (exporting,) = window.findChildren(ExportDialog)
    assert "From mine.safetensors" in "\n".join(label.text() for label in exporting.findChildren(QLabel))
    exporting.reject()

    window.bench.close_page(tab)
    assert imports() == []


def test_an_unsaved_import_is_exported_with_its_weights(qtbot: QtBot, window: MainWindow, onnx_file: Path) -> None:
    drop(window, onnx_file)
    finished(qtbot, window).accept()
    back_at(qtbot, window)
    press(qtbot, window, "Ctrl+E")
    (exporting,) = window.findChildren(ExportDialog)
    assert "From net.safetensors" in "\n".join(label.text() for label in exporting.findChildren(QLabel))
    assert Path(exporting.path.text()).parent == Path.home()
    exporting.reject()


def test_a_node_shows_what_it_comes_from_and_the_record_is_shown_again(
    qtbot: QtBot, window: MainWindow, onnx_file: Path
) -> None:
    drop(window, onnx_file)
    finished(qtbot, window).accept()
    tab = window.bench.tab
    assert tab is not None
    block = next(id for id, node in tab.shown.design.nodes.items() if node.layer.is_block)
    tab.select([block])
    for _ in range(2):
        window.views["show_original"].trigger()
        (shown,) = [each for each in window.findChildren(OriginalDialog) if each.isVisible()]
        assert shown.text.toPlainText().count("Conv") >= 3
        qtbot.keyClick(shown, Qt.Key.Key_Escape)
        assert not shown.isVisible()
        window.views["show_import"].trigger()
        (record,) = [each for each in window.findChildren(ImportRecordDialog) if each.isVisible()]
        assert "computes the same" in texts(record)
        record.reject()
    tab.select([])
    window.views.refresh()
    assert not window.views["show_original"].isEnabled()


def test_a_design_that_was_drawn_has_no_original(qtbot: QtBot, window: MainWindow, drawn: Design) -> None:
    tab = window.bench.open_design(drawn)
    tab.select([NodeId("expand")])
    window.views.refresh()
    assert not window.views["show_original"].isEnabled()
    assert not window.views["show_import"].isEnabled()


def test_what_is_no_network_is_told_and_another_can_be_chosen(
    qtbot: QtBot, window: MainWindow, answers: Answers, onnx_file: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "letter.onnx"
    wrong.write_text("Dear Sir or Madam")
    drop(window, wrong)
    dialog = finished(qtbot, window)
    assert dialog.stages.currentIndex() == 0
    assert "letter.onnx" in dialog.trouble.text()
    assert window.bench.tabs == ()
    assert imports() == []
    dialog.source.selectAll()
    qtbot.keyClicks(dialog.source, str(onnx_file))
    assert dialog.trouble.text() == ""
    qtbot.keyClick(dialog.source, Qt.Key.Key_Return)
    assert finished(qtbot, window).stages.currentIndex() == 2
    assert len(window.bench.tabs) == 1


def test_a_wrong_shape_is_told_before_anything_is_read(qtbot: QtBot, window: MainWindow, onnx_file: Path) -> None:
    press(qtbot, window, "Ctrl+Shift+O")
    (dialog,) = window.findChildren(ImportDialog)
    qtbot.keyClicks(dialog.source, str(onnx_file))
    qtbot.keyClicks(dialog.shapes, "three by four")
    qtbot.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    assert "write it as 1x3x224x224" in dialog.trouble.text()
    assert dialog.stages.currentIndex() == 0


def test_a_cancelled_import_leaves_nothing_and_can_be_begun_again(
    qtbot: QtBot, window: MainWindow, onnx_file: Path
) -> None:
    drop(window, onnx_file)
    (dialog,) = window.findChildren(ImportDialog)
    qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.stages.currentIndex() == 0, timeout=20_000)
    assert "nothing was brought in" in dialog.trouble.text()
    assert window.bench.tabs == ()
    qtbot.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    assert finished(qtbot, window).stages.currentIndex() == 2


def test_code_is_run_only_by_a_button_that_says_so(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    sign = tmp_path / "it ran"
    code = tmp_path / "mine.py"
    code.write_text(
        f"from pathlib import Path\nimport torch\nPath({str(sign)!r}).touch()\n"
        "def make(channels='8'):\n"
        "    return torch.nn.Sequential(torch.nn.Conv2d(3, int(channels), 1), torch.nn.ReLU6())\n"
    )
    press(qtbot, window, "Ctrl+Shift+O")
    (dialog,) = window.findChildren(ImportDialog)
    assert not dialog.danger.isVisible()
    assert not dialog.import_button.isEnabled()
    qtbot.keyClicks(dialog.source, f"{code}:make")
    assert dialog.danger.isVisible()
    assert "mine.py" in dialog.danger.text()
    assert "Run the code" in dialog.import_button.text()
    qtbot.keyClicks(dialog.shapes, "1x3x16x16")
    qtbot.keyClicks(dialog.settings, "channels=12")
    assert not sign.exists()
    qtbot.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    dialog = finished(qtbot, window)
    assert dialog.stages.currentIndex() == 2, dialog.trouble.text()
    assert sign.exists()
    assert window.bench.tabs[0].analysis.totals.parameters == 3 * 12 + 12
    (buttons,) = [each for each in dialog.findChildren(QDialogButtonBox) if each.isVisible()]
    qtbot.mouseClick(buttons.button(QDialogButtonBox.StandardButton.Close), Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
