"""The dialog of earlier states: what git knows of a file, chosen by keys or a double click, or why nothing is there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt, QThreadPool
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from designer.files import design_json
from designer.graph.design import Design
from designer.templates.networks import template
from designer.ui.compare.revisions_dialog import RevisionsDialog

pytestmark = [pytest.mark.gui, pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")]


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", "-C", str(folder), *identity, *words], check=True)


def bottleneck(expansion: float) -> Design:
    return template("bottleneck").build(expansion=expansion)


@pytest.fixture
def holder(qtbot: QtBot) -> QWidget:
    """What the dialog belongs to."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file in a repository whose only commit knows nothing of it."""
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-qm", "begin", "--allow-empty")
    made = tmp_path / "net.design.json"
    design_json.save(bottleneck(1.0), made)
    return made


@pytest.fixture
def dialog(qtbot: QtBot, holder: QWidget, path: Path) -> RevisionsDialog:
    """Of three commits with t = 2, 4 and 6, the last first."""
    for expansion in (2.0, 4.0, 6.0):
        design_json.save(bottleneck(expansion), path)
        git(path.parent, "add", ".")
        git(path.parent, "commit", "-qm", f"t = {expansion}")
    made = opened(holder, path)
    qtbot.waitUntil(lambda: made.list.count() == 3, timeout=10_000)
    return made


def opened(holder: QWidget, path: Path) -> RevisionsDialog:
    dialog = RevisionsDialog(path, holder)
    dialog.open()
    return dialog


def chosen(dialog: RevisionsDialog) -> list[Design]:
    found: list[Design] = []
    dialog.chosen.connect(lambda designs: found.extend(design for design, _origin in designs))
    return found


def test_several_are_chosen_by_keys_and_come_in_the_lists_order(qtbot: QtBot, dialog: RevisionsDialog) -> None:
    found = chosen(dialog)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    with qtbot.waitSignal(dialog.accepted):
        qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    assert found == [bottleneck(6.0), bottleneck(4.0)]


def test_a_double_click_takes_one(qtbot: QtBot, dialog: RevisionsDialog) -> None:
    found = chosen(dialog)
    item = dialog.list.item(2)
    at = dialog.list.visualItemRect(item).center()
    qtbot.mouseClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    with qtbot.waitSignal(dialog.accepted):
        qtbot.mouseDClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert found == [bottleneck(2.0)]


def test_escape_takes_none(qtbot: QtBot, dialog: RevisionsDialog) -> None:
    found = chosen(dialog)
    with qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert found == []


def test_a_file_without_a_commit_says_so(qtbot: QtBot, holder: QWidget, path: Path) -> None:
    dialog = opened(holder, path)
    qtbot.waitUntil(lambda: dialog.trouble.text() != "Asking git…", timeout=10_000)
    assert "no commit" in dialog.trouble.text()
    assert not dialog.ok.isEnabled()


def test_a_file_outside_of_a_repository_says_so(qtbot: QtBot, holder: QWidget, tmp_path: Path) -> None:
    path = tmp_path / "net.design.json"
    design_json.save(bottleneck(1.0), path)
    dialog = opened(holder, path)
    qtbot.waitUntil(lambda: dialog.trouble.text() != "Asking git…", timeout=10_000)
    assert "repository" in dialog.trouble.text()
    assert not dialog.ok.isEnabled()


def test_a_state_that_is_no_design_is_said_and_the_dialog_stays(qtbot: QtBot, holder: QWidget, path: Path) -> None:
    path.write_text("<<<<<<< not a design")
    git(path.parent, "add", ".")
    git(path.parent, "commit", "-qm", "broken")
    dialog = opened(holder, path)
    qtbot.waitUntil(lambda: dialog.list.count() == 1, timeout=10_000)
    found = chosen(dialog)
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    assert found == []
    assert dialog.isVisible()
    assert "net.design.json" in dialog.trouble.text()


def test_leaving_before_git_has_answered_is_no_trouble(qtbot: QtBot, holder: QWidget, path: Path) -> None:
    """What is raised in the thread that asks fails the test."""
    dialog = opened(holder, path)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert QThreadPool.globalInstance().waitForDone(10_000)
