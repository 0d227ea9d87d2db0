"""LiteRT's operators for windows over maps, and for maps of other heights and widths."""

from __future__ import annotations

from dataclasses import replace

import numpy
from ai_edge_litert import schema_py_generated as schema

from designer.errors import ExportError
from designer.graph import operations as op
from designer.graph.window import Padding, Quad
from designer.runtime.formats.litert.writing import (
    CLIPS,
    LITERT,
    OP,
    LiteBuilder,
    LiteCall,
    Writing,
    laid,
    numbers,
    options_of,
    order_of,
)


def _padded(
    builder: LiteBuilder, call: LiteCall, operation: op.Convolution | op.MaxPool | op.AveragePool, fill: float
) -> tuple[int, int]:
    """The tensor to slide over, and LiteRT's word for the padding of the window."""
    x = call.specs[0]
    pads = operation.pads if isinstance(operation, op.Convolution) else operation.full_pads(x)
    is_same = replace(operation, pads=pads).is_same(x)
    if is_same and (any(pads) or (operation.padding is Padding.SAME and operation.extent != (1, 1))):
        return call.inputs[0], schema.Padding.SAME
    if not any(pads):
        return call.inputs[0], schema.Padding.VALID
    return _pad(builder, call, pads, fill), schema.Padding.VALID


def _pad(builder: LiteBuilder, call: LiteCall, pads: Quad, fill: float) -> int:
    top, bottom, left, right = pads
    x = call.specs[0]
    widths = numpy.array([[0, 0], [top, bottom], [left, right], [0, 0]], numpy.int32)
    inputs = [call.inputs[0], builder.constant(f"{call.name}.pads", widths)]
    output = builder.made(call, "padded", x.with_sides(x.height + top + bottom, x.width + left + right))
    if not fill:
        return builder.operator(OP.PAD, inputs, output, schema.PadOptionsT())
    inputs.append(Writing(builder, call).bound("fill", fill, laid(x)))
    return builder.operator(OP.PADV2, inputs, output, schema.PadV2OptionsT())


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
        "fusedActivationFunction": CLIPS[call.clip],
    }
    if operation.is_depthwise:
        kernel = kernel.transpose(1, 2, 3, 0)  # 1×k×k×(C·m)
        multiplier = out_channels // operation.in_channels
        options = options_of(schema.DepthwiseConv2DOptionsT, depthMultiplier=multiplier, **shared)
        code = OP.DEPTHWISE_CONV_2D
    else:
        kernel = kernel.transpose(0, 2, 3, 1)  # C'×k×k×(C/g)
        options = options_of(schema.Conv2DOptionsT, **shared)
        code = OP.CONV_2D
    weights = [builder.weight(f"{call.key}.weight", kernel), builder.weight(f"{call.key}.bias", bias)]
    return builder.operator(code, [source, *weights], builder.made(call), options)


def _pooled(
    builder: LiteBuilder, call: LiteCall, operation: op.MaxPool | op.AveragePool, code: int, fill: float
) -> int:
    source, padding = _padded(builder, call, operation, fill)
    if fill == 0 and source != call.inputs[0]:
        raise ExportError(f"{call.name}: LiteRT has no average pool with this padding; padding 'none' can be written")
    options = options_of(
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
    return _pooled(builder, call, operation, OP.MAX_POOL_2D, float("-inf"))


@LITERT.answers(op.AveragePool)
def _average_pool(builder: LiteBuilder, call: LiteCall, operation: op.AveragePool) -> int:
    return _pooled(builder, call, operation, OP.AVERAGE_POOL_2D, 0.0)


@LITERT.answers(op.GlobalAveragePool)
def _global_pool(builder: LiteBuilder, call: LiteCall, operation: op.GlobalAveragePool) -> int:
    axes = builder.constant("sides", numpy.array([1, 2], numpy.int32))
    options = options_of(schema.ReducerOptionsT, keepDims=True)
    return builder.operator(OP.MEAN, [call.inputs[0], axes], builder.made(call), options)


@LITERT.answers(op.GlobalMaxPool)
def _global_max(builder: LiteBuilder, call: LiteCall, operation: op.GlobalMaxPool) -> int:
    return Writing(builder, call).reduced(OP.REDUCE_MAX, call.inputs[0], laid(call.specs[0]), (1, 2), is_result=True)


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
    return _pooled(builder, call, pool, OP.AVERAGE_POOL_2D, 0.0)


@LITERT.answers(op.Resize)
def _resize(builder: LiteBuilder, call: LiteCall, operation: op.Resize) -> int:
    x = call.specs[0]
    if (x.height * operation.scale[0], x.width * operation.scale[1]) != call.spec.sides:
        raise ExportError(f"{call.name}: LiteRT has no resizing but to whole positions; another scale can be written")
    size = numbers(builder, call, "size", call.spec.sides)
    if operation.mode is op.Interpolation.NEAREST:
        code, options = OP.RESIZE_NEAREST_NEIGHBOR, options_of(schema.ResizeNearestNeighborOptionsT)
    else:
        code, options = OP.RESIZE_BILINEAR, options_of(schema.ResizeBilinearOptionsT, halfPixelCenters=True)
    return builder.operator(code, [call.inputs[0], size], builder.made(call), options)


@LITERT.answers(op.Pad)
def _padding(builder: LiteBuilder, call: LiteCall, operation: op.Pad) -> int:
    top, bottom, left, right = operation.pads
    sides = [[0, 0], [0, 0], [top, bottom], [left, right]]
    widths = numpy.array([sides[axis] for axis in order_of(call.spec)], numpy.int32)
    inputs = [call.inputs[0], builder.constant(f"{call.name}.pads", widths)]
    if operation.mode is op.PadMode.REPLICATE:
        raise ExportError(f"{call.name}: LiteRT has no padding by the edge; a number, or mirrored, can be written")
    if operation.mode is op.PadMode.REFLECT:
        options = options_of(schema.MirrorPadOptionsT, mode=schema.MirrorPadMode.REFLECT)
        return builder.operator(OP.MIRROR_PAD, inputs, builder.made(call), options)
    inputs.append(Writing(builder, call).bound("value", operation.value, laid(call.spec)))
    return builder.operator(OP.PADV2, inputs, builder.made(call), schema.PadV2OptionsT())


@LITERT.answers(op.TransposedConvolution)
def _transposed(builder: LiteBuilder, call: LiteCall, operation: op.TransposedConvolution) -> int:
    """The whole result, of which the padding is cut off, and the bias."""
    x, y, write = call.specs[0], call.spec, Writing(builder, call)
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
        numbers(builder, call, "whole", whole),
        builder.weight(f"{call.key}.weight", kernel),
        call.inputs[0],
    ]
    options = options_of(
        schema.TransposeConvOptionsT,
        padding=schema.Padding.VALID,
        strideH=operation.stride[0],
        strideW=operation.stride[1],
    )
    is_whole, bias = whole == laid(y), f"{call.key}.bias" in builder.weights
    made = write.add(OP.TRANSPOSE_CONV, inputs, whole, options, is_result=is_whole and not bias)
    if not is_whole:
        begin = numbers(builder, call, "begin", (0, top, left, 0))
        size = numbers(builder, call, "size", laid(y))
        made = write.add(OP.SLICE, [made, begin, size], laid(y), schema.SliceOptionsT(), is_result=not bias)
    return write.binary(OP.ADD, made, write.channels("bias", y, 1), laid(y), is_result=True) if bias else made


@LITERT.answers(op.PixelShuffle)
def _pixel_shuffle(builder: LiteBuilder, call: LiteCall, operation: op.PixelShuffle) -> int:
    write, factor = Writing(builder, call), operation.factor
    batch, height, width, _ = laid(call.specs[0])
    apart = (batch, height, width, call.spec.channels, factor, factor)
    placed = write.transposed(write.reshaped(call.inputs[0], apart), apart, [0, 1, 4, 2, 5, 3])
    return write.reshaped(placed, laid(call.spec), is_result=True)
