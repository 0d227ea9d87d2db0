"""What each operation is in Keras 3, channels last: the layer or operation, with its arguments.

Source of what Keras' layers mean: the Keras 3 API reference, https://keras.io/api/. Knows no Keras: calls are data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import accumulate
from typing import Any

from designer.analysis.analysis import Analysis
from designer.analysis.torch_calls import Call
from designer.errors import ExportError
from designer.graph import operations as op
from designer.graph.design import NodeId
from designer.graph.operations import Operation, Reader
from designer.graph.tensor import TensorSpec
from designer.graph.window import Padding, Quad, short

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "layers.Conv2D": {"strides": 1, "padding": "valid", "dilation_rate": 1, "groups": 1, "use_bias": True},
    "layers.DepthwiseConv2D": {
        "strides": 1,
        "padding": "valid",
        "depth_multiplier": 1,
        "dilation_rate": 1,
        "use_bias": True,
    },
    "layers.MaxPooling2D": {"padding": "valid"},
    "layers.AveragePooling2D": {"padding": "valid"},
    "layers.Dense": {"use_bias": True},
    "layers.BatchNormalization": {"momentum": 0.99, "epsilon": 0.001},
    "layers.LayerNormalization": {"epsilon": 0.001},
    "layers.GroupNormalization": {"epsilon": 0.001},
    "layers.Conv2DTranspose": {"strides": 1, "use_bias": True},
    "layers.ELU": {"alpha": 1.0},
    "layers.Concatenate": {"axis": -1},
    "layers.UpSampling2D": {"interpolation": "nearest"},
}
"""Keras' own, by layer; they are left out of printed text."""

BY_PLACE = (
    *("filters", "kernel_size", "units", "activation", "max_value", "rate", "pool_size", "zero_padding", "dims"),
    *("target_shape", "cropping"),
)
"""Arguments that stand first and are written without their names."""

Translator = Callable[[Any, tuple[str, ...], TensorSpec], tuple[Call, ...]]
"""From an operation, the names of what it takes, and its first input's shape, to calls; the last gives ``y``."""

KERAS: Reader[Translator] = Reader("Keras", "keras")
"""What each operation is in Keras."""


def keras_calls(analysis: Analysis, id: NodeId) -> tuple[Call, ...]:
    """Keras calls of a part that is no block, the last giving ``y``.

    Raises:
        ExportError: Keras has nothing for it; the text names the node.
    """
    report, layer = analysis.node(id), analysis.design.nodes[id].layer
    if report.inner is not None or not report.known_inputs:
        return ()
    lowered = layer.lowered(*report.known_inputs)
    try:
        if len({step.operation for step in lowered.steps}) == 1:
            # A sum of several tensors is one layer in Keras: the operation, on all that the steps read from outside.
            made = {name for step in lowered.steps for name in step.results}
            read = tuple(name for step in lowered.steps for name in step.inputs if name not in made)
            return _translated(lowered.steps[-1].operation, read, report.known_inputs[0], lowered.steps[-1].results)
        return tuple(
            call
            for step in lowered.steps
            for call in _translated(step.operation, step.inputs, lowered.specs[step.inputs[0]], step.results)
        )
    except ExportError as error:
        raise ExportError(f"{id}: {error}") from error


def _translated(
    operation: Operation, inputs: tuple[str, ...], x: TensorSpec, results: tuple[str, ...]
) -> tuple[Call, ...]:
    """The calls of one operation, the last giving what it makes, under names that no other operation's calls have."""
    translator = KERAS.find(operation)
    if translator is None:
        raise ExportError(KERAS.refusal(operation))
    *before, last = translator(operation, inputs, x)
    if results == ("y",):
        return (*before, last)
    names = {call.result: f"{results[0]}_{call.result}" for call in before}
    renamed = [
        replace(
            call, inputs=tuple(names.get(name, name) for name in call.inputs), results=(names.get(call.result, ""),)
        )
        for call in (*before, last)
    ]
    return (*renamed[:-1], replace(renamed[-1], results=results))


def _call(target: str, *inputs: str, result: str = "y", **arguments: Any) -> Call:
    return Call(target, tuple(arguments.items()), inputs or ("x",), (result,))


def _padding(operation: op.Convolution | op.MaxPool | op.AveragePool) -> tuple[str, Quad | None]:
    """Keras' word for a window's padding, and what is padded before it."""
    if operation.padding is Padding.SAME:
        return "same", None
    return "valid", operation.pads if any(operation.pads) else None


def _pool_padding(operation: op.MaxPool | op.AveragePool, x: TensorSpec) -> tuple[str, Quad | None]:
    """The same of a pool, which may end beyond the padded map."""
    pads = operation.full_pads(x)
    return _padding(operation) if pads == operation.pads else ("valid", pads)


def _padded(pads: Quad) -> Call:
    top, bottom, left, right = pads
    both = top if len(set(pads)) == 1 else ((top, bottom), (left, right))
    return _call("layers.ZeroPadding2D", result="padded", zero_padding=both)


@KERAS.answers(op.Convolution)
def _convolution(operation: op.Convolution, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    word, before = _padding(operation)
    if max(operation.stride) > 1 and max(operation.dilation) > 1:
        raise ExportError("Keras has no convolution with both a stride and a dilation; one of them as 1 can be written")
    shared: dict[str, Any] = {
        "strides": short(operation.stride),
        "padding": word,
        "dilation_rate": short(operation.dilation),
        "use_bias": operation.bias,
    }
    sources = inputs if before is None else ("padded",)
    kernel_size = short(operation.kernel)
    if operation.is_depthwise:
        multiplier = operation.out_channels // operation.groups
        made = _call("layers.DepthwiseConv2D", *sources, kernel_size=kernel_size, depth_multiplier=multiplier, **shared)
    else:
        made = _call(
            "layers.Conv2D",
            *sources,
            filters=operation.out_channels,
            kernel_size=kernel_size,
            groups=operation.groups,
            **shared,
        )
    return (made,) if before is None else (_padded(before), made)


@KERAS.answers(op.MaxPool)
def _max_pool(operation: op.MaxPool, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    if operation.dilation != (1, 1):
        raise ExportError("Keras has no max pool with a dilation; dilation 1 can be written")
    word, before = _pool_padding(operation, x)
    sources = inputs if before is None else ("padded",)
    made = _pool("layers.MaxPooling2D", operation, sources, word)
    if before is None:
        return (made,)
    top, bottom, left, right = before
    width = ((0, 0), (top, bottom), (left, right), (0, 0))
    return (_call("ops.pad", *inputs, result="padded", pad_width=width, constant_values=float("-inf")), made)


@KERAS.answers(op.AveragePool)
def _average_pool(operation: op.AveragePool, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    word, before = _pool_padding(operation, x)
    if before is not None:
        # Keras leaves what it pads out of the mean as we do, but pads by TensorFlow's rule alone.
        if before != operation.pads or not operation.is_same(x):
            raise ExportError(
                "Keras has no average pool with this padding; padding 'none', or stride 1, can be written"
            )
        word = "same"
    return (_pool("layers.AveragePooling2D", operation, inputs, word),)


def _pool(target: str, operation: op.MaxPool | op.AveragePool, inputs: tuple[str, ...], word: str) -> Call:
    return _call(target, *inputs, pool_size=short(operation.kernel), strides=short(operation.stride), padding=word)


@KERAS.answers(op.BatchNorm)
def _batch_norm(operation: op.BatchNorm, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    # PyTorch's momentum is the share of the new batch, Keras' that of the old average.
    momentum = round(1 - operation.momentum, 12)
    return (_call("layers.BatchNormalization", *inputs, momentum=momentum, epsilon=operation.eps),)


@KERAS.answers(op.Flatten)
def _flatten(operation: op.Flatten, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    if not x.is_map or x.height == x.width == 1 or x.channels == 1:
        return (_call("layers.Flatten", *inputs),)
    # PyTorch lays out channel by channel; a dense layer behind has its weights in that order.
    return (_call("layers.Permute", *inputs, result="planes", dims=(3, 1, 2)), _call("layers.Flatten", "planes"))


@KERAS.answers(op.Linear)
def _dense(operation: op.Linear, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    return (_call("layers.Dense", *inputs, units=operation.out_features, use_bias=operation.bias),)


@KERAS.answers(op.LeakyRelu)
def _leaky_relu(operation: op.LeakyRelu, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    return (_call("layers.LeakyReLU", *inputs, negative_slope=operation.negative_slope),)


@KERAS.answers(op.Dropout)
def _dropout(operation: op.Dropout, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    return (_call("layers.Dropout", *inputs, rate=operation.p),)


# Keras counts dimensions without the batch where it permutes, from one; maps have their channels last.

_MAP_ORDER = (0, 2, 3, 1)


def _order(spec: TensorSpec) -> tuple[int, ...]:
    """For each dimension in Keras, which of the tensor's it is."""
    return _MAP_ORDER if spec.is_map else tuple(range(len(spec.shape)))


def _axis(spec: TensorSpec, axis: int) -> int:
    """Where a dimension of the tensor stands in Keras."""
    return _order(spec).index(axis % len(spec.shape))


def _sides(spec: TensorSpec) -> tuple[int, ...]:
    """The dimensions behind the batch, as Keras has them."""
    return tuple(spec.shape[axis] for axis in _order(spec)[1:])


_TO_PLANES, _FROM_PLANES = (3, 1, 2), (2, 3, 1)


@KERAS.answers(op.Reshape, op.Squeeze)
def _reshape(operation: op.Reshape | op.Squeeze, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    y = operation.output(x)
    calls: list[Call] = []
    if x.is_map:
        calls.append(_call("layers.Permute", *inputs, result="planes", dims=_TO_PLANES))
        inputs = ("planes",)
    laid = "laid" if y.is_map else "y"
    calls.append(_call("layers.Reshape", *inputs, result=laid, target_shape=y.shape[1:]))
    if y.is_map:
        calls.append(_call("layers.Permute", laid, dims=_FROM_PLANES))
    return tuple(calls)


@KERAS.answers(op.Permute)
def _permute(operation: op.Permute, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    before, after = _order(x), _order(operation.output(x))
    dims = tuple(before.index(operation.order[axis]) for axis in after[1:])
    if list(dims) == sorted(dims):
        return (_call("layers.Identity", *inputs),)
    return (_call("layers.Permute", *inputs, dims=dims),)


@KERAS.answers(op.Concatenate)
def _concatenate(operation: op.Concatenate, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    axis = _axis(x, operation.axis)
    return (_call("layers.Concatenate", *inputs, axis=-1 if axis == len(x.shape) - 1 else axis),)


@KERAS.answers(op.Split)
def _split(operation: op.Split, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    if len(operation.sizes) == 1:
        return (_call("layers.Identity", *inputs),)
    ends = tuple(accumulate(operation.sizes[:-1]))
    return (_call("ops.split", *inputs, indices_or_sections=ends, axis=_axis(x, operation.axis)),)


@KERAS.answers(op.Slice)
def _slice(operation: op.Slice, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    kept = tuple(range(operation.start, operation.stop, operation.step))
    return (_call("ops.take", *inputs, indices=kept, axis=_axis(x, operation.axis)),)


@KERAS.answers(op.ChannelShuffle)
def _channel_shuffle(operation: op.ChannelShuffle, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    height, width, channels = _sides(x)
    apart = (height, width, operation.groups, channels // operation.groups)
    return (
        _call("layers.Reshape", *inputs, result="apart", target_shape=apart),
        _call("layers.Permute", "apart", result="dealt", dims=(1, 2, 4, 3)),
        _call("layers.Reshape", "dealt", target_shape=_sides(x)),
    )


@KERAS.answers(op.PixelShuffle)
def _pixel_shuffle(operation: op.PixelShuffle, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    y = operation.output(x)
    apart = (x.height, x.width, y.channels, operation.factor, operation.factor)
    return (
        _call("layers.Reshape", *inputs, result="apart", target_shape=apart),
        _call("layers.Permute", "apart", result="placed", dims=(1, 4, 2, 5, 3)),
        _call("layers.Reshape", "placed", target_shape=_sides(y)),
    )


@KERAS.answers(op.Mean)
def _mean(operation: op.Mean, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    if operation.keep or not x.is_map:
        axes = tuple(sorted(_axis(x, axis) for axis in operation.axes))
        return (_call("ops.mean", *inputs, axis=axes, keepdims=operation.keep),)
    planes = _call("layers.Permute", *inputs, result="planes", dims=_TO_PLANES)
    return (planes, _call("ops.mean", "planes", axis=operation.axes, keepdims=False))


@KERAS.answers(op.MatrixProduct)
def _matrix_product(operation: op.MatrixProduct, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    if x.is_map:
        raise ExportError("Keras has no product of maps with channels first; a sequence of positions can be written")
    if not operation.transposed:
        return (_call("ops.matmul", *inputs),)
    rank = len(x.shape)
    turned = _call("layers.Permute", inputs[1], result="turned", dims=(*range(1, rank - 2), rank - 1, rank - 2))
    return (turned, _call("ops.matmul", inputs[0], "turned"))


@KERAS.answers(op.Softmax)
def _softmax(operation: op.Softmax, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    return (_call("layers.Softmax", *inputs, axis=_axis(x, operation.axis)),)


@KERAS.answers(op.LayerNorm)
def _layer_norm(operation: op.LayerNorm, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    return (_call("layers.LayerNormalization", *inputs, epsilon=operation.eps),)


@KERAS.answers(op.GroupNorm)
def _group_norm(operation: op.GroupNorm, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    return (_call("layers.GroupNormalization", *inputs, groups=operation.groups, epsilon=operation.eps),)


@KERAS.answers(op.AdaptiveAveragePool)
def _adaptive_pool(operation: op.AdaptiveAveragePool, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    rows, columns = operation.size
    if x.height % rows or x.width % columns:
        raise ExportError("Keras has no average over parts of unequal size; a size that divides the map can be written")
    kernel = (x.height // rows, x.width // columns)
    return (_pool("layers.AveragePooling2D", op.AveragePool(kernel=kernel, stride=kernel), inputs, "valid"),)


@KERAS.answers(op.Resize)
def _resize(operation: op.Resize, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    down, across = operation.scale
    if down != int(down) or across != int(across):
        raise ExportError("Keras has no resizing by a part of a position; a whole number of times can be written")
    size = short((int(down), int(across)))
    return (_call("layers.UpSampling2D", *inputs, size=size, interpolation=operation.mode.value),)


@KERAS.answers(op.Pad)
def _pad(operation: op.Pad, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    if operation.mode is op.PadMode.REPLICATE:
        raise ExportError("Keras has no padding by the edge; a number, or mirrored, can be written")
    top, bottom, left, right = operation.pads
    sides = ((0, 0), (0, 0), (top, bottom), (left, right))
    width = tuple(sides[axis] for axis in _order(x))
    if operation.mode is op.PadMode.REFLECT:
        return (_call("ops.pad", *inputs, pad_width=width, mode="reflect"),)
    return (_call("ops.pad", *inputs, pad_width=width, constant_values=operation.value),)


@KERAS.answers(op.TransposedConvolution)
def _transposed(operation: op.TransposedConvolution, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    """The whole result, of which the padding is cut off."""
    pairs = zip(operation.kernel, operation.stride, strict=True)
    if operation.groups != 1 or operation.dilation != (1, 1) or any(taps < step for taps, step in pairs):
        raise ExportError(
            "Keras has no transposed convolution with groups, dilation, or a stride beyond its kernel; without them it "
            "can be written"
        )
    top, bottom, left, right = operation.pads
    cut = ((top, bottom - operation.output_padding[0]), (left, right - operation.output_padding[1]))
    if min(min(each) for each in cut) < 0:
        raise ExportError("Keras has no output padding beyond what is cut off; 0 can be written")
    is_cut = any(any(each) for each in cut)
    made = _call(
        CUT_AFTERWARDS,
        *inputs,
        result="whole" if is_cut else "y",
        filters=operation.out_channels,
        kernel_size=short(operation.kernel),
        strides=short(operation.stride),
        use_bias=operation.bias,
    )
    return (made, _call("layers.Cropping2D", "whole", cropping=cut)) if is_cut else (made,)


@KERAS.answers(op.PRelu)
def _prelu(operation: op.PRelu, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    if not (x.is_map or x.has_channels_last):
        raise ExportError("Keras has no slopes for channels that stand in the middle; a map or a vector can be written")
    shared = tuple(range(1, len(x.shape) - (operation.slopes > 1)))
    return (_call("layers.PReLU", *inputs, shared_axes=shared) if shared else _call("layers.PReLU", *inputs),)


@KERAS.answers(op.Elu)
def _elu(operation: op.Elu, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    return (_call("layers.ELU", *inputs, alpha=operation.alpha),)


@KERAS.answers(op.HardTanh)
def _hard_tanh(operation: op.HardTanh, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    return (_call("ops.clip", *inputs, x_min=operation.low, x_max=operation.high),)


@KERAS.answers(op.Gelu)
def _gelu(operation: op.Gelu, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    if operation.by_tanh:
        return (_call("ops.gelu", *inputs, approximate=True),)
    return (_call("layers.Activation", *inputs, activation="gelu"),)


@KERAS.answers(op.DropPath)
def _drop_path(operation: op.DropPath, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    whole = (None, *[1] * (len(x.shape) - 1))
    return (_call("layers.Dropout", *inputs, rate=operation.p, noise_shape=whole),)


@KERAS.answers(op.ScalarMultiply)
def _scalar_multiply(operation: op.ScalarMultiply, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    return (_call("ops.multiply", *inputs, x2=operation.factor),)


@KERAS.answers(op.ScalarAdd)
def _scalar_add(operation: op.ScalarAdd, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    return (_call("ops.add", *inputs, x2=operation.addend),)


for _lacking in (op.LayerScale, op.LocalResponseNorm, op.GlobalResponseNorm):
    KERAS.refuse(_lacking, f"Keras has no {_lacking.title}; PyTorch source and ONNX can be written")


KERAS.refuse(op.Opaque, "Keras has nothing for an operator of another format; ONNX can be written")


def _plain(target: str, **arguments: Any) -> Translator:
    return lambda _operation, inputs, _x: (_call(target, *inputs, **arguments),)


_PLAIN: Mapping[type[Operation], Translator] = {
    op.GlobalAveragePool: _plain("layers.GlobalAveragePooling2D", keepdims=True),
    op.GlobalMaxPool: _plain("layers.GlobalMaxPooling2D", keepdims=True),
    op.Add: _plain("layers.Add"),
    op.Subtract: _plain("layers.Subtract"),
    op.Divide: _plain("ops.divide"),
    op.Multiply: _plain("layers.Multiply"),
    op.Relu6: _plain("layers.ReLU", max_value=6.0),
    op.Relu: _plain("layers.ReLU"),
    op.HardSwish: _plain("layers.Activation", activation="hard_swish"),
    op.HardSigmoid: _plain("layers.Activation", activation="hard_sigmoid"),
    op.Silu: _plain("layers.Activation", activation="silu"),
    op.Mish: _plain("layers.Activation", activation="mish"),
    op.Tanh: _plain("layers.Activation", activation="tanh"),
    op.Sigmoid: _plain("layers.Activation", activation="sigmoid"),
    op.Identity: _plain("layers.Identity"),
}
for _type, _translator in _PLAIN.items():
    KERAS.set(_type, _translator)

CUT_AFTERWARDS = "layers.Conv2DTranspose"
"""What keeps the weights, and so the node's name, though another layer may stand behind it."""

MERGES = ("layers.Add", "layers.Subtract", "layers.Multiply", "layers.Concatenate")
"""Layers that take their tensors as one list."""
