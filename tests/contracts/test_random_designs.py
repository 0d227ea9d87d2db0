"""Random valid designs: the analysis, the module, PyTorch's counter and ONNX Runtime say the same of each."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.program import program_of
from designer.analysis.torch_calls import layer_calls
from designer.files.design_json import dumps, loads
from designer.graph.design import Design, NodePath
from designer.runtime.compile.module import CompiledModule, compile_module
from designer.runtime.formats.onnx_file import export_onnx
from tests.contracts.sampling import random_designs
from tests.reference.mobilenets import randomise

pytestmark = pytest.mark.torch

thorough = settings(
    max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], database=None
)
brief = settings(thorough, max_examples=25)


def outputs_of(module: nn.Module, inputs: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
    with torch.no_grad():
        result = module(*inputs)
    return result if isinstance(result, tuple) else (result,)


def nodes_with_modules(module: CompiledModule, analysis: Analysis) -> list[tuple[NodePath, nn.Module]]:
    found = []
    for path, node, _ in analysis.primitives():
        if node.layer.inputs and node.layer.outputs and any(call.is_module for call in calls_of(analysis, path)):
            found.append((path, module.submodule(path)))
    return found


def calls_of(analysis: Analysis, path: NodePath) -> tuple:
    report = analysis.at(path)
    inner = analysis
    for step in path[:-1]:
        within = inner.node(step).inner
        assert within is not None
        inner = within
    inputs = report.known_inputs
    assert inputs is not None
    return layer_calls(inner.design.nodes[path[-1]].layer, inputs)


@thorough
@given(random_designs())
def test_shapes_are_the_modules_own_at_every_node(design: Design) -> None:
    analysis = analyse(design, batch=2)
    assert analysis.is_valid
    module = compile_module(design, device="meta").eval()
    seen: dict[NodePath, tuple[int, ...]] = {}
    for path, part in nodes_with_modules(module, analysis):

        def note(_part: nn.Module, _inputs: object, y: Any, path: NodePath = path) -> None:
            seen[path] = tuple((y[0] if isinstance(y, tuple) else y).shape)

        part.register_forward_hook(note)
    results = outputs_of(module, [torch.empty(2, *shape[1:], device="meta") for shape in module.input_shapes])
    for path, shape in seen.items():
        outputs = analysis.at(path).outputs
        assert outputs is not None
        assert shape == outputs[0].shape
    given_out = analysis.given_out()
    assert given_out is not None
    assert [tuple(result.shape) for result in results] == [spec.shape for spec in given_out]


@thorough
@given(random_designs())
def test_parameters_and_macs_are_the_modules_own(design: Design) -> None:
    totals = analyse(design).totals
    module = compile_module(design, device="meta").eval()
    assert totals.parameters == sum(parameter.numel() for parameter in module.parameters())
    assert totals.weight_bytes == 4 * totals.parameters
    with FlopCounterMode(display=False) as counter:
        outputs_of(module, [torch.empty(shape, device="meta") for shape in module.input_shapes])
    assert 2 * totals.macs == counter.get_total_flops()


@thorough
@given(random_designs())
def test_laid_flat_or_block_by_block_computes_the_same_bit_for_bit(design: Design) -> None:
    """Memory is reused from step to step; run without any reuse, by the program's own words, nothing may change."""
    module = compile_module(design)
    randomise(module)
    inputs = [torch.randn(shape, generator=torch.Generator().manual_seed(1)) for shape in module.input_shapes]
    program = program_of(analyse(design))
    values = dict(zip(program.whole.inputs, inputs, strict=True))
    functions = [step.function for step in module._steps]
    with torch.no_grad():
        for instruction, function in zip(program.instructions, functions, strict=True):
            made = function(*[values[source] for source in instruction.sources])
            results = made if isinstance(made, tuple) else (made,)
            values |= zip(instruction.targets, results, strict=True)
    expected = [values[value] for value in program.whole.outputs]
    for ours, theirs in zip(outputs_of(module, inputs), expected, strict=True):
        assert torch.allclose(
            ours, theirs, rtol=0, atol=0, equal_nan=True
        )  # a quotient of nothing is no number in both


@thorough
@given(random_designs())
def test_a_file_brings_back_the_same(design: Design) -> None:
    again = loads(dumps(design))
    assert again == design
    assert again.digest == design.digest


@brief
@given(random_designs())
def test_onnx_runtime_computes_the_same(design: Design) -> None:
    module = compile_module(design)
    randomise(module)
    with tempfile.TemporaryDirectory() as folder:
        report = export_onnx(design, Path(folder) / "random.onnx", module=module)
    assert report.max_abs_difference <= 1e-4 * max(1.0, report.max_abs_output)
