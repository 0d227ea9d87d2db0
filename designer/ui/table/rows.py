"""The rows of the table of a graph: one a node in order of execution, those inside a block under its row. No Qt.

A row keeps the node and the report it was last shown with, so that what changed is found by comparing objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from designer.analysis.analysis import Analysis, NodeReport
from designer.analysis.fixes import Problem, problems
from designer.graph.design import Design, Node, NodeId, NodePath
from designer.ui.canvas.spoken_words import called

_serials = count(1)


class Inside(NamedTuple):
    """A design under a row, or at the root, and what is known of it, of an earlier state while it is being counted."""

    design: Design
    analysis: Analysis | None


@dataclass(eq=False)
class Row:
    """One node.

    Attributes:
        id: The node's.
        owner: The rows it stands among.
        node: The node as it was last shown.
        report: What was known of it then, or None.
        place: Its number among them, from the top.
        serial: A number that no other row has had.
        inside: The rows of what is inside it, once they were asked for.
    """

    id: NodeId
    owner: Branch
    node: Node
    report: NodeReport | None
    place: int = 0
    serial: int = field(default_factory=lambda: next(_serials))
    inside: Branch | None = None

    @property
    def path(self) -> NodePath:
        """The way to the node, from the outermost block inward."""
        return (*self.owner.path, self.id)

    @property
    def whole(self) -> Analysis | None:
        """What is known of the design that its path begins in."""
        owner = self.owner
        while owner.above is not None:
            owner = owner.above.owner
        return owner.content.analysis

    @property
    def is_editable(self) -> bool:
        """Whether the node may be edited: what is inside a block with parameters follows from them."""
        return self.owner.is_editable

    @property
    def called(self) -> str:
        """What a person calls it: the name it was given, else its id."""
        return called(self.node)

    @property
    def issues(self) -> tuple[Problem, ...]:
        """Problems at it or inside it."""
        return self.owner.issues.get(self.id, ())

    @property
    def content(self) -> Inside | None:
        """What is inside it; None where there is nothing, or nothing known yet."""
        return content_of(self.node, self.report)

    @property
    def has_rows(self) -> bool:
        """Whether rows stand below it; makes none."""
        return bool(self.inside.rows) if self.inside is not None else self.content is not None


def content_of(node: Node, report: NodeReport | None) -> Inside | None:
    """What is inside a node of which this is known; None where there is nothing, or nothing known yet."""
    if not node.layer.is_block:
        return None
    inner = report.inner if report is not None else None
    design = inner.design if inner is not None else node.body
    return Inside(design, inner) if design is not None and design.nodes else None


class Branch:
    """Rows of one design: of the whole, or of what is inside a block.

    Args:
        content: The design and what is known of it.
        above: The block's row; None for the whole.
        in_order: The ids of a branch in the order they are shown in.
    """

    def __init__(self, content: Inside, above: Row | None, in_order: Callable[[Branch], list[NodeId]]) -> None:
        self.content = content
        self.above = above
        self.rows: list[Row] = []
        self._issues: tuple[Analysis | None, Mapping[NodeId, tuple[Problem, ...]]] = (None, {})
        self.by_id = {id: self.new_row(id) for id in content.design.order}
        self.rows = [self.by_id[id] for id in in_order(self)]
        self.number()

    def new_row(self, id: NodeId) -> Row:
        """A row for a node of the design; it stands nowhere yet."""
        return Row(id, self, self.content.design.nodes[id], self.report(id))

    def report(self, id: NodeId) -> NodeReport | None:
        """What is known of a node, or None."""
        analysis = self.content.analysis
        return analysis.node(id) if analysis is not None and id in analysis.design.nodes else None

    def number(self, start: int = 0) -> None:
        """Tell the rows their places, from one on."""
        for place in range(start, len(self.rows)):
            self.rows[place].place = place

    @property
    def path(self) -> NodePath:
        """The way to what holds these nodes."""
        return self.above.path if self.above is not None else ()

    @property
    def is_editable(self) -> bool:
        """Whether these nodes may be edited."""
        above = self.above
        return above is None or (above.is_editable and above.node.body is not None)

    @property
    def issues(self) -> Mapping[NodeId, tuple[Problem, ...]]:
        """Problems by node."""
        analysis = self.content.analysis
        if self._issues[0] is not analysis:
            found: dict[NodeId, list[Problem]] = {}
            for issue in problems(analysis) if analysis is not None else ():
                if issue.node is not None:
                    found.setdefault(issue.node, []).append(issue)
            self._issues = (analysis, {id: tuple(issues) for id, issues in found.items()})
        return self._issues[1]
