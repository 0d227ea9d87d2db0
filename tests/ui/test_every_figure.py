"""Every figure of the registry stands on every surface: one that a surface leaves out fails here, by its name."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from designer.__main__ import main
from designer.analysis.compare import Comparison, budget_keys, compare
from designer.analysis.figures.figure import Figure, Number, Scope
from designer.analysis.figures.registry import figures
from designer.analysis.measured import NOTHING_MEASURED, Latency, Measured
from designer.export.report import Subject, html_report
from designer.export.tables import csv_table, markdown
from designer.files.design_json import save
from designer.graph.design import NodeId
from designer.templates.networks import template
from designer.ui.compare.figures_table import FiguresTable
from designer.ui.dialogs.help_pages import numbers_page
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.table.columns import COLUMNS
from designer.ui.views.design_tab import DesignTab
from designer.ui.views.find_bar import FindBar
from designer.wording import UNKNOWN
from tests.measurement.samples import latency
from tests.ui.windows import FAKE_WORKER, Answers, press, shown_window

pytestmark = pytest.mark.gui

SECONDS = 0.61e-3


class House:
    """A window with one design that was measured, and what the command line, reports and Help say of the same."""

    def __init__(self, qtbot: QtBot, window: MainWindow, folder: Path, printed: Callable[[], str]) -> None:
        self.qtbot, self.window, self.folder, self._printed = qtbot, window, folder, printed
        self.tab: DesignTab = window.bench.open_design(template("bottleneck").build())
        self.analysis = self.tab.analysis
        self.node_ms = {str(id): 0.1 for id in self.tab.document.design.nodes}
        found = latency(median_ms=1000 * SECONDS, node_ms=self.node_ms)
        window.costs.show_latency(self.analysis, found, True, "live", "ok")
        self.tab.show_times(self.node_ms)
        save(self.tab.document.design, folder / "design.json")

    def comparison(self) -> Comparison:
        return compare([self.analysis] * 2, {0: Latency(SECONDS), 1: Latency(SECONDS)})

    def command(self, *words: str) -> str:
        """What a command prints about the design's file."""
        self._printed()
        first, *rest = words
        assert main([first, str(self.folder / "design.json"), *rest]) == 0
        return self._printed()


def tiles(house: House, figure: Figure) -> bool:
    """Figures of the design that have a tile: headlines, and any that is chosen in the tiles' menu."""
    panel = house.window.costs
    menu = QMenu()
    panel.add_figures(menu)
    entries = [action for action in menu.actions() if action.text() == figure.label]
    if entries and not entries[0].isChecked():
        entries[0].trigger()
    tile = panel.tiles.get(figure.key)
    return tile is not None and tile.accessibleName().startswith(f"{figure.label}: ") and tile.value.text() != UNKNOWN


def columns(house: House, figure: Figure) -> bool:
    """Columns of the table of the graph."""
    if not house.window.table_dock.isVisible():
        house.window.show_table()
    table, view = house.window.table.table, house.window.table.view
    table.show_times(house.node_ms)
    heads = [table.headerData(column, Qt.Orientation.Horizontal) for column in range(len(COLUMNS))]
    if figure.node_label not in heads:
        return False
    menu = QMenu()
    view.add_figures(menu)
    row = table.row_of((NodeId("depthwise"),))
    assert row is not None
    cell = table.index_of(row, heads.index(figure.node_label)).data()
    return cell != UNKNOWN and figure.node_label in [action.text() for action in menu.actions()]


def heat_map(house: House, figure: Figure) -> bool:
    """The heat map's menu, and its legend once it is chosen."""
    try:
        action = house.window.views[f"heat_{figure.key}"]
    except KeyError:
        return False
    action.trigger()
    legend = house.tab.canvas.legend.text
    return action.isChecked() and legend.startswith(f"{figure.node_label}: ")


def search(house: House, figure: Figure) -> bool:
    """What is typed into the find bar, and what its tool tip offers."""
    press(house.qtbot, house.window, "Ctrl+F")
    (bar,) = house.tab.canvas.findChildren(FindBar)
    house.tab.node_ms = house.node_ms
    bar.field.clear()
    house.qtbot.keyClicks(bar.field, f"{figure.key}>=0")
    return ("depthwise",) in bar.found and figure.key in bar.field.toolTip()


def comparison_table(house: House, figure: Figure) -> bool:
    """Rows of the comparison on screen."""
    table = FiguresTable()
    house.qtbot.addWidget(table)
    comparison = house.comparison()
    table.figures.show_comparison(comparison, comparison.rows)
    heads = [table.figures.headerData(row, Qt.Orientation.Vertical) for row in range(table.figures.rowCount())]
    return figure.label in heads


def comparison_files(house: House, figure: Figure) -> bool:
    """Markdown and CSV tables of a comparison."""
    comparison = house.comparison()
    keys = [row[0] for row in csv.reader(io.StringIO(csv_table(comparison)))]
    return figure.key in keys and figure.label in markdown(comparison)


def html_page(house: House, figure: Figure) -> bool:
    """The HTML report."""
    return f"<th>{figure.label}</th>" in html_report([Subject(house.analysis)] * 2, house.comparison())


def compare_command(house: House, figure: Figure) -> bool:
    """``compare`` in words and as JSON; what is measured needs a measurement, which it does not make."""
    said, data = house.command("compare"), json.loads(house.command("compare", "--json"))
    return figure.label in said and figure.key in data["designs"][0] and figure.key in data["ratios"]


def budgets(house: House, figure: Figure) -> bool:
    """What can be held to a budget: what is a quantity."""
    return figure.key in budget_keys()


def cost_command(house: House, figure: Figure) -> bool:
    """``cost`` in words and as JSON."""
    said, data = house.command("cost"), json.loads(house.command("cost", "--json"))
    return figure.title.lower() in said.lower() and data.get(figure.key) is not None


def cost_per_node(house: House, figure: Figure) -> bool:
    """The same by node."""
    said, data = house.command("cost", "--per-node"), json.loads(house.command("cost", "--per-node", "--json"))
    (node,) = (each for each in data["nodes"] if each["path"] == "depthwise")
    return figure.node_label.lower() in said.lower() and node.get(figure.key) is not None


def explanation(house: House, figure: Figure) -> bool:
    """The dialog that says where a figure comes from."""
    dialog = house.window.explaining
    row = dialog.figure_box.findText(figure.title)
    if row < 0:
        return False
    house.window.explain(figure, ())
    return dialog.figure is figure and UNKNOWN not in dialog.formula.text() and figure.counted[0] in dialog.text()


def help_page(house: House, figure: Figure) -> bool:
    """How each number is defined."""
    return f"<b>{figure.title}</b>: " in numbers_page()


def any_figure(figure: Figure) -> bool:
    return True


def is_counted(figure: Figure) -> bool:
    return not figure.is_measured


def is_quantity(figure: Figure) -> bool:
    return figure.is_quantity


SURFACES: dict[Callable[[House, Figure], bool], tuple[Scope | None, Callable[[Figure], bool]]] = {
    tiles: (Scope.DESIGN, any_figure),
    columns: (Scope.NODE, any_figure),
    heat_map: (Scope.NODE, any_figure),
    search: (Scope.NODE, any_figure),
    comparison_table: (Scope.DESIGN, any_figure),
    comparison_files: (Scope.DESIGN, any_figure),
    html_page: (Scope.DESIGN, any_figure),
    compare_command: (Scope.DESIGN, is_counted),
    budgets: (Scope.DESIGN, is_quantity),
    cost_command: (Scope.DESIGN, is_counted),
    cost_per_node: (Scope.NODE, is_counted),
    explanation: (None, is_counted),
    help_page: (None, any_figure),
}
"""Each surface, with which figures belong there."""


@pytest.fixture
def house(
    qtbot: QtBot, settings: Settings, theme: Theme, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[House]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as window:
        yield House(qtbot, window, tmp_path, lambda: capsys.readouterr().out)


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.__name__)
def test_every_figure_is_there(house: House, surface: Callable[[House, Figure], bool]) -> None:
    scope, belongs = SURFACES[surface]
    asked = [each for each in figures(scope) if belongs(each)]
    assert len(asked) > 5
    assert [each.key for each in asked if not surface(house, each)] == []


class Stranger(Figure):
    """What no registry knows."""

    key, title, label, node_label = "stranger", "Stranger", "Stranger", "Stranger"
    counted = ("nothing",)

    def of_design(self, analysis: object, measured: Measured = NOTHING_MEASURED) -> Number | None:
        return 1


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.__name__)
def test_a_figure_that_is_left_out_is_missed(house: House, surface: Callable[[House, Figure], bool]) -> None:
    assert not surface(house, Stranger())


def test_int8_activations_stand_on_every_surface() -> None:
    (new,) = (each for each in figures() if each.key == "int8_activation_bytes")
    assert new.scope is Scope.BOTH
    assert all(belongs(new) for _, belongs in SURFACES.values())
