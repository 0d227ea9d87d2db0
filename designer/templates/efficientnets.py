"""The tables of EfficientNet B0 to B3, and of its Lite form, 0 to 4."""

from __future__ import annotations

from enum import Enum
from math import ceil
from typing import NamedTuple

from designer.graph.arithmetic import round_channels
from designer.graph.design import Design
from designer.graph.layer import Layer
from designer.layers.activation import Activation
from designer.layers.blocks import Bottleneck, ConvBlock, MBConv
from designer.templates.assembly import CLASSES, OWN_RESOLUTION, PADDING, Assembly, variant
from designer.templates.table import PaddingConvention, Template


class B(Enum):
    """Which EfficientNet."""

    B0 = "b0"
    B1 = "b1"
    B2 = "b2"
    B3 = "b3"

    @property
    def title(self) -> str:
        """The word on screen."""
        return self.value.upper()


class Lite(Enum):
    """Which EfficientNet-Lite."""

    LITE0 = "lite0"
    LITE1 = "lite1"
    LITE2 = "lite2"
    LITE3 = "lite3"
    LITE4 = "lite4"

    @property
    def title(self) -> str:
        """The word on screen."""
        return self.value.capitalize()


class _Scale(NamedTuple):
    """How a variant is scaled: multipliers of channels and repeats, the input's side, dropout."""

    width: float
    depth: float
    resolution: int
    dropout: float


_SCALES = {
    B.B0: _Scale(1.0, 1.0, 224, 0.2),
    B.B1: _Scale(1.0, 1.1, 240, 0.2),
    B.B2: _Scale(1.1, 1.2, 260, 0.3),
    B.B3: _Scale(1.2, 1.4, 300, 0.3),
}
_LITE_SCALES = {
    Lite.LITE0: _Scale(1.0, 1.0, 224, 0.2),
    Lite.LITE1: _Scale(1.0, 1.1, 240, 0.2),
    Lite.LITE2: _Scale(1.1, 1.2, 260, 0.3),
    Lite.LITE3: _Scale(1.2, 1.4, 280, 0.3),
    Lite.LITE4: _Scale(1.4, 1.8, 300, 0.3),
}


class _Row(NamedTuple):
    """One line of table 1: kernel, expansion, channels out, repeats, stride."""

    k: int
    t: int
    c: int
    n: int
    s: int


_ROWS = (
    _Row(3, 1, 16, 1, 1),
    _Row(3, 6, 24, 2, 2),
    _Row(5, 6, 40, 2, 2),
    _Row(3, 6, 80, 3, 2),
    _Row(5, 6, 112, 3, 1),
    _Row(5, 6, 192, 4, 2),
    _Row(3, 6, 320, 1, 1),
)
_STEM = 32
_HEAD = 1280


def efficientnet(variant: B, resolution: int, classes: int, padding: PaddingConvention) -> Design:
    """EfficientNet: MBConv with squeeze-and-excite and SiLU, scaled in width, depth and resolution together.

    Source: Tan and Le 2019, table 1 and sec. 3.3. The squeeze-and-excite has a quarter of the channels that the block
    reads. Stochastic depth, which does nothing when running, is left out.
    """
    scale, around = _SCALES[variant], padding.padding
    net = Assembly(resolution or scale.resolution)
    before = round_channels(_STEM * scale.width)
    net.put("stem", ConvBlock(before, 3, 2, around, Activation.SILU))
    for row in _ROWS:
        out = round_channels(row.c * scale.width)
        for repeat in range(ceil(row.n * scale.depth)):
            block = MBConv(
                row.t,
                out,
                row.k,
                row.s if repeat == 0 else 1,
                around,
                Activation.SILU,
                squeezed_channels=max(1, before // 4),
                squeeze_activation=Activation.SILU,
                gate=Activation.SIGMOID,
            )
            net.numbered("mbconv", block)
            before = out
    net.put("head", ConvBlock(4 * before, kernel_size=1, activation=Activation.SILU))
    name = f"EfficientNet-{variant.title} · {resolution or scale.resolution}"
    return net.classified(name, classes, scale.dropout)


def efficientnet_lite(variant: Lite, resolution: int, classes: int, padding: PaddingConvention) -> Design:
    """EfficientNet-Lite: MobileNetV2's bottlenecks in EfficientNet's table, for integer hardware.

    Source: Tan and Le 2019, table 1, without squeeze-and-excite and with ReLU6; stem, head, and the repeats of the
    first and the last row keep their size, as in the code published under that name.
    """
    scale, around = _LITE_SCALES[variant], padding.padding
    net = Assembly(resolution or scale.resolution)
    net.put("stem", ConvBlock(_STEM, 3, 2, around))
    for row in _ROWS:
        is_end = row in (_ROWS[0], _ROWS[-1])
        for repeat in range(row.n if is_end else ceil(row.n * scale.depth)):
            out, stride = round_channels(row.c * scale.width), row.s if repeat == 0 else 1
            block: Layer = Bottleneck(row.t, out, row.k, stride, around)
            net.numbered("bottleneck", block)
    net.put("head", ConvBlock(_HEAD, kernel_size=1))
    name = f"EfficientNet-{variant.title} · {resolution or scale.resolution}"
    return net.classified(name, classes, scale.dropout)


TEMPLATES = (
    Template(
        "efficientnet",
        "EfficientNet",
        "MBConv blocks scaled in width, depth and resolution together, B0 to B3.",
        "Tan and Le 2019, arXiv 1905.11946, table 1",
        (variant(B.B0), OWN_RESOLUTION, CLASSES, PADDING),
        efficientnet,
    ),
    Template(
        "efficientnet_lite",
        "EfficientNet-Lite",
        "EfficientNet without squeeze-and-excite and with ReLU6, Lite0 to Lite4.",
        "Tan and Le 2019, arXiv 1905.11946; the Lite code published with it",
        (variant(Lite.LITE0), OWN_RESOLUTION, CLASSES, PADDING),
        efficientnet_lite,
    ),
)
