"""Random designs that can run: chains and merges of layers that keep 8×12×12, with blocks and groups among them."""

from __future__ import annotations

from hypothesis import strategies as st

from designer.edit.grouping import group
from designer.errors import EditRefused
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.window import Padding
from designer.layers.activation import Linear, ReLU, ReLU6, SiLU
from designer.layers.blocks import Bottleneck, ConvBlock, Separable
from designer.layers.convolution import Conv2d, DepthwiseConv2d, GroupedConv2d, PointwiseConv2d
from designer.layers.dense import Dropout
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add, Concatenate, Multiply
from designer.layers.normalization import BatchNorm
from designer.layers.pooling import AveragePool, MaxPool

CHANNELS, SIDE = 8, 12

KEEPING: tuple[Layer, ...] = (
    PointwiseConv2d(CHANNELS, bias=True),
    DepthwiseConv2d(5, padding=Padding.SAME),
    DepthwiseConv2d(),
    Conv2d(CHANNELS, bias=True),
    GroupedConv2d(CHANNELS, groups=4),
    BatchNorm(),
    ReLU(),
    ReLU6(),
    SiLU(),
    Linear(),
    Dropout(),
    MaxPool(3, 1, Padding.SYMMETRIC),
    AveragePool(3, 1, Padding.SYMMETRIC),
    Bottleneck(3, CHANNELS),
    Bottleneck(1, CHANNELS, 5),
    Bottleneck(2, CHANNELS, batch_norm=False, bias=True),
    Separable(CHANNELS),
    ConvBlock(CHANNELS),
    Add(),
    Add(count=3),
    Multiply(),
)


@st.composite
def sound_designs(draw: st.DrawFn, most: int = 10) -> Design:
    """A design in which every shape fits; whatever nothing reads is led to the output by a concatenation."""
    nodes = [Node(NodeId("input"), Input(CHANNELS, SIDE, SIDE))]
    wires: list[Wire] = []
    for index in range(draw(st.integers(1, most))):
        made = Node(NodeId(f"n{index}"), draw(st.sampled_from(KEEPING)))
        for port in made.layer.inputs:
            # Mostly the latest, so that there are chains as well as tangles.
            source = nodes[max(0, len(nodes) - draw(st.integers(1, 3)))]
            wires.append(Wire(PortRef(source.id, "y"), PortRef(made.id, port.name)))
        nodes.append(made)
    read = {wire.source.node for wire in wires}
    loose = [node for node in nodes if node.id not in read]
    while len(loose) > 1:
        joined, loose = loose[:8], loose[8:]
        cat = Node(NodeId(f"cat{len(nodes)}"), Concatenate(count=len(joined)))
        wires += [
            Wire(PortRef(node.id, "y"), PortRef(cat.id, port.name))
            for node, port in zip(joined, cat.layer.inputs, strict=True)
        ]
        nodes.append(cat)
        loose.append(cat)
    nodes.append(Node(NodeId("output"), Output()))
    wires.append(Wire(PortRef(loose[0].id, "y"), PortRef(NodeId("output"), "x")))
    return Design.build("random", nodes, wires)


@st.composite
def grouped_designs(draw: st.DrawFn) -> Design:
    """A sound design, some of whose nodes stand in groups."""
    design = draw(sound_designs())
    for _ in range(draw(st.integers(0, 2))):
        inner = [id for id in design.nodes if id not in ("input", "output")]
        chosen = draw(st.lists(st.sampled_from(inner), min_size=1, max_size=4, unique=True))
        try:
            design, _ = group(design, chosen)
        except EditRefused:
            continue
    # Placed in order of execution, so that the order stays when the groups are opened.
    return Design.build(design.name, [design.nodes[id] for id in design.order], design.wires.values())
