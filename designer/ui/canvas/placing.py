"""Where a new card goes, and the edits that place it: at a point, after a node, on a wire, at a wire's loose end.

No widget.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF

from designer.edit.edits import connect, place, place_after
from designer.edit.room import free_place, with_room
from designer.edit.sizes import CARD_HEIGHT, CARD_WIDTH, GAP_X
from designer.edit.splice import insert_on_wire
from designer.errors import EditRefused
from designer.graph.design import Design, NodeId, Point, PortRef
from designer.graph.layer import Layer
from designer.ui.canvas.geometry import port_offset, snapped


def centred_corner(at: QPointF) -> Point:
    """The corner of a card whose middle is at a point, on the grid."""
    return Point(snapped(at.x() - CARD_WIDTH / 2), snapped(at.y() - CARD_HEIGHT / 2))


def place_at(design: Design, layer: Layer, at: QPointF, into: PortRef | None = None) -> tuple[Design, NodeId]:
    """Place a card with its middle at a point, and into the wire that ends at ``into`` where one is given.

    Raises:
        EditRefused: The layer cannot stand in a wire.
    """
    placed, id = place(design, layer, centred_corner(at))
    return (placed if into is None else with_room(insert_on_wire(placed, id, into), id)), id


def place_behind(design: Design, layer: Layer, source: NodeId) -> tuple[Design, NodeId]:
    """Place a card right of a node, wired to it."""
    corner = design.nodes[source].position
    return place_after(design, source, layer, free_place(design, Point(corner.x + CARD_WIDTH + GAP_X, corner.y)))


class LooseEnd(NamedTuple):
    """The port a wire in the hand is plugged into.

    Attributes:
        port: The port.
        is_output: Whether it is an output.
    """

    port: PortRef
    is_output: bool


def place_at_end(design: Design, layer: Layer, at: QPointF, end: LooseEnd) -> tuple[Design, NodeId]:
    """Place a card whose first output, or the input of the main path, is at a point, wired to the other end.

    Raises:
        EditRefused: The layer has no port on the side that is needed.
    """
    ports = layer.inputs if end.is_output else layer.outputs
    port = layer.main_input if end.is_output else next(iter(ports), None)
    if port is None:
        side = "input" if end.is_output else "output"
        raise EditRefused(f"{layer.title} has no {side} to wire to {end.port}")
    left = at.x() if end.is_output else at.x() - CARD_WIDTH
    corner = Point(snapped(left), snapped(at.y() - port_offset(ports.index(port), len(ports))))
    placed, id = place(design, layer, corner)
    own = PortRef(id, port.name)
    return (connect(placed, end.port, own) if end.is_output else connect(placed, own, end.port)), id
