"""LiteRT files come in: channels last become ours, what only fixes the layout vanishes, the rest is named."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from designer.errors import ImportRefused
from designer.graph.window import Padding
from designer.importing.model_files import ImportOptions
from designer.layers.convolution import Conv2d
from designer.runtime.importing.load import load_model
from tests.runtime.importing.litert.lite_files import (
    MAP,
    SAME,
    LiteFile,
    Make,
    conv,
    layers,
    made,
    plain,
    resized,
    schema,
)
from tests.runtime.importing.proving import proved

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]


def test_a_file_that_takes_channels_first_is_drawn_without_its_transposes(tmp_path: Path) -> None:
    """As PyTorch's converter writes it: turned at the entrance and at the exit."""
    file = LiteFile()
    x = file.tensor((1, 4, 8, 6), "x")
    last = file.operator("TRANSPOSE", [x, file.numbers(0, 2, 3, 1)], MAP, options="Transpose")
    slid = conv(file, last, (1, 8, 6, 5), SAME)
    out = file.operator("TRANSPOSE", [slid, file.numbers(0, 3, 1, 2)], (1, 5, 8, 6), options="Transpose")
    loaded = proved(file.saved(tmp_path, [x], [out]))
    assert layers(loaded) == ["conv2d"]
    assert {each.rule: each.times for each in loaded.rewritten}["transpose taken in"] == 2


def test_same_keeps_its_intent(tmp_path: Path) -> None:
    loaded = proved(made(tmp_path, lambda file, x: conv(file, x, (1, 4, 3, 5), SAME, strideH=2, strideW=2)))
    (layer,) = (node.layer for node in loaded.design.nodes.values() if node.layer.key == "conv2d")
    assert isinstance(layer, Conv2d)
    assert layer.padding is Padding.SAME


def test_an_open_batch_and_open_sides_are_read_and_run(tmp_path: Path) -> None:
    file = LiteFile()
    x = file.tensor((1, 1, 1, 4), "x", signature=(-1, -1, -1, 4))
    path = file.saved(tmp_path, [x], [conv(file, x, (1, 1, 1, 5), SAME)])
    loaded = proved(path)
    assert [run.input_shapes[0] for run in loaded.result.runs] == [(1, 4, 224, 224), (3, 4, 224, 224)]
    assert "224×224×4" in loaded.result.warnings[0]
    smaller = proved(path, input_shapes=((2, 9, 7, 4),))
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


# What is refused ------------------------------------------------------------------------------------------------------


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


def test_pictures_are_not_joined_to_one(tmp_path: Path) -> None:
    file = LiteFile()
    x = file.tensor((2, *MAP[1:]), "x")
    joined = file.operator("RESHAPE", [x, file.numbers(1, 384)], (1, 384), options="Reshape")
    with pytest.raises(ImportRefused, match="it moves elements into or out of the batch"):
        load_model(file.saved(tmp_path, [x], [joined]))


@pytest.mark.parametrize("kind", ["float32", "float16"])
def test_a_shape_that_a_file_declares_is_not_believed(tmp_path: Path, kind: str) -> None:
    """The quicker kernels of the runtime read beyond a tensor that is declared larger than it is."""
    file = LiteFile()
    x = file.tensor(MAP, "x")
    kernel = file.random(5, 3, 3, 4)
    if kind == "float16":
        half = file.constant(numpy.ones((5, 3, 3, 4), numpy.float16))
        kernel = file.operator("DEQUANTIZE", [half], (5, 3, 9000, 4), options="Dequantize")
    stated = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1, "padding": SAME}
    slid = file.operator("CONV_2D", [x, kernel, file.random(5)], (1, 8, 90000, 5), options="Conv2D", **stated)
    assert layers(proved(file.saved(tmp_path, [x], [slid]))) == ["conv2d"]
