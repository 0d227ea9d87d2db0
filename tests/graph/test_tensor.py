"""Shapes: what they count, how they change, how they read."""

from __future__ import annotations

import pytest

from designer.graph.tensor import DType, TensorSpec

MAP = TensorSpec((2, 144, 56, 48))
VECTOR = TensorSpec((2, 1280))


def test_a_map_knows_its_sides() -> None:
    assert (MAP.batch, MAP.channels, MAP.height, MAP.width) == (2, 144, 56, 48)
    assert MAP.is_map
    assert MAP.elements == 2 * 144 * 56 * 48


def test_a_vector_has_features_for_channels() -> None:
    assert (VECTOR.batch, VECTOR.channels, VECTOR.elements) == (2, 1280, 2560)
    assert not VECTOR.is_map


@pytest.mark.parametrize(("dtype", "size"), [(DType.FLOAT32, 4), (DType.FLOAT16, 2), (DType.BFLOAT16, 2)])
def test_bytes_follow_the_element_type(dtype: DType, size: int) -> None:
    assert dtype.bytes == size
    assert TensorSpec((1, 3, 5, 7), dtype).bytes == 105 * size


def test_changes_keep_batch_and_element_type() -> None:
    half = TensorSpec((2, 3, 8, 8), DType.FLOAT16)
    assert half.with_channels(5) == TensorSpec((2, 5, 8, 8), DType.FLOAT16)
    assert half.with_sides(4, 6) == TensorSpec((2, 3, 4, 6), DType.FLOAT16)
    assert TensorSpec((2, 3), DType.FLOAT16).with_channels(5) == TensorSpec((2, 5), DType.FLOAT16)


@pytest.mark.parametrize(
    ("shape", "label", "full"),
    [
        ((1, 144, 56, 56), "144×56²", "1×144×56×56"),
        ((8, 144, 56, 48), "144×56×48", "8×144×56×48"),
        ((1, 1280, 1, 1), "1280×1²", "1×1280×1×1"),
        ((1, 1280), "1280", "1×1280"),
    ],
)
def test_labels(shape: tuple[int, ...], label: str, full: str) -> None:
    spec = TensorSpec(shape)
    assert (spec.label, spec.full_label) == (label, full)
