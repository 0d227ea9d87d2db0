"""Measuring from the window: conditions that are offered, and the roofline; through a small process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.edit.document import Command
from designer.edit.edits import set_parameter
from designer.graph.design import Design, NodeId
from designer.measurement.options import BackendConfiguration, ElementType, MemoryFormat
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from tests.ui.windows import FAKE_WORKER, Answers, shown_window

pytestmark = pytest.mark.gui


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers, sketch: Design) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), answers) as made:
        made.bench.open_design(sketch)
        made.worker.start()
        qtbot.waitUntil(lambda: bool(made.status._offers), timeout=10_000)
        yield made


def test_what_the_device_has_is_offered_and_what_it_lacks_says_why(window: MainWindow) -> None:
    window.status._fill_menu()
    entries = {action.text(): action for action in window.status._menu.actions()}
    assert entries["PyTorch, folded"].isEnabled()
    absent = entries["OpenVINO — openvino is not installed"]
    assert not absent.isEnabled()
    entries["PyTorch, folded"].trigger()
    entries["bfloat16"].trigger()
    entries["last"].trigger()
    assert window.settings.measuring == BackendConfiguration(
        dtype=ElementType.BFLOAT16, memory_format=MemoryFormat.CHANNELS_LAST, backend="folded"
    )
    assert "PyTorch, folded" in window.status.conditions.text()


def test_every_option_has_its_part_of_the_menu(window: MainWindow) -> None:
    window.status._fill_menu()
    headings = [action.text() for action in window.status._menu.actions() if action.font().bold()]
    assert headings == [parameter.label for parameter in BackendConfiguration.parameters]


def test_the_roofline_is_drawn_said_and_grows_old(qtbot: QtBot, window: MainWindow) -> None:
    window.charts_dock.show()
    tab = window.charts.roofline
    window.charts.tabs.setCurrentWidget(tab)
    QApplication.processEvents()
    qtbot.mouseClick(tab.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.report is not None, timeout=10_000)
    assert "depthwise (depthwise) has" in tab.words.text() or "1 node memory bound" in tab.words.text()
    assert not tab.chart.is_stale
    tab.chart.clicked_at.emit(2.0, 1e10)
    design_tab = window.bench.tab
    assert design_tab is not None
    assert design_tab.selection == (NodeId("depthwise"),)
    design_tab.document.apply(Command("Widen", lambda d: set_parameter(d, [NodeId("expand")], "out_channels", 96)))
    qtbot.waitUntil(lambda: tab.chart.is_stale, timeout=20_000)
