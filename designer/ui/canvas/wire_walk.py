"""SubgraphNavigation a graph by keys: right and left along the wires, up and down between branches. Knows no widget.

Where several ways lead on, the one that was come by is taken back, else the one that goes most straight ahead.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from designer.graph.design import Design, NodeId


class Way(Enum):
    """Where to; the value is by how much x and y grow."""

    LEFT = (-1, 0)
    RIGHT = (1, 0)
    UP = (0, -1)
    DOWN = (0, 1)


def step(design: Design, at: NodeId, way: Way, came_from: NodeId | None = None) -> NodeId | None:
    """The node that a step leads to, or None where none does.

    Args:
        design: The graph.
        at: Where the walk stands.
        way: Where to.
        came_from: The node before, which is where a step back leads.
    """
    if way in (Way.LEFT, Way.RIGHT):
        ahead = design.successors[at] if way is Way.RIGHT else design.predecessors[at]
        if came_from in ahead:
            return came_from
        return min(dict.fromkeys(ahead), key=lambda id: _off_course(design, at, id), default=None)
    beside = [id for id in _branches_beside(design, at) if _leads(design, at, id, way)]
    if beside:
        return min(beside, key=lambda id: abs(design.nodes[id].position.y - design.nodes[at].position.y))
    lying_there = (id for id in design.nodes if id != at and _leads(design, at, id, way))
    return min(lying_there, key=lambda id: _distance(design, at, id), default=None)


def first(design: Design, way: Way) -> NodeId | None:
    """Where a walk begins that has begun nowhere: at the start for one that goes on, at the end for one back."""
    if not design.order:
        return None
    return design.order[-1 if way in (Way.LEFT, Way.UP) else 0]


def _branches_beside(design: Design, at: NodeId) -> Iterable[NodeId]:
    """What reads the same as a node, or is read by the same."""
    found = [reader for source in design.predecessors[at] for reader in design.successors[source]]
    found += [source for reader in design.successors[at] for source in design.predecessors[reader]]
    return (id for id in dict.fromkeys(found) if id != at)


def _leads(design: Design, at: NodeId, id: NodeId, way: Way) -> bool:
    return (design.nodes[id].position.y - design.nodes[at].position.y) * way.value[1] > 0


def _off_course(design: Design, at: NodeId, id: NodeId) -> tuple[float, float]:
    here, there = design.nodes[at].position, design.nodes[id].position
    return abs(there.y - here.y), abs(there.x - here.x)


def _distance(design: Design, at: NodeId, id: NodeId) -> float:
    # What lies straight above counts as nearer than what lies aside.
    down, aside = _off_course(design, at, id)
    return down + 2 * aside
