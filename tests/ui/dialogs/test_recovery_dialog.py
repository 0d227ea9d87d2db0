"""What a killed program left: restored as far as it is chosen, left for later, or told why it cannot be had."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from designer.files import design_json
from designer.files.recovery import RecoveryCopy
from designer.graph.design import Design
from designer.ui.dialogs.recovery_dialog import RecoveryDialog
from designer.ui.shell.main_window import MainWindow
from designer.ui.workbench.recovery_watch import RecoveryWatch

pytestmark = pytest.mark.gui


@pytest.fixture
def watch(window: MainWindow, sketch: Design, tmp_path: Path) -> Iterator[RecoveryWatch]:
    """Of a program that finds two designs of another one, which is no more."""
    left = tmp_path / "left" / "recovery" / "4711-dead"
    left.mkdir(parents=True)
    for number, name in enumerate(("first", "second")):
        path = left / f"{number}.design.json"
        design_json.save(sketch.renamed(name), path)
        os.utime(path, (1_700_000_000 - number, 1_700_000_000 - number))  # the first was kept last
    made = RecoveryWatch(window.bench, tmp_path / "left")
    yield made
    made.close()


def opened(window: MainWindow, watch: RecoveryWatch, copies: tuple[RecoveryCopy, ...] | None = None) -> RecoveryDialog:
    dialog = RecoveryDialog(watch, watch.abandoned() if copies is None else copies, watch.damaged(), window)
    dialog.open()
    return dialog


def take_away(qtbot: QtBot, dialog: RecoveryDialog, row: int) -> None:
    """Take the tick of a row away, by the keyboard."""
    qtbot.keyClick(dialog.list, Qt.Key.Key_Home)
    for _ in range(row):
        qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Space)


def names(watch: RecoveryWatch) -> list[str]:
    return [copy.name for copy in watch.abandoned()]


def test_what_is_ticked_is_opened_unsaved_and_the_rest_is_offered_again(
    qtbot: QtBot, window: MainWindow, watch: RecoveryWatch
) -> None:
    dialog = opened(window, watch)
    take_away(qtbot, dialog, 1)
    qtbot.mouseClick(dialog.restore_button, Qt.MouseButton.LeftButton)
    assert [tab.document.design.name for tab in window.bench.tabs if not tab.document.is_saved] == ["first"]
    assert names(watch) == ["second"]


def test_what_is_ticked_is_discarded_and_nothing_else(qtbot: QtBot, window: MainWindow, watch: RecoveryWatch) -> None:
    dialog = opened(window, watch)
    take_away(qtbot, dialog, 0)
    qtbot.mouseClick(dialog.discard_button, Qt.MouseButton.LeftButton)
    assert names(watch) == ["first"]


@pytest.mark.parametrize("by", ["button", "escape"])
def test_later_leaves_all_as_it_is(qtbot: QtBot, window: MainWindow, watch: RecoveryWatch, by: str) -> None:
    before = window.bench.tabs
    dialog = opened(window, watch)
    with qtbot.waitSignal(dialog.rejected):
        if by == "button":
            qtbot.mouseClick(dialog.later_button, Qt.MouseButton.LeftButton)
        else:
            qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert names(watch) == ["first", "second"]
    assert window.bench.tabs == before


def test_a_row_says_what_became_of_the_file(window: MainWindow, watch: RecoveryWatch, tmp_path: Path) -> None:
    copy = watch.abandoned()[0]
    mine, kept_at = tmp_path / "mine.design.json", copy.saved_at.timestamp()

    def said(original: Path | None) -> str:
        dialog = opened(window, watch, (replace(copy, original=original),))
        row = dialog.list.topLevelItem(0)
        assert row is not None
        assert row.text(2) == datetime.fromtimestamp(kept_at).strftime("%Y-%m-%d %H:%M:%S")
        words = row.text(3).replace(str(mine), "mine")
        dialog.reject()
        return words

    assert said(None) == "never saved"
    assert said(mine) == "mine, which is gone"
    mine.write_text("{}")
    os.utime(mine, (kept_at - 60, kept_at - 60))
    assert said(mine) == "mine"
    os.utime(mine, (kept_at + 60, kept_at + 60))
    assert said(mine) == "mine, which was changed since"


def test_what_cannot_be_had_is_said_and_the_dialog_stays(
    qtbot: QtBot, window: MainWindow, watch: RecoveryWatch, tmp_path: Path
) -> None:
    gone = RecoveryCopy(tmp_path / "elsewhere" / "9.design.json", "gone", None, None, datetime.now(UTC))
    dialog = opened(window, watch, (gone,))
    qtbot.mouseClick(dialog.restore_button, Qt.MouseButton.LeftButton)
    assert str(gone.path) in dialog.trouble.text()
    qtbot.mouseClick(dialog.discard_button, Qt.MouseButton.LeftButton)
    assert "still running" in dialog.trouble.text()
    assert dialog.isVisible()
