"""Put nodes into a group, take a block apart again, make a block a group; no node, wire, place or name is lost."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import count

from designer.edit.annotations import paste_annotations, shifted_annotations
from designer.edit.edits import delete
from designer.edit.layout import tidy
from designer.edit.room import moved_right
from designer.edit.sizes import CARD_WIDTH, GAP_X
from designer.errors import EditRefused
from designer.graph.design import Design, Node, NodeId, Point, PortRef, Wire
from designer.graph.tensor import TensorSpec
from designer.graph.topology import downstream
from designer.layers.blocks import Group
from designer.layers.endpoints import Input, Output
from designer.layers.formulas import has_formulas, without_formulas


def expand_block(design: Design, id: NodeId, inputs: tuple[TensorSpec, ...]) -> tuple[Design, tuple[NodeId, ...]]:
    """Put a block's parts in its place, wired as it was; gives the new design and the parts' ids.

    Args:
        design: Where the block is.
        id: The block's node.
        inputs: Shapes that reach it, N×C×H×W each; what a block is made of can depend on them, a group's parts only
            where they have formulas.

    Raises:
        EditRefused: The node is no block, or there is no such node.
        ShapeError: The block cannot take these inputs.
    """
    block = design.node(id)
    if not block.layer.is_block:
        raise EditRefused(f"{id} is no block: there is nothing inside to show")
    drawn = block.body
    if drawn is not None and has_formulas(drawn):
        drawn = _worked_out(block.layer.expand(*inputs))
    body = _placed(block.layer.expand(*inputs) if drawn is None else drawn, drawn is None, block.position)
    ends = {node.id for node in (*body.input_nodes(), *body.output_nodes())}
    names = _names_outside(design, block, [part for part in body.nodes if part not in ends])
    parts = [replace(body.nodes[part], id=name) for part, name in names.items()]
    kept = _with_room([node for node in design.nodes.values() if node.id != id], parts)
    wires = [*_outside_wires(design, id), *_inside_wires(body, ends, names), *_joins(design, id, body, names)]
    order = [*kept[: _index(design, id)], *parts, *kept[_index(design, id) :]]
    built = Design.build(design.name, order, wires, design.annotations.values(), design.constraints, design.parameters)
    return paste_annotations(built, body.annotations.values(), Point(0.0, 0.0))[0], tuple(names.values())


def _worked_out(body: Design) -> Design:
    """What is inside a group as plain nodes: what a condition switched off is left out."""
    gone = [node.id for node in body.nodes.values() if node.condition and node.layer.is_bypassed]
    return delete(without_formulas(body), gone)


def _names_outside(design: Design, block: Node, parts: Iterable[NodeId]) -> dict[NodeId, NodeId]:
    """Each part's id outside: its own where a person drew it, the block's and its own where the block made it."""
    wanted = {part: part if block.body is not None else NodeId(f"{block.id}_{part}") for part in parts}
    taken = set(wanted.values())
    for part, name in wanted.items():
        if name in design.nodes and name != block.id:
            wanted[part] = design.fresh_id(name, taken)
            taken.add(wanted[part])
    return wanted


def _index(design: Design, id: NodeId) -> int:
    return list(design.nodes).index(id)


def _placed(body: Design, needs_layout: bool, corner: Point) -> Design:
    """The body with its first card where the block stands; what is laid out here in one row, as it goes into one."""
    laid = tidy(body, folds=False) if needs_layout else body
    ends = {node.id for node in (*body.input_nodes(), *body.output_nodes())}
    parts = [node for node in laid.nodes.values() if node.id not in ends]
    if not parts:
        return laid
    left, top = parts[0].position

    def moved(place: Point) -> Point:
        return Point(place.x - left + corner.x, place.y - top + corner.y)

    shifted = laid.replacing([replace(node, position=moved(node.position)) for node in laid.nodes.values()])
    shifted = shifted_annotations(shifted, Point(corner.x - left, corner.y - top))
    dotted = [replace(wire, via=tuple(map(moved, wire.via))) for wire in laid.wires.values() if wire.via]
    return shifted.rerouted(dotted) if dotted else shifted


def _with_room(kept: list[Node], parts: list[Node]) -> list[Node]:
    """The other nodes, those beside the parts moved right together where a card would lie on another."""
    if not parts:
        return kept
    moved = {node.id: node for node in moved_right(kept, [part.position for part in parts])}
    return [moved.get(node.id, node) for node in kept]


def _outside_wires(design: Design, id: NodeId) -> list[Wire]:
    return [wire for wire in design.wires.values() if id not in (wire.source.node, wire.target.node)]


def _inside_wires(body: Design, ends: set[NodeId], names: dict[NodeId, NodeId]) -> list[Wire]:
    return [
        replace(
            wire,
            source=PortRef(names[wire.source.node], wire.source.port),
            target=PortRef(names[wire.target.node], wire.target.port),
        )
        for wire in body.wires.values()
        if wire.source.node not in ends and wire.target.node not in ends
    ]


def _joins(design: Design, id: NodeId, body: Design, names: dict[NodeId, NodeId]) -> list[Wire]:
    """Wires across the block's border: from what fed it to its parts, from its parts to what read it."""
    feeding = {wire.target.port: wire for wire in design.incoming(id)}
    layer = design.nodes[id].layer
    by_input = dict(zip((node.id for node in body.input_nodes()), (port.name for port in layer.inputs), strict=True))
    by_output = dict(zip((port.name for port in layer.outputs), (node.id for node in body.output_nodes()), strict=True))

    def from_outside(wire: Wire) -> Wire | None:
        """A wire of the body with the source it has outside; None where nothing feeds it."""
        if wire.source.node not in by_input:
            return replace(wire, source=PortRef(names[wire.source.node], wire.source.port))
        outer = feeding.get(by_input[wire.source.node])
        return outer and replace(wire, source=outer.source, via=(*outer.via, *wire.via))

    found = []
    for wire in body.wires.values():
        if wire.source.node in by_input and wire.target.node in names:
            entering = from_outside(wire)
            if entering is not None:
                found.append(replace(entering, target=PortRef(names[wire.target.node], wire.target.port)))
    for wire in design.outgoing(id):
        for inner in body.incoming(by_output[wire.source.port]):
            leaving = from_outside(inner)
            if leaving is not None:
                found.append(replace(wire, source=leaving.source, via=(*leaving.via, *wire.via)))
    return found


def group(design: Design, ids: Iterable[NodeId], name: str = "Group", wanted_id: str = "") -> tuple[Design, NodeId]:
    """Put nodes into a group that stands where the first of them did; gives the new design and the group's id.

    Args:
        design: Where they are.
        ids: The nodes.
        name: What the group is called.
        wanted_id: The group's id, where it is free.

    Raises:
        EditRefused: Nothing is chosen, an input or output is among it, or the group would read what it feeds.
    """
    wanted = set(ids)
    chosen = [id for id in design.nodes if id in wanted]
    _refuse_ungroupable(design, chosen)
    inside = set(chosen)
    entering = [wire for wire in design.wires.values() if wire.target.node in inside and wire.source.node not in inside]
    leaving = [wire for wire in design.wires.values() if wire.source.node in inside and wire.target.node not in inside]
    in_ports = _port_ids("x", [wire.source for wire in entering], inside)
    out_ports = _port_ids("y", [wire.source for wire in leaving] or _loose_outputs(design, chosen), inside)
    body = _body(design, name, chosen, entering, in_ports, out_ports)
    id = NodeId(wanted_id) if wanted_id and wanted_id not in design.nodes else design.fresh_id("group")
    # A corner of all their places may be another card's where they stand in several rows.
    corner = design.nodes[chosen[0]].position
    nodes = [node for node in design.nodes.values() if node.id not in inside]
    holder = Node(id, Group(body), position=corner)
    for parameter in body.parameters:  # the same numbers inside as outside
        holder = holder.with_formula(parameter.name, parameter.name)
    nodes.insert(_index(design, chosen[0]), holder)
    wires = [wire for wire in design.wires.values() if not {wire.source.node, wire.target.node} & inside]
    wires += [Wire(source, PortRef(id, port)) for source, port in in_ports.items()]
    wires += [replace(wire, source=PortRef(id, out_ports[wire.source])) for wire in leaving]
    return Design.build(
        design.name, nodes, wires, design.annotations.values(), design.constraints, design.parameters
    ), id


def as_group(design: Design, id: NodeId, inputs: tuple[TensorSpec, ...]) -> Design:
    """Make a block a group of the same parts, under its id and name, at its place, wired as it was.

    Args:
        design: Where the block is.
        id: The block's node.
        inputs: Shapes that reach it, N×C×H×W each; what a block is made of can depend on them.

    Raises:
        EditRefused: The node is no block, or there is no such node.
        ShapeError: The block cannot take these inputs.
    """
    block = design.node(id)
    if not block.layer.is_block:
        raise EditRefused(f"{id} is no block: there is nothing inside to edit")
    body = tidy(block.layer.expand(*inputs)).renamed(block.layer.card_title())
    entries = zip(block.layer.inputs, body.input_nodes(), strict=True)
    exits = zip(block.layer.outputs, body.output_nodes(), strict=True)
    targets = {PortRef(id, port.name): PortRef(id, node.id) for port, node in entries}
    sources = {PortRef(id, port.name): PortRef(id, node.id) for port, node in exits}
    nodes = [replace(node, layer=Group(body)) if node.id == id else node for node in design.nodes.values()]
    wires = [
        replace(wire, source=sources.get(wire.source, wire.source), target=targets.get(wire.target, wire.target))
        for wire in design.wires.values()
    ]
    return Design.build(design.name, nodes, wires, design.annotations.values(), design.constraints, design.parameters)


def _port_ids(stem: str, sources: Iterable[PortRef], taken: Collection[NodeId]) -> dict[PortRef, NodeId]:
    """An id for each source once: ``x_1``, ``x_2`` and so on, but for those that are taken."""
    free = (id for number in count(1) if (id := NodeId(f"{stem}_{number}")) not in taken)
    return dict(zip(dict.fromkeys(sources), free, strict=False))


def _refuse_ungroupable(design: Design, chosen: list[NodeId]) -> None:
    if not chosen:
        raise EditRefused("nothing is selected; select the nodes that belong together first")
    for id in chosen:
        layer = design.nodes[id].layer
        if not layer.inputs or not layer.outputs:
            raise EditRefused(f"{id} is where the design begins or ends; leave it out of the group")
    inside = set(chosen)
    outside_readers = {wire.target.node for id in chosen for wire in design.outgoing(id)} - inside
    for reached in downstream(design.successors, outside_readers):
        if any(target in inside for target in design.successors[reached]):
            raise EditRefused(f"the group would read {reached}, which it feeds; take {reached} into the group as well")


def _loose_outputs(design: Design, chosen: list[NodeId]) -> list[PortRef]:
    return [
        PortRef(id, port.name) for id in chosen for port in design.nodes[id].layer.outputs if not design.outgoing(id)
    ]


def _body(
    design: Design,
    name: str,
    chosen: list[NodeId],
    entering: list[Wire],
    in_ports: dict[PortRef, NodeId],
    out_ports: dict[PortRef, NodeId],
) -> Design:
    inside = set(chosen)
    left = min(design.nodes[id].position.x for id in chosen) - CARD_WIDTH - GAP_X
    right = max(design.nodes[id].position.x for id in chosen) + CARD_WIDTH + GAP_X
    y = min(design.nodes[id].position.y for id in chosen)
    nodes = [Node(port, Input(), position=Point(left, y)) for port in in_ports.values()]
    nodes += [design.nodes[id] for id in chosen]
    nodes += [Node(port, Output(), position=Point(right, y)) for port in out_ports.values()]
    wires = [wire for wire in design.wires.values() if wire.source.node in inside and wire.target.node in inside]
    wires += [replace(wire, source=PortRef(in_ports[wire.source], "y")) for wire in entering]
    wires += [Wire(source, PortRef(port, "x")) for source, port in out_ports.items()]
    own = design.parameters if any(design.nodes[id].formulas or design.nodes[id].condition for id in chosen) else ()
    return Design.build(name, nodes, wires, parameters=own)
