"""Rows of the table of a graph as text for the clipboard: for spreadsheets and for Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from designer.export.grid import markdown_grid, separated
from designer.ui.table.columns import COLUMNS, Column, NodeTimes, cell_text, plain_text
from designer.ui.table.rows import Row


class TextForm(Enum):
    """How rows are written; the value is what it is called."""

    TSV = "tab-separated text"
    CSV = "CSV"
    MARKDOWN = "Markdown"


def rows_as_text(rows: Iterable[Row], form: TextForm, times: NodeTimes, columns: Sequence[int]) -> str:
    """The rows under their headings; what is inside a block is named with the way to it.

    Args:
        rows: Which rows.
        form: How they are written.
        times: Measured times.
        columns: Which columns.
    """
    listed = list(rows)
    heads = [COLUMNS[column].title for column in columns]
    if form is TextForm.MARKDOWN:
        cells = [[_shown(row, column, times) for column in columns] for row in listed]
        return markdown_grid(
            heads, cells, [place for place, column in enumerate(columns) if COLUMNS[column].figure is not None]
        )
    body = [[_plain(row, column, times) for column in columns] for row in listed]
    return separated([heads, *body], "\t" if form is TextForm.TSV else ",")


def _shown(row: Row, column: int, times: NodeTimes) -> str:
    return _named(row) if column == Column.NAME else cell_text(row, column, times)


def _plain(row: Row, column: int, times: NodeTimes) -> str:
    return _named(row) if column == Column.NAME else plain_text(row, column, times)


def _named(row: Row) -> str:
    above = row.owner.above
    return f"{_named(above)} / {row.called}" if above is not None else row.called
