"""Count parameters, MACs, FLOPs and memory."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from designer.commands.console import DONE, add_file, add_json, analysis_of, print_json
from designer.wording import UNKNOWN

if TYPE_CHECKING:
    from designer.analysis.figures.figure import Figure
    from designer.analysis.report import CostReport


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_file(parser)
    parser.add_argument("--per-node", action="store_true", help="the same by node")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    from designer.analysis.figures.figure import Scope
    from designer.analysis.report import cost_report, counted_figures

    analysis = analysis_of(options.file)
    report = cost_report(analysis)
    if options.json:
        print_json(report.to_data())
        return DONE
    # What the note of a headline says stands on a line of its own here.
    notes = [(each, "" if each.is_headline else each.note(analysis)) for each in counted_figures(Scope.DESIGN)]
    lines = [(_plain(each.title), each.said_in_full(analysis), f"  ({note})" if note else "") for each, note in notes]
    lines.append(("input → output", f"{_shape(report.input_shape)} → {_shape(report.output_shape)}", ""))
    width = max(len(name) for name, _, _ in lines)
    for name, text, note in lines:
        print(f"{name:{width}}  {text}{note}")
    if options.per_node:
        print()
        _print_nodes(report, counted_figures(Scope.NODE))
    return DONE


def _print_nodes(report: CostReport, asked: Sequence[Figure]) -> None:
    heads = ["node", *(_plain(each.node_label) for each in asked), "out"]
    rows = [heads]
    for node in report.nodes:
        values = [(each, node.figures[each.key]) for each in asked]
        texts = [UNKNOWN if value is None else each.in_full(value) for each, value in values]
        rows.append([node.path, *texts, _shape(node.output_shape)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *texts, shape in rows:
        cells = [f"{text:>{width}}" for text, width in zip(texts, widths[1:-1], strict=True)]
        print("  ".join([f"{name:{widths[0]}}", *cells, shape]))


def _plain(title: str) -> str:
    """A title within a line: its capital goes, unless its letters stand for words."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _shape(shape: Sequence[Any]) -> str:
    return ", ".join(map(_shape, shape)) if shape and isinstance(shape[0], tuple) else "×".join(map(str, shape))
