"""Nodes in words that can be listened to: for the table of a graph, and for what a screen reader says of the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from designer import wording
from designer.analysis.analysis import NodeReport
from designer.analysis.issues import Issue
from designer.graph.design import Node

_NAMED_AT_MOST = 5


def called(node: Node) -> str:
    """What a person calls a node: the name it was given, else its id."""
    return node.name or node.id


def output_words(node: Node, report: NodeReport | None) -> str:
    """The shape a node gives, C×H×W; ``–`` where it is unknown, empty where it gives nothing."""
    if not node.layer.outputs:
        return ""
    outputs = report.outputs if report is not None else None
    return ", ".join(spec.label for spec in outputs) if outputs is not None else wording.UNKNOWN


def problem_words(issues: Sequence[Issue]) -> str:
    """The first problem, and how many more there are; empty for none."""
    if not issues:
        return ""
    more = f" (+{len(issues) - 1})" if len(issues) > 1 else ""
    return f"{issues[0].severity.value}: {issues[0].what}{more}"


def node_words(node: Node, report: NodeReport | None, issues: Sequence[Issue]) -> str:
    """A node in a sentence: what it is called, what it is, what it gives, and what is wrong."""
    shape = output_words(node, report)
    words = (
        called(node),
        node.layer.title,
        f"gives {'unknown' if shape == wording.UNKNOWN else shape}" if shape else "",
        "bypassed" if node.layer.is_bypassed else "",
        "".join(f"varies {each.field.replace('_', ' ')} over {each.values}" for each in node.varied),
        "".join(f"{each.field.replace('_', ' ')} is {each.text}" for each in node.formulas),
        f"only if {node.condition}" if node.condition else "",
        problem_words(issues),
    )
    return ", ".join(word for word in words if word)


def several_words(nodes: Sequence[Node]) -> str:
    """Several chosen nodes: how many, and the first of them by name."""
    names = ", ".join(called(node) for node in nodes[:_NAMED_AT_MOST])
    return f"{wording.plural(len(nodes), 'node')} selected: {names}{' …' if len(nodes) > _NAMED_AT_MOST else ''}"
