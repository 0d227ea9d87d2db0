"""Designs side by side node by node: each node of one, its partners in the others, and what differs between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from designer.analysis.analysis import Analysis
from designer.analysis.cost import NodeCost
from designer.analysis.figures.registry import figures
from designer.analysis.figures.summed import SummedFigure
from designer.graph.design import NodeId
from designer.matching.matching import Matching, match_designs
from designer.wording import UNKNOWN, signed


class NodeState(Enum):
    """How a node of a design stands to the baseline's."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    MISSING = "missing"


@dataclass(frozen=True)
class NodeCell:
    """One node of one design, in a row of partners.

    Attributes:
        id: The node, or None where the design has no partner.
        state: How it stands to the baseline's.
        cost: What it costs; None where unknown, or where there is no node.
        difference: Its cost less the baseline's, a missing node counting as nothing; None where either is unknown.
        fields: ``expansion 6 → 4`` for each field that differs from the baseline's, and inside a group.
    """

    id: NodeId | None
    state: NodeState
    cost: NodeCost | None
    difference: NodeCost | None
    fields: tuple[str, ...] = ()

    def value(self, figure: SummedFigure) -> str:
        """A figure of the node in words; ``–`` where it is unknown, nothing where there is no node."""
        if self.id is None:
            return "" if self.difference is not None else UNKNOWN
        return UNKNOWN if self.cost is None else figure.words(figure.of_cost(self.cost))

    def more(self, figure: SummedFigure) -> str:
        """By how much it is more than the baseline's, with its sign; nothing where it is not."""
        more = 0 if self.difference is None else figure.of_cost(self.difference)
        return signed(more, figure.words) if more else ""


@dataclass(frozen=True)
class NodeRow:
    """Partners in all designs.

    Attributes:
        title: The name on the card of the first design that has it.
        cells: One a design.
    """

    title: str
    cells: tuple[NodeCell, ...]

    @property
    def is_same(self) -> bool:
        """Whether it is there in all of them, and the same."""
        return all(cell.state is NodeState.SAME for cell in self.cells)


def compared_figures() -> tuple[SummedFigure, ...]:
    """The figures that stand side by side node by node: headlines that a design has the sum of."""
    return tuple(each for each in figures() if isinstance(each, SummedFigure) and each.is_headline)


def node_table(
    analyses: Sequence[Analysis], baseline: int = 0, matchings: Sequence[Matching | None] | None = None
) -> tuple[NodeRow, ...]:
    """A row for each node of the baseline in order of execution, what others add standing after what it follows there.

    Args:
        analyses: The designs.
        baseline: Place among them of the one that the others are held against.
        matchings: From the baseline to each design, where they are there already.
    """
    base = analyses[baseline]
    given = matchings or [None] * len(analyses)
    matched = [
        None if index == baseline else known or match_designs(base.design, analysis.design)
        for index, (analysis, known) in enumerate(zip(analyses, given, strict=True))
    ]
    rows: list[tuple[tuple[int, int, int], NodeRow]] = []
    for rank, id in enumerate(base.design.order):
        cells = tuple(
            _own_cell(base, id) if matching is None else _cell(base, id, analysis, matching)
            for analysis, matching in zip(analyses, matched, strict=True)
        )
        rows.append(((rank, 0, 0), NodeRow(base.design.nodes[id].title, cells)))
    for column, matching in enumerate(matched):
        if matching is not None:
            rows += _added_rows(base, analyses, column, matching)
    return tuple(row for _, row in sorted(rows, key=lambda entry: entry[0]))


def _own_cell(base: Analysis, id: NodeId) -> NodeCell:
    cost = base.node(id).cost
    return NodeCell(id, NodeState.SAME, cost, None if cost is None else NodeCost())


def _cell(base: Analysis, id: NodeId, analysis: Analysis, matching: Matching) -> NodeCell:
    before, partner = base.node(id).cost, matching.partner((id,))
    if partner is None:
        return NodeCell(None, NodeState.MISSING, None, _less(NodeCost(), before))
    cost = analysis.node(partner[0]).cost
    # What changed inside a group is a change of the group's row.
    found = [change for change in matching.changes if change.after is not None and change.after[0] == partner[0]]
    found += [change for change in matching.changes if change.after is None and (change.before or ())[:1] == (id,)]
    fields = tuple(
        f"{' / '.join((*(change.after or ())[1:], item.label))} {item.before} → {item.after}"
        for change in found
        for item in change.fields
    )
    state = NodeState.CHANGED if found else NodeState.SAME
    return NodeCell(partner[0], state, cost, _less(cost, before), fields)


def _added_rows(
    base: Analysis, analyses: Sequence[Analysis], column: int, matching: Matching
) -> list[tuple[tuple[int, int, int], NodeRow]]:
    design, rank = analyses[column].design, -1
    missing = NodeCell(None, NodeState.MISSING, None, NodeCost())
    rows = []
    for place, id in enumerate(design.order):
        partner = matching.source((id,))
        if partner is not None:
            rank = base.design.rank[partner[0]]
            continue
        cost = analyses[column].node(id).cost
        cells = [missing] * len(analyses)
        cells[column] = NodeCell(id, NodeState.ADDED, cost, cost)
        rows.append(((rank, column + 1, place), NodeRow(design.nodes[id].title, tuple(cells))))
    return rows


def _less(cost: NodeCost | None, other: NodeCost | None) -> NodeCost | None:
    if cost is None or other is None:
        return None
    return NodeCost(*(mine - theirs for mine, theirs in zip(cost, other, strict=True)))
