"""The tables of GhostNet V1 and V2."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from designer.graph.arithmetic import round_channels
from designer.graph.design import Design
from designer.layers.activation import Activation, ReLU
from designer.layers.blocks import ConvBlock, GhostBottleneck
from designer.layers.convolution import PointwiseConv2d
from designer.layers.pooling import GlobalAveragePool
from designer.templates.assembly import CLASSES, WIDTH, Assembly, resolution, variant
from designer.templates.table import Template


class V(Enum):
    """Which GhostNet."""

    V1 = "v1"
    V2 = "v2"

    @property
    def title(self) -> str:
        """The word on screen."""
        return "GhostNet" if self is V.V1 else "GhostNetV2"


class _Row(NamedTuple):
    """One bottleneck: kernel, hidden and output channels, whether it squeezes and excites, stride."""

    k: int
    hidden: int
    out: int
    se: bool
    s: int


_ROWS = (
    _Row(3, 16, 16, False, 1),
    _Row(3, 48, 24, False, 2),
    _Row(3, 72, 24, False, 1),
    _Row(5, 72, 40, True, 2),
    _Row(5, 120, 40, True, 1),
    _Row(3, 240, 80, False, 2),
    _Row(3, 200, 80, False, 1),
    _Row(3, 184, 80, False, 1),
    _Row(3, 184, 80, False, 1),
    _Row(3, 480, 112, True, 1),
    _Row(3, 672, 112, True, 1),
    _Row(5, 672, 160, True, 2),
    _Row(5, 960, 160, False, 1),
    _Row(5, 960, 160, True, 1),
    _Row(5, 960, 160, False, 1),
    _Row(5, 960, 160, True, 1),
)
_STEM, _HIDDEN, _HEAD = 16, 960, 1280
_WITHOUT_ATTENTION = 2
"""Bottlenecks at the beginning that V2 leaves as they were."""

_DROPOUT = 0.2


def ghostnet(variant: V, width: float, resolution: int, classes: int) -> Design:
    """GhostNet V1 and V2: stem, sixteen ghost bottlenecks, a 1×1, the mean, a 1×1 and the classifier.

    Source: Han et al. 2020, table 1; Tang et al. 2022, sec. 4.1: all but the first two bottlenecks have the attention.
    Channels are rounded to fours.
    """
    net = Assembly(resolution)
    before = round_channels(_STEM * width, 4)
    net.put("stem", ConvBlock(before, 3, 2, activation=Activation.RELU))
    for number, row in enumerate(_ROWS):
        hidden, out = round_channels(row.hidden * width, 4), round_channels(row.out * width, 4)
        block = GhostBottleneck(
            hidden / before,
            out,
            row.k,
            row.s,
            squeeze_excite=row.se,
            squeezed_channels=round_channels(hidden / 4, 4),
            attention=variant is V.V2 and number >= _WITHOUT_ATTENTION,
        )
        net.numbered("ghost", block)
        before = out
    net.put("widen", ConvBlock(round_channels(_HIDDEN * width, 4), 1, activation=Activation.RELU))
    net.put("pool", GlobalAveragePool())
    net.put("head", PointwiseConv2d(_HEAD, bias=True))
    net.put("head_act", ReLU())
    return net.flattened(f"{variant.title} {width:g}× · {resolution}", classes, _DROPOUT)


TEMPLATES = (
    Template(
        "ghostnet",
        "GhostNet",
        "Half of all channels come cheaply from the other half; V2 adds an attention.",
        "Han et al. 2020, arXiv 1911.11907, table 1; Tang et al. 2022, arXiv 2211.12905",
        (variant(V.V1), WIDTH, resolution(), CLASSES),
        ghostnet,
    ),
)
