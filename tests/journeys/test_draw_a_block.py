"""MobileNetV3's block drawn of primitives with formulas, as rows of a table and as a network, beside the template."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from designer.analysis.analysis import analyse
from designer.analysis.recognising import recognise
from designer.edit.grouping import expand_block
from designer.files.design_json import dumps, loads
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.layers.activation import Activation, HardSigmoid, HardSwish, ReLU
from designer.layers.blocks import Bottleneck, Group, MBConv
from designer.layers.convolution import DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add, Multiply
from designer.layers.normalization import BatchNorm
from designer.layers.own_parameters import own_parameter
from designer.layers.pooling import GlobalAveragePool
from designer.matching.differences_in_words import difference_lines
from designer.matching.matching import match_designs
from designer.stage_table import reading, writing
from designer.stage_table.columns import Column
from designer.templates.networks import template

EXPANDED, SQUEEZED, SUMMED = "t != 1", "r > 0", "s == 1 and c == in"
WORDS = {Activation.RELU: "RE", Activation.HARD_SWISH: "HS"}


def bneck() -> Group:
    """The block of MobileNetV3: expand, filter, squeeze and excite, project, add; each where the numbers ask for it."""
    norm = BatchNorm(eps=0.001, momentum=0.01)
    main: list[tuple[str, Layer, str, dict[str, str]]] = [
        ("expand", PointwiseConv2d(8), EXPANDED, {"out_channels": "round(t * in)"}),
        ("expand_bn", norm, EXPANDED, {}),
        ("expand_re", ReLU(), f"{EXPANDED} and act == 'RE'", {}),
        ("expand_hs", HardSwish(), f"{EXPANDED} and act == 'HS'", {}),
        ("depthwise", DepthwiseConv2d(), "", {"kernel_size": "k", "stride": "s"}),
        ("depthwise_bn", norm, "", {}),
        ("depthwise_re", ReLU(), "act == 'RE'", {}),
        ("depthwise_hs", HardSwish(), "act == 'HS'", {}),
        ("scale", Multiply(), SQUEEZED, {}),
        ("project", PointwiseConv2d(8), "", {"out_channels": "c"}),
        ("project_bn", norm, "", {}),
        ("add", Add(), SUMMED, {}),
    ]
    side: list[tuple[str, Layer, str, dict[str, str]]] = [
        ("squeeze", GlobalAveragePool(), SQUEEZED, {}),
        ("squeeze_reduce", PointwiseConv2d(8, bias=True), SQUEEZED, {"out_channels": "r if r > 0 else here"}),
        ("squeeze_act", ReLU(), SQUEEZED, {}),
        ("squeeze_expand", PointwiseConv2d(8, bias=True), SQUEEZED, {"out_channels": "round(t * in)"}),
        ("gate", HardSigmoid(), SQUEEZED, {}),
    ]
    nodes = [Node(NodeId("x"), Input())]
    for id, layer, condition, formulas in (*main, *side):
        node = replace(Node(NodeId(id), layer), condition=condition)
        for field, text in formulas.items():
            node = node.with_formula(field, text)
        nodes.append(node)
    nodes.append(Node(NodeId("y"), Output()))
    layers = {node.id: node.layer for node in nodes}

    def wire(source: str, target: str, port: int = -1) -> Wire:
        return Wire(PortRef(NodeId(source), "y"), PortRef(NodeId(target), layers[NodeId(target)].inputs[port].name))

    way = ["x", *(id for id, *_ in main), "y"]
    aside = ["depthwise_hs", *(id for id, *_ in side)]
    wires = [*map(wire, *zip(*pairwise(way), strict=True)), *map(wire, *zip(*pairwise(aside), strict=True))]
    wires += [wire("gate", "scale", 0), wire("x", "add", 0)]
    own = (
        own_parameter("t", "number", "6", 1, 64),
        own_parameter("c", "integer", "24", 1, 4096),
        own_parameter("k", "integer", "3", 1, 31),
        own_parameter("s", "integer", "1", 1, 4),
        own_parameter("r", "integer", "0", 0, 4096, help="Channels between the two 1×1 of the squeeze; 0 for none."),
        own_parameter("act", "choice", "RE", words=("RE", "HS")),
    )
    return Group(Design.build("bneck", nodes, wires, parameters=own))


def drawn(layer: Bottleneck | MBConv) -> Group:
    """The same block as a person would have drawn it."""
    squeezed = layer.squeezed_channels if isinstance(layer, MBConv) else 0
    made = bneck()
    values = {
        "t": float(layer.expansion),
        "c": layer.out_channels,
        "k": layer.kernel_size,
        "s": layer.stride,
        "r": squeezed,
        "act": made.parameter("act").parse(WORDS[layer.activation]),
    }
    for name, value in values.items():
        made = made.with_parameter(name, value)
    return made


@pytest.mark.parametrize("variant", ["large", "small"])
def test_a_network_of_drawn_blocks_is_the_template(variant: str) -> None:
    chosen = template("mobilenet_v3")
    settings = {setting.name: setting for setting in chosen.settings}
    published = chosen.build(variant=settings["variant"].parse(variant))
    blocks = [node for node in published.nodes.values() if isinstance(node.layer, (Bottleneck, MBConv))]
    assert len(blocks) == {"large": 15, "small": 11}[variant]
    network = published.replacing(
        [replace(node, layer=drawn(node.layer)) for node in blocks if isinstance(node.layer, (Bottleneck, MBConv))]
    )
    ours, theirs = analyse(loads(dumps(network))), analyse(published)
    assert ours.is_valid
    for name in ("parameters", "macs"):
        assert getattr(ours.totals, name) == getattr(theirs.totals, name)

    rows, wanted = ([row for row in reading.read(each).rows if row.layers[0].is_block] for each in (ours, theirs))
    said = {column: [row.text(column) for row in rows] for column in (Column.C, Column.S, Column.T)}
    assert sum(int(row.text(Column.N)) for row in rows) == sum(int(row.text(Column.N)) for row in wanted)
    assert "bneck" in {row.text(Column.OPERATOR) for row in rows}
    assert all(text != "–" for texts in said.values() for text in texts[1:-1])

    whole = ours.design
    for id in [node.id for node in blocks]:
        inputs = analyse(whole).node(id).known_inputs
        assert inputs is not None
        whole, _ = expand_block(whole, id, inputs)
    again = recognise(whole).design
    assert list(difference_lines(published, again, match_designs(published, again))) == []


def test_a_row_of_the_table_changes_the_drawn_block() -> None:
    blocks = [Node(NodeId(f"b{place}"), bneck().with_parameter("c", 32)) for place in range(3)]
    nodes = [Node(NodeId("input"), Input(32, 28, 28)), *blocks, Node(NodeId("output"), Output())]
    wires = [Wire(PortRef(a.id, "y"), PortRef(b.id, "x")) for a, b in pairwise(nodes)]
    analysis = analyse(Design.build("Three", nodes, wires))
    (row,) = (place for place, each in enumerate(reading.read(analysis).rows) if each.layers[0].is_block)
    table = reading.read(analysis).rows[row]
    assert [table.text(column) for column in (Column.T, Column.C, Column.N, Column.S, Column.K)] == [
        *("6", "32", "3", "1", "3")
    ]
    changed = analyse(writing.change(analysis, row, Column.T, "3"))
    assert [changed.design.nodes[node.id].layer.data for node in blocks] == [{"t": 3.0, "c": 32}] * 3
    assert changed.totals.macs < analysis.totals.macs
    wider = analyse(writing.change(analysis, row, Column.C, "48"))
    assert wider.is_valid
    assert wider.node(NodeId("b2")).outputs[0].channels == 48  # type: ignore[index]
    longer = analyse(writing.change(analysis, row, Column.N, "5"))
    assert longer.is_valid
    assert sum(node.layer.is_block for node in longer.design.nodes.values()) == 5
