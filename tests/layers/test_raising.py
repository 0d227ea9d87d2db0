"""What can be lowered can be raised: over the registry, with sampled parameters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from designer.graph import operations as op
from designer.graph.layer import Layer
from designer.graph.lowered import follow
from designer.graph.operations import Operation, Step
from designer.graph.tensor import TensorSpec
from designer.graph.window import Padding
from designer.layers.raising import raise_, raise_operation
from designer.layers.shaping import ToMap, ToSequence
from tests.contracts.sampling import PLACEABLE, samples

FOUND = [sample for cls in PLACEABLE if not cls.is_block for sample in samples(cls, 12)]
SAMPLES = [pytest.param(each.layer, each.inputs, id=f"{each.layer.key}-{index}") for index, each in enumerate(FOUND)]

CANONICAL = {
    "conv2d": "of one tap without padding it is a pointwise",
    "depthwise_conv2d": "of a single channel it is a standard convolution",
    "grouped_conv2d": "of one group it is a standard convolution, of a channel each a depthwise",
    "reshape": "to one dimension that dimension holds the channels anyway",
    "slice": "it stops at the end",
    "mean": "its axes are in order, each once",
    "squeeze": "its axes are in order, each once",
}
"""Layers that share an operation with another, or whose parameters say one thing in several ways; and where."""


def as_shown(layer: Layer) -> Layer:
    """The layer with its defaults where a parameter does not matter."""
    shown = {parameter.name for parameter in layer.shown_parameters()}
    hidden: dict[str, Any] = {each.name: each.default for each in layer.parameters if each.name not in shown}
    return replace(layer, **hidden)


@pytest.mark.parametrize(("layer", "inputs"), SAMPLES)
def test_a_layer_comes_back_from_its_operations(layer: Layer, inputs: tuple[TensorSpec, ...]) -> None:
    lowered = layer.lowered(*inputs)
    raised = raise_(lowered, inputs)
    assert raised is not None
    assert raised.lowered(*inputs) == lowered
    if layer.key not in CANONICAL:
        assert raised == as_shown(layer)


MAP, SEQUENCE = TensorSpec((1, 4, 6, 8)), TensorSpec((1, 48, 4), channel_axis=2)


@pytest.mark.parametrize(
    ("first", "second", "x", "wanted"),
    [
        (op.Reshape((4, 48)), op.Permute((0, 2, 1)), MAP, ToSequence()),
        (op.Permute((0, 2, 3, 1)), op.Reshape((48, 4), 2), MAP, ToSequence()),
        (op.Permute((0, 2, 1)), op.Reshape((4, 6, 8)), SEQUENCE, ToMap(6)),
        (op.Reshape((6, 8, 4), 3), op.Permute((0, 3, 1, 2)), SEQUENCE, ToMap(6)),
        (op.Reshape((8, 24)), op.Permute((0, 2, 1)), MAP, None),
        (op.Reshape((6, 4, 8), 3), op.Permute((0, 3, 1, 2)), SEQUENCE, None),
    ],
)
def test_a_map_and_a_sequence_are_known_whichever_comes_first(
    first: Operation, second: Operation, x: TensorSpec, wanted: Layer | None
) -> None:
    steps = (Step(first, ("x",), ("between",)), Step(second, ("between",), ("y",)))
    assert raise_(follow(steps, ("x",), (x,), ("y",)), (x,)) == wanted


def test_what_no_layer_is_stays_what_it_is() -> None:
    x = (TensorSpec((1, 4, 8, 8)),)
    assert raise_operation(op.MaxPool(kernel=(3, 3), dilation=(2, 2)), x) is None
    assert raise_operation(op.Resize((2.0, 3.0)), x) is None
    assert raise_operation(op.AveragePool(kernel=(3, 3), padding=Padding.SAME), x) is None
    assert raise_operation(op.Concatenate(2), x) is None


@pytest.mark.parametrize("key", CANONICAL)
def test_what_is_excepted_has_to_be(key: str) -> None:
    found = [each for each in FOUND if each.layer.key == key]
    assert any(raise_(each.layer.lowered(*each.inputs), each.inputs) != as_shown(each.layer) for each in found)
