"""``edit``: every edit writes a design, says what it changed, and refuses in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from designer.__main__ import main
from designer.analysis.analysis import analyse
from designer.files.design_json import load, save
from designer.templates.networks import template


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    save(template("mobilenet_v2").build(width=0.35), tmp_path / "v2.design.json")
    return Path("v2.design.json")


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(["edit", *words])
    out, err = capsys.readouterr()
    return status, out, err


def test_strides_are_listed_and_chosen(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, str(file), "strides", "--list")
    assert status == 0
    assert out.splitlines()[:2] == ["1 [x] stem: 224×224 → 112×112", "2 [x] bottleneck_2: 112×112 → 56×56"]
    assert said(capsys, str(file), "strides", "--tick", "1,3", "-o", "small.design.json")[0] == 0
    nodes = load(Path("small.design.json")).nodes
    dropped = [id for id, node in nodes.items() if node.layer.is_block and node.layer.downsampling > 1]
    assert dropped == ["bottleneck_2", "bottleneck_7", "bottleneck_14"]


def test_scaling_says_old_and_new_totals(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, str(file), "scale", "--resolution", "0.5", "-o", "half.design.json", "--json")
    told = json.loads(out)
    before, after = (analyse(load(Path(name))).totals for name in (str(file), "half.design.json"))
    assert status == 0
    assert told["totals"]["macs"] == {"before": before.macs, "after": after.macs}
    assert told["changes"] == ["input: height 224 → 112 px, width 224 → 112 px"]


def test_a_file_may_be_edited_where_it_lies_twice(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, str(file), "multiples", "--multiple", "16", "-o", str(file))[0] == 0
    first = load(file)
    status, out, _ = said(capsys, str(file), "multiples", "--multiple", "16", "-o", str(file))
    assert (status, load(file)) == (0, first)
    assert "Parameters" in out


def test_blocks_are_replaced_by_kind(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("replace", "--by", "mbconv", "--of", "bottleneck", "-o", "mb.design.json")
    assert said(capsys, str(file), *words)[0] == 0
    kinds = [node.layer.key for node in load(Path("mb.design.json")).nodes.values()]
    assert (kinds.count("mbconv"), kinds.count("bottleneck")) == (17, 0)


@pytest.mark.torch
def test_weights_go_along_to_another_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", str(file)]) == 0
    assert said(capsys, str(file), "strides", "-o", "small.design.json")[0] == 0
    assert Path("small.safetensors").read_bytes() == Path("v2.safetensors").read_bytes()
    # No kernel has a stride in its shape, so the smaller network uses every tensor.
    assert main(["export", "small.design.json", "-o", "small.onnx", "--json"]) == 0
    assert "small.safetensors, all" in json.loads(capsys.readouterr().out)["weights"]


@pytest.mark.torch
def test_pruning_slices_the_weights_beside_the_design(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, str(file), "prune", "-o", "bare.design.json")[0] == 0
    assert not Path("bare.safetensors").exists()
    assert main(["weights", str(file)]) == 0
    status, out, _ = said(capsys, str(file), "prune", "--share", "0.5", "-o", "slim.design.json")
    assert status == 0
    assert "written to slim.safetensors" in out
    assert "stays: classifier: the network gives them" in out
    assert main(["export", "slim.design.json", "-o", "slim.onnx", "--json"]) == 0
    assert "slim.safetensors, all" in json.loads(capsys.readouterr().out)["weights"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("multiples",), "say -o OUT"),
        (("multiples", "--multiple", "1", "-o", "x.design.json"), "it takes 2 to 256"),
        (("multiples", "--node", "stern", "-o", "x.design.json"), "there is no node 'stern'"),
        (("replace", "-o", "x.design.json"), "say which kind comes"),
        (("strides", "--tick", "0", "-o", "x.design.json"), "it takes places"),
        (("strides", "--tick", "9", "-o", "x.design.json"), "there is no stride 9"),
        (("scale", "--width", "0.5", "--phi", "1", "-o", "x.design.json"), "leave one of them out"),
        (("multiples", "-o", "notes.txt"), "would be lost"),
        (("squash",), "squash"),
        (("prune", "--share", "2", "-o", "x.design.json"), "it takes 0 to 0.99"),
        (("prune", "--node", "classifier", "-o", "x.design.json"), "no channel of what is selected can go"),
    ],
)
def test_bad_cases_are_refused_in_words(
    file: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], reason: str
) -> None:
    Path("notes.txt").write_text("mine")
    status, _, err = said(capsys, str(file), *words)
    assert status == 2
    assert reason in err
    assert not Path("x.design.json").exists()
    assert Path("notes.txt").read_text() == "mine"
