"""EfficientViT's blocks: attention of a cost linear in the positions, and a bottleneck with a single batch norm."""

from __future__ import annotations

from designer.graph.design import Design
from designer.graph.layer import Category, Layer
from designer.graph.parameter import choice, integer, ratio
from designer.graph.tensor import TensorSpec, require_map
from designer.graph.window import Padding, Size, brief_size
from designer.layers.activation import Activation, ReLU
from designer.layers.blocks.body import (
    CHANNELS_HIGH,
    Body,
    depthwise_of,
    eps,
    expansion,
    momentum,
    norm_of,
    out_channels,
)
from designer.layers.blocks.inverted_residual import InvertedResidual
from designer.layers.convolution import GroupedConv2d, PointwiseConv2d
from designer.layers.lowering import kernel_size, require_divisible, stride
from designer.layers.merge import Concatenate, Divide, MatrixProduct
from designer.layers.registry import register
from designer.layers.shaping import Pad, Reshape, ScalarAdd, Slice

_QUERIES, _KEYS, _VALUES = range(3)
_SCALES = 2
"""The queries, keys and values as they are, and filtered."""


@register(
    key="linear_attention",
    title="Linear attention",
    glyph="LIN",
    category=Category.BLOCK,
    source="Cai et al. 2023, EfficientViT, sec. 3.1 and fig. 2",
    keywords=("efficientvit", "lite mla", "relu attention", "multi-scale", "transformer"),
)
class LinearAttention(Layer):
    """Each position gathers from all others by ReLU(q)·ReLU(k), at two scales; projected 1×1, and the input added.

    In N×C×H×W, out the same, the channels d of a head dividing C. A 1×1 makes queries, keys and values; beside them
    stand the same, filtered depthwise k×k and mixed within each by a grouped 1×1. Keys meet values first, so that the
    cost grows with H·W, not its square: MACs H·W·(C·(3·C + 3·k² + 3·d + 2·C) + 4·C·(d + 1)).
    """

    head_channels: int = integer(default=8, low=1, high=CHANNELS_HIGH, help="Channels d of a head; it divides C.")
    kernel_size: Size = kernel_size(5, "depthwise kernel of the second scale")
    denominator_addend: float = ratio(
        default=1e-5, low=1e-12, high=1.0, help="Added to the sum of weights, so that nothing is divided by zero."
    )
    eps: float = eps()
    momentum: float = momentum()

    is_block = True

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        require_divisible("input", x.channels, self.head_channels)
        body, triple = Body(), 3 * x.channels
        heads = x.channels // self.head_channels
        body.then("qkv", PointwiseConv2d(triple))
        body.then("filter", depthwise_of(self.kernel_size, 1, Padding.SYMMETRIC))
        body.then("mix", GroupedConv2d(triple, 1, 3 * heads))
        body.then("scales", Concatenate(), "qkv", "mix")
        parts = 3 * heads * _SCALES
        body.then("parts", Reshape((parts, self.head_channels, -1)))
        queries, keys, values = (
            body.then(name, Slice(1, which, parts, 3), "parts")
            for name, which in (("q", _QUERIES), ("k", _KEYS), ("v", _VALUES))
        )
        gathered = self._gathered(body, queries, keys, values)
        body.then("map", Reshape((_SCALES * x.channels, x.height, x.width)), gathered)
        norm = norm_of(self.eps, self.momentum)
        body.convolution("project", PointwiseConv2d(x.channels), norm, Activation.NONE)
        return body.design(self.title, residual=True)

    def _gathered(self, body: Body, queries: str, keys: str, values: str) -> str:
        """The part that is the values weighed by queries and keys; a row of ones among them sums the weights."""
        d = self.head_channels
        body.then("q_act", ReLU(), queries)
        body.then("k_act", ReLU(), keys)
        body.then("ones", Pad((0, 1, 0, 0), value=1.0), values)
        body.then("memory", MatrixProduct(transposed=True), "ones", "k_act")
        body.then("gather", MatrixProduct(), "memory", "q_act")
        body.then("weighed", Slice(2, 0, d), "gather")
        body.then("weights", Slice(2, d, d + 1), "gather")
        body.then("positive", ScalarAdd(self.denominator_addend), "weights")
        return body.then("mean", Divide(), "weighed", "positive")

    def summary(self, *inputs: TensorSpec) -> str:
        heads = f"{inputs[0].channels // self.head_channels} heads · " if inputs else ""
        return f"{heads}d{self.head_channels} k{brief_size(self.kernel_size)}"


@register(
    key="single_norm_bottleneck",
    title="Bottleneck, one norm",
    glyph="BT1",
    category=Category.BLOCK,
    source="Cai et al. 2023, EfficientViT, fig. 5, in the authors' release",
    keywords=("efficientvit", "inverted residual", "mbconv", "fewer norm", "ffn"),
)
class SingleNormBottleneck(InvertedResidual):
    """Expand 1×1, filter depthwise k×k, both with biases and no norm; project 1×1 with a batch norm, add the input.

    In N×C×H×W, hidden N×tC×H×W, out N×C'×H'×W'. The residual is there where the stride is 1 and C' = C. MACs
    H·W·C·tC + H'·W'·tC·(k² + C').
    """

    expansion: float = expansion(4.0)
    out_channels: int = out_channels(64, " of the projection")
    kernel_size: Size = kernel_size(what="depthwise kernel")
    stride: Size = stride(help="Stride of the depthwise; 2 halves height and width.")
    activation: Activation = choice(default=Activation.HARD_SWISH, help="After expansion and depthwise.")
    eps: float = eps()
    momentum: float = momentum()

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        body = Body()
        body.convolution("expand", PointwiseConv2d(self.hidden_channels(x), bias=True), None, self.activation)
        depthwise = depthwise_of(self.kernel_size, self.stride, Padding.SYMMETRIC, True)
        body.convolution("depthwise", depthwise, None, self.activation)
        norm = norm_of(self.eps, self.momentum)
        body.convolution("project", PointwiseConv2d(self.out_channels), norm, Activation.NONE)
        return body.design(self.title, self.is_residual(x, (self.kernel_size, Padding.SYMMETRIC)))
