"""Rows of the table of a graph as text for the clipboard: for spreadsheets and for Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from designer.export.grid import markdown_grid, separated
from designer.ui.table.columns import COLUMNS, Column, NodeTimes, cell_text, plain_text
from designer.ui.table.rows import Row


class TextForm(Enum):
    """How rows are written; the value is what it is called."""

    TSV = "tab-separated text"
    CSV = "CSV"
    MARKDOWN = "Markdown"


def rows_as_text(rows: Iterable[Row], form: TextForm, times: NodeTimes) -> str:
    """The rows under their headings; what is inside a block is named with the way to it."""
    listed = list(rows)
    heads = [COLUMNS[column].title for column in Column]
    if form is TextForm.MARKDOWN:
        cells = [[_shown(row, column, times) for column in Column] for row in listed]
        return markdown_grid(heads, cells, [column for column in Column if COLUMNS[column].is_number])
    body = [[_plain(row, column, times) for column in Column] for row in listed]
    return separated([heads, *body], "\t" if form is TextForm.TSV else ",")


def _shown(row: Row, column: Column, times: NodeTimes) -> str:
    return _named(row) if column is Column.NAME else cell_text(row, column, times)


def _plain(row: Row, column: Column, times: NodeTimes) -> str:
    return _named(row) if column is Column.NAME else plain_text(row, column, times)


def _named(row: Row) -> str:
    above = row.owner.above
    return f"{_named(above)} / {row.called}" if above is not None else row.called
