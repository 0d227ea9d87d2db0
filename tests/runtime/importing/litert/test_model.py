"""A .tflite file's tables: weights of every kind are read as what they stand for, and damage ends in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from numpy.typing import NDArray

from designer.errors import ImportRefused
from designer.runtime.formats.export import export_design
from designer.runtime.importing.load import LoadedModel, load_model
from designer.templates.networks import template
from tests.runtime.importing.litert.lite_files import (
    MAP,
    LiteFile,
    plain,
    schema,
)
from tests.runtime.importing.proving import assert_ends_in_words, damaged_copies, proved

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]


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

    loaded = proved(multiplied(tmp_path, weight))
    numpy.testing.assert_array_equal(matrix_of(loaded), MATRIX)
    assert "weights widened from float16" in {each.rule for each in loaded.rewritten}


@pytest.mark.parametrize("is_widened", [False, True])
def test_eight_bit_weights_are_read_as_what_they_stand_for_and_said(tmp_path: Path, is_widened: bool) -> None:
    def weight(file: LiteFile) -> int:
        whole = file.constant(numpy.array([[4, 10, 4, 4], [-3, 2, 2, 6]], numpy.int8))
        file.quantised(whole, [0.5, 0.25], zero=4)
        return file.operator("DEQUANTIZE", [whole], (2, 4), options="Dequantize") if is_widened else whole

    loaded = proved(multiplied(tmp_path, weight))
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

    numpy.testing.assert_array_equal(matrix_of(proved(multiplied(tmp_path, weight))), MATRIX)


# Damage ---------------------------------------------------------------------------------------------------------------


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


@pytest.mark.slow
def test_a_hundred_damaged_copies_end_in_words(tmp_path: Path) -> None:
    export_design(template("bottleneck").build(resolution=8), tmp_path / "whole.tflite", "litert")
    whole = (tmp_path / "whole.tflite").read_bytes()
    paths = damaged_copies(whole, tmp_path, ".tflite", 100, tables=len(whole) - 12_000)
    assert_ends_in_words(paths, at_least=40)
