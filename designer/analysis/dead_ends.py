"""What leads to an output, through blocks; a dead end is computed, and no output depends on it."""

from __future__ import annotations

from collections.abc import Iterator

from designer.analysis.analysis import Analysis
from designer.analysis.cost import NodeCost, added
from designer.graph.design import Design, NodeId, NodePath, PortRef


def leading_out(analysis: Analysis) -> frozenset[NodePath]:
    """The nodes that are no block and whose result some output of the design depends on, through blocks."""
    found: set[NodePath] = set()
    ends = [node.id for node in analysis.design.output_nodes()]
    _follow_back(analysis, ends, (), found)
    return frozenset(found)


def cost_leading_out(analysis: Analysis) -> NodeCost:
    """What the nodes cost together that some output depends on."""
    needed = leading_out(analysis)
    return added(report.cost for path, _, report in analysis.primitives() if path in needed and report.cost is not None)


def weighted_dead_ends(analysis: Analysis) -> list[NodePath]:
    """The nodes that keep weights and that no output depends on, in order of execution."""
    needed = leading_out(analysis)
    return [
        path
        for path, node, report in analysis.primitives()
        if path not in needed and report.known_inputs and node.layer.weights(*report.known_inputs)
    ]


def _follow_back(analysis: Analysis, ends: list[NodeId], prefix: NodePath, found: set[NodePath]) -> set[NodeId]:
    """Add what these ends depend on; gives the design's inputs among it."""
    design = analysis.design
    needed: dict[NodeId, set[str]] = {end: set() for end in ends}
    entered: set[NodeId] = set()
    for id in reversed(design.order):
        if id not in needed:
            continue
        node, inner = design.nodes[id], analysis.node(id).inner
        if not node.layer.inputs:
            entered.add(id)
        if inner is None:
            found.add((*prefix, id))
            read = list(read_ports(design, id))
        else:
            outputs = [end.id for end in inner.design.output_nodes()]
            given = [end for port, end in zip(node.layer.outputs, outputs, strict=True) if port.name in needed[id]]
            inside = _follow_back(inner, given, (*prefix, id), found)
            entrances = [start.id for start in inner.design.input_nodes()]
            read = [
                PortRef(id, port.name)
                for port, start in zip(node.layer.inputs, entrances, strict=True)
                if start in inside
            ]
        for ref in read:
            if (wire := design.wires.get(ref)) is not None:
                needed.setdefault(wire.source.node, set()).add(wire.source.port)
    return entered


def read_ports(design: Design, id: NodeId) -> Iterator[PortRef]:
    """The ports whose tensor a layer reads: all of them, or only what passes it where it is bypassed."""
    layer = design.nodes[id].layer
    for index, port in enumerate(layer.inputs):
        if not layer.is_bypassed or index == layer.passed_input:
            yield PortRef(id, port.name)
