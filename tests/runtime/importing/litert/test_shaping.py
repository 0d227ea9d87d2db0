"""Other shapes, parts and means of LiteRT files are drawn, and compute the same."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from tests.runtime.importing.litert.lite_files import (
    MAP,
    SAME,
    LiteFile,
    Operators,
    assert_drawn,
    conv,
    plain,
    pool,
)

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]


def shuffled(file: LiteFile, x: int) -> int:
    apart = file.operator("RESHAPE", [x, file.numbers(1, 8, 6, 2, 2)], (1, 8, 6, 2, 2), options="Reshape")
    turned = file.operator("TRANSPOSE", [apart, file.numbers(0, 1, 2, 4, 3)], (1, 8, 6, 2, 2), options="Transpose")
    joined = file.operator("RESHAPE", [turned, file.numbers(1, 8, 6, 4)], (1, 8, 6, 4), options="Reshape")
    return conv(file, joined, (1, 8, 6, 5), SAME)


def one_of_two(file: LiteFile, x: int) -> int:
    file.operator(
        "SPLIT",
        [file.constant(numpy.array(3, numpy.int32)), x],
        (1, 8, 6, 2),
        (1, 8, 6, 2),
        options="Split",
        numSplits=2,
    )
    second = len(file.tensors) - 1
    return file.operator("CONCATENATION", [second, x], (1, 8, 6, 6), options="Concatenation", axis=-1)


def boxes(file: LiteFile, x: int) -> int:
    """Two maps' predictions one behind the other, as detectors give them."""
    small = pool(file, "MAX_POOL_2D", x, (1, 4, 3, 4), 2)
    one = file.operator("RESHAPE", [x, file.numbers(1, -1, 2)], (1, 96, 2), options="Reshape")
    other = file.operator("RESHAPE", [small, file.numbers(1, -1, 2)], (1, 24, 2), options="Reshape")
    return file.operator("CONCATENATION", [one, other], (1, 120, 2), options="Concatenation", axis=1)


def sliced(file: LiteFile, x: int) -> int:
    ranges = [file.numbers(0, 1, 0, 1), file.numbers(1, 8, 6, 4), file.numbers(1, 2, 1, 1)]
    return file.operator("STRIDED_SLICE", [x, *ranges], (1, 4, 6, 3), options="StridedSlice", beginMask=1, endMask=5)


def column_flattened(file: LiteFile, x: int) -> int:
    """A map of one column laid out in the file's order, row by row, and given out."""
    column = file.operator("MEAN", [x, file.numbers(2)], (1, 8, 1, 4), options="Reducer", keepDims=True)
    return file.operator("RESHAPE", [column, file.numbers(1, 32)], (1, 32), options="Reshape")


def padded_matrices(file: LiteFile, x: int) -> int:
    """Products of matrices N×H×W×W', which are no map, with rows and columns added."""
    scores = file.operator("BATCH_MATMUL", [x, x], (1, 8, 6, 6), options="BatchMatMul", adjY=True)
    widths = file.constant(numpy.array([[0, 0], [0, 0], [1, 2], [0, 1]], numpy.int32))
    return file.operator("PAD", [scores, widths], (1, 8, 9, 7), options="Pad")


OPERATORS: Operators = {
    "mean": (
        lambda file, x: file.operator("MEAN", [x, file.numbers(1, 2)], (1, 4), options="Reducer"),
        ["global_average_pool", "flatten"],
    ),
    "mean of channels": (
        lambda file, x: file.operator("MEAN", [x, file.numbers(3)], (1, 8, 6, 1), options="Reducer", keepDims=True),
        ["mean"],
    ),
    "sum": (
        lambda file, x: file.operator("SUM", [x, file.numbers(2)], (1, 8, 4), options="Reducer"),
        None,
    ),
    "largest": (
        lambda file, x: file.operator("REDUCE_MAX", [x, file.numbers(1, 2)], (1, 4), options="Reducer"),
        ["global_max_pool", "flatten"],
    ),
    "shuffle": (shuffled, ["channel_shuffle", "conv2d"]),
    "flattened column": (column_flattened, None),
    "padded matrices": (padded_matrices, ["permute", "matrix_product", "pad"]),
    "split": (one_of_two, ["chunk", "concatenate"]),
    "predictions": (boxes, None),
    "sliced": (sliced, ["slice", "slice"]),
    "cut": (
        lambda file, x: file.operator(
            "SLICE", [x, file.numbers(0, 2, 1, 0), file.numbers(-1, 3, -1, 4)], (1, 3, 5, 4), options="Slice"
        ),
        ["slice", "slice"],
    ),
    "expanded and squeezed": (
        lambda file, x: file.operator(
            "SQUEEZE",
            [
                file.operator(
                    "EXPAND_DIMS", [plain("RELU")(file, x), file.numbers(1)], (1, 1, 8, 6, 4), options="ExpandDims"
                )
            ],
            MAP,
            options="Squeeze",
            squeezeDims=numpy.array([1], numpy.int32),
        ),
        ["relu"],
    ),
}


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_is_drawn_and_computes_the_same(tmp_path: Path, name: str) -> None:
    assert_drawn(tmp_path, *OPERATORS[name])
