"""The columns of the table of a graph: what stands in each cell, how it sorts, what it is called. No Qt.

Words come from ``wording`` and from the layers; nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from designer import wording
from designer.analysis.cost import NodeCost
from designer.graph.design import PortRef
from designer.graph.tensor import TensorSpec
from designer.ui.canvas.card import summary
from designer.ui.canvas.spoken_words import called, node_words, output_words, problem_words
from designer.ui.table.rows import Row

NodeTimes = Mapping[str, float]
"""Measured times by a node's path joined with dots, in milliseconds."""
Key = tuple[int, float, str]
"""Numbers before texts before what is unknown."""
_UNKNOWN: Key = (2, 0.0, "")


class Column(IntEnum):
    """Places of the columns."""

    NAME = 0
    TYPE = 1
    SETTINGS = 2
    INPUTS = 3
    OUTPUT = 4
    PARAMETERS = 5
    MACS = 6
    TIME = 7
    PROBLEMS = 8


@dataclass(frozen=True)
class Words:
    """What is said of a column.

    Attributes:
        title: Its heading.
        help: What stands in it, in a sentence.
        text: What stands in the cell of a row.
        key: By what its rows are sorted.
        is_number: Whether figures stand in it, which line up at the right.
    """

    title: str
    help: str
    text: Callable[[Row, NodeTimes], str]
    key: Callable[[Row, NodeTimes], Key]
    is_number: bool = False


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


def _cost(row: Row) -> NodeCost | None:
    return row.report.cost if row.report is not None else None


def _milliseconds(row: Row, times: NodeTimes) -> float | None:
    return times.get(".".join(row.path)) if times else None


def _problems(row: Row, _times: NodeTimes) -> str:
    return problem_words(row.issues)


def _by_text(text: Callable[[Row, NodeTimes], str]) -> Callable[[Row, NodeTimes], Key]:
    return lambda row, times: (1, 0.0, text(row, times).casefold())


def _worded(title: str, help: str, text: Callable[[Row, NodeTimes], str]) -> Words:
    return Words(title, help, text, _by_text(text))


def _figure(title: str, help: str, value: Callable[[Row], int | None]) -> Words:
    def text(row: Row, _times: NodeTimes) -> str:
        return wording.count(value(row))

    def key(row: Row, _times: NodeTimes) -> Key:
        found = value(row)
        return _UNKNOWN if found is None else (0, float(found), "")

    return Words(title, help, text, key, is_number=True)


def _parameters(row: Row) -> int | None:
    cost = _cost(row)
    return cost.parameters if cost is not None else None


def _macs(row: Row) -> int | None:
    cost = _cost(row)
    return cost.macs if cost is not None else None


def _time_text(row: Row, times: NodeTimes) -> str:
    return wording.milliseconds(_milliseconds(row, times))


def _time_key(row: Row, times: NodeTimes) -> Key:
    value = _milliseconds(row, times)
    return _UNKNOWN if value is None else (0, value, "")


COLUMNS: Mapping[Column, Words] = {
    Column.NAME: _worded("Name", "What the node is called; F2 names it", lambda row, _times: row.called),
    Column.TYPE: _worded("Type", "What is computed here", lambda row, _times: row.node.layer.title),
    Column.SETTINGS: _worded(
        "Settings",
        "The parameters that matter; Enter edits them all",
        lambda row, _times: summary(row.node, row.report),
    ),
    Column.INPUTS: _worded("Reads", "The node each input reads; Enter chooses another", _inputs),
    Column.OUTPUT: Words("Output", "The shape it gives, C×H×W; Enter wires it to a node", _output, _elements),
    Column.PARAMETERS: _figure("Parameters", "Trained numbers", _parameters),
    Column.MACS: _figure("MACs", "Multiply-accumulates of one forward pass", _macs),
    Column.TIME: Words("Time", "Measured time of this node", _time_text, _time_key, is_number=True),
    Column.PROBLEMS: _worded("Problems", "What is wrong here or inside", _problems),
}


def cell_text(row: Row, column: Column, times: NodeTimes) -> str:
    """What stands in a cell."""
    return COLUMNS[column].text(row, times)


def spoken(row: Row, column: Column, times: NodeTimes) -> str:
    """A cell as a screen reader says it: whose it is, what it is, and what stands there."""
    if column is not Column.NAME:
        return f"{row.called}, {COLUMNS[column].title}: {cell_text(row, column, times) or 'none'}"
    return node_words(row.node, row.report, row.issues)


def plain_text(row: Row, column: Column, times: NodeTimes) -> str:
    """A cell as programs read it: figures as bare digits, empty where unknown."""
    words = COLUMNS[column]
    if not words.is_number:
        return cell_text(row, column, times)
    kind, value, _ = words.key(row, times)
    if kind:
        return ""
    return f"{value:.0f}" if value.is_integer() else repr(value)
