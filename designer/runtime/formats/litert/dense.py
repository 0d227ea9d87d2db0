"""LiteRT's operators for dense layers, matrix products and softmax."""

from __future__ import annotations

import numpy
from ai_edge_litert import schema_py_generated as schema

from designer.graph import operations as op
from designer.runtime.formats.litert.writing import (
    CLIPS,
    LITERT,
    OP,
    LiteBuilder,
    LiteCall,
    Writing,
    axis_in_file,
    laid,
    options_of,
)


@LITERT.answers(op.Linear)
def _linear(builder: LiteBuilder, call: LiteCall, operation: op.Linear) -> int:
    kernel = builder.weights[f"{call.key}.weight"]
    bias = builder.weights.get(f"{call.key}.bias", numpy.zeros(kernel.shape[0], numpy.float32))
    weights = [builder.weight(f"{call.key}.weight", kernel), builder.weight(f"{call.key}.bias", bias)]
    options = options_of(
        schema.FullyConnectedOptionsT,
        fusedActivationFunction=CLIPS[call.clip],
        keepNumDims=not call.spec.is_vector,
    )
    code = OP.FULLY_CONNECTED
    return builder.operator(code, [call.inputs[0], *weights], builder.made(call), options)


@LITERT.answers(op.MatrixProduct)
def _matrix_product(builder: LiteBuilder, call: LiteCall, operation: op.MatrixProduct) -> int:
    write = Writing(builder, call)
    inputs = [write.planes(x, spec) for x, spec in zip(call.inputs, call.specs, strict=True)]
    options = options_of(schema.BatchMatMulOptionsT, adjY=operation.transposed)
    return write.add(OP.BATCH_MATMUL, inputs, call.spec.shape, options, is_result=True)


@LITERT.answers(op.Softmax)
def _softmax(builder: LiteBuilder, call: LiteCall, operation: op.Softmax) -> int:
    write, x, shape = Writing(builder, call), call.inputs[0], laid(call.spec)
    axis = axis_in_file(call.spec, operation.axis)
    if axis == len(shape) - 1:
        return write.add(OP.SOFTMAX, [x], shape, options_of(schema.SoftmaxOptionsT, beta=1.0), is_result=True)
    below = write.binary(OP.SUB, x, write.reduced(OP.REDUCE_MAX, x, shape, (axis,)), shape)
    powers = write.add(OP.EXP, [below], shape, schema.ExpOptionsT())
    return write.binary(OP.DIV, powers, write.reduced(OP.SUM, powers, shape, (axis,)), shape, is_result=True)
