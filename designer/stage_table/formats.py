"""A stage table as text that leaves: Markdown, LaTeX with booktabs, and values separated by tabs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from designer.graph.layer import Category, Layer
from designer.stage_table.columns import BLANK, BLANKS, Column, cell_text
from designer.stage_table.reading import StageRow, StageTable

_ALWAYS = (Column.INPUT, Column.OPERATOR, Column.T, Column.C, Column.N, Column.S)
"""The columns of table 2 of Sandler et al. 2018, MobileNetV2."""

_WHERE_SAID = (Column.K, Column.ACTIVATION, Column.SE)
"""Columns that papers print where blocks have more than one value in them."""

_COSTS = (Column.PARAMETERS, Column.MACS)


class TableFormat(Enum):
    """What the text of a table is."""

    MARKDOWN = "markdown"
    LATEX = "latex"
    TSV = "tsv"

    @property
    def title(self) -> str:
        """The word on screen."""
        return {TableFormat.MARKDOWN: "Markdown", TableFormat.LATEX: "LaTeX", TableFormat.TSV: "TSV"}[self]


def formatted(table: StageTable, format: TableFormat, with_costs: bool = False, name: str = "") -> str:
    """The table as text.

    Markdown and LaTeX are as papers print a network: layers that only turn a map into a vector or drop elements have
    no row, and a column that says what its operator says anyway is left out. TSV is everything, for a spreadsheet.

    Args:
        table: What to write.
        format: As what.
        with_costs: Whether columns of parameters and MACs follow.
        name: The caption, of LaTeX.
    """
    is_whole = format is TableFormat.TSV
    rows = [row for row in table.rows if is_whole or _is_printed(row)]
    columns = [*_ALWAYS, *(each for each in _WHERE_SAID if is_whole or _is_said(rows, each))]
    columns += [Column.MORE] if is_whole else []
    columns += _COSTS if with_costs else ()
    cells = [[_cell(row, column, is_whole) for column in columns] for row in rows]
    write: dict[TableFormat, Callable[[], str]] = {
        TableFormat.TSV: lambda: _separated([[each.title for each in columns], *cells]),
        TableFormat.MARKDOWN: lambda: _markdown(columns, cells),
        TableFormat.LATEX: lambda: _latex(columns, cells, name),
    }
    return write[format]()


def _is_printed(row: StageRow) -> bool:
    layer = row.layers[0]
    return layer.category is not Category.DENSE or any(parameter.is_width for parameter in layer.parameters)


def _is_said(rows: Sequence[StageRow], column: Column) -> bool:
    """Whether some row says more in a column than its operator does."""
    return any(row.text(column) not in (BLANK, _usual(row.layers[0], column)) for row in rows)


def _usual(layer: Layer, column: Column) -> str:
    """What a column says of a fresh layer of the kind; of a convolution 1×1 the operator says it."""
    if column is Column.SE:
        return BLANK
    if column is Column.K and layer.key == "conv_block" and cell_text(layer, column, None, None) == "1":
        return "1"
    return cell_text(type(layer)(), column, None, None)


def _cell(row: StageRow, column: Column, is_whole: bool) -> str:
    if column in _COSTS and is_whole:
        number = row.number(column)
        return BLANK if number is None else str(number)
    return row.text(column)


def _separated(rows: Sequence[Sequence[str]]) -> str:
    return "".join("\t".join(cells) + "\n" for cells in rows)


def _markdown(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> str:
    rule = ["---" if column in (Column.INPUT, Column.OPERATOR) else "---:" for column in columns]
    lines = [[column.title for column in columns], rule, *cells]
    return "".join(f"| {' | '.join(_without_bar(cell) for cell in line)} |\n" for line in lines)


def _without_bar(text: str) -> str:
    return text.replace("|", "\\|")


_LATEX_LETTERS = {
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "×": r"$\times$",
    "²": "$^2$",
    "–": "--",
    "\u202f": r"\,",
}


def _latex(columns: Sequence[Column], cells: Sequence[Sequence[str]], name: str) -> str:
    letters = "".join("l" if column in (Column.INPUT, Column.OPERATOR) else "r" for column in columns)
    lines = [r"% needs \usepackage{booktabs}", r"\begin{table}", r"\centering", rf"\begin{{tabular}}{{{letters}}}"]
    lines += [r"\toprule", _latex_row([column.title for column in columns]), r"\midrule"]
    lines += [*map(_latex_row, cells), r"\bottomrule", r"\end{tabular}"]
    lines += [rf"\caption{{{_latex_text(name)}}}"] if name else []
    return "\n".join([*lines, r"\end{table}"]) + "\n"


def _latex_row(cells: Sequence[str]) -> str:
    return " & ".join("--" if cell in BLANKS else _latex_text(cell) for cell in cells) + r" \\"


def _latex_text(text: str) -> str:
    return "".join(_LATEX_LETTERS.get(letter, letter) for letter in text)
