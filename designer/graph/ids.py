"""What nodes, ports and places are called by; the ground that all else of a graph stands on."""

from __future__ import annotations

from typing import NamedTuple, NewType

NodeId = NewType("NodeId", str)
NodePath = tuple[NodeId, ...]
"""A node inside blocks: ids from the outermost block inward."""


class Point(NamedTuple):
    """A place on the canvas, in canvas units."""

    x: float
    y: float


class PortRef(NamedTuple):
    """One port of one node."""

    node: NodeId
    port: str

    def __str__(self) -> str:
        return f"{self.node}.{self.port}"
