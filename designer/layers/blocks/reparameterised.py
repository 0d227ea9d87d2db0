"""Blocks that are trained with parallel branches and deployed as one convolution: RepVGG's and MobileOne's."""

from __future__ import annotations

from designer.graph.design import Design
from designer.graph.layer import Category, Layer
from designer.graph.parameter import choice, flag, integer
from designer.graph.tensor import TensorSpec, require_map
from designer.graph.window import Padding, Size, brief_size, pair
from designer.layers.activation import Activation
from designer.layers.blocks.body import (
    CHANNELS_HIGH,
    ENTRANCE,
    Body,
    depthwise_of,
    eps,
    momentum,
    norm_of,
    out_channels,
)
from designer.layers.convolution import Conv2d, GroupedConv2d, PointwiseConv2d
from designer.layers.lowering import kernel_size, stride
from designer.layers.merge import Add
from designer.layers.registry import register

_MOST_BRANCHES = 5
"""Convolutions k×k side by side, so that a block drawn out can still be known again."""


class _Reparameterised(Layer):
    """What the two share: branches of equal shape that are summed, or the one convolution that they are folded into."""

    kernel_size: Size
    stride: Size
    deployed: bool
    activation: Activation
    eps: float
    momentum: float

    is_block = True

    @property
    def downsampling(self) -> int:
        return max(pair(self.stride))

    def channels_out(self, x: TensorSpec) -> int:
        """C' for an input N×C×H×W."""
        raise NotImplementedError

    def _convolution(self, x: TensorSpec, kernel_size: Size, bias: bool = False) -> Layer:
        """One branch's convolution with this kernel."""
        raise NotImplementedError

    def _branched(self, x: TensorSpec, wide: int) -> Design:
        """The training form: so many k×k, a 1×1 where k is more, and the normed input where the shape stays."""
        body, norm, summed = Body(), norm_of(self.eps, self.momentum), []
        if self.stride == 1 and self.channels_out(x) == x.channels:
            summed.append(body.then("identity_bn", norm))
        for index in range(wide):
            name = f"conv_{index + 1}" if wide > 1 else "conv"
            convolution = self._convolution(x, self.kernel_size)
            summed.insert(index, body.convolution(name, convolution, norm, Activation.NONE, ENTRANCE))
        if self.kernel_size != 1:
            summed.insert(0, body.convolution("scale", self._convolution(x, 1), norm, Activation.NONE, ENTRANCE))
        if len(summed) > 1:
            body.then("add", Add(len(summed)), *summed)
        body.then("act", self.activation.layer())
        return body.design(self.title)

    def _folded(self, x: TensorSpec) -> Design:
        """The deployed form: one convolution with a bias."""
        body = Body()
        body.convolution("conv", self._convolution(x, self.kernel_size, bias=True), None, self.activation)
        return body.design(self.title)


@register(
    key="repvgg_block",
    title="RepVGG block",
    glyph="RVB",
    category=Category.BLOCK,
    source="Ding et al. 2021, RepVGG: Making VGG-style ConvNets Great Again, sec. 3.2 and fig. 4",
    keywords=("repvgg", "reparameterise", "reparameterize", "branches", "structural"),
)
class RepVGGBlock(_Reparameterised):
    """A k×k convolution, a 1×1 beside it and the input itself, each normed, summed; then the activation.

    In N×C×H×W, out N×C'×H'×W', the groups g dividing C and C'. The input is added where the stride is 1 and C' = C.
    MACs H'·W'·(k² + 1)·C·C'/g for training, and H'·W'·k²·C·C'/g deployed as one convolution with a bias.
    """

    out_channels: int = out_channels(64)
    kernel_size: Size = kernel_size(what="wide branch")
    stride: Size = stride()
    groups: int = integer(default=1, low=1, high=CHANNELS_HIGH, help="Groups g of both convolutions.")
    deployed: bool = flag(default=False, help="One convolution with a bias in place of the branches.")
    activation: Activation = choice(default=Activation.RELU, help="After the sum.")
    eps: float = eps(("deployed", False))
    momentum: float = momentum(("deployed", False))

    def channels_out(self, x: TensorSpec) -> int:
        return self.out_channels

    def _convolution(self, x: TensorSpec, kernel_size: Size, bias: bool = False) -> Layer:
        if self.groups > 1:
            return GroupedConv2d(self.out_channels, kernel_size, self.groups, self.stride, bias=bias)
        if kernel_size == 1:
            return PointwiseConv2d(self.out_channels, self.stride, bias)
        return Conv2d(self.out_channels, kernel_size, self.stride, bias=bias)

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        return self._folded(x) if self.deployed else self._branched(x, 1)

    def summary(self, *inputs: TensorSpec) -> str:
        arrow = f"{inputs[0].channels} → {self.out_channels}" if inputs else f"→ {self.out_channels}"
        return f"{arrow} · k{brief_size(self.kernel_size)} s{brief_size(self.stride)}"


@register(
    key="mobileone_block",
    title="MobileOne block",
    glyph="MOB",
    category=Category.BLOCK,
    source="Vasu et al. 2023, MobileOne: An Improved One Millisecond Mobile Backbone, sec. 3.2 and fig. 3",
    keywords=("mobileone", "reparameterise", "reparameterize", "branches", "overparameterised"),
)
class MobileOneBlock(_Reparameterised):
    """Several equal k×k convolutions, a 1×1 where k > 1 and the input itself, each normed, summed; then the activation.

    In N×C×H×W, out N×C'×H'×W'; depthwise C' is C. The input is added where the stride is 1 and C' = C. MACs with b
    branches H'·W'·(b·k² + 1)·C·C' for training, by C less where depthwise; deployed H'·W'·k²·C·C'.
    """

    out_channels: int = integer(
        default=64, low=1, high=CHANNELS_HIGH, help="Output channels C'.", shown_when=("depthwise", False)
    )
    kernel_size: Size = kernel_size(what="wide branches; 1 mixes channels only")
    stride: Size = stride()
    depthwise: bool = flag(default=False, help="One filter a channel, in every branch.")
    branches: int = integer(default=4, low=1, high=_MOST_BRANCHES, help="Equal k×k convolutions b side by side.")
    deployed: bool = flag(default=False, help="One convolution with a bias in place of the branches.")
    activation: Activation = choice(default=Activation.RELU, help="After the sum.")
    eps: float = eps(("deployed", False))
    momentum: float = momentum(("deployed", False))

    def channels_out(self, x: TensorSpec) -> int:
        return x.channels if self.depthwise else self.out_channels

    def _convolution(self, x: TensorSpec, kernel_size: Size, bias: bool = False) -> Layer:
        if self.depthwise:
            return depthwise_of(kernel_size, self.stride, Padding.SYMMETRIC, bias)
        if kernel_size == 1:
            return PointwiseConv2d(self.out_channels, self.stride, bias)
        return Conv2d(self.out_channels, kernel_size, self.stride, bias=bias)

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        return self._folded(x) if self.deployed else self._branched(x, self.branches)

    def card_title(self) -> str:
        return "MobileOne"

    def summary(self, *inputs: TensorSpec) -> str:
        out = "dw" if self.depthwise else f"→ {self.out_channels}"
        arrow = f"{inputs[0].channels} {out}" if inputs else out
        return f"{arrow} · k{brief_size(self.kernel_size)} s{brief_size(self.stride)}"
