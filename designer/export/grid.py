"""Rows of text as text that leaves: values separated by commas or tabs, and Markdown. Knows no design."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from html import escape

from designer.wording import printable


def separated(rows: Sequence[Sequence[str]], separator: str) -> str:
    """Values with a separator between them, a line a row; quoted where a value holds it, a quote or a line's end."""
    text = io.StringIO()
    cells = [[csv_cell(cell) for cell in row] for row in rows]
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(cells)
    return text.getvalue()


def markdown_grid(head: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> str:
    """A Markdown table.

    Args:
        head: The headings.
        rows: A text a cell.
        right: Columns whose texts stand at the right, as figures do.
    """
    rule = ["---:" if column in right else "---" for column in range(len(head))]
    lines = [piped([markdown_cell(text) for text in head]), piped(rule)]
    lines += [piped([markdown_cell(text) for text in row]) for row in rows]
    return "\n".join(lines) + "\n"


def piped(cells: Sequence[str]) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def markdown_cell(text: str) -> str:
    """A text that does not end its cell, and is a text only: no tag, no link and no script, whoever named it."""
    return markdown_text(text).replace("|", "\\|")


def markdown_text(text: str) -> str:
    """A text in one line of Markdown that is read as it is written."""
    plain = printable(text).replace("\\", "\\\\").replace("\n", " ").replace("\r", " ")
    return escape(plain, quote=False).replace("[", "\\[").replace("]", "\\]").replace("`", "\\`")


def csv_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula; a number stays one."""
    if not text.startswith(("=", "+", "-", "@", "\t", "\r", "\u2212")):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
