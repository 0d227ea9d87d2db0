"""``bottleneck-designer import``: exit statuses, what is printed and what is written."""

from __future__ import annotations

import json
from pathlib import Path

import onnx
import pytest
from onnx import helper

from designer.__main__ import main
from designer.files.design_json import load
from designer.matching.matching import match_designs
from designer.runtime.compile.checkpoint import read_weights
from designer.runtime.compile.module import compile_module
from designer.runtime.formats.onnx_file import export_onnx
from designer.templates.networks import template

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

CODE = """
import designer
from designer.runtime.compile.module import compile_module
from designer.runtime.formats.onnx_file import export_onnx
def net(width="0.35"):
    return compile_module(designer.template("mobilenet_v2", width=float(width), resolution=64, classes=10), seed=3)
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    path = tmp_path / "own.py"
    path.write_text(CODE)
    return path


def test_a_network_lands_as_a_design_with_its_weights(
    code: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "net.design.json"
    assert main(["import", f"{code}:net", "--input", "1x3x64x64", "-o", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["proved"]
    assert told["max_abs_difference"] == 0.0
    assert told["unproved"] == ""
    wanted = template("mobilenet_v2").build(width=0.35, resolution=64, classes=10)
    assert match_designs(wanted, load(out)).is_same
    theirs = compile_module(wanted, seed=3).state_dict()
    kept = read_weights(tmp_path / "net.safetensors").tensors
    assert sum(each.numel() for each in kept.values()) == sum(each.numel() for each in theirs.values())
    assert main(["check", str(out)]) == 0


def test_it_is_told_in_words(code: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", f"{code}:net", "--input", "1x3x64x64", "--set", "width=0.5", "--flat"]) == 0
    told = capsys.readouterr().out
    assert "proved" in told
    assert "largest difference 0 " in told
    assert "blocks" not in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing.onnx"], "no such file"),
        (["picture.png"], "networks are read from files"),
        (["{code}:net"], "say what it takes"),
        (["{code}:net", "--input", "3"], "no shape"),
        (["{code}:net", "--input", "1x3x64x64", "--set", "width"], "no setting"),
        (["{code}:other", "--input", "1x3x64x64"], "its code failed"),
    ],
)
def test_what_cannot_be_done_is_said(
    code: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", *(word.format(code=code) for word in words)]) == 2
    assert said in capsys.readouterr().err


def test_a_survey_tells_of_every_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "inner").mkdir()
    export_onnx(template("bottleneck").build(), tmp_path / "inner" / "block.onnx")
    assert main(["import", "--survey", str(tmp_path)]) == 0
    assert "block.onnx: proved, 9 nodes" in capsys.readouterr().out
    (tmp_path / "empty.onnx").write_bytes(b"")
    assert main(["import", "--survey", str(tmp_path), "--json"]) == 1
    files = json.loads(capsys.readouterr().out)["files"]
    assert [(row["file"], row["state"]) for row in files] == [
        ("empty.onnx", "refused"),
        (str(Path("inner") / "block.onnx"), "proved"),
    ]
    assert "empty" in files[0]["reason"]


@pytest.mark.parametrize(
    "words", [["import"], ["import", "--survey", "nowhere"], ["import", "x.onnx", "--survey", "."]]
)
def test_a_survey_that_cannot_be_is_refused(words: list[str]) -> None:
    assert main(words) == 2


def opaque_file(folder: Path) -> Path:
    """An ONNX file of 1×3×8×8 whose only operator no layer computes."""
    ends = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, (1, 3, 8, 8)) for name in ("x", "y")]
    axis = helper.make_tensor("axis", onnx.TensorProto.INT64, (), [3])
    node = helper.make_node("CumSum", ["x", "axis"], ["y"], name="sum")
    graph = helper.make_graph([node], "n", ends[:1], ends[1:])
    graph.initializer.append(axis)
    path = folder / "net.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def test_opaque_nodes_are_told_and_give_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = opaque_file(tmp_path), tmp_path / "net.design.json"
    assert main(["import", str(path), "-o", str(out), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(each["node"], each["operator"]) for each in told["opaque"]] == [("sum", "CumSum")]
    assert told["proved"]
    assert main(["import", str(path)]) == 1
    said = capsys.readouterr().out
    assert "without 1 opaque node" in said
    assert "opaque: sum is CumSum" in said
    assert main(["import", "--survey", str(tmp_path)]) == 1
    assert "without CumSum, opaque" in capsys.readouterr().out
    again = tmp_path / "again.onnx"
    assert main(["export", str(out), "-o", str(again)]) == 0
    assert [node.op_type for node in onnx.load(again).graph.node] == ["CumSum"]
