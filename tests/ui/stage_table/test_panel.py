"""The stage table in its dock by real keys and mouse: each edit is one undo step that the canvas follows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from designer.graph.design import Design, NodeId
from designer.layers.endpoints import Input
from designer.stage_table.columns import Column
from designer.stage_table.knobs import resolution_of
from designer.templates.networks import template
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.stage_table.model import COLUMNS
from designer.ui.stage_table.view import StageView
from designer.ui.views.design_tab import DesignTab
from tests.ui.windows import FAKE_WORKER, Answers, press, shown_window

pytestmark = pytest.mark.gui


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers(), (1500, 950)) as made:
        yield made


@pytest.fixture
def shown(qtbot: QtBot, window: MainWindow) -> tuple[DesignTab, StageView]:
    return opened(qtbot, window, template("mobilenet_v2").build())


def opened(qtbot: QtBot, window: MainWindow, design: Design) -> tuple[DesignTab, StageView]:
    """A design with the keyboard in its stage table."""
    tab = window.bench.open_design(design)
    QApplication.processEvents()
    press(qtbot, window, "Shift+F7")
    view = window.stages.view
    qtbot.waitUntil(view.hasFocus)
    return tab, view


def text_at(view: StageView, row: int, column: Column) -> str:
    return str(view.model().index(row, COLUMNS.index(column)).data())


def row_with(view: StageView, c: str) -> int:
    return next(row for row in range(view.model().rowCount()) if text_at(view, row, Column.C) == c)


def stand_at(qtbot: QtBot, view: StageView, row: int, column: Column, shift: bool = False) -> None:
    """Click at a cell."""
    index = view.model().index(row, COLUMNS.index(column))
    view.scrollTo(index)
    modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, view.visualRect(index).center())


def type_over(qtbot: QtBot, view: StageView, text: str) -> None:
    """Type into the cell that has the keyboard."""
    qtbot.keyClick(view, Qt.Key.Key_Return)
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit)
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    QApplication.processEvents()


def test_a_typed_cell_is_one_step_on_the_canvas_and_undo_takes_it_back(
    qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, StageView]
) -> None:
    tab, view = shown
    before, steps = tab.document.design, len(tab.document.history)
    row = row_with(view, "64")
    stand_at(qtbot, view, row, Column.T)
    assert set(tab.selection) == set(window.stages.model.row(row).ids)
    type_over(qtbot, view, "4")
    assert len(tab.document.history) == steps + 1
    assert tab.document.undo_label == f"Set t of row {row + 1}"
    ids = window.stages.model.row(row).ids
    assert {tab.document.design.nodes[id].layer.data["expansion"] for id in ids} == {4.0}
    assert text_at(view, row, Column.T) == "4"
    press(qtbot, window, "Ctrl+Z")
    assert tab.document.design == before
    assert text_at(view, row, Column.T) == "6"


def test_n_by_keys_adds_blocks_and_a_wrong_value_is_said(
    qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, StageView]
) -> None:
    tab, view = shown
    row, nodes = row_with(view, "96"), len(tab.document.design.nodes)
    stand_at(qtbot, view, row, Column.N)
    type_over(qtbot, view, "5")
    assert len(tab.document.design.nodes) == nodes + 2
    assert tab.analysis.is_valid
    stand_at(qtbot, view, row, Column.N)
    type_over(qtbot, view, "0")
    assert len(tab.document.design.nodes) == nodes + 2
    assert window.stages.trouble.isVisible()
    assert "n is '0'" in window.stages.trouble.text()


def test_fill_down_delete_move_and_copy_by_keys(
    qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, StageView]
) -> None:
    tab, view = shown
    first, last = row_with(view, "64"), row_with(view, "160")
    stand_at(qtbot, view, first, Column.T)
    type_over(qtbot, view, "3")
    stand_at(qtbot, view, first, Column.T)
    stand_at(qtbot, view, last, Column.T, shift=True)
    press(qtbot, window, "Ctrl+D")
    assert [text_at(view, row, Column.T) for row in range(first, last + 1)] == ["3"] * (last - first + 1)
    stand_at(qtbot, view, first, Column.C)
    press(qtbot, window, "Alt+Down")
    assert [text_at(view, row, Column.C) for row in (first, first + 1)] == ["96", "64"]
    rows = view.model().rowCount()
    press(qtbot, window, "Del")
    assert view.model().rowCount() == rows - 1
    assert "64" not in [text_at(view, row, Column.C) for row in range(rows - 1)]
    for _ in range(4):
        press(qtbot, window, "Ctrl+Z")
    assert tab.document.design == template("mobilenet_v2").build()


def test_a_row_is_dragged_by_its_number(qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, StageView]) -> None:
    tab, view = shown
    row = row_with(view, "96")
    side = view.verticalHeader()
    view.scrollTo(view.model().index(row + 1, 0))
    QApplication.processEvents()

    def middle(place: int) -> QPoint:
        return QPoint(side.width() // 2, side.sectionViewportPosition(place) + side.sectionSize(place) // 2)

    start, end = middle(row), middle(row + 1) + QPoint(0, side.sectionSize(row) // 3)
    qtbot.mousePress(side.viewport(), Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        qtbot.mouseMove(side.viewport(), start + (end - start) * step / 5)
        QApplication.processEvents()
    qtbot.mouseRelease(side.viewport(), Qt.MouseButton.LeftButton, pos=end)
    assert [text_at(view, place, Column.C) for place in (row, row + 1)] == ["160", "96"]
    assert tab.document.undo_label == f"Move row {row + 1}"
    press(qtbot, window, "Ctrl+Z")
    assert text_at(view, row, Column.C) == "96"


def test_rows_are_pasted_and_the_table_is_copied(
    qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, StageView]
) -> None:
    tab, view = shown
    row = row_with(view, "96")
    stand_at(qtbot, view, row, Column.C)
    QGuiApplication.clipboard().setText("142 × 96 bottleneck 3 104 2 1")
    press(qtbot, window, "Ctrl+V")
    assert text_at(view, row + 1, Column.C) == "104"
    assert tab.document.undo_label == "Paste rows"
    QGuiApplication.clipboard().setText("142 × 96 frobnicate 3 104 2 1")
    steps = len(tab.document.history)
    stand_at(qtbot, view, row, Column.C)
    press(qtbot, window, "Ctrl+V")
    assert len(tab.document.history) == steps
    assert "line 1: no operator is called 'frobnicate'" in window.stages.trouble.text()
    press(qtbot, window, "Ctrl+C")
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t")[:6] == ["Input", "Operator", "t", "c", "n", "s"]
    assert "\t104\t2\t" in lines[row + 2]


def test_the_papers_table_pasted_into_an_empty_design_is_the_network(qtbot: QtBot, window: MainWindow) -> None:
    tab, _view = opened(qtbot, window, Design.build("new", [], []))
    QGuiApplication.clipboard().setText("2242 × 3 conv2d - 32 1 2\n1122 × 32 bottleneck 1 16 1 1\n")
    press(qtbot, window, "Ctrl+V")
    assert [node.layer.key for node in tab.document.design.nodes.values()] == [
        "input",
        "conv_block",
        "bottleneck",
        "output",
    ]
    assert len(tab.document.history) == 1


def test_the_knobs_are_one_step(qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, StageView]) -> None:
    tab, view = shown
    for name, text in (("width", "0.5"), ("resolution", "160")):
        field = window.stages.fields[name]
        line = field.editor.findChild(QLineEdit)
        assert line is not None
        line.selectAll()
        qtbot.keyClicks(line, text)
    qtbot.mouseClick(window.stages.apply, Qt.MouseButton.LeftButton)
    assert resolution_of(tab.document.design) == 160
    known = template("mobilenet_v2").build(width=0.5, resolution=160)
    for id, node in known.nodes.items():
        if node.layer.key == "bottleneck":
            assert tab.document.design.nodes[id].layer == node.layer
    assert len(tab.document.history) == 1
    view.setFocus()
    press(qtbot, window, "Ctrl+Z")
    assert isinstance(tab.document.design.nodes[NodeId("input")].layer, Input)
    assert resolution_of(tab.document.design) == 224


def test_another_tab_has_its_own_table(qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, StageView]) -> None:
    first, view = shown
    rows = view.model().rowCount()
    second = window.bench.open_design(template("bottleneck").build())
    QApplication.processEvents()
    assert view.model().rowCount() != rows
    reasons = [row.reason for row in window.stages.model.table.rows if row.reason]
    assert "joins 2 tensors" in reasons[0]
    view.setFocus()
    stand_at(qtbot, view, 0, Column.C)
    type_over(qtbot, view, "96")
    assert (len(first.document.history), len(second.document.history)) == (0, 1)
    window.bench.turn_to(first)
    assert view.model().rowCount() == rows


def test_the_menu_copies_latex(qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, StageView]) -> None:
    _tab, view = shown
    stand_at(qtbot, view, 1, Column.C)
    qtbot.keyClick(view, Qt.Key.Key_Menu)
    menu = window.stages.menu
    assert isinstance(menu, QMenu)
    qtbot.waitUntil(menu.isVisible)
    action = next(each for each in menu.actions() if each.text() == "Copy table as LaTeX")
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    assert r"\toprule" in QGuiApplication.clipboard().text()


def test_the_key_again_puts_it_away(qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, StageView]) -> None:
    assert window.stages_dock.isVisible()
    press(qtbot, window, "Shift+F7")
    assert not window.stages_dock.isVisible()
