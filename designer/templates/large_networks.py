"""The tables of ResNet, ResNeXt, RegNet, SqueezeNet, DenseNet and ConvNeXt."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from designer.graph.design import Design
from designer.graph.window import Padding
from designer.layers.activation import Activation, ReLU
from designer.layers.blocks import (
    BasicBlock,
    ConvBlock,
    ConvNeXtBlock,
    DenseLayer,
    Fire,
    ResidualBottleneck,
)
from designer.layers.convolution import Conv2d, PointwiseConv2d
from designer.layers.dense import Dropout, Flatten
from designer.layers.normalization import BatchNorm, LayerNorm
from designer.layers.pooling import AveragePool, GlobalAveragePool, MaxPool
from designer.templates.assembly import CLASSES, Assembly, resolution, variant
from designer.templates.table import Template

_PLAIN = (resolution(), CLASSES)


# ResNet and ResNeXt --------------------------------------------------------------------------------------------------


class R(Enum):
    """Which residual network."""

    RESNET18 = "resnet18"
    RESNET34 = "resnet34"
    RESNET50 = "resnet50"
    RESNEXT50 = "resnext50"

    @property
    def title(self) -> str:
        """The word on screen."""
        return {"resnext50": "ResNeXt-50 32×4d"}.get(self.value, f"ResNet-{self.value[-2:]}")


class _Depths(NamedTuple):
    """Repeats of each stage, whether its blocks are bottlenecks, their groups, hidden channels in the first stage."""

    repeats: tuple[int, int, int, int]
    is_deep: bool
    groups: int = 1
    hidden: int = 64


_DEPTHS = {
    R.RESNET18: _Depths((2, 2, 2, 2), False),
    R.RESNET34: _Depths((3, 4, 6, 3), False),
    R.RESNET50: _Depths((3, 4, 6, 3), True),
    R.RESNEXT50: _Depths((3, 4, 6, 3), True, 32, 128),
}


def resnet(variant: R, resolution: int, classes: int) -> Design:
    """ResNet and ResNeXt: stem and pool, four stages of residual blocks, classifier; the stride on the 3×3.

    Source: He et al. 2016, table 1; Xie et al. 2017, table 1.
    """
    depths = _DEPTHS[variant]
    net = Assembly(resolution)
    net.put("stem", ConvBlock(64, 7, 2, activation=Activation.RELU))
    net.put("stem_pool", MaxPool(3, 2, Padding.SYMMETRIC))
    for stage, repeats in enumerate(depths.repeats):
        for repeat in range(repeats):
            stride = 2 if stage > 0 and repeat == 0 else 1
            scale = 2**stage
            if depths.is_deep:
                block = ResidualBottleneck(depths.hidden * scale, 256 * scale, depths.groups, stride)
                net.numbered("bottleneck", block)
            else:
                net.numbered("basic", BasicBlock(64 * scale, stride))
    return net.classified(f"{variant.title} · {resolution}", classes)


# RegNet --------------------------------------------------------------------------------------------------------------

#                  width repeats
_REGNET_X_002 = ((24, 1), (56, 1), (152, 4), (368, 7))
_REGNET_GROUP = 8


def regnet(resolution: int, classes: int) -> Design:
    """RegNetX-200MF: a stem, four stages of blocks with groups of 8 channels and no bottleneck.

    Source: Radosavovic et al. 2020, Designing Network Design Spaces, table 5.
    """
    net = Assembly(resolution)
    net.put("stem", ConvBlock(32, 3, 2, activation=Activation.RELU))
    for width, repeats in _REGNET_X_002:
        for repeat in range(repeats):
            block = ResidualBottleneck(width, width, width // _REGNET_GROUP, 2 if repeat == 0 else 1)
            net.numbered("block", block)
    return net.classified(f"RegNetX-200MF · {resolution}", classes)


# SqueezeNet ----------------------------------------------------------------------------------------------------------

#               S  E   pool before
_FIRE_ROWS = (
    (16, 64, True),
    (16, 64, False),
    (32, 128, True),
    (32, 128, False),
    (48, 192, True),
    (48, 192, False),
    (64, 256, False),
    (64, 256, False),
)


def squeezenet(resolution: int, classes: int) -> Design:
    """SqueezeNet 1.1: a stem, eight fire modules with pools between, a convolution as classifier.

    Source: Iandola et al. 2016, table 1, with the smaller stem and the earlier pools of version 1.1. A pool counts its
    last window that ends beyond the map.
    """
    net = Assembly(resolution)
    net.put("stem", Conv2d(64, 3, 2, Padding.NONE, bias=True))
    net.put("stem_act", ReLU())
    for squeezed, expanded, is_pooled in _FIRE_ROWS:
        if is_pooled:
            net.numbered("pool", MaxPool(3, 2, ceil_mode=True))
        net.numbered("fire", Fire(squeezed, expanded))
    net.put("dropout", Dropout(0.5))
    net.put("classifier", PointwiseConv2d(classes, bias=True))
    net.put("classifier_act", ReLU())
    net.put("mean", GlobalAveragePool())
    net.put("flatten", Flatten())
    return net.finished(f"SqueezeNet 1.1 · {resolution}")


# DenseNet ------------------------------------------------------------------------------------------------------------

_DENSE_REPEATS = (6, 12, 24, 16)
_GROWTH = 32


def densenet(resolution: int, classes: int) -> Design:
    """DenseNet-121: a stem and pool, four blocks of dense layers, between them transitions that halve, classifier.

    Source: Huang et al. 2017, table 1.
    """
    net = Assembly(resolution)
    channels = 2 * _GROWTH
    net.put("stem", ConvBlock(channels, 7, 2, activation=Activation.RELU))
    net.put("stem_pool", MaxPool(3, 2, Padding.SYMMETRIC))
    for stage, repeats in enumerate(_DENSE_REPEATS):
        if stage:
            channels //= 2
            net.put(f"transition_{stage}_bn", BatchNorm())
            net.put(f"transition_{stage}_act", ReLU())
            net.put(f"transition_{stage}", PointwiseConv2d(channels))
            net.put(f"transition_{stage}_pool", AveragePool())
        for _ in range(repeats):
            net.numbered("dense", DenseLayer(4 * _GROWTH, _GROWTH))
        channels += repeats * _GROWTH
    net.put("final_bn", BatchNorm())
    net.put("final_act", ReLU())
    return net.classified(f"DenseNet-121 · {resolution}", classes)


# ConvNeXt ------------------------------------------------------------------------------------------------------------

_ATTO = ((40, 2), (80, 2), (160, 6), (320, 2))


def convnext(resolution: int, classes: int) -> Design:
    """ConvNeXt atto: a 4×4 patch stem, four stages with norms and 2×2 convolutions between, norm, classifier.

    Source: Liu et al. 2022, fig. 4 and sec. 2, at the size that timm calls atto.
    """
    net = Assembly(resolution)
    for stage, (channels, repeats) in enumerate(_ATTO):
        if stage:
            net.put(f"down_{stage}_norm", LayerNorm())
        side = 2 if stage else 4
        net.put(f"down_{stage}" if stage else "stem", Conv2d(channels, side, side, Padding.NONE, bias=True))
        if not stage:
            net.put("stem_norm", LayerNorm())
        for _ in range(repeats):
            net.numbered("convnext", ConvNeXtBlock())
    net.put("pool", GlobalAveragePool())
    net.put("head_norm", LayerNorm())
    return net.flattened(f"ConvNeXt atto · {resolution}", classes)


TEMPLATES = (
    Template(
        "resnet",
        "ResNet",
        "Residual networks of 18, 34 and 50 layers, and ResNeXt-50.",
        "He et al. 2016, arXiv 1512.03385, table 1; Xie et al. 2017, arXiv 1611.05431",
        (variant(R.RESNET18), *_PLAIN),
        resnet,
    ),
    Template(
        "regnet",
        "RegNetX-200MF",
        "Residual blocks of grouped convolutions, their widths from a line.",
        "Radosavovic et al. 2020, arXiv 2003.13678, table 5",
        _PLAIN,
        regnet,
    ),
    Template(
        "squeezenet",
        "SqueezeNet 1.1",
        "Fire modules: few channels in, many out, and a million parameters.",
        "Iandola et al. 2016, arXiv 1602.07360, table 1",
        _PLAIN,
        squeezenet,
    ),
    Template(
        "densenet",
        "DenseNet-121",
        "Every layer reads all layers before it.",
        "Huang et al. 2017, arXiv 1608.06993, table 1",
        _PLAIN,
        densenet,
    ),
    Template(
        "convnext",
        "ConvNeXt atto",
        "Large depthwise kernels, layer norm and GELU.",
        "Liu et al. 2022, arXiv 2201.03545, fig. 4",
        _PLAIN,
        convnext,
    ),
)
