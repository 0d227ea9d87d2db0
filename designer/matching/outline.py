"""A design as numbers: every node in it and in its groups, what each is and what each reads; for matching alone.

Groups are laid open: a wire to a group's port is a wire to the Input inside, a wire from one comes from the Output
inside. So groups, and groups in groups, need no rules of their own when two outlines are held against each other; a
node only remembers the group it is in. Blocks that are declared in code stay closed: their parameters say all.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Sequence
from typing import Any, NamedTuple

from designer.graph.design import Design, Node, NodeId, NodePath, PortRef, Wire

NONE = -1
"""No node: of a port that takes no wire, of a node in no group."""


class Words:
    """Gives equal things equal numbers; two outlines that are compared share one."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}

    def number(self, thing: Hashable) -> int:
        """The thing's number."""
        return self._numbers.setdefault(thing, len(self._numbers))


class InPort(NamedTuple):
    """An input port of an outline.

    Attributes:
        label: Its name's number; ``OUTER`` for what reaches an Input inside a group.
        source: Index of the node it reads, or NONE.
        output: Number of the output it reads there.
        wire: The wire as drawn, or None.
    """

    label: int
    source: int
    output: int
    wire: Wire | None


class Place(NamedTuple):
    """Where a node is: the ids that lead to it, itself, and the design it is drawn in."""

    path: NodePath
    node: Node
    scope: Design


class Outline:
    """Nodes by index, so that each comes after what it reads and after the group it is in.

    Attributes:
        places: Where each node is.
        index: The index of each path.
        parent: Index of the group it is in, or NONE.
        shape: Nodes of one shape may be partners: both groups, or alike in having inputs and outputs.
        kind: Equal for equal layer types.
        content: Equal for equal type and parameters.
        full: Equal for equal content and name.
        values: The parameters' values, in the order of their declaration; of equal kinds as many.
        ports: What each reads, by port.
        socket: Equal for equal input ports.
        readers: Who reads each, as index and position among the reader's ports.
        heal: What its readers read once it is deleted, as ``edit.edits.delete`` has it, or NONE.
        children: By group, and under NONE those in no group: the indices inside.
        gives: Whether it is where the group it is in gives something out.
    """

    def __init__(self, design: Design, words: Words) -> None:
        self.words = words
        flat: list[Place] = []
        parents: list[int] = []
        _flatten(design, (), NONE, flat, parents)
        position = {place.path: index for index, place in enumerate(flat)}
        order = _canonical_order(flat, parents, position)
        self.places = [flat[old] for old in order]
        self.index = {place.path: index for index, place in enumerate(self.places)}
        self.parent = [self.index[place.path[:-1]] if len(place.path) > 1 else NONE for place in self.places]
        self.children: dict[int, list[int]] = {NONE: []}
        for index, parent in enumerate(self.parent):
            self.children.setdefault(parent, []).append(index)
        self.ports = [tuple(self._ports(place)) for place in self.places]
        self.socket = [words.number(("socket", *(port.label for port in ports))) for ports in self.ports]
        self.readers: list[list[tuple[int, int]]] = [[] for _ in self.places]
        for index, ports in enumerate(self.ports):
            for position_in, port in enumerate(ports):
                if port.source != NONE:
                    self.readers[port.source].append((index, position_in))
        self.heal = [_healing(place, self.index) for place in self.places]
        self.gives = [len(place.path) > 1 and not place.node.layer.outputs for place in self.places]
        self._label()

    def __len__(self) -> int:
        return len(self.places)

    def _ports(self, place: Place) -> Iterator[InPort]:
        number = self.words.number
        if place.node.body is None:
            for port in place.node.layer.inputs:
                wire = place.scope.wires.get(PortRef(place.node.id, port.name))
                yield InPort(number(("port", port.name)), *self._source(place.path[:-1], place.scope, wire), wire)
        if len(place.path) > 1 and not place.node.layer.inputs:
            group = self.places[self.index[place.path[:-1]]]
            wire = group.scope.wires.get(PortRef(group.node.id, place.node.id))
            yield InPort(number("outer"), *self._source(group.path[:-1], group.scope, wire), wire)

    def _source(self, prefix: NodePath, scope: Design, wire: Wire | None) -> tuple[int, int]:
        if wire is None:
            return NONE, NONE
        path, is_inside = _source_path(prefix, scope, wire.source)
        return self.index[path], NONE if is_inside else self.words.number(("port", wire.source.port))

    def _label(self) -> None:
        number, contents = self.words.number, dict[Hashable, int]()
        self.shape, self.kind, self.content, self.full = [], [], [], []
        self.values: list[tuple[Any, ...]] = []
        for place in self.places:
            layer = place.node.layer
            grouped = layer.body is not None
            shape = "group" if grouped else (bool(layer.inputs), bool(layer.outputs))
            said: Hashable = _content(layer.file_key, layer.file_data)
            if layer.body is not None:
                said = (said, layer.body.name)
            if place.node.formulas or place.node.condition:
                said = (said, frozenset(place.node.formulas), place.node.condition)
            content = contents.setdefault(said, number(("content", said)))
            self.shape.append(number(("shape", shape)))
            self.kind.append(number(("kind", layer.file_key)))
            self.content.append(content)
            self.full.append(number(("full", content, place.node.name)))
            self.values.append(tuple([getattr(layer, parameter.name) for parameter in layer.parameters]))


def _content(key: str, data: Any) -> tuple[str, str]:
    return key, json.dumps(data, sort_keys=True, default=str) if data else ""


def _flatten(design: Design, prefix: NodePath, parent: int, flat: list[Place], parents: list[int]) -> None:
    for node in design.nodes.values():
        flat.append(Place((*prefix, node.id), node, design))
        parents.append(parent)
        if node.body is not None:
            _flatten(node.body, (*prefix, node.id), len(flat) - 1, flat, parents)


def _source_path(prefix: NodePath, scope: Design, ref: PortRef) -> tuple[NodePath, bool]:
    """The path of what a port stands for, and whether that is inside a group."""
    if scope.nodes[ref.node].body is None:
        return (*prefix, ref.node), False
    # A group's ports are named by the nodes inside that they stand for.
    return (*prefix, ref.node, NodeId(ref.port)), True


def _healing(place: Place, index: dict[NodePath, int]) -> int:
    incoming = sorted(place.scope.incoming(place.node.id), key=lambda wire: wire.target.port)
    if not incoming:
        return NONE
    return index[_source_path(place.path[:-1], place.scope, incoming[-1].source)[0]]


def _canonical_order(flat: Sequence[Place], parents: Sequence[int], position: dict[NodePath, int]) -> list[int]:
    """From what is read by none, depth first by ports: an order that follows wiring, not ids or order of placing."""
    needs = [_needs(place, parents[index], flat, position) for index, place in enumerate(flat)]
    read = {source for each in needs for source in each}
    ends = [index for index in range(len(flat)) if index not in read]
    ends.sort(key=lambda index: flat[index].node.layer.file_key)
    order: list[int] = []
    state = [0] * len(flat)
    for end in ends:
        waiting = [end]
        while waiting:
            index = waiting[-1]
            if state[index] == 0:
                state[index] = 1
                waiting += [source for source in reversed(needs[index]) if state[source] == 0]
            else:
                waiting.pop()
                if state[index] == 1:
                    state[index] = 2
                    order.append(index)
    return order


def _needs(place: Place, parent: int, flat: Sequence[Place], position: dict[NodePath, int]) -> list[int]:
    """What must come before a node: its group, what it reads, and what its group's readers would read without it."""
    found = [] if parent == NONE else [parent]
    prefix, layer = place.path[:-1], place.node.layer
    if layer.body is None:
        wires = [place.scope.wires.get(PortRef(place.node.id, port.name)) for port in layer.inputs]
        found += [position[_source_path(prefix, place.scope, wire.source)[0]] for wire in wires if wire is not None]
    if parent != NONE and not (layer.inputs and layer.outputs):
        group = flat[parent]
        around = [
            wire for wire in group.scope.incoming(group.node.id) if layer.inputs or wire.target.port == place.node.id
        ]
        found += [position[_source_path(group.path[:-1], group.scope, wire.source)[0]] for wire in around]
    return found
