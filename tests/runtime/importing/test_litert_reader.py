"""LiteRT files come in: channels last become ours, what only fixes the layout vanishes, damaged files end in words."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from numpy.typing import NDArray

from designer.errors import ImportRefused
from designer.export.options import MobileOptions, Precision
from designer.files.design_json import load
from designer.graph.design import Design
from designer.graph.window import Padding
from designer.importing.model_files import ImportOptions
from designer.layers.convolution import Conv2d
from designer.runtime.compile.module import compile_module
from designer.runtime.formats.export import export_design
from designer.runtime.importing.load import LoadedModel, load_model
from designer.templates.networks import template, templates
from tests.runtime.importing.lite_files import LiteFile, schema

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

EXAMPLES = sorted((Path(__file__).parents[3] / "resources" / "examples").glob("*.json"))
SAME, VALID = schema.Padding.SAME, schema.Padding.VALID
CLIP = schema.ActivationFunctionType

Make = Callable[[LiteFile, int], int]
"""What a test puts behind an input 1×8×6×4; gives what leaves."""


def read(path: Path, **options: Any) -> LoadedModel:
    loaded = load_model(path, ImportOptions(**options))
    assert loaded.proved, loaded.result.unproved
    assert loaded.result.runs[0].max_abs_output > 0
    return loaded


def made(folder: Path, make: Make, shape: tuple[int, ...] = (1, 8, 6, 4)) -> Path:
    file = LiteFile()
    x = file.tensor(shape, "x")
    return file.saved(folder, [x], [make(file, x)])


def layers(loaded: LoadedModel) -> list[str]:
    return [node.layer.key for node in loaded.design.nodes.values() if node.layer.key not in ("input", "output")]


def conv(file: LiteFile, x: int, shape: tuple[int, ...], padding: int = VALID, **more: Any) -> int:
    """A convolution 3×3 to five channels."""
    stated: dict[str, Any] = {
        "strideH": 1,
        "strideW": 1,
        "dilationHFactor": 1,
        "dilationWFactor": 1,
        "padding": padding,
        **more,
    }
    return file.operator("CONV_2D", [x, file.random(5, 3, 3, 4), file.random(5)], shape, options="Conv2D", **stated)


def pool(file: LiteFile, kind: str, x: int, shape: tuple[int, ...], size: int, padding: int = VALID) -> int:
    sides: dict[str, Any] = {"filterHeight": size, "filterWidth": size, "strideH": 2, "strideW": 2}
    return file.operator(kind, [x], shape, options="Pool2D", padding=padding, **sides)


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


def binary(file: LiteFile, kind: str, a: int, b: int, shape: tuple[int, ...], clip: int = 0) -> int:
    return file.operator(kind, [a, b], shape, options=kind.capitalize(), fusedActivationFunction=clip)


def number(file: LiteFile, value: float) -> int:
    return file.constant(numpy.array(value, numpy.float32))


def dense(file: LiteFile, x: int) -> int:
    """N×H×W×C laid out in the file's order and multiplied."""
    flat = file.operator("RESHAPE", [x, file.numbers(-1, 192)], (1, 192), options="Reshape")
    return file.operator("FULLY_CONNECTED", [flat, file.random(7, 192)], (1, 7), options="FullyConnected")


def dense_of_rows(file: LiteFile, x: int) -> int:
    """Positions as pictures, as converters write a dense layer of a sequence."""
    rows = file.operator("RESHAPE", [x, file.numbers(48, 4)], (48, 4), options="Reshape")
    made = file.operator("FULLY_CONNECTED", [rows, file.random(7, 4)], (48, 7), options="FullyConnected")
    return file.operator("RESHAPE", [made, file.numbers(1, 48, 7)], (1, 48, 7), options="Reshape")


def shuffled(file: LiteFile, x: int) -> int:
    apart = file.operator("RESHAPE", [x, file.numbers(1, 8, 6, 2, 2)], (1, 8, 6, 2, 2), options="Reshape")
    turned = file.operator("TRANSPOSE", [apart, file.numbers(0, 1, 2, 4, 3)], (1, 8, 6, 2, 2), options="Transpose")
    joined = file.operator("RESHAPE", [turned, file.numbers(1, 8, 6, 4)], (1, 8, 6, 4), options="Reshape")
    return conv(file, joined, (1, 8, 6, 5), SAME)


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


def normed(file: LiteFile, x: int) -> int:
    """A layer norm over the channels, as TensorFlow writes it."""
    axes = file.numbers(3)
    mean = file.operator("MEAN", [x, axes], (1, 8, 6, 1), options="Reducer", keepDims=True)
    apart = file.operator("SQUARED_DIFFERENCE", [x, mean], (1, 8, 6, 4), options="SquaredDifference")
    variance = file.operator("MEAN", [apart, axes], (1, 8, 6, 1), options="Reducer", keepDims=True)
    raised = binary(file, "ADD", variance, number(file, 1e-3), (1, 8, 6, 1))
    factor = binary(file, "MUL", file.operator("RSQRT", [raised], (1, 8, 6, 1)), file.random(4), (1, 8, 6, 4))
    shift = binary(file, "SUB", file.random(4), binary(file, "MUL", mean, factor, (1, 8, 6, 4)), (1, 8, 6, 4))
    return binary(file, "ADD", binary(file, "MUL", x, factor, (1, 8, 6, 4)), shift, (1, 8, 6, 4))


def padded(file: LiteFile, x: int, *widths: int) -> int:
    sides = [8 + widths[2] + widths[3], 6 + widths[4] + widths[5], 4 + widths[6] + widths[7]]
    pads = file.constant(numpy.array(widths, numpy.int32).reshape(4, 2))
    return file.operator("PAD", [x, pads], (1, *sides), options="Pad")


def dilated(file: LiteFile, x: int) -> int:
    """A convolution whose taps stand apart, as old converters write it."""
    block, pads = file.numbers(2, 2), file.constant(numpy.array([[2, 2], [2, 2]], numpy.int32))
    dealt = file.operator("SPACE_TO_BATCH_ND", [x, block, pads], (4, 6, 5, 4), options="SpaceToBatchND")
    slid = conv(file, dealt, (4, 4, 3, 5), fusedActivationFunction=CLIP.RELU)
    crops = file.constant(numpy.zeros((2, 2), numpy.int32))
    return file.operator("BATCH_TO_SPACE_ND", [slid, block, crops], (1, 8, 6, 5), options="BatchToSpaceND")


def resized(kind: str, options: str, **values: Any) -> Make:
    return lambda file, x: file.operator(kind, [x, file.numbers(16, 12)], (1, 16, 12, 4), options=options, **values)


def plain(kind: str, options: str = "", **values: Any) -> Make:
    return lambda file, x: file.operator(kind, [x], (1, 8, 6, 4), options=options, **values)


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


MAP = (1, 8, 6, 4)
OPERATORS: dict[str, tuple[Make, list[str] | None]] = {
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
    "dense of a map": (dense, ["flatten", "fully_connected"]),
    "dense of a shape worked out": (worked_out, ["flatten", "fully_connected"]),
    "dense of positions": (dense_of_rows, ["tokens", "fully_connected"]),
    "shuffle": (shuffled, ["channel_shuffle", "conv2d"]),
    "attention": (attention, None),
    "gated": (gated, None),
    "layer norm": (normed, ["layer_norm"]),
    "two and a clip": (
        lambda file, x: binary(file, "ADD", x, plain("TANH")(file, x), MAP, CLIP.RELU),
        ["tanh", "add", "relu"],
    ),
    "number less it": (
        lambda file, x: binary(file, "SUB", number(file, 2.5), x, MAP),
        ["scalar_multiply", "scalar_add"],
    ),
    "divided": (lambda file, x: binary(file, "DIV", x, number(file, 4.0), MAP), ["scalar_multiply"]),
    "factors and shifts": (
        lambda file, x: binary(file, "ADD", binary(file, "MUL", x, file.random(4), MAP), file.random(1, 1, 1, 4), MAP),
        ["batch_norm"],
    ),
    "swish": (lambda file, x: binary(file, "MUL", x, plain("LOGISTIC")(file, x), MAP), ["silu"]),
    "squared": (plain("SQUARE", "Square"), ["multiply"]),
    "hard swish": (plain("HARD_SWISH", "HardSwish"), ["hard_swish"]),
    "bounded": (plain("RELU_N1_TO_1"), ["hard_tanh"]),
    "leaky": (plain("LEAKY_RELU", "LeakyRelu", alpha=0.3), ["leaky_relu"]),
    "elu": (plain("ELU"), ["elu"]),
    "gelu": (plain("GELU", "Gelu", approximate=True), ["gelu"]),
    "prelu": (lambda file, x: file.operator("PRELU", [x, file.random(1, 1, 4)], MAP), ["prelu"]),
    "least and most": (
        lambda file, x: file.operator(
            "MINIMUM", [file.operator("MAXIMUM", [x, number(file, -0.25)], MAP), number(file, 0.5)], MAP
        ),
        ["hard_tanh"],
    ),
    "softmax": (plain("SOFTMAX", "Softmax", beta=1.0), ["softmax"]),
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
    make, wanted = OPERATORS[name]
    loaded = read(made(tmp_path, make))
    assert wanted is None or layers(loaded) == wanted


# Layout --------------------------------------------------------------------------------------------------------------


def test_a_file_that_takes_channels_first_is_drawn_without_its_transposes(tmp_path: Path) -> None:
    """As PyTorch's converter writes it: turned at the entrance and at the exit."""
    file = LiteFile()
    x = file.tensor((1, 4, 8, 6), "x")
    last = file.operator("TRANSPOSE", [x, file.numbers(0, 2, 3, 1)], MAP, options="Transpose")
    slid = conv(file, last, (1, 8, 6, 5), SAME)
    out = file.operator("TRANSPOSE", [slid, file.numbers(0, 3, 1, 2)], (1, 5, 8, 6), options="Transpose")
    loaded = read(file.saved(tmp_path, [x], [out]))
    assert layers(loaded) == ["conv2d"]
    assert {each.rule: each.times for each in loaded.rewritten}["transpose taken in"] == 2


def test_same_keeps_its_intent(tmp_path: Path) -> None:
    loaded = read(made(tmp_path, lambda file, x: conv(file, x, (1, 4, 3, 5), SAME, strideH=2, strideW=2)))
    (layer,) = (node.layer for node in loaded.design.nodes.values() if node.layer.key == "conv2d")
    assert isinstance(layer, Conv2d)
    assert layer.padding is Padding.SAME


def test_the_matrix_behind_a_map_is_put_in_our_order(tmp_path: Path) -> None:
    file = LiteFile()
    x = file.tensor(MAP, "x")
    loaded = read(file.saved(tmp_path, [x], [dense(file, x)]))
    (weight,) = (each for each in loaded.weights.values() if each.ndim == 2)
    matrix = numpy.random.default_rng(3).normal(size=(7, 192)).astype(numpy.float32).reshape(7, 8, 6, 4)
    numpy.testing.assert_array_equal(weight.numpy(), matrix.transpose(0, 3, 1, 2).reshape(7, 192))


# Weights -------------------------------------------------------------------------------------------------------------


def matrix_of(loaded: LoadedModel) -> NDArray[Any]:
    (weight,) = (each for each in loaded.weights.values() if each.ndim == 2)
    return weight.numpy()


def multiplied(folder: Path, weight: Callable[[LiteFile], int]) -> Path:
    """A vector of four times a matrix 2×4."""
    file = LiteFile()
    x = file.tensor((1, 4), "x")
    made = file.operator("FULLY_CONNECTED", [x, weight(file)], (1, 2), options="FullyConnected")
    return file.saved(folder, [x], [made])


MATRIX = numpy.array([[0, 3, 0, 0], [1.5, 0, 0, -2]])


def test_float16_weights_are_widened(tmp_path: Path) -> None:
    def weight(file: LiteFile) -> int:
        return file.operator("DEQUANTIZE", [file.constant(MATRIX.astype(numpy.float16))], (2, 4), options="Dequantize")

    loaded = read(multiplied(tmp_path, weight))
    numpy.testing.assert_array_equal(matrix_of(loaded), MATRIX)
    assert "weights widened from float16" in {each.rule for each in loaded.rewritten}


@pytest.mark.parametrize("is_widened", [False, True])
def test_eight_bit_weights_are_read_as_what_they_stand_for_and_said(tmp_path: Path, is_widened: bool) -> None:
    def weight(file: LiteFile) -> int:
        whole = file.constant(numpy.array([[4, 10, 4, 4], [-3, 2, 2, 6]], numpy.int8))
        file.quantised(whole, [0.5, 0.25], zero=4)
        return file.operator("DEQUANTIZE", [whole], (2, 4), options="Dequantize") if is_widened else whole

    loaded = read(multiplied(tmp_path, weight))
    numpy.testing.assert_array_equal(matrix_of(loaded), [[0, 3, 0, 0], [-1.75, -0.5, -0.5, 0.5]])
    assert any("eight bits" in each for each in loaded.result.warnings)


def vector(*values: int) -> tuple[int, Any]:
    made = schema.Int32VectorT()
    made.values = numpy.array(values, numpy.int32)
    return schema.SparseIndexVector.Int32Vector, made


def level(width: int = 0, segments: tuple[int, ...] = (), indices: tuple[int, ...] = ()) -> Any:
    """A dimension of a sparse tensor, compressed where there are segments."""
    made = schema.DimensionMetadataT()
    made.denseSize = width
    if segments:
        made.format = schema.DimensionType.SPARSE_CSR
        made.arraySegmentsType, made.arraySegments = vector(*segments)
        made.arrayIndicesType, made.arrayIndices = vector(*indices)
    return made


@pytest.mark.parametrize("is_blocked", [False, True])
def test_sparse_weights_are_read_with_their_zeros(tmp_path: Path, is_blocked: bool) -> None:
    """The example of TensorFlow Lite's schema: rows as they are, columns compressed; and blocks of 1×2."""

    def weight(file: LiteFile) -> int:
        stored = [0, 3, 1.5, 0, 0, -2] if is_blocked else [3, 1.5, -2]
        index = file.constant(numpy.array(stored, numpy.float32))
        made = schema.SparsityParametersT()
        if is_blocked:
            made.traversalOrder, made.blockMap = numpy.array([0, 1, 2], numpy.int32), numpy.array([1], numpy.int32)
            made.dimMetadata = [level(2), level(0, (0, 1, 3), (0, 0, 1)), level(2)]
        else:
            made.traversalOrder = numpy.array([0, 1], numpy.int32)
            made.dimMetadata = [level(2), level(0, (0, 1, 3), (1, 0, 3))]
        file.tensors[index].shape, file.tensors[index].sparsity = numpy.array([2, 4], numpy.int32), made
        return file.operator("DENSIFY", [index], (2, 4), options="Densify")

    numpy.testing.assert_array_equal(matrix_of(read(multiplied(tmp_path, weight))), MATRIX)


# What comes in as it went out ----------------------------------------------------------------------------------------

DESIGNS = [pytest.param(each.build(), id=each.key) for each in templates()] + [
    pytest.param(load(path), id=path.name.partition(".")[0]) for path in EXAMPLES
]


@pytest.mark.slow
@pytest.mark.parametrize("design", DESIGNS)
def test_what_is_exported_comes_back(tmp_path: Path, design: Design) -> None:
    path = tmp_path / "net.tflite"
    export_design(design, path, "litert")
    loaded = read(path)
    compiled, original = compile_module(loaded.design).eval(), compile_module(design).eval()
    compiled.load_state_dict(dict(loaded.weights))
    source = torch.Generator().manual_seed(1)
    inputs = [torch.randn(shape, generator=source) for shape in original.input_shapes]
    with torch.no_grad():
        torch.testing.assert_close(compiled(*inputs), original(*inputs), rtol=1e-3, atol=1e-4)


@pytest.mark.slow
def test_what_came_in_goes_out_and_comes_back_as_itself(tmp_path: Path) -> None:
    """Norms are folded the first time; from then on every node, parameter and number is the same."""
    first, again = tmp_path / "net.tflite", tmp_path / "again.tflite"
    export_design(template("mobilenet_v2").build(resolution=64), first, "litert")
    once = read(first)
    module = compile_module(once.design).eval()
    module.load_state_dict(dict(once.weights))
    export_design(once.design, again, "litert", module=module)
    twice = read(again)
    assert sorted(map(repr, once.design.nodes.values())) == sorted(map(repr, twice.design.nodes.values()))
    assert once.weights.keys() == twice.weights.keys()
    for key, weight in once.weights.items():
        assert torch.equal(weight, twice.weights[key])


def test_half_precision_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "net.tflite"
    export_design(
        template("bottleneck").build(resolution=8),
        path,
        "litert",
        MobileOptions(precision=Precision.FLOAT16),
    )
    assert read(path).result.blocks[0].rule == "Bottleneck (V2)"


def test_symmetric_padding_comes_back_as_such_where_nothing_says_same(tmp_path: Path) -> None:
    path = tmp_path / "net.tflite"
    for padding, wanted in (("torch", Padding.SYMMETRIC), ("tensorflow", Padding.SAME)):
        export_design(template("mobilenet_v1").build(resolution=32, padding=padding), path, "litert")
        layers_read = [node.layer for node in read(path).design.nodes.values()]
        assert {getattr(each, "padding", wanted) for each in layers_read} == {wanted}


def test_an_open_batch_and_open_sides_are_read_and_run(tmp_path: Path) -> None:
    file = LiteFile()
    x = file.tensor((1, 1, 1, 4), "x", signature=(-1, -1, -1, 4))
    path = file.saved(tmp_path, [x], [conv(file, x, (1, 1, 1, 5), SAME)])
    loaded = read(path)
    assert [run.input_shapes[0] for run in loaded.result.runs] == [(1, 4, 224, 224), (3, 4, 224, 224)]
    assert "224×224×4" in loaded.result.warnings[0]
    smaller = read(path, input_shapes=((2, 9, 7, 4),))
    assert smaller.result.runs[0].input_shapes == ((2, 4, 9, 7),)


def test_a_difference_is_traced_to_its_node(tmp_path: Path) -> None:
    """Tensors between can be asked for, whatever their layout in the file."""
    from designer.runtime.importing.litert.reader import read as reading

    given = reading(
        made(tmp_path, lambda file, x: conv(file, plain("TANH")(file, x), (1, 6, 4, 5))), ImportOptions(), print
    )
    x = numpy.random.default_rng(0).normal(size=(1, 4, 8, 6)).astype(numpy.float32)
    tanh = given.network.steps[0].results[0]
    found = given.original.run([x], [tanh])
    numpy.testing.assert_allclose(found[tanh], numpy.tanh(x), atol=1e-6)


# What is refused -----------------------------------------------------------------------------------------------------


def int8_graph(file: LiteFile, x: int) -> int:
    made = file.operator("QUANTIZE", [x], MAP, options="Quantize")
    file.tensors[made].name, file.tensors[made].type = "narrow", schema.TensorType.INT8
    file.quantised(made, [0.1])
    return file.operator("DEQUANTIZE", [made], MAP, options="Dequantize")


REFUSED: dict[str, tuple[Make, str]] = {
    "an unknown curve": (plain("COS", "Cos"), "no layer computes COS 't1'"),
    "eight bits": (int8_graph, "its tensor 'narrow' is int8"),
    "a custom operator": (
        lambda file, x: file.operator("CUSTOM", [x], MAP, custom="Magic"),
        "no layer computes CUSTOM Magic",
    ),
    "a kernel that flows": (
        lambda file, x: file.operator("CONV_2D", [x, x], MAP, options="Conv2D", strideH=1, strideW=1),
        "its kernel is computed by the network",
    ),
    "corners aligned": (
        resized("RESIZE_BILINEAR", "ResizeBilinear", alignCorners=True),
        "its corners are aligned",
    ),
    "what comes later": (
        lambda file, x: file.operator("ADD", [x, 3], MAP, options="Add"),
        "it reads 't3', which nothing makes before it",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_layer_computes_is_named(tmp_path: Path, name: str) -> None:
    make, words = REFUSED[name]
    file = LiteFile()
    x = file.tensor(MAP, "x")
    out = make(file, x)
    file.tensor(MAP)
    file.tensor(MAP)
    with pytest.raises(ImportRefused, match=words):
        load_model(file.saved(tmp_path, [x], [out]))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "a PNG picture"),
        (b"PK\x03\x04" + bytes(99), "zip archive"),
        (b"hello, world" * 9, "would be TFL3"),
        (b"\x08\0\0\0TFL3", "damaged"),
        (b"\xff\xff\xff\x7fTFL3" + bytes(64), "damaged"),
    ],
)
def test_what_is_no_litert_file_is_named_for_what_it_is(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match=words):
        load_model(path)


def test_a_claim_of_gigabytes_is_refused(tmp_path: Path) -> None:
    file = LiteFile()
    x = file.tensor((1, 1 << 15, 1 << 15, 4), "x")
    with pytest.raises(ImportRefused, match="'x' claims 4,294,967,296 numbers"):
        load_model(file.saved(tmp_path, [x], [plain("RELU")(file, x)]))


def test_a_list_longer_than_the_file_is_refused(tmp_path: Path) -> None:
    file = LiteFile()
    x = file.tensor(MAP, "x")
    path = file.saved(tmp_path, [x], [plain("RELU")(file, x)])
    content = path.read_bytes()
    sides = numpy.array([4, *MAP], numpy.int32).tobytes()  # a list's length stands before its entries
    assert sides in content
    path.write_bytes(content.replace(sides, numpy.array([1 << 29, *MAP], numpy.int32).tobytes()))
    with pytest.raises(ImportRefused, match="damaged"):
        load_model(path)


DAMAGED = """
import sys, warnings
warnings.simplefilter("ignore")
from designer.errors import DesignerError
from designer.runtime.importing.load import load_model
for path in sys.argv[1:]:
    try:
        load_model(path)
        print("read", flush=True)
    except DesignerError as error:
        print("refused", str(error)[:80].replace(chr(10), " "), flush=True)
"""


@pytest.mark.slow
def test_a_hundred_damaged_copies_end_in_words(tmp_path: Path) -> None:
    export_design(template("bottleneck").build(resolution=8), tmp_path / "whole.tflite", "litert")
    whole = (tmp_path / "whole.tflite").read_bytes()
    tables = len(whole) - 12_000  # weights lie first, and damage to a number is no damage to the file
    source = random.Random(0)
    paths = []
    for index in range(100):
        content = bytearray(whole)
        if index % 3 == 0:
            content = content[: source.randrange(len(content))]
        elif index % 3 == 1:
            for _ in range(source.choice((1, 4, 20))):
                content[source.randrange(tables, len(content))] ^= 1 << source.randrange(8)
        else:
            start = source.randrange(len(content))
            content[start:start] = bytes(source.randrange(256) for _ in range(source.randrange(1, 40)))
        paths.append(tmp_path / f"{index}.tflite")
        paths[-1].write_bytes(bytes(content))
    done = subprocess.run(
        [sys.executable, "-c", DAMAGED, *map(str, paths)], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers = done.stdout.splitlines()
    assert len(answers) == 100
    assert sum(answer.startswith("refused") for answer in answers) >= 40
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2 * 2**20  # kilobytes: 2 GB
