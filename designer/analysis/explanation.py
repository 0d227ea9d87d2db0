"""Where a figure comes from, as data: its formula, the values in it, and its parts, which add up to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from designer.analysis.analysis import Analysis
from designer.graph.design import Node, NodePath
from designer.graph.formula import WRITTEN, quantity
from designer.graph.tensor import TensorSpec
from designer.wording import count, memory, plural

_SHOWN = 5
"""A sum of more parts than one more than this shows so many, and the others as one."""


@dataclass(frozen=True)
class Term:
    """One part of a figure.

    Attributes:
        label: What it is the part of: a node, a tensor, a window.
        value: How much, in the figure's unit.
        text: The same as people read it.
        share: Its share of the figure, 0 to 1.
        detail: How it comes about, or an empty text.
        path: The node to look at next, or None.
    """

    label: str
    value: int
    text: str
    share: float
    detail: str = ""
    path: NodePath | None = None


@dataclass(frozen=True)
class Explanation:
    """Where a figure comes from.

    Attributes:
        title: ``MACs of depthwise_1``.
        value: The figure, or None where it is unknown.
        text: The same as people read it, with its unit.
        symbols: The formula in symbols; an empty text where there is none.
        numbers: The formula with the values in it.
        terms: The parts of a sum, largest first; empty where the formula says it all.
        counted: What is counted, one line each.
        not_counted: What is not, one line each.
        source: Whose definition it is.
        notes: What else there is to say, one sentence each.
    """

    title: str
    value: float | None
    text: str
    symbols: str
    numbers: str
    terms: tuple[Term, ...]
    counted: tuple[str, ...]
    not_counted: tuple[str, ...]
    source: str
    notes: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The whole formula: ``k²·C·H·W = 3²·144·56·56 = 4 064 256 MACs``."""
        numbers = self.numbers if self.value is None or self.numbers != count(round(self.value)) else ""
        return " = ".join(part for part in (self.symbols, numbers, self.text) if part)


Part = tuple[str, int, str, NodePath | None]
"""Label, value, detail, path."""


def terms_of(parts: Iterable[Part], words: Callable[[int], str]) -> tuple[Term, ...]:
    """The parts that are something, largest first, each with its share."""
    listed = sorted((part for part in parts if part[1]), key=lambda part: -part[1])
    total = sum(part[1] for part in listed)
    return tuple(Term(label, value, words(value), value / total, detail, path) for label, value, detail, path in listed)


def sum_texts(terms: Sequence[Term]) -> tuple[str, str]:
    """A sum in words and in numbers; many parts are shortened to the largest and the others together."""
    if len(terms) < 2:
        return (terms[0].label if terms else "", "")
    if len(terms) <= _SHOWN + 1:
        return " + ".join(term.label for term in terms), " + ".join(count(term.value) for term in terms)
    shown, others = terms[:_SHOWN], terms[_SHOWN:]
    labels = [term.label for term in shown] + [f"{len(others)} others"]
    values = [term.value for term in shown] + [sum(term.value for term in others)]
    return " + ".join(labels), " + ".join(map(count, values))


def full(value: int | None, unit: str) -> str:
    """Every digit with the unit; of many bytes the short form as well."""
    text = f"{count(value)} {unit}"
    return f"{text} ({memory(value)})" if unit == "bytes" and value is not None and value >= 1000 else text


def bytes_detail(spec: TensorSpec) -> str:
    """How the bytes of a tensor come about."""
    return (WRITTEN.elements(spec) * quantity("bytes each", spec.dtype.bytes)).line("bytes")


def incomplete(analysis: Analysis) -> tuple[str, ...]:
    """That some nodes are not counted, where that is so."""
    unknown = sum(1 for id in analysis.design.order if analysis.node(id).cost is None)
    lines = [] if analysis.totals.complete else [f"{plural(unknown, 'node')} of unknown shape not counted."]
    opaque = analysis.cost.opaque
    if opaque:
        lines.append(f"The work of {plural(opaque, 'opaque node')} is not known and not counted.")
    return tuple(lines)


def inside(analysis: Analysis, path: NodePath) -> Analysis | None:
    """The analysis of what is inside a block, of the design for an empty path; None for a node that is no block.

    Raises:
        KeyError: There is no such node, or its block's shapes are unknown.
    """
    return analysis.at(path).inner if path else analysis


def node_at(analysis: Analysis, path: NodePath) -> Node:
    """The node of a path.

    Raises:
        KeyError: There is no such node, or its block's shapes are unknown.
    """
    holder = inside(analysis, path[:-1])
    if holder is None:
        raise KeyError(path)
    return holder.design.nodes[path[-1]]


def label_of(node: Node) -> str:
    """What a node is called."""
    return node.name or node.id


def name_of(analysis: Analysis, path: NodePath) -> str:
    """``bottleneck_3 › expand``; the design's name for an empty path."""
    if not path:
        return analysis.design.name
    return " › ".join(label_of(node_at(analysis, path[: depth + 1])) for depth in range(len(path)))
