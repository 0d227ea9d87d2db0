"""Put nodes into a group, and take a block apart again; no node, wire, place or name is lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from designer.edit.layout import CARD_WIDTH, GAP_X, tidy
from designer.errors import EditRefused
from designer.graph.design import Design, Node, NodeId, Point, PortRef, Wire
from designer.graph.tensor import TensorSpec
from designer.graph.topology import downstream
from designer.layers.blocks import Group
from designer.layers.endpoints import Input, Output


def expand_block(design: Design, id: NodeId, inputs: tuple[TensorSpec, ...]) -> tuple[Design, tuple[NodeId, ...]]:
    """Put a block's parts in its place, wired as it was; gives the new design and the parts' ids.

    Args:
        design: Where the block is.
        id: The block's node.
        inputs: Shapes that reach it, N×C×H×W each; what a block is made of can depend on them.

    Raises:
        EditRefused: The node is no block.
        Misfit: The block cannot take these inputs.
    """
    block = design.nodes[id]
    if not block.layer.is_block:
        raise EditRefused(f"{id} is no block: there is nothing inside to show")
    body = _placed(block.layer.expand(*inputs), block.layer.body is None, block.position)
    ends = {node.id for node in (*body.input_nodes(), *body.output_nodes())}
    names = {node.id: _name_in(design, block, node.id) for node in body.nodes.values() if node.id not in ends}
    parts = [replace(node, id=names[node.id]) for node in body.nodes.values() if node.id not in ends]
    shift = _width(parts) - CARD_WIDTH
    kept = [_moved_right(node, block.position, shift) for node in design.nodes.values() if node.id != id]
    wires = [*_outside_wires(design, id), *_inside_wires(body, ends, names), *_joins(design, id, body, names)]
    order = [*kept[: _index(design, id)], *parts, *kept[_index(design, id) :]]
    return Design.build(design.name, order, wires), tuple(names.values())


def _name_in(design: Design, block: Node, part: NodeId) -> NodeId:
    """A part's id outside: its own where a person drew it, the block's and its own where the block made it."""
    wanted = part if block.layer.body is not None else NodeId(f"{block.id}_{part}")
    return wanted if wanted not in design.nodes else design.fresh_id(wanted)


def _index(design: Design, id: NodeId) -> int:
    return list(design.nodes).index(id)


def _placed(body: Design, needs_layout: bool, corner: Point) -> Design:
    """The body with its first card at the block's corner."""
    laid = tidy(body) if needs_layout else body
    ends = {node.id for node in (*body.input_nodes(), *body.output_nodes())}
    parts = [node for node in laid.nodes.values() if node.id not in ends]
    if not parts:
        return laid
    left, top = min(node.position.x for node in parts), min(node.position.y for node in parts)
    return laid.replacing(
        [
            replace(node, position=Point(node.position.x - left + corner.x, node.position.y - top + corner.y))
            for node in laid.nodes.values()
        ]
    )


def _width(parts: list[Node]) -> float:
    if not parts:
        return CARD_WIDTH
    return max(node.position.x for node in parts) - min(node.position.x for node in parts) + CARD_WIDTH


def _moved_right(node: Node, corner: Point, shift: float) -> Node:
    """A node right of the block in its row makes room for the parts."""
    in_row = abs(node.position.y - corner.y) < GAP_X and node.position.x > corner.x
    return replace(node, position=Point(node.position.x + shift, node.position.y)) if in_row and shift > 0 else node


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
    feeding = {wire.target.port: wire.source for wire in design.incoming(id)}
    layer = design.nodes[id].layer
    by_input = dict(zip((node.id for node in body.input_nodes()), (port.name for port in layer.inputs), strict=True))
    by_output = dict(zip((port.name for port in layer.outputs), (node.id for node in body.output_nodes()), strict=True))

    def inner_source(ref: PortRef) -> PortRef | None:
        if ref.node in by_input:
            return feeding.get(by_input[ref.node])
        return PortRef(names[ref.node], ref.port)

    found = []
    for wire in body.wires.values():
        if wire.source.node in by_input and wire.target.node in names:
            source = inner_source(wire.source)
            if source is not None:
                found.append(Wire(source, PortRef(names[wire.target.node], wire.target.port)))
    for wire in design.outgoing(id):
        for inner in body.incoming(by_output[wire.source.port]):
            source = inner_source(inner.source)
            if source is not None:
                found.append(replace(wire, source=source))
    return found


def group(design: Design, ids: Iterable[NodeId], name: str = "Group") -> tuple[Design, NodeId]:
    """Put nodes into a group that stands in their place; gives the new design and the group's id.

    Raises:
        EditRefused: Nothing is chosen, an input or output is among it, or the group would read what it feeds.
    """
    chosen = [id for id in design.nodes if id in set(ids)]
    _refuse_ungroupable(design, chosen)
    inside = set(chosen)
    entering = [wire for wire in design.wires.values() if wire.target.node in inside and wire.source.node not in inside]
    leaving = [wire for wire in design.wires.values() if wire.source.node in inside and wire.target.node not in inside]
    in_ports = {source: NodeId(f"x_{n}") for n, source in enumerate(dict.fromkeys(wire.source for wire in entering), 1)}
    out_sources = dict.fromkeys(wire.source for wire in leaving) or dict.fromkeys(_loose_outputs(design, chosen))
    out_ports = {source: NodeId(f"y_{n}") for n, source in enumerate(out_sources, 1)}
    body = _body(design, name, chosen, entering, in_ports, out_ports)
    id = design.fresh_id("group")
    corner = Point(
        min(design.nodes[node].position.x for node in chosen), min(design.nodes[node].position.y for node in chosen)
    )
    nodes = [node for node in design.nodes.values() if node.id not in inside]
    nodes.insert(min(_index(design, chosen[0]), len(nodes)), Node(id, Group(body), position=corner))
    wires = [wire for wire in design.wires.values() if not {wire.source.node, wire.target.node} & inside]
    wires += [Wire(source, PortRef(id, port)) for source, port in in_ports.items()]
    wires += [replace(wire, source=PortRef(id, out_ports[wire.source])) for wire in leaving]
    return Design.build(design.name, nodes, wires), id


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
    return Design.build(name, nodes, wires)
