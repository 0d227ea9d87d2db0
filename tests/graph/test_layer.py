"""The sliding window against brute force and TensorFlow's rule, and parameters that refuse in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.errors import ParameterError, ShapeError
from designer.graph.tensor import TensorSpec
from designer.graph.window import Padding, Window, slid
from designer.layers.convolution import Conv2d, DepthwiseConv2d
from designer.layers.dense import Dropout

SIZES = st.integers(1, 40)


def positions(size: int, before: int, after: int, k: int, s: int, d: int) -> int:
    """How many places a window has, found by sliding it."""
    first, last = -before, size + after - 1
    count = 0
    while first + count * s + (k - 1) * d <= last:
        count += 1
    return count


def pairs(most: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(1, most), st.integers(1, most))


@given(SIZES, SIZES, pairs(7), pairs(4), pairs(3), st.sampled_from(list(Padding)))
def test_the_window_slides_as_brute_force_says(
    height: int, width: int, k: tuple[int, int], s: tuple[int, int], d: tuple[int, int], padding: Padding
) -> None:
    window = Window(k, s, d, padding, (1, 2, 0, 3))
    x = TensorSpec((2, 5, height, width))
    top, bottom, left, right = window.pads(x)
    expected = positions(height, top, bottom, k[0], s[0], d[0]), positions(width, left, right, k[1], s[1], d[1])
    if min(expected) < 1:
        with pytest.raises(ShapeError, match="does not fit"):
            slide(window, x)
    else:
        assert slide(window, x).shape == (2, 5, *expected)


def slide(window: Window, x: TensorSpec) -> TensorSpec:
    return slid(x, window.extent, window.stride, window.pads(x))


@given(SIZES, st.integers(1, 7), st.integers(1, 4), st.integers(1, 3))
def test_same_padding_is_tensorflows(size: int, k: int, s: int, d: int) -> None:
    # out = ceil(in / s); total = max((out − 1)·s + (k − 1)·d + 1 − in, 0); the smaller half before.
    out = (size + s - 1) // s
    total = max((out - 1) * s + (k - 1) * d + 1 - size, 0)
    window = Window((k, k), (s, s), (d, d), Padding.SAME)
    x = TensorSpec((1, 1, size, size))
    assert window.pads(x) == (total // 2, total - total // 2, total // 2, total - total // 2)
    assert slide(window, x).shape[2:] == (out, out)


def test_same_padding_of_an_even_size_at_stride_2_is_one_after() -> None:
    assert Window((3, 3), (2, 2), (1, 1), Padding.SAME).pads(TensorSpec((1, 3, 224, 224))) == (0, 1, 0, 1)
    assert Window((3, 3), (2, 2), (1, 1), Padding.SYMMETRIC).pads(TensorSpec((1, 3, 224, 224))) == (1, 1, 1, 1)


REFUSED: list[tuple[type[Any], str, str, str]] = [
    (DepthwiseConv2d, "stride", "0", "0 is out of range; it takes 1 to 64"),
    (DepthwiseConv2d, "stride", "two", "'two' is not a whole number"),
    (DepthwiseConv2d, "padding", "symetric", "did you mean 'symmetric'?"),
    (DepthwiseConv2d, "bias", "maybe", "neither on nor off"),
    (DepthwiseConv2d, "explicit_padding", "1 2 3", "is not 4 numbers"),
    (Dropout, "p", "1.5", "1.5 is out of range"),
]


@pytest.mark.parametrize(("layer", "name", "text", "reason"), REFUSED)
def test_a_parameter_refuses_in_words(layer: type[Any], name: str, text: str, reason: str) -> None:
    with pytest.raises(ParameterError) as refusal:
        layer.parameter(name).parse(text)
    assert reason in str(refusal.value)
    assert str(refusal.value).startswith(name)


def test_a_parameter_that_is_not_there_is_guessed() -> None:
    with pytest.raises(ParameterError, match="did you mean 'out_channels'"):
        Conv2d().with_parameter("out_chanels", 3)


def test_a_layer_cannot_be_made_out_of_range() -> None:
    with pytest.raises(ParameterError, match="out_channels: 0 is out of range"):
        Conv2d(out_channels=0)
    with pytest.raises(ParameterError, match="is not a whole number"):
        Conv2d(out_channels=True)


@given(st.integers(1, 63), st.sampled_from(list(Padding)), st.booleans())
def test_texts_and_json_of_parameters_come_back(k: int, padding: Padding, bias: bool) -> None:
    layer = Conv2d(kernel_size=k, padding=padding, bias=bias)
    for parameter in layer.parameters:
        value = getattr(layer, parameter.name)
        assert parameter.parse(parameter.text(value)) == value
        assert parameter.from_json(parameter.to_json(value)) == value
