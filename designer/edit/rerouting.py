"""Reroute dots: places that a wire's drawing passes through. They change nothing that is computed."""

from __future__ import annotations

from dataclasses import replace

from designer.errors import EditRefused
from designer.graph.design import Design, Point, PortRef, Wire


def add_dot(design: Design, target: PortRef, place: int, dot: Point) -> Design:
    """Lead the wire that ends at an input through one more dot, the ``place``-th on its way.

    Raises:
        EditRefused: No wire ends there.
    """
    wire = _wire(design, target)
    return design.rerouted([replace(wire, via=(*wire.via[:place], dot, *wire.via[place:]))])


def move_dot(design: Design, target: PortRef, place: int, dot: Point) -> Design:
    """Put a dot elsewhere.

    Raises:
        EditRefused: No wire ends there, or it has no such dot.
    """
    wire = _wire(design, target, place)
    return design.rerouted([replace(wire, via=(*wire.via[:place], dot, *wire.via[place + 1 :]))])


def remove_dot(design: Design, target: PortRef, place: int) -> Design:
    """Take a dot away.

    Raises:
        EditRefused: No wire ends there, or it has no such dot.
    """
    wire = _wire(design, target, place)
    return design.rerouted([replace(wire, via=(*wire.via[:place], *wire.via[place + 1 :]))])


def _wire(design: Design, target: PortRef, place: int | None = None) -> Wire:
    if target not in design.wires:
        raise EditRefused(f"no wire ends at {target}")
    wire = design.wires[target]
    if place is not None and not 0 <= place < len(wire.via):
        raise EditRefused(f"the wire into {target} has no reroute dot {place + 1}")
    return wire
