"""Blocks that filter depthwise over a large window and keep their channels: ConvNeXt's and StarNet's."""

from __future__ import annotations

from designer.graph.design import Design
from designer.graph.layer import Category, Layer
from designer.graph.parameter import choice, flag, ratio
from designer.graph.tensor import TensorSpec, require_map
from designer.graph.window import Padding, Size, brief_size
from designer.layers.activation import Activation
from designer.layers.blocks.body import (
    ENTRANCE,
    Body,
    depthwise_of,
    eps,
    expansion,
    momentum,
    norm_of,
    widened,
)
from designer.layers.convolution import PointwiseConv2d
from designer.layers.lowering import kernel_size
from designer.layers.merge import Add, Multiply
from designer.layers.normalization import LayerNorm, LayerScale
from designer.layers.registry import register


class _SameShape(Layer):
    """What the two share: a depthwise that keeps the sides, and what stands on the card."""

    kernel_size: Size
    expansion: float

    is_block = True

    def hidden_channels(self, x: TensorSpec) -> int:
        """tC, rounded to a whole number of channels, at least 1."""
        return widened(self.expansion, x.channels)

    def summary(self, *inputs: TensorSpec) -> str:
        channels = f"{inputs[0].channels} ch · " if inputs else ""
        return f"{channels}t{self.expansion:g} k{brief_size(self.kernel_size)}"


@register(
    key="convnext_block",
    title="ConvNeXt block",
    glyph="CNX",
    category=Category.BLOCK,
    source="Liu et al. 2022, A ConvNet for the 2020s, fig. 4",
    keywords=("convnext", "depthwise 7x7", "layer norm", "gelu"),
)
class ConvNeXtBlock(_SameShape):
    """Filter depthwise k×k, layer norm, widen 1×1, activation, narrow 1×1, scale each channel, add the input.

    In N×C×H×W, hidden N×tC×H×W, out N×C×H×W. MACs H·W·C·(k² + 2·tC).
    """

    kernel_size: Size = kernel_size(7, "depthwise kernel")
    expansion: float = expansion(4.0)
    activation: Activation = choice(default=Activation.GELU, help="Between the two 1×1.")
    eps: float = ratio(default=1e-6, low=1e-12, high=1.0, help="Added to the variance by the layer norm.")
    layer_scale: bool = flag(default=True, help="Multiply each channel by a trained number before the sum.")
    start: float = ratio(
        default=1e-6,
        low=0.0,
        high=10.0,
        help="What each of these numbers is before training.",
        shown_when=("layer_scale", True),
    )

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        body = Body()
        body.then("depthwise", depthwise_of(self.kernel_size, 1, Padding.SYMMETRIC, True))
        body.then("norm", LayerNorm(self.eps))
        body.then("widen", PointwiseConv2d(self.hidden_channels(x), bias=True))
        body.then("widen_act", self.activation.layer())
        body.then("narrow", PointwiseConv2d(x.channels, bias=True))
        if self.layer_scale:
            body.then("scale", LayerScale(self.start))
        return body.design(self.title, residual=True)


@register(
    key="star_block",
    title="Star block",
    glyph="STAR",
    category=Category.BLOCK,
    source="Ma et al. 2024, Rewrite the Stars, fig. 3",
    keywords=("starnet", "multiply", "element-wise"),
)
class StarBlock(_SameShape):
    """Filter depthwise k×k, two 1×1 side by side, one activated, times each other; narrow 1×1, filter, add the input.

    In N×C×H×W, hidden N×tC×H×W, out N×C×H×W. Every convolution has a bias; the first depthwise and the narrowing 1×1
    have a batch norm. MACs H·W·C·(2·k² + 3·tC).
    """

    kernel_size: Size = kernel_size(7, "two depthwise kernels")
    expansion: float = expansion(4.0)
    activation: Activation = choice(default=Activation.RELU6, help="Of one of the two factors.")
    eps: float = eps()
    momentum: float = momentum()

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        body, norm, hidden = Body(), norm_of(self.eps, self.momentum), self.hidden_channels(x)
        depthwise = depthwise_of(self.kernel_size, 1, Padding.SYMMETRIC, True)
        filtered = body.convolution("depthwise", depthwise, norm, Activation.NONE)
        first = body.then("first", PointwiseConv2d(hidden, bias=True), filtered)
        second = body.then("second", PointwiseConv2d(hidden, bias=True), filtered)
        active = body.then("first_act", self.activation.layer(), first)
        body.then("star", Multiply(), active, second)
        body.convolution("narrow", PointwiseConv2d(x.channels, bias=True), norm, Activation.NONE)
        last = body.then("last", depthwise)
        body.then("add", Add(), ENTRANCE, last)
        return body.design(self.title)
