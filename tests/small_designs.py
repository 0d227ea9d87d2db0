"""Designs drawn by hand in few characters: ``wire("a.y", "b.x")``, a chain of two activations, a diamond."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.layers.activation import ReLU6
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add


def ref(text: str) -> PortRef:
    """``a.x`` as a reference."""
    id, port = text.split(".")
    return PortRef(NodeId(id), port)


def node(id: str, layer: Layer) -> Node:
    """A node at the origin."""
    return Node(NodeId(id), layer)


def wire(source: str, target: str) -> Wire:
    """``a.y`` to ``b.x``."""
    return Wire(ref(source), ref(target))


def drawn(layers: dict[str, Layer], wires: str, name: str = "drawn") -> Design:
    """Layers by id, placed in that order, and wires such as ``in>a a>add.b``: ports are y and x unless said."""
    ends = (pair.split(">") for pair in wires.split())
    return Design.build(
        name,
        [node(id, layer) for id, layer in layers.items()],
        [wire(source if "." in source else f"{source}.y", t if "." in t else f"{t}.x") for source, t in ends],
    )


def row(*layers: Layer, names: Iterable[str] = ()) -> Design:
    """Layers in a chain, called n0, n1 … unless said; a merge is entered by its first port."""
    ids = [*names] or [f"n{index}" for index in range(len(layers))]
    nodes = [node(id, layer) for id, layer in zip(ids, layers, strict=True)]
    wires = [wire(f"{a.id}.y", f"{b.id}.{b.layer.inputs[0].name}") for a, b in pairwise(nodes)]
    return Design.build("row", nodes, wires)


def chain() -> Design:
    """Input, two activations, output."""
    return row(Input(), ReLU6(), ReLU6(), Output(), names=("in", "a", "b", "out"))


def diamond() -> Design:
    """One input, two ways, added."""
    layers = {"in": Input(), "a": ReLU6(), "b": ReLU6(), "add": Add(), "out": Output()}
    return drawn(layers, "in>a in>b a>add.a b>add.b add>out")
