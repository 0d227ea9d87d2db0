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
        made = schema.OperatorT()
        made.opcodeIndex = self.codes.setdefault(code, len(self.codes))
        made.inputs, made.outputs = numpy.array(inputs, numpy.int32), numpy.array([output], numpy.int32)
        if options is not None:
            made.builtinOptions = options
            made.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__.removesuffix("T"))
        self.operators.append(made)
        return output

    def made(self, call: LiteCall, step: str = "", spec: TensorSpec | None = None) -> int:
        """A tensor for the call's output, or for a step on the way."""
        return self.tensor(f"{call.name}.{step}" if step else call.output, laid(spec or call.spec))


def laid(spec: TensorSpec) -> tuple[int, ...]:
    """A shape with its channels last."""
    return (spec.batch, spec.height, spec.width, spec.channels) if spec.is_map else spec.shape


Writer = Callable[[LiteBuilder, LiteCall, Any], int | tuple[int, ...]]
LITERT: Reader[Writer] = Reader("LiteRT")
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
    if not any(operation.pads):
        return call.inputs[0], schema.Padding.VALID
    if operation.is_same(call.specs[0]):
        return call.inputs[0], schema.Padding.SAME
    return _pad(builder, call, operation.pads, fill), schema.Padding.VALID


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
    options = _options(schema.FullyConnectedOptionsT, fusedActivationFunction=_CLIPS[call.clip])
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
    axis = 3 if call.specs[0].is_map else 1
    options = _options(schema.ConcatenationOptionsT, axis=axis)
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
        schema.BuiltinOperator.GELU, [call.inputs[0]], builder.made(call), _options(schema.GeluOptionsT)
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


@LITERT.answers(op.Identity, op.Dropout)
def _nothing(builder: LiteBuilder, call: LiteCall, operation: Operation) -> int:
    return call.inputs[0]  # what does nothing when running is left out


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
    LITERT.refuse(_refused, f"LiteRT is not written for a {_refused.title} yet")
