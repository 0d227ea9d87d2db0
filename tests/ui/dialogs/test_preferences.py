"""Preferences: each choice is applied at once, kept, and shown again; letters and numbers from the next start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from designer import wording
from designer.templates.networks import template
from designer.ui.canvas.picture import print_on
from designer.ui.dialogs.preferences_dialog import PreferencesDialog
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.application import _write_as_liked
from designer.ui.shell.main_window import MainWindow
from designer.ui.workbench.recovery_watch import RecoveryWatch
from tests.ui.windows import FAKE_WORKER, Answers, press, shown_window

pytestmark = pytest.mark.gui


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as made:
        made.bench.open_design(template("bottleneck").build())
        yield made


def opened(qtbot: QtBot, window: MainWindow) -> PreferencesDialog:
    press(qtbot, window, "Ctrl+,")
    (dialog,) = [each for each in window.findChildren(PreferencesDialog) if each.isVisible()]
    return dialog


def test_each_choice_is_applied_at_once_and_shown_the_next_time(qtbot: QtBot, window: MainWindow) -> None:
    tab = window.bench.tab
    assert tab is not None
    other = window.bench.open_design(template("separable").build())
    window.bench.latency.set_live(True)
    dialog = opened(qtbot, window)
    dialog.theme.setCurrentIndex(dialog.theme.findData("dark"))
    assert window.palette().window().color().lightness() < 128
    dialog.wheel.setCurrentIndex(dialog.wheel.findData(False))
    assert not tab.canvas.wheel_zooms
    assert not other.canvas.wheel_zooms
    for field in (dialog.minimap, dialog.snaps, dialog.animations, dialog.live):
        qtbot.mouseClick(field, Qt.MouseButton.LeftButton, pos=QPoint(8, field.height() // 2))
    settings = window.settings
    assert not any((settings.minimap, settings.snaps, settings.animations, settings.live))
    dialog.reject()
    again = opened(qtbot, window)
    assert again.theme.currentData() == "dark"
    assert again.wheel.currentData() is False
    assert not any(field.isChecked() for field in (again.minimap, again.snaps, again.animations, again.live))
    assert any(wording.memory(256_000_000) in label.text() for label in again.findChildren(QLabel)), "how far undo goes"


def test_the_time_between_copies_is_the_one_chosen(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    watch = RecoveryWatch(window.bench, tmp_path)
    dialog = opened(qtbot, window)
    dialog.autosave.setFocus()
    editor = dialog.autosave.editor
    qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(editor, "120")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert window.settings.autosave_s == 120
    tab = window.bench.tab
    assert tab is not None
    autosave = watch._watched[tab]
    assert autosave._interval_s() == 120
    watch.close()


def test_letters_and_numbers_are_as_liked_from_the_next_start(qtbot: QtBot, window: MainWindow) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    before = application.font()
    window.settings.text_percent = 150
    window.settings.thousands = "comma"
    try:
        _write_as_liked(application, window.settings)
        assert application.font().pointSizeF() == pytest.approx(before.pointSizeF() * 1.5)
        assert wording.count(1_234_567) == "1,234,567"
        window.settings.thousands = "none"
        application.setFont(before)
        _write_as_liked(application, window.settings)
        assert wording.count(1_234_567) == "1234567"
    finally:
        application.setFont(before)
        wording.group_digits_by(wording.THIN_SPACE)


def test_a_click_on_the_zoom_offers_scales(qtbot: QtBot, window: MainWindow) -> None:
    tab = window.bench.tab
    assert tab is not None
    menu = window.status.zoom.menu()
    assert menu is not None
    for _ in range(2):
        for action in menu.actions():
            if action.text().endswith("%"):
                action.trigger()
                scale = int(action.text().split()[0])
                assert tab.canvas.zoom == pytest.approx(scale / 100)
                assert window.status.zoom.text() == f"{scale} %"


def test_what_is_printed_is_one_page(window: MainWindow, tmp_path: Path) -> None:
    for design in (template("bottleneck").build(), template("mobilenet_v2").build()):
        printer = QPrinter(QPrinter.PrinterMode.ScreenResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / "page.pdf"))
        print_on(printer, design, None)
        content = (tmp_path / "page.pdf").read_bytes()
        assert content.startswith(b"%PDF")
        assert content.count(b"/Type /Page\n") == 1
    window.views["print"].trigger()
    (dialog,) = window.findChildren(QPrintDialog)
    dialog.reject()
