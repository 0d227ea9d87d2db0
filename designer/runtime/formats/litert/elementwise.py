"""LiteRT's operators for what is computed element by element."""

from __future__ import annotations

import numpy
from ai_edge_litert import schema_py_generated as schema

from designer.errors import ExportError
from designer.graph import operations as op
from designer.graph.operations import Operation
from designer.runtime.formats.litert.writing import (
    LITERT,
    OP,
    LiteBuilder,
    LiteCall,
    Writer,
    Writing,
    axis_in_file,
    laid,
    options_of,
)


def _of_two(code: int) -> Writer:
    """Two tensors, both laid as the result is: one of four dimensions is a map or stands as it is outside a file."""

    def write_both(builder: LiteBuilder, call: LiteCall, _operation: Operation) -> int:
        write = Writing(builder, call)
        a, b = (write.as_result(x, spec) for x, spec in zip(call.inputs, call.specs, strict=True))
        return write.binary(code, a, b, laid(call.spec), call.clip, is_result=True)

    return write_both


LITERT.set(op.Add, _of_two(OP.ADD))
LITERT.set(op.Multiply, _of_two(OP.MUL))
LITERT.set(op.Subtract, _of_two(OP.SUB))
LITERT.set(op.Divide, _of_two(OP.DIV))


@LITERT.answers(op.ScalarMultiply)
def _scalar_multiply(builder: LiteBuilder, call: LiteCall, operation: op.ScalarMultiply) -> int:
    write = Writing(builder, call)
    factor = write.number("factor", operation.factor)
    return write.binary(OP.MUL, call.inputs[0], factor, laid(call.spec), is_result=True)


@LITERT.answers(op.ScalarAdd)
def _scalar_add(builder: LiteBuilder, call: LiteCall, operation: op.ScalarAdd) -> int:
    write = Writing(builder, call)
    return write.binary(
        OP.ADD, call.inputs[0], write.number("addend", operation.addend), laid(call.spec), is_result=True
    )


@LITERT.answers(op.LayerScale)
def _layer_scale(builder: LiteBuilder, call: LiteCall, operation: op.LayerScale) -> int:
    write = Writing(builder, call)
    scale = write.channels("weight", call.spec, operation.axis)
    return write.binary(OP.MUL, call.inputs[0], scale, laid(call.spec), is_result=True)


def _plain(code: int) -> Writer:
    return lambda builder, call, _operation: builder.operator(code, [call.inputs[0]], builder.made(call))


LITERT.set(op.Relu, _plain(OP.RELU))
LITERT.set(op.Sigmoid, _plain(OP.LOGISTIC))
LITERT.set(op.Tanh, _plain(OP.TANH))


@LITERT.answers(op.Silu)
def _silu(builder: LiteBuilder, call: LiteCall, operation: op.Silu) -> int:
    write, x, shape = Writing(builder, call), call.inputs[0], laid(call.spec)
    return write.binary(OP.MUL, x, write.add(OP.LOGISTIC, [x], shape), shape, is_result=True)


@LITERT.answers(op.HardSigmoid)
def _hard_sigmoid(builder: LiteBuilder, call: LiteCall, operation: op.HardSigmoid) -> int:
    """ReLU6(x + 3)/6."""
    write, shape = Writing(builder, call), laid(call.spec)
    clipped = write.binary(OP.ADD, call.inputs[0], write.number("three", 3.0), shape, "relu6")
    return write.binary(OP.MUL, clipped, write.number("sixth", 1 / 6), shape, is_result=True)


@LITERT.answers(op.Relu6)
def _relu6(builder: LiteBuilder, call: LiteCall, operation: op.Relu6) -> int:
    if not builder.to_quantise:
        return builder.operator(OP.RELU6, [call.inputs[0]], builder.made(call))
    write = Writing(builder, call)
    return write.binary(OP.ADD, call.inputs[0], write.number("zero", 0.0), laid(call.spec), "relu6", is_result=True)


@LITERT.answers(op.LeakyRelu)
def _leaky_relu(builder: LiteBuilder, call: LiteCall, operation: op.LeakyRelu) -> int:
    if builder.to_quantise:
        write, shape = Writing(builder, call), laid(call.spec)
        low = write.binary(OP.MUL, call.inputs[0], write.number("slope", operation.negative_slope), shape)
        return write.binary(OP.MAXIMUM, call.inputs[0], low, shape, is_result=True)
    options = options_of(schema.LeakyReluOptionsT, alpha=operation.negative_slope)
    return builder.operator(OP.LEAKY_RELU, [call.inputs[0]], builder.made(call), options)


@LITERT.answers(op.Gelu)
def _gelu(builder: LiteBuilder, call: LiteCall, operation: op.Gelu) -> int:
    return builder.operator(
        OP.GELU,
        [call.inputs[0]],
        builder.made(call),
        options_of(schema.GeluOptionsT, approximate=operation.by_tanh),
    )


@LITERT.answers(op.HardSwish)
def _hard_swish(builder: LiteBuilder, call: LiteCall, operation: op.HardSwish) -> int:
    return builder.operator(OP.HARD_SWISH, [call.inputs[0]], builder.made(call), schema.HardSwishOptionsT())


@LITERT.answers(op.PRelu)
def _prelu(builder: LiteBuilder, call: LiteCall, operation: op.PRelu) -> int:
    spec = call.spec
    if axis_in_file(spec, spec.channel_axis) != len(spec.shape) - 1:
        raise ExportError(
            f"{call.name}: LiteRT has slopes for channels that come last; a map or a vector can be written"
        )
    slopes = numpy.broadcast_to(builder.weights[f"{call.key}.weight"], (spec.channels,))
    form = slopes.reshape(*[1] * (len(spec.shape) - 2), -1)
    return builder.operator(OP.PRELU, [call.inputs[0], builder.weight(f"{call.key}.weight", form)], builder.made(call))


@LITERT.answers(op.Elu)
def _elu(builder: LiteBuilder, call: LiteCall, operation: op.Elu) -> int:
    """max(x, 0) + α·(e^min(x, 0) − 1)."""
    write, x, shape = Writing(builder, call), call.inputs[0], laid(call.spec)
    if operation.alpha == 1.0:
        return write.add(OP.ELU, [x], shape, is_result=True)
    low = write.binary(OP.MINIMUM, x, write.number("zero", 0.0), shape)
    powers = write.add(OP.EXP, [low], shape, schema.ExpOptionsT())
    curve = write.binary(OP.SUB, powers, write.number("one", 1.0), shape)
    scaled = write.binary(OP.MUL, curve, write.number("alpha", operation.alpha), shape)
    return write.binary(OP.ADD, write.add(OP.RELU, [x], shape), scaled, shape, is_result=True)


@LITERT.answers(op.HardTanh)
def _hard_tanh(builder: LiteBuilder, call: LiteCall, operation: op.HardTanh) -> int:
    write, shape = Writing(builder, call), laid(call.spec)
    low = write.binary(OP.MAXIMUM, call.inputs[0], write.bound("low", operation.low, shape), shape)
    return write.binary(OP.MINIMUM, low, write.bound("high", operation.high, shape), shape, is_result=True)


@LITERT.answers(op.Mish)
def _mish(builder: LiteBuilder, call: LiteCall, operation: op.Mish) -> int:
    """x·tanh(max(x, 0) + ln(1 + e^−|x|)): no exponential of it is beyond what a float can hold."""
    write, x, shape = Writing(builder, call), call.inputs[0], laid(call.spec)
    away = write.add(OP.NEG, [write.add(OP.ABS, [x], shape, schema.AbsOptionsT())], shape, schema.NegOptionsT())
    small = write.binary(
        OP.ADD, write.add(OP.EXP, [away], shape, schema.ExpOptionsT()), write.number("one", 1.0), shape
    )
    soft = write.binary(OP.ADD, write.add(OP.RELU, [x], shape), write.add(OP.LOG, [small], shape), shape)
    return write.binary(OP.MUL, x, write.add(OP.TANH, [soft], shape), shape, is_result=True)


@LITERT.answers(op.Identity, op.Dropout, op.DropPath)
def _nothing(builder: LiteBuilder, call: LiteCall, operation: Operation) -> int:
    return call.inputs[0]  # what does nothing when running is left out
