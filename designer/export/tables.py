"""A comparison as text that leaves: Markdown, CSV and HTML."""

from __future__ import annotations

import csv
import io

from designer.analysis.compare import Comparison, Row
from designer.export.grid import csv_cell, markdown_cell, piped
from designer.wording import ratio


def markdown(comparison: Comparison) -> str:
    """A Markdown table: a row a figure, a column a design; the ratio to the baseline behind, the best in bold."""
    head = ["", *map(markdown_cell, comparison.told_apart)]
    lines = [piped(head), piped(["---", *["---:"] * len(comparison.told_apart)])]
    lines += [piped([row.label, *_cells(row, comparison.baseline, "**{}**")]) for row in comparison.rows]
    return "\n".join(lines) + "\n"


def _cells(row: Row, baseline: int, best: str) -> list[str]:
    found = []
    for index, text in enumerate(row.texts):
        times, note = row.ratios[index], row.notes[index] if row.notes else ""
        said = note or ("" if index == baseline or times is None else ratio(times))
        cell = f"{text} {said}" if said else text
        found.append(best.format(cell) if index == row.best else cell)
    return found


def csv_table(comparison: Comparison) -> str:
    """Comma-separated values: a row a figure, its unit, then a column a design; plain numbers, empty where unknown."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["figure", "unit", *map(csv_cell, comparison.told_apart)])
    for row in comparison.rows:
        writer.writerow([row.key, row.unit, *("" if value is None else value for value in row.values)])
    return text.getvalue()
