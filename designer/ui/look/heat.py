"""The heat map: how much of a design's cost is at each node. Reads an analysis and measured times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from designer.analysis.analysis import Analysis
from designer.analysis.figures.registry import figure
from designer.analysis.measured import Measured
from designer.graph.design import NodeId


@dataclass(frozen=True)
class HeatMap:
    """How hot each card is.

    Attributes:
        title: By what.
        shares: A share of the largest for each node, 0 to 1; empty where nothing is known.
        hottest: The node that has most, or None.
        largest: How much it has, as people read it; or what keeps it from being known.
    """

    title: str
    shares: Mapping[NodeId, float]
    hottest: NodeId | None
    largest: str


def heat_map(analysis: Analysis, by: str, node_ms: Mapping[str, float]) -> HeatMap | None:
    """The heat map of what is on screen; None where it is off.

    Args:
        analysis: Of the design on screen.
        by: The key of a figure of nodes; an empty text for no map.
        node_ms: Measured milliseconds by node, of this very design.
    """
    if not by:
        return None
    asked, measured = figure(by), Measured(node_ms=node_ms)
    values = {id: float(asked.of_node(analysis, (id,), measured) or 0) for id in analysis.design.nodes}
    hottest = max(values, key=lambda id: values[id], default=None)
    if hottest is None or not values[hottest]:
        return HeatMap(asked.node_label, {}, None, "not measured yet" if asked.is_measured else "none")
    largest = values[hottest]
    shares = {id: value / largest for id, value in values.items()}
    return HeatMap(asked.node_label, shares, hottest, asked.words(largest))
