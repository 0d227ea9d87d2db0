"""Operators that no layer computes come in as opaque nodes, go out to ONNX again whole, and are refused elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from designer.analysis.analysis import analyse
from designer.analysis.opaque import opaque_nodes, without_opaque
from designer.edit.grouping import group
from designer.errors import DesignerError, ExportError, ImportRefused, InvalidDesign
from designer.export.formats import format_of
from designer.export.keras_source import keras_source
from designer.export.options import OnnxOptions
from designer.export.python_source import python_source
from designer.files.design_json import dumps, loads, loads_piece
from designer.graph.design import Design, NodeId
from designer.graph.operations import constant_name
from designer.importing.model_files import ImportOptions
from designer.layers.endpoints import Input
from designer.layers.opaque import Opaque
from designer.matching.matching import match_designs
from designer.runtime.compile.checkpoint import read_weights
from designer.runtime.compile.module import compile_module
from designer.runtime.formats.export import export_design
from designer.runtime.formats.onnx_opaque import unpacked
from designer.runtime.importing.load import LoadedModel, import_model, load_model

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

FLOAT = TensorProto.FLOAT
N = helper.make_node
MAP = (1, 3, 8, 8)


def numbers(name: str, *shape: int) -> onnx.TensorProto:
    source = numpy.random.default_rng(sum(map(ord, name)))
    return numpy_helper.from_array(source.normal(size=shape).astype(numpy.float32), name)


def whole(name: str, *values: int) -> onnx.TensorProto:
    return numpy_helper.from_array(numpy.array(values, dtype=numpy.int64), name)


def number(name: str, value: float, kind: Any = numpy.float32) -> onnx.TensorProto:
    return numpy_helper.from_array(numpy.array(value, dtype=kind), name)


def branch(operator: str, name: str) -> onnx.GraphProto:
    out = helper.make_tensor_value_info(name, FLOAT, None)
    return helper.make_graph([N(operator, ["r"], [name])], name, [], [out])


def saved(
    folder: Path,
    nodes: Sequence[onnx.NodeProto],
    weights: Sequence[onnx.TensorProto] = (),
    shape: Sequence[Any] = MAP,
    gives: int = FLOAT,
    domains: Sequence[str] = (),
) -> Path:
    x = helper.make_tensor_value_info("x", FLOAT, shape)
    y = helper.make_tensor_value_info("y", gives, None)
    graph = helper.make_graph(list(nodes), "net", [x], [y], list(weights))
    opsets = [helper.make_opsetid("", 17), *(helper.make_opsetid(each, 1) for each in domains)]
    path = folder / "net.onnx"
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return path


CONV = N("Conv", ["x", "w"], ["c"], name="conv", pads=[1, 1, 1, 1])
KERNEL = numbers("w", 4, 3, 3, 3)

FILES: dict[str, tuple[Any, ...]] = {
    "between layers": (
        ([CONV, N("CumSum", ["c", "axis"], ["s"], name="sum"), N("Relu", ["s"], ["y"])], [KERNEL, whole("axis", 3)]),
        {"CumSum": 1},
    ),
    "several results, whole numbers between": (
        (
            [
                N("Flatten", ["x"], ["f"]),
                N("TopK", ["f", "k"], ["v", "i"]),
                N("GatherElements", ["f", "i"], ["g"], axis=1),
                N("Sub", ["g", "v"], ["d"]),
                N("Add", ["d", "v"], ["y"]),
            ],
            [whole("k", 5)],
        ),
        {"TopK": 1, "GatherElements": 1},
    ),
    "a branch": (
        (
            [
                N("Relu", ["x"], ["r"]),
                N("ReduceSum", ["x"], ["s"], keepdims=0),
                N("Greater", ["s", "zero"], ["is"]),
                N("If", ["is"], ["o"], then_branch=branch("Abs", "t"), else_branch=branch("Neg", "e")),
                N("Relu", ["o"], ["y"]),
            ],
            [number("zero", 0.0)],
        ),
        {"If": 1, "Greater": 1, "ReduceSum": 1},
    ),
    "a recurrence that keeps weights": (
        (
            [
                N("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
                N("LSTM", ["t", "W", "R", "B"], ["h"], hidden_size=16),
                N("Squeeze", ["h", "one"], ["q"]),
                N("Transpose", ["q"], ["y"], perm=[1, 0, 2]),
            ],
            [numbers("W", 1, 64, 8), numbers("R", 1, 64, 16), numbers("B", 1, 128), whole("one", 1)],
            (1, 5, 8),
        ),
        {"LSTM": 1, "Transpose": 2},
    ),
    "a shape that follows from data": (
        ([N("Relu", ["x"], ["r"]), N("NonZero", ["r"], ["y"])], [], MAP, TensorProto.INT64),
        {"NonZero": 1},
    ),
    "quantised and back": (
        (
            [
                N("QuantizeLinear", ["x", "scale", "zero"], ["q"]),
                N("DequantizeLinear", ["q", "scale", "zero"], ["d"]),
                N("Relu", ["d"], ["y"]),
            ],
            [number("scale", 0.05), number("zero", 3, numpy.uint8)],
        ),
        {"QuantizeLinear": 1, "DequantizeLinear": 1},
    ),
    "an operator of another's making": (
        ([N("Gelu", ["x"], ["g"], domain="com.microsoft"), N("Relu", ["g"], ["y"])], [], MAP, FLOAT, ["com.microsoft"]),
        {"Gelu": 1},
    ),
    "over the batch": (([N("ReduceMean", ["x"], ["y"], axes=[0, 1])], []), {"ReduceMean": 1}),
}


def loaded(folder: Path, name: str) -> LoadedModel:
    return load_model(saved(folder, *FILES[name][0]))


def outputs(path: Path, given: numpy.ndarray[Any, Any]) -> list[numpy.ndarray[Any, Any]]:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (entry,) = session.get_inputs()
    if len(entry.shape) != given.ndim:  # sequences N×L×C enter a design as maps of one column
        given = given.transpose(0, 2, 1)[..., None]
    found: list[numpy.ndarray[Any, Any]] = session.run(None, {entry.name: given})
    return found


@pytest.mark.parametrize("name", FILES)
def test_it_comes_in_is_proved_and_goes_out_again_whole(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path, *FILES[name][0])
    weights = tmp_path / "net.safetensors"
    result = import_model(path, ImportOptions(), weights=weights)
    found: dict[str, int] = {}
    for each in result.opaque:
        found[each.operator] = found.get(each.operator, 0) + 1
        assert each.reason
        assert each.bytes > 0
        assert result.origins_of(each.node)[0].operators[0].startswith(each.operator)
    assert found == FILES[name][1]
    assert result.proved, result.unproved
    assert not result.is_complete
    design, out = loads(result.design), tmp_path / "out" / "again.onnx"
    out.parent.mkdir()
    export_design(design, out, "onnx", weights=weights if weights.exists() else None)
    shape = FILES[name][0][2] if len(FILES[name][0]) > 2 else MAP
    given = numpy.random.default_rng(3).normal(size=shape).astype(numpy.float32)
    (expected,), (made,) = outputs(path, given), outputs(out, given)
    assert made.dtype == expected.dtype
    numpy.testing.assert_allclose(made, expected, rtol=1e-5, atol=1e-6)
    assert float(numpy.abs(expected.astype(float)).max()) > 0


def test_constants_of_an_opaque_node_are_weights_of_it(tmp_path: Path) -> None:
    path = saved(tmp_path, *FILES["a recurrence that keeps weights"][0])
    weights = tmp_path / "net.safetensors"
    result = import_model(path, ImportOptions(), weights=weights)
    kept = read_weights(weights).tensors
    (lstm,) = (each.node for each in result.opaque if each.operator == "LSTM")
    recurrent = numpy_helper.to_array(numbers("R", 1, 64, 16))
    numpy.testing.assert_array_equal(kept[f"{lstm}.{constant_name(0)}"].numpy(), recurrent)
    assert result.parameters == recurrent.size  # the smaller ones stay inside the operator


def test_totals_say_what_they_are_without(tmp_path: Path) -> None:
    analysis = analyse(loaded(tmp_path, "a branch").design)
    assert without_opaque(analysis) == "without 3 opaque nodes"
    assert analysis.totals.complete
    grouped, _ = group(analysis.design, [path[0] for path, _ in opaque_nodes(analysis)], "the branch")
    assert without_opaque(analyse(grouped)) == "without 3 opaque nodes"
    assert [path[-1] for path, _ in opaque_nodes(analyse(grouped))] == [path[-1] for path, _ in opaque_nodes(analysis)]


def refusals(design: Design, folder: Path) -> dict[str, str]:
    """What each way to use a design says of it."""
    analysis = analyse(design)
    ways: dict[str, Any] = {
        "compile": lambda: compile_module(design),
        "source": lambda: python_source(analysis),
        "keras source": lambda: keras_source(analysis),
    }
    for key in ("onnx_int8", "pytorch", "program"):
        ways[key] = lambda key=key: export_design(design, folder / f"x{format_of(key).endings[0]}", key)
    said = {}
    for name, way in ways.items():
        with pytest.raises(InvalidDesign) as error:
            way()
        said[name] = str(error.value)
    return said


def test_whatever_cannot_be_done_names_the_node(tmp_path: Path) -> None:
    model = loaded(tmp_path, "between layers")
    assert model.opaque == ("sum",)
    for way, said in refusals(model.design, tmp_path).items():
        assert "sum: " in said, way
        assert "CumSum of ONNX" in said, way
        assert "export ONNX" in said, way


@pytest.mark.parametrize("key", ["markdown", "safetensors"])
def test_what_writes_no_operators_takes_opaque_nodes(tmp_path: Path, key: str) -> None:
    path = tmp_path / f"x{format_of(key).endings[0]}"
    export_design(loaded(tmp_path, "between layers").design, path, key)
    assert path.stat().st_size > 100


def test_it_is_saved_copied_and_matched_like_any_node(tmp_path: Path) -> None:
    design = loaded(tmp_path, "several results, whole numbers between").design
    again = loads(dumps(design))
    assert again == design
    assert again.digest == design.digest
    assert match_designs(design, again).is_same
    piece, _ = loads_piece(dumps(design))
    assert piece == design
    (top,) = (node for node in design.nodes.values() if node.title == "TopK")
    assert isinstance(top.layer, Opaque)
    other = design.with_layer(top.id, replace(top.layer, content=top.layer.content[:-4] + "AAA="))
    assert not match_designs(design, other).is_same


def test_another_size_is_a_problem_that_says_what_it_came_with(tmp_path: Path) -> None:
    design = loaded(tmp_path, "between layers").design
    (entry,) = design.input_nodes()
    larger = design.with_layer(entry.id, Input(3, 16, 16))
    (issue,) = analyse(larger).issues
    assert issue.path == (NodeId("sum"),)
    assert "CumSum was brought in for the map 4×8²" in issue.what
    assert analyse(design, batch=7).is_valid


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ([N("SplitToSequence", ["x"], ["s"], name="cut"), N("SequenceAt", ["s", "i"], ["y"])], "SplitToSequence 'cut'"),
        ([N("Cast", ["x"], ["t"], to=TensorProto.STRING, name="text"), N("Relu", ["x"], ["y"])], None),
        ([N("Cast", ["x"], ["t"], to=TensorProto.STRING, name="text"), N("Cast", ["t"], ["y"], to=1)], "Cast 'text'"),
        ([N("RandomNormal", [], ["n"], shape=[8], name="dice"), N("Add", ["x", "n"], ["y"])], "RandomNormal 'dice'"),
    ],
)
def test_what_no_wire_can_carry_is_refused_by_name(tmp_path: Path, nodes: list[onnx.NodeProto], words: str) -> None:
    path = saved(tmp_path, nodes, [number("i", 0, numpy.int64)])
    if words is None:  # what nothing reads keeps nobody
        assert load_model(path).proved
        return
    with pytest.raises(ImportRefused, match=words):
        load_model(path)


@pytest.mark.parametrize("content", ["", "no text of ours", "AAAA", "eJwDAAAAAAE="])
def test_a_damaged_operator_is_refused_in_words(tmp_path: Path, content: str) -> None:
    with pytest.raises(DesignerError, match="bring the network in again"):
        unpacked(content)
    design = loaded(tmp_path, "between layers").design
    layer = design.nodes[NodeId("sum")].layer
    assert isinstance(layer, Opaque)
    with pytest.raises(ExportError, match=r"sum: |CumSum"):
        export_design(design.with_layer(NodeId("sum"), replace(layer, content=content)), tmp_path / "x.onnx", "onnx")


def test_a_text_that_swells_is_not_unpacked() -> None:
    import base64
    import zlib

    bomb = base64.b64encode(zlib.compress(bytes(2**27))).decode()
    with pytest.raises(DesignerError, match="larger than any operator"):
        unpacked(bomb)


def test_an_operator_set_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    design = loaded(tmp_path, "an operator of another's making").design
    export_design(design, tmp_path / "x.onnx", "onnx", OnnxOptions(opset=19))
    assert {each.domain for each in onnx.load(tmp_path / "x.onnx").opset_import} == {"", "com.microsoft"}
