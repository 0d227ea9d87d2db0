"""What each operation is in Keras 3, channels last: the layer or operation, with its arguments.

Source of what Keras' layers mean: the Keras 3 API reference, https://keras.io/api/. Knows no Keras: calls are data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
}
"""Keras' own, by layer; they are left out of printed text."""

BY_PLACE = ("filters", "kernel_size", "units", "activation", "max_value", "rate", "pool_size", "zero_padding", "dims")
"""Arguments that stand first and are written without their names."""

Translator = Callable[[Any, tuple[str, ...], TensorSpec], tuple[Call, ...]]
"""From an operation, the names of what it takes, and its first input's shape, to calls; the last gives ``y``."""

KERAS: Reader[Translator] = Reader("Keras")
"""What each operation is in Keras."""


def keras_calls(analysis: Analysis, id: NodeId) -> tuple[Call, ...]:
    """Keras calls of a part that is no block, the last giving ``y``.

    Raises:
        ExportError: Keras has nothing for it; the text names the node.
    """
    report, layer = analysis.node(id), analysis.design.nodes[id].layer
    if report.inner is not None or not report.known_inputs:
        return ()
    steps = layer.lower(*report.known_inputs)
    last = steps[-1].operation
    if any(step.operation != last for step in steps):
        raise ExportError(f"{id}: {KERAS.refusal(steps[0].operation)}")
    translator = KERAS.find(last)
    if translator is None:
        raise ExportError(f"{id}: {KERAS.refusal(last)}")
    # A sum of several tensors is one layer in Keras: the operation, on all that the steps read from outside.
    made = {name for step in steps for name in step.results}
    read = tuple(name for step in steps for name in step.inputs if name not in made)
    try:
        return translator(last, read, report.known_inputs[0])
    except ExportError as error:
        raise ExportError(f"{id}: {error}") from error


def _call(target: str, *inputs: str, result: str = "y", **arguments: Any) -> Call:
    return Call(target, tuple(arguments.items()), inputs or ("x",), (result,))


def _padding(operation: op.Convolution | op.MaxPool | op.AveragePool) -> tuple[str, Quad | None]:
    """Keras' word for a window's padding, and what is padded before it."""
    if operation.padding is Padding.SAME:
        return "same", None
    return "valid", operation.pads if any(operation.pads) else None


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
    word, before = _padding(operation)
    sources = inputs if before is None else ("padded",)
    made = _pool("layers.MaxPooling2D", operation, sources, word)
    if before is None:
        return (made,)
    top, bottom, left, right = before
    width = ((0, 0), (top, bottom), (left, right), (0, 0))
    return (_call("ops.pad", *inputs, result="padded", pad_width=width, constant_values=float("-inf")), made)


@KERAS.answers(op.AveragePool)
def _average_pool(operation: op.AveragePool, inputs: tuple[str, ...], x: TensorSpec) -> tuple[Call, ...]:
    word, before = _padding(operation)
    if before is not None:
        # Keras leaves what it pads out of the mean as we do, but pads by TensorFlow's rule alone.
        if not operation.is_same(x):
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


def _plain(target: str, **arguments: Any) -> Translator:
    return lambda _operation, inputs, _x: (_call(target, *inputs, **arguments),)


_PLAIN: Mapping[type[Operation], Translator] = {
    op.GlobalAveragePool: _plain("layers.GlobalAveragePooling2D", keepdims=True),
    op.Concatenate: _plain("layers.Concatenate"),
    op.Add: _plain("layers.Add"),
    op.Multiply: _plain("layers.Multiply"),
    op.Relu6: _plain("layers.ReLU", max_value=6.0),
    op.Relu: _plain("layers.ReLU"),
    op.HardSwish: _plain("layers.Activation", activation="hard_swish"),
    op.HardSigmoid: _plain("layers.Activation", activation="hard_sigmoid"),
    op.Silu: _plain("layers.Activation", activation="silu"),
    op.Gelu: _plain("layers.Activation", activation="gelu"),
    op.Sigmoid: _plain("layers.Activation", activation="sigmoid"),
    op.Identity: _plain("layers.Identity"),
}
for _type, _translator in _PLAIN.items():
    KERAS.set(_type, _translator)

MERGES = ("layers.Add", "layers.Multiply", "layers.Concatenate")
"""Layers that take their tensors as one list."""


for _refused in (
    op.TransposedConvolution,
    op.AdaptiveAveragePool,
    op.GlobalMaxPool,
    op.Resize,
    op.PixelShuffle,
    op.Pad,
    op.PRelu,
    op.Elu,
    op.HardTanh,
    op.Mish,
    op.Tanh,
    op.DropPath,
    op.ScalarMultiply,
    op.ScalarAdd,
    op.LayerScale,
    op.LayerNorm,
    op.GroupNorm,
    op.LocalResponseNorm,
    op.GlobalResponseNorm,
    op.Reshape,
    op.Permute,
    op.Squeeze,
    op.Split,
    op.Slice,
    op.ChannelShuffle,
    op.Mean,
    op.MatrixProduct,
    op.Softmax,
    op.Subtract,
    op.Divide,
):
    KERAS.refuse(_refused, f"Keras is not written for a {_refused.title} yet")
