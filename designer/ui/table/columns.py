"""The columns of the table of a graph: what stands in each cell, how it sorts, what it is called. No Qt.

Words come from ``wording`` and from the layers; nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from designer import wording
from designer.analysis.figures.figure import Figure, Number, Scope
from designer.analysis.figures.registry import figures
from designer.analysis.measured import Measured
from designer.graph.design import PortRef
from designer.graph.tensor import TensorSpec
from designer.ui.canvas.card import summary
from designer.ui.canvas.spoken_words import called, node_words, output_words, problem_words
from designer.ui.table.rows import Row

FIGURES = figures(Scope.NODE)
"""What has a column behind the shape that a node gives."""
NodeTimes = Mapping[str, float]
"""Measured times by a node's path joined with dots, in milliseconds."""
Key = tuple[int, float, str]
"""Numbers before texts before what is unknown."""
_UNKNOWN: Key = (2, 0.0, "")


class Column:
    """Places of the columns; between the fixed ones stands a column for each figure."""

    NAME = 0
    TYPE = 1
    SETTINGS = 2
    INPUTS = 3
    OUTPUT = 4
    PROBLEMS = 5 + len(FIGURES)

    @staticmethod
    def of(key: str) -> int:
        """The place of a figure, by its key."""
        return 5 + [each.key for each in FIGURES].index(key)


@dataclass(frozen=True)
class Words:
    """What is said of a column.

    Attributes:
        title: Its heading.
        help: What stands in it, in a sentence.
        text: What stands in the cell of a row.
        key: By what its rows are sorted.
        letters: How wide it is to begin with, in letters.
        figure: The figure that stands in it, which lines up at the right; None where words do.
    """

    title: str
    help: str
    text: Callable[[Row, NodeTimes], str]
    key: Callable[[Row, NodeTimes], Key]
    letters: int
    figure: Figure | None = None


def source_words(row: Row, source: PortRef) -> str:
    """The node a wire comes from, as the table calls it, with its port where it has several."""
    node = row.owner.content.design.nodes.get(source.node)
    if node is None:
        return str(source)
    return f"{called(node)}.{source.port}" if len(node.layer.outputs) > 1 else called(node)


def input_words(row: Row, port: str) -> str:
    """What an input reads: a node, or ``–``."""
    wire = row.owner.content.design.wires.get(PortRef(row.id, port))
    return source_words(row, wire.source) if wire is not None else wording.UNKNOWN


def _inputs(row: Row, _times: NodeTimes) -> str:
    ports = [port.name for port in row.node.layer.inputs]
    if len(ports) == 1:
        return input_words(row, ports[0])
    return ", ".join(f"{port}: {input_words(row, port)}" for port in ports)


def _output(row: Row, _times: NodeTimes) -> str:
    return output_words(row.node, row.report)


def _elements(row: Row, _times: NodeTimes) -> Key:
    outputs: tuple[TensorSpec, ...] | None = row.report.outputs if row.report is not None else None
    return (0, float(sum(spec.elements for spec in outputs)), "") if outputs is not None else _UNKNOWN


def _problems(row: Row, _times: NodeTimes) -> str:
    return problem_words(row.issues)


def _by_text(text: Callable[[Row, NodeTimes], str]) -> Callable[[Row, NodeTimes], Key]:
    return lambda row, times: (1, 0.0, text(row, times).casefold())


def _worded(title: str, help: str, text: Callable[[Row, NodeTimes], str], letters: int) -> Words:
    return Words(title, help, text, _by_text(text), letters)


def _figure(figure: Figure) -> Words:
    def value(row: Row, times: NodeTimes) -> Number | None:
        whole = row.whole
        if whole is None or (row.report is None and not figure.is_measured):
            return None
        try:
            return figure.of_node(whole, row.path, Measured(node_ms=times))
        except KeyError:  # while it is being counted, what is known is of an earlier state
            return None

    def text(row: Row, times: NodeTimes) -> str:
        found = value(row, times)
        return wording.UNKNOWN if found is None else figure.in_full(found)

    def key(row: Row, times: NodeTimes) -> Key:
        found = value(row, times)
        return _UNKNOWN if found is None else (0, float(found), "")

    return Words(figure.node_label, figure.help, text, key, max(15, len(figure.node_label) + 6), figure)


COLUMNS: tuple[Words, ...] = (
    _worded("Name", "What the node is called; F2 names it", lambda row, _times: row.called, 27),
    _worded("Type", "What is computed here", lambda row, _times: row.node.layer.title, 22),
    _worded(
        "Settings",
        "The parameters that matter; Enter edits them all",
        lambda row, _times: summary(row.node, row.report),
        24,
    ),
    _worded("Reads", "The node each input reads; Enter chooses another", _inputs, 22),
    Words("Output", "The shape it gives, C×H×W; Enter wires it to a node", _output, _elements, 13),
    *map(_figure, FIGURES),
    _worded("Problems", "What is wrong here or inside", _problems, 30),
)


def cell_text(row: Row, column: int, times: NodeTimes) -> str:
    """What stands in a cell."""
    return COLUMNS[column].text(row, times)


def spoken(row: Row, column: int, times: NodeTimes) -> str:
    """A cell as a screen reader says it: whose it is, what it is, and what stands there."""
    if column != Column.NAME:
        return f"{row.called}, {COLUMNS[column].title}: {cell_text(row, column, times) or 'none'}"
    return node_words(row.node, row.report, row.issues)


def plain_text(row: Row, column: int, times: NodeTimes) -> str:
    """A cell as programs read it: figures as bare digits, empty where unknown."""
    words = COLUMNS[column]
    if words.figure is None:
        return cell_text(row, column, times)
    kind, value, _ = words.key(row, times)
    if kind:
        return ""
    return f"{value:.0f}" if value.is_integer() else repr(value)
