"""Blocks that keep what they read and put more beside it: SqueezeNet's fire module, DenseNet's layer."""

from __future__ import annotations

from designer.graph.design import Design
from designer.graph.layer import Category, Layer
from designer.graph.parameter import choice, integer
from designer.graph.tensor import TensorSpec, require_map
from designer.layers.activation import Activation
from designer.layers.blocks.body import CHANNELS_HIGH, ENTRANCE, Body, eps, momentum, norm_of
from designer.layers.convolution import Conv2d, PointwiseConv2d
from designer.layers.merge import Concatenate
from designer.layers.registry import register


@register(
    key="fire",
    title="Fire module",
    glyph="FIRE",
    category=Category.BLOCK,
    source="Iandola et al. 2016, SqueezeNet, fig. 1",
    keywords=("squeezenet", "squeeze", "expand"),
)
class Fire(Layer):
    """Squeeze 1×1 to few channels, then expand by a 1×1 and a 3×3 side by side, joined along the channels.

    In N×C×H×W, out N×2E×H×W. Every convolution has a bias and is followed by the activation. MACs H·W·S·(C + 10·E).
    """

    squeezed_channels: int = integer(default=16, low=1, high=CHANNELS_HIGH, help="Channels S of the squeeze.")
    expanded_channels: int = integer(default=64, low=1, high=CHANNELS_HIGH // 2, help="Channels E of each expansion.")
    activation: Activation = choice(default=Activation.RELU, help="After each convolution.")

    is_block = True

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        body = Body()
        squeezed = body.convolution(
            "squeeze", PointwiseConv2d(self.squeezed_channels, bias=True), None, self.activation
        )
        pointwise, full = PointwiseConv2d(self.expanded_channels, bias=True), Conv2d(self.expanded_channels, bias=True)
        one = body.convolution("expand_1x1", pointwise, None, self.activation, squeezed)
        three = body.convolution("expand_3x3", full, None, self.activation, squeezed)
        body.then("join", Concatenate(), one, three)
        return body.design(self.title)

    def summary(self, *inputs: TensorSpec) -> str:
        joined = 2 * self.expanded_channels
        arrow = f"{inputs[0].channels} → {joined}" if inputs else f"→ {joined}"
        return f"{arrow} · {self.squeezed_channels}"


@register(
    key="dense_layer",
    title="DenseNet layer",
    glyph="DNL",
    category=Category.BLOCK,
    source="Huang et al. 2017, Densely Connected Convolutional Networks, sec. 3",
    keywords=("densenet", "growth", "concatenate"),
)
class DenseLayer(Layer):
    """Norm, activation, 1×1, norm, activation, 3×3: a few new channels, joined to all that came in.

    In N×C×H×W, out N×(C + k)×H×W, k the growth. MACs H·W·M·(C + 9·k) with M channels between.
    """

    hidden_channels: int = integer(default=128, low=1, high=CHANNELS_HIGH, help="Channels M of the 1×1.")
    growth: int = integer(default=32, low=1, high=CHANNELS_HIGH, help="Channels k that are added.")
    activation: Activation = choice(default=Activation.RELU, help="After each batch norm.")
    eps: float = eps()
    momentum: float = momentum()

    is_block = True

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        body, norm = Body(), norm_of(self.eps, self.momentum)
        body.then("reduce_bn", norm)
        body.then("reduce_act", self.activation.layer())
        body.then("reduce", PointwiseConv2d(self.hidden_channels))
        body.then("grow_bn", norm)
        body.then("grow_act", self.activation.layer())
        body.then("grow", Conv2d(self.growth))
        body.then("join", Concatenate(), ENTRANCE, body.last)
        return body.design(self.title)

    def card_title(self) -> str:
        return "Dense layer"

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{inputs[0].channels} → {inputs[0].channels + self.growth}" if inputs else f"+ {self.growth}"
