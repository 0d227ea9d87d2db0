"""Blocks are found in their own expansions, through other names and another order, in the middle of other things."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from random import Random

import pytest

from designer.analysis import recognising
from designer.analysis.analysis import Analysis, analyse
from designer.analysis.recognising import Region, recognise
from designer.analysis.shapes import expanded
from designer.edit.grouping import expand_block
from designer.graph.design import Design, Node, Wire
from designer.graph.ids import NodeId, PortRef
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec
from designer.graph.window import Padding
from designer.layers.activation import GELU, ReLU6
from designer.layers.convolution import DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.layers.pooling import MaxPool
from designer.layers.registry import catalogue
from designer.layers.shaping import ScalarAdd, ToSequence
from designer.templates.networks import template
from tests.contracts.sampling import samples
from tests.small_designs import drawn, row

BLOCKS = [cls for cls in catalogue() if cls.is_block and cls().body is None]
CASES = [
    pytest.param(sample.layer, sample.inputs[0], id=f"{cls.key}-{index}")
    for cls in BLOCKS
    for index, sample in enumerate(samples(cls, 12))
    if len(sample.layer.expand(*sample.inputs).nodes) > 3  # one part alone is a layer already
]


def disguised(design: Design, seed: int = 0) -> Design:
    """The same design under other ids, its nodes and wires in another order."""
    source = Random(seed)
    names = {
        id: NodeId(f"part_{index}") for index, id in enumerate(source.sample(list(design.nodes), len(design.nodes)))
    }
    nodes = [Node(names[node.id], node.layer) for node in design.nodes.values()]
    wires = [
        Wire(PortRef(names[wire.source.node], wire.source.port), PortRef(names[wire.target.node], wire.target.port))
        for wire in design.wires.values()
    ]
    # The order of inputs and outputs is the design's own; all others are shuffled.
    ends = [node for node in nodes if not node.layer.inputs or not node.layer.outputs]
    inner = [node for node in nodes if node not in ends]
    return Design.build(design.name, [*ends, *source.sample(inner, len(inner))], source.sample(wires, len(wires)))


def opened(design: Design) -> Design:
    """The design with every block in parts."""
    while True:
        analysis = analyse(design)
        block = next((id for id in design.order if analysis.node(id).inner is not None), None)
        if block is None:
            return design
        design, _ = expand_block(design, block, analysis.node(block).known_inputs or ())


def in_the_middle(layer: Layer, x: TensorSpec) -> Design:
    """A block between things that are no part of it."""
    rows, columns = (*x.sides, 1)[:2]
    before = [ToSequence()] if not x.is_map else []
    return row(Input(x.channels, rows, columns), ScalarAdd(1.0), *before, layer, ScalarAdd(1.0), Output())


@pytest.mark.parametrize(("layer", "x"), CASES)
def test_a_block_is_found_in_its_own_expansion(layer: Layer, x: TensorSpec) -> None:
    x = x._replace(shape=(1, *x.shape[1:]))
    design = in_the_middle(layer, x)
    parts = opened(design)
    found = recognise(disguised(parts)).design
    blocks = [node.layer for node in found.nodes.values() if node.layer.is_block]
    (block,) = blocks
    assert len(opened(found).nodes) == len(parts.nodes)
    # Of blocks that are equal in all their parts, the one with fewer parameters is named, and a plain one before one
    # that has branches for training.
    is_deployed = any(each.name == "deployed" for each in layer.parameters)
    assert type(block) is type(layer) or is_deployed or len(block.parameters) < len(layer.parameters)
    assert _same_parts(block, layer, x)
    assert analyse(found).totals == analyse(design).totals


def _same_parts(one: Layer, other: Layer, x: TensorSpec) -> bool:
    layers = [[node.layer for node in each.expand(x).nodes.values()] for each in (one, other)]
    return layers[0] == layers[1]


@pytest.mark.parametrize("key", ["mobilenet_v1", "mobilenet_v2"])
def test_a_whole_network_of_parts_becomes_the_template_again(key: str) -> None:
    design = template(key).build(resolution=64)
    found = recognise(disguised(opened(design))).design
    assert [found.nodes[id].layer for id in found.order] == [design.nodes[id].layer for id in design.order]


def test_what_is_no_block_stays_as_it_is() -> None:
    design = row(Input(8, 16, 16), GELU(), MaxPool(), Output())
    assert recognise(design).design == design


def article_blocks(count: int) -> Design:
    """So many inverted residuals without norms, which no block of the catalogue is: each with channels of its own."""
    layers: dict[str, Layer] = {"in": Input(24, 8, 8)}
    wires, last = [], "in"
    for index in range(count):
        parts: dict[str, Layer] = {
            "wide": PointwiseConv2d(144 + index, bias=True),
            "first": ReLU6(),
            "each": DepthwiseConv2d(3, padding=Padding.SAME),
            "second": ReLU6(),
            "narrow": PointwiseConv2d(24, bias=True),
            "sum": Add(),
        }
        names = [f"{name}_{index}" for name in parts]
        layers |= zip(names, parts.values(), strict=True)
        wires += [f"{last}>{names[0]}", f"{last}>{names[-1]}.a"]
        wires += [f"{one}>{other}{'.b' if other == names[-1] else ''}" for one, other in pairwise(names)]
        last = names[-1]
    return drawn(layers | {"out": Output()}, " ".join([*wires, f"{last}>out"]))


def test_what_is_nearly_a_block_is_not_tried_out_by_the_hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    recognise(article_blocks(1))  # forms are learned once
    tried = 0

    def counted(layer: Layer, inputs: tuple[TensorSpec, ...]) -> Design:
        nonlocal tried
        tried += 1
        return expanded(layer, inputs)

    monkeypatch.setattr(recognising, "expanded", counted)
    design = article_blocks(50)
    recognise(design)
    assert tried <= 100 * 50  # of 1,664 combinations of what stands in each


def test_equal_regions_are_tried_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    design = opened(template("mobilenet_v2").build(width=0.5, resolution=64))
    asked: list[tuple[str, TensorSpec, tuple[int, ...]]] = []
    whole = recognising._block_of

    def noted(
        analysis: Analysis, region: Region, cls: type[Layer], x: TensorSpec, wanted: Mapping[NodeId, int]
    ) -> object:
        asked.append((cls.key, x, tuple(wanted.values())))
        return whole(analysis, region, cls, x, wanted)

    monkeypatch.setattr(recognising, "_block_of", noted)
    assert len(recognise(design).found) == 19
    assert len(asked) == len(set(asked))
