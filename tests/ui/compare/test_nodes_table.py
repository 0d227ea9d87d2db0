"""Node by node: what stands in the columns of a design, and which node a click chooses."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from designer import wording
from designer.analysis.analysis import analyse
from designer.analysis.node_table import node_table
from designer.edit.edits import delete, set_parameter
from designer.graph.design import Design, NodeId
from designer.ui.compare.nodes_table import COLUMNS, NodesTable

pytestmark = pytest.mark.gui

AREA = 56 * 56


@pytest.fixture
def table(qtbot: QtBot, sketch: Design) -> NodesTable:
    """A: 24 → pointwise 144 → depthwise 3×3; B: with a pointwise of 96; C: without the depthwise."""
    narrow = set_parameter(sketch, [NodeId("expand")], "out_channels", 96)
    short = delete(sketch, [NodeId("depthwise")])
    made = NodesTable()
    qtbot.addWidget(made)
    made.nodes.show_rows(node_table([analyse(each) for each in (sketch, narrow, short)]), 3, 0)
    made.resize(1400, 400)
    with qtbot.waitExposed(made):
        made.show()
    return made


def cells(table: NodesTable, row: int) -> list[str]:
    return [str(table.nodes.data(table.nodes.index(row, column))) for column in range(table.nodes.columnCount())]


def row_of(table: NodesTable, id: str) -> int:
    return next(index for index, row in enumerate(table.nodes.rows) if row.cells[0].id == id)


def test_headings_have_letters_of_designs_and_names_of_nodes(table: NodesTable) -> None:
    top = [table.nodes.headerData(each, Qt.Orientation.Horizontal) for each in range(9)]
    assert top == [f"{letter} {column}" for letter in "ABC" for column in COLUMNS]
    left = [table.nodes.headerData(each, Qt.Orientation.Vertical) for each in range(4)]
    assert left == [row.title for row in table.nodes.rows]


def test_what_changed_says_the_field_and_by_how_much_it_is_less(table: NodesTable) -> None:
    a_name, _a_parameters, a_macs, b_name, b_parameters, b_macs = cells(table, row_of(table, "expand"))[:6]
    assert a_name == "expand"
    assert "−" not in a_macs, "the baseline differs from nothing"
    assert b_name == "expand  out channels 144 → 96"
    assert b_macs.startswith("7.23\u202fM  −"), f"24 × 96 × {AREA}"
    assert b_parameters.split("  ")[1].startswith("−1")


def test_what_is_missing_says_what_it_saves(table: NodesTable) -> None:
    name, parameters, macs = cells(table, row_of(table, "depthwise"))[6:]
    assert name == wording.UNKNOWN
    assert macs.startswith("−4.06\u202fM"), f"9 × 144 × {AREA}"
    assert parameters.startswith("−1")


def test_what_is_the_same_has_no_difference_in_any_design(table: NodesTable) -> None:
    assert not [cell for cell in cells(table, row_of(table, "input")) if "−" in cell or "+" in cell]


def test_a_click_and_the_arrow_keys_choose_a_node_of_a_design(qtbot: QtBot, table: NodesTable) -> None:
    chosen: list[tuple[int, str]] = []
    table.node_chosen.connect(lambda column, node: chosen.append((column, node)))
    row = row_of(table, "expand")
    at = table.visualRect(table.nodes.index(row, 4)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert chosen == [(1, "expand")]
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert chosen[-1] == (1, "depthwise")
    for _ in range(3):
        qtbot.keyClick(table, Qt.Key.Key_Right)
    assert [column for column, _node in chosen] == [1, 1, 1], "C has no such node, and none is chosen"
