"""Rows of text as text that leaves: values separated by commas or tabs, and Markdown. Knows no design."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence


def separated(rows: Sequence[Sequence[str]], separator: str) -> str:
    """Values with a separator between them, a line a row; quoted where a value holds it, a quote or a line's end."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(rows)
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
    """A text that does not end its cell."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
