"""Every reader of operations answers for every operation, or says in words why it cannot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from designer.analysis.torch_calls import TORCH
from designer.export.keras_calls import KERAS
from designer.graph import operations as op
from designer.graph.operations import Operation, Reader, operation, operations
from designer.layers.raising import LAYERS
from designer.layers.registry import not_offered
from designer.runtime.formats.onnx_operators import ONNX
from designer.targets.lite_operators import LITE
from tests.contracts.sampling import PLACEABLE, samples

pytestmark = pytest.mark.torch


def readers() -> list[Reader[Any]]:
    found: list[Reader[Any]] = [TORCH, KERAS, ONNX, LAYERS, LITE]
    try:
        from designer.runtime.formats.litert.operators import LITERT
    except ImportError:  # an extra, which not every machine has
        return found
    return [*found, LITERT]


def silent(reader: Reader[Any]) -> list[str]:
    return [f"{reader.title} neither answers for a {each.title} nor refuses it" for each in reader.unanswered()]


@pytest.mark.parametrize("reader", readers(), ids=lambda reader: reader.title)
def test_a_reader_answers_for_every_operation(reader: Reader[Any]) -> None:
    assert silent(reader) == []


def test_an_operation_without_an_answer_is_told_with_its_reader() -> None:
    forgetful = ONNX.changed({op.Gelu: None})
    assert silent(forgetful) == ["ONNX neither answers for a GELU nor refuses it"]
    forgetful.refuse(op.Gelu, "ONNX has no GELU")
    assert silent(forgetful) == []
    assert forgetful.refusal(op.Gelu()) == "ONNX has no GELU"


def test_an_operation_with_a_title_is_asked_of_every_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operation, "_types", list(operations()))

    @dataclass(frozen=True)
    class Planted(Operation, title="planted operation"):
        pass

    assert Planted in operations()
    assert silent(TORCH) == ["PyTorch neither answers for a planted operation nor refuses it"]


def test_every_operation_is_what_some_layer_lowers_to() -> None:
    lowered = {
        type(step.operation)
        for cls in PLACEABLE
        for sample in samples(cls)
        if not sample.layer.is_block
        for step in sample.layer.lower(*sample.inputs)
    }
    brought_in = {type(step.operation) for cls in not_offered() for step in cls().lower()}
    assert lowered | brought_in == set(operations())
    assert not lowered & brought_in


def test_operations_are_equal_by_what_they_say() -> None:
    assert op.Gelu() == op.Gelu()
    assert op.LeakyRelu(0.2) != op.LeakyRelu()
    assert hash(op.MaxPool(kernel=(3, 3))) == hash(op.MaxPool(kernel=(3, 3)))
