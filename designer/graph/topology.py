"""Order, reachability and networkx views of a design; the only room that knows networkx."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from designer.errors import EditRefused

if TYPE_CHECKING:
    import networkx

    from designer.graph.design import Design, NodeId, PortRef
    from designer.graph.tensor import TensorSpec


def execution_order(predecessors: Mapping[NodeId, Iterable[NodeId]]) -> tuple[NodeId, ...]:
    """Nodes so that each comes after what it reads: the order of placing where that is one, else a topological order.

    Raises:
        EditRefused: There is a cycle; the text names it.
    """
    if _is_order(predecessors):
        return tuple(predecessors)
    try:
        return tuple(TopologicalSorter(predecessors).static_order())
    except CycleError as error:
        path = " → ".join(error.args[1])
        raise EditRefused(f"the wires run in a circle: {path}; a design must flow one way") from None


def _is_order(predecessors: Mapping[NodeId, Iterable[NodeId]]) -> bool:
    seen: set[NodeId] = set()
    for node, sources in predecessors.items():
        if not seen.issuperset(sources):
            return False
        seen.add(node)
    return True


def downstream(consumers: Mapping[NodeId, Iterable[NodeId]], starts: Iterable[NodeId]) -> Iterator[NodeId]:
    """Every node reached from the starts along the wires, the starts among them, each once."""
    waiting = list(starts)
    seen = set(waiting)
    while waiting:
        node = waiting.pop()
        yield node
        for reader in consumers.get(node, ()):
            if reader not in seen:
                seen.add(reader)
                waiting.append(reader)


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
