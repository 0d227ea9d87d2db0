"""The heat map: how much of a design's cost is at each node. Reads an analysis and measured times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from designer import wording
from designer.analysis.analysis import Analysis
from designer.analysis.cost import NodeCost
from designer.graph.design import NodeId


class _Figure(NamedTuple):
    title: str
    of: Callable[[NodeCost], int]
    words: Callable[[float], str]


TIME = "time"
_FIGURES: Mapping[str, _Figure] = {
    "parameters": _Figure("Parameters", lambda cost: cost.parameters, lambda value: wording.short(round(value))),
    "macs": _Figure("MACs", lambda cost: cost.macs, lambda value: wording.short(round(value))),
    "memory": _Figure("Bytes moved", lambda cost: cost.bytes_moved, lambda value: wording.memory(round(value))),
}
"""What a card can be tinted by, besides measured time."""


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
        by: ``parameters``, ``macs``, ``memory`` or ``time``; an empty text for no map.
        node_ms: Measured milliseconds by node, of this very design.
    """
    if by == TIME:
        times = {id: node_ms.get(id, 0.0) for id in analysis.design.nodes}
        return _map("Measured time", times, wording.milliseconds, "not measured yet")
    if by not in _FIGURES:
        return None
    figure = _FIGURES[by]
    costs = {id: analysis.node(id).cost for id in analysis.design.nodes}
    values = {id: float(figure.of(cost)) if cost is not None else 0.0 for id, cost in costs.items()}
    return _map(figure.title, values, figure.words, "none")


def _map(title: str, values: Mapping[NodeId, float], words: Callable[[float], str], otherwise: str) -> HeatMap:
    hottest = max(values, key=lambda id: values[id], default=None)
    if hottest is None or not values[hottest]:
        return HeatMap(title, {}, None, otherwise)
    largest = values[hottest]
    return HeatMap(title, {id: value / largest for id, value in values.items()}, hottest, words(largest))
