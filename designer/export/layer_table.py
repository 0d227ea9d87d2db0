"""A design as the table of layers that papers print: input, operator, t, c, n, s; as Markdown and as LaTeX.

A row is a layer or block that computes; equal ones that follow one another are one row with n repeats, whose first has
the stride s (Sandler et al. 2018, table 2). Norms, activations and what only lays out anew belong to the row before,
their costs too, so that every column of costs sums to the design's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from designer.analysis.analysis import Analysis
from designer.analysis.report import problem_lines
from designer.errors import InvalidDesign
from designer.export.grid import piped
from designer.graph.design import Node, NodeId
from designer.graph.layer import Category, Layer
from designer.graph.tensor import TensorSpec
from designer.wording import count, printable, short

_NO_ROW = (Category.ENDPOINT, Category.ACTIVATION, Category.NORMALIZATION)
_NOTHING = "-"
_TIMES = r" \times "


@dataclass(frozen=True)
class LayerRow:
    """One row.

    Attributes:
        input: Shape that enters, N×C×H×W or N×F.
        operator: What is computed.
        expansion: t; None where the operator has none.
        channels: c, output channels.
        repeats: n.
        stride: s of the first repeat; None where the operator does not move in steps.
        parameters: Trained numbers of all repeats.
        macs: Multiply-accumulates of all repeats.
    """

    input: TensorSpec
    operator: str
    expansion: float | None
    channels: int
    repeats: int
    stride: int | None
    parameters: int
    macs: int


def layer_rows(analysis: Analysis) -> tuple[LayerRow, ...]:
    """The rows of a valid design, in order of execution.

    Raises:
        InvalidDesign: The design has problems; the text has a line for each.
    """
    if not analysis.is_valid:
        raise InvalidDesign(problem_lines(analysis))
    rows: list[LayerRow] = []
    last: Node | None = None
    for node, row in _single_rows(analysis):
        if last is not None and _repeats(analysis, last, node, rows[-1], row):
            before = rows[-1]
            rows[-1] = replace(
                before,
                repeats=before.repeats + 1,
                parameters=before.parameters + row.parameters,
                macs=before.macs + row.macs,
            )
        else:
            rows.append(row)
        last = node
    return tuple(rows)


def _single_rows(analysis: Analysis) -> list[tuple[Node, LayerRow]]:
    """A row for each node that has one, with the costs of those that belong to it."""
    found: dict[NodeId, LayerRow] = {}
    for id in analysis.design.order:
        node, report = analysis.design.nodes[id], analysis.node(id)
        layer, cost = node.layer, report.cost
        if not layer.inputs or not report.known_inputs or not report.outputs or cost is None:
            continue
        owner = id if _has_row(analysis, id) else _row_before(analysis, id)
        if owner in found:
            row = found[owner]
            found[owner] = replace(row, parameters=row.parameters + cost.parameters, macs=row.macs + cost.macs)
        elif _has_row(analysis, id) or cost.parameters or cost.macs:  # a norm that follows no layer stands for itself
            found[id] = LayerRow(
                report.known_inputs[-1],
                node.title,
                _parameter(layer, "expansion"),
                report.outputs[0].channels,
                1,
                _parameter(layer, "stride"),
                cost.parameters,
                cost.macs,
            )
    return [(analysis.design.nodes[id], row) for id, row in found.items()]


def _has_row(analysis: Analysis, id: NodeId) -> bool:
    layer, report = analysis.design.nodes[id].layer, analysis.node(id)
    computes = bool(layer.inputs and layer.outputs)
    is_view = report.is_view and report.inner is None
    return computes and layer.category not in _NO_ROW and not is_view


def _row_before(analysis: Analysis, id: NodeId) -> NodeId:
    """The node with a row that this one follows, on one way through others that have none; else where the way ends."""
    while not _has_row(analysis, id):
        sources = set(analysis.design.predecessors[id])
        if len(sources) != 1:
            break
        (id,) = sources
    return id


def _parameter(layer: Layer, name: str) -> Any:
    return getattr(layer, name) if any(parameter.name == name for parameter in layer.parameters) else None


def _repeats(analysis: Analysis, before: Node, node: Node, row: LayerRow, other: LayerRow) -> bool:
    """Whether a node repeats the row before it: the same layer but for the first's stride, reading it alone."""
    if type(before.layer) is not type(node.layer) or (other.stride or 1) != 1 or row.operator != other.operator:
        return False
    if row.channels != other.channels or before.body != node.body:
        return False
    data = [{key: value for key, value in each.layer.data.items() if key != "stride"} for each in (before, node)]
    return data[0] == data[1] and _leads_to(analysis, before.id, node.id)


def _leads_to(analysis: Analysis, before: NodeId, node: NodeId) -> bool:
    """Whether nothing but what has no row lies between two nodes, on one way."""
    design = analysis.design
    while node != before:
        sources = design.predecessors[node]
        if len(set(sources)) != 1:
            return False
        node = sources[0]
        if node != before and _has_row(analysis, node):
            return False
    return True


def markdown_table(analysis: Analysis, costs: bool = False) -> str:
    """The rows as a Markdown table.

    Args:
        analysis: Of the design.
        costs: Whether to add columns of parameters and MACs.

    Raises:
        InvalidDesign: The design has problems.
    """
    heads = ["Input", "Operator", "t", "c", "n", "s", *(("Parameters", "MACs") if costs else ())]
    lines = [piped(heads), piped(["---", "---", *["---:"] * (len(heads) - 2)])]
    for row in layer_rows(analysis):
        plain = escape(printable(" ".join(row.operator.split())), quote=False)
        operator = re.sub(r"([\\|*_`\[\]])", r"\\\1", plain)
        cells = [_shape(row.input, "{}²", "×"), operator, *_figures(row)]
        lines.append(piped(cells + ([count(row.parameters), short(row.macs)] if costs else [])))
    return "\n".join(lines) + "\n"


def latex_table(analysis: Analysis, costs: bool = False) -> str:
    """The rows as a LaTeX table with booktabs' rules.

    Args:
        analysis: Of the design.
        costs: Whether to add columns of parameters and MACs.

    Raises:
        InvalidDesign: The design has problems.
    """
    heads = ["Input", "Operator", "$t$", "$c$", "$n$", "$s$", *(("Parameters", "MACs") if costs else ())]
    lines = [
        "% Needs \\usepackage{booktabs}.",
        "\\begin{table}",
        "  \\centering",
        f"  \\caption{{{_tex(analysis.design.name)}}}",
        f"  \\begin{{tabular}}{{ll{'r' * (len(heads) - 2)}}}",
        "    \\toprule",
        f"    {' & '.join(heads)} \\\\",
        "    \\midrule",
    ]
    for row in layer_rows(analysis):
        cells = [f"${_shape(row.input, '{}^2', _TIMES)}$", _tex(row.operator), *_figures(row)]
        cells += [_tex(count(row.parameters)), _tex(short(row.macs))] if costs else []
        lines.append(f"    {' & '.join(cells)} \\\\")
    return "\n".join([*lines, "    \\bottomrule", "  \\end{tabular}", "\\end{table}", ""])


def _figures(row: LayerRow) -> list[str]:
    return [
        _NOTHING if row.expansion is None else f"{row.expansion:g}",
        str(row.channels),
        str(row.repeats),
        _NOTHING if row.stride is None else str(row.stride),
    ]


def _shape(spec: TensorSpec, square: str, times: str) -> str:
    """H²×C as papers write it; C alone for a vector."""
    if not spec.is_map:
        return str(spec.channels)
    sides = square.format(spec.height) if spec.height == spec.width else f"{spec.height}{times}{spec.width}"
    return f"{sides}{times}{spec.channels}"


_TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "^": r"\textasciicircum{}",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "→": r"$\to$",
    "²": r"$^2$",
    "\u202f": r"\,",
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
}


def _tex(words: str) -> str:
    """Words of a person in LaTeX: nothing in them can be a command."""
    return "".join(_TEX.get(letter, letter) for letter in words if letter in _TEX or letter.isprintable())
