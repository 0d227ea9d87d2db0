"""Designs drawn in a few lines, and how many channels their nodes give."""

from __future__ import annotations

from designer.analysis.analysis import Analysis
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer


def drawn(*parts: tuple[str, Layer, tuple[str, ...]]) -> Design:
    """Nodes by name, each with what it reads, one an input port."""
    nodes = [Node(NodeId(name), layer) for name, layer, _ in parts]
    wires = [
        Wire(PortRef(NodeId(source), "y"), PortRef(NodeId(name), port.name))
        for name, layer, sources in parts
        for source, port in zip(sources, layer.inputs, strict=True)
    ]
    return Design.build("drawn", nodes, wires)


def channels(analysis: Analysis, id: str) -> int:
    outputs = analysis.node(NodeId(id)).outputs
    assert outputs is not None
    return outputs[0].channels
