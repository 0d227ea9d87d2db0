"""The command line as scripts use it: exit status, standard output and standard error of the real program.

Commands that load PyTorch, which takes seconds, run in a process of their own in one test each, and else in this one.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from designer.__main__ import main

ROOT = Path(__file__).parents[1]


HEAVY = ("bench", "devices", "export", "weights")


def run(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The program in a folder, with the words after its name: its own process, or this one where that takes long."""
    return run_here(*words, cwd=cwd) if words[0] in HEAVY else run_alone(*words, cwd=cwd)


def run_here(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The same in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(list(map(str, words)))
        except SystemExit as end:
            status = int(end.code or 0)
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return subprocess.CompletedProcess(words, status, *texts)


def run_alone(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The program's own process."""
    return subprocess.run(
        [sys.executable, "-m", "designer", *map(str, words)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def run_json(*words: str | Path, cwd: Path, is_alone: bool = False) -> Any:
    """The one JSON object on standard output of a run that succeeds, in a process of its own where that is said."""
    done = (run_alone if is_alone else run)(*words, "--json", cwd=cwd)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 1
    return json.loads(lines[0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a whole network, a block, and the article's function with another depth."""
    made = tmp_path_factory.mktemp("designs")
    assert run("new", "mobilenet_v2", "-o", "v2.design.json", cwd=made).returncode == 0
    assert run("new", "bottleneck", "-o", "b.design.json", "--set", "batch_norm=off", cwd=made).returncode == 0
    assert run("new", "article_bottleneck", "-o", "bad.design.json", "--set", "depth=32", cwd=made).returncode == 0
    return made


def test_list_names_every_template(folder: Path) -> None:
    listed = run_json("new", "--list", cwd=folder)
    assert {"mobilenet_v1", "mobilenet_v2", "bottleneck", "separable"} <= set(listed)
    assert set(listed["mobilenet_v2"]) == {"width", "resolution", "classes", "padding"}
    assert {"channels", "expansion", "out_channels", "kernel", "stride", "resolution", "batch_norm"} <= set(
        listed["bottleneck"]
    )
    assert "mobilenet_v1" in run("new", "--list", cwd=folder).stdout


@pytest.mark.parametrize(
    ("settings", "parameters", "macs"),
    [  # reference costs of MobileNetV2: torch.utils.flop_counter, halved, on torchvision's definition
        ((), 3504872, 300774272),
        (("width=0.5", "resolution=160"), 1968680, 50184000),
        (("width=0.75", "resolution=128"), 2636424, 69129728),
        (("resolution=192", "padding=tensorflow"), 3504872, 221316608),
    ],
)
def test_cost_is_that_of_the_reference(settings: tuple[str, ...], parameters: int, macs: int, tmp_path: Path) -> None:
    chosen = [word for setting in settings for word in ("--set", setting)]
    assert run("new", "mobilenet_v2", "-o", "x.design.json", *chosen, cwd=tmp_path).returncode == 0
    cost = run_json("cost", "x.design.json", cwd=tmp_path)
    assert (cost["parameters"], cost["macs"]) == (parameters, macs)
    assert cost["weight_bytes"] == 4 * parameters
    assert cost["output_shape"] == [1, 1000]
    assert sum(node["macs"] for node in cost["nodes"]) == macs
    assert sum(node["parameters"] for node in cost["nodes"]) == parameters
    assert max(node["peak_activation_bytes"] for node in cost["nodes"]) == cost["peak_activation_bytes"]
    assert cost["flops"] == 2 * macs + sum(node["elementwise"] for node in cost["nodes"])


def test_cost_reads_as_a_table(folder: Path) -> None:
    done = run("cost", "v2.design.json", "--per-node", cwd=folder)
    assert done.returncode == 0
    assert "3\u202f504\u202f872" in done.stdout
    assert "bottleneck_17.project" in done.stdout


def test_check_is_silent_about_a_sound_design(folder: Path) -> None:
    done = run("check", "v2.design.json", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_check_says_what_where_why_and_the_fix(folder: Path) -> None:
    done = run("check", "bad.design.json", cwd=folder)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("add: shapes differ: 24×56² ≠ 32×56², at add, ")
    assert "24 channels against 32" in line
    assert line.endswith(")")
    assert "set project's channels to 24" in line


UNREADABLE = [
    ("missing.design.json", None, "no such file"),
    ("cut.design.json", '{"format": "bottleneck-designer", "version": 1, "nodes": [', "ends too early"),
    ("foreign.design.json", '{"cells": [], "nbformat": 4}', "bottleneck-designer"),
    ("empty.design.json", "", ""),
    (
        "future.design.json",
        '{"format": "bottleneck-designer", "version": 99, "name": "x", "nodes": [], "wires": []}',
        "99",
    ),
    ("picture.design.json", "\x89PNG", ""),
]


@pytest.mark.parametrize(("name", "text", "reason"), UNREADABLE)
@pytest.mark.parametrize("command", ["check", "cost"])
def test_what_cannot_be_read_is_one_line_and_status_2(
    name: str, text: str | None, reason: str, command: str, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = run(command, name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert name in done.stderr
    assert reason.lower() in done.stderr.lower()
    assert "Traceback" not in done.stderr


REFUSED = [
    (("new", "mobilenet_v9", "-o", "x.design.json"), "did you mean 'mobilenet_v"),
    (("new", "mobilenet_v2", "-o", "x.design.json", "--set", "widht=1"), "did you mean 'width'"),
    (("new", "mobilenet_v2", "-o", "x.design.json", "--set", "width=wide"), "not a number"),
    (("new", "mobilenet_v2", "-o", "x.design.json", "--set", "width"), "NAME=VALUE"),
    (("new", "mobilenet_v2", "-o", "no/such/folder/x.design.json"), "no/such/folder"),
    (("render", "b.design.json", "-o", "x.bmp"), ".png, .svg, .pdf"),
    (("export", "b.design.json", "-o", "x.exe"), ".onnx"),
]


@pytest.mark.parametrize(("words", "reason"), REFUSED, ids=lambda value: " ".join(value)[:40])
def test_what_is_refused_says_why(words: tuple[str, ...], reason: str, folder: Path) -> None:
    done = run(*words, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_compare_puts_designs_side_by_side(folder: Path) -> None:
    table = run_json("compare", "v2.design.json", "b.design.json", cwd=folder)
    assert [design["parameters"] for design in table["designs"]] == [3504872, 8208]
    assert table["ratios"]["parameters"] == [1.0, 8208 / 3504872]
    assert table["best"]["parameters"] == 1
    text = run("compare", "v2.design.json", "b.design.json", "--markdown", cwd=folder).stdout
    assert text.splitlines()[0].count("|") == 4
    assert "**8\u202f208" in text


def test_a_broken_budget_ends_with_1(folder: Path) -> None:
    within = run("compare", "v2.design.json", "b.design.json", "--budget", "parameters=3504872", cwd=folder)
    over = run("compare", "v2.design.json", "b.design.json", "--budget", "parameters=3.5e6", "--json", cwd=folder)
    unknown = run("compare", "v2.design.json", "--budget", "colour=3", cwd=folder)

    assert (within.returncode, within.stderr) == (0, "")
    assert over.returncode == 1
    assert json.loads(over.stdout)["over_budget"] == {"parameters": [True, False]}
    assert "parameters 3\u202f504\u202f872, and the budget is 3.50\u202fM" in over.stderr
    assert unknown.returncode == 2
    assert "no such figure" in unknown.stderr


def test_compare_refers_to_the_baseline_asked_for(folder: Path) -> None:
    table = run_json("compare", "v2.design.json", "b.design.json", "--baseline", "2", cwd=folder)
    assert table["ratios"]["parameters"] == [3504872 / 8208, 1.0]
    assert run("compare", "v2.design.json", "--baseline", "2", cwd=folder).returncode == 2


@pytest.mark.gui
def test_the_report_is_one_file_with_a_drawing_of_each_design(folder: Path) -> None:
    done = run("compare", "v2.design.json", "b.design.json", "--report", "out.html", cwd=folder)
    page = (folder / "out.html").read_text(encoding="utf-8")

    assert done.returncode == 0, done.stderr
    assert page.count("<figcaption>A MobileNetV2") == page.count("<figcaption>B Bottleneck") == 1
    assert page.count('class="dark-look"') == 2
    assert "3\u202f504\u202f872" in page
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?!#|data:image)""", page)


@pytest.mark.torch
@pytest.mark.slow
def test_export_is_checked_run_and_compared(folder: Path) -> None:
    report = run_json("export", "v2.design.json", "-o", "v2.onnx", cwd=folder, is_alone=True)
    assert (folder / "v2.onnx").stat().st_size == report["file_bytes"] > 4 * 3504872
    assert len(report["comparisons"]) == 3
    assert all(0 < each["max_abs_difference"] <= each["tolerance"] for each in report["comparisons"])


@pytest.mark.torch
def test_the_printed_source_runs_alone(folder: Path) -> None:
    assert run("export", "b.design.json", "-o", "b.py", cwd=folder).returncode == 0
    done = subprocess.run([sys.executable, "b.py"], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "8208"


@pytest.mark.torch
def test_a_design_with_problems_exports_nothing(folder: Path) -> None:
    done = run("export", "bad.design.json", "-o", "bad.onnx", cwd=folder)
    assert done.returncode == 1
    assert done.stderr.startswith("add: shapes differ")
    assert not (folder / "bad.onnx").exists()


@pytest.mark.torch
def test_bench_says_its_conditions(folder: Path) -> None:
    words = ("--threads", "1", "--batch", "2", "--time-limit", "1")
    data = run_json("bench", "b.design.json", *words, cwd=folder, is_alone=True)
    assert 0 < data["low_ms"] <= data["median_ms"] <= data["high_ms"]
    assert data["rounds"] == len(data["rounds_ms"]) > 0
    assert (data["conditions"]["threads"], data["conditions"]["batch"]) == (1, 2)


@pytest.mark.torch
@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--threads", "0"), "threads"),
        (("--device", "cuda:99"), "cuda:99"),
        (("--batch", "0"), "batch"),
        (("--time-limit", "0"), "time_limit: 0 is out of range"),
        (("--backend", "eagr"), "did you mean 'eager'"),
    ],
)
def test_bench_refuses_what_cannot_be_measured(words: tuple[str, ...], reason: str, folder: Path) -> None:
    done = run("bench", "b.design.json", *words, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr


@pytest.mark.torch
def test_bench_takes_backends_types_and_turns(folder: Path) -> None:
    words = ("--threads", "1", "--time-limit", "0.3")
    data = run_json(
        "bench", "b.design.json", *words, "--backend", "folded", "--channels-last", "--per-node", cwd=folder
    )
    assert (data["backend"], data["conditions"]["memory_format"]) == ("folded", "channels_last")
    assert data["node_ms"]
    assert data["overhead_sentence"].startswith("The nodes take ")
    said = run("bench", "b.design.json", "--threads", "1", "--time-limit", "0.000001", "--per-node", cwd=folder)
    first, *others = said.stdout.splitlines()
    assert first.endswith("ms, 1 round"), "one round has no spread, and is the median of nothing"
    assert others[-1].startswith("The nodes take "), "times that do not sum to the whole say why"
    assert "only 1 round fitted" in said.stderr
    data = run_json("bench", "b.design.json", *words, "--dtype", "bfloat16", cwd=folder)
    assert data["conditions"]["dtype"] == "bfloat16"
    data = run_json("bench", "b.design.json", *words, "--against", "b.design.json", cwd=folder)
    assert data["pairs"] == len(data["first"]["rounds_ms"]) == len(data["second"]["rounds_ms"])
    assert data["first"]["digest"] == data["second"]["digest"]
    data = run_json("bench", "b.design.json", *words, "--roofline", cwd=folder)
    assert {point["bound"] for point in data["points"]} <= {"memory", "compute"}
    refused = run("bench", "b.design.json", "--backend", "all", "--against", "b.design.json", cwd=folder)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--backend all ranks one design" in refused.stderr


@pytest.mark.torch
@pytest.mark.slow
def test_bench_ranks_all_backends(folder: Path) -> None:
    data = run_json("bench", "b.design.json", "--threads", "1", "--time-limit", "2", "--backend", "all", cwd=folder)
    assert {"eager", "folded", "frozen", "onnxruntime"} <= {row["backend"] for row in data["rows"]}
    assert all(row["rounds_ms"] for row in data["rows"])
    told = {row["key"] for row in data["absent"]} | {row["backend"] for row in data["rows"]}
    assert "cuda_graph" not in told, "the measurement is on the CPU"
    assert {"openvino", "litert"} <= told


@pytest.mark.torch
def test_devices_lists_what_can_be_measured_on(folder: Path) -> None:
    assert run_json("devices", cwd=folder)["devices"][0]["name"] == "cpu"
    done = run_alone("devices", cwd=folder)
    assert done.returncode == 0
    assert "PyTorch eager, batch norms folded" in done.stdout


@pytest.mark.gui
def test_render_needs_no_display(folder: Path) -> None:
    for name, start in (("b.png", b"\x89PNG"), ("b.svg", b"<?xml")):
        assert run("render", "b.design.json", "-o", name, cwd=folder).returncode == 0
        assert (folder / name).read_bytes().startswith(start)


@pytest.mark.torch
def test_options_of_a_format_are_options_of_the_command(folder: Path) -> None:
    report = run_json("export", "b.design.json", "-o", "c.onnx", "--opset", "13", "--fold", cwd=folder)
    assert (report["facts"]["opset"], report["facts"]["batch norms"]) == (13, 0)
    assert report["weights"] == "fresh, seed 0"
    refused = run("export", "b.design.json", "-o", "c.py", "--opset", "13", cwd=folder)
    assert refused.returncode == 2
    assert "opset: there is no such option; there is none" in refused.stderr
    refused = run("export", "b.design.json", "-o", "c.onnx", "--opset", "9", cwd=folder)
    assert "opset: 9 is out of range; it takes 11 to 21" in refused.stderr


@pytest.mark.torch
def test_weights_beside_a_design_go_into_what_is_exported(folder: Path) -> None:
    run_json("export", "b.design.json", "-o", "b.safetensors", "--seed", "5", cwd=folder)
    report = run_json("export", "b.design.json", "-o", "w.onnx", cwd=folder)
    assert report["weights"].startswith("b.safetensors, all ")
    fresh = run_json("export", "b.design.json", "-o", "f.onnx", "--weights", "none", cwd=folder)
    (folder / "b.safetensors").unlink()
    assert fresh["weights"] == "fresh, seed 0"


@pytest.mark.torch
def test_a_table_of_layers_is_written(folder: Path) -> None:
    done = run("export", "v2.design.json", "-o", "v2.md", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "| 56²×24 | Bottleneck | 6 | 32 | 3 | 2 |" in (folder / "v2.md").read_text(encoding="utf-8")


def test_formats_are_listed_with_their_options() -> None:
    done = run("export", "--list", cwd=ROOT)
    assert "onnx (.onnx): ONNX." in done.stdout
    assert "    --opset 17  ONNX operator set" in done.stdout
    assert run_json("export", "--list", cwd=ROOT)["onnx"]["options"]["opset"] == 17


@pytest.mark.torch
def test_weights_are_put_beside_a_design(folder: Path) -> None:
    run_json("export", "b.design.json", "-o", "trained.safetensors", "--seed", "9", cwd=folder)
    done = run_alone("weights", "b.design.json", "--from", "trained.safetensors", cwd=folder)
    assert done.stdout.startswith("b.safetensors: trained.safetensors, all ")
    assert (folder / "b.safetensors").read_bytes() == (folder / "trained.safetensors").read_bytes()
    again = run_json("weights", "b.design.json", "--seed", "9", cwd=folder)
    assert again["weights"] == "fresh, seed 9"
    assert (folder / "b.safetensors").read_bytes() == (folder / "trained.safetensors").read_bytes()
    (folder / "b.safetensors").unlink()
    assert run("weights", "b.design.json", "--from", "gone.pth", cwd=folder).returncode == 2
