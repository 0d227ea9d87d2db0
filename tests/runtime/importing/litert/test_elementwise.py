"""What LiteRT files compute element by element is drawn, and computes the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runtime.importing.litert.lite_files import (
    CLIP,
    MAP,
    Operators,
    assert_drawn,
    binary,
    number,
    plain,
)

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]


OPERATORS: Operators = {
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
}


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_is_drawn_and_computes_the_same(tmp_path: Path, name: str) -> None:
    assert_drawn(tmp_path, *OPERATORS[name])
