"""At 1280×800 nothing is cut off on screens of one, one and a half and two pixels a unit, and everything has a name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.ui.cut_off import cut_off

pytestmark = pytest.mark.gui

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_the_window_and_its_dialogs_lose_nothing_and_have_names(scale: float) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "tests.ui.cut_off"],
        cwd=ROOT,
        env={**os.environ, "QT_SCALE_FACTOR": str(scale)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.stdout, finished.stderr
    found = json.loads(finished.stdout)
    assert found["scale"] == scale
    assert len(found["cut_off"]) >= 12, "each of the pages and dialogs was shown"
    assert {name: lines for name, lines in found["cut_off"].items() if lines} == {}
    assert {name: lines for name, lines in found["nameless"].items() if lines} == {}


def test_words_without_room_are_found(qtbot: QtBot) -> None:
    label = QLabel("as long as a sentence that says something")
    qtbot.addWidget(label)
    label.setFixedWidth(40)
    outer = QLabel()
    qtbot.addWidget(outer)
    label.setParent(outer)
    outer.resize(600, 100)
    outer.show()
    (line,) = cut_off(outer)
    assert "as long as a sentence" in line
