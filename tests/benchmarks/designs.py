"""The designs that benchmarks run on."""

from __future__ import annotations

import sys
from itertools import pairwise

from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.layers.activation import ReLU6
from designer.layers.convolution import DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.layers.normalization import BatchNorm
from designer.templates.networks import template

BLOCK = 9
"""Nodes a bottleneck of ``bottlenecks`` has."""


def mobilenet_v2() -> Design:
    """The whole network, 3×224×224, its bottlenecks as blocks."""
    return template("mobilenet_v2").build()


def bottlenecks(nodes: int) -> Design:
    """About so many primitive nodes: bottlenecks with a residual, one after another, no two of the same hidden width.

    The widths differ so that what is remembered of one bottleneck is of no use to the next.
    """
    made = [Node(NodeId("input"), Input(channels=16, height=56, width=56))]
    wires: list[Wire] = []
    for index in range((nodes - 2) // BLOCK):
        layers: list[tuple[str, Layer]] = [
            ("expand", PointwiseConv2d(32 + index)),
            ("expand_norm", BatchNorm()),
            ("expand_relu", ReLU6()),
            ("filter", DepthwiseConv2d()),
            ("filter_norm", BatchNorm()),
            ("filter_relu", ReLU6()),
            ("project", PointwiseConv2d(16)),
            ("project_norm", BatchNorm()),
        ]
        trunk = [Node(NodeId(f"{name}_{index}"), layer) for name, layer in layers]
        add = Node(NodeId(f"add_{index}"), Add())
        enter = made[-1]
        wires += [_wire(before, after) for before, after in pairwise([enter, *trunk])]
        wires += [_wire(enter, add, 0), _wire(trunk[-1], add, 1)]
        made += [*trunk, add]
    output = Node(NodeId("output"), Output())
    return Design.build(f"{len(made) + 1} nodes", [*made, output], [*wires, _wire(made[-1], output)])


def fresh(design: Design) -> Design:
    """An equal design that remembers nothing of its structure."""
    return Design.build(design.name, design.nodes.values(), design.wires.values())


def forget() -> None:
    """Empty what the analysis remembers of layers it has seen, so that a count begins from nothing."""
    for name, module in list(sys.modules.items()):
        if name.startswith("designer.analysis"):
            for member in list(vars(module).values()):
                if hasattr(member, "cache_clear"):
                    member.cache_clear()


def _wire(before: Node, after: Node, port: int = 0) -> Wire:
    return Wire(PortRef(before.id, before.layer.outputs[0].name), PortRef(after.id, after.layer.inputs[port].name))
