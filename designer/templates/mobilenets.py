"""The tables of MobileNetV3, MobileNetV4, MnasNet, and two small networks for microcontrollers."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import NamedTuple

from designer.graph.arithmetic import round_channels
from designer.graph.design import Design
from designer.layers.activation import Activation, HardSwish, ReLU
from designer.layers.blocks import Bottleneck, ConvBlock, FusedMBConv, MBConv, UniversalInvertedBottleneck
from designer.layers.convolution import PointwiseConv2d
from designer.layers.dense import Dropout, Flatten, FullyConnected
from designer.layers.normalization import BatchNorm
from designer.layers.pooling import GlobalAveragePool
from designer.templates.assembly import CLASSES, OWN_RESOLUTION, PADDING, WIDTH, Assembly, resolution, variant
from designer.templates.table import PaddingConvention, Template

# MobileNetV3 ---------------------------------------------------------------------------------------------------------


class V3(Enum):
    """Which MobileNetV3."""

    LARGE = "large"
    SMALL = "small"

    @property
    def title(self) -> str:
        """The word on screen."""
        return self.value.capitalize()


class _V3Row(NamedTuple):
    """One line of tables 1 and 2: kernel, hidden channels, channels out, squeeze-and-excite, activation, stride."""

    k: int
    hidden: int
    out: int
    se: bool
    activation: Activation
    s: int


_RE, _HS = Activation.RELU, Activation.HARD_SWISH

_V3_ROWS = {
    V3.LARGE: (
        _V3Row(3, 16, 16, False, _RE, 1),
        _V3Row(3, 64, 24, False, _RE, 2),
        _V3Row(3, 72, 24, False, _RE, 1),
        _V3Row(5, 72, 40, True, _RE, 2),
        _V3Row(5, 120, 40, True, _RE, 1),
        _V3Row(5, 120, 40, True, _RE, 1),
        _V3Row(3, 240, 80, False, _HS, 2),
        _V3Row(3, 200, 80, False, _HS, 1),
        _V3Row(3, 184, 80, False, _HS, 1),
        _V3Row(3, 184, 80, False, _HS, 1),
        _V3Row(3, 480, 112, True, _HS, 1),
        _V3Row(3, 672, 112, True, _HS, 1),
        _V3Row(5, 672, 160, True, _HS, 2),
        _V3Row(5, 960, 160, True, _HS, 1),
        _V3Row(5, 960, 160, True, _HS, 1),
    ),
    V3.SMALL: (
        _V3Row(3, 16, 16, True, _RE, 2),
        _V3Row(3, 72, 24, False, _RE, 2),
        _V3Row(3, 88, 24, False, _RE, 1),
        _V3Row(5, 96, 40, True, _HS, 2),
        _V3Row(5, 240, 40, True, _HS, 1),
        _V3Row(5, 240, 40, True, _HS, 1),
        _V3Row(5, 120, 48, True, _HS, 1),
        _V3Row(5, 144, 48, True, _HS, 1),
        _V3Row(5, 288, 96, True, _HS, 2),
        _V3Row(5, 576, 96, True, _HS, 1),
        _V3Row(5, 576, 96, True, _HS, 1),
    ),
}
_V3_CLASSIFIER = {V3.LARGE: 1280, V3.SMALL: 1024}
_V3_NORM = BatchNorm(1e-3, 0.01)


def mobilenet_v3(variant: V3, width: float, resolution: int, classes: int, padding: PaddingConvention) -> Design:
    """MobileNetV3: stem, bottlenecks with and without squeeze-and-excite, head, and a classifier of two layers.

    Source: Howard et al. 2019, tables 1 and 2. The squeeze-and-excite has a quarter of the hidden channels, rounded to
    eights; batch norms as in torchvision's.
    """
    around, norm = padding.padding, _V3_NORM
    net = Assembly(resolution)
    before = round_channels(16 * width)
    net.put("stem", ConvBlock(before, 3, 2, around, _HS, eps=norm.eps, momentum=norm.momentum))
    for row in _V3_ROWS[variant]:
        hidden, out = round_channels(row.hidden * width), round_channels(row.out * width)
        shape = (hidden / before, out, row.k, row.s, around, row.activation)
        if row.se:
            squeezed = round_channels(hidden / 4)
            block = MBConv(*shape, squeezed_channels=squeezed, eps=norm.eps, momentum=norm.momentum)
            net.numbered("mbconv", block)
        else:
            net.numbered("bottleneck", Bottleneck(*shape, eps=norm.eps, momentum=norm.momentum))
        before = out
    head = ConvBlock(6 * before, kernel_size=1, activation=_HS, eps=norm.eps, momentum=norm.momentum)
    net.put("head", head)
    net.put("pool", GlobalAveragePool())
    net.put("flatten", Flatten())
    net.put("hidden", FullyConnected(round_channels(_V3_CLASSIFIER[variant] * width)))
    net.put("hidden_act", HardSwish())
    net.put("dropout", Dropout())
    net.put("classifier", FullyConnected(classes))
    return net.finished(f"MobileNetV3 {variant.title} {width:g} · {resolution}")


# MobileNetV4 ---------------------------------------------------------------------------------------------------------


class V4(Enum):
    """Which MobileNetV4 of convolutions only."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"

    @property
    def title(self) -> str:
        """The word on screen."""
        return f"Conv-{self.value[0].upper()}"


class _Conv(NamedTuple):
    """A convolution with norm and activation: kernel, channels out, stride."""

    k: int
    out: int
    s: int


class _Fused(NamedTuple):
    """A fused inverted bottleneck: kernel, expansion, channels out, stride."""

    k: int
    t: int
    out: int
    s: int


class _Uib(NamedTuple):
    """Universal inverted bottlenecks: kernels before and after the expansion, 0 for none; n, t, channels, stride."""

    start: int
    middle: int
    n: int
    t: int
    out: int
    s: int


_V4_STEM = {V4.SMALL: 32, V4.MEDIUM: 32, V4.LARGE: 24}
_V4_ROWS: dict[V4, tuple[_Conv | _Fused | _Uib, ...]] = {
    V4.SMALL: (
        _Conv(3, 32, 2),
        _Conv(1, 32, 1),
        _Conv(3, 96, 2),
        _Conv(1, 64, 1),
        _Uib(5, 5, 1, 3, 96, 2),
        _Uib(0, 3, 4, 2, 96, 1),
        _Uib(3, 0, 1, 4, 96, 1),
        _Uib(3, 3, 1, 6, 128, 2),
        _Uib(5, 5, 1, 4, 128, 1),
        _Uib(0, 5, 1, 4, 128, 1),
        _Uib(0, 5, 1, 3, 128, 1),
        _Uib(0, 3, 2, 4, 128, 1),
        _Conv(1, 960, 1),
    ),
    V4.MEDIUM: (
        _Fused(3, 4, 48, 2),
        _Uib(3, 5, 1, 4, 80, 2),
        _Uib(3, 3, 1, 2, 80, 1),
        _Uib(3, 5, 1, 6, 160, 2),
        _Uib(3, 3, 2, 4, 160, 1),
        _Uib(3, 5, 1, 4, 160, 1),
        _Uib(3, 3, 1, 4, 160, 1),
        _Uib(3, 0, 1, 4, 160, 1),
        _Uib(0, 0, 1, 2, 160, 1),
        _Uib(3, 0, 1, 4, 160, 1),
        _Uib(5, 5, 1, 6, 256, 2),
        _Uib(5, 5, 1, 4, 256, 1),
        _Uib(3, 5, 2, 4, 256, 1),
        _Uib(0, 0, 1, 4, 256, 1),
        _Uib(3, 0, 1, 4, 256, 1),
        _Uib(3, 5, 1, 2, 256, 1),
        _Uib(5, 5, 1, 4, 256, 1),
        _Uib(0, 0, 2, 4, 256, 1),
        _Uib(5, 0, 1, 2, 256, 1),
        _Conv(1, 960, 1),
    ),
    V4.LARGE: (
        _Fused(3, 4, 48, 2),
        _Uib(3, 5, 1, 4, 96, 2),
        _Uib(3, 3, 1, 4, 96, 1),
        _Uib(3, 5, 1, 4, 192, 2),
        _Uib(3, 3, 3, 4, 192, 1),
        _Uib(3, 5, 1, 4, 192, 1),
        _Uib(5, 3, 5, 4, 192, 1),
        _Uib(3, 0, 1, 4, 192, 1),
        _Uib(5, 5, 4, 4, 512, 2),
        _Uib(5, 0, 1, 4, 512, 1),
        _Uib(5, 3, 1, 4, 512, 1),
        _Uib(5, 0, 2, 4, 512, 1),
        _Uib(5, 3, 1, 4, 512, 1),
        _Uib(5, 5, 1, 4, 512, 1),
        _Uib(5, 0, 3, 4, 512, 1),
        _Conv(1, 960, 1),
    ),
}
_V4_HEAD = 1280


def mobilenet_v4(variant: V4, width: float, resolution: int, classes: int, padding: PaddingConvention) -> Design:
    """MobileNetV4 of convolutions: stem, universal inverted bottlenecks, a head behind the pooling, classifier.

    Source: Qin et al. 2024, the tables of appendix D, as published in code. The stem keeps its width below 1.
    """
    around = padding.padding

    def wide(channels: float) -> int:
        return round_channels(channels * width)

    net = Assembly(resolution)
    before = max(_V4_STEM[variant], wide(_V4_STEM[variant]))
    net.put("stem", ConvBlock(before, 3, 2, around, _RE))
    for row in _V4_ROWS[variant]:
        out = wide(row.out)
        if isinstance(row, _Conv):
            net.numbered("conv", ConvBlock(out, row.k, row.s, around, _RE))
        elif isinstance(row, _Fused):
            net.numbered("fused", FusedMBConv(round_channels(row.t * before) / before, out, row.k, row.s, around, _RE))
        else:
            for repeat in range(row.n):
                block = UniversalInvertedBottleneck(
                    round_channels(row.t * before) / before,
                    out,
                    row.start > 0,
                    row.start or 3,
                    row.middle > 0,
                    row.middle or 3,
                    row.s if repeat == 0 else 1,
                    around,
                    _RE,
                )
                net.numbered("uib", block)
                before = out
        before = out
    net.put("pool", GlobalAveragePool())
    net.put("head", PointwiseConv2d(_V4_HEAD))
    net.put("head_bn", BatchNorm())
    net.put("head_act", ReLU())
    return net.flattened(f"MobileNetV4-{variant.title} {width:g} · {resolution}", classes, 0.2)


# MnasNet -------------------------------------------------------------------------------------------------------------

#               k  t  c    n  s
_MNASNET_ROWS = (
    (3, 1, 16, 1, 1),
    (3, 3, 24, 3, 2),
    (5, 3, 40, 3, 2),
    (5, 6, 80, 3, 2),
    (3, 6, 96, 2, 1),
    (5, 6, 192, 4, 2),
    (3, 6, 320, 1, 1),
)
_MNASNET_NORM = BatchNorm(1e-5, 1 - 0.9997)


def mnasnet(width: float, resolution: int, classes: int, padding: PaddingConvention) -> Design:
    """MnasNet-B1: stem, bottlenecks with kernels 3 and 5, head, classifier.

    Source: Tan et al. 2019, MnasNet, fig. 7, the variant without squeeze-and-excite as torchvision has it.
    """
    around, norm = padding.padding, _MNASNET_NORM
    net = Assembly(resolution)
    stem = ConvBlock(round_channels(32 * width), 3, 2, around, _RE, eps=norm.eps, momentum=norm.momentum)
    net.put("stem", stem)
    for k, t, c, n, s in _MNASNET_ROWS:
        for repeat in range(n):
            block = Bottleneck(
                t,
                round_channels(c * width),
                k,
                s if repeat == 0 else 1,
                around,
                _RE,
                eps=norm.eps,
                momentum=norm.momentum,
            )
            net.numbered("bottleneck", block)
    net.put("head", ConvBlock(1280, kernel_size=1, activation=_RE, eps=norm.eps, momentum=norm.momentum))
    return net.classified(f"MnasNet {width:g} · {resolution}", classes, 0.2)


# For microcontrollers ------------------------------------------------------------------------------------------------


class Tiny(Enum):
    """Which small network, by the side of its input."""

    SIDE_32 = "32"
    SIDE_96 = "96"

    @property
    def title(self) -> str:
        """The words on screen."""
        return f"for {self.value}×{self.value}"


#    k  t  c   n  s
_TINY_ROWS = {
    Tiny.SIDE_32: ((3, 1, 8, 1, 1), (3, 4, 16, 2, 2), (5, 4, 24, 3, 2), (3, 5, 40, 2, 1), (5, 5, 64, 2, 2)),
    Tiny.SIDE_96: (
        (3, 1, 8, 1, 1),
        (5, 4, 16, 2, 2),
        (7, 4, 24, 2, 2),
        (5, 5, 40, 3, 2),
        (5, 5, 48, 2, 1),
        (7, 5, 96, 2, 2),
    ),
}
_TINY_STEM = {Tiny.SIDE_32: 1, Tiny.SIDE_96: 2}


def tiny(variant: Tiny, width: float, resolution: int, classes: int, padding: PaddingConvention) -> Design:
    """A network for a microcontroller: a narrow stem, bottlenecks with kernels of 3, 5 and 7, no head.

    Source: after Lin et al. 2020, MCUNet, sec. 3.1 and fig. 11: few channels where the map is large, large kernels,
    expansions of 4 and 5. The table is our own; for 32×32 the stem has stride 1, as small pictures need.
    """
    around = padding.padding
    net = Assembly(resolution or int(variant.value))
    net.put("stem", ConvBlock(round_channels(16 * width), 3, _TINY_STEM[variant], around))
    for k, t, c, n, s in _TINY_ROWS[variant]:
        for repeat in range(n):
            block = Bottleneck(t, round_channels(c * width), k, s if repeat == 0 else 1, around)
            net.numbered("bottleneck", block)
    return net.classified(f"Tiny {variant.title}", classes)


TEMPLATES = (
    Template(
        "mobilenet_v3",
        "MobileNetV3",
        "Bottlenecks with squeeze-and-excite and hard-swish, large or small.",
        "Howard et al. 2019, arXiv 1905.02244, tables 1 and 2",
        (variant(V3.LARGE), WIDTH, resolution(), CLASSES, PADDING),
        mobilenet_v3,
    ),
    Template(
        "mobilenet_v4",
        "MobileNetV4",
        "Universal inverted bottlenecks, of convolutions only: small, medium, large.",
        "Qin et al. 2024, arXiv 2404.10518",
        (variant(V4.SMALL), WIDTH, resolution(), CLASSES, PADDING),
        mobilenet_v4,
    ),
    Template(
        "mnasnet",
        "MnasNet",
        "Bottlenecks with kernels of 3 and 5, found by a search with latency in its goal.",
        "Tan et al. 2019, arXiv 1807.11626, fig. 7",
        (WIDTH, resolution(), CLASSES, PADDING),
        mnasnet,
    ),
)
TINY = Template(
    "tiny",
    "Tiny, for microcontrollers",
    "A small network after MCUNet, for pictures of 32×32 or 96×96.",
    "after Lin et al. 2020, MCUNet, arXiv 2007.10319",
    (variant(Tiny.SIDE_32), WIDTH, OWN_RESOLUTION, replace(CLASSES, default=10), PADDING),
    tiny,
)
