"""What each operation is in LiteRT: one function a type, in one table; channels last. Knows no design.

Source of the operators' meaning: the schema that comes with the runtime, and TensorFlow Lite's operator reference,
https://ai.google.dev/edge/litert/conversion/tensorflow/ops_compatibility.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from designer.errors import ExportError
from designer.graph import operations as op
from designer.graph.operations import Operation, Reader
from designer.graph.tensor import TensorSpec
from designer.graph.window import Quad

Array = NDArray[Any]


@dataclass(frozen=True)
class LiteCall:
    """Where one operation stands, to be written as operators.

    Attributes:
        name: The node's name.
        key: Its path, which its weights have in the state dict.
        inputs: Tensors it takes.
        specs: Their shapes, N×C×H×W or N×F.
        outputs: Names of the tensors it makes.
        made: Their shapes.
        clip: ``relu`` or ``relu6``, where that follows alone and is computed at once.
    """

    name: str
    key: str
    inputs: tuple[int, ...]
    specs: tuple[TensorSpec, ...]
    outputs: tuple[str, ...]
    made: tuple[TensorSpec, ...]
    clip: str = ""

    @property
    def output(self) -> str:
        """The name of the first tensor it makes."""
        return self.outputs[0]

    @property
    def spec(self) -> TensorSpec:
        """The shape of the first tensor it makes."""
        return self.made[0]


@dataclass
class LiteBuilder:
    """Tensors, buffers and operators under way.

    Attributes:
        weights: Tensors by their key in the state dict.
        half: Whether weights are kept as float16.
    """

    weights: Mapping[str, Array]
    half: bool = False
    buffers: list[Any] = field(default_factory=lambda: [schema.BufferT()])
    tensors: list[Any] = field(default_factory=list)
    operators: list[Any] = field(default_factory=list)
    codes: dict[int, int] = field(default_factory=dict)
    _constants: dict[tuple[str, bytes], int] = field(default_factory=dict)

    def tensor(self, name: str, shape: Sequence[int], kind: int = schema.TensorType.FLOAT32, buffer: int = 0) -> int:
        """A tensor by its index."""
        made = schema.TensorT()
        made.name, made.shape, made.type, made.buffer = name, numpy.array(shape, numpy.int32), kind, buffer
        made.hasRank = True
        self.tensors.append(made)
        return len(self.tensors) - 1

    def constant(self, name: str, array: Array) -> int:
        """A tensor that is in the file; the same one where it is there already."""
        key = (str(array.dtype), array.tobytes() + repr(array.shape).encode())
        if array.nbytes <= 64 and key in self._constants:
            return self._constants[key]
        kinds = {"float32": schema.TensorType.FLOAT32, "float16": schema.TensorType.FLOAT16}
        buffer = schema.BufferT()
        buffer.data = numpy.frombuffer(numpy.ascontiguousarray(array).tobytes(), numpy.uint8)
        self.buffers.append(buffer)
        kind = kinds.get(str(array.dtype), schema.TensorType.INT32)
        index = self.tensor(name, array.shape, kind, len(self.buffers) - 1)
        self._constants[key] = index
        return index

    def weight(self, name: str, array: Array) -> int:
        """A constant of floats; kept as float16 and widened when loading, where that was asked for."""
        if not self.half:
            return self.constant(name, array.astype(numpy.float32))
        narrow = self.constant(f"{name}.float16", array.astype(numpy.float16))
        wide = self.tensor(name, array.shape)
        self.operator(schema.BuiltinOperator.DEQUANTIZE, [narrow], wide)
        return wide

    def operator(self, code: int, inputs: Sequence[int], output: int, options: Any = None) -> int:
        """Append an operator; gives its output."""
        self.operator_of_several(code, inputs, [output], options)
        return output

    def operator_of_several(self, code: int, inputs: Sequence[int], outputs: Sequence[int], options: Any) -> None:
        """Append an operator that makes several tensors."""
        made = schema.OperatorT()
        made.opcodeIndex = self.codes.setdefault(code, len(self.codes))
        made.inputs, made.outputs = numpy.array(inputs, numpy.int32), numpy.array(outputs, numpy.int32)
        if options is not None:
            made.builtinOptions = options
            made.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__.removesuffix("T"))
        self.operators.append(made)

    def made(self, call: LiteCall, step: str = "", spec: TensorSpec | None = None) -> int:
        """A tensor for the call's output, or for a step on the way."""
        return self.tensor(f"{call.name}.{step}" if step else call.output, laid(spec or call.spec))


def laid(spec: TensorSpec) -> tuple[int, ...]:
    """A shape with its channels last."""
    return (spec.batch, spec.height, spec.width, spec.channels) if spec.is_map else spec.shape


Writer = Callable[[LiteBuilder, LiteCall, Any], int | tuple[int, ...]]
LITERT: Reader[Writer] = Reader("LiteRT", "litert")
"""What writes each operation, giving the tensors made."""
TAKES_CLIP = (op.Convolution, op.Linear, op.Add)
"""Operations that clip what they make themselves."""

_CLIPS = {
    "": schema.ActivationFunctionType.NONE,
    "relu": schema.ActivationFunctionType.RELU,
    "relu6": schema.ActivationFunctionType.RELU6,
}


def _options(kind: Any, **values: Any) -> Any:
    made = kind()
    for name, value in values.items():
        assert hasattr(made, name), name  # a misspelt option would be left out in silence
        setattr(made, name, value)
    return made


def _padded(
    builder: LiteBuilder, call: LiteCall, operation: op.Convolution | op.MaxPool | op.AveragePool, fill: float
) -> tuple[int, int]:
    """The tensor to slide over, and LiteRT's word for the padding of the window."""
    x = call.specs[0]
    pads = operation.pads if isinstance(operation, op.Convolution) else operation.full_pads(x)
    if not any(pads):
        return call.inputs[0], schema.Padding.VALID
    if pads == operation.pads and operation.is_same(x):
        return call.inputs[0], schema.Padding.SAME
    return _pad(builder, call, pads, fill), schema.Padding.VALID


def _pad(builder: LiteBuilder, call: LiteCall, pads: Quad, fill: float) -> int:
    top, bottom, left, right = pads
    x = call.specs[0]
    widths = numpy.array([[0, 0], [top, bottom], [left, right], [0, 0]], numpy.int32)
    inputs = [call.inputs[0], builder.constant(f"{call.name}.pads", widths)]
    output = builder.made(call, "padded", x.with_sides(x.height + top + bottom, x.width + left + right))
    if not fill:
        return builder.operator(schema.BuiltinOperator.PAD, inputs, output, schema.PadOptionsT())
    inputs.append(builder.constant("fill", numpy.array([fill], numpy.float32)))
    return builder.operator(schema.BuiltinOperator.PADV2, inputs, output, schema.PadV2OptionsT())


@LITERT.answers(op.Convolution)
def _convolution(builder: LiteBuilder, call: LiteCall, operation: op.Convolution) -> int:
    source, padding = _padded(builder, call, operation, 0.0)
    kernel = builder.weights[f"{call.key}.weight"]
    out_channels = kernel.shape[0]
    bias = builder.weights.get(f"{call.key}.bias", numpy.zeros(out_channels, numpy.float32))
    shared = {
        "padding": padding,
        "strideH": operation.stride[0],
        "strideW": operation.stride[1],
        "dilationHFactor": operation.dilation[0],
        "dilationWFactor": operation.dilation[1],
        "fusedActivationFunction": _CLIPS[call.clip],
    }
    if operation.is_depthwise:
        kernel = kernel.transpose(1, 2, 3, 0)  # 1×k×k×(C·m)
        multiplier = out_channels // operation.in_channels
        options = _options(schema.DepthwiseConv2DOptionsT, depthMultiplier=multiplier, **shared)
        code = schema.BuiltinOperator.DEPTHWISE_CONV_2D
    else:
        kernel = kernel.transpose(0, 2, 3, 1)  # C'×k×k×(C/g)
        options = _options(schema.Conv2DOptionsT, **shared)
        code = schema.BuiltinOperator.CONV_2D
    weights = [builder.weight(f"{call.key}.weight", kernel), builder.weight(f"{call.key}.bias", bias)]
    return builder.operator(code, [source, *weights], builder.made(call), options)


def _pooled(
    builder: LiteBuilder, call: LiteCall, operation: op.MaxPool | op.AveragePool, code: int, fill: float
) -> int:
    source, padding = _padded(builder, call, operation, fill)
    if fill == 0 and source != call.inputs[0]:
        raise ExportError(f"{call.name}: LiteRT has no average pool with this padding; padding 'none' can be written")
    options = _options(
        schema.Pool2DOptionsT,
        padding=padding,
        strideH=operation.stride[0],
        strideW=operation.stride[1],
        filterHeight=operation.kernel[0],
        filterWidth=operation.kernel[1],
    )
    return builder.operator(code, [source], builder.made(call), options)


@LITERT.answers(op.MaxPool)
def _max_pool(builder: LiteBuilder, call: LiteCall, operation: op.MaxPool) -> int:
    if operation.dilation != (1, 1):
        raise ExportError(f"{call.name}: LiteRT has no max pool with a dilation; dilation 1 can be written")
    return _pooled(builder, call, operation, schema.BuiltinOperator.MAX_POOL_2D, float("-inf"))


@LITERT.answers(op.AveragePool)
def _average_pool(builder: LiteBuilder, call: LiteCall, operation: op.AveragePool) -> int:
    return _pooled(builder, call, operation, schema.BuiltinOperator.AVERAGE_POOL_2D, 0.0)


@LITERT.answers(op.GlobalAveragePool)
def _global_pool(builder: LiteBuilder, call: LiteCall, operation: op.GlobalAveragePool) -> int:
    axes = builder.constant("sides", numpy.array([1, 2], numpy.int32))
    options = _options(schema.ReducerOptionsT, keepDims=True)
    return builder.operator(schema.BuiltinOperator.MEAN, [call.inputs[0], axes], builder.made(call), options)


@LITERT.answers(op.BatchNorm)
def _batch_norm(builder: LiteBuilder, call: LiteCall, operation: op.BatchNorm) -> int:
    """Y = x·f + (β − μ·f) with f = γ/√(σ² + ε), where no convolution before it could take it in."""
    scale, shift, mean, variance = (
        builder.weights[f"{call.key}.{name}"].astype(numpy.float64)
        for name in ("weight", "bias", "running_mean", "running_var")
    )
    factor = scale / numpy.sqrt(variance + operation.eps)
    scaled = _with_constant(builder, call, schema.BuiltinOperator.MUL, call.inputs[0], "factor", factor, "scaled")
    return _with_constant(builder, call, schema.BuiltinOperator.ADD, scaled, "shift", shift - mean * factor)


def _with_constant(
    builder: LiteBuilder, call: LiteCall, code: int, x: int, name: str, value: Array, step: str = "", clip: str = ""
) -> int:
    constant = builder.weight(f"{call.key}.{name}", numpy.asarray(value, numpy.float32))
    return _pairwise(builder, call, code, [x, constant], step, clip)


def _pairwise(
    builder: LiteBuilder, call: LiteCall, code: int, inputs: Sequence[int], step: str = "", clip: str = ""
) -> int:
    kind = schema.AddOptionsT if code == schema.BuiltinOperator.ADD else schema.MulOptionsT
    options = _options(kind, fusedActivationFunction=_CLIPS[clip])
    return builder.operator(code, inputs, builder.made(call, step), options)


@LITERT.answers(op.Linear)
def _linear(builder: LiteBuilder, call: LiteCall, operation: op.Linear) -> int:
    kernel = builder.weights[f"{call.key}.weight"]
    bias = builder.weights.get(f"{call.key}.bias", numpy.zeros(kernel.shape[0], numpy.float32))
    weights = [builder.weight(f"{call.key}.weight", kernel), builder.weight(f"{call.key}.bias", bias)]
    options = _options(
        schema.FullyConnectedOptionsT,
        fusedActivationFunction=_CLIPS[call.clip],
        keepNumDims=not call.spec.is_vector,
    )
    code = schema.BuiltinOperator.FULLY_CONNECTED
    return builder.operator(code, [call.inputs[0], *weights], builder.made(call), options)


@LITERT.answers(op.Flatten)
def _flatten(builder: LiteBuilder, call: LiteCall, operation: op.Flatten) -> int:
    x, source = call.specs[0], call.inputs[0]
    if x.is_map and x.channels > 1 and x.height * x.width > 1:
        # PyTorch lays out channel by channel; what is behind has its weights in that order.
        planes = builder.tensor(f"{call.name}.planes", x.shape)
        order = builder.constant("planes", numpy.array([0, 3, 1, 2], numpy.int32))
        source = builder.operator(schema.BuiltinOperator.TRANSPOSE, [source, order], planes, schema.TransposeOptionsT())
    shape = builder.constant(f"{call.name}.shape", numpy.array(call.spec.shape, numpy.int32))
    options = _options(schema.ReshapeOptionsT, newShape=numpy.array(call.spec.shape, numpy.int32))
    return builder.operator(schema.BuiltinOperator.RESHAPE, [source, shape], builder.made(call), options)


@LITERT.answers(op.Concatenate)
def _concatenate(builder: LiteBuilder, call: LiteCall, operation: op.Concatenate) -> int:
    options = _options(schema.ConcatenationOptionsT, axis=_axis(call.specs[0], operation.axis))
    return builder.operator(schema.BuiltinOperator.CONCATENATION, list(call.inputs), builder.made(call), options)


@LITERT.answers(op.Add)
def _add(builder: LiteBuilder, call: LiteCall, operation: op.Add) -> int:
    return _pairwise(builder, call, schema.BuiltinOperator.ADD, call.inputs, clip=call.clip)


@LITERT.answers(op.Multiply)
def _multiply(builder: LiteBuilder, call: LiteCall, operation: op.Multiply) -> int:
    return _pairwise(builder, call, schema.BuiltinOperator.MUL, call.inputs)


@LITERT.answers(op.Silu)
def _silu(builder: LiteBuilder, call: LiteCall, operation: op.Silu) -> int:
    gate = builder.operator(schema.BuiltinOperator.LOGISTIC, [call.inputs[0]], builder.made(call, "gate"))
    return _pairwise(builder, call, schema.BuiltinOperator.MUL, [call.inputs[0], gate])


@LITERT.answers(op.HardSigmoid)
def _hard_sigmoid(builder: LiteBuilder, call: LiteCall, operation: op.HardSigmoid) -> int:
    """ReLU6(x + 3)/6."""
    three, sixth = numpy.array([3.0]), numpy.array([1 / 6])
    add, multiply = schema.BuiltinOperator.ADD, schema.BuiltinOperator.MUL
    clipped = _with_constant(builder, call, add, call.inputs[0], "three", three, "clipped", "relu6")
    return _with_constant(builder, call, multiply, clipped, "sixth", sixth)


@LITERT.answers(op.LeakyRelu)
def _leaky_relu(builder: LiteBuilder, call: LiteCall, operation: op.LeakyRelu) -> int:
    options = _options(schema.LeakyReluOptionsT, alpha=operation.negative_slope)
    return builder.operator(schema.BuiltinOperator.LEAKY_RELU, [call.inputs[0]], builder.made(call), options)


@LITERT.answers(op.Gelu)
def _gelu(builder: LiteBuilder, call: LiteCall, operation: op.Gelu) -> int:
    return builder.operator(
        schema.BuiltinOperator.GELU,
        [call.inputs[0]],
        builder.made(call),
        _options(schema.GeluOptionsT, approximate=operation.by_tanh),
    )


@LITERT.answers(op.HardSwish)
def _hard_swish(builder: LiteBuilder, call: LiteCall, operation: op.HardSwish) -> int:
    return builder.operator(
        schema.BuiltinOperator.HARD_SWISH, [call.inputs[0]], builder.made(call), schema.HardSwishOptionsT()
    )


def _plain(code: int) -> Writer:
    return lambda builder, call, _operation: builder.operator(code, [call.inputs[0]], builder.made(call))


LITERT.set(op.Relu, _plain(schema.BuiltinOperator.RELU))
LITERT.set(op.Relu6, _plain(schema.BuiltinOperator.RELU6))
LITERT.set(op.Sigmoid, _plain(schema.BuiltinOperator.LOGISTIC))
LITERT.set(op.Tanh, _plain(schema.BuiltinOperator.TANH))


@LITERT.answers(op.Identity, op.Dropout, op.DropPath)
def _nothing(builder: LiteBuilder, call: LiteCall, operation: Operation) -> int:
    return call.inputs[0]  # what does nothing when running is left out


# Channels of maps come last in a file, so what counts dimensions is led through the order in which they are laid.

_MAP_ORDER = (0, 2, 3, 1)


def _order(spec: TensorSpec) -> tuple[int, ...]:
    """For each dimension in the file, which of the tensor's it is."""
    return _MAP_ORDER if spec.is_map else tuple(range(len(spec.shape)))


def _axis(spec: TensorSpec, axis: int) -> int:
    """Where a dimension of the tensor stands in the file."""
    return _order(spec).index(axis % len(spec.shape))


def _numbers(builder: LiteBuilder, call: LiteCall, word: str, values: Sequence[int]) -> int:
    return builder.constant(f"{call.name}.{word}", numpy.array(values, numpy.int32))


class _Writing:
    """Operators of one call, one after the other, each making a tensor of a shape as it stands in the file."""

    def __init__(self, builder: LiteBuilder, call: LiteCall) -> None:
        self.builder = builder
        self.call = call
        self._steps = 0

    def tensor(self, shape: Sequence[int], is_result: bool) -> int:
        if is_result:
            return self.builder.made(self.call)
        self._steps += 1
        return self.builder.tensor(f"{self.call.name}.step_{self._steps}", shape)

    def add(
        self, code: int, inputs: Sequence[int], shape: Sequence[int], options: Any = None, is_result: bool = False
    ) -> int:
        """One operator; gives its output."""
        return self.builder.operator(code, inputs, self.tensor(shape, is_result), options)

    def transposed(self, x: int, shape: Sequence[int], order: Sequence[int], is_result: bool = False) -> int:
        """Dimensions in another order; the tensor itself where it is the same and no result."""
        if list(order) == sorted(order) and not is_result:
            return x
        named = _numbers(self.builder, self.call, "order_" + "".join(map(str, order)), order)
        made = [shape[axis] for axis in order]
        return self.add(schema.BuiltinOperator.TRANSPOSE, [x, named], made, schema.TransposeOptionsT(), is_result)

    def reshaped(self, x: int, shape: Sequence[int], is_result: bool = False) -> int:
        named = _numbers(self.builder, self.call, "shape_" + "_".join(map(str, shape)), shape)
        options = _options(schema.ReshapeOptionsT, newShape=numpy.array(shape, numpy.int32))
        return self.add(schema.BuiltinOperator.RESHAPE, [x, named], shape, options, is_result)

    def reduced(self, code: int, x: int, shape: Sequence[int], axes: Sequence[int], is_result: bool = False) -> int:
        """A reduction that keeps the dimensions."""
        named = _numbers(self.builder, self.call, "axes_" + "".join(map(str, axes)), axes)
        made = [1 if axis in axes else side for axis, side in enumerate(shape)]
        return self.add(code, [x, named], made, _options(schema.ReducerOptionsT, keepDims=True), is_result)

    def number(self, word: str, value: float) -> int:
        return self.builder.constant(f"{self.call.name}.{word}", numpy.array([value], numpy.float32))

    def channels(self, name: str, spec: TensorSpec, axis: int) -> int:
        """A weight of one number a channel, in the form in which it meets a tensor."""
        place = _axis(spec, axis)
        array = self.builder.weights[f"{self.call.key}.{name}"].reshape(-1, *[1] * (len(spec.shape) - 1 - place))
        return self.builder.weight(f"{self.call.key}.{name}", array)

    def binary(self, code: int, a: int, b: int, shape: Sequence[int], is_result: bool = False) -> int:
        kinds = {
            schema.BuiltinOperator.ADD: schema.AddOptionsT,
            schema.BuiltinOperator.SUB: schema.SubOptionsT,
            schema.BuiltinOperator.MUL: schema.MulOptionsT,
            schema.BuiltinOperator.DIV: schema.DivOptionsT,
        }
        made = kinds.get(code, lambda: None)()
        return self.add(code, [a, b], shape, made, is_result)

    def planes(self, x: int, spec: TensorSpec) -> int:
        """A tensor with its dimensions in the order that it has outside a file."""
        return self.transposed(x, laid(spec), [0, 3, 1, 2]) if spec.is_map else x

    def from_planes(self, x: int) -> int:
        """The call's result, from a tensor of its shape whose dimensions are in the order outside a file."""
        spec = self.call.spec
        order = _order(spec)
        if order == tuple(sorted(order)):
            return self.reshaped(x, spec.shape, is_result=True)
        return self.transposed(x, spec.shape, order, is_result=True)


_OP = schema.BuiltinOperator


@LITERT.answers(op.Reshape, op.Squeeze)
def _reshape(builder: LiteBuilder, call: LiteCall, operation: op.Reshape | op.Squeeze) -> int:
    write = _Writing(builder, call)
    flat = write.planes(call.inputs[0], call.specs[0])
    if not call.spec.is_map:
        return write.reshaped(flat, call.spec.shape, is_result=True)
    return write.from_planes(write.reshaped(flat, call.spec.shape))


@LITERT.answers(op.Permute)
def _permute(builder: LiteBuilder, call: LiteCall, operation: op.Permute) -> int:
    before, after = _order(call.specs[0]), _order(call.spec)
    order = [before.index(operation.order[axis]) for axis in after]
    return _Writing(builder, call).transposed(call.inputs[0], laid(call.specs[0]), order, is_result=True)


@LITERT.answers(op.Split)
def _split(builder: LiteBuilder, call: LiteCall, operation: op.Split) -> tuple[int, ...]:
    sizes = _numbers(builder, call, "sizes", operation.sizes)
    axis = builder.constant(f"{call.name}.axis", numpy.array(_axis(call.specs[0], operation.axis), numpy.int32))
    made = [builder.tensor(name, laid(spec)) for name, spec in zip(call.outputs, call.made, strict=True)]
    options = _options(schema.SplitVOptionsT, numSplits=len(made))
    builder.operator_of_several(_OP.SPLIT_V, [call.inputs[0], sizes, axis], made, options)
    return tuple(made)


@LITERT.answers(op.Slice)
def _slice(builder: LiteBuilder, call: LiteCall, operation: op.Slice) -> int:
    shape, axis = laid(call.specs[0]), _axis(call.specs[0], operation.axis)
    begin, end, strides = [0] * len(shape), list(shape), [1] * len(shape)
    begin[axis], end[axis], strides[axis] = operation.start, operation.stop, operation.step
    named = [
        _numbers(builder, call, word, values) for word, values in (("begin", begin), ("end", end), ("strides", strides))
    ]
    options = _options(schema.StridedSliceOptionsT)
    return builder.operator(_OP.STRIDED_SLICE, [call.inputs[0], *named], builder.made(call), options)


@LITERT.answers(op.ChannelShuffle)
def _channel_shuffle(builder: LiteBuilder, call: LiteCall, operation: op.ChannelShuffle) -> int:
    write, groups = _Writing(builder, call), operation.groups
    batch, height, width, channels = laid(call.spec)
    apart = (batch, height, width, groups, channels // groups)
    dealt = write.transposed(write.reshaped(call.inputs[0], apart), apart, [0, 1, 2, 4, 3])
    return write.reshaped(dealt, laid(call.spec), is_result=True)


@LITERT.answers(op.PixelShuffle)
def _pixel_shuffle(builder: LiteBuilder, call: LiteCall, operation: op.PixelShuffle) -> int:
    write, factor = _Writing(builder, call), operation.factor
    batch, height, width, _ = laid(call.specs[0])
    apart = (batch, height, width, call.spec.channels, factor, factor)
    placed = write.transposed(write.reshaped(call.inputs[0], apart), apart, [0, 1, 4, 2, 5, 3])
    return write.reshaped(placed, laid(call.spec), is_result=True)


@LITERT.answers(op.Mean)
def _mean(builder: LiteBuilder, call: LiteCall, operation: op.Mean) -> int:
    write, x = _Writing(builder, call), call.specs[0]
    if operation.keep:
        axes = [_axis(x, axis) for axis in operation.axes]
        return write.reduced(_OP.MEAN, call.inputs[0], laid(x), axes, is_result=True)
    planes = write.planes(call.inputs[0], x)
    kept = write.reduced(_OP.MEAN, planes, x.shape, operation.axes)
    return write.reshaped(kept, call.spec.shape, is_result=True)


@LITERT.answers(op.GlobalMaxPool)
def _global_max(builder: LiteBuilder, call: LiteCall, operation: op.GlobalMaxPool) -> int:
    return _Writing(builder, call).reduced(_OP.REDUCE_MAX, call.inputs[0], laid(call.specs[0]), (1, 2), is_result=True)


@LITERT.answers(op.AdaptiveAveragePool)
def _adaptive_pool(builder: LiteBuilder, call: LiteCall, operation: op.AdaptiveAveragePool) -> int:
    (x,), (rows, columns) = call.specs, operation.size
    if x.height % rows or x.width % columns:
        raise ExportError(
            f"{call.name}: LiteRT has no average over parts of unequal size; {rows}×{columns} would have to divide "
            f"{x.height}×{x.width}"
        )
    kernel = (x.height // rows, x.width // columns)
    pool = op.AveragePool(kernel=kernel, stride=kernel)
    return _pooled(builder, call, pool, _OP.AVERAGE_POOL_2D, 0.0)


@LITERT.answers(op.Resize)
def _resize(builder: LiteBuilder, call: LiteCall, operation: op.Resize) -> int:
    x = call.specs[0]
    if (x.height * operation.scale[0], x.width * operation.scale[1]) != call.spec.sides:
        raise ExportError(f"{call.name}: LiteRT has no resizing but to whole positions; another scale can be written")
    size = _numbers(builder, call, "size", call.spec.sides)
    if operation.mode is op.Interpolation.NEAREST:
        code, options = _OP.RESIZE_NEAREST_NEIGHBOR, _options(schema.ResizeNearestNeighborOptionsT)
    else:
        code, options = _OP.RESIZE_BILINEAR, _options(schema.ResizeBilinearOptionsT, halfPixelCenters=True)
    return builder.operator(code, [call.inputs[0], size], builder.made(call), options)


@LITERT.answers(op.Pad)
def _padding(builder: LiteBuilder, call: LiteCall, operation: op.Pad) -> int:
    top, bottom, left, right = operation.pads
    widths = numpy.array([[0, 0], [top, bottom], [left, right], [0, 0]], numpy.int32)
    inputs = [call.inputs[0], builder.constant(f"{call.name}.pads", widths)]
    if operation.mode is op.PadMode.REPLICATE:
        raise ExportError(f"{call.name}: LiteRT has no padding by the edge; a number, or mirrored, can be written")
    if operation.mode is op.PadMode.REFLECT:
        options = _options(schema.MirrorPadOptionsT, mode=schema.MirrorPadMode.REFLECT)
        return builder.operator(_OP.MIRROR_PAD, inputs, builder.made(call), options)
    inputs.append(builder.constant(f"{call.name}.value", numpy.array([operation.value], numpy.float32)))
    return builder.operator(_OP.PADV2, inputs, builder.made(call), schema.PadV2OptionsT())


@LITERT.answers(op.TransposedConvolution)
def _transposed(builder: LiteBuilder, call: LiteCall, operation: op.TransposedConvolution) -> int:
    """The whole result, of which the padding is cut off, and the bias."""
    x, y, write = call.specs[0], call.spec, _Writing(builder, call)
    top, _, left, _ = operation.pads
    rows, columns = (
        (side - 1) * step + taps for side, step, taps in zip(x.sides, operation.stride, operation.kernel, strict=True)
    )
    if operation.groups != 1 or operation.dilation != (1, 1) or top + y.height > rows or left + y.width > columns:
        raise ExportError(
            f"{call.name}: LiteRT has no transposed convolution with groups, dilation, or output padding "
            "beyond what is cut off; without them it can be written"
        )
    kernel = builder.weights[f"{call.key}.weight"].transpose(1, 2, 3, 0)  # C'×k×k×C
    whole = (x.batch, rows, columns, y.channels)
    inputs = [
        _numbers(builder, call, "whole", whole),
        builder.weight(f"{call.key}.weight", kernel),
        call.inputs[0],
    ]
    options = _options(
        schema.TransposeConvOptionsT,
        padding=schema.Padding.VALID,
        strideH=operation.stride[0],
        strideW=operation.stride[1],
    )
    is_whole, bias = whole == laid(y), f"{call.key}.bias" in builder.weights
    made = write.add(_OP.TRANSPOSE_CONV, inputs, whole, options, is_result=is_whole and not bias)
    if not is_whole:
        begin = _numbers(builder, call, "begin", (0, top, left, 0))
        size = _numbers(builder, call, "size", laid(y))
        made = write.add(_OP.SLICE, [made, begin, size], laid(y), schema.SliceOptionsT(), is_result=not bias)
    return write.binary(_OP.ADD, made, write.channels("bias", y, 1), laid(y), is_result=True) if bias else made


@LITERT.answers(op.PRelu)
def _prelu(builder: LiteBuilder, call: LiteCall, operation: op.PRelu) -> int:
    spec = call.spec
    if _axis(spec, spec.channel_axis) != len(spec.shape) - 1:
        raise ExportError(
            f"{call.name}: LiteRT has slopes for channels that come last; a map or a vector can be written"
        )
    slopes = numpy.broadcast_to(builder.weights[f"{call.key}.weight"], (spec.channels,))
    form = slopes.reshape(*[1] * (len(spec.shape) - 2), -1)
    return builder.operator(_OP.PRELU, [call.inputs[0], builder.weight(f"{call.key}.weight", form)], builder.made(call))


@LITERT.answers(op.Elu)
def _elu(builder: LiteBuilder, call: LiteCall, operation: op.Elu) -> int:
    """max(x, 0) + α·(e^min(x, 0) − 1)."""
    write, x, shape = _Writing(builder, call), call.inputs[0], laid(call.spec)
    if operation.alpha == 1.0:
        return write.add(_OP.ELU, [x], shape, is_result=True)
    low = write.binary(_OP.MINIMUM, x, write.number("zero", 0.0), shape)
    powers = write.add(_OP.EXP, [low], shape, schema.ExpOptionsT())
    curve = write.binary(_OP.SUB, powers, write.number("one", 1.0), shape)
    scaled = write.binary(_OP.MUL, curve, write.number("alpha", operation.alpha), shape)
    return write.binary(_OP.ADD, write.add(_OP.RELU, [x], shape), scaled, shape, is_result=True)


@LITERT.answers(op.HardTanh)
def _hard_tanh(builder: LiteBuilder, call: LiteCall, operation: op.HardTanh) -> int:
    write, shape = _Writing(builder, call), laid(call.spec)
    low = write.binary(_OP.MAXIMUM, call.inputs[0], write.number("low", operation.low), shape)
    return write.binary(_OP.MINIMUM, low, write.number("high", operation.high), shape, is_result=True)


@LITERT.answers(op.Mish)
def _mish(builder: LiteBuilder, call: LiteCall, operation: op.Mish) -> int:
    """x·tanh(max(x, 0) + ln(1 + e^−|x|)): no exponential of it is beyond what a float can hold."""
    write, x, shape = _Writing(builder, call), call.inputs[0], laid(call.spec)
    away = write.add(_OP.NEG, [write.add(_OP.ABS, [x], shape, schema.AbsOptionsT())], shape, schema.NegOptionsT())
    small = write.binary(
        _OP.ADD, write.add(_OP.EXP, [away], shape, schema.ExpOptionsT()), write.number("one", 1.0), shape
    )
    soft = write.binary(_OP.ADD, write.add(_OP.RELU, [x], shape), write.add(_OP.LOG, [small], shape), shape)
    return write.binary(_OP.MUL, x, write.add(_OP.TANH, [soft], shape), shape, is_result=True)


@LITERT.answers(op.ScalarMultiply)
def _scalar_multiply(builder: LiteBuilder, call: LiteCall, operation: op.ScalarMultiply) -> int:
    write = _Writing(builder, call)
    factor = write.number("factor", operation.factor)
    return write.binary(_OP.MUL, call.inputs[0], factor, laid(call.spec), is_result=True)


@LITERT.answers(op.ScalarAdd)
def _scalar_add(builder: LiteBuilder, call: LiteCall, operation: op.ScalarAdd) -> int:
    write = _Writing(builder, call)
    return write.binary(
        _OP.ADD, call.inputs[0], write.number("addend", operation.addend), laid(call.spec), is_result=True
    )


@LITERT.answers(op.LayerScale)
def _layer_scale(builder: LiteBuilder, call: LiteCall, operation: op.LayerScale) -> int:
    write = _Writing(builder, call)
    scale = write.channels("weight", call.spec, operation.axis)
    return write.binary(_OP.MUL, call.inputs[0], scale, laid(call.spec), is_result=True)


def _normed(write: _Writing, x: int, shape: Sequence[int], axes: Sequence[int], eps: float) -> int:
    """(x − mean)/√(variance + ε), both over some dimensions as they stand in the file."""
    one = [1 if axis in axes else side for axis, side in enumerate(shape)]
    centred = write.binary(_OP.SUB, x, write.reduced(_OP.MEAN, x, shape, axes), shape)
    variance = write.reduced(_OP.MEAN, write.binary(_OP.MUL, centred, centred, shape), shape, axes)
    raised = write.binary(_OP.ADD, variance, write.number("eps", eps), one)
    return write.binary(_OP.MUL, centred, write.add(_OP.RSQRT, [raised], one), shape)


def _scaled(write: _Writing, x: int, axis: int) -> int:
    """The call's result: scaled and shifted channel by channel."""
    spec = write.call.spec
    scaled = write.binary(_OP.MUL, x, write.channels("weight", spec, axis), laid(spec))
    return write.binary(_OP.ADD, scaled, write.channels("bias", spec, axis), laid(spec), is_result=True)


@LITERT.answers(op.LayerNorm)
def _layer_norm(builder: LiteBuilder, call: LiteCall, operation: op.LayerNorm) -> int:
    write, spec = _Writing(builder, call), call.spec
    normed = _normed(write, call.inputs[0], laid(spec), [_axis(spec, operation.axis)], operation.eps)
    return _scaled(write, normed, operation.axis)


@LITERT.answers(op.GroupNorm)
def _group_norm(builder: LiteBuilder, call: LiteCall, operation: op.GroupNorm) -> int:
    write, groups = _Writing(builder, call), operation.groups
    batch, height, width, channels = laid(call.spec)
    apart = (batch, height * width, groups, channels // groups)
    normed = _normed(write, write.reshaped(call.inputs[0], apart), apart, (1, 3), operation.eps)
    return _scaled(write, write.reshaped(normed, laid(call.spec)), 1)


@LITERT.answers(op.LocalResponseNorm)
def _local_norm(builder: LiteBuilder, call: LiteCall, operation: op.LocalResponseNorm) -> int:
    options = _options(
        schema.LocalResponseNormalizationOptionsT,
        radius=operation.size // 2,
        bias=operation.k,
        alpha=operation.alpha / operation.size,  # TensorFlow weighs the sum, not the mean
        beta=operation.beta,
    )
    return builder.operator(_OP.LOCAL_RESPONSE_NORMALIZATION, [call.inputs[0]], builder.made(call), options)


@LITERT.answers(op.GlobalResponseNorm)
def _global_norm(builder: LiteBuilder, call: LiteCall, operation: op.GlobalResponseNorm) -> int:
    write, x, shape = _Writing(builder, call), call.inputs[0], laid(call.spec)
    point, single = (shape[0], 1, 1, shape[3]), (shape[0], 1, 1, 1)
    total = write.reduced(_OP.SUM, write.binary(_OP.MUL, x, x, shape), shape, (1, 2))
    norm = write.add(_OP.SQRT, [total], point)
    mean = write.reduced(_OP.MEAN, norm, point, (3,))
    share = write.binary(_OP.DIV, norm, write.binary(_OP.ADD, mean, write.number("eps", operation.eps), single), point)
    weighed = write.binary(_OP.MUL, x, share, shape)
    scaled = write.binary(_OP.MUL, weighed, write.channels("weight", call.spec, 1), shape)
    shifted = write.binary(_OP.ADD, scaled, write.channels("bias", call.spec, 1), shape)
    return write.binary(_OP.ADD, x, shifted, shape, is_result=True)


@LITERT.answers(op.MatrixProduct)
def _matrix_product(builder: LiteBuilder, call: LiteCall, operation: op.MatrixProduct) -> int:
    write = _Writing(builder, call)
    inputs = [write.planes(x, spec) for x, spec in zip(call.inputs, call.specs, strict=True)]
    options = _options(schema.BatchMatMulOptionsT, adjY=operation.transposed)
    return write.add(_OP.BATCH_MATMUL, inputs, call.spec.shape, options, is_result=True)


@LITERT.answers(op.Softmax)
def _softmax(builder: LiteBuilder, call: LiteCall, operation: op.Softmax) -> int:
    write, x, shape = _Writing(builder, call), call.inputs[0], laid(call.spec)
    axis = _axis(call.spec, operation.axis)
    if axis == len(shape) - 1:
        return write.add(_OP.SOFTMAX, [x], shape, _options(schema.SoftmaxOptionsT, beta=1.0), is_result=True)
    below = write.binary(_OP.SUB, x, write.reduced(_OP.REDUCE_MAX, x, shape, (axis,)), shape)
    powers = write.add(_OP.EXP, [below], shape, schema.ExpOptionsT())
    return write.binary(_OP.DIV, powers, write.reduced(_OP.SUM, powers, shape, (axis,)), shape, is_result=True)


@LITERT.answers(op.Subtract)
def _subtract(builder: LiteBuilder, call: LiteCall, operation: op.Subtract) -> int:
    a, b = call.inputs
    return _Writing(builder, call).binary(_OP.SUB, a, b, laid(call.spec), is_result=True)


@LITERT.answers(op.Divide)
def _divide(builder: LiteBuilder, call: LiteCall, operation: op.Divide) -> int:
    a, b = call.inputs
    return _Writing(builder, call).binary(_OP.DIV, a, b, laid(call.spec), is_result=True)
