"""Nodes and wires: the records a design is made of, and what follows from ids, ports and wires alone."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, NewType

from designer.graph.layer import Layer
from designer.graph.topology import execution_order

NodeId = NewType("NodeId", str)
NodePath = tuple[NodeId, ...]
"""A node inside blocks: ids from the outermost block inward."""


def json_text(value: object) -> str:
    """Equal texts for equal values."""
    return json.dumps(value, sort_keys=True, default=str)


class Point(NamedTuple):
    """A place on the canvas, in canvas units."""

    x: float
    y: float


class PortRef(NamedTuple):
    """One port of one node."""

    node: NodeId
    port: str

    def __str__(self) -> str:
        return f"{self.node}.{self.port}"


@dataclass(frozen=True)
class Node:
    """A place in a design that holds a layer.

    Attributes:
        id: Unique in its design, a plain identifier; the name in state dicts and ONNX.
        layer: What is computed here.
        name: What the person calls it, or an empty text for the layer's own title.
        position: Top left corner of its card on the canvas.
    """

    id: NodeId
    layer: Layer
    name: str = ""
    position: Point = Point(0.0, 0.0)

    @property
    def title(self) -> str:
        """What stands on its card."""
        return self.name or self.layer.card_title()

    @cached_property
    def digest_text(self) -> str:
        """What of it counts in its design's digest; kept, so that a large design's asks only the nodes an edit made."""
        body = self.layer.body.digest if self.layer.body is not None else ""
        return json_text([self.id, self.layer.file_key, self.layer.file_data, body])


@dataclass(frozen=True)
class Wire:
    """One tensor's way from an output to an input.

    Attributes:
        source: The output port it starts at.
        target: The input port it ends at.
        via: Reroute dots the drawing passes through; they change nothing else.
    """

    source: PortRef
    target: PortRef
    via: tuple[Point, ...] = ()


class Feed(NamedTuple):
    """What an input port reads: a node, which of its outputs, and that output as a reference."""

    node: NodeId
    output: int
    ref: PortRef


_WORKED_OUT = {
    "fed",
    "feeds",
    "without_inputs",
    "without_outputs",
    "incoming",
    "outgoing",
    "predecessors",
    "successors",
    "order",
    "rank",
}


class Structure:
    """What follows from ids, ports and wires alone; shared by designs that differ in parameters, names and places."""

    def __init__(self, nodes: Mapping[NodeId, Node], wires: Mapping[PortRef, Wire]) -> None:
        self.node_ids = tuple(nodes)
        self.wires = wires
        self._nodes = nodes
        self.remembered: dict[Hashable, Any] = {}

    def forget(self) -> None:
        """Drop what was worked out; it is worked out again where it is asked for."""
        self.remembered.clear()
        for name in _WORKED_OUT & vars(self).keys():
            delattr(self, name)

    @cached_property
    def fed(self) -> Mapping[NodeId, tuple[Wire | None, ...]]:
        """The wire that ends at each input port of each node, None where there is none."""
        wires = self.wires
        return {
            id: tuple([wires.get(PortRef(id, port.name)) for port in node.layer.inputs])
            for id, node in self._nodes.items()
        }

    @cached_property
    def feeds(self) -> Mapping[NodeId, tuple[Feed | None, ...]]:
        return {id: tuple([self._feed(wire) for wire in wires]) for id, wires in self.fed.items()}

    def _feed(self, wire: Wire | None) -> Feed | None:
        if wire is None:
            return None
        source = wire.source
        outputs = self._nodes[source.node].layer.outputs
        return Feed(source.node, [port.name for port in outputs].index(source.port) if len(outputs) > 1 else 0, source)

    @cached_property
    def without_inputs(self) -> tuple[NodeId, ...]:
        return tuple([id for id, wires in self.fed.items() if not wires])

    @cached_property
    def without_outputs(self) -> tuple[NodeId, ...]:
        return tuple([id for id, node in self._nodes.items() if not node.layer.outputs])

    @cached_property
    def incoming(self) -> Mapping[NodeId, tuple[Wire, ...]]:
        # In the order of the ports, not of drawing, so that the order of execution survives a file.
        return {id: tuple([wire for wire in wires if wire is not None]) for id, wires in self.fed.items()}

    @cached_property
    def outgoing(self) -> Mapping[NodeId, tuple[Wire, ...]]:
        found: dict[NodeId, list[Wire]] = {node: [] for node in self.node_ids}
        for wire in self.wires.values():
            found[wire.source.node].append(wire)
        return {node: tuple(wires) for node, wires in found.items()}

    @cached_property
    def predecessors(self) -> Mapping[NodeId, list[NodeId]]:
        return {node: [wire.source.node for wire in wires] for node, wires in self.incoming.items()}

    @cached_property
    def successors(self) -> Mapping[NodeId, list[NodeId]]:
        return {node: [wire.target.node for wire in wires] for node, wires in self.outgoing.items()}

    @cached_property
    def order(self) -> tuple[NodeId, ...]:
        return execution_order(self.predecessors)

    @cached_property
    def rank(self) -> Mapping[NodeId, int]:
        return {node: index for index, node in enumerate(self.order)}
