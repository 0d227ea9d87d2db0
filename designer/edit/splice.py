"""Edits that open a wire and put a node into it."""

from __future__ import annotations

from designer.edit.edits import place
from designer.errors import EditRefused
from designer.graph.design import Design, NodeId, Point, PortRef, Wire
from designer.graph.layer import Layer


def insert_on_wire(design: Design, id: NodeId, target: PortRef) -> Design:
    """Lead the wire that ends at ``target`` through a node that is on the canvas.

    Raises:
        EditRefused: No wire ends there, the node lacks an input or an output, its input is taken, or there would be a
            cycle.
    """
    wire = _wire_at(design, target)
    layer = design.node(id).layer
    if layer.main_input is None or not layer.outputs:
        raise EditRefused(f"{id} cannot stand in a wire: it needs an input and an output")
    opened = design.without_wires([target])
    joined = opened.with_wire(Wire(wire.source, PortRef(id, layer.main_input.name)))
    return joined.with_wire(Wire(PortRef(id, layer.outputs[0].name), target))


def place_on_wire(design: Design, layer: Layer, target: PortRef) -> tuple[Design, NodeId]:
    """Place a fresh layer in the middle of the wire that ends at ``target``; gives the new design and the id.

    Raises:
        EditRefused: No wire ends there, or the layer lacks an input or an output.
    """
    wire = _wire_at(design, target)
    start, end = design.nodes[wire.source.node].position, design.nodes[target.node].position
    result, id = place(design, layer, Point((start.x + end.x) / 2, (start.y + end.y) / 2))
    return insert_on_wire(result, id, target), id


def _wire_at(design: Design, target: PortRef) -> Wire:
    if target not in design.wires:
        raise EditRefused(f"no wire ends at {target}; a node can only be put into a wire that is there")
    return design.wires[target]
