"""A window with a comparison of bottlenecks in it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.templates.networks import template
from designer.ui.compare.page import ComparePage
from designer.ui.main_window import MainWindow
from designer.ui.settings import Settings
from designer.ui.theme import Theme
from designer.ui.worker_client import WorkerClient
from tests.ui.windows import Answers, shown_window

FAKE = (sys.executable, str(Path(__file__).parents[1] / "fake_worker.py"))


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE), answers, (1600, 1000)) as made:
        yield made


@pytest.fixture
def page(window: MainWindow) -> ComparePage:
    """A: separable, B: bottleneck with t = 6, C: with t = 4."""
    for design in (
        template("separable").build(),
        template("bottleneck").build(),
        template("bottleneck").build(expansion=4.0),
    ):
        window.bench.open_design(design)
    made = window.bench.compare_tabs()
    QApplication.processEvents()
    assert isinstance(made, ComparePage)
    return made
