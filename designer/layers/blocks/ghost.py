"""GhostNet's blocks: half of the channels are worked out of the other half by a cheap depthwise."""

from __future__ import annotations

from math import inf, nextafter

from designer.graph.design import Design
from designer.graph.layer import Category, Layer
from designer.graph.operations import Interpolation
from designer.graph.parameter import choice, flag, integer
from designer.graph.tensor import TensorSpec, require_map
from designer.graph.window import Padding, Size, brief_size, pair
from designer.layers.activation import Activation, Sigmoid
from designer.layers.blocks.body import (
    CHANNELS_HIGH,
    ENTRANCE,
    Body,
    depthwise_of,
    eps,
    expansion,
    momentum,
    norm_of,
    out_channels,
    widened,
)
from designer.layers.blocks.inverted_residual import excite
from designer.layers.convolution import PointwiseConv2d
from designer.layers.lowering import kernel_size, require_divisible, stride
from designer.layers.merge import Add, Concatenate, Multiply
from designer.layers.normalization import BatchNorm
from designer.layers.pooling import AveragePool
from designer.layers.registry import register
from designer.layers.shaping import Resize

_CHEAP, _LONG = 3, 5
"""Sides of the cheap depthwise, and of the strips that the attention looks along."""


def _ghost(body: Body, name: str, channels: int, norm: BatchNorm, activation: Activation) -> str:
    """A 1×1 to half of the channels, a depthwise of these beside it; gives the name of what joins both."""
    half = channels // 2
    whole = body.convolution(name, PointwiseConv2d(half), norm, activation)
    cheap = body.convolution(f"{name}_cheap", depthwise_of(_CHEAP, 1, Padding.SYMMETRIC), norm, activation, whole)
    return body.then(f"{name}_join", Concatenate(), whole, cheap)


def _attention(body: Body, x: TensorSpec, channels: int, norm: BatchNorm) -> str:
    """A gate for each position and channel out of its row and column at half the size; gives its name."""
    body.then("halve", AveragePool(), ENTRANCE)
    body.convolution("attend", PointwiseConv2d(channels), norm, Activation.NONE)
    body.convolution("row", depthwise_of((1, _LONG), 1, Padding.SYMMETRIC), norm, Activation.NONE)
    body.convolution("column", depthwise_of((_LONG, 1), 1, Padding.SYMMETRIC), norm, Activation.NONE)
    body.then("attend_gate", Sigmoid())
    return body.then("enlarge", Resize(_doubling(x.height), Interpolation.NEAREST))


def _doubling(side: int) -> float:
    """How many times the half of an extent it is: 2, or a little more where it is uneven."""
    half = max(1, side // 2)
    scale = side / half
    return scale if int(half * scale) == side else nextafter(scale, inf)


@register(
    key="ghost_module",
    title="Ghost module",
    glyph="GHM",
    category=Category.BLOCK,
    source="Han et al. 2020, GhostNet, sec. 3.1 and fig. 1b",
    keywords=("ghostnet", "cheap operation", "primary convolution"),
)
class GhostModule(Layer):
    """Half of the channels by a 1×1, the other half by a depthwise 3×3 of these, joined.

    In N×C×H×W, out N×C'×H×W, C' even. MACs H·W·C'/2·(C + 9), about half of the 1×1 it stands for.
    """

    out_channels: int = out_channels(16, "; even")
    activation: Activation = choice(default=Activation.RELU, help="After the batch norm of either half.")
    eps: float = eps()
    momentum: float = momentum()

    is_block = True

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        require_divisible("output", self.out_channels, 2)
        body = Body()
        _ghost(body, "primary", self.out_channels, norm_of(self.eps, self.momentum), self.activation)
        return body.design(self.title)

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{inputs[0].channels} → {self.out_channels}" if inputs else f"→ {self.out_channels}"


@register(
    key="ghost_bottleneck",
    title="Ghost bottleneck",
    glyph="GHB",
    category=Category.BLOCK,
    source="Han et al. 2020, GhostNet, fig. 3; Tang et al. 2022, GhostNetV2, fig. 4b",
    keywords=("ghostnet", "ghostnet v2", "cheap operation", "dfc attention", "squeeze", "excite"),
)
class GhostBottleneck(Layer):
    """A ghost module widens, a depthwise k×k filters where the map shrinks, a ghost module narrows, beside a shortcut.

    In N×C×H×W, hidden N×tC×H×W, out N×C'×H'×W', tC rounded up to an even number, C' even. The shortcut is the input;
    a depthwise and a 1×1 where stride or channels change. GhostNetV2 weighs the wide map by an attention along rows and
    columns, worked out at half of the sides, which have to be equal or both even.
    """

    expansion: float = expansion(3.0)
    out_channels: int = out_channels(24, "; even")
    kernel_size: Size = kernel_size(what="depthwise kernel, where there is one")
    stride: Size = stride(help="Stride of the depthwise and the shortcut; 2 halves height and width.")
    activation: Activation = choice(default=Activation.RELU, help="In the first ghost module; never in the second.")
    squeeze_excite: bool = flag(default=False, help="Weigh the wide map's channels before the second ghost module.")
    squeezed_channels: int = integer(
        default=20,
        low=1,
        high=CHANNELS_HIGH,
        help="Channels R between the two 1×1 of the squeeze-and-excite.",
        shown_when=("squeeze_excite", True),
    )
    attention: bool = flag(default=False, help="GhostNetV2's attention over the wide map, along rows and columns.")
    eps: float = eps()
    momentum: float = momentum()

    is_block = True

    @property
    def downsampling(self) -> int:
        return max(pair(self.stride))

    def hidden_channels(self, x: TensorSpec) -> int:
        """tC, rounded up to an even number of channels."""
        return -(-widened(self.expansion, x.channels) // 2) * 2

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        require_divisible("output", self.out_channels, 2)
        body, norm, hidden = Body(), norm_of(self.eps, self.momentum), self.hidden_channels(x)
        wide = _ghost(body, "widen", hidden, norm, self.activation)
        if self.attention:
            gate = _attention(body, x, hidden, norm)
            body.then("attended", Multiply(), wide, gate)
        depthwise = depthwise_of(self.kernel_size, self.stride, Padding.SYMMETRIC)
        if self.stride != 1:
            body.convolution("depthwise", depthwise, norm, Activation.NONE)
        if self.squeeze_excite:
            excite(body, hidden, self.squeezed_channels, Activation.RELU, Activation.HARD_SIGMOID)
        trunk, shortcut = _ghost(body, "narrow", self.out_channels, norm, Activation.NONE), ENTRANCE
        if self.stride != 1 or self.out_channels != x.channels:
            body.convolution("shortcut_depthwise", depthwise, norm, Activation.NONE, ENTRANCE)
            shortcut = body.convolution("shortcut", PointwiseConv2d(self.out_channels), norm, Activation.NONE)
        body.then("add", Add(), shortcut, trunk)
        return body.design(self.title)

    def summary(self, *inputs: TensorSpec) -> str:
        arrow = f"{inputs[0].channels} → {self.out_channels}" if inputs else f"→ {self.out_channels}"
        return f"{arrow} · t{self.expansion:.3g} k{brief_size(self.kernel_size)} s{brief_size(self.stride)}"
