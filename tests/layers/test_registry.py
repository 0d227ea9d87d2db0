"""The catalogue refuses what is incomplete or declared twice, and finds what a few letters mean."""

from __future__ import annotations

from typing import Any

import pytest

from designer.errors import LayerDeclarationError
from designer.graph.formula import value_of
from designer.graph.layer import Category, Layer
from designer.graph.operations import Identity, Step
from designer.graph.tensor import TensorSpec
from designer.layers.registry import catalogue, lookup, register, search


def declare(key: str = "made_for_this_test", **members: Any) -> None:
    complete = {
        "__doc__": "A layer.",
        "lower": lambda self, x: (Step(Identity()),),
    }
    made = {name: value for name, value in (complete | members).items() if value is not None}
    register(key=key, title="T", glyph="T", category=Category.ACTIVATION)(type("Made", (Layer,), made))


@pytest.mark.parametrize(
    ("key", "members", "reason"),
    [
        ("relu6", {}, "declared twice"),
        ("Not A Key", {}, "no lower-case identifier"),
        ("made_for_this_test", {"lower": None}, "does not say its lower"),
        ("made_for_this_test", {"is_block": True}, "does not say its expand"),
        ("made_for_this_test", {"__doc__": None}, "no docstring"),
    ],
)
def test_an_incomplete_declaration_is_refused(key: str, members: dict[str, Any], reason: str) -> None:
    before = catalogue()
    with pytest.raises(LayerDeclarationError, match=reason):
        declare(key, **members)
    assert catalogue() == before


def test_the_first_catalogue_is_complete() -> None:
    wanted = """input output conv2d pointwise_conv2d depthwise_conv2d grouped_conv2d relu relu6 leaky_relu hard_swish
    hard_sigmoid silu gelu sigmoid linear_activation add concatenate multiply batch_norm average_pool max_pool
    global_average_pool flatten dropout fully_connected separable bottleneck"""
    assert set(wanted.split()) <= {cls.key for cls in catalogue()}


@pytest.mark.parametrize(
    ("letters", "first"),
    [("dep", "depthwise_conv2d"), ("relu6", "relu6"), ("skip", "add"), ("swish", "silu"), ("btl", "bottleneck")],
)
def test_a_few_letters_find_a_layer(letters: str, first: str) -> None:
    assert search(letters)[0].key == first


def test_letters_of_nothing_find_nothing() -> None:
    assert search("zzzz") == ()
    assert search("") == catalogue()


def test_an_unknown_key_is_guessed() -> None:
    with pytest.raises(KeyError, match="did you mean 'relu6'"):
        lookup("relu_6")


def test_a_pointwise_has_one_filter_for_each_output_channel() -> None:
    x = TensorSpec((1, 24, 56, 56))
    layer = lookup("pointwise_conv2d")(out_channels=144)  # type: ignore[call-arg]
    # By hand: 24·144 weights, each used once a position: 24·144·56·56.
    assert [weight.shape for weight in layer.weights(x)] == [(144, 24, 1, 1)]
    assert value_of(layer.formulas(x).macs) == 24 * 144 * 56 * 56
