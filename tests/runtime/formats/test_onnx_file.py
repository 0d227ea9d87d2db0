"""ONNX files: what stands in them, that another runtime computes the same, and that nothing wrong is left behind."""

from __future__ import annotations

import os
import resource
import stat
from itertools import pairwise
from pathlib import Path

import numpy
import onnx
import pytest
import torch
from onnx import numpy_helper

from designer.edit.edits import rename
from designer.errors import ExportError, InvalidDesign, ParameterError
from designer.export.result import ExportResult
from designer.files.design_json import loads
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.operations import Relu
from designer.graph.window import Padding
from designer.layers.activation import GELU, HardSwish, ReLU, ReLU6, SiLU
from designer.layers.convolution import Conv2d
from designer.layers.endpoints import Input, Output
from designer.layers.shaping import Resize
from designer.runtime.compile.module import compile_module
from designer.runtime.formats import onnx_operators
from designer.runtime.formats.onnx_file import export_onnx
from designer.runtime.formats.onnx_session import run_session, session_of
from designer.templates.networks import template
from designer.timing.rounds import Cancelled
from tests.reference.mobilenets import MobileNetV2, randomise

pytestmark = pytest.mark.torch


def chain(*layers: Layer, channels: int = 4, side: int = 8) -> Design:
    """Input, the layers by number, output."""
    nodes = [Node(NodeId("input"), Input(channels, side, side))]
    nodes += [Node(NodeId(f"layer_{index}"), layer) for index, layer in enumerate(layers)]
    nodes.append(Node(NodeId("output"), Output()))
    wires = [Wire(PortRef(before.id, "y"), PortRef(after.id, "x")) for before, after in pairwise(nodes)]
    return Design.build("chain", nodes, wires)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> tuple[Design, Path, ExportResult]:
    """MobileNetV2 with random weights and norms that do something, written once."""
    design = template("mobilenet_v2").build(resolution=96, padding="tensorflow")
    module = compile_module(design)
    randomise(module)
    path = tmp_path_factory.mktemp("onnx") / "network.onnx"
    return design, path, export_onnx(design, path, module=module)


def test_computes_what_a_network_written_by_hand_computes(network: tuple[Design, Path, ExportResult]) -> None:
    _, path, report = network
    reference = randomise(MobileNetV2(padding="tensorflow"))  # the same seed and order of tensors: the same weights
    x = torch.randn(3, 3, 96, 96, generator=torch.Generator().manual_seed(9))  # a batch of 3: the batch is free
    with torch.inference_mode():
        expected = reference(x).numpy()
    (y,) = run_session(session_of(path), [x.numpy()])
    assert numpy.abs(expected).max() > 0.01
    numpy.testing.assert_allclose(y, expected, rtol=0, atol=5e-5 * float(numpy.abs(expected).max()))
    assert 0 < report.max_abs_difference < 5e-5 * report.max_abs_output


def test_file_says_which_design_it_is(network: tuple[Design, Path, ExportResult]) -> None:
    design, path, report = network
    model = onnx.load(str(path))
    said = {entry.key: entry.value for entry in model.metadata_props}
    assert said["design"] == design.name == "MobileNetV2 1 · 96"
    assert said["digest"] == report.digest == design.digest
    assert said["parameters"] == "3504872"
    assert int(said["macs"]) > 0
    assert said["tool"].startswith("bottleneck-designer ")
    assert model.producer_name == "bottleneck-designer"
    assert (model.opset_import[0].version, model.ir_version) == (17, 8)
    assert loads(said["design_file"]) == design
    assert str(Path.home()) not in path.read_bytes().decode("latin-1")


def test_names_are_the_canvas_names_and_every_edge_has_a_shape(network: tuple[Design, Path, ExportResult]) -> None:
    _, path, report = network
    graph = onnx.load(str(path)).graph
    assert [entry.name for entry in graph.input] == ["input"]
    assert [entry.name for entry in graph.output] == ["output"]
    names = [node.name for node in graph.node]
    assert (
        len(names) == len(set(names)) == report.facts["nodes"] == 153
    )  # 52 conv, 52 norm, 35 clip, 10 add, 4 of the end
    assert "bottleneck_2.expand_bn" in names
    assert "bottleneck_2.expand.weight" in {tensor.name for tensor in graph.initializer}
    shapes = {
        entry.name: [dim.dim_param or dim.dim_value for dim in entry.type.tensor_type.shape.dim]
        for entry in (*graph.value_info, *graph.input, *graph.output)
    }
    assert {output for node in graph.node for output in node.output} <= set(shapes)
    assert shapes["bottleneck_2.expand.out"] == ["batch", 96, 48, 48]
    assert shapes["output"] == ["batch", 1000]


def test_shapes_are_those_that_onnx_infers(network: tuple[Design, Path, ExportResult]) -> None:
    model = onnx.load(str(network[1]))
    said = {entry.name: entry.type for entry in model.graph.value_info}
    del model.graph.value_info[:]
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True).graph.value_info
    assert {entry.name: entry.type for entry in inferred} == said


def test_one_pair_of_bounds_serves_every_relu6_and_padding_is_inside_the_convolutions(
    network: tuple[Design, Path, ExportResult],
) -> None:
    graph = onnx.load(str(network[1])).graph
    assert {tuple(node.input[1:]) for node in graph.node if node.op_type == "Clip"} == {("relu6.min", "relu6.max")}
    assert {node.op_type for node in graph.node} == {
        "Conv",
        "BatchNormalization",
        "Clip",
        "Add",
        "GlobalAveragePool",
        "Flatten",
        "Identity",
        "Gemm",
    }
    stem = next(node for node in graph.node if node.name == "stem.conv")
    attributes = {attribute.name: list(attribute.ints) for attribute in stem.attribute if attribute.ints}
    assert attributes["pads"] == [0, 0, 1, 1]


@pytest.mark.parametrize("opset", [11, 13, 14, 17, 20, 21])
def test_every_operator_set_computes_the_same(tmp_path: Path, opset: int) -> None:
    design = chain(Conv2d(8), HardSwish(), Conv2d(8), GELU(), Conv2d(8), SiLU(), ReLU6())
    report = export_onnx(design, tmp_path / "net.onnx", opset=opset)
    model = onnx.load(str(tmp_path / "net.onnx"))
    assert model.opset_import[0].version == opset == report.facts["opset"]
    assert report.max_abs_difference < 1e-5 * report.max_abs_output
    assert ("HardSwish" in {node.op_type for node in model.graph.node}) == (opset >= 14)


@pytest.mark.parametrize("side", [3, 26, 77])
def test_a_resize_to_an_uneven_side_keeps_its_last_position(tmp_path: Path, side: int) -> None:
    # As float32, (2·side + 1) / side is below the number that gives 2·side + 1.
    wanted = 2 * side + 1
    design = chain(Resize(wanted / side), side=side)
    report = export_onnx(design, tmp_path / "net.onnx", module=compile_module(design))
    assert report.max_abs_difference == 0
    (shape,) = [each.type.tensor_type.shape for each in onnx.load(tmp_path / "net.onnx").graph.output]
    assert [each.dim_value for each in shape.dim][2:] == [wanted, wanted]


def test_fixed_batch(tmp_path: Path) -> None:
    export_onnx(template("bottleneck").build(resolution=8), tmp_path / "net.onnx", batch=4)
    graph = onnx.load(str(tmp_path / "net.onnx")).graph
    assert [dim.dim_value for dim in graph.input[0].type.tensor_type.shape.dim] == [4, 24, 8, 8]


def test_input_given_out_and_one_tensor_at_two_outputs(tmp_path: Path) -> None:
    nodes = [
        Node(NodeId("x"), Input(2, 3, 3)),
        Node(NodeId("act"), ReLU()),
        *[Node(NodeId(name), Output()) for name in ("first", "second", "same")],
    ]
    wires = [
        Wire(PortRef(NodeId(source), "y"), PortRef(NodeId(target), "x"))
        for source, target in (("x", "act"), ("act", "first"), ("act", "second"), ("x", "same"))
    ]
    path = tmp_path / "net.onnx"
    export_onnx(Design.build("ends", nodes, wires), path)
    x = numpy.random.default_rng(1).normal(size=(2, 2, 3, 3)).astype(numpy.float32)
    first, second, same = run_session(session_of(path), [x])
    numpy.testing.assert_array_equal(first, numpy.maximum(x, 0))
    numpy.testing.assert_array_equal(second, first)
    numpy.testing.assert_array_equal(same, x)


def test_weights_are_the_modules_own(tmp_path: Path) -> None:
    design = template("bottleneck").build(resolution=8)
    module = compile_module(design, seed=5).train()
    export_onnx(design, tmp_path / "net.onnx", module=module)
    tensors = {
        tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(str(tmp_path / "net.onnx")).graph.initializer
    }
    numpy.testing.assert_array_equal(tensors["project.weight"], module.state_dict()["project.weight"].numpy())
    assert all(part.training for part in module.modules())


def test_agrees_with_pytorchs_own_exporter(tmp_path: Path) -> None:
    design = template("bottleneck").build(channels=8, out_channels=8, resolution=12, padding="tensorflow")
    module = compile_module(design).eval()
    randomise(module)
    ours, theirs = tmp_path / "ours.onnx", tmp_path / "theirs.onnx"
    export_onnx(design, ours, module=module)
    x = torch.randn(1, 8, 12, 12, generator=torch.Generator().manual_seed(3))
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the older exporter tells of its own end
        torch.onnx.export(module, (x,), str(theirs), dynamo=False, opset_version=17)
    numpy.testing.assert_allclose(
        run_session(session_of(ours), [x.numpy()])[0], run_session(session_of(theirs), [x.numpy()])[0], atol=1e-5
    )


def test_progress_and_cancel(tmp_path: Path) -> None:
    told: list[str] = []
    design = template("bottleneck").build(resolution=8)
    export_onnx(design, tmp_path / "net.onnx", progress=lambda share, text: told.append(text))
    batches = [f"comparing with PyTorch, batch {batch}" for batch in (1, 2, 3)]
    assert told == ["compiling", "writing", "checking", "running in ONNX Runtime", *batches, "moving in place"]
    for count in range(len(told)):
        asked = iter([False] * count + [True])
        with pytest.raises(Cancelled):
            export_onnx(design, tmp_path / "cancelled.onnx", is_cancelled=asked.__next__)
        assert os.listdir(tmp_path) == ["net.onnx"]


def wrong_relu(builder: onnx_operators.GraphBuilder, call: onnx_operators.OperatorCall, operation: Relu) -> None:
    builder.add("Sigmoid", call, list(call.inputs))


def unknown_operator(builder: onnx_operators.GraphBuilder, call: onnx_operators.OperatorCall, operation: Relu) -> None:
    builder.add("NoSuchOperator", call, list(call.inputs))


@pytest.mark.parametrize(
    ("writer", "reason"),
    [(wrong_relu, "outputs differ by .* and .* is allowed"), (unknown_operator, "does not pass ONNX's checker")],
)
def test_a_file_that_does_not_prove_right_is_not_left_and_the_old_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: onnx_operators.Writer, reason: str
) -> None:
    monkeypatch.setattr(onnx_operators, "ONNX", onnx_operators.ONNX.changed({Relu: writer}))
    path = tmp_path / "net.onnx"
    path.write_bytes(b"the old file")
    with pytest.raises(ExportError, match=reason):
        export_onnx(chain(ReLU()), path)
    assert path.read_bytes() == b"the old file"
    assert os.listdir(tmp_path) == ["net.onnx"]


def test_an_operation_that_nothing_writes_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_operators, "ONNX", onnx_operators.ONNX.changed({Relu: None}))
    with pytest.raises(ExportError, match="layer_0: nothing here writes a ReLU to ONNX"):
        export_onnx(chain(ReLU()), tmp_path / "net.onnx")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"opset": 10}, "opset: 10 is out of range; it takes 11 to 21"),
        ({"opset": 99}, "opset: 99"),
        ({"batch": 0}, "batch: 0 is out of range"),
        ({"fold": True}, "there is no such option.* there are: opset"),
    ],
)
def test_options_out_of_range_are_refused(tmp_path: Path, options: dict[str, int], reason: str) -> None:
    with pytest.raises(ParameterError, match=reason):
        export_onnx(chain(ReLU()), tmp_path / "net.onnx", **options)  # type: ignore[arg-type]


def test_paths_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is not there"):
        export_onnx(chain(ReLU()), tmp_path / "no" / "net.onnx")
    with pytest.raises(ExportError, match="is a folder"):
        export_onnx(chain(ReLU()), tmp_path)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder where nobody may write")
def test_a_folder_where_nobody_may_write_is_said() -> None:
    with pytest.raises(ExportError, match=r"/proc/net\.onnx: it cannot be written"):
        export_onnx(chain(ReLU()), "/proc/net.onnx")


def test_a_design_with_problems_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidDesign):
        export_onnx(chain(Conv2d(8, 9, padding=Padding.NONE)), tmp_path / "net.onnx")


def test_another_designs_module_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="another design"):
        export_onnx(chain(ReLU()), tmp_path / "net.onnx", module=compile_module(chain(ReLU6())))


def test_a_new_file_has_the_usual_rights(tmp_path: Path) -> None:
    export_onnx(chain(ReLU()), tmp_path / "net.onnx")
    plain = tmp_path / "plain"
    plain.touch()
    assert stat.S_IMODE((tmp_path / "net.onnx").stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def node_types(path: Path) -> list[str]:
    return [node.op_type for node in onnx.load(str(path), load_external_data=False).graph.node]


def test_folded_batch_norms_are_gone_and_the_numbers_stay(tmp_path: Path) -> None:
    design = template("mobilenet_v2").build(resolution=64, width=0.5)
    module = compile_module(design)
    randomise(module)
    result = export_onnx(design, tmp_path / "net.onnx", module=module, fold_batch_norm=True)
    types = node_types(tmp_path / "net.onnx")
    assert (types.count("Conv"), types.count("BatchNormalization")) == (52, 0)
    assert 0 < result.max_abs_difference < 1e-4 * result.max_abs_output


def test_half_precision_halves_the_weights_and_keeps_float32_at_both_ends(tmp_path: Path) -> None:
    design = template("bottleneck").build(resolution=16)
    full = export_onnx(design, tmp_path / "full.onnx")
    half = export_onnx(design, tmp_path / "half.onnx", precision="float16")
    model = onnx.load(str(tmp_path / "half.onnx"))
    assert {tensor.data_type for tensor in model.graph.initializer} == {onnx.TensorProto.FLOAT16}
    ends = [*model.graph.input, *model.graph.output]
    assert {end.type.tensor_type.elem_type for end in ends} == {onnx.TensorProto.FLOAT}
    sizes = [
        sum(len(tensor.raw_data) for tensor in onnx.load(str(tmp_path / name)).graph.initializer)
        for name in ("half.onnx", "full.onnx")
    ]
    assert sizes[0] * 2 == sizes[1]
    assert 1e-5 < half.max_abs_difference / half.max_abs_output < 2e-2
    assert full.max_abs_difference < half.max_abs_difference


def test_weights_beyond_the_limit_lie_beside_the_file(tmp_path: Path) -> None:
    design = template("bottleneck").build(resolution=16)
    result = export_onnx(design, tmp_path / "net.onnx", external_over_mb=0)
    assert sorted(os.listdir(tmp_path)) == ["net.onnx", "net.onnx.data"]
    assert [Path(file.path).name for file in result.files] == ["net.onnx", "net.onnx.data"]
    assert result.files[1].bytes == (tmp_path / "net.onnx.data").stat().st_size > 4 * 8000
    loaded = onnx.load(str(tmp_path / "net.onnx"))
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in loaded.graph.initializer}
    numpy.testing.assert_array_equal(weights["project.weight"], compile_module(design).state_dict()["project.weight"])


def test_open_height_and_width(tmp_path: Path) -> None:
    design = template("mobilenet_v2").build(resolution=64, width=0.35)
    result = export_onnx(design, tmp_path / "net.onnx", dynamic_size=True)
    graph = onnx.load(str(tmp_path / "net.onnx")).graph
    shapes = {
        entry.name: [dim.dim_param or dim.dim_value for dim in entry.type.tensor_type.shape.dim]
        for entry in (*graph.value_info, *graph.input, *graph.output)
    }
    assert shapes["input"] == ["batch", 3, "height", "width"]
    assert shapes["bottleneck_2.depthwise.out"][2:] == ["height/4", "width/4"]
    assert shapes["output"] == ["batch", 1000]
    assert result.comparisons[-1].input_shapes == ((1, 3, 96, 128),)
    x = torch.randn(2, 3, 75, 130, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected = compile_module(design).eval()(x).numpy()
    numpy.testing.assert_allclose(
        run_session(session_of(tmp_path / "net.onnx"), [x.numpy()])[0],
        expected,
        atol=1e-4 * float(numpy.abs(expected).max()),
    )


def test_tensorflows_padding_keeps_the_size_fixed_and_says_which_node(tmp_path: Path) -> None:
    design = template("mobilenet_v2").build(resolution=64, width=0.35, padding="tensorflow")
    with pytest.raises(ExportError, match=r"cannot be left open: stem\.conv depends on the size"):
        export_onnx(design, tmp_path / "net.onnx", dynamic_size=True)
    assert os.listdir(tmp_path) == []


def test_names_a_person_gave_stand_in_the_file_and_what_was_mapped_is_said(tmp_path: Path) -> None:
    design = template("bottleneck").build(resolution=8)
    design = rename(rename(design, NodeId("expand"), "Widen 1×1"), NodeId("project"), "squeeze")
    result = export_onnx(design, tmp_path / "net.onnx")
    model = onnx.load(str(tmp_path / "net.onnx"))
    names = {node.name for node in model.graph.node}
    assert {"Widen_1_1", "squeeze", "depthwise"} <= names
    assert [(each.canvas, each.written) for each in result.renamed] == [("Widen 1×1", "Widen_1_1")]
    assert "expand.weight" in {tensor.name for tensor in model.graph.initializer}


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(b"the old file")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(ExportError, match=r"net\.onnx: it cannot be written: file too large"):
            export_onnx(template("bottleneck").build(resolution=8), path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_bytes() == b"the old file"
    assert os.listdir(tmp_path) == ["net.onnx"]
