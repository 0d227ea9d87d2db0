"""Files in eight bits: what stands in them, and that what is said of them can be measured again."""

from __future__ import annotations

import math
from pathlib import Path

import numpy
import onnx
import pytest
import torch
from onnx import numpy_helper

from designer.export.options import ActivationType, Int8Options
from designer.export.result import ExportResult
from designer.graph.design import Design
from designer.runtime.compile.module import compile_module, random_inputs
from designer.runtime.formats.export import export_design
from designer.runtime.formats.onnx_session import run_session, session_of
from designer.templates.networks import template

pytestmark = pytest.mark.torch


def network() -> Design:
    return template("mobilenet_v2").build(width=0.35, resolution=64, classes=16)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ExportResult]:
    folder = tmp_path_factory.mktemp("int8")
    samples = folder / "samples"
    samples.mkdir()
    for index, tensor in enumerate(random_inputs([(2, 3, 64, 64)] * 8, torch.device("cpu"), 5)):
        numpy.save(samples / f"{index}.npy", tensor.numpy())
    path = folder / "net.int8.onnx"
    return path, export_design(network(), path, "onnx_int8", Int8Options(calibration=str(samples), sensitivity=True))


def test_weights_have_eight_bits_and_a_scale_a_channel(exported: tuple[Path, ExportResult]) -> None:
    path, result = exported
    graph = onnx.load(str(path)).graph
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    made = {node.output[0]: node for node in graph.node}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    assert len(convolutions) == 52
    for node in convolutions:
        dequantised = made[node.input[1]]
        assert dequantised.op_type == "DequantizeLinear"
        weight, scale = (tensors[name] for name in dequantised.input[:2])
        assert weight.dtype == numpy.int8
        assert scale.shape == (weight.shape[0],)
    assert "BatchNormalization" not in {node.op_type for node in graph.node}
    assert "Clip" not in {node.op_type for node in graph.node}
    assert 0.2 < result.facts["size against float32"] < 0.6  # type: ignore[operator]


def test_the_file_still_says_which_design_it_is(exported: tuple[Path, ExportResult]) -> None:
    said = {entry.key: entry.value for entry in onnx.load(str(exported[0])).metadata_props}
    assert said["digest"] == network().digest == exported[1].digest
    assert not [key for key in said if key.startswith("onnx.")]


def test_signal_to_noise_can_be_measured_again(exported: tuple[Path, ExportResult]) -> None:
    path, result = exported
    (run,) = result.comparisons
    module = compile_module(network(), seed=0).eval()
    x = torch.cat([torch.from_numpy(numpy.load(path.parent / "samples" / f"{i}.npy")) for i in range(8)])[::4]
    with torch.inference_mode():
        y = module(x).numpy().astype(float)
    found = numpy.concatenate([run_session(session_of(path), [sample[None]])[0] for sample in x.numpy()])
    ratio = 10 * math.log10((y**2).sum() / ((y - found) ** 2).sum())
    assert run.snr_db == pytest.approx(ratio, abs=0.3)
    # The file's own, computed in floats as it says; what a processor without VNNI adds is not asked here.
    exact = session_of(path, optimised=False)
    alone = numpy.concatenate([run_session(exact, [sample[None]])[0] for sample in x.numpy()])
    own = 10 * math.log10((y**2).sum() / ((y - alone) ** 2).sum())
    assert own > 10
    assert result.facts["signal to noise of the file itself, dB"] == pytest.approx(own, abs=0.3)
    assert bool(own - ratio > 1.0) == any("adds an error of its own" in each for each in result.warnings)
    assert run.inputs == "4 of the folder's, kept from calibration"


def test_every_layer_with_weights_says_its_sensitivity(exported: tuple[Path, ExportResult]) -> None:
    _, result = exported
    assert len(result.sensitivity) == 53
    ratios = [each.snr_db for each in result.sensitivity]
    assert ratios == sorted(ratios)
    whole = result.comparisons[0].snr_db
    assert whole is not None
    own = result.facts["signal to noise of the file itself, dB"]
    assert isinstance(own, float)
    assert ratios[0] > own - 0.1  # one node alone does no more harm than all together


def test_it_is_timed_against_float32_in_turns(exported: tuple[Path, ExportResult]) -> None:
    (pair,) = exported[1].latency
    assert pair.peer == "float32, folded"
    assert pair.pairs >= 6
    assert pair.low <= pair.ratio <= pair.high


def test_random_calibration_is_called_a_trial(tmp_path: Path) -> None:
    design = template("bottleneck").build(resolution=8)
    options = Int8Options(per_channel=False, activations=ActivationType.INT8, dynamic_batch=False, batch=3)
    result = export_design(design, tmp_path / "net.int8.onnx", "onnx_int8", options)
    assert result.warnings[0].startswith("calibrated with random inputs: a trial")
    graph = onnx.load(str(tmp_path / "net.int8.onnx")).graph
    assert graph.input[0].type.tensor_type.shape.dim[0].dim_value == 3
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    quantised = [node for node in graph.node if node.op_type == "QuantizeLinear"]
    assert {tensors[node.input[2]].dtype for node in quantised} == {numpy.dtype(numpy.int8)}
    assert {tensors[node.input[1]].shape for node in quantised} == {()}
