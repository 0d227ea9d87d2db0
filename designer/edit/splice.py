"""Edits that open a wire: put a node into it, or take a node out of its chain."""

from __future__ import annotations

from designer.edit.edits import place
from designer.errors import EditRefused
from designer.graph.design import Design, NodeId, Point, PortRef, Wire
from designer.graph.layer import Layer


def insert_on_wire(design: Design, id: NodeId, target: PortRef) -> Design:
    """Lead the wire that ends at ``target`` through a node that is on the canvas.

    Raises:
        EditRefused: The node lacks an input or an output, its input is taken, or there would be a cycle.
    """
    wire = design.wires[target]
    layer = design.nodes[id].layer
    if not layer.inputs or not layer.outputs:
        raise EditRefused(f"{id} cannot stand in a wire: it needs an input and an output")
    opened = design.without_wires([target])
    joined = opened.with_wire(Wire(wire.source, PortRef(id, layer.inputs[0].name)))
    return joined.with_wire(Wire(PortRef(id, layer.outputs[0].name), target))


def place_on_wire(design: Design, layer: Layer, target: PortRef) -> tuple[Design, NodeId]:
    """Place a fresh layer in the middle of the wire that ends at ``target``; gives the new design and the id."""
    wire = design.wires[target]
    start, end = design.nodes[wire.source.node].position, design.nodes[target.node].position
    result, id = place(design, layer, Point((start.x + end.x) / 2, (start.y + end.y) / 2))
    return insert_on_wire(result, id, target), id
