"""The templates: MobileNetV1 and V2 as the papers' tables, the other families, and blocks drawn out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from designer.edit.grouping import expand_block
from designer.errors import TemplateError, near
from designer.graph.arithmetic import round_channels
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.parameter import Choice, Flag, Integer, Ratio
from designer.graph.tensor import TensorSpec
from designer.graph.window import Padding
from designer.layers.activation import Activation, ReLU6
from designer.layers.blocks import Bottleneck, ConvBlock, Separable
from designer.layers.convolution import DepthwiseConv2d, PointwiseConv2d
from designer.layers.dense import Dropout, Flatten, FullyConnected
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.layers.normalization import BatchNorm
from designer.layers.pooling import GlobalAveragePool
from designer.templates import (
    efficientnets,
    efficientvits,
    ghostnets,
    large_networks,
    mobilenets,
    partial_networks,
    reparameterised_networks,
    shufflenets,
)
from designer.templates.table import PaddingConvention, Row, Template, chain, row_layers

_CHANNELS_HIGH = 2**31 - 1

_NETWORK_SETTINGS = (
    Ratio("width", 1.0, "Width multiplier α on every channel count.", low=0.05, high=16.0),
    Integer("resolution", 224, "Height and width of the input.", unit="px", low=32, high=4096),
    Integer("classes", 1000, "Outputs of the classifier.", low=1, high=10_000_000),
    Choice("padding", PaddingConvention.TORCH, "Whose padding and batch norms.", options=tuple(PaddingConvention)),
)
_BLOCK_SETTINGS = (
    Integer("channels", 24, "Channels C of the input.", low=1, high=_CHANNELS_HIGH),
    Ratio("expansion", 6.0, "Expansion t: hidden channels per input channel.", low=0.05, high=64.0),
    Integer("out_channels", 24, "Channels C' of the output.", low=1, high=_CHANNELS_HIGH),
    Integer("kernel", 3, "Side k of the depthwise kernel.", low=1, high=63),
    Integer("stride", 1, "Stride s of the depthwise.", low=1, high=64),
    Integer("resolution", 56, "Height and width of the input.", unit="px", low=1, high=4096),
    Flag("batch_norm", True, "Batch norm after each convolution."),
    Choice("padding", PaddingConvention.TORCH, "Whose padding and batch norms.", options=tuple(PaddingConvention)),
)


# PyTorch's networks leave its defaults. Those of Keras' applications state their own; its momentum is the share of what
# is kept, 0.99 and 0.999, and ours, as PyTorch's, that of the new batch.
_NORMS_V1 = {PaddingConvention.TORCH: BatchNorm(), PaddingConvention.TENSORFLOW: BatchNorm(1e-3, 0.01)}
_NORMS_V2 = {PaddingConvention.TORCH: BatchNorm(), PaddingConvention.TENSORFLOW: BatchNorm(1e-3, 0.001)}


def _without(*names: str) -> tuple[Ratio | Integer | Flag | Choice, ...]:
    return tuple(setting for setting in _BLOCK_SETTINGS if setting.name not in names)


def mobilenet_v2(width: float, resolution: int, classes: int, padding: PaddingConvention) -> Design:
    """MobileNetV2: stem, seventeen bottlenecks, head, classifier.

    Source: Sandler et al. 2018, table 2; the head keeps its 1280 channels where the width is less than 1.
    """
    around, norm = padding.padding, _NORMS_V2[padding]

    def bottleneck(expansion: float) -> Callable[[int, int], Layer]:
        return lambda channels, stride: Bottleneck(
            expansion, channels, stride=stride, padding=around, eps=norm.eps, momentum=norm.momentum
        )

    #                       t            c   n  s
    rows = (
        Row("bottleneck", bottleneck(1), 16, 1, 1),
        Row("bottleneck", bottleneck(6), 24, 2, 2),
        Row("bottleneck", bottleneck(6), 32, 3, 2),
        Row("bottleneck", bottleneck(6), 64, 4, 2),
        Row("bottleneck", bottleneck(6), 96, 3, 1),
        Row("bottleneck", bottleneck(6), 160, 3, 2),
        Row("bottleneck", bottleneck(6), 320, 1, 1),
    )
    stem = ConvBlock(round_channels(32 * width), stride=2, padding=around, eps=norm.eps, momentum=norm.momentum)
    head = round_channels(1280 * max(width, 1.0))
    layers: list[tuple[str, Layer]] = [
        ("input", Input(3, resolution, resolution)),
        ("stem", stem),
        *row_layers(rows, lambda channels: round_channels(channels * width)),
        ("head", ConvBlock(head, kernel_size=1, eps=norm.eps, momentum=norm.momentum)),
        ("pool", GlobalAveragePool()),
        ("flatten", Flatten()),
        ("dropout", Dropout()),
        ("classifier", FullyConnected(classes)),
        ("output", Output()),
    ]
    return chain(f"MobileNetV2 {width:g} · {resolution}", layers)


def mobilenet_v1(width: float, resolution: int, classes: int, padding: PaddingConvention) -> Design:
    """MobileNetV1: stem and thirteen depthwise separable blocks.

    Source: Howard et al. 2017, table 1; the last depthwise has stride 1, as the table's own 7×7 input and output ask.
    """
    around, norm = padding.padding, _NORMS_V1[padding]

    def separable(channels: int, stride: int) -> Layer:
        return Separable(channels, stride=stride, padding=around, eps=norm.eps, momentum=norm.momentum)

    #                     c    n  s
    rows = (
        Row("separable", separable, 64, 1, 1),
        Row("separable", separable, 128, 1, 2),
        Row("separable", separable, 128, 1, 1),
        Row("separable", separable, 256, 1, 2),
        Row("separable", separable, 256, 1, 1),
        Row("separable", separable, 512, 1, 2),
        Row("separable", separable, 512, 5, 1),
        Row("separable", separable, 1024, 1, 2),
        Row("separable", separable, 1024, 1, 1),
    )

    def widen(channels: int) -> int:
        return max(1, int(channels * width))

    stem = ConvBlock(
        widen(32),
        stride=2,
        padding=around,
        activation=Activation.RELU,
        eps=norm.eps,
        momentum=norm.momentum,
    )
    layers: list[tuple[str, Layer]] = [
        ("input", Input(3, resolution, resolution)),
        ("stem", stem),
        *row_layers(rows, widen),
        ("pool", GlobalAveragePool()),
        ("flatten", Flatten()),
        ("classifier", FullyConnected(classes)),
        ("output", Output()),
    ]
    return chain(f"MobileNetV1 {width:g} · {resolution}", layers)


def _drawn_out(name: str, channels: int, resolution: int, block: Layer) -> Design:
    """Input, the block's parts, output: a block laid open on the canvas."""
    layers: list[tuple[str, Layer]] = [
        ("input", Input(channels, resolution, resolution)),
        ("b", block),
        ("output", Output()),
    ]
    closed = chain(name, layers)
    opened, parts = expand_block(closed, NodeId("b"), (TensorSpec((1, channels, resolution, resolution)),))
    plain = {id: NodeId(id.removeprefix("b_")) for id in parts}
    nodes = [Node(plain.get(node.id, node.id), node.layer, node.name, node.position) for node in opened.nodes.values()]
    wires = [Wire(_renamed(wire.source, plain), _renamed(wire.target, plain)) for wire in opened.wires.values()]
    return Design.build(name, nodes, wires)


def _renamed(ref: PortRef, names: dict[NodeId, NodeId]) -> PortRef:
    return PortRef(names.get(ref.node, ref.node), ref.port)


def bottleneck(
    channels: int,
    expansion: float,
    out_channels: int,
    kernel: int,
    stride: int,
    resolution: int,
    batch_norm: bool,
    padding: PaddingConvention,
) -> Design:
    """MobileNetV2's bottleneck, drawn out: expand, filter, project without activation, add.

    Source: Sandler et al. 2018, table 1 and fig. 4d.
    """
    norm = _NORMS_V2[padding]
    block = Bottleneck(
        expansion,
        out_channels,
        kernel,
        stride,
        padding.padding,
        batch_norm=batch_norm,
        eps=norm.eps,
        momentum=norm.momentum,
    )
    return _drawn_out(f"Bottleneck t{expansion:g}", channels, resolution, block)


def separable(
    channels: int,
    out_channels: int,
    kernel: int,
    stride: int,
    resolution: int,
    batch_norm: bool,
    padding: PaddingConvention,
) -> Design:
    """MobileNetV1's depthwise separable convolution, drawn out.

    Source: Howard et al. 2017, fig. 3 right.
    """
    norm = _NORMS_V1[padding]
    block = Separable(
        out_channels, kernel, stride, padding.padding, batch_norm=batch_norm, eps=norm.eps, momentum=norm.momentum
    )
    return _drawn_out("Separable", channels, resolution, block)


def article_bottleneck(channels: int, expansion: int, depth: int, kernel: int, resolution: int) -> Design:
    """The article's ``make_bottleneck_block``: stride 1, TensorFlow's padding, biased pointwise, and a residual always.

    With a depth other than the input's channels the residual cannot be added; the design then shows that as a problem,
    where the article's function would fail when run.
    """
    parts: list[tuple[str, Layer]] = [
        ("input", Input(channels, resolution, resolution)),
        ("expand", PointwiseConv2d(channels * expansion, bias=True)),
        ("expand_act", ReLU6()),
        ("depthwise", DepthwiseConv2d(kernel, padding=Padding.SAME)),
        ("depthwise_act", ReLU6()),
        ("project", PointwiseConv2d(depth, bias=True)),
    ]
    trunk = chain("Article's bottleneck", parts)
    add, output = NodeId("add"), NodeId("output")
    nodes = [*trunk.nodes.values(), Node(add, Add()), Node(output, Output())]
    wires = [
        *trunk.wires.values(),
        Wire(PortRef(NodeId("input"), "y"), PortRef(add, "a")),
        Wire(PortRef(NodeId("project"), "y"), PortRef(add, "b")),
        Wire(PortRef(add, "y"), PortRef(output, "x")),
    ]
    return Design.build(trunk.name, nodes, wires)


@cache
def templates() -> tuple[Template, ...]:
    """Every template, in the order of menus."""
    return (
        Template(
            "mobilenet_v2",
            "MobileNetV2",
            "The whole network of inverted residual bottlenecks.",
            "Sandler et al. 2018, arXiv 1801.04381, table 2",
            _NETWORK_SETTINGS,
            mobilenet_v2,
        ),
        Template(
            "mobilenet_v1",
            "MobileNetV1",
            "The whole network of depthwise separable convolutions.",
            "Howard et al. 2017, arXiv 1704.04861, table 1",
            _NETWORK_SETTINGS,
            mobilenet_v1,
        ),
        *mobilenets.TEMPLATES,
        *efficientnets.TEMPLATES,
        *shufflenets.TEMPLATES,
        *partial_networks.TEMPLATES,
        *ghostnets.TEMPLATES,
        *efficientvits.TEMPLATES,
        *large_networks.TEMPLATES,
        *reparameterised_networks.TEMPLATES,
        mobilenets.TINY,
        Template(
            "bottleneck",
            "Bottleneck (V2)",
            "One bottleneck, drawn out: expand, filter, project, add.",
            "Sandler et al. 2018, arXiv 1801.04381, table 1",
            _BLOCK_SETTINGS,
            bottleneck,
        ),
        Template(
            "separable",
            "Separable (V1)",
            "One depthwise separable convolution, drawn out.",
            "Howard et al. 2017, arXiv 1704.04861, fig. 3",
            _without("expansion"),
            separable,
        ),
        Template(
            "article_bottleneck",
            "Article's bottleneck",
            "The article's make_bottleneck_block, with TensorFlow's padding and a residual always.",
            "Yin Guobing, the article on MobileNetV2's bottlenecks",
            (
                Integer("channels", 24, "Channels of the input.", low=1, high=_CHANNELS_HIGH),
                Integer("expansion", 6, "Expansion t.", low=1, high=64),
                Integer(
                    "depth",
                    24,
                    "Channels of the projection; the residual needs the input's.",
                    low=1,
                    high=_CHANNELS_HIGH,
                ),
                Integer("kernel", 3, "Side k of the depthwise kernel.", low=1, high=63),
                Integer("resolution", 56, "Height and width of the input.", unit="px", low=1, high=4096),
            ),
            article_bottleneck,
        ),
    )


def template(key: str) -> Template:
    """The template of a key.

    Raises:
        TemplateError: There is none; the text guesses what was meant.
    """
    for known in templates():
        if known.key == key:
            return known
    keys = [known.key for known in templates()]
    raise TemplateError(f"there is no template '{key}'{near(key, keys)}; there are: {', '.join(keys)}")
