"""The units of ShuffleNet V1 and V2, whose channels are dealt out among groups or halves."""

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
from designer.layers.convolution import GroupedConv2d, PointwiseConv2d
from designer.layers.lowering import kernel_size, require_divisible, stride
from designer.layers.merge import Add, Concatenate
from designer.layers.pooling import AveragePool
from designer.layers.registry import register
from designer.layers.shaping import ChannelShuffle, Chunk, Pad


class _ShuffleUnit(Layer):
    """What the two share: one form where the shape stays, another where the map shrinks or the channels change."""

    out_channels: int
    kernel_size: Size
    stride: Size

    is_block = True

    @property
    def downsampling(self) -> int:
        return max(pair(self.stride))

    def _keeps_shape(self, x: TensorSpec) -> bool:
        """Whether what comes in can be used as it is beside what is worked out."""
        return self.stride == 1 and self.out_channels == x.channels

    def summary(self, *inputs: TensorSpec) -> str:
        arrow = f"{inputs[0].channels} → {self.out_channels}" if inputs else f"→ {self.out_channels}"
        return f"{arrow} · s{brief_size(self.stride)}"


@register(
    key="shuffle_unit_v1",
    title="Shuffle unit (V1)",
    glyph="SH1",
    category=Category.BLOCK,
    source="Zhang et al. 2018, ShuffleNet, fig. 2b and 2c",
    keywords=("shufflenet", "channel shuffle", "group convolution", "grouped pointwise"),
)
class ShuffleUnitV1(_ShuffleUnit):
    """Reduce by a grouped 1×1, shuffle the channels, filter depthwise k×k, widen by a grouped 1×1, beside the input.

    In N×C×H×W, hidden N×C'/4×H×W, out N×C'×H'×W', the groups g dividing C, C'/4 and C'. Where the stride is 1 and C' is
    C, the input is added; else its mean over k×k, zeros around it counted, is joined, and the widening gives C' − C
    channels. Behind either stands the activation. MACs at stride 1 H·W·(C'·(C + C')/(4·g) + k²·C'/4).
    """

    out_channels: int = out_channels(240, "; a multiple of 4·g")
    groups: int = integer(default=3, low=1, high=CHANNELS_HIGH, help="Groups g of both 1×1.")
    grouped_reduction: bool = flag(
        default=True, help="The first 1×1 is grouped too; not so where few channels come in, as behind the stem."
    )
    kernel_size: Size = kernel_size(what="depthwise kernel and the mean beside it")
    stride: Size = stride(help="Stride of the depthwise and the mean; 2 halves height and width.")
    activation: Activation = choice(default=Activation.RELU, help="After the reduction, and behind the two branches.")
    eps: float = eps()
    momentum: float = momentum()

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        require_divisible("output", self.out_channels, 4)
        keeps = self._keeps_shape(x)
        body, norm, hidden = Body(), norm_of(self.eps, self.momentum), self.out_channels // 4
        reduction = _pointwise(hidden, self.groups if self.grouped_reduction else 1)
        body.convolution("reduce", reduction, norm, self.activation)
        body.then("shuffle", ChannelShuffle(self.groups) if self.groups > 1 else None)
        depthwise = depthwise_of(self.kernel_size, self.stride, Padding.SYMMETRIC)
        body.convolution("depthwise", depthwise, norm, Activation.NONE)
        widening = _pointwise(self.out_channels if keeps else max(1, self.out_channels - x.channels), self.groups)
        main = body.convolution("widen", widening, norm, Activation.NONE)
        if keeps:
            body.then("add", Add(), ENTRANCE, main)
        else:
            body.then("join", Concatenate(), self._mean(body), main)
        body.then("act", self.activation.layer())
        return body.design(self.title)

    def _mean(self, body: Body) -> str:
        """The part that is the mean of the input, of which zeros around it are counted as in the authors' release."""
        rows, columns = (side // 2 for side in pair(self.kernel_size))
        around = Pad((rows, rows, columns, columns)) if rows or columns else None
        padded = body.then("around", around, ENTRANCE)
        return body.then("mean", AveragePool(self.kernel_size, self.stride), padded)

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{super().summary(*inputs)} g{self.groups}"


@register(
    key="shuffle_unit_v2",
    title="Shuffle unit (V2)",
    glyph="SH2",
    category=Category.BLOCK,
    source="Ma et al. 2018, ShuffleNet V2, fig. 3c and 3d",
    keywords=("shufflenet", "channel shuffle", "split", "chunk"),
)
class ShuffleUnitV2(_ShuffleUnit):
    """Half of the channels pass, half go through 1×1, depthwise k×k and 1×1; joined, and shuffled in two groups.

    In N×C×H×W, out N×C'×H'×W', C' even. Where the stride is not 1 or C' is not C, nothing is split: both branches read
    all channels, and the other one is a depthwise and a 1×1. MACs where the shape stays H·W·(C²/2 + k²·C/2).
    """

    out_channels: int = out_channels(116, "; even")
    kernel_size: Size = kernel_size(what="depthwise kernels")
    stride: Size = stride(help="Stride of the depthwise in both branches; 2 halves height and width.")
    activation: Activation = choice(default=Activation.RELU, help="After each 1×1; never after a depthwise.")
    eps: float = eps()
    momentum: float = momentum()

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        require_divisible("output", self.out_channels, 2)
        body, norm = Body(), norm_of(self.eps, self.momentum)
        narrow, depthwise = (
            PointwiseConv2d(self.out_channels // 2),
            depthwise_of(self.kernel_size, self.stride, Padding.SYMMETRIC),
        )
        if self._keeps_shape(x):
            body.then("halves", Chunk(2))
            left, right = "halves.a", "halves.b"
        else:
            body.convolution("left_depthwise", depthwise, norm, Activation.NONE)
            left, right = body.convolution("left", narrow, norm, self.activation), ENTRANCE
        body.convolution("first", narrow, norm, self.activation, right)
        body.convolution("depthwise", depthwise, norm, Activation.NONE)
        last = body.convolution("last", narrow, norm, self.activation)
        body.then("join", Concatenate(), left, last)
        body.then("shuffle", ChannelShuffle(2))
        return body.design(self.title)


def _pointwise(channels: int, groups: int) -> Layer:
    """A 1×1 in so many groups; of one group it is the pointwise."""
    return PointwiseConv2d(channels) if groups == 1 else GroupedConv2d(channels, 1, groups)
