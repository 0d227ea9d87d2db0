"""Each counting convention says exactly what its tool says, of other people's networks and of our printed source."""

from __future__ import annotations

from typing import Any

import pytest
from torch import nn

from designer.analysis.analysis import analyse
from designer.analysis.conventions import (
    DESIGNER,
    NOTHING,
    PAPER,
    PRESETS,
    PTFLOPS,
    THOP,
    TORCH,
    Convention,
    Writing,
    count,
)
from designer.edit.grouping import group
from designer.export.python_source import python_source
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.parameter import Choice, Flag
from designer.graph.window import Padding
from designer.layers.activation import GELU, PReLU, ReLU, Softmax
from designer.layers.convolution import Conv2d, DepthwiseConv2d, GroupedConv2d, PointwiseConv2d, TransposedConv2d
from designer.layers.dense import Flatten, FullyConnected
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add, MatrixProduct, Multiply
from designer.layers.normalization import BatchNorm, GroupNorm, LayerNorm
from designer.layers.pooling import AveragePool, GlobalAveragePool, MaxPool
from designer.layers.registry import catalogue
from designer.layers.shaping import Resize, Split, ToMap, ToSequence
from designer.templates.networks import template, templates
from tests.export.hard_designs import with_dead_ends
from tests.reference.facts import MOBILENET_V1_PAPER, MOBILENET_V2, MOBILENET_V2_BY_TOOL, row_name
from tests.reference.mobilenets import MobileNetV1, MobileNetV2
from tests.reference.tools import TOOLS, count_by

BY_KEY = {convention.key: convention for convention in PRESETS}
BY_TOOL = [BY_KEY[tool] for tool in TOOLS]
tools = pytest.mark.parametrize("convention", BY_TOOL, ids=lambda convention: convention.key)


def chain(*layers: Layer, channels: int = 6, side: int = 9) -> Design:
    """Input, the layers one after another, each fed at every port by the one before, Output."""
    nodes = [Node(NodeId("start"), Input(channels, side, side))]
    wires = []
    for index, layer in enumerate([*layers, Output()]):
        node = Node(NodeId(f"n{index}"), layer)
        source = PortRef(nodes[-1].id, nodes[-1].layer.outputs[0].name)
        wires += [Wire(source, PortRef(node.id, port.name)) for port in layer.inputs]
        nodes.append(node)
    return Design.build("small", nodes, wires)


def printed(design: Design) -> nn.Module:
    """The network of the source that we print, run as a program of its own."""
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(python_source(analyse(design)), "generated.py", "exec"), names)
    classes = [value for value in names.values() if isinstance(value, type) and issubclass(value, nn.Module)]
    module: nn.Module = classes[-1]()
    return module


def total(design: Design, convention: Convention, writing: Writing = Writing.PUBLISHED) -> int:
    counted = count(analyse(design), convention, writing)
    assert counted.complete
    return counted.total


def agrees(design: Design, convention: Convention) -> None:
    shape = design.input_nodes()[0].layer.output(1).shape
    theirs = count_by(convention.key, printed(design), shape)
    assert total(design, convention, Writing.PRINTED) == theirs


@pytest.mark.torch
@tools
@pytest.mark.parametrize(("width", "resolution"), [(1.0, 224), (0.5, 96)])
def test_mobilenet_v2_written_by_hand(convention: Convention, width: float, resolution: int) -> None:
    design = template("mobilenet_v2").build(width=width, resolution=resolution)
    assert total(design, convention) == count_by(convention.key, MobileNetV2(width), (1, 3, resolution, resolution))


@pytest.mark.torch
@tools
@pytest.mark.parametrize(("width", "resolution"), [(1.0, 224), (0.25, 64)])
def test_mobilenet_v1_written_by_hand(convention: Convention, width: float, resolution: int) -> None:
    design = template("mobilenet_v1").build(width=width, resolution=resolution)
    assert total(design, convention) == count_by(convention.key, MobileNetV1(width), (1, 3, resolution, resolution))


@pytest.mark.parametrize("key", MOBILENET_V2_BY_TOOL)
def test_mobilenet_v2_has_the_figures_that_each_tool_is_known_for(key: str) -> None:
    assert total(template("mobilenet_v2").build(), BY_KEY[key]) == MOBILENET_V2_BY_TOOL[key]


@pytest.mark.parametrize("row", MOBILENET_V2, ids=row_name)
def test_the_papers_count_of_mobilenet_v2(row: dict[str, Any]) -> None:
    design = template("mobilenet_v2").build(width=row["width"], resolution=row["resolution"])
    assert total(design, PAPER) == row["macs"]
    assert total(design, TORCH) == 2 * row["macs"]


@pytest.mark.parametrize("row", MOBILENET_V1_PAPER, ids=row_name)
def test_the_papers_count_of_mobilenet_v1_to_its_printed_digits(row: dict[str, Any]) -> None:
    design = template("mobilenet_v1").build(width=row["width"], resolution=row["resolution"])
    millions = total(design, PAPER) / 1e6
    # The paper rounds most rows and cuts one off (290.6 is printed as 290).
    assert row["million_macs"] in {f"{millions:.0f}", str(int(millions))}


@pytest.mark.torch
@tools
@pytest.mark.parametrize(
    "key", [each.key for each in templates() if any(setting.name == "channels" for setting in each.settings)]
)
def test_small_templates_as_printed(convention: Convention, key: str) -> None:
    agrees(template(key).build(resolution=14), convention)


NOT_COUNTED = {"local_response_norm"}
"""Layers that a tool counts by no rule of a table: ptflops counts a pool over neighbours, with what pads them."""


def variants() -> list[Any]:
    """Every layer with its defaults and with each flag and choice turned, as far as a map of 6×9×9 suits it."""
    found = []
    for cls in catalogue():
        if not cls().inputs or not cls().outputs or cls.key in NOT_COUNTED:
            continue
        base = FITTED.get(cls.key, cls())
        for parameter in (None, *cls.parameters):
            options: tuple[Any, ...] = (getattr(base, parameter.name),) if parameter else ()
            if isinstance(parameter, Choice):
                options = parameter.options
            elif isinstance(parameter, Flag):
                options = (True, False)
            for value in options if parameter else (None,):
                layer = base.with_parameter(parameter.name, value) if parameter else base
                if layer not in found and analyse(around(layer)).is_valid:
                    found.append(layer)
    return [pytest.param(layer, id=f"{layer.key}-{index}") for index, layer in enumerate(found)]


FITTED: dict[str, Layer] = {"split": Split((2, 4)), "to_map": ToMap(9)}
"""Layers whose defaults do not suit a map of 6×9×9."""

BEFORE: dict[str, tuple[Layer, ...]] = {
    "fully_connected": (Flatten(),),
    "linear_attention": (PointwiseConv2d(8),),
    "to_map": (ToSequence(),),
    "squeeze": (GlobalAveragePool(),),
    "pixel_shuffle": (PointwiseConv2d(8),),
    "self_attention": (PointwiseConv2d(64), ToSequence()),
}
"""What makes a tensor that suits a layer of a map of 6×9×9."""


def around(layer: Layer) -> Design:
    return chain(*BEFORE.get(layer.key, ()), layer)


VARIANTS = variants()


def test_the_variants_are_all_the_layers() -> None:
    primitives = {cls.key for cls in catalogue() if cls().inputs and cls().outputs} - NOT_COUNTED
    assert {param.values[0].key for param in VARIANTS} == primitives


@pytest.mark.torch
@pytest.mark.parametrize("layer", VARIANTS)
def test_every_layer_as_every_tool_counts_it(layer: Layer) -> None:
    for convention in BY_TOOL:
        agrees(around(layer), convention)


@pytest.mark.torch
@tools
@pytest.mark.parametrize(
    "layers",
    [
        (Conv2d(8, stride=2, bias=True), BatchNorm(), ReLU(), DepthwiseConv2d(multiplier=2, padding=Padding.SAME)),
        (GroupedConv2d(12, groups=3, bias=True), Add(count=4), MaxPool(3, 2, Padding.SAME), Multiply()),
        (AveragePool(3, 1, Padding.SYMMETRIC), MaxPool(3, 1, Padding.EXPLICIT, (0, 2, 1, 0)), PointwiseConv2d(4)),
        (PointwiseConv2d(10, bias=True), GlobalAveragePool(), Flatten(), FullyConnected(5, bias=False)),
        (ToSequence(), LayerNorm(), FullyConnected(8), GELU(), Softmax(), ToMap(9)),
        (TransposedConv2d(4, groups=2, bias=True), Resize(2.0), GroupNorm(2), PReLU(), MatrixProduct(True)),
    ],
    ids=["biased", "grouped", "pooled", "classifier", "sequence", "spread"],
)
def test_small_designs_as_printed(convention: Convention, layers: tuple[Layer, ...]) -> None:
    agrees(chain(*layers), convention)


def test_by_hand() -> None:
    # 6×9×9 in; pointwise with bias 6→4: 1944 MACs, 324 additions; ReLU 324; batch norm 648 operations of ours.
    design = chain(PointwiseConv2d(4, bias=True), ReLU(), BatchNorm())
    assert total(design, PAPER) == 1944
    assert total(design, DESIGNER) == 2 * 1944 + 324 + 324 + 648
    assert total(design, PTFLOPS) == 1944 + 324 + 2 * 324 + 2 * 324
    assert total(design, THOP) == 1944 + 4 * 324


def test_our_flops_are_the_analysis_flops() -> None:
    analysis = analyse(template("mobilenet_v2").build(width=0.5, resolution=96))
    assert count(analysis, DESIGNER).total == analysis.totals.flops
    assert count(analysis, PAPER).total == analysis.totals.macs


def test_what_counts_and_what_does_not_is_said() -> None:
    counted = count(analyse(chain(PointwiseConv2d(4, bias=True), PointwiseConv2d(4), ReLU(), Flatten())), PAPER)
    assert counted.counted == ("Pointwise 1×1: multiply-accumulates",)
    assert counted.not_counted == ("Pointwise 1×1: additions of the bias", "ReLU")
    assert count(analyse(chain(BatchNorm())), THOP).counted == ("Batch norm: 4 × elements read",)


def test_the_writing_decides_what_a_tool_sees() -> None:
    design = chain(Add(), GlobalAveragePool())
    elements = 6 * 9 * 9
    assert total(design, PTFLOPS, Writing.PUBLISHED) == elements
    assert total(design, PTFLOPS, Writing.PRINTED) == elements + 2 * elements
    assert total(design, THOP, Writing.PUBLISHED) == 0
    assert total(design, THOP, Writing.PRINTED) == elements + 6


def test_the_count_of_a_block_is_that_of_what_is_inside() -> None:
    analysis = analyse(template("mobilenet_v2").build(resolution=96))
    counted = count(analysis, PAPER)
    block = NodeId("bottleneck_3")
    inner = analysis.node(block).inner
    assert inner is not None
    assert counted.within((block,)) == inner.totals.macs > counted.within((block, NodeId("depthwise"))) > 0


def test_an_unknown_shape_is_said() -> None:
    design = chain(PointwiseConv2d(4), GroupedConv2d(9, groups=5))
    counted = count(analyse(design), PAPER)
    assert not counted.complete
    assert counted.total == 6 * 4 * 81


def test_presets_are_documented() -> None:
    assert len({convention.key for convention in PRESETS}) == len(PRESETS)
    for convention in PRESETS:
        assert convention.source
        assert convention.unit in {"MACs", "FLOPs"}
        assert NOTHING not in convention.rules.values()


@pytest.mark.torch
@tools
def test_dead_ends_count_where_the_tool_counts_them(convention: Convention) -> None:
    design = with_dead_ends()
    agrees(design, convention)
    grouped, _ = group(design, [NodeId("a"), NodeId("dead"), NodeId("dead_norm")])
    agrees(grouped, convention)
    inside, _ = group(design, [NodeId("shortcut"), NodeId("sum")])
    agrees(inside, convention)


def test_fvcore_counts_only_what_an_output_depends_on() -> None:
    # 4·4·9 multiply-accumulates at 9² positions: the one convolution that leads to the output.
    counted = count(analyse(with_dead_ends()), BY_KEY["fvcore"])
    assert counted.total == 4 * 4 * 9 * 81
    assert "Convolution k×k, where no output depends on it" in counted.not_counted
