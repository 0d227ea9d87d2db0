"""What every layer promises, held against PyTorch, its FLOP counter and ONNX Runtime; over the registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from designer.analysis.analysis import analyse
from designer.analysis.torch_calls import layer_calls
from designer.files.design_json import dumps, loads
from designer.graph.design import NodeId
from designer.graph.layer import Layer
from designer.graph.weight import Weight
from designer.layers.registry import catalogue, lookup
from designer.runtime.compile.module import CompiledModule, compile_module
from designer.runtime.formats.onnx_file import export_onnx
from tests.contracts.sampling import PLACEABLE, SAMPLES, Sample, samples
from tests.reference.mobilenets import randomise

pytestmark = pytest.mark.torch


def cases() -> Iterator[object]:
    for cls in PLACEABLE:
        for index, sample in enumerate(samples(cls)):
            yield pytest.param(sample, id=f"{cls.key}-{index}")


CASES = tuple(cases())
every_sample = pytest.mark.parametrize("sample", CASES)
every_layer = pytest.mark.parametrize("cls", catalogue(), ids=lambda cls: cls.key)


def on_meta(sample: Sample) -> tuple[CompiledModule, list[torch.Tensor]]:
    """The module around a sample, in eval mode, and its inputs, all without memory."""
    module = compile_module(sample.design(), device="meta").eval()
    inputs = [torch.empty(sample.batch, *shape[1:], device="meta") for shape in module.input_shapes]
    return module, inputs


@pytest.mark.parametrize("cls", PLACEABLE, ids=lambda cls: cls.key)
def test_enough_samples_were_found(cls: type[Layer]) -> None:
    found = len(list(samples(cls)))
    assert found == SAMPLES


@every_sample
def test_shape_is_pytorchs(sample: Sample) -> None:
    module, inputs = on_meta(sample)
    result = module(*inputs)
    results = result if isinstance(result, tuple) else (result,)
    assert [tuple(each.shape) for each in results] == [spec.shape for spec in sample.outputs]


@every_sample
def test_weights_are_the_modules_name_by_name(sample: Sample) -> None:
    module, _ = on_meta(sample)
    analysis = analyse(sample.design(), batch=sample.batch)
    kept = [
        (".".join((*path, weight.name)), weight)
        for path, node, report in analysis.primitives()
        for weight in node.layer.weights(*(report.known_inputs or ()))
    ]
    trained = dict(module.named_parameters())
    state = module.state_dict()
    assert [(name, Weight(weight.name, weight.shape, name not in trained)) for name, weight in kept] == [
        (name, Weight(name.rpartition(".")[2], tuple(tensor.shape), name not in trained))
        for name, tensor in state.items()
    ]
    assert [weight.is_buffer for _, weight in kept] == [name not in trained for name in state]
    assert analysis.totals.parameters == sum(parameter.numel() for parameter in trained.values())


@every_sample
def test_macs_are_half_of_what_pytorch_counts(sample: Sample) -> None:
    module, inputs = on_meta(sample)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(*inputs)
    assert analyse(sample.design(), batch=sample.batch).totals.macs * 2 == counter.get_total_flops()


@every_sample
def test_onnx_runtime_computes_the_same(sample: Sample, tmp_path: Path) -> None:
    design = sample.design()
    module = compile_module(design)
    randomise(module)
    report = export_onnx(design, tmp_path / "layer.onnx", module=module, batch=sample.batch)
    assert report.max_abs_difference <= 1e-5 * max(1.0, report.max_abs_output)


@every_sample
def test_file_brings_back_the_same(sample: Sample) -> None:
    design = sample.design()
    again = loads(dumps(design))
    assert again == design
    assert again.digest == design.digest


@every_sample
def test_lowering_has_at_most_one_module_and_ends_in_the_output(sample: Sample) -> None:
    if sample.layer.is_block:
        assert facts_inside(sample)
        return
    calls = layer_calls(sample.layer, sample.inputs)
    assert sum(call.is_module for call in calls) <= 1
    known = {port.name for port in sample.layer.inputs}
    for call in calls:
        assert set(call.inputs) <= known
        known.add(call.result)


def facts_inside(sample: Sample) -> bool:
    """Whether a block's inside is a valid design whose cost is the block's."""
    report = analyse(sample.design(), batch=sample.batch).node(NodeId("layer"))
    return report.inner is not None and report.inner.is_valid and report.inner.cost == report.cost


@every_layer
def test_declaration_is_complete(cls: type[Layer]) -> None:
    assert cls.__doc__
    assert cls.__doc__.strip().endswith(".")
    assert cls.title
    assert 1 <= len(cls.glyph) <= 4
    for parameter in cls.parameters:
        assert parameter.help.endswith("."), f"{parameter.name} has no sentence of help"


@pytest.mark.parametrize("cls", PLACEABLE, ids=lambda cls: cls.key)
def test_what_computes_says_where_it_is_from(cls: type[Layer]) -> None:
    drawn_by_hand = cls().body is not None
    free = all(analyse(sample.design()).cost.flops == 0 for sample in samples(cls))
    assert cls.source or free or drawn_by_hand


def test_two_layers_share_neither_key_nor_title() -> None:
    for words in ([cls.key for cls in catalogue()], [cls.title for cls in catalogue()]):
        assert len(words) == len(set(words))


def test_a_dropout_is_nothing_when_running_and_something_when_training() -> None:
    module = compile_module(next(samples(lookup("dropout"))).design())
    assert any(isinstance(part, nn.Dropout) for part in module.modules())
