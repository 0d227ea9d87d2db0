"""What a command prints reaches every console as letters, and nothing that is printed changes an exit status."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from designer.__main__ import COMMANDS, main
from designer.commands.console import Console
from designer.files.design_json import save
from designer.graph.bypass import bypassed
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.layers.activation import ReLU
from designer.layers.endpoints import Input, Output
from designer.templates.networks import template

ROOT = Path(__file__).parents[2]
HOSTILE = "red\x1b[31m \x00 \x0c \u202e \ud800 \x9b2J end"


def wire(source: str, target: str) -> Wire:
    return Wire(PortRef(NodeId(source), "y"), PortRef(NodeId(target), "x"))


def hostile_design() -> Design:
    nodes = [
        Node(NodeId("x"), Input(3, 8, 8), HOSTILE),
        Node(NodeId("relu"), ReLU(), HOSTILE),
        Node(NodeId("y"), Output(), HOSTILE),
    ]
    return Design.build(HOSTILE, nodes, [wire("x", "relu"), wire("relu", "y")])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    save(hostile_design(), tmp_path / "hostile.design.json")
    save(hostile_design().without_wires([PortRef(NodeId("relu"), "x")]), tmp_path / "broken.design.json")
    save(template("bottleneck").build(), tmp_path / "a.design.json")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str, encoding: str = "utf-8", stdout: int | None = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "designer", *words],
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding=encoding,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    "words",
    [
        ["check", "broken.design.json"],
        ["cost", "hostile.design.json", "--per-node"],
        ["cost", "hostile.design.json", "--per-node", "--json"],
        ["compare", "hostile.design.json", "a.design.json"],
        ["compare", "hostile.design.json", "a.design.json", "--json"],
        ["diff", "hostile.design.json", "a.design.json"],
        ["diff", "--json", "hostile.design.json", "a.design.json"],
        ["diff", "--textconv", "hostile.design.json"],
        ["check", "no\x1b[31msuch.design.json"],
    ],
    ids=" ".join,
)
def test_what_a_file_holds_cannot_steer_the_terminal(
    words: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) in (0, 1, 2)
    told = "".join(capsys.readouterr())
    assert told
    assert "Traceback" not in told
    assert not set(told) & set("\x1b\x00\x0c\x9b\u202e\ud800")
    if "--json" in words:
        json.loads(told)
    if "compare" in words and "--json" in words:
        assert json.loads(told)["designs"][0]["name"] == HOSTILE


@pytest.mark.parametrize("encoding", ["cp1252", "cp932", "ascii"])
def test_a_console_that_lacks_letters_gets_the_nearest_and_the_same_exit_status(encoding: str, folder: Path) -> None:
    done = run("compare", "a.design.json", "hostile.design.json", "--budget", "macs=1", encoding=encoding)
    assert done.returncode == 1, "over budget"
    assert "Traceback" not in done.stderr
    assert run("cost", "a.design.json", encoding=encoding).returncode == 0
    listed = run("new", "--list", encoding=encoding)
    assert (listed.returncode, listed.stderr) == (0, "")


def test_letters_that_are_missing_have_others_in_their_place() -> None:
    raw = io.BytesIO()
    stream = Console(io.TextIOWrapper(raw, encoding="ascii", newline="\n"))
    stream.write("3\u202f504\u202f872 × α → 112² ≤ 中\n")
    stream.flush()
    assert raw.getvalue().decode() == "3 504 872 x alpha -> 112^2 <= \\u4e2d\n"


def test_letters_that_are_there_stay() -> None:
    raw = io.BytesIO()
    stream = Console(io.TextIOWrapper(raw, encoding="cp1252", newline="\n"))
    stream.write("é × 3²\n")
    stream.flush()
    assert raw.getvalue().decode("cp1252") == "é × 3²\n"


FAILING = {
    "new": ["new", "no_such_template", "-o", "n.design.json"],
    "cost": ["cost", "missing.design.json"],
    "bench": ["bench", "missing.design.json"],
    "compare": ["compare", "missing.design.json"],
    "diff": ["diff", "missing.design.json", "a.design.json"],
    "export": ["export", "missing.design.json", "-o", "x.onnx"],
    "weights": ["weights", "missing.design.json"],
}


@pytest.mark.parametrize("words", [*FAILING.values(), ["cost"], ["new", "--set", "a"]], ids=" ".join)
def test_with_json_a_failure_is_one_object_with_the_error_in_it(
    words: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main([*words, "--json"])
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert status == told["status"] == 2
    assert told["error"]
    assert told["error"] in err


def test_problems_of_a_design_are_in_the_object(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "broken.design.json", "-o", "x.md", "--format", "markdown", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["status"] == 1
    assert any("takes no wire" in line for line in told["problems"])


def test_new_says_what_it_wrote(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "separable", "-o", "s.design.json", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["file"] == "s.design.json"
    assert len(told["digest"]) > 10


@pytest.mark.parametrize("name", ["", ".", "..", "/"])
@pytest.mark.parametrize(
    "words",
    [
        ["check", "{}"],
        ["cost", "{}"],
        ["compare", "{}", "a.design.json"],
        ["diff", "{}", "a.design.json"],
        ["weights", "{}"],
        ["export", "{}", "-o", "x.onnx"],
        ["render", "{}", "-o", "x.svg"],
        ["render", "a.design.json", "-o", "{}"],
        ["export", "a.design.json", "--format", "markdown", "-o", "{}"],
        ["new", "separable", "-o", "{}"],
        ["compare", "a.design.json", "--report", "{}"],
        ["weights", "a.design.json", "-o", "{}"],
        ["weights", "a.design.json", "--from", "{}"],
        ["export", "a.design.json", "-o", "x.onnx", "--weights", "{}"],
    ],
    ids=" ".join,
)
def test_what_names_no_file_is_refused_in_words(
    words: list[str], name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word.format(name) for word in words]) == 2
    err = capsys.readouterr().err
    assert "bottleneck-designer" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["chekc", "a.design.json"], "did you mean 'check'"),
        (["new", "separable", "-o", "s.design.json", "--set", "self=1"], "has no setting 'self'"),
        (["new", "separable", "-o", "s.design.json", "--set", "stride=1", "--set", "stride=2"], "given twice"),
        (["compare", "a.design.json", "--budget", "macs=1", "--budget", "macs=2"], "given twice"),
        (["bench", "a.design.json", "--time-limit", "inf"], "time_limit: inf is out of range; it takes 1e-06 to 86400"),
        (["bench", "a.design.json", "--time-limit", "nan"], "time_limit: nan is out of range"),
        (["bench", "a.design.json", "--time-limit", "-1"], "time_limit: -1 is out of range"),
    ],
)
def test_a_command_line_that_says_nothing_sensible_is_refused(
    words: list[str], reason: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert reason in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo("pipe.design.json")
    os.mkfifo("pipe.safetensors")
    monkeypatch.setattr("designer.files.atomic.PIPE_PATIENCE_S", 0.2)
    assert main(["check", "pipe.design.json"]) == 2
    assert main(["weights", "a.design.json", "--from", "pipe.safetensors"]) == 2
    assert "pipe or device" in capsys.readouterr().err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full device")
def test_a_full_standard_output_is_said(folder: Path) -> None:
    with open("/dev/full", "w") as full:
        done = run("cost", "a.design.json", stdout=full.fileno())
    assert done.returncode == 2
    assert "standard output cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
@pytest.mark.parametrize("after_s", [0.15, 0.4, 0.8, 1.5])
def test_ctrl_c_ends_with_130_and_no_traceback_whenever_it_comes(after_s: float, folder: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "designer", "bench", "a.design.json", "--time-limit", "60"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not _is_ours(process.pid):
            time.sleep(0.01)  # until Python itself has started; before that nobody can answer
        time.sleep(after_s)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert "Traceback" not in err
    # A shell reads either as 130: our own status, or the signal where Python itself had not yet started the program.
    assert process.returncode in (130, -signal.SIGINT)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_ctrl_c_that_python_drops_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dropping:
        """What Python drops an exception in."""

        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    def running(_words: object) -> int:
        monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
        Dropping()  # gone at once
        time.sleep(60)
        return 0

    monkeypatch.setattr("designer.__main__._Interrupts.again_after_s", 0.05)
    monkeypatch.setattr("designer.__main__._answer", running)
    before = signal.getsignal(signal.SIGALRM)
    begin = time.monotonic()
    assert main(["bench"]) == 130
    assert time.monotonic() - begin < 30
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def _is_ours(pid: int) -> bool:
    """Whether the program handles Ctrl+C by now."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return True
    caught = next((int(line.split()[1], 16) for line in lines if line.startswith("SigCgt")), 0)
    return bool(caught & 1 << (signal.SIGINT - 1))


def test_a_file_called_like_an_option_can_be_compared(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "--x.design.json").write_text((folder / "a.design.json").read_text())
    assert main(["diff", "--textconv", "--x.design.json"]) == 0
    assert main(["diff", "--x.design.json", "a.design.json"]) == 0
    assert "Traceback" not in capsys.readouterr().err


def test_every_command_helps_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        with pytest.raises(SystemExit) as left:
            main([command, "--help"])
        assert left.value.code == 0
    assert "usage:" in capsys.readouterr().out


@pytest.mark.torch
def test_a_file_that_could_not_be_proved_is_said_in_the_result_and_the_exit_status(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("designer.runtime.formats.source_file.find_spec", lambda _name: None)
    assert main(["export", "a.design.json", "-o", "a.keras.py", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert "was not run" in told["unproved"]
    assert told["comparisons"] == []


@pytest.mark.torch
def test_a_merge_that_is_switched_off_passes_the_same_input_everywhere(folder: Path) -> None:
    """Proved by running: Keras' source against the module, through the block that would else be left out."""
    design = template("bottleneck").build()
    add = design.nodes[NodeId("add")]
    save(design.with_layer(NodeId("add"), bypassed(add.layer)), folder / "off.design.json")
    assert main(["export", "off.design.json", "-o", "off.keras.py"]) == 0
    assert main(["export", "off.design.json", "-o", "off.py"]) == 0
    assert main(["export", "off.design.json", "-o", "off.onnx"]) == 0


OUTPUTS = [
    (["export", "a.design.json", "-o", "a.design.json", "--format", "markdown"], "a.design.json"),
    (["export", "a.design.json", "-o", "hostile.design.json", "--format", "markdown"], "hostile.design.json"),
    (["compare", "a.design.json", "--report", "hostile.design.json"], "hostile.design.json"),
    (["compare", "--report", "a.design.json", "hostile.design.json"], "a.design.json"),
    (["render", "a.design.json", "-o", "notes.txt"], "notes.txt"),
    (["new", "separable", "-o", "notes.txt"], "notes.txt"),
    (["weights", "a.design.json", "-o", "notes.txt"], "notes.txt"),
]


@pytest.mark.torch
@pytest.mark.parametrize(("words", "kept"), OUTPUTS, ids=lambda each: " ".join(each) if isinstance(each, list) else "")
def test_no_output_takes_the_place_of_an_input_or_of_another_kind(
    words: list[str], kept: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "notes.txt").write_text("mine")
    before = (folder / kept).read_bytes()
    assert main(words) == 2
    assert (folder / kept).read_bytes() == before
    assert "bottleneck-designer" in capsys.readouterr().err


@pytest.mark.torch
def test_an_output_through_a_link_leaves_the_link(folder: Path) -> None:
    (folder / "there").mkdir()
    for name, words in (
        ("a.md", ["export", "a.design.json", "-o", "link.md"]),
        ("a.safetensors", ["weights", "a.design.json", "-o", "link.safetensors"]),
    ):
        link = folder / f"link{Path(name).suffix}"
        link.symlink_to(folder / "there" / name)
        assert main(words) == 0
        assert link.is_symlink()
        assert (folder / "there" / name).stat().st_size > 10
        assert main(words) == 0, "twice"
        assert link.is_symlink()


@pytest.mark.torch
def test_weights_beside_the_file_are_found_through_a_link_to_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["weights", "a.design.json", "--seed", "5"]) == 0
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "l.design.json").symlink_to(folder / "a.design.json")
    capsys.readouterr()
    assert main(["export", "elsewhere/l.design.json", "-o", "x.onnx", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["weights"].startswith("a.safetensors")
