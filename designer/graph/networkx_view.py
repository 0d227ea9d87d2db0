"""A design as a networkx graph; the only module that knows networkx."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from designer.graph.design import Design, PortRef
from designer.graph.tensor import TensorSpec

if TYPE_CHECKING:
    import networkx


def to_networkx(design: Design, shapes: Mapping[PortRef, TensorSpec | None] | None = None) -> networkx.MultiDiGraph:
    """The design as a networkx graph.

    Args:
        design: What to convert.
        shapes: The shape at each output, where they are known; the edges carry them as ``shape``, N×C×H×W or N×F.

    Nodes are keyed by node id and carry ``layer``, ``key`` (its type), ``label`` (what the person calls it) and
    ``parameters`` by name; edges carry ``source_port``, ``target_port`` and ``shape``. It is a MultiDiGraph because one
    node may feed two ports of another.
    """
    # Imported here: it costs a tenth of a second, which the window need not pay.
    import networkx

    graph = networkx.MultiDiGraph(name=design.name)
    for node in design.nodes.values():
        parameters = {item.name: getattr(node.layer, item.name) for item in node.layer.parameters}
        graph.add_node(node.id, layer=node.layer, key=node.layer.key, label=node.name, parameters=parameters)
    for wire in design.wires.values():
        spec = shapes.get(wire.source) if shapes else None
        graph.add_edge(
            wire.source.node,
            wire.target.node,
            key=wire.target.port,
            source_port=wire.source.port,
            target_port=wire.target.port,
            shape=spec.shape if spec else None,
        )
    return graph
