"""The blocks of ResNet, ResNeXt, RegNet: convolutions beside a shortcut, which is a 1×1 where the shape changes."""

from __future__ import annotations

from designer.graph.design import Design
from designer.graph.layer import Category, Layer
from designer.graph.parameter import choice, integer
from designer.graph.tensor import TensorSpec, require_map
from designer.graph.window import Size, brief_size, pair
from designer.layers.activation import Activation
from designer.layers.blocks.body import (
    CHANNELS_HIGH,
    ENTRANCE,
    Body,
    convolution_of,
    eps,
    momentum,
    norm_of,
    out_channels,
)
from designer.layers.convolution import Conv2d, PointwiseConv2d
from designer.layers.lowering import stride
from designer.layers.merge import Add
from designer.layers.registry import register


class _Residual(Layer):
    """What the two share: the shortcut, and an activation behind the sum."""

    out_channels: int
    stride: Size
    activation: Activation
    eps: float
    momentum: float

    is_block = True

    @property
    def downsampling(self) -> int:
        return max(pair(self.stride))

    def _joined(self, body: Body, x: TensorSpec) -> Design:
        """The body with its shortcut, which is projected where stride or channels change, the sum, the activation."""
        trunk, shortcut = body.last, ENTRANCE
        if self.stride != 1 or self.out_channels != x.channels:
            norm = norm_of(self.eps, self.momentum)
            projection = PointwiseConv2d(self.out_channels, self.stride)
            shortcut = body.convolution("shortcut", projection, norm, Activation.NONE, ENTRANCE)
        body.then("add", Add(), shortcut, trunk)
        body.then("act", self.activation.layer())
        return body.design(self.title)

    def summary(self, *inputs: TensorSpec) -> str:
        arrow = f"{inputs[0].channels} → {self.out_channels}" if inputs else f"→ {self.out_channels}"
        return f"{arrow} · s{brief_size(self.stride)}"


@register(
    key="residual_basic",
    title="Basic block (ResNet)",
    glyph="BSC",
    category=Category.BLOCK,
    source="He et al. 2016, Deep Residual Learning, fig. 5 left",
    keywords=("resnet", "residual", "shortcut"),
)
class BasicBlock(_Residual):
    """Two 3×3 convolutions beside a shortcut, an activation behind the sum.

    In N×C×H×W, out N×C'×H'×W'. The shortcut is the input; a 1×1 with the stride where stride or channels change. MACs
    H'·W'·9·C'·(C + C'), and H'·W'·C·C' of that 1×1.
    """

    out_channels: int = out_channels(64)
    stride: Size = stride(help="Stride of the first 3×3 and the shortcut; 2 halves height and width.")
    activation: Activation = choice(default=Activation.RELU, help="After the first batch norm and after the sum.")
    eps: float = eps()
    momentum: float = momentum()

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        body, norm = Body(), norm_of(self.eps, self.momentum)
        body.convolution("first", Conv2d(self.out_channels, 3, self.stride), norm, self.activation)
        body.convolution("second", Conv2d(self.out_channels, 3), norm, Activation.NONE)
        return self._joined(body, x)

    def card_title(self) -> str:
        return "Basic block"


@register(
    key="residual_bottleneck",
    title="Bottleneck (ResNet)",
    glyph="RBT",
    category=Category.BLOCK,
    source="He et al. 2016, Deep Residual Learning, fig. 5 right; Xie et al. 2017, ResNeXt, fig. 3c",
    keywords=("resnet", "resnext", "regnet", "residual", "groups", "shortcut"),
)
class ResidualBottleneck(_Residual):
    """Reduce 1×1, filter 3×3 in g groups, widen 1×1, beside a shortcut, an activation behind the sum.

    In N×C×H×W, hidden N×M×H'×W', out N×C'×H'×W', g dividing M. The shortcut is the input; a 1×1 with the stride where
    stride or channels change. One group is ResNet's, 32 ResNeXt's; RegNetX has M = C'. The stride is the 3×3's.
    """

    hidden_channels: int = integer(default=64, low=1, high=CHANNELS_HIGH, help="Channels M of the 3×3.")
    out_channels: int = out_channels(256)
    groups: int = integer(default=1, low=1, high=CHANNELS_HIGH, help="Groups g of the 3×3; g divides M.")
    stride: Size = stride(help="Stride of the 3×3 and the shortcut; 2 halves height and width.")
    activation: Activation = choice(default=Activation.RELU, help="After the first two batch norms and the sum.")
    eps: float = eps()
    momentum: float = momentum()

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        body, norm = Body(), norm_of(self.eps, self.momentum)
        filtered = convolution_of(self.hidden_channels, 3, self.stride, self.groups)
        body.convolution("reduce", PointwiseConv2d(self.hidden_channels), norm, self.activation)
        body.convolution("filter", filtered, norm, self.activation)
        body.convolution("widen", PointwiseConv2d(self.out_channels), norm, Activation.NONE)
        return self._joined(body, x)

    def card_title(self) -> str:
        return "Bottleneck (ResNeXt)" if self.groups > 1 else self.title

    def summary(self, *inputs: TensorSpec) -> str:
        groups = f" g{self.groups}" if self.groups > 1 else ""
        return f"{super().summary(*inputs)} · {self.hidden_channels}{groups}"
