"""Dense layers, matrix products and softmax of LiteRT files are drawn, and compute the same."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from tests.runtime.importing.litert.lite_files import (
    MAP,
    LiteFile,
    Operators,
    assert_drawn,
    binary,
    plain,
    schema,
)
from tests.runtime.importing.proving import proved

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]


def dense(file: LiteFile, x: int) -> int:
    """N×H×W×C laid out in the file's order and multiplied."""
    flat = file.operator("RESHAPE", [x, file.numbers(-1, 192)], (1, 192), options="Reshape")
    return file.operator("FULLY_CONNECTED", [flat, file.random(7, 192)], (1, 7), options="FullyConnected")


def dense_of_rows(file: LiteFile, x: int) -> int:
    """Positions as pictures, as converters write a dense layer of a sequence."""
    rows = file.operator("RESHAPE", [x, file.numbers(48, 4)], (48, 4), options="Reshape")
    made = file.operator("FULLY_CONNECTED", [rows, file.random(7, 4)], (48, 7), options="FullyConnected")
    return file.operator("RESHAPE", [made, file.numbers(1, 48, 7)], (1, 48, 7), options="Reshape")


def worked_out(file: LiteFile, x: int) -> int:
    """The batch taken from the shape, as Keras' flatten does."""
    shape = file.operator("SHAPE", [x], (4,), options="Shape", outType=schema.TensorType.INT32)
    file.tensors[shape].type = schema.TensorType.INT32
    ends = [file.numbers(0), file.numbers(1), file.numbers(1)]
    batch = file.operator("STRIDED_SLICE", [shape, *ends], (), options="StridedSlice", shrinkAxisMask=1)
    rest = file.constant(numpy.array(192, numpy.int32))
    sides = file.operator("PACK", [batch, rest], (2,), options="Pack", valuesCount=2)
    file.tensors[batch].type = file.tensors[sides].type = schema.TensorType.INT32
    flat = file.operator("RESHAPE", [x, sides], (1, 192), options="Reshape")
    return file.operator("FULLY_CONNECTED", [flat, file.random(7, 192)], (1, 7), options="FullyConnected")


def attention(file: LiteFile, x: int) -> int:
    """Scores of all positions for each other, and the positions weighed by them."""
    rows = file.operator("RESHAPE", [x, file.numbers(1, 48, 4)], (1, 48, 4), options="Reshape")
    scores = file.operator("BATCH_MATMUL", [rows, rows], (1, 48, 48), options="BatchMatMul", adjY=True)
    shares = file.operator("SOFTMAX", [scores], (1, 48, 48), options="Softmax", beta=0.5)
    return file.operator("BATCH_MATMUL", [shares, rows], (1, 48, 4), options="BatchMatMul")


def gated(file: LiteFile, x: int) -> int:
    """Squeeze and excite, the squeezed as a vector."""
    mean = file.operator("MEAN", [x, file.numbers(1, 2)], (1, 4), options="Reducer")
    gate = file.operator("FULLY_CONNECTED", [mean, file.random(4, 4)], (1, 4), options="FullyConnected")
    sharp = file.operator("LOGISTIC", [gate], (1, 4))
    apart = file.operator("RESHAPE", [sharp, file.numbers(1, 1, 1, 4)], (1, 1, 1, 4), options="Reshape")
    return binary(file, "MUL", x, apart, (1, 8, 6, 4))


OPERATORS: Operators = {
    "dense of a map": (dense, ["flatten", "fully_connected"]),
    "dense of a shape worked out": (worked_out, ["flatten", "fully_connected"]),
    "dense of positions": (dense_of_rows, ["tokens", "fully_connected"]),
    "attention": (attention, None),
    "gated": (gated, None),
    "softmax": (plain("SOFTMAX", "Softmax", beta=1.0), ["softmax"]),
}


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_is_drawn_and_computes_the_same(tmp_path: Path, name: str) -> None:
    assert_drawn(tmp_path, *OPERATORS[name])


def test_the_matrix_behind_a_map_is_put_in_our_order(tmp_path: Path) -> None:
    file = LiteFile()
    x = file.tensor(MAP, "x")
    loaded = proved(file.saved(tmp_path, [x], [dense(file, x)]))
    (weight,) = (each for each in loaded.weights.values() if each.ndim == 2)
    matrix = numpy.random.default_rng(3).normal(size=(7, 192)).astype(numpy.float32).reshape(7, 8, 6, 4)
    numpy.testing.assert_array_equal(weight.numpy(), matrix.transpose(0, 3, 1, 2).reshape(7, 192))
