"""Find nodes by words and figures, through blocks: ``depthwise stride=2``, ``channels>100``, ``macs>=10M``.

Every term has to hold. A word is sought in a node's name, title, id and type; a comparison reads a parameter of the
layer, one of the figures of nodes by its key, or a side of what the node gives.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from designer.analysis.analysis import Analysis, NodeReport
from designer.analysis.figures.figure import Figure, Scope
from designer.analysis.figures.registry import figures
from designer.analysis.measured import NOTHING_MEASURED, Measured
from designer.errors import ParameterError
from designer.graph.design import Node, NodePath
from designer.graph.numerals import real_number
from designer.graph.parameter import Parameter

_TERM = re.compile(
    r"""
    (?P<name>[a-zA-Z_][\w-]*)\s*(?P<sign><=|>=|!=|=|<|>)\s*(?P<value>"[^"]*"|\S+)  # stride=2
    | "(?P<quoted>[^"]*)"                                                            # "several words"
    | (?P<word>\S+)
    """,
    re.VERBOSE,
)
_SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_PREFIXES = {"k": 1e3, "m": 1e6, "g": 1e9}


def _channels(report: NodeReport) -> float | None:
    return report.outputs[0].channels if report.outputs else None


def _height(report: NodeReport) -> float | None:
    return report.outputs[0].height if report.outputs and report.outputs[0].is_map else None


_SIDES: Mapping[str, Callable[[NodeReport], float | None]] = {"channels": _channels, "height": _height}
"""What can be compared of the shape that a node gives."""


@cache
def _figures() -> Mapping[str, Figure]:
    return {each.key: each for each in figures(Scope.NODE)}


def compared_words() -> tuple[str, ...]:
    """What can be compared of a node besides its layer's parameters."""
    return (*_SIDES, *_figures())


@dataclass(frozen=True)
class _Place:
    """A node where it is searched."""

    analysis: Analysis
    measured: Measured
    path: NodePath
    node: Node
    report: NodeReport

    def value(self, name: str) -> float | None:
        """A side or a figure by its word; None where it is unknown, or there is none."""
        if name in _SIDES:
            return _SIDES[name](self.report)
        found = _figures().get(name)
        return found.of_node(self.analysis, self.path, self.measured) if found is not None else None


@dataclass(frozen=True)
class _Term:
    word: str = ""
    name: str = ""
    sign: str = "="
    value: str = ""

    def holds(self, place: _Place) -> bool:
        node = place.node
        if self.word:
            return any(self.word in text.casefold() for text in _texts(node))
        parameter = _parameter(node, self.name)
        if parameter is not None:
            return self._compares(parameter, getattr(node.layer, parameter.name))
        known, wanted = place.value(self.name), _number(self.value)
        return known is not None and wanted is not None and bool(_SIGNS[self.sign](known, wanted))

    def _compares(self, parameter: Parameter, present: Any) -> bool:
        number = _number(self.value)
        if number is not None and isinstance(present, int | float) and not isinstance(present, bool):
            return bool(_SIGNS[self.sign](present, number))
        if self.sign not in ("=", "!="):
            return False
        try:
            is_same = parameter.parse(self.value) == present
        except ParameterError:
            is_same = self.value.casefold() in parameter.text(present).casefold()
        return bool(is_same == (self.sign == "="))


def find_nodes(analysis: Analysis, text: str, measured: Measured = NOTHING_MEASURED) -> tuple[NodePath, ...]:
    """Paths of the nodes that a query means, in order of execution, blocks before what is inside; none for no query.

    Args:
        analysis: Of the design that is searched.
        text: Words and comparisons, set apart by spaces.
        measured: Times of its nodes, as far as they were measured.
    """
    terms = tuple(_terms(text))
    if not terms:
        return ()
    places = (_Place(analysis, measured, *found) for found in _everything(analysis, ()))
    return tuple(place.path for place in places if all(term.holds(place) for term in terms))


def _terms(text: str) -> Iterator[_Term]:
    for found in _TERM.finditer(text):
        if found["name"]:
            yield _Term(name=_plain(found["name"]), sign=found["sign"], value=found["value"].strip('"'))
        elif (word := found["quoted"] or found["word"] or "").strip():
            yield _Term(word=word.casefold().strip())


def _everything(analysis: Analysis, prefix: NodePath) -> Iterator[tuple[NodePath, Node, NodeReport]]:
    for id in analysis.design.order:
        report = analysis.node(id)
        yield (*prefix, id), analysis.design.nodes[id], report
        if report.inner is not None:
            yield from _everything(report.inner, (*prefix, id))


def _texts(node: Node) -> tuple[str, ...]:
    layer = node.layer
    off = ("bypassed",) if layer.is_bypassed else ()
    return (node.id, node.title, layer.title, layer.file_key, layer.category.value, *off)


def _parameter(node: Node, name: str) -> Parameter | None:
    """A parameter by its name or its label; ``kernel`` stands for ``kernel_size``."""
    found = [each for each in node.layer.parameters if name in (each.name, _plain(each.label))]
    found += [each for each in node.layer.parameters if each.name.startswith(f"{name}_")]
    return found[0] if found else None


def _plain(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")


def _number(text: str) -> float | None:
    """``100``, ``2.5``, ``10M``; None where it is no number."""
    factor = _PREFIXES.get(text[-1:].casefold(), 1.0)
    try:
        return real_number(text[:-1] if factor != 1.0 else text) * factor
    except ValueError:
        return None
