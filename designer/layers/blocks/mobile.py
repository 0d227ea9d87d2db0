"""The blocks of MobileNetV1 and V2: a convolution with its norm and activation, the separable one, the bottleneck."""

from __future__ import annotations

from designer.graph.design import Design
from designer.graph.layer import Category, Layer
from designer.graph.parameter import choice, flag, integer, ratio
from designer.graph.tensor import TensorSpec, require_map
from designer.graph.window import Padding, Size, brief_size, pair, size_text
from designer.layers.activation import Activation
from designer.layers.blocks.body import (
    CHANNELS_HIGH,
    WINDOW_PADDINGS,
    Body,
    depthwise_of,
    eps,
    momentum,
    norm_of,
    widened,
)
from designer.layers.convolution import Conv2d, PointwiseConv2d
from designer.layers.lowering import kernel_size, padding, stride
from designer.layers.normalization import BatchNorm
from designer.layers.registry import register

_WHERE_NORMED = ("batch_norm", True)


@register(
    key="conv_block",
    title="Conv + norm + act",
    glyph="CBA",
    category=Category.BLOCK,
    source="Howard et al. 2017, MobileNets, fig. 3 left",
    keywords=("stem", "head", "conv", "bn", "relu"),
)
class ConvBlock(Layer):
    """A standard convolution, batch norm, activation: the stem and the head of the MobileNets.

    In N×C×H×W, out N×C'×H'×W'.
    """

    out_channels: int = integer(default=32, low=1, high=CHANNELS_HIGH, help="Output channels C'.")
    kernel_size: Size = kernel_size(what="kernel; 1 makes it a pointwise")
    stride: Size = stride()
    padding: Padding = padding(options=WINDOW_PADDINGS)
    activation: Activation = choice(default=Activation.RELU6, help="After the batch norm.")
    batch_norm: bool = flag(default=True, help="Normalize after the convolution.")
    bias: bool = flag(default=False, help="Bias of the convolution.", shown_when=("batch_norm", False))
    eps: float = eps(_WHERE_NORMED)
    momentum: float = momentum(_WHERE_NORMED)

    is_block = True

    @property
    def downsampling(self) -> int:
        return max(pair(self.stride))

    @property
    def _norm(self) -> BatchNorm | None:
        return norm_of(self.eps, self.momentum) if self.batch_norm else None

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        body = Body()
        bias = self.bias and not self.batch_norm
        layer: Layer = (
            PointwiseConv2d(self.out_channels, self.stride, bias)
            if self.kernel_size == 1
            else Conv2d(self.out_channels, self.kernel_size, self.stride, self.padding, bias=bias)
        )
        body.convolution("conv", layer, self._norm, self.activation)
        return body.design(self.title)

    def card_title(self) -> str:
        return f"Conv {size_text(self.kernel_size)} + norm"

    def summary(self, *inputs: TensorSpec) -> str:
        arrow = f"{inputs[0].channels} → {self.out_channels}" if inputs else f"→ {self.out_channels}"
        return f"{arrow} · s{brief_size(self.stride)}"


@register(
    key="separable",
    title="Separable (V1)",
    glyph="SEP",
    category=Category.BLOCK,
    source="Howard et al. 2017, MobileNets, fig. 3 right",
    keywords=("mobilenet", "depthwise separable"),
)
class Separable(Layer):
    """Depthwise k×k, then pointwise 1×1, each with batch norm and activation: MobileNetV1's block.

    In N×C×H×W, out N×C'×H'×W'. MACs k²·C·H'·W' + C·C'·H'·W', a share of 1/C' + 1/k² of the standard convolution's. The
    number of depthwise filters is bound to C.
    """

    out_channels: int = integer(default=64, low=1, high=CHANNELS_HIGH, help="Output channels C' of the pointwise.")
    kernel_size: Size = kernel_size(what="depthwise kernel")
    stride: Size = stride(help="Stride of the depthwise; 2 halves height and width.")
    padding: Padding = padding(options=WINDOW_PADDINGS)
    activation: Activation = choice(default=Activation.RELU, help="After each batch norm.")
    batch_norm: bool = flag(default=True, help="Normalize after each convolution.")
    bias: bool = flag(default=False, help="Bias of both convolutions.", shown_when=("batch_norm", False))
    eps: float = eps(_WHERE_NORMED)
    momentum: float = momentum(_WHERE_NORMED)

    is_block = True

    @property
    def downsampling(self) -> int:
        return max(pair(self.stride))

    @property
    def _norm(self) -> BatchNorm | None:
        return norm_of(self.eps, self.momentum) if self.batch_norm else None

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        bias = self.bias and not self.batch_norm
        body = Body()
        depthwise = depthwise_of(self.kernel_size, self.stride, self.padding, bias)
        body.convolution("depthwise", depthwise, self._norm, self.activation)
        body.convolution("pointwise", PointwiseConv2d(self.out_channels, bias=bias), self._norm, self.activation)
        return body.design(self.title)

    def summary(self, *inputs: TensorSpec) -> str:
        arrow = f"{inputs[0].channels} → {self.out_channels}" if inputs else f"→ {self.out_channels}"
        return f"{arrow} · k{brief_size(self.kernel_size)} s{brief_size(self.stride)}"


@register(
    key="bottleneck",
    title="Bottleneck (V2)",
    glyph="BTL",
    category=Category.BLOCK,
    source="Sandler et al. 2018, MobileNetV2, table 1 and fig. 4d",
    keywords=("inverted residual", "mobilenet", "mbconv", "expand", "project"),
)
class Bottleneck(Layer):
    """Expand 1×1, filter depthwise k×k, project 1×1 without activation, add the input: MobileNetV2's inverted residual.

    In N×C×H×W, hidden N×tC×H×W, out N×C'×H'×W'. The residual is there where the stride is 1 and C' = C; t = 1 has no
    expansion. MACs H·W·C·tC + H'·W'·tC·(k² + C').
    """

    expansion: float = ratio(default=6.0, low=0.05, high=64.0, help="Expansion t: hidden channels per input channel.")
    out_channels: int = integer(default=24, low=1, high=CHANNELS_HIGH, help="Output channels C' of the projection.")
    kernel_size: Size = kernel_size(what="depthwise kernel")
    stride: Size = stride(help="Stride of the depthwise; 2 halves height and width.")
    padding: Padding = padding(options=WINDOW_PADDINGS)
    activation: Activation = choice(
        default=Activation.RELU6, help="After expansion and depthwise; never after the projection."
    )
    batch_norm: bool = flag(default=True, help="Normalize after each convolution.")
    bias: bool = flag(default=False, help="Bias of the three convolutions.", shown_when=("batch_norm", False))
    eps: float = eps(_WHERE_NORMED)
    momentum: float = momentum(_WHERE_NORMED)

    is_block = True

    @property
    def downsampling(self) -> int:
        return max(pair(self.stride))

    @property
    def _norm(self) -> BatchNorm | None:
        return norm_of(self.eps, self.momentum) if self.batch_norm else None

    def has_residual(self, x: TensorSpec) -> bool:
        """Whether the input is added: stride 1, the same channels, and the same sides after the depthwise."""
        filtered = depthwise_of(self.kernel_size, self.stride, self.padding).slid(x)
        return self.stride == 1 and self.out_channels == x.channels and filtered.sides == x.sides

    def hidden_channels(self, x: TensorSpec) -> int:
        """tC, rounded to a whole number of channels, at least 1."""
        return widened(self.expansion, x.channels)

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        body = Body()
        bias = self.bias and not self.batch_norm
        if self.expansion != 1:
            expansion = PointwiseConv2d(self.hidden_channels(x), bias=bias)
            body.convolution("expand", expansion, self._norm, self.activation)
        depthwise = depthwise_of(self.kernel_size, self.stride, self.padding, bias)
        body.convolution("depthwise", depthwise, self._norm, self.activation)
        body.convolution("project", PointwiseConv2d(self.out_channels, bias=bias), self._norm, Activation.NONE)
        return body.design(self.title, self.has_residual(x))

    def card_title(self) -> str:
        return "Bottleneck"

    def summary(self, *inputs: TensorSpec) -> str:
        arrow = f"{inputs[0].channels} → {self.out_channels}" if inputs else f"→ {self.out_channels}"
        return f"{arrow} · t{self.expansion:g} k{brief_size(self.kernel_size)} s{brief_size(self.stride)}"
