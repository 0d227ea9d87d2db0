"""Names from a file in tool tips and pictures: shown as they are written, in files that can be read."""

from __future__ import annotations

import os
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from designer.edit.edits import rename
from designer.files.design_json import load, save
from designer.graph.design import NodeId
from designer.templates.networks import template
from designer.ui.canvas.picture import PictureOptions, picture_data
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.plain_tips import plain_tip
from designer.ui.workbench.workbench import file_stem
from tests.ui.windows import FAKE_WORKER, Answers, shown_window

pytestmark = [pytest.mark.gui, pytest.mark.usefixtures("theme")]

HOSTILE = ["<img src='file:///etc/hostname'>", "<b>bold</b> & more", "a\x1b[31m\x00", "\ud83d", "\u202egnp.exe", "\f"]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_tip_is_what_is_written(name: str) -> None:
    shown = plain_tip(name)
    shown.encode()
    assert not any(ord(letter) < 32 for letter in shown)
    assert "<img" not in shown
    assert "<b>" not in shown
    assert len(plain_tip(name * 5000)) < 25_000


def test_names_in_the_window_have_plain_tips(qtbot: QtBot, settings: Settings, theme: Theme) -> None:
    picture = "<img src='file:///etc/hostname'>"
    design = rename(template("bottleneck").build(), NodeId("expand"), picture).renamed(picture * 3)
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as window:
        tab = window.bench.open_design(design)
        QApplication.processEvents()
        tips = [window.strip.bar.tabToolTip(0)]
        canvas = tab.canvas
        at = canvas.mapFromScene(tab.scene.nodes[NodeId("expand")].sceneBoundingRect().center())
        QApplication.sendEvent(
            canvas.viewport(), QHelpEvent(QEvent.Type.ToolTip, at, canvas.viewport().mapToGlobal(at))
        )
        tips.append(QToolTip.text())
        QToolTip.hideText()
        assert all("&lt;img" in tip for tip in tips), tips
        assert not any("<img" in tip for tip in tips)


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_picture_with_any_name_is_well_formed(name: str) -> None:
    design = rename(template("bottleneck").build(), NodeId("expand"), name).renamed(name)
    data = picture_data(design, None, ".svg", PictureOptions(has_legend=True))
    ElementTree.fromstring(data)


@pytest.mark.parametrize("letter", ["层", "🙂", "é", "n"])
def test_a_long_name_of_any_letters_is_a_files(letter: str, tmp_path: Path) -> None:
    design = template("bottleneck").build().renamed(letter * 78 * 3)
    path = tmp_path / f"{file_stem(design)}.design.json"
    for _ in range(2):
        save(design, path)
    assert load(path) == design
    assert os.listdir(tmp_path) == [path.name]


def test_a_name_as_long_as_the_system_takes_is_saved(tmp_path: Path) -> None:
    path = tmp_path / f"{'层' * 78}.design.json"
    save(template("bottleneck").build(), path)
    save(template("separable").build(), path)
    assert load(path) == template("separable").build()
