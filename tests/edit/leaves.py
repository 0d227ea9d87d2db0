"""What a design is once every group is looked through: leaves by name, and which output feeds which input.

Worked out from ports and wires alone, apart from the code that groups and expands, so that it can be held against it.
"""

from __future__ import annotations

from typing import NamedTuple

from designer.graph.design import Design, Node, NodeId, PortRef
from designer.graph.layer import Layer


class Leaves(NamedTuple):
    """A design without its groups' borders.

    Attributes:
        layers: What each leaf computes, by its name; names must differ.
        feeds: ``(target, port)`` to ``(source, port, dots on the way)``, by names; what nothing feeds is left out.
    """

    layers: dict[str, Layer]
    feeds: dict[tuple[str, str], tuple[str, str, int]]


Frame = tuple[Design, Node | None]
"""A design, and the group that it is inside of in the frame before."""


def leaves(design: Design) -> Leaves:
    """The leaves of a design whose nodes' names differ."""
    found = Leaves({}, {})
    _collect([(design, None)], found)
    return found


def _collect(frames: list[Frame], found: Leaves) -> None:
    design = frames[-1][0]
    for node in design.nodes.values():
        if node.layer.body is not None:
            _collect([*frames, (node.layer.body, node)], found)
            continue
        is_border = len(frames) > 1 and not (node.layer.inputs and node.layer.outputs)
        if is_border:
            continue
        assert node.name not in found.layers, "names must differ for a leaf to be known again"
        found.layers[node.name] = node.layer
        for port in node.layer.inputs:
            feeding = _feeding(frames, PortRef(node.id, port.name), 0)
            if feeding is not None:
                found.feeds[node.name, port.name] = feeding


def _feeding(frames: list[Frame], target: PortRef, dots: int) -> tuple[str, str, int] | None:
    """The leaf's output that reaches an input of the innermost frame, through the borders of groups."""
    design, group = frames[-1]
    wire = design.wires.get(target)
    if wire is None:
        return None
    dots += len(wire.via)
    source = design.nodes[wire.source.node]
    if source.layer.body is not None:
        return _feeding([*frames, (source.layer.body, source)], PortRef(NodeId(wire.source.port), "x"), dots)
    if group is not None and not source.layer.inputs:
        return _feeding(frames[:-1], PortRef(group.id, source.id), dots)
    return source.name, wire.source.port, dots
