"""The table of EfficientViT."""

from __future__ import annotations

from designer.graph.design import Design
from designer.layers.activation import Activation, HardSwish
from designer.layers.blocks import Bottleneck, ConvBlock, LinearAttention, SingleNormBottleneck
from designer.layers.dense import Flatten, FullyConnected
from designer.layers.normalization import LayerNorm
from designer.layers.pooling import GlobalAveragePool
from designer.layers.shaping import Reshape
from designer.templates.assembly import CLASSES, Assembly, resolution
from designer.templates.table import Template

_HS = Activation.HARD_SWISH
_STEM = 8
#          channels blocks attention
_STAGES = ((16, 2, False), (32, 2, False), (64, 2, True), (128, 2, True))
_EXPANSION, _HEAD_CHANNELS = 4, 16
_HEAD, _HIDDEN = 1024, 1280


def efficientvit(resolution: int, classes: int) -> Design:
    """EfficientViT B0: stem, two stages of bottlenecks, two with linear attention, a classifier of two layers.

    Source: Cai et al. 2023, table 1 and the authors' release; the stages with attention begin with a bottleneck of
    stride 2 that is not counted among their blocks.
    """
    net = Assembly(resolution)
    net.put("stem", ConvBlock(_STEM, 3, 2, activation=_HS))
    net.put("stem_bottleneck", Bottleneck(1, _STEM, activation=_HS))
    for channels, blocks, has_attention in _STAGES:
        if has_attention:
            net.numbered("local", SingleNormBottleneck(_EXPANSION, channels, stride=2))
            for _ in range(blocks):
                net.numbered("attention", LinearAttention(_HEAD_CHANNELS))
                net.numbered("local", SingleNormBottleneck(_EXPANSION, channels))
        else:
            for repeat in range(blocks):
                stride = 2 if repeat == 0 else 1
                net.numbered("bottleneck", Bottleneck(_EXPANSION, channels, stride=stride, activation=_HS))
    net.put("head", ConvBlock(_HEAD, 1, activation=_HS))
    net.put("pool", GlobalAveragePool())
    net.put("flatten", Flatten())
    net.put("hidden", FullyConnected(_HIDDEN, bias=False))
    # As a map of one position, of which every format has a layer norm.
    net.put("hidden_map", Reshape((_HIDDEN, 1, 1)))
    net.put("hidden_norm", LayerNorm(1e-5))
    net.put("hidden_act", HardSwish())
    net.put("hidden_flatten", Flatten())
    net.put("classifier", FullyConnected(classes))
    return net.finished(f"EfficientViT B0 · {resolution}")


TEMPLATES = (
    Template(
        "efficientvit",
        "EfficientViT B0",
        "Bottlenecks, then attention whose cost is linear in the positions.",
        "Cai et al. 2023, arXiv 2205.14756, table 1",
        (resolution(), CLASSES),
        efficientvit,
    ),
)
