"""Order and reachability in a graph that is given as mappings between ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from designer.errors import EditRefused
from designer.graph.ids import NodeId


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
