"""The tables of networks that are trained with branches and deployed without: RepVGG and MobileOne."""

from __future__ import annotations

from enum import Enum

from designer.graph.design import Design
from designer.graph.parameter import Flag
from designer.layers.blocks import MobileOneBlock, RepVGGBlock
from designer.templates.assembly import CLASSES, Assembly, resolution, variant
from designer.templates.table import Template

_DEPLOYED = Flag("deployed", False, "Each block as one convolution, without its branches.")


class A(Enum):
    """Which RepVGG."""

    A0 = "a0"
    A1 = "a1"
    A2 = "a2"

    @property
    def title(self) -> str:
        """The words on screen."""
        return self.value.upper()


#           channels of the stem and of the four stages
_REPVGG = {
    A.A0: (48, (48, 96, 192, 1280)),
    A.A1: (64, (64, 128, 256, 1280)),
    A.A2: (64, (96, 192, 384, 1408)),
}
_REPVGG_REPEATS = (2, 4, 14, 1)


def repvgg(variant: A, resolution: int, classes: int, deployed: bool) -> Design:
    """RepVGG A0 to A2: a stem block and four stages of blocks, the first of each halving the map; classifier.

    Source: Ding et al. 2021, tables 2 and 3.
    """
    stem, stages = _REPVGG[variant]
    net = Assembly(resolution)
    net.put("stem", RepVGGBlock(stem, stride=2, deployed=deployed))
    for channels, repeats in zip(stages, _REPVGG_REPEATS, strict=True):
        for repeat in range(repeats):
            net.numbered("block", RepVGGBlock(channels, stride=1 if repeat else 2, deployed=deployed))
    return net.classified(f"RepVGG {variant.title} · {resolution}", classes)


class S(Enum):
    """Which MobileOne."""

    S0 = "s0"
    S1 = "s1"
    S2 = "s2"
    S3 = "s3"

    @property
    def title(self) -> str:
        """The words on screen."""
        return self.value.upper()


#         channels of the stem and of the four stages, branches
_MOBILEONE = {
    S.S0: (48, (48, 128, 256, 1024), 4),
    S.S1: (64, (96, 192, 512, 1280), 1),
    S.S2: (64, (96, 256, 640, 2048), 1),
    S.S3: (64, (128, 320, 768, 2048), 1),
}
_MOBILEONE_REPEATS = (2, 8, 10, 1)


def mobileone(variant: S, resolution: int, classes: int, deployed: bool) -> Design:
    """MobileOne S0 to S3: a stem block, then pairs of a depthwise and a 1×1 block in four stages; classifier.

    Source: Vasu et al. 2023, tables 2 and 3.
    """
    stem, stages, branches = _MOBILEONE[variant]
    net = Assembly(resolution)
    net.put("stem", MobileOneBlock(stem, stride=2, branches=1, deployed=deployed))
    for channels, repeats in zip(stages, _MOBILEONE_REPEATS, strict=True):
        for repeat in range(repeats):
            first = 1 if repeat else 2
            net.numbered(
                "depthwise", MobileOneBlock(stride=first, depthwise=True, branches=branches, deployed=deployed)
            )
            net.numbered("pointwise", MobileOneBlock(channels, 1, branches=branches, deployed=deployed))
    return net.classified(f"MobileOne {variant.title} · {resolution}", classes)


TEMPLATES = (
    Template(
        "repvgg",
        "RepVGG",
        "Trained with branches beside each 3×3, deployed as 3×3 alone.",
        "Ding et al. 2021, arXiv 2101.03697, tables 2 and 3",
        (variant(A.A0), resolution(), CLASSES, _DEPLOYED),
        repvgg,
    ),
    Template(
        "mobileone",
        "MobileOne",
        "Depthwise and 1×1 blocks, trained with branches and deployed without.",
        "Vasu et al. 2023, arXiv 2206.04040, tables 2 and 3",
        (variant(S.S0), resolution(), CLASSES, _DEPLOYED),
        mobileone,
    ),
)
