"""Random designs as networks are drawn: chains, residuals, branches, cells of two inputs, long skips, groups."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from designer.edit.grouping import group
from designer.errors import EditRefused
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.layers.activation import ReLU
from designer.layers.convolution import Conv2d, DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add, Concatenate
from designer.layers.normalization import BatchNorm


class Sketch:
    """A design while it is put together: every method gives the id whose output goes on."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.wires: list[Wire] = []

    def put(self, layer: Layer, *sources: NodeId) -> NodeId:
        """A layer that reads these nodes, the first ports first."""
        node = Node(NodeId(f"n{len(self.nodes)}"), layer)
        self.nodes.append(node)
        for source, port in zip(sources, layer.inputs, strict=False):
            self.wires.append(Wire(PortRef(source, "y"), PortRef(node.id, port.name)))
        return node.id

    def chain(self, at: NodeId, length: int) -> NodeId:
        """Layers one after another."""
        for index in range(length):
            at = self.put((PointwiseConv2d(8), BatchNorm(), ReLU())[index % 3], at)
        return at

    def residual(self, at: NodeId, length: int) -> NodeId:
        """A chain under its identity."""
        return self.put(Add(), at, self.chain(at, length))

    def strided(self, at: NodeId, length: int) -> NodeId:
        """A block that shrinks the map, a convolution in its shortcut too."""
        trunk = self.chain(self.put(Conv2d(8, stride=2), at), length)
        return self.put(Add(), self.put(PointwiseConv2d(8, stride=2), at), trunk)

    def branches(self, at: NodeId, lengths: list[int]) -> NodeId:
        """Several ways, concatenated."""
        ends = [self.chain(self.put(PointwiseConv2d(8), at), length) for length in lengths]
        return self.put(Concatenate(count=max(2, len(ends))), *ends)

    def dense(self, at: NodeId, length: int) -> NodeId:
        """Each layer reads all before it, as in a dense block."""
        seen = [at]
        for _ in range(length):
            at = self.put(PointwiseConv2d(8), self.put(Concatenate(count=len(seen)), *seen) if len(seen) > 1 else at)
            seen.append(at)
        return at

    def cell(self, before: NodeId, at: NodeId, chance: random.Random) -> NodeId:
        """A cell as NASNet has: two inputs, five additions of two operations each, what is left concatenated."""
        states = [before, at]
        read: set[NodeId] = set()
        for _ in range(5):
            sides = [chance.choice(states), chance.choice(states)]
            read.update(sides)
            states.append(self.put(Add(), *[self.put(DepthwiseConv2d(), side) for side in sides]))
        loose = [state for state in states[2:] if state not in read]
        return self.put(Concatenate(count=max(2, len(loose))), *loose)

    def design(self, name: str = "sketch") -> Design:
        """What was put together."""
        return Design.build(name, self.nodes, self.wires)


def cells(count: int, seed: int = 1) -> Design:
    """So many cells in a row, each reading the two before it: 16 nodes and about 27 wires each."""
    chance, sketch = random.Random(seed), Sketch()
    before = sketch.put(Input())
    at = sketch.put(Conv2d(8), before)
    for _ in range(count):
        before, at = at, sketch.cell(before, at, chance)
    sketch.put(Output(), at)
    return sketch.design(f"{count} cells, seed {seed}")


def residuals() -> Design:
    """Four stages, each a block with a convolution in its shortcut and three under their identity."""
    sketch = Sketch()
    at = sketch.put(Input())
    for _ in range(4):
        at = sketch.strided(at, 2)
        for _ in range(3):
            at = sketch.residual(at, 3)
    sketch.put(Output(), at)
    return sketch.design("residual stages")


def branched() -> Design:
    """Six blocks of four ways each."""
    sketch = Sketch()
    at = sketch.put(Input())
    for _ in range(6):
        at = sketch.branches(at, [0, 1, 2, 1])
    sketch.put(Output(), at)
    return sketch.design("branches")


def u_net(depth: int, length: int = 2) -> Design:
    """Down and up again, with a skip at every depth."""
    sketch, skips = Sketch(), []
    at = sketch.put(Input())
    for _ in range(depth):
        at = sketch.chain(at, length)
        skips.append(at)
        at = sketch.put(Conv2d(8, stride=2), at)
    for skip in reversed(skips):
        at = sketch.chain(sketch.put(Concatenate(), skip, sketch.chain(at, length)), 1)
    sketch.put(Output(), at)
    return sketch.design("u-net")


@st.composite
def layered_designs(draw: st.DrawFn, parts: int = 6) -> Design:
    """One to three networks of random parts on one canvas, skips across parts, some nodes in groups."""
    sketch = Sketch()
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        _network(draw, sketch, draw(st.integers(1, parts)))
    for _ in range(draw(st.integers(0, 2))):
        sketch.put(ReLU())
    design = sketch.design()
    for _ in range(draw(st.integers(0, 2))):
        inner = [id for id, node in design.nodes.items() if node.layer.inputs and node.layer.outputs]
        first = draw(st.integers(0, max(0, len(inner) - 1)))
        try:
            design, _ = group(design, inner[first : first + draw(st.integers(1, 6))])
        except EditRefused:
            continue
    return design


def _network(draw: st.DrawFn, sketch: Sketch, parts: int) -> None:
    at = sketch.put(Input())
    passed = [at]
    for _ in range(parts):
        match draw(st.sampled_from(["chain", "residual", "strided", "branches", "dense", "cell", "skip", "residuals"])):
            case "chain":
                at = sketch.chain(at, draw(st.integers(1, 20)))
            case "residual":
                at = sketch.residual(at, draw(st.integers(1, 18)))
            case "strided":
                at = sketch.strided(at, draw(st.integers(0, 4)))
            case "branches":
                at = sketch.branches(at, draw(st.lists(st.integers(0, 4), min_size=2, max_size=5)))
            case "dense":
                at = sketch.dense(at, draw(st.integers(1, 6)))
            case "cell":
                at = sketch.cell(draw(st.sampled_from(passed)), at, random.Random(draw(st.integers(0, 99))))
            case "skip":
                at = sketch.put(Concatenate(), draw(st.sampled_from(passed)), at)
            case "residuals":
                for _ in range(draw(st.integers(1, 4))):
                    at = sketch.residual(at, draw(st.integers(1, 5)))
        passed.append(at)
    if draw(st.booleans()):
        sketch.put(Output(), at)
