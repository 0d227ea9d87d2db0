"""From operations back to layers: which layer of the catalogue computes a step, for who brings a network in.

Several layers lower to one operation; the plainest name stands for it. A convolution of one tap without padding is a
pointwise, one that filters each channel by itself a depthwise, equal parts a chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from designer.graph import operations as op
from designer.graph.layer import Layer
from designer.graph.lowered import Lowered
from designer.graph.operations import Operation, Reader, Step
from designer.graph.tensor import TensorSpec
from designer.graph.window import Padding, Size, short
from designer.layers.activation import (
    ELU,
    GELU,
    HardSigmoid,
    HardSwish,
    HardTanh,
    LeakyReLU,
    Linear,
    Mish,
    Over,
    PReLU,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Tanh,
)
from designer.layers.convolution import Conv2d, DepthwiseConv2d, GroupedConv2d, PointwiseConv2d, TransposedConv2d
from designer.layers.dense import Dropout, DropPath, Flatten, FullyConnected
from designer.layers.merge import Add, Concatenate, Divide, MatrixProduct, Multiply, Subtract
from designer.layers.normalization import (
    BatchNorm,
    GlobalResponseNorm,
    GroupNorm,
    LayerNorm,
    LayerScale,
    LocalResponseNorm,
)
from designer.layers.opaque import Opaque
from designer.layers.pooling import AdaptiveAveragePool, AveragePool, GlobalAveragePool, GlobalMaxPool, MaxPool
from designer.layers.shaping import (
    ChannelShuffle,
    Chunk,
    Mean,
    Pad,
    Permute,
    PixelShuffle,
    Reshape,
    Resize,
    ScalarAdd,
    ScalarMultiply,
    Slice,
    Split,
    Squeeze,
    ToMap,
    ToSequence,
)

Raising = Callable[[Any, tuple[TensorSpec, ...]], Layer | None]
"""From an operation and the shapes it takes, to the layer; None where none of the catalogue's is just that."""

LAYERS: Reader[Raising] = Reader("the catalogue's layers", "raising")
"""What layer computes each operation."""


def raise_(lowered: Lowered, inputs: Sequence[TensorSpec]) -> Layer | None:
    """The layer whose lowering this is, or None where the catalogue has none.

    Args:
        lowered: The steps of one layer.
        inputs: The shapes it takes, one a port.
    """
    steps = lowered.steps
    if len({step.operation for step in steps}) == 1 and (len(steps) > 1 or isinstance(steps[0].operation, op.Add)):
        return Add(len(inputs)) if isinstance(steps[0].operation, op.Add) else None
    if len(steps) == 1:
        return raise_operation(steps[0].operation, inputs)
    return _raise_pair(steps, inputs[0])


def raise_operation(operation: Operation, inputs: Sequence[TensorSpec]) -> Layer | None:
    """The layer that computes one operation, or None where the catalogue has none."""
    raising = LAYERS.find(operation)
    return raising(operation, tuple(inputs)) if raising is not None else None


def _raise_pair(steps: tuple[Step, ...], x: TensorSpec) -> Layer | None:
    """A map as a sequence, and back: each is a reshape and a permute."""
    turn = op.Permute((0, 2, 1))
    match [step.operation for step in steps]:
        case [op.Reshape(sides=(channels, _)), turned] if turned == turn and x.is_map and channels == x.channels:
            return ToSequence()
        case [op.Permute(order=(0, 2, 3, 1)), op.Reshape(sides=(_, channels))] if x.is_map and channels == x.channels:
            return ToSequence()
        case [op.Reshape(sides=(height, _, channels)), op.Permute(order=(0, 3, 1, 2))] if _is_sequence(x, channels):
            return ToMap(height)
        case [turned, op.Reshape(sides=(channels, height, _))] if turned == turn and channels == x.channels:
            return ToMap(height)
    return None


def _is_sequence(x: TensorSpec, channels: int) -> bool:
    return len(x.shape) == 3 and x.has_channels_last and x.channels == channels


@LAYERS.answers(op.Convolution)
def _convolution(each: op.Convolution, inputs: tuple[TensorSpec, ...]) -> Layer:
    kernel, stride, dilation = short(each.kernel), short(each.stride), short(each.dilation)
    is_one_tap = each.kernel == each.dilation == (1, 1) and each.padding is Padding.NONE
    if is_one_tap and each.groups == 1:
        return PointwiseConv2d(each.out_channels, stride, each.bias)
    explicit = each.pads if each.padding is Padding.EXPLICIT else (1, 1, 1, 1)
    window: tuple[Size, Size, Padding, Any, Size] = (kernel, stride, each.padding, explicit, dilation)
    if each.is_depthwise:
        return DepthwiseConv2d(*window, each.out_channels // each.in_channels, each.bias)
    if each.groups > 1:
        return GroupedConv2d(each.out_channels, kernel, each.groups, *window[1:], each.bias)
    return Conv2d(each.out_channels, *window, each.bias)


@LAYERS.answers(op.TransposedConvolution)
def _transposed(each: op.TransposedConvolution, inputs: tuple[TensorSpec, ...]) -> Layer | None:
    top, bottom, left, right = each.pads
    if top != bottom or left != right:
        return None
    return TransposedConv2d(
        each.out_channels,
        short(each.kernel),
        short(each.stride),
        short((top, left)),
        short(each.output_padding),
        short(each.dilation),
        each.groups,
        each.bias,
    )


@LAYERS.answers(op.MaxPool)
def _max_pool(each: op.MaxPool, inputs: tuple[TensorSpec, ...]) -> Layer | None:
    if each.dilation != (1, 1):
        return None
    explicit = each.pads if each.padding is Padding.EXPLICIT else (0, 0, 0, 0)
    return MaxPool(short(each.kernel), short(each.stride), each.padding, explicit, each.ceil_mode)


@LAYERS.answers(op.AveragePool)
def _average_pool(each: op.AveragePool, inputs: tuple[TensorSpec, ...]) -> Layer | None:
    if each.padding not in (Padding.NONE, Padding.SYMMETRIC):
        return None
    return AveragePool(short(each.kernel), short(each.stride), each.padding, each.ceil_mode)


@LAYERS.answers(op.PRelu)
def _prelu(each: op.PRelu, inputs: tuple[TensorSpec, ...]) -> Layer:
    return PReLU(each.slopes == inputs[0].channels)


@LAYERS.answers(op.Softmax)
def _softmax(each: op.Softmax, inputs: tuple[TensorSpec, ...]) -> Layer | None:
    if each.axis == -1:
        return Softmax(Over.LAST)
    return Softmax(Over.CHANNELS) if each.axis == inputs[0].channel_axis else None


@LAYERS.answers(op.LayerNorm)
def _layer_norm(each: op.LayerNorm, inputs: tuple[TensorSpec, ...]) -> Layer | None:
    is_last = inputs[0].has_channels_last
    return LayerNorm(each.eps) if (each.axis == -1) == is_last else None


@LAYERS.answers(op.LayerScale)
def _layer_scale(each: op.LayerScale, inputs: tuple[TensorSpec, ...]) -> Layer | None:
    return LayerScale(each.start) if each.axis == inputs[0].channel_axis else None


@LAYERS.answers(op.Resize)
def _resize(each: op.Resize, inputs: tuple[TensorSpec, ...]) -> Layer | None:
    down, across = each.scale
    return Resize(down, each.mode) if down == across else None


@LAYERS.answers(op.Reshape)
def _reshape(each: op.Reshape, inputs: tuple[TensorSpec, ...]) -> Layer | None:
    if each.channel_axis not in (1, len(each.sides)):
        return None
    return Reshape(each.sides, channels_last=each.channel_axis == len(each.sides) > 1)


@LAYERS.answers(op.Split)
def _split(each: op.Split, inputs: tuple[TensorSpec, ...]) -> Layer | None:
    if each.axis != inputs[0].channel_axis:
        return None
    return Chunk(len(each.sizes)) if len(set(each.sizes)) == 1 < len(each.sizes) else Split(each.sizes)


@LAYERS.answers(op.Concatenate)
def _concatenate(each: op.Concatenate, inputs: tuple[TensorSpec, ...]) -> Layer | None:
    return Concatenate(len(inputs)) if each.axis == inputs[0].channel_axis else None


@LAYERS.answers(op.Add)
def _add(each: op.Add, inputs: tuple[TensorSpec, ...]) -> Layer:
    return Add(len(inputs))


@LAYERS.answers(op.Opaque)
def _opaque(each: op.Opaque, inputs: tuple[TensorSpec, ...]) -> Layer:
    return Opaque(each.operator, each.format, each.takes, each.gives, each.kept, each.content)


def _plain(cls: Callable[..., Layer], *names: str) -> Raising:
    """A layer that takes the operation's fields of these names, in this order."""
    return lambda each, _inputs: cls(*(getattr(each, name) for name in names))


_PLAIN: dict[type[Operation], Raising] = {
    op.Relu: _plain(ReLU),
    op.Relu6: _plain(ReLU6),
    op.LeakyRelu: _plain(LeakyReLU, "negative_slope"),
    op.Elu: _plain(ELU, "alpha"),
    op.HardSwish: _plain(HardSwish),
    op.HardSigmoid: _plain(HardSigmoid),
    op.HardTanh: _plain(HardTanh, "low", "high"),
    op.Silu: _plain(SiLU),
    op.Gelu: _plain(GELU, "by_tanh"),
    op.Mish: _plain(Mish),
    op.Sigmoid: _plain(Sigmoid),
    op.Tanh: _plain(Tanh),
    op.Identity: _plain(Linear),
    op.Dropout: _plain(Dropout, "p"),
    op.DropPath: _plain(DropPath, "p"),
    op.ScalarMultiply: _plain(ScalarMultiply, "factor"),
    op.ScalarAdd: _plain(ScalarAdd, "addend"),
    op.BatchNorm: _plain(BatchNorm, "eps", "momentum"),
    op.GroupNorm: _plain(GroupNorm, "groups", "eps"),
    op.LocalResponseNorm: _plain(LocalResponseNorm, "size", "alpha", "beta", "k"),
    op.GlobalResponseNorm: _plain(GlobalResponseNorm, "eps"),
    op.GlobalAveragePool: _plain(GlobalAveragePool),
    op.GlobalMaxPool: _plain(GlobalMaxPool),
    op.AdaptiveAveragePool: lambda each, _: AdaptiveAveragePool(short(each.size)),
    op.PixelShuffle: _plain(PixelShuffle, "factor"),
    op.Pad: _plain(Pad, "pads", "mode", "value"),
    op.Flatten: _plain(Flatten),
    op.Permute: _plain(Permute, "order"),
    op.Squeeze: _plain(Squeeze, "axes"),
    op.Slice: _plain(Slice, "axis", "start", "stop", "step"),
    op.ChannelShuffle: _plain(ChannelShuffle, "groups"),
    op.Mean: _plain(Mean, "axes", "keep"),
    op.Linear: _plain(FullyConnected, "out_features", "bias"),
    op.MatrixProduct: _plain(MatrixProduct, "transposed"),
    op.Subtract: _plain(Subtract),
    op.Multiply: _plain(Multiply),
    op.Divide: _plain(Divide),
}
for _type, _raising in _PLAIN.items():
    LAYERS.set(_type, _raising)
