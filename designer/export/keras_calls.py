"""What each PyTorch call of a layer is in Keras 3, channels last: the layer or operation, with its arguments.

Source of what Keras' layers mean: the Keras 3 API reference, https://keras.io/api/. Knows no Keras: calls are data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from designer.analysis.snapshot import Analysis
from designer.errors import ExportError
from designer.graph.design import NodeId
from designer.graph.layer import Call, Padding, Quad, Window
from designer.graph.tensor import TensorSpec

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

Translator = Callable[[Call, TensorSpec, Window | None], tuple[Call, ...]]


def keras_calls(analysis: Analysis, id: NodeId) -> tuple[Call, ...]:
    """Keras calls of a part that is no block, the last giving ``y``.

    Raises:
        ExportError: Keras has nothing for it; the text names the node.
    """
    report, layer = analysis.node(id), analysis.design.nodes[id].layer
    if report.inner is not None or not report.known_inputs:
        return ()
    x, window = report.known_inputs[0], layer.window()
    *before, last = layer.lower(*report.known_inputs)
    if before and window is None and {call.target for call in before} != {last.target}:
        raise ExportError(f"{id}: nothing here writes {before[0].target} to Keras")
    if last.target not in _TRANSLATORS:
        raise ExportError(f"{id}: nothing here writes {last.target} to Keras")
    # What PyTorch pads by a call of its own is in the window, and a sum of several tensors is one layer in Keras: the
    # last call, on all that the layer reads, says everything.
    ports = tuple(port.name for port in layer.inputs)
    try:
        made = _TRANSLATORS[last.target](replace(last, inputs=ports), x, window)
    except ExportError as error:
        raise ExportError(f"{id}: {error}") from error
    return made


def _call(target: str, *inputs: str, result: str = "y", **arguments: Any) -> Call:
    return Call(target, tuple(arguments.items()), inputs or ("x",), result)


def _padding(x: TensorSpec, window: Window) -> tuple[str, Quad | None]:
    """Keras' word for a window's padding, and what is padded before it."""
    pads = window.pads(x)
    if window.padding is Padding.SAME:
        return "same", None
    return "valid", pads if any(pads) else None


def _padded(pads: Quad) -> Call:
    top, bottom, left, right = pads
    both = top if len(set(pads)) == 1 else ((top, bottom), (left, right))
    return _call("layers.ZeroPadding2D", result="padded", zero_padding=both)


def _convolution(call: Call, x: TensorSpec, window: Window | None) -> tuple[Call, ...]:
    assert window is not None  # every convolution slides one
    word, before = _padding(x, window)
    arguments = dict(call.arguments)
    groups, out_channels = arguments.get("groups", 1), arguments["out_channels"]
    if window.stride > 1 and window.dilation > 1:
        raise ExportError("Keras has no convolution with both a stride and a dilation; one of them as 1 can be written")
    shared = {
        "strides": window.stride,
        "padding": word,
        "dilation_rate": window.dilation,
        "use_bias": arguments.get("bias", True),
    }
    source = "x" if before is None else "padded"
    if groups == x.channels and groups > 1:
        multiplier = out_channels // groups
        made = _call(
            "layers.DepthwiseConv2D", source, kernel_size=window.kernel_size, depth_multiplier=multiplier, **shared
        )
    else:
        made = _call(
            "layers.Conv2D", source, filters=out_channels, kernel_size=window.kernel_size, groups=groups, **shared
        )
    return (made,) if before is None else (_padded(before), made)


def _max_pool(call: Call, x: TensorSpec, window: Window | None) -> tuple[Call, ...]:
    assert window is not None  # every pooling but the global slides one
    word, before = _padding(x, window)
    source = "x" if before is None else "padded"
    made = _call("layers.MaxPooling2D", source, pool_size=window.kernel_size, strides=window.stride, padding=word)
    if before is None:
        return (made,)
    top, bottom, left, right = before
    width = ((0, 0), (top, bottom), (left, right), (0, 0))
    return (_call("ops.pad", result="padded", pad_width=width, constant_values=float("-inf")), made)


def _average_pool(call: Call, x: TensorSpec, window: Window | None) -> tuple[Call, ...]:
    assert window is not None  # every pooling but the global slides one
    word, before = _padding(x, window)
    if before is not None:
        # Keras leaves what it pads out of the mean as we do, but pads by TensorFlow's rule alone.
        if before != _by_tensorflow(window).pads(x):
            raise ExportError(
                "Keras has no average pool with this padding; padding 'none', or stride 1, can be written"
            )
        word = "same"
    return (_call("layers.AveragePooling2D", pool_size=window.kernel_size, strides=window.stride, padding=word),)


def _by_tensorflow(window: Window) -> Window:
    return window._replace(padding=Padding.SAME)


def _batch_norm(call: Call, x: TensorSpec, window: Window | None) -> tuple[Call, ...]:
    arguments = dict(call.arguments)
    # PyTorch's momentum is the share of the new batch, Keras' that of the old average.
    momentum = round(1 - arguments.get("momentum", 0.1), 12)
    return (_call("layers.BatchNormalization", momentum=momentum, epsilon=arguments.get("eps", 1e-5)),)


def _flatten(call: Call, x: TensorSpec, window: Window | None) -> tuple[Call, ...]:
    if not x.is_map or x.height == x.width == 1 or x.channels == 1:
        return (_call("layers.Flatten"),)
    # PyTorch lays out channel by channel; a dense layer behind has its weights in that order.
    return (_call("layers.Permute", result="planes", dims=(3, 1, 2)), _call("layers.Flatten", "planes"))


def _dense(call: Call, x: TensorSpec, window: Window | None) -> tuple[Call, ...]:
    arguments = dict(call.arguments)
    return (_call("layers.Dense", units=arguments["out_features"], use_bias=arguments.get("bias", True)),)


def _concatenate(call: Call, x: TensorSpec, window: Window | None) -> tuple[Call, ...]:
    return (_call("layers.Concatenate", *call.inputs),)


def _global_pool(call: Call, x: TensorSpec, window: Window | None) -> tuple[Call, ...]:
    return (_call("layers.GlobalAveragePooling2D", keepdims=True),)


def _leaky_relu(call: Call, x: TensorSpec, window: Window | None) -> tuple[Call, ...]:
    return (_call("layers.LeakyReLU", negative_slope=dict(call.arguments).get("negative_slope", 0.01)),)


def _dropout(call: Call, x: TensorSpec, window: Window | None) -> tuple[Call, ...]:
    return (_call("layers.Dropout", rate=dict(call.arguments)["p"]),)


def _plain(target: str, **arguments: Any) -> Translator:
    return lambda call, x, window: (_call(target, *call.inputs, **arguments),)


_TRANSLATORS: Mapping[str, Translator] = {
    "torch.nn.Conv2d": _convolution,
    "torch.nn.MaxPool2d": _max_pool,
    "torch.nn.AvgPool2d": _average_pool,
    "torch.nn.AdaptiveAvgPool2d": _global_pool,
    "torch.nn.BatchNorm2d": _batch_norm,
    "torch.nn.Linear": _dense,
    "torch.nn.Flatten": _flatten,
    "torch.nn.Dropout": _dropout,
    "torch.nn.LeakyReLU": _leaky_relu,
    "torch.cat": _concatenate,
    "torch.add": _plain("layers.Add"),
    "torch.mul": _plain("layers.Multiply"),
    "torch.nn.ReLU6": _plain("layers.ReLU", max_value=6.0),
    "torch.nn.ReLU": _plain("layers.ReLU"),
    "torch.nn.Hardswish": _plain("layers.Activation", activation="hard_swish"),
    "torch.nn.Hardsigmoid": _plain("layers.Activation", activation="hard_sigmoid"),
    "torch.nn.SiLU": _plain("layers.Activation", activation="silu"),
    "torch.nn.GELU": _plain("layers.Activation", activation="gelu"),
    "torch.nn.Sigmoid": _plain("layers.Activation", activation="sigmoid"),
    "torch.nn.Identity": _plain("layers.Identity"),
}
MERGES = ("layers.Add", "layers.Multiply", "layers.Concatenate")
"""Layers that take their tensors as one list."""
