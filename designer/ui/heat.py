"""Shares for the heat map: how much of a design's cost is at each node. Reads an analysis and measured times."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from designer.analysis.cost import NodeCost
from designer.analysis.snapshot import Analysis
from designer.graph.design import NodeId

FIGURES: Mapping[str, Callable[[NodeCost], int]] = {
    "parameters": lambda cost: cost.parameters,
    "macs": lambda cost: cost.macs,
    "memory": lambda cost: cost.bytes_moved,
}
"""What a card can be tinted by, besides measured time."""


def heat_shares(analysis: Analysis, by: str, node_ms: Mapping[str, float]) -> dict[NodeId, float] | None:
    """A share of the largest for each node, 0 to 1; None where the map is off or nothing is known.

    Args:
        analysis: Of the design on screen.
        by: A key of ``FIGURES``, ``time``, or an empty text for no map.
        node_ms: Measured milliseconds by node, of this very design.
    """
    if by == "time":
        values = {id: node_ms.get(id, 0.0) for id in analysis.design.nodes}
    elif by in FIGURES:
        values = {id: float(_cost(analysis, id, by)) for id in analysis.design.nodes}
    else:
        return None
    largest = max(values.values(), default=0.0)
    return {id: value / largest for id, value in values.items()} if largest else None


def _cost(analysis: Analysis, id: NodeId, by: str) -> int:
    cost = analysis.node(id).cost
    return FIGURES[by](cost) if cost is not None else 0
