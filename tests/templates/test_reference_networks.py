"""Networks beyond our templates, drawn from primitives, against the reference costs, exactly.

The reference counted torchvision's own definitions with torch.utils.flop_counter, halved. ShuffleNetV2 (splitting and
shuffling channels) and ConvNeXt (layer norm, layer scale) need layers that the catalogue does not have.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import pytest

from designer.analysis.analysis import analyse
from designer.graph.arithmetic import round_channels
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.window import Padding
from designer.layers.activation import HardSigmoid, HardSwish, ReLU, Sigmoid, SiLU
from designer.layers.blocks import Bottleneck, ConvBlock, Separable
from designer.layers.convolution import Conv2d, DepthwiseConv2d, PointwiseConv2d
from designer.layers.dense import Dropout, Flatten, FullyConnected
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add, Concatenate, Multiply
from designer.layers.normalization import BatchNorm
from designer.layers.pooling import GlobalAveragePool, MaxPool
from designer.templates.networks import template
from designer.templates.table import chain


class Net:
    """Nodes and wires put down one after another; each method gives the id of its last node."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.wires: list[Wire] = []
        self.last = self.put(Input(3, 224, 224))

    def put(self, layer: Layer, *sources: NodeId) -> NodeId:
        """One layer that reads the sources, or the last node where none is named."""
        id = NodeId(f"n{len(self.nodes)}")
        reads = sources or ((self.last,) if self.nodes else ())
        for source, port in zip(reads, layer.inputs, strict=True):
            self.wires.append(Wire(PortRef(source, "y"), PortRef(id, port.name)))
        self.nodes.append(Node(id, layer))
        self.last = id
        return id

    def normed(self, layer: Layer, activation: Layer | None = None) -> NodeId:
        """A convolution, batch norm, activation."""
        self.put(layer)
        self.put(BatchNorm())
        return self.put(activation) if activation else self.last

    def squeeze(self, channels: int, squeezed: int, inner: Layer, gate: Layer) -> NodeId:
        """Squeeze and excite the last map."""
        x = self.last
        self.put(GlobalAveragePool())
        self.put(PointwiseConv2d(squeezed, bias=True))
        self.put(inner)
        self.put(PointwiseConv2d(channels, bias=True))
        self.put(gate)
        return self.put(Multiply(), x, self.last)

    def classify(self, *widths: int, activation: Layer | None = None) -> Design:
        """Global pool, dense layers of these widths with an activation between, output."""
        self.put(GlobalAveragePool())
        return self.dense(*widths, activation=activation)

    def dense(self, *widths: int, activation: Layer | None = None) -> Design:
        """Dense layers of these widths with an activation between, output."""
        self.put(Flatten())
        for index, width in enumerate(widths):
            self.put(FullyConnected(width))
            if activation and index < len(widths) - 1:
                self.put(activation)
                self.put(Dropout())
        self.put(Output())
        return Design.build("reference", self.nodes, self.wires)


def resnet(repeats: tuple[int, ...], is_deep: bool) -> Design:
    """He et al. 2016, table 1, the stride on the 3×3."""
    net = Net()
    net.normed(Conv2d(64, 7, 2), ReLU())
    net.put(MaxPool(3, 2, Padding.SYMMETRIC))
    before = 64
    for stage, count in enumerate(repeats):
        width = 64 * 2**stage
        after = width * (4 if is_deep else 1)
        for repeat in range(count):
            stride = 2 if stage > 0 and repeat == 0 else 1
            x = net.last
            if is_deep:
                net.normed(PointwiseConv2d(width), ReLU())
                net.normed(Conv2d(width, 3, stride), ReLU())
                main = net.normed(PointwiseConv2d(after))
            else:
                net.normed(Conv2d(width, 3, stride), ReLU())
                main = net.normed(Conv2d(width, 3))
            if stride != 1 or before != after:
                net.put(PointwiseConv2d(after, stride), x)
                x = net.put(BatchNorm())
            net.put(Add(), x, main)
            net.put(ReLU())
            before = after
    return net.classify(1000)


def vgg16() -> Design:
    """Simonyan and Zisserman 2015, configuration D."""
    net = Net()
    for widths in ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512)):
        for width in widths:
            net.put(Conv2d(width, bias=True))
            net.put(ReLU())
        net.put(MaxPool(2, 2))
    return net.dense(4096, 4096, 1000, activation=ReLU())


def alexnet() -> Design:
    """Krizhevsky 2014, one tower."""
    net = Net()
    net.put(Conv2d(64, 11, 4, Padding.EXPLICIT, (2, 2, 2, 2), bias=True))
    net.put(ReLU())
    net.put(MaxPool(3, 2))
    net.put(Conv2d(192, 5, bias=True))
    net.put(ReLU())
    net.put(MaxPool(3, 2))
    for width in (384, 256, 256):
        net.put(Conv2d(width, bias=True))
        net.put(ReLU())
    net.put(MaxPool(3, 2))
    return net.dense(4096, 4096, 1000, activation=ReLU())


def squeezenet() -> Design:
    """Iandola et al. 2016, version 1.1; its pools divide evenly, so rounding up or down is the same."""
    net = Net()
    net.put(Conv2d(64, 3, 2, Padding.NONE, bias=True))
    net.put(ReLU())
    pools = {0, 2, 4}
    for index, (squeezed, half) in enumerate(
        ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))
    ):
        if index in pools:
            net.put(MaxPool(3, 2))
        net.put(PointwiseConv2d(squeezed, bias=True))
        x = net.put(ReLU())
        net.put(PointwiseConv2d(half, bias=True), x)
        a = net.put(ReLU())
        net.put(Conv2d(half, bias=True), x)
        b = net.put(ReLU())
        net.put(Concatenate(), a, b)
    net.put(PointwiseConv2d(1000, bias=True))
    net.put(ReLU())
    net.put(GlobalAveragePool())
    net.put(Flatten())
    net.put(Output())
    return Design.build("reference", net.nodes, net.wires)


def googlenet() -> Design:
    """Szegedy et al. 2015, batch norm, 3×3 for the 5×5, pools that round up: one more row and column after."""
    up = (0, 1, 0, 1)

    def pool(net: Net) -> None:
        net.put(MaxPool(3, 2, Padding.EXPLICIT, up))

    net = Net()
    net.normed(Conv2d(64, 7, 2), ReLU())
    pool(net)
    net.normed(PointwiseConv2d(64), ReLU())
    net.normed(Conv2d(192), ReLU())
    pool(net)
    rows = (
        (64, 96, 128, 16, 32, 32),
        (128, 128, 192, 32, 96, 64),
        (192, 96, 208, 16, 48, 64),
        (160, 112, 224, 24, 64, 64),
        (128, 128, 256, 24, 64, 64),
        (112, 144, 288, 32, 64, 64),
        (256, 160, 320, 32, 128, 128),
        (256, 160, 320, 32, 128, 128),
        (384, 192, 384, 48, 128, 128),
    )
    for index, (one, three_in, three, five_in, five, pooled) in enumerate(rows):
        if index == 2:
            pool(net)
        if index == 7:
            net.put(MaxPool(2, 2))
        x = net.last
        branches = [net.normed(PointwiseConv2d(one), ReLU())]
        for inner, outer in ((three_in, three), (five_in, five)):
            net.last = x
            net.normed(PointwiseConv2d(inner), ReLU())
            branches.append(net.normed(Conv2d(outer), ReLU()))
        net.put(MaxPool(3, 1, Padding.SYMMETRIC), x)
        branches.append(net.normed(PointwiseConv2d(pooled), ReLU()))
        net.put(Concatenate(count=4), *branches)
    return net.classify(1000)


def mnasnet() -> Design:
    """Tan et al. 2019, MnasNet-B1."""
    net = Net()
    net.normed(Conv2d(32, 3, 2), ReLU())
    net.normed(DepthwiseConv2d(3), ReLU())
    net.normed(PointwiseConv2d(16))
    before = 16
    for after, k, stride, t, count in (
        (24, 3, 2, 3, 3),
        (40, 5, 2, 3, 3),
        (80, 5, 2, 6, 3),
        (96, 3, 1, 6, 2),
        (192, 5, 2, 6, 4),
        (320, 3, 1, 6, 1),
    ):
        for repeat in range(count):
            x, s = net.last, stride if repeat == 0 else 1
            net.normed(PointwiseConv2d(before * t), ReLU())
            net.normed(DepthwiseConv2d(k, s), ReLU())
            main = net.normed(PointwiseConv2d(after))
            if s == 1 and before == after:
                net.put(Add(), x, main)
            before = after
    net.normed(PointwiseConv2d(1280), ReLU())
    return net.classify(1000)


#            k  hidden out  squeeze stride hard-swish
V3_LARGE = (
    (3, 16, 16, False, 1, False),
    (3, 64, 24, False, 2, False),
    (3, 72, 24, False, 1, False),
    (5, 72, 40, True, 2, False),
    (5, 120, 40, True, 1, False),
    (5, 120, 40, True, 1, False),
    (3, 240, 80, False, 2, True),
    (3, 200, 80, False, 1, True),
    (3, 184, 80, False, 1, True),
    (3, 184, 80, False, 1, True),
    (3, 480, 112, True, 1, True),
    (3, 672, 112, True, 1, True),
    (5, 672, 160, True, 2, True),
    (5, 960, 160, True, 1, True),
    (5, 960, 160, True, 1, True),
)
V3_SMALL = (
    (3, 16, 16, True, 2, False),
    (3, 72, 24, False, 2, False),
    (3, 88, 24, False, 1, False),
    (5, 96, 40, True, 2, True),
    (5, 240, 40, True, 1, True),
    (5, 240, 40, True, 1, True),
    (5, 120, 48, True, 1, True),
    (5, 144, 48, True, 1, True),
    (5, 288, 96, True, 2, True),
    (5, 576, 96, True, 1, True),
    (5, 576, 96, True, 1, True),
)


def mobilenet_v3(rows: tuple[tuple[int, int, int, bool, int, bool], ...], last: int, wide: int) -> Design:
    """Howard et al. 2019, tables 1 and 2."""
    net = Net()
    net.normed(Conv2d(16, 3, 2), HardSwish())
    before = 16
    for k, hidden, after, has_squeeze, stride, is_hard_swish in rows:
        x, activation = net.last, HardSwish() if is_hard_swish else ReLU()
        if hidden != before:
            net.normed(PointwiseConv2d(hidden), activation)
        net.normed(DepthwiseConv2d(k, stride), activation)
        if has_squeeze:
            net.squeeze(hidden, round_channels(hidden / 4), ReLU(), HardSigmoid())
        main = net.normed(PointwiseConv2d(after))
        if stride == 1 and before == after:
            net.put(Add(), x, main)
        before = after
    net.normed(PointwiseConv2d(last), HardSwish())
    return net.classify(wide, 1000, activation=HardSwish())


def efficientnet_b0() -> Design:
    """Tan and Le 2019, table 1."""
    net = Net()
    net.normed(Conv2d(32, 3, 2), SiLU())
    before = 32
    for t, k, stride, after, count in (
        (1, 3, 1, 16, 1),
        (6, 3, 2, 24, 2),
        (6, 5, 2, 40, 2),
        (6, 3, 2, 80, 3),
        (6, 5, 1, 112, 3),
        (6, 5, 2, 192, 4),
        (6, 3, 1, 320, 1),
    ):
        for repeat in range(count):
            x, s = net.last, stride if repeat == 0 else 1
            if t != 1:
                net.normed(PointwiseConv2d(before * t), SiLU())
            net.normed(DepthwiseConv2d(k, s), SiLU())
            net.squeeze(before * t, max(1, before // 4), SiLU(), Sigmoid())
            main = net.normed(PointwiseConv2d(after))
            if s == 1 and before == after:
                net.put(Add(), x, main)
            before = after
    net.normed(PointwiseConv2d(1280), SiLU())
    return net.classify(1000)


REFERENCE: list[tuple[str, Callable[[], Design], int, int]] = [
    ("mobilenet_v3_large", lambda: mobilenet_v3(V3_LARGE, 960, 1280), 5483032, 216589760),
    ("mobilenet_v3_small", lambda: mobilenet_v3(V3_SMALL, 576, 1024), 2542856, 56510400),
    ("mnasnet1_0", mnasnet, 4383312, 314415872),
    ("efficientnet_b0", efficientnet_b0, 5288548, 385814752),
    ("squeezenet1_1", squeezenet, 1235496, 349151936),
    ("resnet18", lambda: resnet((2, 2, 2, 2), is_deep=False), 11689512, 1814073344),
    ("resnet50", lambda: resnet((3, 4, 6, 3), is_deep=True), 25557032, 4089184256),
    ("googlenet", googlenet, 6624904, 1498376192),
    ("alexnet", alexnet, 61100840, 714188480),
    ("vgg16", vgg16, 138357544, 15470264320),
]


@pytest.mark.parametrize(
    ("make", "parameters", "macs"), [row[1:] for row in REFERENCE], ids=[row[0] for row in REFERENCE]
)
def test_a_network_drawn_from_primitives_costs_what_the_reference_says(
    make: Callable[[], Design], parameters: int, macs: int
) -> None:
    analysis = analyse(make())
    assert analysis.issues == ()
    assert (analysis.totals.parameters, analysis.totals.macs) == (parameters, macs)


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize(("key", "name"), [("mobilenet_v1", "MobileNet"), ("mobilenet_v2", "MobileNetV2")])
def test_batch_norms_with_tensorflows_padding_are_those_of_keras_applications(key: str, name: str) -> None:
    if find_spec("keras") is None:
        pytest.skip("keras is not installed; the extra 'test' brings it")
    from designer.runtime.formats.source_file import keras_on_torch

    published = getattr(keras_on_torch().applications, name)(weights=None, input_shape=(32, 32, 3))
    theirs = {
        (layer.epsilon, layer.momentum) for layer in published.layers if type(layer).__name__ == "BatchNormalization"
    }
    for design in (template(key).build(padding="tensorflow"), template(BLOCK_OF[key]).build(padding="tensorflow")):
        norms = [node.layer for _, node, _ in analyse(design).primitives() if isinstance(node.layer, BatchNorm)]
        assert norms
        assert {(norm.eps, round(1 - norm.momentum, 12)) for norm in norms} == theirs


BLOCK_OF = {"mobilenet_v1": "separable", "mobilenet_v2": "bottleneck"}


@pytest.mark.parametrize("layer", [ConvBlock(), Separable(), Bottleneck()], ids=lambda layer: layer.key)
def test_eps_and_momentum_of_a_block_are_its_norms(layer: Layer) -> None:
    changed = layer.with_parameter("eps", 0.25).with_parameter("momentum", 0.75)
    design = chain("one", [("input", Input(8, 9, 9)), ("block", changed), ("output", Output())])
    norms = [node.layer for _, node, _ in analyse(design).primitives() if isinstance(node.layer, BatchNorm)]
    assert norms
    assert set(norms) == {BatchNorm(0.25, 0.75)}
    assert layer.data == {}, "files of before mean what they meant"
    shown = {parameter.name for parameter in layer.with_parameter("batch_norm", False).shown_parameters()}
    assert not shown & {"eps", "momentum"}
