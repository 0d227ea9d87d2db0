"""The tables of networks that filter some of their channels only: FasterNet."""

from __future__ import annotations

from enum import Enum

from designer.graph.design import Design
from designer.graph.window import Padding
from designer.layers.activation import GELU, Activation
from designer.layers.blocks import FasterNetBlock
from designer.layers.convolution import Conv2d, PointwiseConv2d
from designer.layers.normalization import BatchNorm
from designer.layers.pooling import GlobalAveragePool
from designer.templates.assembly import CLASSES, Assembly, resolution, variant
from designer.templates.table import Template


class T(Enum):
    """Which FasterNet."""

    T0 = "t0"
    T1 = "t1"

    @property
    def title(self) -> str:
        """The word on screen."""
        return self.value.upper()


_WIDTHS = {T.T0: 40, T.T1: 64}
_DEPTHS = (1, 2, 8, 2)
_HEAD = 1280


def fasternet(variant: T, resolution: int, classes: int) -> Design:
    """FasterNet T0 and T1: a 4×4 patch stem, four stages of blocks with 2×2 convolutions between, head, classifier.

    Source: Chen et al. 2023, table 6 and sec. 3.3; these two have GELU.
    """
    net = Assembly(resolution)
    for stage, depth in enumerate(_DEPTHS):
        side, name = (2, f"merge_{stage}") if stage else (4, "embed")
        net.put(name, Conv2d(_WIDTHS[variant] * 2**stage, side, side, Padding.NONE))
        net.put(f"{name}_bn", BatchNorm())
        for _ in range(depth):
            net.numbered("block", FasterNetBlock(activation=Activation.GELU))
    net.put("pool", GlobalAveragePool())
    net.put("head", PointwiseConv2d(_HEAD))
    net.put("head_act", GELU())
    return net.flattened(f"FasterNet {variant.title} · {resolution}", classes)


TEMPLATES = (
    Template(
        "fasternet",
        "FasterNet",
        "Convolutions on a quarter of the channels, then two 1×1 over all.",
        "Chen et al. 2023, arXiv 2303.03667, table 6",
        (variant(T.T0), resolution(), CLASSES),
        fasternet,
    ),
)
