"""A design: nodes that hold layers, and wires between their ports. An immutable value; editing makes a new one.

The structure is always sound: wires end at ports that exist, an input takes one wire, and there is no cycle. Whatever
would break that raises EditRefused and leaves the old value as it was. What the shapes mean is the analysis' business,
not ours.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar

from designer.errors import EditRefused, near
from designer.graph.annotation import Annotation, AnnotationId
from designer.graph.field_formula import FieldFormula
from designer.graph.ids import NodeId as NodeId
from designer.graph.ids import NodePath as NodePath
from designer.graph.ids import Point as Point
from designer.graph.ids import PortRef as PortRef
from designer.graph.layer import Layer, Port
from designer.graph.parameter import Parameter
from designer.graph.topology import downstream, execution_order
from designer.graph.variation import Variation

T = TypeVar("T")


def json_text(value: object) -> str:
    """Equal texts for equal values."""
    return json.dumps(value, sort_keys=True, default=str)


@dataclass(frozen=True)
class Node:
    """A place in a design that holds a layer.

    Attributes:
        id: Unique in its design, a plain identifier; the name in state dicts and ONNX.
        layer: What is computed here.
        name: What the person calls it, or an empty text for the layer's own title.
        position: Top left corner of its card on the canvas.
        varied: Its fields that a sweep gives several values; they change nothing of what is computed.
        formulas: Its fields that follow from the parameters of the group it is in, and from what flows in.
        condition: What must hold of these for it to be there; else its input passes through. Empty: it is there.
    """

    id: NodeId
    layer: Layer
    name: str = ""
    position: Point = Point(0.0, 0.0)
    varied: tuple[Variation, ...] = ()
    formulas: tuple[FieldFormula, ...] = ()
    condition: str = ""

    @property
    def title(self) -> str:
        """What stands on its card."""
        return self.name or self.layer.card_title()

    @property
    def body(self) -> Design | None:
        """The design drawn inside, of a group; None of everything declared in code."""
        found: Design | None = self.layer.body
        return found

    @cached_property
    def digest_text(self) -> str:
        """What of it counts in its design's digest; kept, so that a large design's asks only the nodes an edit made."""
        body = self.body.digest if self.body is not None else ""
        told = [self.id, self.layer.file_key, self.layer.file_data, body]
        if self.formulas or self.condition:
            told += [{each.field: each.text for each in self.formulas}, self.condition]
        return json_text(told)

    def formula(self, field: str) -> str:
        """The formula of a field, or an empty text."""
        return next((each.text for each in self.formulas if each.field == field), "")

    def with_formula(self, field: str, text: str) -> Node:
        """With another formula of a field; an empty one takes it away."""
        others = tuple(each for each in self.formulas if each.field != field)
        return replace(self, formulas=(*others, FieldFormula(field, text)) if text else others)


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
    "entrances",
    "exits",
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
    def entrances(self) -> tuple[NodeId, ...]:
        nodes = self._nodes
        return tuple([id for id, wires in self.fed.items() if not wires and not nodes[id].layer.is_block])

    @cached_property
    def exits(self) -> tuple[NodeId, ...]:
        nodes = self._nodes.items()
        return tuple([id for id, node in nodes if not node.layer.outputs and not node.layer.is_block])

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


@dataclass(frozen=True, eq=False)
class Design:
    """Nodes and wires; immutable.

    Attributes:
        name: What the person calls it.
        nodes: By id, in the order they were placed.
        wires: By the input they end at, so that an input has one wire by construction.
        annotations: Frames and notes by id, which mean nothing to what is computed.
        constraints: What a sweep of its varied fields shall keep to, a sentence each: ``parameters <= 3.5e6``.
        parameters: What its nodes' formulas speak of, where it is what is inside a group: the group's own parameters.
    """

    name: str = "untitled"
    nodes: Mapping[NodeId, Node] = field(default_factory=dict)
    wires: Mapping[PortRef, Wire] = field(default_factory=dict)
    _shared: Structure | None = field(default=None, repr=False)
    annotations: Mapping[AnnotationId, Annotation] = field(default_factory=dict)
    constraints: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()

    @staticmethod
    def build(
        name: str,
        nodes: Iterable[Node],
        wires: Iterable[Wire],
        annotations: Iterable[Annotation] = (),
        constraints: Iterable[str] = (),
        parameters: Iterable[Parameter] = (),
    ) -> Design:
        """A design from its parts.

        Raises:
            EditRefused: Two nodes share an id, a wire ends at no port, an input takes two wires, or there is a cycle.
        """
        by_id: dict[NodeId, Node] = {}
        for node in nodes:
            if node.id in by_id:
                raise EditRefused(f"two nodes are called '{node.id}'; ids must differ")
            by_id[node.id] = node
        by_target: dict[PortRef, Wire] = {}
        for wire in wires:
            _check_ends(by_id, wire)
            if wire.target in by_target:
                raise EditRefused(f"two wires end at {wire.target}; an input takes one")
            by_target[wire.target] = wire
        design = Design(name, by_id, by_target, None, _by_id(annotations), tuple(constraints), tuple(parameters))
        _ = design.order  # proves that there is no cycle
        return design

    # Equality is content: ids, layers, names, places, wires, and the order of placing, from which follow the order of
    # execution and that of a group's ports. The order in which wires were drawn is not content.
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Design):
            return NotImplemented
        return self is other or (
            self.name == other.name
            and self.nodes == other.nodes
            and self.wires == other.wires
            and list(self.nodes) == list(other.nodes)
            and self.annotations == other.annotations
            and self.constraints == other.constraints
            and self.parameters == other.parameters
        )

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.name, frozenset(self.nodes), frozenset(self.wires)))

    @cached_property
    def _structure(self) -> Structure:
        return self._shared or Structure(self.nodes, self.wires)

    def forget_structure(self, unless_of: Design) -> None:
        """Drop what was worked out of ids and wires, unless another design shares it; it is had again when asked."""
        if self._structure is not unless_of._structure:
            self._structure.forget()

    # Queries ----------------------------------------------------------------------------------------------------------

    @property
    def order(self) -> tuple[NodeId, ...]:
        """Ids in the order of execution."""
        return self._structure.order

    @property
    def rank(self) -> Mapping[NodeId, int]:
        """Place of each id in ``order``."""
        return self._structure.rank

    @property
    def successors(self) -> Mapping[NodeId, list[NodeId]]:
        """Ids of the nodes that read each node, one entry a wire."""
        return self._structure.successors

    @property
    def predecessors(self) -> Mapping[NodeId, list[NodeId]]:
        """Ids of the nodes that each node reads, one entry a wire."""
        return self._structure.predecessors

    @property
    def feeds(self) -> Mapping[NodeId, tuple[Feed | None, ...]]:
        """What each input port of each node reads, None where it takes no wire."""
        return self._structure.feeds

    def node(self, id: NodeId) -> Node:
        """The node of an id.

        Raises:
            EditRefused: There is none; the text guesses what was meant.
        """
        if id not in self.nodes:
            raise EditRefused(f"there is no node '{id}'{near(id, self.nodes)}")
        return self.nodes[id]

    def incoming(self, node: NodeId) -> tuple[Wire, ...]:
        """Wires that end at the node, in the order of its ports."""
        return self._structure.incoming[node]

    def outgoing(self, node: NodeId) -> tuple[Wire, ...]:
        """Wires that start at the node."""
        return self._structure.outgoing[node]

    def same_structure(self, other: Design) -> bool:
        """Whether both are known to have the same ids, ports and wires; cheap: False where it had to compare."""
        return self._structure is other._structure

    def of_structure(self, key: Hashable, make: Callable[[], T]) -> T:
        """What follows from ids, ports and wires alone, made once for all designs that share them.

        Args:
            key: Names what is made, with whatever else it depends on.
            make: Makes it, the first time.
        """
        remembered = self._structure.remembered
        found: T | None = remembered.get(key)
        if found is None:  # not looked up again: another thread may have been told to forget meanwhile
            found = remembered[key] = make()
        return found

    def input_nodes(self) -> tuple[Node, ...]:
        """Nodes where data enters: layers without an input port, in order of placing."""
        return tuple(map(self.nodes.__getitem__, self._structure.entrances))

    def output_nodes(self) -> tuple[Node, ...]:
        """Nodes where data leaves: layers without an output port, in order of placing."""
        return tuple(map(self.nodes.__getitem__, self._structure.exits))

    def input_port(self, ref: PortRef) -> Port:
        """The input port a reference means.

        Raises:
            EditRefused: There is none.
        """
        return _port(self.nodes, ref, "input")

    def output_port(self, ref: PortRef) -> Port:
        """The output port a reference means.

        Raises:
            EditRefused: There is none.
        """
        return _port(self.nodes, ref, "output")

    def would_cycle(self, source: NodeId, target: NodeId) -> bool:
        """Whether a wire from source to target would close a circle."""
        if self.rank[source] < self.rank[target]:
            return False
        return source in downstream(self.successors, [target])

    def fresh_id(self, stem: str, taken: Collection[str] = ()) -> NodeId:
        """An id no node has: ``stem_1``, ``stem_2`` and so on; nor one of those taken besides."""
        number = 1
        while f"{stem}_{number}" in self.nodes or f"{stem}_{number}" in taken:
            number += 1
        return NodeId(f"{stem}_{number}")

    @cached_property
    def digest(self) -> str:
        """A hex text shared by designs that compute the same under the same node ids; places and names do not count."""
        by_name = self.of_structure("ids by name", lambda: sorted(self.nodes))
        wires = self.of_structure(
            "wires in the digest",
            lambda: json_text(sorted([*wire.source, *wire.target] for wire in self.wires.values())),
        )
        text = f"[[{', '.join([self.nodes[id].digest_text for id in by_name])}], {wires}]"
        if self.parameters:
            text += json_text([[each.name, each.to_json(each.default)] for each in self.parameters])
        return sha256(text.encode()).hexdigest()[:16]

    # New values -------------------------------------------------------------------------------------------------------

    def renamed(self, name: str) -> Design:
        """The same design under another name."""
        return Design(
            name, self.nodes, self.wires, self._structure, self.annotations, self.constraints, self.parameters
        )

    def with_node(self, node: Node) -> Design:
        """With one more node.

        Raises:
            EditRefused: The id is taken.
        """
        if node.id in self.nodes:
            raise EditRefused(f"'{node.id}' is already on the canvas; ids must differ")
        return Design(
            self.name,
            {**self.nodes, node.id: node},
            self.wires,
            None,
            self.annotations,
            self.constraints,
            self.parameters,
        )

    def replacing(self, changed: Iterable[Node]) -> Design:
        """With nodes of the same ids put in place of the present ones; wires to ports that are gone go too.

        Raises:
            EditRefused: There is no node of an id.
        """
        nodes = dict(self.nodes)
        shape_differs = False
        for node in changed:
            before = self.node(node.id).layer
            if before is not node.layer and _outline(before) != _outline(node.layer):
                shape_differs = True
            nodes[node.id] = node
        if not shape_differs:
            return Design(
                self.name, nodes, self.wires, self._structure, self.annotations, self.constraints, self.parameters
            )
        wires = {target: wire for target, wire in self.wires.items() if _ends_exist(nodes, wire)}
        return Design(self.name, nodes, wires, None, self.annotations, self.constraints, self.parameters)

    def refilled(self, name: str, nodes: Iterable[Node]) -> Design:
        """The same wiring under another name, with nodes whose ids, ports and order the caller knows to be the same."""
        return Design(
            name, {node.id: node for node in nodes}, self.wires, self._structure, self.annotations, self.constraints
        )

    def with_layer(self, node: NodeId, layer: Layer) -> Design:
        """With another layer at a node.

        Raises:
            EditRefused: There is no such node.
        """
        return self.replacing([replace(self.node(node), layer=layer)])

    def without_nodes(self, gone: Iterable[NodeId]) -> Design:
        """Without these nodes and the wires at them."""
        absent = set(gone)
        nodes = {id: node for id, node in self.nodes.items() if id not in absent}
        wires = {
            target: wire
            for target, wire in self.wires.items()
            if target.node not in absent and wire.source.node not in absent
        }
        return Design(self.name, nodes, wires, None, self.annotations, self.constraints, self.parameters)

    def with_wire(self, wire: Wire) -> Design:
        """With one more wire.

        Raises:
            EditRefused: An end is no port, the input is taken, or there would be a cycle.
        """
        _check_ends(self.nodes, wire)
        if wire.target in self.wires:
            raise EditRefused(
                f"{wire.target} already takes a wire from {self.wires[wire.target].source}; an input takes one"
            )
        if self.would_cycle(wire.source.node, wire.target.node):
            raise EditRefused(f"a wire from {wire.source.node} to {wire.target.node} would make a cycle")
        return Design(
            self.name, self.nodes, {**self.wires, wire.target: wire}, None, self.annotations, self.constraints
        )

    def without_wires(self, targets: Iterable[PortRef]) -> Design:
        """Without the wires that end at these inputs."""
        absent = set(targets)
        wires = {t: wire for t, wire in self.wires.items() if t not in absent}
        return Design(self.name, self.nodes, wires, None, self.annotations, self.constraints, self.parameters)

    def rerouted(self, changed: Iterable[Wire]) -> Design:
        """With other reroute dots on wires that exist.

        Raises:
            EditRefused: There is no such wire.
        """
        wires = dict(self.wires)
        for wire in changed:
            if wire.target not in wires or wires[wire.target].source != wire.source:
                raise EditRefused(f"there is no wire from {wire.source} to {wire.target}")
            wires[wire.target] = wire
        return Design(self.name, self.nodes, wires, None, self.annotations, self.constraints, self.parameters)

    def constrained(self, constraints: Iterable[str]) -> Design:
        """With other constraints of its sweep."""
        return Design(
            self.name, self.nodes, self.wires, self._structure, self.annotations, tuple(constraints), self.parameters
        )

    def parametrised(self, parameters: Iterable[Parameter]) -> Design:
        """With other parameters of its own."""
        changed = (self.annotations, self.constraints, tuple(parameters))
        return Design(self.name, self.nodes, self.wires, self._structure, *changed)

    def with_annotations(self, changed: Iterable[Annotation]) -> Design:
        """With these frames and notes, in place of those of the same ids."""
        return Design(
            self.name,
            self.nodes,
            self.wires,
            self._structure,
            {**self.annotations, **_by_id(changed)},
            self.constraints,
            self.parameters,
        )

    def without_annotations(self, gone: Iterable[AnnotationId]) -> Design:
        """Without these frames and notes."""
        absent = set(gone)
        kept = {id: annotation for id, annotation in self.annotations.items() if id not in absent}
        return Design(self.name, self.nodes, self.wires, self._structure, kept, self.constraints, self.parameters)


def _by_id(annotations: Iterable[Annotation]) -> dict[AnnotationId, Annotation]:
    return {annotation.id: annotation for annotation in annotations}


def _outline(layer: Layer) -> tuple[tuple[Port, ...], tuple[Port, ...], bool]:
    """What of a layer the structure of a design depends on."""
    return layer.inputs, layer.outputs, layer.is_block


def _ends_exist(nodes: Mapping[NodeId, Node], wire: Wire) -> bool:
    try:
        _check_ends(nodes, wire)
    except EditRefused:
        return False
    return True


def _check_ends(nodes: Mapping[NodeId, Node], wire: Wire) -> None:
    _port(nodes, wire.source, "output")
    _port(nodes, wire.target, "input")


def _port(nodes: Mapping[NodeId, Node], ref: PortRef, side: str) -> Port:
    node = nodes.get(ref.node)
    if node is None:
        raise EditRefused(f"a wire ends at '{ref.node}', and there is no such node{near(ref.node, nodes)}")
    port = node.layer.port_called(side == "input", ref.port)
    if port is not None:
        return port
    ports = node.layer.inputs if side == "input" else node.layer.outputs
    names = ", ".join(port.name for port in ports) or "none"
    raise EditRefused(f"{ref.node} has no {side} '{ref.port}' (it has: {names})")
