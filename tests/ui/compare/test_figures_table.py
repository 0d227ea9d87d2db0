"""The table of figures by itself: what stands in its cells, and what keys, clicks and its menus ask for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QHeaderView, QMenu
from pytestqt.qtbot import QtBot

from designer.analysis.compare import Comparison, Row
from designer.ui.compare.figures_table import BEST_MARK, OVER_MARK, FiguresTable, cell_text

pytestmark = pytest.mark.gui

MACS = Row("macs", "MACs", "", (100, 50), ("100", "50"), (1.0, 0.5), 1, 60, (True, False))
RESIDUAL = Row("residual", "Residual", "", (False, True), ("no", "yes"), (None, None), None)
LATENCY = Row("latency_s", "Latency", "s", (0.1, None), ("100 ms", "?"), (1.0, None), None, notes=("", "noisy"))


@pytest.fixture
def table(qtbot: QtBot) -> FiguresTable:
    made = FiguresTable()
    qtbot.addWidget(made)
    made.figures.show_comparison(Comparison(("first", "second"), (MACS, RESIDUAL, LATENCY)), (MACS, RESIDUAL, LATENCY))
    made.resize(900, 400)
    with qtbot.waitExposed(made):
        made.show()
    return made


def heard(table: FiguresTable) -> list[tuple[object, ...]]:
    """What is asked for from now on, by the signal's name."""
    found: list[tuple[object, ...]] = []
    for name in (
        "budget_asked",
        "hide_asked",
        "move_asked",
        "sort_designs_asked",
        "sort_rows_asked",
        "baseline_asked",
        "all_rows_asked",
    ):
        getattr(table, name).connect(lambda *words, name=name: found.append((name, *words)))
    return found


def place(header: QHeaderView, section: int) -> QPoint:
    """A pixel in the middle of a section."""
    along = header.sectionViewportPosition(section) + header.sectionSize(section) // 2
    across = header.size() / 2
    if header.orientation() == Qt.Orientation.Horizontal:
        return QPoint(along, across.height())
    return QPoint(across.width(), along)


def titles(menu: QMenu) -> dict[str, QAction]:
    return {action.text().replace("&", "").split("\t")[0]: action for action in menu.actions() if action.text()}


def test_a_cell_has_its_value_its_ratio_and_its_marks() -> None:
    assert cell_text(MACS, 0, baseline=0) == f"100  {OVER_MARK}", "the baseline is not held against itself"
    assert cell_text(MACS, 1, baseline=0) == f"50  ×0.500  {BEST_MARK}"
    assert cell_text(MACS, 2, baseline=0) == "B", "the last column names the best"
    assert cell_text(RESIDUAL, 1, baseline=0) == "yes", "what is no quantity has no ratio"
    assert cell_text(LATENCY, 1, baseline=0) == "?  noisy"


def test_the_headings_have_letters_names_and_budgets(table: FiguresTable) -> None:
    model = table.figures
    assert [model.headerData(each, Qt.Orientation.Horizontal) for each in range(3)] == ["A  first", "B  second", "best"]
    assert str(model.headerData(0, Qt.Orientation.Vertical)).startswith("MACs  ≤")
    assert model.headerData(1, Qt.Orientation.Vertical) == "Residual"


def test_a_double_click_on_a_heading_sorts(qtbot: QtBot, table: FiguresTable) -> None:
    asked = heard(table)
    for header, section in ((table.horizontalHeader(), 1), (table.verticalHeader(), 2)):
        qtbot.mouseDClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place(header, section))
    assert asked == [("sort_rows_asked", 1), ("sort_designs_asked", "latency_s")]


def test_keys_ask_about_the_row_they_are_on(qtbot: QtBot, table: FiguresTable) -> None:
    asked = heard(table)
    cell = table.visualRect(table.figures.index(1, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert table.currentIndex().row() == 2, "the keyboard stays on the row that moved"
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    qtbot.keyClick(table, Qt.Key.Key_Up)
    qtbot.keyClick(table, Qt.Key.Key_Up)
    qtbot.keyClick(table, Qt.Key.Key_B)
    qtbot.keyClick(table, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert asked == [("move_asked", "residual", 1), ("hide_asked", "latency_s"), ("budget_asked", "macs")]


def test_without_a_row_keys_ask_for_nothing(qtbot: QtBot, table: FiguresTable) -> None:
    asked = heard(table)
    table.setCurrentIndex(table.rootIndex())
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_B):
        qtbot.keyClick(table, key)
    assert asked == []


def test_a_right_click_offers_what_can_be_done_with_a_row_and_with_a_design(qtbot: QtBot, table: FiguresTable) -> None:
    asked = heard(table)
    for header, section, title in (
        (table.verticalHeader(), 0, "Move down"),
        (table.horizontalHeader(), 1, "Make it the baseline"),
    ):
        header.customContextMenuRequested.emit(place(header, section))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(titles(menu)[title]).center())
    assert asked == [("move_asked", "macs", 1), ("baseline_asked", 1)]


def test_a_budget_is_offered_only_where_a_figure_can_have_one(table: FiguresTable) -> None:
    assert "Set budget…" in titles(table.menu_for(0, is_row=True))
    assert "Set budget…" not in titles(table.menu_for(1, is_row=True))
    assert list(titles(table.menu_for(2, is_row=False))) == ["Show all rows in their own order"], "no design is there"


def test_what_breaks_a_budget_is_in_red_and_its_tip_has_the_whole(table: FiguresTable) -> None:
    model = table.figures
    red = [
        (row, column)
        for row in range(3)
        for column in range(3)
        if model.data(model.index(row, column), Qt.ItemDataRole.ForegroundRole) is not None
    ]
    assert red == [(0, 0)]
    assert "budget 60" in str(model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole))


def test_other_figures_in_the_same_rows_leave_the_keyboard_where_it_is(table: FiguresTable) -> None:
    table.setCurrentIndex(table.figures.index(1, 1))
    table.figures.show_comparison(Comparison(("first", "other"), (MACS, RESIDUAL)), (MACS, RESIDUAL, LATENCY))
    assert (table.currentIndex().row(), table.currentIndex().column()) == (1, 1)
    assert table.figures.headerData(1, Qt.Orientation.Horizontal) == "B  other"
    table.figures.show_comparison(Comparison(("first", "other"), (MACS, RESIDUAL)), (RESIDUAL,))
    assert table.figures.rowCount() == 1
    assert not table.currentIndex().isValid()
