"""The real second process, spoken to by lines: what it answers, when it is cancelled, killed, or told nonsense."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx
import pytest

from designer.files.design_json import dumps
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.templates.networks import template
from designer.worker.messages import (
    Cancel,
    Cancelled,
    Failure,
    Message,
    Progress,
    Ready,
    Request,
    Result,
    decode,
    encode,
)
from tests.worker.second_process import ROOT, Worker

pytestmark = pytest.mark.torch

LONG = {"time_limit_s": 1e6, "share": 1e-9, "threads": 1, "batch": 16}
"""A measurement that does not end before it is told to: its two thousand rounds take minutes at least."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Worker]:
    """One process for all tests that leave it as it was; it has said that it is ready."""
    worker = Worker()
    assert isinstance(worker.hear(), Ready)
    yield worker
    worker.kill()


@pytest.fixture
def own() -> Iterator[Worker]:
    """A process for one test, not yet heard."""
    worker = Worker()
    yield worker
    worker.kill()


@pytest.fixture(scope="module")
def network() -> str:
    return dumps(template("mobilenet_v2").build(width=0.5, resolution=96))


def failure_of(worker: Worker, request: Request) -> Failure:
    worker.tell(request)
    message = worker.end_of(request.id)
    assert isinstance(message, Failure)
    return message


def result_of(worker: Worker, request: Request) -> dict[str, Any]:
    worker.tell(request)
    message = worker.end_of(request.id)
    assert isinstance(message, Result), message
    return dict(message.data)


def test_says_ready_with_devices_and_versions_and_ends_with_its_input(own: Worker) -> None:
    ready = own.hear()
    assert isinstance(ready, Ready)
    assert ready.devices[0] == "cpu"
    assert ready.versions["python"].startswith("3.")
    assert {"torch", "onnx", "onnxruntime"} < set(ready.versions)
    assert own.close() == 0
    assert own.hear() is None


def test_measures(shared: Worker, network: str) -> None:
    options = {"threads": 1, "batch": 2, "time_limit_s": 1, "share": 0.05}
    data = result_of(shared, Request(11, "measure", network, options))
    assert 0 < data["low_ms"] <= data["median_ms"] <= data["high_ms"]
    assert data["rounds"] == len(data["rounds_ms"]) > 5
    assert data["conditions"]["threads"] == 1
    assert data["conditions"]["batch"] == 2
    assert data["node_ms"]["bottleneck_2.expand"] > 0
    assert data["digest"] == template("mobilenet_v2").build(width=0.5, resolution=96).digest


def test_progress_comes_before_the_result(shared: Worker, network: str) -> None:
    shared.tell(Request(12, "measure", network, {"time_limit_s": 1.0, "share": 1e-9}))
    heard: list[Message | None] = []
    while not isinstance(message := shared.hear(), Result):
        heard.append(message)
    assert len(heard) >= 3
    assert all(isinstance(message, Progress) and message.id == 12 for message in heard)


def test_exports(shared: Worker, tmp_path: Path) -> None:
    path = tmp_path / "bottleneck.onnx"
    design = dumps(template("bottleneck").build(resolution=14))
    data = result_of(
        shared, Request(13, "export", design, {"path": str(path), "format": "onnx", "options": {"opset": 13}})
    )
    assert data["max_abs_difference"] < 1e-4
    assert onnx.load(str(path)).opset_import[0].version == 13


def test_weights_come_in_and_go_with_the_design(shared: Worker, tmp_path: Path) -> None:
    design = dumps(template("bottleneck").build(resolution=14))
    source, own = tmp_path / "trained.safetensors", tmp_path / "own.safetensors"
    result_of(shared, Request(15, "export", design, {"path": str(source), "seed": 3}))
    data = result_of(shared, Request(16, "import_weights", design, {"source": str(source), "path": str(own)}))
    assert data["weights"].startswith("trained.safetensors, all")
    assert own.read_bytes() == source.read_bytes()
    failure = failure_of(shared, Request(17, "import_weights", design, {"path": str(own)}))
    assert failure.what == "option 'source' is missing; source and path say which file is read and which written"


def test_runs_once(shared: Worker, network: str) -> None:
    data = result_of(shared, Request(14, "run", network, {"batch": 3}))
    assert data["input_shapes"] == [[3, 3, 96, 96]]
    assert data["output_shapes"] == [[3, 1000]]
    assert data["is_finite"]
    assert data["parameters"] == 1968680  # counted by other tools at this width; the resolution does not matter


def test_requests_are_answered_one_after_the_other_each_once(shared: Worker, network: str) -> None:
    for id in (21, 22, 23):
        shared.tell(Request(id, "run", network))
    ends = [message for message in (shared.hear() for _ in range(6)) if not isinstance(message, Progress)]
    assert [type(message) for message in ends] == [Result, Result, Result]
    assert [message.id for message in ends if isinstance(message, Result)] == [21, 22, 23]


def test_cancel_is_answered_without_waiting_for_the_end(shared: Worker, network: str) -> None:
    shared.tell(Request(31, "measure", network, LONG))
    while not (isinstance(message := shared.hear(), Progress) and message.text.startswith("round")):
        assert isinstance(message, Progress)
    shared.tell(Cancel(31))
    assert shared.end_of(31) == Cancelled(31)


def test_a_request_cancelled_while_it_waits_never_begins(shared: Worker, network: str) -> None:
    shared.tell(Request(32, "measure", network, LONG))
    shared.tell(Request(33, "measure", network, LONG))
    shared.tell(Cancel(33))
    shared.tell(Cancel(32))
    assert shared.end_of(32) == Cancelled(32)
    assert shared.hear() == Cancelled(33)


def test_cancelling_what_is_over_or_unknown_changes_nothing(shared: Worker, network: str) -> None:
    shared.tell(Cancel(14))
    shared.tell(Cancel(999))
    assert isinstance(result_of(shared, Request(34, "run", network)), dict)


def test_killed_while_measuring_it_is_gone_and_its_last_line_is_whole_or_missing(own: Worker, network: str) -> None:
    assert isinstance(own.hear(), Ready)
    own.tell(Request(1, "measure", network, LONG))
    assert isinstance(own.hear(), Progress)
    os.kill(own.process.pid, signal.SIGKILL)
    assert own.process.wait(10) == -signal.SIGKILL
    while (message := own.hear()) is not None:
        assert isinstance(message, Progress)


def test_a_new_process_takes_over_after_a_kill(own: Worker, network: str) -> None:
    assert isinstance(own.hear(), Ready)
    own.process.kill()
    successor = Worker()
    try:
        assert isinstance(successor.hear(), Ready)
        assert result_of(successor, Request(1, "run", network))["is_finite"]
    finally:
        successor.kill()


def test_input_that_ends_while_a_job_runs_ends_the_process_soon(own: Worker, network: str) -> None:
    assert isinstance(own.hear(), Ready)
    own.tell(Request(1, "measure", network, LONG))
    assert isinstance(own.hear(), Progress)
    assert own.close() == 0
    assert own.end_of(1) == Cancelled(1)


@pytest.mark.parametrize(
    ("line", "id", "what"),
    [
        ("no json at all", 0, "this line is no message"),
        ("[1, 2]", 0, "this line is no message"),
        ('{"message": "Request", "id": 41, "kind": "measure"}', 41, "this line is no message"),
        ('{"message": "Dance", "id": 42}', 42, "this line is no message"),
        ('{"message": "Result", "id": 43, "data": {}}', 43, "a worker takes no Result"),
        ('{"message": "Request", "id": "x", "kind": "run", "design": ""}', 0, "a worker takes no Request"),
        ("\ufffd\u0000", 0, "this line is no message"),
    ],
)
def test_a_malformed_line_is_answered_and_work_goes_on(
    shared: Worker, network: str, line: str, id: int, what: str
) -> None:
    shared.tell(line)
    message = shared.hear()
    assert isinstance(message, Failure)
    assert message.id == id
    assert what in message.what
    assert message.hint
    assert result_of(shared, Request(44, "run", network))["is_finite"]


def test_design_with_problems_is_refused_with_them(shared: Worker) -> None:
    nodes = [Node(NodeId("x"), Input(3, 8, 8)), Node(NodeId("pw"), PointwiseConv2d(5)), Node(NodeId("add"), Add())]
    nodes.append(Node(NodeId("y"), Output()))
    ends = (("x", "y", "pw", "x"), ("x", "y", "add", "a"), ("pw", "y", "add", "b"), ("add", "y", "y", "x"))
    wires = [Wire(PortRef(NodeId(a), b), PortRef(NodeId(c), d)) for a, b, c, d in ends]
    failure = failure_of(shared, Request(51, "measure", dumps(Design.build("odd", nodes, wires))))
    assert "add: shapes differ: 3×8² ≠ 5×8²" in failure.what
    assert failure.hint == "Fix what is listed, and run it again."


@pytest.mark.parametrize(
    ("kind", "options", "what"),
    [
        ("dance", {}, "there is no job 'dance'"),
        ("mesure", {}, "did you mean 'measure'?"),
        ("measure", {"device": "cuda:99"}, "there is no device 'cuda:99'"),
        ("measure", {"threads": 0}, "0 is no number of threads"),
        ("measure", {"batch": 1048576}, "of activations + "),
        ("measure", {"threads": "two"}, "option 'threads' takes int, and 'two' was given"),
        ("measure", {"per_node": 1}, "option 'per_node' takes bool"),
        ("measure", {"treads": 2}, "there is no option 'treads' (did you mean 'threads'?)"),
        ("export", {}, "option 'path' is missing"),
        ("export", {"path": "/no/such/folder/x.onnx"}, "is not there"),
        ("run", {"batch": 0}, "0 is no batch"),
    ],
)
def test_what_cannot_be_done_is_said(
    shared: Worker, network: str, kind: str, options: dict[str, Any], what: str
) -> None:
    assert what in failure_of(shared, Request(61, kind, network, options)).what


def test_text_that_is_no_design_is_said(shared: Worker) -> None:
    failure = failure_of(shared, Request(62, "run", "{}"))
    assert "request" in failure.what
    assert failure.traceback == ""


def test_a_design_of_a_terabyte_is_refused_and_the_process_lives(shared: Worker, network: str) -> None:
    nodes = [Node(NodeId("x"), Input(3, 8, 8)), Node(NodeId("wide"), PointwiseConv2d(10**9))]
    nodes += [Node(NodeId("y"), Output())]
    wires = [
        Wire(PortRef(NodeId("x"), "y"), PortRef(NodeId("wide"), "x")),
        Wire(PortRef(NodeId("wide"), "y"), PortRef(NodeId("y"), "x")),
    ]
    failure = failure_of(shared, Request(63, "run", dumps(Design.build("wide", nodes, wires))))
    assert "256\u202fGB of activations" in failure.what  # an output of 10⁹×8×8 numbers of 4 bytes
    assert "smaller batch or input" in failure.hint
    assert result_of(shared, Request(64, "run", network))["is_finite"]


def run_with(prelude: str, *requests: Request) -> list[Message]:
    """Messages of a worker in which something was done first, such as breaking a function."""
    code = f"import sys\n{prelude}\nfrom designer.worker.__main__ import main\nsys.exit(main())\n"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        heard = [decode(process.stdout.readline().decode())]
        for request in requests:
            process.stdin.write((encode(request) + "\n").encode())
            process.stdin.flush()
            while True:
                heard.append(decode(process.stdout.readline().decode()))
                if not isinstance(heard[-1], Progress):
                    break
        process.communicate()
    return heard


def test_what_libraries_print_does_not_disturb_the_messages(network: str) -> None:
    prelude = (
        "import designer.runtime.compile.smoke_run as t, os\n"
        "before = t.smoke_run\n"
        "def noisy(*a, **k):\n"
        "    print('from Python'); os.write(1, b'from C\\n'); os.system('echo from a shell')\n"
        "    return before(*a, **k)\n"
        "t.smoke_run = noisy\n"
    )
    heard = run_with(prelude, Request(1, "run", network))
    assert [type(message) for message in heard] == [Ready, Progress, Result]


@pytest.mark.parametrize(
    ("raised", "what", "hint"),
    [
        ("MemoryError()", "it ran out of memory", "A smaller batch"),
        (
            "RuntimeError('[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: not enough memory: you tried to')",
            "it ran out of memory",
            "A smaller batch",
        ),
        ("torch.OutOfMemoryError('CUDA out of memory.')", "it ran out of memory", "A smaller batch"),
        ("ZeroDivisionError('odd')", "ZeroDivisionError: odd", "fault in the program"),
    ],
)
def test_any_error_becomes_a_failure_with_a_hint(network: str, raised: str, what: str, hint: str) -> None:
    prelude = (
        "import designer.runtime.compile.smoke_run as t, torch\n"
        f"def broken(*a, **k): raise {raised}\n"
        "before = t.smoke_run; t.smoke_run = broken\n"
    )
    message = run_with(prelude, Request(1, "run", network))[-1]
    assert isinstance(message, Failure)
    assert message.what == what
    assert hint in message.hint
    assert "broken" in message.traceback


def test_json_lines_are_plain_ascii_so_that_no_locale_can_break_them(network: str) -> None:
    assert json.loads(encode(Request(1, "run", network)))["design"] == network
    assert encode(Request(1, "run", network)).isascii()
