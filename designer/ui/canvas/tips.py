"""Tool tips of the canvas: what is under the pointer, in full. Words come from the card's module.

Nothing is computed here.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF

from designer.graph.design import NodeId, PortRef
from designer.ui.canvas.card import node_tip, port_tip, wire_tip
from designer.ui.canvas.drawing import Drawing
from designer.ui.canvas.hits import Under, hit


def tip_at(drawing: Drawing, at: QPointF, scale: float) -> str:
    """The tool tip of a point, or an empty text.

    Args:
        drawing: The canvas.
        at: The point, in canvas units.
        scale: Pixels a canvas unit.
    """
    found = hit(drawing, at, scale)
    if found.node is not None and found.under in (Under.NODE, Under.FIX):
        return _node(drawing, found.node)
    if found.port is None:
        return ""
    if found.under is Under.OUTPUT:
        return _port(drawing, found.port, is_output=True)
    if found.port in drawing.wires:
        return _wire(drawing, found.port)
    return _port(drawing, found.port, is_output=False)


def _node(drawing: Drawing, id: NodeId) -> str:
    item = drawing.nodes[id]
    analysis = None if drawing.is_stale else drawing.analysis
    field = analysis.receptive_field(item.id) if analysis is not None and item.face.is_known else None
    return node_tip(item.node, item.report, item.issues, field, item.face.shares)


def _wire(drawing: Drawing, target: PortRef) -> str:
    item = drawing.wires[target]
    analysis = None if drawing.is_stale else drawing.analysis
    known = analysis is not None and item.spec is not None
    field = analysis.receptive_field(item.wire.source.node) if analysis is not None and known else None
    return wire_tip(item.wire, item.spec, field)


def _port(drawing: Drawing, ref: PortRef, is_output: bool) -> str:
    layer = drawing.nodes[ref.node].node.layer
    port = next(each for each in (layer.outputs if is_output else layer.inputs) if each.name == ref.port)
    spec = drawing.analysis.spec(ref) if is_output and drawing.analysis is not None and not drawing.is_stale else None
    return port_tip(ref, port, spec, is_output)
