"""A window with a bottleneck in it, and its illustration."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.graph.design import Design, NodeId
from designer.layers.blocks import Bottleneck
from designer.layers.endpoints import Input, Output
from designer.ui.illustrate.page import IllustratePage
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from tests.small_designs import row
from tests.ui.windows import FAKE_WORKER, Answers, press, shown_window


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), answers, (1600, 1000)) as made:
        yield made


def one_block() -> Design:
    """24×56² through a bottleneck, called ``block``."""
    return row(Input(24, 56, 56), Bottleneck(6, 24), Output(), names=["input", "block", "output"])


def illustrated(qtbot: QtBot, window: MainWindow, design: Design, *selected: str) -> IllustratePage:
    """The page that F8 opens of a design with these nodes selected."""
    tab = window.bench.open_design(design)
    QApplication.processEvents()
    tab.select(map(NodeId, selected))
    tab.setFocus()
    press(qtbot, window, "F8")
    page = window.bench.page
    assert isinstance(page, IllustratePage)
    qtbot.waitUntil(lambda: page.scene is not None or bool(page.view.words))
    return page


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> IllustratePage:
    """Of the bottleneck."""
    return illustrated(qtbot, window, one_block(), "block")
