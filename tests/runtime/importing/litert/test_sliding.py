"""Windows, padding and resizing of LiteRT files are drawn, and compute the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest

from tests.runtime.importing.litert.lite_files import (
    CLIP,
    SAME,
    VALID,
    LiteFile,
    Operators,
    assert_drawn,
    conv,
    padded,
    pool,
    resized,
)

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]


def depthwise(file: LiteFile, x: int) -> int:
    stated: dict[str, Any] = {
        "strideH": 1,
        "strideW": 1,
        "depthMultiplier": 2,
        "dilationHFactor": 2,
        "dilationWFactor": 1,
    }
    weights = [file.random(1, 3, 3, 8), file.random(8)]
    return file.operator(
        "DEPTHWISE_CONV_2D", [x, *weights], (1, 4, 4, 8), options="DepthwiseConv2D", padding=VALID, **stated
    )


def spread(file: LiteFile, x: int, side: int, padding: int) -> int:
    """A transposed convolution of stride 2 with a kernel of so many taps a side."""
    sides = (16, 12) if padding == SAME else (14 + side, 10 + side)
    whole = file.numbers(1, *sides, 3)
    inputs = [whole, file.random(3, side, side, 4), x, file.random(3)]
    return file.operator(
        "TRANSPOSE_CONV", inputs, (1, *sides, 3), options="TransposeConv", padding=padding, strideH=2, strideW=2
    )


def dilated(file: LiteFile, x: int) -> int:
    """A convolution whose taps stand apart, as old converters write it."""
    block, pads = file.numbers(2, 2), file.constant(numpy.array([[2, 2], [2, 2]], numpy.int32))
    dealt = file.operator("SPACE_TO_BATCH_ND", [x, block, pads], (4, 6, 5, 4), options="SpaceToBatchND")
    slid = conv(file, dealt, (4, 4, 3, 5), fusedActivationFunction=CLIP.RELU)
    crops = file.constant(numpy.zeros((2, 2), numpy.int32))
    return file.operator("BATCH_TO_SPACE_ND", [slid, block, crops], (1, 8, 6, 5), options="BatchToSpaceND")


OPERATORS: Operators = {
    "same": (lambda file, x: conv(file, x, (1, 4, 3, 5), SAME, strideH=2, strideW=2), ["conv2d"]),
    "clipped at 6": (
        lambda file, x: conv(file, x, (1, 6, 4, 5), fusedActivationFunction=CLIP.RELU6),
        ["conv_block"],
    ),
    "bounded by one": (
        lambda file, x: conv(file, x, (1, 6, 4, 5), fusedActivationFunction=CLIP.RELU_N1_TO_1),
        ["conv2d", "hard_tanh"],
    ),
    "depthwise": (depthwise, ["depthwise_conv2d"]),
    "padded before": (
        lambda file, x: conv(file, padded(file, x, 0, 0, 1, 2, 0, 1, 0, 0), (1, 9, 5, 5)),
        ["conv2d"],
    ),
    "dilated": (dilated, ["conv2d", "relu"]),
    "spread by 4": (lambda file, x: spread(file, x, 4, SAME), ["transposed_conv2d"]),
    "spread by 3": (lambda file, x: spread(file, x, 3, SAME), None),
    "spread whole": (lambda file, x: spread(file, x, 3, VALID), ["transposed_conv2d"]),
    "max pool": (lambda file, x: pool(file, "MAX_POOL_2D", x, (1, 4, 3, 4), 3, SAME), ["max_pool"]),
    "average pool": (lambda file, x: pool(file, "AVERAGE_POOL_2D", x, (1, 4, 3, 4), 2), ["average_pool"]),
    "nearest": (resized("RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighbor"), ["resize"]),
    "nearest by middles": (
        resized("RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighbor", halfPixelCenters=True),
        ["resize"],
    ),
    "bilinear": (resized("RESIZE_BILINEAR", "ResizeBilinear", halfPixelCenters=True), ["resize"]),
    "depth to space": (
        lambda file, x: file.operator("DEPTH_TO_SPACE", [x], (1, 16, 12, 1), options="DepthToSpace", blockSize=2),
        None,
    ),
    "space to depth": (
        lambda file, x: file.operator("SPACE_TO_DEPTH", [x], (1, 4, 3, 16), options="SpaceToDepth", blockSize=2),
        None,
    ),
    "padded": (lambda file, x: padded(file, x, 0, 0, 1, 0, 2, 3, 0, 0), ["pad"]),
    "channels of zeros": (
        lambda file, x: padded(file, x, 0, 0, 0, 0, 0, 0, 0, 3),
        ["slice", "scalar_multiply", "concatenate"],
    ),
    "mirrored": (
        lambda file, x: file.operator(
            "MIRROR_PAD",
            [x, file.constant(numpy.array([[0, 0], [1, 2], [1, 0], [0, 0]], numpy.int32))],
            (1, 11, 7, 4),
            options="MirrorPad",
        ),
        ["pad"],
    ),
}


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_is_drawn_and_computes_the_same(tmp_path: Path, name: str) -> None:
    assert_drawn(tmp_path, *OPERATORS[name])
