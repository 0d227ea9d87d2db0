"""Random designs of few, much alike layers; random edits of them, counted; and the same designs under other ids.

Much alike, because that is what makes matching hard: with every node unlike every other there is nothing to mistake.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from designer.edit.edits import connect, delete, disconnect, place, rename
from designer.edit.splice import insert_on_wire
from designer.errors import EditRefused
from designer.graph.design import Design, Node, NodeId, Point, PortRef, Wire
from designer.graph.layer import Layer
from designer.layers.activation import ReLU6
from designer.layers.blocks import Bottleneck, Group
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.layers.normalization import BatchNorm

NOWHERE = Point(0.0, 0.0)


def random_design(random: Random, nodes: int, nesting: int = 1) -> Design:
    """So many nodes, most wires drawn to what came shortly before."""
    design = Design("random")
    for index in range(nodes):
        id = NodeId(f"n{index}")
        layer = random_layer(random, nesting)
        sources = [PortRef(node.id, port.name) for node in design.nodes.values() for port in node.layer.outputs]
        design = design.with_node(Node(id, layer, random.choice(("", "", "", "Stem"))))
        for port in layer.inputs:
            if sources and random.random() < 0.85:
                design = design.with_wire(Wire(random.choice(sources[-3:]), PortRef(id, port.name)))
    return design


def random_layer(random: Random, nesting: int) -> Layer:
    """One of the few."""
    kinds = [
        lambda: ReLU6(),
        lambda: BatchNorm(),
        lambda: PointwiseConv2d(random.choice((8, 16))),
        lambda: Bottleneck(random.choice((1.0, 6.0)), 16),
        lambda: Add(count=random.choice((2, 2, 3))),
        lambda: Input(),
        lambda: Output(),
    ]
    if nesting:
        kinds.append(lambda: Group(random_design(random, random.randrange(5), nesting - 1)))
    return random.choice(kinds)()


def edited(random: Random, design: Design, edits: int) -> tuple[Design, int]:
    """The design after so many edits, and what they count: a group that is placed counts with all in it."""
    count = 0
    for _ in range(edits):
        try:
            design, cost = _edited_once(random, design)
        except EditRefused:
            continue
        count += cost
    return design, count


def _edited_once(random: Random, design: Design) -> tuple[Design, int]:
    ids = list(design.nodes)
    if not ids:
        return _placed(random, design)
    id = random.choice(ids)
    layer = design.nodes[id].layer
    if layer.body is not None and random.random() < 0.6:
        body, cost = _edited_once(random, layer.body)
        return design.with_layer(id, Group(body)), cost
    edit = random.choice((_placed, _deleted, _deleted, _connected, _connected, _disconnected, _inserted, _set, _named))
    return edit(random, design)


def _placed(random: Random, design: Design) -> tuple[Design, int]:
    layer = random_layer(random, 0)
    return place(design, layer, NOWHERE, stem="new")[0], 1


def _deleted(random: Random, design: Design) -> tuple[Design, int]:
    return delete(design, [random.choice(list(design.nodes))], heal=random.random() < 0.7), 1


def _connected(random: Random, design: Design) -> tuple[Design, int]:
    sources = [PortRef(node.id, port.name) for node in design.nodes.values() for port in node.layer.outputs]
    targets = [PortRef(node.id, port.name) for node in design.nodes.values() for port in node.layer.inputs]
    if not sources or not targets:
        return design, 0
    return connect(design, random.choice(sources), random.choice(targets)), 1


def _disconnected(random: Random, design: Design) -> tuple[Design, int]:
    if not design.wires:
        return design, 0
    return disconnect(design, [random.choice(list(design.wires))]), 1


def _inserted(random: Random, design: Design) -> tuple[Design, int]:
    if not design.wires:
        return design, 0
    target = random.choice(list(design.wires))
    layer = random.choice((ReLU6(), BatchNorm(), PointwiseConv2d(8)))
    held, id = place(design, layer, NOWHERE, stem="new")
    return insert_on_wire(held, id, target), 1


def _set(random: Random, design: Design) -> tuple[Design, int]:
    id = random.choice(list(design.nodes))
    before = design.nodes[id].layer
    if before.body is not None or not before.inputs or not before.outputs:
        return design, 0
    after = random.choice((ReLU6(), BatchNorm(), PointwiseConv2d(24), Bottleneck(4.0, 16), Add()))
    return design.with_layer(id, after), 1


def _named(random: Random, design: Design) -> tuple[Design, int]:
    return rename(design, random.choice(list(design.nodes)), random.choice(("Stem", "Head", ""))), 1


def scrambled(random: Random, design: Design) -> Design:
    """An equal design under other ids, in another order, elsewhere on the canvas; inside groups too."""
    numbers = list(range(len(design.nodes)))
    random.shuffle(numbers)
    names = {id: NodeId(f"k{number}") for id, number in zip(design.nodes, numbers, strict=True)}
    bodies = {id: node.layer.body for id, node in design.nodes.items() if node.layer.body is not None}
    inner = {id: _scrambled_body(random, body) for id, body in bodies.items()}
    nodes = [
        replace(
            node,
            id=names[id],
            layer=Group(inner[id][0]) if id in inner else node.layer,
            position=Point(random.uniform(-500, 500), random.uniform(-500, 500)),
        )
        for id, node in design.nodes.items()
    ]

    def renamed(ref: PortRef) -> PortRef:
        port = inner[ref.node][1][NodeId(ref.port)] if ref.node in inner else ref.port
        return PortRef(names[ref.node], port)

    wires = [Wire(renamed(wire.source), renamed(wire.target)) for wire in design.wires.values()]
    random.shuffle(nodes)
    random.shuffle(wires)
    return Design.build(design.name, nodes, wires)


def _scrambled_body(random: Random, body: Design) -> tuple[Design, dict[NodeId, NodeId]]:
    """The body scrambled, and what each id in it became: the group's ports are called by them."""
    marked = body.replacing([replace(node, name=f"{id}\n{node.name}") for id, node in body.nodes.items()])
    result = scrambled(random, marked)
    names = {NodeId(node.name.partition("\n")[0]): node.id for node in result.nodes.values()}
    plain = [replace(node, name=node.name.partition("\n")[2]) for node in result.nodes.values()]
    return result.replacing(plain), names
