"""Designs that are hard to print: ids that files use already, an output before its tensor's last reader."""

from __future__ import annotations

from typing import Any

from designer.graph.bypass import bypassed
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.window import Padding
from designer.layers.activation import ReLU
from designer.layers.blocks import Group
from designer.layers.convolution import Conv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.layers.normalization import BatchNorm
from designer.layers.pooling import MaxPool
from designer.templates.networks import templates

TEMPLATES: list[tuple[str, dict[str, Any]]] = [
    *((each.key, {}) for each in templates()),
    ("mobilenet_v2", {"padding": "tensorflow", "resolution": 96}),
    ("mobilenet_v2", {"width": 0.35, "resolution": 64, "classes": 7}),
    ("bottleneck", {"stride": 2, "padding": "tensorflow", "batch_norm": False}),
]
"""Networks and blocks by their keys, with settings."""

TAKEN_IDS = [
    ("self", "torch", "Tensor"),
    ("nn", "layers", "name"),
    ("class", "class_", "forward_"),
    ("_a", "a", "_1"),
    ("inputs", "arguments", "x"),
    ("prod", "ops", "keras"),
    ("t0", "y", "x"),
    ("float", "training", "half"),
    ("half", "half_", "half__"),
]
"""Two inputs and a part each."""

TAKEN_NAMES = ["none", "true", "tensor", "self", "keras", "layers", "sum", "x", "X", "t0", "float", "n" * 300]


def two_in_two_out(first: str, second: str, part: str) -> Design:
    """Two inputs added, given out at once, and cut at zero."""
    ids = [NodeId(word) for word in (first, second, part, "early", "cut", "late")]
    layers = (Input(4, 6, 6), Input(4, 6, 6), Add(), Output(), ReLU(), Output())
    a, b, added, early, cut, late = ids
    wires = [
        Wire(PortRef(a, "y"), PortRef(added, "a")),
        Wire(PortRef(b, "y"), PortRef(added, "b")),
        Wire(PortRef(added, "y"), PortRef(early, "x")),
        Wire(PortRef(added, "y"), PortRef(cut, "x")),
        Wire(PortRef(cut, "y"), PortRef(late, "x")),
    ]
    return Design.build("two in, two out", [Node(id, layer) for id, layer in zip(ids, layers, strict=True)], wires)


def in_a_group(body: Design) -> Design:
    """A design of two inputs and two outputs as the body of a group, whose ports have its ends' ids."""
    ids = [NodeId(word) for word in ("left", "right", "group", "one", "other")]
    layers = (Input(4, 6, 6), Input(4, 6, 6), Group(body), Output(), Output())
    left, right, group, one, other = ids
    entries = zip((left, right), (node.id for node in body.input_nodes()), strict=True)
    exits = zip((one, other), (node.id for node in body.output_nodes()), strict=True)
    wires = [Wire(PortRef(source, "y"), PortRef(group, port)) for source, port in entries]
    wires += [Wire(PortRef(group, port), PortRef(target, "x")) for target, port in exits]
    return Design.build("grouped", [Node(id, layer) for id, layer in zip(ids, layers, strict=True)], wires)


def with_dead_ends() -> Design:
    """A chain, a branch of it that leads nowhere, and an addition that is bypassed and so does not read its first."""
    ids = {name: NodeId(name) for name in ("x", "a", "dead", "dead_norm", "shortcut", "sum", "y")}
    nodes = [
        Node(ids["x"], Input(4, 9, 9)),
        Node(ids["a"], Conv2d(4)),
        Node(ids["dead"], Conv2d(8)),
        Node(ids["dead_norm"], BatchNorm()),
        Node(ids["shortcut"], PointwiseConv2d(4)),
        Node(ids["sum"], bypassed(Add())),
        Node(ids["y"], Output()),
    ]
    pairs = [("x", "a.x"), ("a", "dead.x"), ("dead", "dead_norm.x"), ("x", "shortcut.x")]
    pairs += [("shortcut", "sum.a"), ("a", "sum.b"), ("sum", "y.x")]
    wires = [
        Wire(PortRef(ids[source], "y"), PortRef(ids[target.split(".")[0]], target.split(".")[1]))
        for source, target in pairs
    ]
    return Design.build("dead ends", nodes, wires)


def with_unread_outputs() -> Design:
    """A group with three outputs, of which nothing reads one, and what reads another leads nowhere."""
    ids = {name: NodeId(name) for name in ("left", "right", "group", "pool", "y")}
    inner = [NodeId(name) for name in ("a", "b", "sum", "out", "cut", "again")]
    a, b, added, out, cut, again = inner
    layers = (Input(4, 6, 6), Input(4, 6, 6), Add(), Output(), ReLU(), Output())
    third = NodeId("third")
    body = Design.build(
        "three out",
        [*(Node(id, layer) for id, layer in zip(inner, layers, strict=True)), Node(third, Output())],
        [
            Wire(PortRef(a, "y"), PortRef(added, "a")),
            Wire(PortRef(b, "y"), PortRef(added, "b")),
            Wire(PortRef(added, "y"), PortRef(out, "x")),
            Wire(PortRef(added, "y"), PortRef(cut, "x")),
            Wire(PortRef(cut, "y"), PortRef(again, "x")),
            Wire(PortRef(b, "y"), PortRef(third, "x")),
        ],
    )
    nodes = [
        Node(ids["left"], Input(4, 6, 6)),
        Node(ids["right"], Input(4, 6, 6)),
        Node(ids["group"], Group(body)),
        Node(ids["pool"], MaxPool(3, 2, Padding.SYMMETRIC)),
        Node(ids["y"], Output()),
    ]
    wires = [
        Wire(PortRef(ids["left"], "y"), PortRef(ids["group"], a)),
        Wire(PortRef(ids["right"], "y"), PortRef(ids["group"], b)),
        Wire(PortRef(ids["group"], out), PortRef(ids["pool"], "x")),
        Wire(PortRef(ids["group"], again), PortRef(ids["y"], "x")),
    ]
    return Design.build("unread outputs", nodes, wires)
