"""A window with a comparison of bottlenecks in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.templates.networks import template
from designer.ui.compare.page import ComparePage
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from tests.ui.windows import FAKE_WORKER, Answers, shown_window


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), answers, (1600, 1000)) as made:
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
