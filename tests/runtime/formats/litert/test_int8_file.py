"""LiteRT files in eight bits: what stands in them, what every kernel makes of them, and what is refused in words."""

from __future__ import annotations

import contextlib
import math
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch

from designer.analysis.analysis import analyse
from designer.errors import ExportError
from designer.export.options import LiteInt8Options
from designer.export.result import ExportResult
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.window import Padding
from designer.layers.activation import ELU, GELU, LeakyReLU, Mish, ReLU6, Sigmoid
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Concatenate
from designer.layers.pooling import MaxPool
from designer.runtime.compile.module import compile_module, random_inputs
from designer.runtime.formats.export import export_design
from designer.templates.networks import template
from tests.small_designs import row

pytestmark = pytest.mark.torch

KEY = "litert_int8"

schema = pytest.importorskip("ai_edge_litert.schema_py_generated")
pytest.importorskip("ai_edge_quantizer", exc_type=ImportError)


def network() -> Design:
    return template("mobilenet_v2").build(width=0.35, resolution=64, classes=16)


def sampled(folder: Path, shape: tuple[int, ...] = (2, 3, 64, 64)) -> Path:
    """A folder of arrays, as calibration takes it."""
    samples = folder / "samples"
    samples.mkdir()
    for index, tensor in enumerate(random_inputs([shape] * 8, torch.device("cpu"), 5)):
        numpy.save(samples / f"{index}.npy", tensor.numpy())
    return samples


def delivered(design: Design, folder: Path, **options: Any) -> tuple[bytes, ExportResult]:
    path = folder / "net.int8.tflite"
    result = export_design(design, path, KEY, LiteInt8Options(**options))
    return path.read_bytes(), result


def graph_of(content: bytes) -> tuple[Any, list[str]]:
    """The tables as the schema alone reads them, and the operators' names."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))
    names = {value: name for name, value in vars(schema.BuiltinOperator).items() if not name.startswith("_")}
    codes = [names[model.operatorCodes[each.opcodeIndex].builtinCode] for each in model.subgraphs[0].operators]
    return model, codes


def loaded(content: bytes, *, is_reference: bool = False) -> Any:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    kind = OpResolverType.BUILTIN_REF if is_reference else OpResolverType.AUTO
    interpreter = Interpreter(model_content=content, experimental_op_resolver_type=kind)
    interpreter.allocate_tensors()
    return interpreter


def run(interpreter: Any, x: torch.Tensor) -> numpy.ndarray:
    """N×C×H×W floats through a file in eight bits, by its own scales; the result as it is laid in the file."""
    (entry,), (exit,) = interpreter.get_input_details(), interpreter.get_output_details()
    scale, zero = entry["quantization"]
    steps = numpy.clip(numpy.rint(x.numpy().transpose(0, 2, 3, 1) / scale) + zero, -128, 127).astype(numpy.int8)
    interpreter.set_tensor(entry["index"], steps)
    interpreter.invoke()
    scale, zero = exit["quantization"]
    return (interpreter.get_tensor(exit["index"]).astype(float) - zero) * scale


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, ExportResult, Path]:
    folder = tmp_path_factory.mktemp("int8")
    return *delivered(network(), folder, calibration=str(sampled(folder))), folder


def test_all_of_it_has_eight_bits_and_weights_a_scale_a_channel(exported: tuple[bytes, ExportResult, Path]) -> None:
    model, codes = graph_of(exported[0])
    (graph,) = model.subgraphs
    assert not {"DEQUANTIZE", "QUANTIZE", "RELU6"} & set(codes)
    kinds = {each.type for each in graph.tensors}
    assert kinds == {schema.TensorType.INT8, schema.TensorType.INT32}
    convolutions = [each for each, code in zip(graph.operators, codes, strict=True) if code == "CONV_2D"]
    assert len(convolutions) == 35  # 17 bottlenecks, the first of which has no expansion, a stem, a head
    for each in convolutions:
        weight = graph.tensors[each.inputs[1]]
        assert weight.type == schema.TensorType.INT8
        assert len(weight.quantization.scale) == weight.shape[0]
    assert 0.2 < exported[1].facts["size against float32"] < 0.5  # type: ignore[operator]


def test_constants_lie_where_every_reader_looks_for_them(exported: tuple[bytes, ExportResult, Path]) -> None:
    model, _ = graph_of(exported[0])
    assert all(buffer.offset == 0 and buffer.size == 0 for buffer in model.buffers)
    held = sum(len(buffer.data) for buffer in model.buffers if buffer.data is not None)
    analysis = analyse(network())
    assert held > analysis.totals.parameters * 0.9  # a byte a weight; norms are folded, biases have four


def test_the_file_says_which_design_it_is_and_what_it_was_calibrated_with(
    exported: tuple[bytes, ExportResult, Path],
) -> None:
    said = graph_of(exported[0])[0].description.decode()
    assert network().digest in said
    assert "12 samples of samples" in said
    assert str(exported[2]) not in said


def test_signal_to_noise_can_be_measured_again(exported: tuple[bytes, ExportResult, Path]) -> None:
    content, result, folder = exported
    held = torch.cat([torch.from_numpy(numpy.load(folder / "samples" / f"{index}.npy")) for index in range(8)])[::4]
    with torch.inference_mode():
        y = compile_module(network(), seed=0).eval()(held).numpy().astype(float)
    for comparison, is_reference in zip(result.comparisons, (False, True), strict=True):
        interpreter = loaded(content, is_reference=is_reference)
        found = numpy.concatenate([run(interpreter, sample[None]) for sample in held])
        ratio = 10 * math.log10((y**2).sum() / ((y - found) ** 2).sum())
        assert comparison.snr_db == pytest.approx(ratio, abs=0.05)
        assert ratio > 8
    quick, alone = result.comparisons
    assert quick.inputs == "4 of the folder's, kept from calibration; by XNNPACK"
    assert alone.inputs.endswith("by the reference kernels")
    assert quick.snr_db is not None
    assert alone.snr_db is not None
    has_own = any("adds an error of its own" in each for each in result.warnings)
    assert has_own == (alone.snr_db - quick.snr_db > 1.0)


def test_it_is_timed_against_float32_in_turns(exported: tuple[bytes, ExportResult, Path]) -> None:
    (pair,) = exported[1].latency
    assert pair.peer == "float32, LiteRT"
    assert pair.pairs >= 6
    assert pair.low <= pair.ratio <= pair.high


def test_a_microcontrollers_runtime_computes_bit_for_bit_what_the_reference_kernels_do(
    exported: tuple[bytes, ExportResult, Path],
) -> None:
    runtime = pytest.importorskip("tflite_micro", exc_type=ImportError).runtime
    content, result, _ = exported
    reference, micro = loaded(content, is_reference=True), runtime.Interpreter.from_bytes(content, arena_size=4 << 20)
    entry = reference.get_input_details()[0]
    for seed in range(3):
        steps = numpy.random.default_rng(seed).integers(-128, 128, entry["shape"], numpy.int8)
        reference.set_tensor(entry["index"], steps)
        reference.invoke()
        micro.set_input(steps, 0)
        micro.invoke()
        expected = reference.get_tensor(reference.get_output_details()[0]["index"])
        assert numpy.array_equal(expected, micro.get_output(0))
        assert len(numpy.unique(expected)) > 4  # something is computed
    assert any("Microcontrollers" in check.what and "bit for bit" in check.found for check in result.checks)


@pytest.mark.parametrize(
    "layer",
    [
        MaxPool(3, 2, Padding.SYMMETRIC),
        MaxPool(3, 1, Padding.SYMMETRIC),
        LeakyReLU(0.2),
        ReLU6(),
    ],
    ids=lambda layer: layer.title,
)
def test_what_the_engine_leaves_in_floats_is_written_so_that_it_does_not(layer: Layer, tmp_path: Path) -> None:
    design = row(Input(4, 9, 9), layer, Output())
    samples = tmp_path / "samples"
    samples.mkdir()
    # All below zero but for what ReLU6 cuts, so that padding by anything but the least would show.
    drawn = numpy.random.default_rng(3).uniform(-3.0, 8.0 if isinstance(layer, ReLU6) else -0.5, (16, 4, 9, 9))
    numpy.save(samples / "all.npy", drawn.astype(numpy.float32))
    content, result = delivered(design, tmp_path, calibration=str(samples))
    model, codes = graph_of(content)
    assert {"DEQUANTIZE", "QUANTIZE"}.isdisjoint(codes)
    (run_,) = [each for each in result.comparisons if each.inputs.endswith("by the reference kernels")]
    # A step is 1/255 of the range; what is in eight bits once errs by half of it in and half of it out.
    reach = drawn.max() - drawn.min()
    assert run_.max_abs_difference <= 1.5 * reach / 255
    assert model.subgraphs[0].tensors[0].type == schema.TensorType.INT8


def test_tensors_that_meet_have_one_scale_and_are_not_rescaled(tmp_path: Path) -> None:
    nodes = {
        "input": Input(4, 8, 8),
        "a": PointwiseConv2d(4),
        "b": PointwiseConv2d(6),
        "cat": Concatenate(),
        "output": Output(),
    }
    _, codes = graph_of(delivered(_joined(nodes), tmp_path)[0])
    assert codes == ["CONV_2D", "CONV_2D", "CONCATENATION"]


def test_a_sigmoid_has_a_scale_of_its_own_and_is_rescaled_where_it_meets_others(tmp_path: Path) -> None:
    nodes = {"input": Input(4, 8, 8), "a": Sigmoid(), "b": PointwiseConv2d(6), "cat": Concatenate(), "output": Output()}
    design = _joined(nodes)
    content, result = delivered(design, tmp_path)
    _, codes = graph_of(content)
    assert codes == ["LOGISTIC", "CONV_2D", "QUANTIZE", "CONCATENATION"]
    assert result.comparisons[0].snr_db is not None
    assert result.comparisons[0].snr_db > 25


def _joined(layers: dict[str, Layer]) -> Design:
    """Two branches from one input, joined."""
    wires = [("input", "a", "x"), ("input", "b", "x"), ("a", "cat", "a"), ("b", "cat", "b"), ("cat", "output", "x")]
    return Design.build(
        "joined",
        [Node(NodeId(name), layer) for name, layer in layers.items()],
        [Wire(PortRef(NodeId(source), "y"), PortRef(NodeId(to), port)) for source, to, port in wires],
    )


@pytest.mark.parametrize(("layer", "code"), [(Mish(), "ABS"), (ELU(), "ELU")])
def test_what_has_no_form_in_eight_bits_is_named_with_what_has(layer: Layer, code: str, tmp_path: Path) -> None:
    design = row(Input(4, 8, 8), PointwiseConv2d(4), layer, Output())
    said = rf"net\.int8\.tflite: n2: LiteRT's {code} has no form in eight bits.*ReLU6.*have one; LiteRT in floats can"
    with pytest.raises(ExportError, match=said):
        delivered(design, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_samples_of_another_size_are_named(tmp_path: Path) -> None:
    folder = sampled(tmp_path, (2, 3, 32, 32))
    with pytest.raises(ExportError, match=r"0\.npy: it holds \(2, 3, 32, 32\) of float32; the design reads 3×64×64"):
        delivered(network(), tmp_path, calibration=str(folder))


def test_pictures_of_another_size_are_scaled_and_the_file_says_so(tmp_path: Path) -> None:
    from PIL import Image

    folder = tmp_path / "pictures"
    folder.mkdir()
    for index in range(4):
        pixels = numpy.random.default_rng(index).integers(0, 256, (50, 90, 3), numpy.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    design = row(Input(3, 16, 16), PointwiseConv2d(8), Output())
    content, _ = delivered(design, tmp_path, calibration=str(folder))
    assert (
        "inputs: red, green, blue; scaled to fit 16×16, the middle taken" in graph_of(content)[0].description.decode()
    )


def test_several_pictures_at_once(tmp_path: Path) -> None:
    content, result = delivered(network(), tmp_path, calibration=str(sampled(tmp_path)), batch=3)
    assert list(loaded(content).get_input_details()[0]["shape"]) == [3, 64, 64, 3]
    assert str(result.facts["same strongest output"]).endswith(" of 4")


def test_random_calibration_is_called_a_trial_and_standard_output_stays_silent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, result = delivered(row(Input(4, 8, 8), PointwiseConv2d(4), Output()), tmp_path)
    assert result.warnings[0].startswith("calibrated with random inputs: a trial")
    assert capsys.readouterr().out == ""


def test_what_a_microcontrollers_runtime_lacks_is_named(tmp_path: Path) -> None:
    pytest.importorskip("tflite_micro", exc_type=ImportError)
    design = row(Input(4, 8, 8), PointwiseConv2d(4), GELU(), Output())
    _, result = delivered(design, tmp_path)
    assert "it does not run there: it has no kernel for GELU" in [check.found for check in result.checks]


def test_a_missing_package_says_what_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = "ai_edge_quantizer"
    monkeypatch.setattr("designer.export.formats.find_spec", lambda name: None if name == gone else find_spec(name))
    said = r"ai_edge_quantizer is not installed; pip install 'bottleneck-designer\[mobile\]' brings it"
    with pytest.raises(ExportError, match=said):
        delivered(network(), tmp_path)


def test_a_cancel_while_calibrating_leaves_nothing(tmp_path: Path) -> None:
    from designer.timing.rounds import Cancelled

    heard: list[str] = []
    with contextlib.suppress(Cancelled):
        export_design(
            network(),
            tmp_path / "net.int8.tflite",
            KEY,
            progress=lambda share, text: heard.append(text),
            is_cancelled=lambda: any("calibrating, sample 2" in each for each in heard),
        )
        pytest.fail("it was not cancelled")
    assert list(tmp_path.iterdir()) == []
