"""The tables of ShuffleNet V1 and V2."""

from __future__ import annotations

from enum import Enum

from designer.graph.arithmetic import round_channels
from designer.graph.design import Design
from designer.graph.window import Padding
from designer.layers.activation import Activation
from designer.layers.blocks import ConvBlock, ShuffleUnitV1, ShuffleUnitV2
from designer.layers.pooling import MaxPool
from designer.templates.assembly import CLASSES, WIDTH, Assembly, resolution, variant
from designer.templates.table import Template

_REPEATS = (4, 8, 4)
_STEM = 24


# V1 ------------------------------------------------------------------------------------------------------------------


class G(Enum):
    """In how many groups the 1×1 of ShuffleNetV1 are."""

    G1 = "g1"
    G2 = "g2"
    G3 = "g3"
    G4 = "g4"
    G8 = "g8"

    @property
    def title(self) -> str:
        """The words on screen."""
        return f"g = {self.groups}"

    @property
    def groups(self) -> int:
        """The number."""
        return int(self.value[1:])


_FIRST_STAGE = {G.G1: 144, G.G2: 200, G.G3: 240, G.G4: 272, G.G8: 384}
"""Channels of the first stage; each stage after it has twice as many."""


def shufflenet_v1(variant: G, width: float, resolution: int, classes: int) -> Design:
    """ShuffleNetV1: stem and pool, three stages of units, classifier; the very first 1×1 is not grouped.

    Source: Zhang et al. 2018, table 1. At a width other than 1 all channels are rounded to what the groups divide.
    """
    groups = variant.groups
    net = _begun(resolution, round_channels(_STEM * width, groups))
    for stage, repeats in enumerate(_REPEATS):
        channels = round_channels(_FIRST_STAGE[variant] * 2**stage * width, 4 * groups)
        for repeat in range(repeats):
            is_first = stage == repeat == 0
            unit = ShuffleUnitV1(channels, groups, not is_first, stride=2 if repeat == 0 else 1)
            net.numbered("unit", unit)
    return net.classified(f"ShuffleNetV1 {width:g}× g{groups} · {resolution}", classes)


# V2 ------------------------------------------------------------------------------------------------------------------


class Size(Enum):
    """Which ShuffleNetV2, by its width."""

    X0_5 = "0.5"
    X1_0 = "1.0"
    X1_5 = "1.5"
    X2_0 = "2.0"

    @property
    def title(self) -> str:
        """The words on screen."""
        return f"{float(self.value):g}×"


#               stage 2, 3 and 4, head
_CHANNELS = {
    Size.X0_5: ((48, 96, 192), 1024),
    Size.X1_0: ((116, 232, 464), 1024),
    Size.X1_5: ((176, 352, 704), 1024),
    Size.X2_0: ((244, 488, 976), 2048),
}


def shufflenet_v2(variant: Size, resolution: int, classes: int) -> Design:
    """ShuffleNetV2: stem and pool, three stages of units, head, classifier.

    Source: Ma et al. 2018, table 5; at 2× the last stage has 976 and the second 244 channels, as published.
    """
    stages, head = _CHANNELS[variant]
    net = _begun(resolution, _STEM)
    for channels, repeats in zip(stages, _REPEATS, strict=True):
        for repeat in range(repeats):
            net.numbered("unit", ShuffleUnitV2(channels, stride=2 if repeat == 0 else 1))
    net.put("head", ConvBlock(head, 1, activation=Activation.RELU))
    return net.classified(f"ShuffleNetV2 {variant.title} · {resolution}", classes)


def _begun(resolution: int, channels: int) -> Assembly:
    """A network with the stem and the pool that both have."""
    net = Assembly(resolution)
    net.put("stem", ConvBlock(channels, 3, 2, activation=Activation.RELU))
    net.put("stem_pool", MaxPool(3, 2, Padding.SYMMETRIC))
    return net


TEMPLATES = (
    Template(
        "shufflenet_v1",
        "ShuffleNetV1",
        "Grouped 1×1 convolutions, their channels shuffled between.",
        "Zhang et al. 2018, arXiv 1707.01083, table 1",
        (variant(G.G3), WIDTH, resolution(), CLASSES),
        shufflenet_v1,
    ),
    Template(
        "shufflenet_v2",
        "ShuffleNetV2",
        "Half of the channels pass each unit as they are; then all are shuffled.",
        "Ma et al. 2018, arXiv 1807.11164, table 5",
        (variant(Size.X1_0), resolution(), CLASSES),
        shufflenet_v2,
    ),
)
