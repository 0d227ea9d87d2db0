"""Blocks: layers that stand for a small design. One declares parameters and expands; all else follows."""

from designer.layers.blocks.mobile import Bottleneck, ConvBlock, Separable
from designer.layers.blocks.own import Group

__all__ = ["Bottleneck", "ConvBlock", "Group", "Separable"]
