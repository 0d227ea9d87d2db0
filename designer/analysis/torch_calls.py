"""Operations in PyTorch's words: the calls that the compiled module makes, printed source writes, and counters watch.

One spelling for all of them, so that what is printed is what is run, and what is counted is what a counter would see.
Knows no torch: calls are data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from designer.graph import operations as op
from designer.graph.layer import Layer
from designer.graph.operations import Operation, Reader, Step
from designer.graph.tensor import TensorSpec
from designer.graph.window import Pair, Quad, short


@dataclass(frozen=True)
class Call:
    """One call in a framework's words, as data: a module or layer to build, or a function to call.

    Attributes:
        target: Dotted name, ``torch.nn.Conv2d`` or ``torch.nn.functional.pad``.
        arguments: Keyword arguments, plain numbers, flags and tuples of numbers; the framework's defaults are left out.
        inputs: Names of the tensors it takes: the layer's input ports, or ``result`` of calls before it.
        results: The names of what it makes; the last call's results are the step's.
    """

    target: str
    arguments: tuple[tuple[str, Any], ...] = ()
    inputs: tuple[str, ...] = ("x",)
    results: tuple[str, ...] = ("y",)

    @property
    def result(self) -> str:
        """The name of the first thing it makes."""
        return self.results[0]

    @property
    def is_module(self) -> bool:
        """Whether the target is a module class (which may hold weights) rather than a function."""
        last = self.target.rpartition(".")[2]
        return last[0].isupper()

    @property
    def takes_sequence(self) -> bool:
        """Whether the function takes its tensors as one sequence rather than one by one."""
        return self.target == "torch.cat"


Names = tuple[str, ...]
Spelling = Callable[[Any, Names, Names], tuple[Call, ...]]
"""From an operation, the names of what it takes and of what it makes, to calls."""

TORCH: Reader[Spelling] = Reader("PyTorch", "pytorch")
"""What each operation is in PyTorch."""

PARTS = "parts"
"""What PyTorch has no module for stands in ``runtime.compile.parts``, and printed source has its text."""

PADDED = "padded"
"""What a padding before a module makes."""


def torch_calls(step: Step) -> tuple[Call, ...]:
    """The calls of one step: a module or function, after a padding where the module cannot pad so itself.

    Raises:
        NotImplementedError: The operation has no answer for PyTorch.
    """
    spelling = TORCH.find(step.operation)
    if spelling is None:
        raise NotImplementedError(TORCH.refusal(step.operation))
    return spelling(step.operation, step.inputs, step.results)


def layer_calls(layer: Layer, inputs: Sequence[TensorSpec]) -> tuple[Call, ...]:
    """The calls of a layer that is no block, for its inputs' shapes."""
    return tuple(call for step in layer.lower(*inputs) for call in torch_calls(step))


def _call(target: str, inputs: Names, results: Names, **arguments: Any) -> Call:
    return Call(target, tuple(arguments.items()), inputs, results)


def _own_padding(pads: Quad) -> Pair | None:
    """What a module can pad itself, rows and columns: the same on both sides; else nothing."""
    top, bottom, left, right = pads
    return (top, left) if top == bottom and left == right else None


def _pad(pads: Quad, inputs: Names, value: float = 0.0) -> Call:
    top, bottom, left, right = pads  # PyTorch lists the last axis first
    more = {"value": value} if value else {}
    return _call("torch.nn.functional.pad", inputs, (PADDED,), pad=(left, right, top, bottom), **more)


@TORCH.answers(op.Convolution)
def _convolution(each: op.Convolution, inputs: Names, results: Names) -> tuple[Call, ...]:
    own = _own_padding(each.pads)
    arguments: dict[str, Any] = {
        "in_channels": each.in_channels,
        "out_channels": each.out_channels,
        "kernel_size": short(each.kernel),
    }
    if each.stride != (1, 1):
        arguments["stride"] = short(each.stride)
    if own is not None and any(own):
        arguments["padding"] = short(own)
    if each.dilation != (1, 1):
        arguments["dilation"] = short(each.dilation)
    if each.groups != 1:
        arguments["groups"] = each.groups
    if not each.bias:
        arguments["bias"] = False
    if own is not None:
        return (_call("torch.nn.Conv2d", inputs, results, **arguments),)
    return (_pad(each.pads, inputs), _call("torch.nn.Conv2d", (PADDED,), results, **arguments))


def _pool_arguments(each: op.MaxPool | op.AveragePool) -> dict[str, Any]:
    more = {"ceil_mode": True} if each.ceil_mode else {}
    return {"kernel_size": short(each.kernel), "stride": short(each.stride), **more}


@TORCH.answers(op.MaxPool)
def _max_pool(each: op.MaxPool, inputs: Names, results: Names) -> tuple[Call, ...]:
    own = _own_padding(each.pads)
    arguments = _pool_arguments(each)
    if each.dilation != (1, 1):
        arguments["dilation"] = short(each.dilation)
    # PyTorch's own padding reaches at most half the kernel; beyond that we pad before it, with minus infinity.
    if own is not None and all(pad <= side // 2 for pad, side in zip(own, each.kernel, strict=True)):
        if any(own):
            arguments["padding"] = own
        return (_call("torch.nn.MaxPool2d", inputs, results, **arguments),)
    return (
        _pad(_reached(each) if each.ceil_mode else each.pads, inputs, value=float("-inf")),
        _call("torch.nn.MaxPool2d", (PADDED,), results, **arguments),
    )


def _reached(pool: op.MaxPool) -> Quad:
    """The pads without what no window reaches that begins in front of the padding behind.

    Rounded up, a padded map would have windows that begin there, of nothing but padding. A window that begins at the
    last position reaches the extent less one behind it, and rounding up adds the stride less one.
    """
    top, bottom, left, right = pool.pads
    down, across = (max(reach - step, 0) for reach, step in zip(pool.extent, pool.stride, strict=True))
    return top, min(bottom, down), left, min(right, across)


@TORCH.answers(op.AveragePool)
def _average_pool(each: op.AveragePool, inputs: Names, results: Names) -> tuple[Call, ...]:
    own = _own_padding(each.pads)
    if own is None:
        raise NotImplementedError("PyTorch has no average pool with unequal padding that is left out of the mean")
    arguments = _pool_arguments(each)
    if any(own):
        arguments |= {"padding": short(own), "count_include_pad": False}
    return (_call("torch.nn.AvgPool2d", inputs, results, **arguments),)


@TORCH.answers(op.BatchNorm)
def _batch_norm(each: op.BatchNorm, inputs: Names, results: Names) -> tuple[Call, ...]:
    arguments: dict[str, Any] = {"num_features": each.channels}
    if each.eps != 1e-5:
        arguments["eps"] = each.eps
    if each.momentum != 0.1:
        arguments["momentum"] = each.momentum
    return (_call("torch.nn.BatchNorm2d", inputs, results, **arguments),)


@TORCH.answers(op.Linear)
def _linear(each: op.Linear, inputs: Names, results: Names) -> tuple[Call, ...]:
    arguments: dict[str, Any] = {"in_features": each.in_features, "out_features": each.out_features}
    if not each.bias:
        arguments["bias"] = False
    return (_call("torch.nn.Linear", inputs, results, **arguments),)


@TORCH.answers(op.LeakyRelu)
def _leaky_relu(each: op.LeakyRelu, inputs: Names, results: Names) -> tuple[Call, ...]:
    more = {} if each.negative_slope == 0.01 else {"negative_slope": each.negative_slope}
    return (_call("torch.nn.LeakyReLU", inputs, results, **more),)


@TORCH.answers(op.Dropout)
def _dropout(each: op.Dropout, inputs: Names, results: Names) -> tuple[Call, ...]:
    return (_call("torch.nn.Dropout", inputs, results, p=each.p),)


def _changed(defaults: Mapping[str, Any], **arguments: Any) -> dict[str, Any]:
    """The arguments that are not PyTorch's own defaults."""
    return {name: value for name, value in arguments.items() if defaults.get(name, ...) != value}


@TORCH.answers(op.TransposedConvolution)
def _transposed(each: op.TransposedConvolution, inputs: Names, results: Names) -> tuple[Call, ...]:
    own = _own_padding(each.pads)
    if own is None:
        raise NotImplementedError("PyTorch has no transposed convolution that is cut unequally")
    more = _changed(
        {"stride": 1, "padding": 0, "output_padding": 0, "groups": 1, "bias": True, "dilation": 1},
        stride=short(each.stride),
        padding=short(own),
        output_padding=short(each.output_padding),
        groups=each.groups,
        bias=each.bias,
        dilation=short(each.dilation),
    )
    channels = {"in_channels": each.in_channels, "out_channels": each.out_channels}
    return (_call("torch.nn.ConvTranspose2d", inputs, results, **channels, kernel_size=short(each.kernel), **more),)


@TORCH.answers(op.AdaptiveAveragePool)
def _adaptive_pool(each: op.AdaptiveAveragePool, inputs: Names, results: Names) -> tuple[Call, ...]:
    return (_call("torch.nn.AdaptiveAvgPool2d", inputs, results, output_size=short(each.size)),)


@TORCH.answers(op.Resize)
def _resize(each: op.Resize, inputs: Names, results: Names) -> tuple[Call, ...]:
    down, across = each.scale
    scale = down if down == across else each.scale
    more = {} if each.mode is op.Interpolation.NEAREST else {"mode": each.mode.value, "align_corners": False}
    return (_call("torch.nn.Upsample", inputs, results, scale_factor=scale, **more),)


@TORCH.answers(op.PixelShuffle)
def _pixel_shuffle(each: op.PixelShuffle, inputs: Names, results: Names) -> tuple[Call, ...]:
    return (_call("torch.nn.PixelShuffle", inputs, results, upscale_factor=each.factor),)


@TORCH.answers(op.Pad)
def _padding(each: op.Pad, inputs: Names, results: Names) -> tuple[Call, ...]:
    top, bottom, left, right = each.pads
    more = _changed({"mode": "constant", "value": 0.0}, mode=each.mode.value, value=each.value)
    if each.mode is not op.PadMode.CONSTANT:
        more.pop("value", None)
    return (_call("torch.nn.functional.pad", inputs, results, pad=(left, right, top, bottom), **more),)


@TORCH.answers(op.PRelu)
def _prelu(each: op.PRelu, inputs: Names, results: Names) -> tuple[Call, ...]:
    return (_call("torch.nn.PReLU", inputs, results, **_changed({"num_parameters": 1}, num_parameters=each.slopes)),)


@TORCH.answers(op.Elu)
def _elu(each: op.Elu, inputs: Names, results: Names) -> tuple[Call, ...]:
    return (_call("torch.nn.ELU", inputs, results, **_changed({"alpha": 1.0}, alpha=each.alpha)),)


@TORCH.answers(op.HardTanh)
def _hard_tanh(each: op.HardTanh, inputs: Names, results: Names) -> tuple[Call, ...]:
    more = _changed({"min_val": -1.0, "max_val": 1.0}, min_val=each.low, max_val=each.high)
    return (_call("torch.nn.Hardtanh", inputs, results, **more),)


@TORCH.answers(op.Gelu)
def _gelu(each: op.Gelu, inputs: Names, results: Names) -> tuple[Call, ...]:
    more = {"approximate": "tanh"} if each.by_tanh else {}
    return (_call("torch.nn.GELU", inputs, results, **more),)


@TORCH.answers(op.DropPath)
def _drop_path(each: op.DropPath, inputs: Names, results: Names) -> tuple[Call, ...]:
    return (_call(f"{PARTS}.DropPath", inputs, results, p=each.p),)


@TORCH.answers(op.ScalarMultiply)
def _scalar_multiply(each: op.ScalarMultiply, inputs: Names, results: Names) -> tuple[Call, ...]:
    return (_call("torch.mul", inputs, results, other=each.factor),)


@TORCH.answers(op.ScalarAdd)
def _scalar_add(each: op.ScalarAdd, inputs: Names, results: Names) -> tuple[Call, ...]:
    return (_call("torch.add", inputs, results, other=each.addend),)


@TORCH.answers(op.LayerScale)
def _layer_scale(each: op.LayerScale, inputs: Names, results: Names) -> tuple[Call, ...]:
    more = _changed({"start": 1e-6, "axis": 1}, start=each.start, axis=each.axis)
    return (_call(f"{PARTS}.LayerScale", inputs, results, channels=each.channels, **more),)


@TORCH.answers(op.LayerNorm)
def _layer_norm(each: op.LayerNorm, inputs: Names, results: Names) -> tuple[Call, ...]:
    if each.axis == 1:
        more = _changed({"eps": 1e-6}, eps=each.eps)
        return (_call(f"{PARTS}.LayerNorm2d", inputs, results, channels=each.channels, **more),)
    more = _changed({"eps": 1e-5}, eps=each.eps)
    return (_call("torch.nn.LayerNorm", inputs, results, normalized_shape=each.channels, **more),)


@TORCH.answers(op.GroupNorm)
def _group_norm(each: op.GroupNorm, inputs: Names, results: Names) -> tuple[Call, ...]:
    more = _changed({"eps": 1e-5}, eps=each.eps)
    return (_call("torch.nn.GroupNorm", inputs, results, num_groups=each.groups, num_channels=each.channels, **more),)


@TORCH.answers(op.LocalResponseNorm)
def _local_norm(each: op.LocalResponseNorm, inputs: Names, results: Names) -> tuple[Call, ...]:
    more = _changed({"alpha": 1e-4, "beta": 0.75, "k": 1.0}, alpha=each.alpha, beta=each.beta, k=each.k)
    return (_call("torch.nn.LocalResponseNorm", inputs, results, size=each.size, **more),)


@TORCH.answers(op.GlobalResponseNorm)
def _global_norm(each: op.GlobalResponseNorm, inputs: Names, results: Names) -> tuple[Call, ...]:
    more = _changed({"eps": 1e-6}, eps=each.eps)
    return (_call(f"{PARTS}.GlobalResponseNorm", inputs, results, channels=each.channels, **more),)


@TORCH.answers(op.Reshape)
def _reshape(each: op.Reshape, inputs: Names, results: Names) -> tuple[Call, ...]:
    if len(each.sides) == 1:
        return (_call("torch.flatten", inputs, results, start_dim=1),)
    flat = ("flat",)
    return (
        _call("torch.flatten", inputs, flat, start_dim=1),
        _call("torch.unflatten", flat, results, dim=1, sizes=each.sides),
    )


@TORCH.answers(op.Permute)
def _permute(each: op.Permute, inputs: Names, results: Names) -> tuple[Call, ...]:
    return (_call("torch.permute", inputs, results, dims=each.order),)


@TORCH.answers(op.Squeeze)
def _squeeze(each: op.Squeeze, inputs: Names, results: Names) -> tuple[Call, ...]:
    return (_call("torch.squeeze", inputs, results, dim=each.axes),)


@TORCH.answers(op.Split)
def _split(each: op.Split, inputs: Names, results: Names) -> tuple[Call, ...]:
    if len(each.sizes) == 1:  # a split in one part would give a tuple of one
        return (_call("torch.nn.Identity", inputs, results),)
    return (_call("torch.split", inputs, results, split_size_or_sections=each.sizes, dim=each.axis),)


@TORCH.answers(op.Slice)
def _slice(each: op.Slice, inputs: Names, results: Names) -> tuple[Call, ...]:
    if each.step == 1:
        length = each.stop - each.start
        return (_call("torch.narrow", inputs, results, dim=each.axis, start=each.start, length=length),)
    bounds = {"axis": each.axis, "start": each.start, "stop": each.stop, "step": each.step}
    return (_call(f"{PARTS}.Slice", inputs, results, **bounds),)


@TORCH.answers(op.ChannelShuffle)
def _channel_shuffle(each: op.ChannelShuffle, inputs: Names, results: Names) -> tuple[Call, ...]:
    return (_call("torch.nn.ChannelShuffle", inputs, results, groups=each.groups),)


@TORCH.answers(op.Concatenate)
def _concatenate(each: op.Concatenate, inputs: Names, results: Names) -> tuple[Call, ...]:
    return (_call("torch.cat", inputs, results, dim=each.axis),)


@TORCH.answers(op.Mean)
def _mean(each: op.Mean, inputs: Names, results: Names) -> tuple[Call, ...]:
    more = {"keepdim": True} if each.keep else {}
    return (_call("torch.mean", inputs, results, dim=each.axes, **more),)


@TORCH.answers(op.MatrixProduct)
def _matrix_product(each: op.MatrixProduct, inputs: Names, results: Names) -> tuple[Call, ...]:
    if not each.transposed:
        return (_call("torch.matmul", inputs, results),)
    turned = ("turned",)
    return (
        _call("torch.transpose", inputs[1:], turned, dim0=-2, dim1=-1),
        _call("torch.matmul", (inputs[0], *turned), results),
    )


@TORCH.answers(op.Softmax)
def _softmax(each: op.Softmax, inputs: Names, results: Names) -> tuple[Call, ...]:
    return (_call("torch.nn.Softmax", inputs, results, dim=each.axis),)


def _plain(target: str, **arguments: Any) -> Spelling:
    return lambda _each, inputs, results: (_call(target, inputs, results, **arguments),)


_PLAIN: dict[type[Operation], Spelling] = {
    op.GlobalAveragePool: _plain("torch.nn.AdaptiveAvgPool2d", output_size=1),
    op.GlobalMaxPool: _plain("torch.nn.AdaptiveMaxPool2d", output_size=1),
    op.Relu: _plain("torch.nn.ReLU"),
    op.Relu6: _plain("torch.nn.ReLU6"),
    op.HardSwish: _plain("torch.nn.Hardswish"),
    op.HardSigmoid: _plain("torch.nn.Hardsigmoid"),
    op.Silu: _plain("torch.nn.SiLU"),
    op.Mish: _plain("torch.nn.Mish"),
    op.Sigmoid: _plain("torch.nn.Sigmoid"),
    op.Tanh: _plain("torch.nn.Tanh"),
    op.Identity: _plain("torch.nn.Identity"),
    op.Flatten: _plain("torch.nn.Flatten"),
    op.Add: _plain("torch.add"),
    op.Subtract: _plain("torch.sub"),
    op.Multiply: _plain("torch.mul"),
    op.Divide: _plain("torch.div"),
}
for _type, _spelling in _PLAIN.items():
    TORCH.set(_type, _spelling)

TORCH.refuse(op.Opaque, "PyTorch has nothing for an operator of another format")
