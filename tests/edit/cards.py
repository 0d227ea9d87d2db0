"""Cards on the canvas: which of them lie on each other."""

from __future__ import annotations

from itertools import combinations

from designer.edit.sizes import CARD_HEIGHT, CARD_WIDTH
from designer.graph.design import Design, NodeId


def overlapping(design: Design) -> list[tuple[NodeId, NodeId]]:
    """Pairs of nodes whose cards lie on each other."""
    return [
        (a.id, b.id)
        for a, b in combinations(design.nodes.values(), 2)
        if abs(a.position.x - b.position.x) < CARD_WIDTH and abs(a.position.y - b.position.y) < CARD_HEIGHT
    ]
