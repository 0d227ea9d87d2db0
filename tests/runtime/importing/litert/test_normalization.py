"""Norms that LiteRT files spell out are drawn as norms, and compute the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runtime.importing.litert.lite_files import (
    LiteFile,
    Operators,
    assert_drawn,
    binary,
    number,
)

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]


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


OPERATORS: Operators = {
    "layer norm": (normed, ["layer_norm"]),
}


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_is_drawn_and_computes_the_same(tmp_path: Path, name: str) -> None:
    assert_drawn(tmp_path, *OPERATORS[name])
