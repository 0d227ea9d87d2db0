"""Explain this number: pressed on tiles and figures, deeper and back, counted as tools count; formulas by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from designer.analysis.conventions import DESIGNER, PRESETS, count
from designer.analysis.figures.registry import figure
from designer.graph.design import NodeId
from designer.templates.networks import template
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from tests.ui.windows import FAKE_WORKER, Answers, press, shown_window

pytestmark = pytest.mark.gui

THIN = "\u202f"


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as made:
        yield made


@pytest.fixture
def tab(window: MainWindow) -> DesignTab:
    return window.bench.open_design(template("bottleneck").build())


def test_a_press_on_a_tile_explains_the_total_and_goes_deeper(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    qtbot.mouseClick(window.costs.tiles["macs"], Qt.MouseButton.LeftButton)
    dialog = window.explaining
    assert dialog.isVisible()
    assert dialog.figure is figure("macs")
    rows = [row for i in range(3) if (row := dialog.parts.topLevelItem(i)) is not None]
    assert rows[0].text(0) in ("expand", "project")
    assert sum(float(row.text(2).split(THIN)[0]) for row in rows) == pytest.approx(100, abs=0.2)
    dialog.parts.setCurrentItem(next(row for row in rows if row.text(0) == "depthwise"))
    dialog.parts.setFocus()
    qtbot.keyClick(dialog.parts, Qt.Key.Key_Return)
    # k²·C·H·W with k = 3, C = 144 at 56×56.
    assert "4\u202f064\u202f256 MACs" in dialog.formula.text()
    assert "3²" in dialog.formula.text()
    assert tab.selection == (NodeId("depthwise"),)
    qtbot.mouseClick(dialog.back_button, Qt.MouseButton.LeftButton)
    assert dialog.title.text().startswith("MACs of Bottleneck")


def test_tiles_answer_to_the_keyboard(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    window.costs.tiles["parameters"].setFocus()
    qtbot.keyClick(window.costs.tiles["parameters"], Qt.Key.Key_Return)
    assert window.explaining.figure is figure("parameters")
    assert "8\u202f832 parameters" in window.explaining.formula.text()


def test_the_selection_is_explained_by_its_key_and_by_its_figures(
    qtbot: QtBot, window: MainWindow, tab: DesignTab
) -> None:
    tab.select([NodeId("expand")])
    press(qtbot, window, "Ctrl+I")
    # C_in·C_out·H·W = 24·144·56·56.
    assert "10\u202f838\u202f016 MACs" in window.explaining.formula.text()
    window.inspector.facts.linkActivated.emit("receptive_field")
    assert window.explaining.figure is figure("receptive_field")


@pytest.mark.parametrize("row", range(len(PRESETS)), ids=[each.key for each in PRESETS])
def test_counted_as_tools_count(qtbot: QtBot, window: MainWindow, tab: DesignTab, row: int) -> None:
    qtbot.mouseClick(window.costs.tiles["macs"], Qt.MouseButton.LeftButton)
    dialog = window.explaining
    dialog.counting_box.setCurrentIndex(row)
    found = dialog.explanation()
    assert found is not None
    if PRESETS[row] is not DESIGNER:
        assert found.value == count(tab.analysis, PRESETS[row]).total
    assert dialog.words.toPlainText()


def test_it_follows_edits_and_is_copied(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    qtbot.mouseClick(window.costs.tiles["parameters"], Qt.MouseButton.LeftButton)
    dialog = window.explaining
    before = dialog.formula.text()
    tab.select([NodeId("depthwise")])
    press(qtbot, window, "M")
    qtbot.waitUntil(lambda: dialog.formula.text() != before)
    assert dialog.text().splitlines()[0] == dialog.title.text()
    assert "Not counted" in dialog.text()
    QGuiApplication.clipboard().setText(dialog.text())
