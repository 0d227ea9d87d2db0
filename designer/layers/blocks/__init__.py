"""Blocks: layers that stand for a small design. One declares parameters and expands; all else follows."""

from designer.layers.blocks.fasternet import FasterNetBlock
from designer.layers.blocks.ghost import GhostBottleneck, GhostModule
from designer.layers.blocks.inverted_residual import FusedMBConv, MBConv, UniversalInvertedBottleneck
from designer.layers.blocks.joining import DenseLayer, Fire
from designer.layers.blocks.large_kernel import ConvNeXtBlock, StarBlock
from designer.layers.blocks.linear_attention import LinearAttention, SingleNormBottleneck
from designer.layers.blocks.mobile import Bottleneck, ConvBlock, Separable
from designer.layers.blocks.own import Group
from designer.layers.blocks.reparameterised import MobileOneBlock, RepVGGBlock
from designer.layers.blocks.residual import BasicBlock, ResidualBottleneck
from designer.layers.blocks.shuffle import ShuffleUnitV1, ShuffleUnitV2

__all__ = [
    "BasicBlock",
    "Bottleneck",
    "ConvBlock",
    "ConvNeXtBlock",
    "DenseLayer",
    "FasterNetBlock",
    "Fire",
    "FusedMBConv",
    "GhostBottleneck",
    "GhostModule",
    "Group",
    "LinearAttention",
    "MBConv",
    "MobileOneBlock",
    "RepVGGBlock",
    "ResidualBottleneck",
    "Separable",
    "ShuffleUnitV1",
    "ShuffleUnitV2",
    "SingleNormBottleneck",
    "StarBlock",
    "UniversalInvertedBottleneck",
]
