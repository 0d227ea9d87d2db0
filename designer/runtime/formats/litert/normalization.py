"""LiteRT's operators for norms; most are spelled out in means, products and roots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy
from ai_edge_litert import schema_py_generated as schema

from designer.graph import operations as op
from designer.runtime.formats.litert.writing import (
    LITERT,
    OP,
    LiteBuilder,
    LiteCall,
    Writing,
    axis_in_file,
    laid,
    options_of,
)


@LITERT.answers(op.BatchNorm)
def _batch_norm(builder: LiteBuilder, call: LiteCall, operation: op.BatchNorm) -> int:
    """Y = x·f + (β − μ·f) with f = γ/√(σ² + ε), where no convolution before it could take it in."""
    scale, shift, mean, variance = (
        builder.weights[f"{call.key}.{name}"].astype(numpy.float64)
        for name in ("weight", "bias", "running_mean", "running_var")
    )
    factor = scale / numpy.sqrt(variance + operation.eps)
    write, shape = Writing(builder, call), laid(call.spec)
    scaled = write.binary(OP.MUL, call.inputs[0], write.weight("factor", factor), shape)
    return write.binary(OP.ADD, scaled, write.weight("shift", shift - mean * factor), shape, is_result=True)


def _normed(write: Writing, x: int, shape: Sequence[int], axes: Sequence[int], eps: float) -> int:
    """(x − mean)/√(variance + ε), both over some dimensions as they stand in the file."""
    one = [1 if axis in axes else side for axis, side in enumerate(shape)]
    centred = write.binary(OP.SUB, x, write.reduced(OP.MEAN, x, shape, axes), shape)
    variance = write.reduced(OP.MEAN, write.binary(OP.MUL, centred, centred, shape), shape, axes)
    raised = write.binary(OP.ADD, variance, write.number("eps", eps), one)
    return write.binary(OP.MUL, centred, write.add(OP.RSQRT, [raised], one), shape)


def _scaled(write: Writing, x: int, axis: int) -> int:
    """The call's result: scaled and shifted channel by channel."""
    spec = write.call.spec
    scaled = write.binary(OP.MUL, x, write.channels("weight", spec, axis), laid(spec))
    return write.binary(OP.ADD, scaled, write.channels("bias", spec, axis), laid(spec), is_result=True)


@LITERT.answers(op.LayerNorm)
def _layer_norm(builder: LiteBuilder, call: LiteCall, operation: op.LayerNorm) -> int:
    write, spec = Writing(builder, call), call.spec
    normed = _normed(write, call.inputs[0], laid(spec), [axis_in_file(spec, operation.axis)], operation.eps)
    return _scaled(write, normed, operation.axis)


@LITERT.answers(op.GroupNorm)
def _group_norm(builder: LiteBuilder, call: LiteCall, operation: op.GroupNorm) -> int:
    write, groups = Writing(builder, call), operation.groups
    batch, height, width, channels = laid(call.spec)
    apart = (batch, height * width, groups, channels // groups)
    normed = _normed(write, write.reshaped(call.inputs[0], apart), apart, (1, 3), operation.eps)
    return _scaled(write, write.reshaped(normed, laid(call.spec)), 1)


@LITERT.answers(op.LocalResponseNorm)
def _local_norm(builder: LiteBuilder, call: LiteCall, operation: op.LocalResponseNorm) -> int:
    options = options_of(
        schema.LocalResponseNormalizationOptionsT,
        radius=operation.size // 2,
        bias=operation.k,
        alpha=operation.alpha / operation.size,  # TensorFlow weighs the sum, not the mean
        beta=operation.beta,
    )
    return builder.operator(OP.LOCAL_RESPONSE_NORMALIZATION, [call.inputs[0]], builder.made(call), options)


@LITERT.answers(op.GlobalResponseNorm)
def _global_norm(builder: LiteBuilder, call: LiteCall, operation: op.GlobalResponseNorm) -> int:
    write, x, shape = Writing(builder, call), call.inputs[0], laid(call.spec)
    point, single = (shape[0], 1, 1, shape[3]), (shape[0], 1, 1, 1)
    total = write.reduced(OP.SUM, write.binary(OP.MUL, x, x, shape), shape, (1, 2))
    norm = write.add(OP.SQRT, [total], point)
    mean = write.reduced(OP.MEAN, norm, point, (3,))
    share = write.binary(OP.DIV, norm, write.binary(OP.ADD, mean, write.number("eps", operation.eps), single), point)
    weighed = write.binary(OP.MUL, x, share, shape)
    scaled = write.binary(OP.MUL, weighed, write.channels("weight", call.spec, 1), shape)
    shifted = write.binary(OP.ADD, scaled, write.channels("bias", call.spec, 1), shape)
    return write.binary(OP.ADD, x, shifted, shape, is_result=True)
