"""Find nodes by words and figures, through blocks: ``depthwise stride=2``, ``channels>100``, ``macs>=10M``.

Every term has to hold. A word is sought in a node's name, title, id and type; a comparison reads a parameter of the
layer, or one of the figures of ``FIGURES``.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from designer.analysis.analysis import Analysis, NodeReport
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


FIGURES: Mapping[str, Callable[[NodeReport], float | None]] = {
    "channels": _channels,
    "height": _height,
    "parameters": lambda report: report.cost.parameters if report.cost is not None else None,
    "macs": lambda report: report.cost.macs if report.cost is not None else None,
    "flops": lambda report: report.cost.flops if report.cost is not None else None,
}
"""Figures of a node that can be compared besides its layer's parameters; channels and height are of what it gives."""


@dataclass(frozen=True)
class _Term:
    word: str = ""
    name: str = ""
    sign: str = "="
    value: str = ""

    def holds(self, node: Node, report: NodeReport) -> bool:
        if self.word:
            return any(self.word in text.casefold() for text in _texts(node))
        figure = FIGURES.get(self.name)
        parameter = _parameter(node, self.name)
        if parameter is not None:
            return self._compares(parameter, getattr(node.layer, parameter.name))
        if figure is None:
            return False
        known, wanted = figure(report), _number(self.value)
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


def find_nodes(analysis: Analysis, text: str) -> tuple[NodePath, ...]:
    """Paths of the nodes that a query means, in order of execution, blocks before what is inside; none for no query.

    Args:
        analysis: Of the design that is searched.
        text: Words and comparisons, set apart by spaces.
    """
    terms = tuple(_terms(text))
    if not terms:
        return ()
    return tuple(
        path for path, node, report in _everything(analysis, ()) if all(term.holds(node, report) for term in terms)
    )


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
