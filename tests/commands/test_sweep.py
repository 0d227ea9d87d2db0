"""The command sweep: what it prints, keeps and refuses, as a person types it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from designer.__main__ import main
from designer.files.design_json import load, save
from designer.graph.design import NodeId
from designer.graph.variation import Variation
from designer.templates.networks import template

SMALL = ["sweep", "mobilenet_v2", "--set", "resolution=32", "--vary", "width=0.25:0.75:0.25"]


def test_a_grid_with_a_budget_and_the_file_it_goes_on_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, page = tmp_path / "r.jsonl", tmp_path / "r.html"
    words = [*SMALL, "--objective", "latency_s"]
    assert main(words) == 2
    assert "nothing is measured; say --measure" in capsys.readouterr().err
    words = [
        *SMALL,
        "--budget",
        "parameters=2.5e6",
        "--objective",
        "max:parameters",
        "-o",
        str(path),
        "--report",
        str(page),
    ]
    assert main([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["points"], said["size"], said["kept"]) == (3, 3, 2)
    assert [each["settings"] for each in said["front"]] == [{"width": 0.5}]
    assert said["front"][0]["figures"]["parameters"] == 1_968_680
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["broken"] for line in lines] == [[], [], ["parameters <= 2.5e6"]]
    assert "://" not in page.read_text().replace("http://www.w3.org", "")
    assert "<td>0.5</td>" in page.read_text()
    assert main(words) == 0
    printed = capsys.readouterr()
    assert "goes on from 3 results" in printed.err
    assert "3 of 3 points" in printed.out
    assert len(path.read_text().splitlines()) == 3


def test_what_a_design_marks_is_swept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "v2.design.json"
    design = template("mobilenet_v2").build(width=0.25, resolution=32)
    node = design.nodes[NodeId("bottleneck_6")]
    design = design.replacing([replace(node, varied=(Variation("expansion", "2, 4", "t"),))])
    save(design.constrained(["t >= 4"]), path)
    assert load(path) == design.constrained(["t >= 4"])
    assert main(["sweep", str(path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["points"] == 2
    assert [each["settings"] for each in said["front"]] == [{"t": 4.0}]
    assert main(["sweep", str(path), "--count"]) == 0
    assert capsys.readouterr().out == "2 points: 2 t\n"


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        ([*SMALL, "--budget", "parameters=10"], 1, "parameters <= 10 is broken by 3 of 3"),
        ([*SMALL, "--budget", "paramters=10"], 2, "did you mean 'parameters'"),
        ([*SMALL, "--set", "width=1"], 2, "both set and varied"),
        ([*SMALL, "--random", "0"], 2, "from 1 up"),
        (["sweep", "mobilenet_v2"], 2, "nothing varies"),
        (["sweep", "mobilenet_v22", "--vary", "width=1"], 2, "mobilenet_v2"),
        (["sweep", "nothing.design.json", "--vary", "a.b=1"], 2, "nothing.design.json"),
        ([*SMALL, "--vary", "resolution=32:4096:1", "--vary", "bottleneck_6.expansion=1:60:0.01"], 2, "both set"),
        (
            ["sweep", "mobilenet_v2", "--vary", "resolution=32:4096:1", "--vary", "width=1:16:0.01"],
            2,
            "6 101 565 points",
        ),
    ],
)
def test_what_goes_wrong_is_said(words: list[str], status: int, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == status
    assert says in capsys.readouterr().err.replace("\u202f", " ")


@pytest.mark.torch
@pytest.mark.slow
def test_what_keeps_the_budgets_is_measured_in_turns_with_the_base(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.jsonl"
    words = [
        *SMALL,
        "--measure",
        "--time-limit",
        "0.3",
        "--threads",
        "1",
        "--budget",
        "parameters=2.5e6",
        "-o",
        str(path),
    ]
    assert main([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    measured = [line["measured"] for line in lines]
    assert measured[2] is None
    assert said["objectives"] == ["latency_s", "parameters"]
    for each in measured[:2]:
        assert 0 < each["low_ms"] <= each["median_ms"] <= each["high_ms"]
        assert each["verdict"] in {"faster", "slower", "no difference you can claim"}
        assert each["machine"]
