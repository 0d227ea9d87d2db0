"""What followed MobileNetV2's bottleneck: with squeeze-and-excite, with depthwise filters anywhere, fused."""

from __future__ import annotations

from designer.graph.design import Design
from designer.graph.layer import Category, Layer
from designer.graph.parameter import choice, flag, integer
from designer.graph.tensor import TensorSpec, require_map
from designer.graph.window import Padding, Size, brief_size, pair
from designer.layers.activation import Activation
from designer.layers.blocks.body import (
    CHANNELS_HIGH,
    WINDOW_PADDINGS,
    Body,
    depthwise_of,
    eps,
    expansion,
    momentum,
    norm_of,
    out_channels,
    widened,
)
from designer.layers.convolution import Conv2d, PointwiseConv2d
from designer.layers.lowering import kernel_size, padding, stride
from designer.layers.merge import Multiply
from designer.layers.pooling import GlobalAveragePool
from designer.layers.registry import register

_OF_A_PROJECTION = " of the projection"


def excite(body: Body, channels: int, squeezed: int, activation: Activation, gate: Activation) -> None:
    """Weigh the last part's channels by a gate worked out from their means."""
    scaled = body.last
    body.then("squeeze", GlobalAveragePool())
    body.then("squeeze_reduce", PointwiseConv2d(squeezed, bias=True))
    body.then("squeeze_act", activation.layer())
    body.then("squeeze_expand", PointwiseConv2d(channels, bias=True))
    body.then("gate", gate.layer())
    body.then("scale", Multiply(), body.last, scaled)


def _arrow(out: int, *inputs: TensorSpec) -> str:
    return f"{inputs[0].channels} → {out}" if inputs else f"→ {out}"


class InvertedResidual(Layer):
    """What bottlenecks that widen share: hidden channels by the expansion, and a residual where shapes allow it."""

    expansion: float
    out_channels: int
    kernel_size: Size
    stride: Size
    eps: float
    momentum: float

    is_block = True

    @property
    def downsampling(self) -> int:
        return max(pair(self.stride))

    def hidden_channels(self, x: TensorSpec) -> int:
        """tC, rounded to a whole number of channels, at least 1."""
        return widened(self.expansion, x.channels)

    def summary(self, *inputs: TensorSpec) -> str:
        arrow = _arrow(self.out_channels, *inputs)
        return f"{arrow} · t{self.expansion:.3g} k{brief_size(self.kernel_size)} s{brief_size(self.stride)}"

    def is_residual(self, x: TensorSpec, *windows: tuple[Size, Padding]) -> bool:
        """Whether the input is added: stride 1, the same channels, and the same sides after these windows."""
        if self.stride != 1 or self.out_channels != x.channels:
            return False
        return all(depthwise_of(kernel, 1, padding).slid(x).sides == x.sides for kernel, padding in windows)


@register(
    key="mbconv",
    title="MBConv + SE (V3)",
    glyph="MBC",
    category=Category.BLOCK,
    source="Howard et al. 2019, MobileNetV3, fig. 4; Tan and Le 2019, EfficientNet, sec. 4",
    keywords=("inverted residual", "mobilenet v3", "efficientnet", "squeeze", "excite", "mnasnet"),
)
class MBConv(InvertedResidual):
    """Expand 1×1, filter depthwise k×k, weigh the channels by a squeeze-and-excite, project 1×1, add the input.

    In N×C×H×W, hidden N×tC×H×W, out N×C'×H'×W'. The residual is there where the stride is 1 and C' = C; t = 1 has no
    expansion. MACs H·W·C·tC + H'·W'·tC·(k² + C'), and 2·tC·R of the squeeze-and-excite with R channels inside. Without
    that it is the bottleneck of V2.
    """

    expansion: float = expansion(4.0)
    out_channels: int = out_channels(24, _OF_A_PROJECTION)
    kernel_size: Size = kernel_size(what="depthwise kernel")
    stride: Size = stride(help="Stride of the depthwise; 2 halves height and width.")
    padding: Padding = padding(options=WINDOW_PADDINGS)
    activation: Activation = choice(default=Activation.HARD_SWISH, help="After expansion and depthwise.")
    squeezed_channels: int = integer(
        default=24,
        low=1,
        high=CHANNELS_HIGH,
        help="Channels R between the two 1×1 of the squeeze-and-excite.",
    )
    squeeze_activation: Activation = choice(default=Activation.RELU, help="Between these two 1×1.")
    gate: Activation = choice(
        default=Activation.HARD_SIGMOID,
        options=(Activation.SIGMOID, Activation.HARD_SIGMOID),
        help="What makes a share between 0 and 1 of the last.",
    )
    eps: float = eps()
    momentum: float = momentum()

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        body, norm, hidden = Body(), norm_of(self.eps, self.momentum), self.hidden_channels(x)
        if self.expansion != 1:
            body.convolution("expand", PointwiseConv2d(hidden), norm, self.activation)
        depthwise = depthwise_of(self.kernel_size, self.stride, self.padding)
        body.convolution("depthwise", depthwise, norm, self.activation)
        excite(body, hidden, self.squeezed_channels, self.squeeze_activation, self.gate)
        body.convolution("project", PointwiseConv2d(self.out_channels), norm, Activation.NONE)
        return body.design(self.title, self.is_residual(x, (self.kernel_size, self.padding)))

    def card_title(self) -> str:
        return "MBConv + SE"


@register(
    key="universal_inverted_bottleneck",
    title="Universal inverted",
    glyph="UIB",
    category=Category.BLOCK,
    source="Qin et al. 2024, MobileNetV4, fig. 4",
    keywords=("uib", "inverted residual", "mobilenet v4", "extra depthwise", "convnext", "ffn"),
)
class UniversalInvertedBottleneck(InvertedResidual):
    """An inverted bottleneck with a depthwise before the expansion, one after it, both, or none; adds the input.

    In N×C×H×W, hidden N×tC×H×W, out N×C'×H'×W'. Only after: MobileNetV2's; only before: as ConvNeXt's; both: extra
    depthwise; none: a feed-forward network. The stride is that of the depthwise after, else of the one before, else of
    the expansion. The residual is there where the stride is 1 and C' = C.
    """

    expansion: float = expansion(4.0)
    out_channels: int = out_channels(64, _OF_A_PROJECTION)
    start_depthwise: bool = flag(default=True, help="A depthwise before the expansion, without activation.")
    start_kernel_size: Size = kernel_size(what="depthwise before the expansion")
    middle_depthwise: bool = flag(default=True, help="A depthwise after the expansion.")
    kernel_size: Size = kernel_size(what="depthwise after the expansion")
    stride: Size = stride(help="Stride of the last depthwise; 2 halves height and width.")
    padding: Padding = padding(options=WINDOW_PADDINGS)
    activation: Activation = choice(default=Activation.RELU, help="After the expansion and the depthwise behind it.")
    eps: float = eps()
    momentum: float = momentum()

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        body, norm = Body(), norm_of(self.eps, self.momentum)
        windows = []
        if self.start_depthwise:
            step = 1 if self.middle_depthwise else self.stride
            start = depthwise_of(self.start_kernel_size, step, self.padding)
            body.convolution("start", start, norm, Activation.NONE)
            windows.append((self.start_kernel_size, self.padding))
        step = 1 if self.start_depthwise or self.middle_depthwise else self.stride
        body.convolution("expand", PointwiseConv2d(self.hidden_channels(x), step), norm, self.activation)
        if self.middle_depthwise:
            middle = depthwise_of(self.kernel_size, self.stride, self.padding)
            body.convolution("depthwise", middle, norm, self.activation)
            windows.append((self.kernel_size, self.padding))
        body.convolution("project", PointwiseConv2d(self.out_channels), norm, Activation.NONE)
        return body.design(self.title, self.is_residual(x, *windows))

    def card_title(self) -> str:
        return "UIB"

    def summary(self, *inputs: TensorSpec) -> str:
        kernels = [brief_size(self.start_kernel_size) if self.start_depthwise else "–"]
        kernels.append(brief_size(self.kernel_size) if self.middle_depthwise else "–")
        arrow = _arrow(self.out_channels, *inputs)
        return f"{arrow} · t{self.expansion:.3g} k{'+'.join(kernels)} s{brief_size(self.stride)}"


@register(
    key="fused_mbconv",
    title="Fused MBConv",
    glyph="FMB",
    category=Category.BLOCK,
    source="Tan and Le 2021, EfficientNetV2, fig. 2",
    keywords=("inverted residual", "edge residual", "efficientnet v2", "mobilenet v4", "fused ib"),
)
class FusedMBConv(InvertedResidual):
    """Expand and filter in one standard k×k convolution, project 1×1, add the input.

    In N×C×H×W, hidden N×tC×H'×W', out N×C'×H'×W'. The residual is there where the stride is 1 and C' = C. MACs
    H'·W'·tC·(k²·C + C').
    """

    expansion: float = expansion(4.0)
    out_channels: int = out_channels(48, _OF_A_PROJECTION)
    kernel_size: Size = kernel_size()
    stride: Size = stride()
    padding: Padding = padding(options=WINDOW_PADDINGS)
    activation: Activation = choice(default=Activation.SILU, help="After the k×k; never after the projection.")
    eps: float = eps()
    momentum: float = momentum()

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        body, norm = Body(), norm_of(self.eps, self.momentum)
        wide = Conv2d(self.hidden_channels(x), self.kernel_size, self.stride, self.padding)
        body.convolution("expand", wide, norm, self.activation)
        body.convolution("project", PointwiseConv2d(self.out_channels), norm, Activation.NONE)
        return body.design(self.title, self.is_residual(x, (self.kernel_size, self.padding)))

    def card_title(self) -> str:
        return "Fused MBConv"
