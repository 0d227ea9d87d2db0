"""Unsaved work after a kill, with a real process that is killed, and what happens where copies cannot be written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.edit.document import Command
from designer.edit.edits import rename, set_parameter
from designer.files import design_json
from designer.graph.design import Design, NodeId
from designer.ui.dialogs.recovery_dialog import RecoveryDialog
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.application import offer_recovery
from designer.ui.shell.main_window import MainWindow
from designer.ui.workbench.recovery_watch import RecoveryWatch
from tests.ui.windows import FAKE_WORKER, Answers, shown_window

pytestmark = pytest.mark.gui

ROOT = Path(__file__).resolve().parents[3]
KILLED = """
import sys
from pathlib import Path
from PySide6.QtCore import QSettings, QTimer, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from designer.graph.design import NodeId
from designer.ui.shell.main_window import MainWindow
from designer.ui.workbench.recovery_watch import RecoveryWatch
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme

app = QApplication([])
settings = Settings(QSettings(sys.argv[1] + "/settings.ini", QSettings.Format.IniFormat))
settings.live = False
window = MainWindow(settings, Theme(app))
watch = RecoveryWatch(window.bench, Path(sys.argv[1]) / "data")
window.show()
tab = window.bench.open_path(Path(sys.argv[2]))
tab.select([NodeId("expand")])
box = window.inspector.fields["out_channels"].editor
box.setFocus()
box.selectAll()
QTest.keyClicks(box, "96")
# The timer writes by itself; nobody is told when, so it is looked for.
def look():
    if any((Path(sys.argv[1]) / "data").rglob("*.design.json")):
        print("kept", flush=True)
timer = QTimer()
timer.timeout.connect(look)
timer.start(100)
app.exec()
"""


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as made:
        yield made


def channels(design: Design) -> int:
    value: int = design.nodes[NodeId("expand")].layer.out_channels  # type: ignore[attr-defined]  # a pointwise
    return value


@pytest.mark.slow
def test_work_survives_a_kill_and_the_file_stays_as_it_was(
    qtbot: QtBot, window: MainWindow, sketch: Design, tmp_path: Path
) -> None:
    path = tmp_path / "mine.design.json"
    design_json.save(sketch, path)
    kept = path.read_bytes()
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), str(path)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "kept"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()

    watch = RecoveryWatch(window.bench, tmp_path / "data")
    offer_recovery(window, watch)
    (dialog,) = window.findChildren(RecoveryDialog)
    row = dialog.list.topLevelItem(0)
    assert row is not None
    assert [row.text(0), row.text(1)] == ["sketch", "4"]
    assert str(path) in row.text(3)
    qtbot.mouseClick(dialog.restore_button, Qt.MouseButton.LeftButton)
    tab = window.bench.tab
    assert tab is not None
    assert channels(tab.document.design) == 96
    assert tab.document.path == str(path)
    assert not tab.document.is_saved
    assert path.read_bytes() == kept
    assert watch.abandoned() == ()
    watch.close()
    assert not list((tmp_path / "data").rglob("*.design.json"))


def edited(window: MainWindow, sketch: Design) -> None:
    tab = window.bench.open_design(sketch)
    tab.document.apply(Command("Narrow", lambda d: set_parameter(d, [NodeId("expand")], "out_channels", 96)))


def copies(folder: Path) -> list[Path]:
    return list(folder.rglob("*.design.json"))


def test_a_copy_is_there_exactly_while_there_is_unsaved_work(
    window: MainWindow, sketch: Design, tmp_path: Path
) -> None:
    watch = RecoveryWatch(window.bench, tmp_path)
    edited(window, sketch)
    watch.look()
    (copy,) = copies(tmp_path)
    assert channels(design_json.load(copy)) == 96
    tab = window.bench.tab
    assert tab is not None
    tab.document.mark_saved(str(tmp_path / "x"))
    watch.look()
    assert copies(tmp_path) == []
    tab.document.apply(Command("Name", lambda d: rename(d, NodeId("expand"), "wide")))
    watch.look()
    tab.document.mark_saved()
    window.bench.close_page(tab)
    assert copies(tmp_path) == []
    watch.close()


def test_what_another_window_has_open_is_not_offered(window: MainWindow, sketch: Design, tmp_path: Path) -> None:
    first = RecoveryWatch(window.bench, tmp_path)
    edited(window, sketch)
    first.look()
    second = RecoveryWatch(window.bench, tmp_path)
    assert second.abandoned() == ()
    second.close()
    first.close()


def test_where_nothing_can_be_written_it_is_said_once_and_work_goes_on(
    window: MainWindow, sketch: Design, tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    said: list[str] = []
    window.bench.status_message.connect(said.append)
    watch = RecoveryWatch(window.bench, tmp_path / "data")
    edited(window, sketch)
    QApplication.processEvents()
    assert [words for words in said if words.startswith("Unsaved work is not being copied")] == said[:1]
    assert watch.abandoned() == ()
    watch.close()


def test_discarded_work_is_gone(qtbot: QtBot, window: MainWindow, sketch: Design, tmp_path: Path) -> None:
    left = tmp_path / "recovery" / "1-dead"
    left.mkdir(parents=True)
    design_json.save(sketch, left / "1.design.json")
    watch = RecoveryWatch(window.bench, tmp_path)
    offer_recovery(window, watch)
    (dialog,) = window.findChildren(RecoveryDialog)
    qtbot.mouseClick(dialog.discard_button, Qt.MouseButton.LeftButton)
    assert watch.abandoned() == ()
    assert not dialog.isVisible()
    watch.close()


def test_a_damaged_copy_is_shown_with_its_place_and_goes_only_by_choice(
    window: MainWindow, qtbot: QtBot, sketch: Design, tmp_path: Path
) -> None:
    left = tmp_path / "data" / "recovery" / "4711-dead"
    left.mkdir(parents=True)
    (left / "1.design.json").write_text('{"format": "bottleneck-desig')
    watch = RecoveryWatch(window.bench, tmp_path / "data")
    offer_recovery(window, watch)
    (dialog,) = window.findChildren(RecoveryDialog)
    row = dialog.list.topLevelItem(0)
    assert row is not None
    assert row.text(0) == "damaged, cannot be read"
    assert row.text(3) == str(left / "1.design.json")
    assert row.checkState(0) == Qt.CheckState.Unchecked
    qtbot.mouseClick(dialog.discard_button, Qt.MouseButton.LeftButton)
    assert (left / "1.design.json").exists()

    offer_recovery(window, watch)
    again = window.findChildren(RecoveryDialog)[-1]
    row = again.list.topLevelItem(0)
    assert row is not None
    row.setCheckState(0, Qt.CheckState.Checked)
    qtbot.mouseClick(again.restore_button, Qt.MouseButton.LeftButton)
    assert "Cannot be restored" in again.trouble.text()
    qtbot.mouseClick(again.discard_button, Qt.MouseButton.LeftButton)
    assert not left.exists()
    watch.close()
