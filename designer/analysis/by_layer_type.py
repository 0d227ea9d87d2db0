"""Cost by type of layer, through blocks: counted once, then carried over edits node by node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from designer.analysis.cost import LayerTypeCost, NodeCost
from designer.graph.layer import Layer


class Tally(NamedTuple):
    """What the nodes of one type come to.

    Attributes:
        layer: The type.
        nodes: How many.
        cost: Their costs' sum.
    """

    layer: type[Layer]
    nodes: int
    cost: NodeCost


Tallies = Mapping[str, Tally]
"""By the types' keys."""


def tallied(nodes: Iterable[Tally]) -> Tallies:
    """The tallies of nodes and of what is inside blocks, by type."""
    found: dict[str, list[int]] = {}
    types: dict[str, type[Layer]] = {}
    for tally in nodes:
        types[tally.layer.key] = tally.layer
        sums = found.setdefault(tally.layer.key, [0] * (1 + len(NodeCost._fields)))
        for place, value in enumerate((tally.nodes, *tally.cost)):
            sums[place] += value
    return {key: Tally(types[key], sums[0], NodeCost(*sums[1:])) for key, sums in found.items()}


def retallied(before: Tallies, changes: Iterable[tuple[Iterable[Tally], Iterable[Tally]]]) -> Tallies:
    """The tallies after some nodes became others.

    Args:
        before: Of all nodes, before.
        changes: For each node that changed, what it came to and what it comes to now.
    """
    found = dict(before)
    for old, new in changes:
        for sign, tallies in ((-1, old), (1, new)):
            for tally in tallies:
                key = tally.layer.key
                _, count, cost = found.get(key, Tally(tally.layer, 0, NodeCost()))
                cost = NodeCost(*(a + sign * b for a, b in zip(cost, tally.cost, strict=True)))
                found[key] = Tally(tally.layer, count + sign * tally.nodes, cost)
    return {key: tally for key, tally in found.items() if tally.nodes}


def listed(tallies: Tallies) -> tuple[LayerTypeCost, ...]:
    """The types, most MACs first."""
    found = [
        LayerTypeCost(key, tally.layer.title, tally.layer.category, tally.nodes, tally.cost)
        for key, tally in tallies.items()
    ]
    return tuple(sorted(found, key=lambda kind: (-kind.cost.macs, -kind.cost.elementwise, kind.title)))
