"""The charts dock follows edits while it is seen, looks old with its figure, and a click on a step shows its node."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.edit.document import Command
from designer.edit.edits import set_parameter
from designer.graph.design import Design, NodeId
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from tests.ui.windows import FAKE_WORKER, Answers, shown_window

pytestmark = pytest.mark.gui


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers(), (1280, 900)) as made:
        yield made


def test_it_follows_edits_and_a_click_shows_the_node(qtbot: QtBot, window: MainWindow, sketch: Design) -> None:
    tab = window.bench.open_design(sketch)
    window.charts_dock.show()
    panel = window.charts
    qtbot.waitUntil(lambda: panel.memory.plot is not None, timeout=20_000)
    before = panel.memory.chart
    tab.document.apply(Command("Widen", lambda d: set_parameter(d, [NodeId("expand")], "out_channels", 96)))
    qtbot.waitUntil(lambda: panel.memory.chart != before, timeout=20_000)
    QApplication.processEvents()
    plot = panel.memory.plot
    assert plot is not None
    at = plot.mapFromScene(plot.plotItem.vb.mapViewToScene(QPointF(2.5, 1e5)))
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: tab.selection == (NodeId("depthwise"),), timeout=20_000)


def test_a_figure_of_an_earlier_state_looks_old(qtbot: QtBot, window: MainWindow, sketch: Design) -> None:
    tab = window.bench.open_design(sketch)
    window.charts_dock.show()
    panel = window.charts
    panel.tabs.setCurrentWidget(panel.shares)
    window.bench.measure()
    qtbot.waitUntil(lambda: window.bench.latency.is_current, timeout=10_000)
    qtbot.waitUntil(lambda: panel.shares.chart is not None, timeout=20_000)
    assert not panel.shares.is_stale
    tab.document.apply(Command("Widen", lambda d: set_parameter(d, [NodeId("expand")], "out_channels", 96)))
    qtbot.waitUntil(lambda: panel.shares.is_stale, timeout=20_000)
