"""LiteRT's operators that lay out, join, part and reduce tensors."""

from __future__ import annotations

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
    numbers,
    options_of,
    order_of,
)


@LITERT.answers(op.Flatten)
def _flatten(builder: LiteBuilder, call: LiteCall, operation: op.Flatten) -> int:
    x, source = call.specs[0], call.inputs[0]
    if x.is_map and x.channels > 1 and x.height * x.width > 1:
        # PyTorch lays out channel by channel; what is behind has its weights in that order.
        planes = builder.tensor(f"{call.name}.planes", x.shape)
        order = builder.constant("planes", numpy.array([0, 3, 1, 2], numpy.int32))
        source = builder.operator(OP.TRANSPOSE, [source, order], planes, schema.TransposeOptionsT())
    shape = builder.constant(f"{call.name}.shape", numpy.array(call.spec.shape, numpy.int32))
    options = options_of(schema.ReshapeOptionsT, newShape=numpy.array(call.spec.shape, numpy.int32))
    return builder.operator(OP.RESHAPE, [source, shape], builder.made(call), options)


@LITERT.answers(op.Concatenate)
def _concatenate(builder: LiteBuilder, call: LiteCall, operation: op.Concatenate) -> int:
    options = options_of(schema.ConcatenationOptionsT, axis=axis_in_file(call.specs[0], operation.axis))
    return builder.operator(OP.CONCATENATION, list(call.inputs), builder.made(call), options)


@LITERT.answers(op.Reshape, op.Squeeze)
def _reshape(builder: LiteBuilder, call: LiteCall, operation: op.Reshape | op.Squeeze) -> int:
    write = Writing(builder, call)
    flat = write.planes(call.inputs[0], call.specs[0])
    if not call.spec.is_map:
        return write.reshaped(flat, call.spec.shape, is_result=True)
    return write.from_planes(write.reshaped(flat, call.spec.shape))


@LITERT.answers(op.Permute)
def _permute(builder: LiteBuilder, call: LiteCall, operation: op.Permute) -> int:
    before, after = order_of(call.specs[0]), order_of(call.spec)
    order = [before.index(operation.order[axis]) for axis in after]
    return Writing(builder, call).transposed(call.inputs[0], laid(call.specs[0]), order, is_result=True)


@LITERT.answers(op.Split)
def _split(builder: LiteBuilder, call: LiteCall, operation: op.Split) -> tuple[int, ...]:
    if builder.to_quantise:
        return _slices(builder, call, operation)
    sizes = numbers(builder, call, "sizes", operation.sizes)
    axis = builder.constant(f"{call.name}.axis", numpy.array(axis_in_file(call.specs[0], operation.axis), numpy.int32))
    made = [builder.tensor(name, laid(spec)) for name, spec in zip(call.outputs, call.made, strict=True)]
    options = options_of(schema.SplitVOptionsT, numSplits=len(made))
    builder.operator_of_several(OP.SPLIT_V, [call.inputs[0], sizes, axis], made, options)
    return tuple(made)


def _slices(builder: LiteBuilder, call: LiteCall, operation: op.Split) -> tuple[int, ...]:
    """The parts one by one, for LiteRT's split into unequal parts has no form in eight bits."""
    made, start = [], 0
    for name, spec, size in zip(call.outputs, call.made, operation.sizes, strict=True):
        output = builder.tensor(name, laid(spec))
        made.append(_strided(builder, call, operation.axis, (start, start + size, 1), output))
        start += size
    return tuple(made)


@LITERT.answers(op.Slice)
def _slice(builder: LiteBuilder, call: LiteCall, operation: op.Slice) -> int:
    bounds = (operation.start, operation.stop, operation.step)
    return _strided(builder, call, operation.axis, bounds, builder.made(call))


def _strided(builder: LiteBuilder, call: LiteCall, axis: int, bounds: tuple[int, int, int], output: int) -> int:
    """Positions from a first to before a last, each so far from the one before, of one of our axes."""
    shape, place = laid(call.specs[0]), axis_in_file(call.specs[0], axis)
    begin, end, strides = [0] * len(shape), list(shape), [1] * len(shape)
    begin[place], end[place], strides[place] = bounds
    named = [
        numbers(builder, call, word, values) for word, values in (("begin", begin), ("end", end), ("strides", strides))
    ]
    options = options_of(schema.StridedSliceOptionsT)
    return builder.operator(OP.STRIDED_SLICE, [call.inputs[0], *named], output, options)


@LITERT.answers(op.ChannelShuffle)
def _channel_shuffle(builder: LiteBuilder, call: LiteCall, operation: op.ChannelShuffle) -> int:
    write, groups = Writing(builder, call), operation.groups
    batch, height, width, channels = laid(call.spec)
    apart = (batch, height, width, groups, channels // groups)
    dealt = write.transposed(write.reshaped(call.inputs[0], apart), apart, [0, 1, 2, 4, 3])
    return write.reshaped(dealt, laid(call.spec), is_result=True)


@LITERT.answers(op.Mean)
def _mean(builder: LiteBuilder, call: LiteCall, operation: op.Mean) -> int:
    write, x = Writing(builder, call), call.specs[0]
    if operation.keep:
        axes = [axis_in_file(x, axis) for axis in operation.axes]
        return write.reduced(OP.MEAN, call.inputs[0], laid(x), axes, is_result=True)
    planes = write.planes(call.inputs[0], x)
    kept = write.reduced(OP.MEAN, planes, x.shape, operation.axes)
    return write.reshaped(kept, call.spec.shape, is_result=True)


LITERT.refuse(op.Opaque, "LiteRT has nothing for an operator of another format; ONNX can be written")
