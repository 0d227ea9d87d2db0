"""The real second process, spoken to by lines: what it answers, when it is cancelled, killed, or told nonsense."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import onnx
import pytest

from designer.export.options import OnnxOptions
from designer.export.result import ExportResult
from designer.files.design_json import dumps
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.measurement.latency import LatencyReport
from designer.measurement.options import LatencyOptions, MeasuringConfiguration
from designer.measurement.smoke_run import SmokeRunReport
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
from designer.worker.orders import ExportOrder, ImportWeightsOrder, MeasureOrder, Order, Report, RunOrder
from tests.worker.second_process import ROOT, Worker, line

pytestmark = pytest.mark.torch

LONG = LatencyOptions(time_limit=86_400.0, interval_width=1e-9, threads=1, batch=16)
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


def failure_of(worker: Worker, request: Request | str, id: int = 61) -> Failure:
    worker.tell(request)
    message = worker.end_of(id)
    assert isinstance(message, Failure)
    return message


R = TypeVar("R", bound=Report)


def report_of(worker: Worker, id: int, order: Order, kind: type[R]) -> R:
    worker.tell(Request(id, order))
    message = worker.end_of(id)
    assert isinstance(message, Result), message
    assert isinstance(message.report, kind)
    return message.report


def has_run(worker: Worker, id: int, network: str) -> bool:
    """Whether a design is run, as it is by a worker in good health."""
    return report_of(worker, id, RunOrder(network), SmokeRunReport).is_finite


def test_says_ready_with_devices_and_versions_and_ends_with_its_input(own: Worker) -> None:
    ready = own.hear()
    assert isinstance(ready, Ready)
    assert ready.devices[0] == "cpu"
    assert ready.versions["python"].startswith("3.")
    assert {"torch", "onnx", "onnxruntime"} < set(ready.versions)
    assert own.close() == 0
    assert own.hear() is None


def test_measures(shared: Worker, network: str) -> None:
    options = LatencyOptions(threads=1, batch=2, time_limit=1.0, interval_width=0.05, per_node=True)
    found = report_of(shared, 11, MeasureOrder(network, options), LatencyReport)
    assert 0 < found.low_ms <= found.median_ms <= found.high_ms
    assert found.rounds == len(found.rounds_ms) > 5
    assert found.conditions.threads == 1
    assert found.conditions.batch == 2
    assert found.node_ms["bottleneck_2.expand"] > 0
    assert found.digest == template("mobilenet_v2").build(width=0.5, resolution=96).digest


def test_progress_comes_before_the_result(shared: Worker, network: str) -> None:
    shared.tell(Request(12, MeasureOrder(network, LatencyOptions(time_limit=1.0, interval_width=1e-9))))
    heard: list[Message | None] = []
    while not isinstance(message := shared.hear(), Result):
        heard.append(message)
    assert len(heard) >= 3
    assert all(isinstance(message, Progress) and message.id == 12 for message in heard)


def test_exports(shared: Worker, tmp_path: Path) -> None:
    path = tmp_path / "bottleneck.onnx"
    design = dumps(template("bottleneck").build(resolution=14))
    found = report_of(shared, 13, ExportOrder(design, str(path), "onnx", OnnxOptions(opset=13)), ExportResult)
    assert found.max_abs_difference < 1e-4
    assert onnx.load(str(path)).opset_import[0].version == 13


def test_weights_come_in_and_go_with_the_design(shared: Worker, tmp_path: Path) -> None:
    design = dumps(template("bottleneck").build(resolution=14))
    source, own = tmp_path / "trained.safetensors", tmp_path / "own.safetensors"
    report_of(shared, 15, ExportOrder(design, str(source), seed=3), ExportResult)
    found = report_of(shared, 16, ImportWeightsOrder(design, str(source), str(own)), ExportResult)
    assert found.weights.startswith("trained.safetensors, all")
    assert own.read_bytes() == source.read_bytes()


def test_runs_once(shared: Worker, network: str) -> None:
    found = report_of(shared, 14, RunOrder(network, MeasuringConfiguration(batch=3)), SmokeRunReport)
    assert found.input_shapes == ((3, 3, 96, 96),)
    assert found.output_shapes == ((3, 1000),)
    assert found.is_finite
    assert found.parameters == 1968680  # counted by other tools at this width; the resolution does not matter


def test_requests_are_answered_one_after_the_other_each_once(shared: Worker, network: str) -> None:
    for id in (21, 22, 23):
        shared.tell(Request(id, RunOrder(network)))
    ends = [message for message in (shared.hear() for _ in range(6)) if not isinstance(message, Progress)]
    assert [type(message) for message in ends] == [Result, Result, Result]
    assert [message.id for message in ends if isinstance(message, Result)] == [21, 22, 23]


def test_cancel_is_answered_without_waiting_for_the_end(shared: Worker, network: str) -> None:
    shared.tell(Request(31, MeasureOrder(network, LONG)))
    while not (isinstance(message := shared.hear(), Progress) and message.text.startswith("round")):
        assert isinstance(message, Progress)
    shared.tell(Cancel(31))
    assert shared.end_of(31) == Cancelled(31)


def test_a_request_cancelled_while_it_waits_never_begins(shared: Worker, network: str) -> None:
    shared.tell(Request(32, MeasureOrder(network, LONG)))
    shared.tell(Request(33, MeasureOrder(network, LONG)))
    shared.tell(Cancel(33))
    shared.tell(Cancel(32))
    assert shared.end_of(32) == Cancelled(32)
    assert shared.hear() == Cancelled(33)


def test_cancelling_what_is_over_or_unknown_changes_nothing(shared: Worker, network: str) -> None:
    shared.tell(Cancel(14))
    shared.tell(Cancel(999))
    assert has_run(shared, 34, network)


def test_killed_while_measuring_it_is_gone_and_its_last_line_is_whole_or_missing(own: Worker, network: str) -> None:
    assert isinstance(own.hear(), Ready)
    own.tell(Request(1, MeasureOrder(network, LONG)))
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
        assert has_run(successor, 1, network)
    finally:
        successor.kill()


def test_input_that_ends_while_a_job_runs_ends_the_process_soon(own: Worker, network: str) -> None:
    assert isinstance(own.hear(), Ready)
    own.tell(Request(1, MeasureOrder(network, LONG)))
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
        ('{"message": "Cancelled", "id": 43}', 43, "a worker takes no Cancelled"),
        ('{"message": "Request", "id": "x", "kind": "run", "order": {"design": ""}}', 0, "'id' takes int"),
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
    assert has_run(shared, 44, network)


def test_design_with_problems_is_refused_with_them(shared: Worker) -> None:
    nodes = [Node(NodeId("x"), Input(3, 8, 8)), Node(NodeId("pw"), PointwiseConv2d(5)), Node(NodeId("add"), Add())]
    nodes.append(Node(NodeId("y"), Output()))
    ends = (("x", "y", "pw", "x"), ("x", "y", "add", "a"), ("pw", "y", "add", "b"), ("add", "y", "y", "x"))
    wires = [Wire(PortRef(NodeId(a), b), PortRef(NodeId(c), d)) for a, b, c, d in ends]
    failure = failure_of(shared, Request(51, MeasureOrder(dumps(Design.build("odd", nodes, wires)))), 51)
    assert "add: shapes differ: 3×8² ≠ 5×8²" in failure.what
    assert failure.hint == "Fix what is listed, and run it again."


@pytest.mark.parametrize(
    ("kind", "order", "what"),
    [
        ("dance", {}, "there is no job 'dance'"),
        ("mesure", {}, "did you mean 'measure'?"),
        ("measure", {"options": {"device": "cuda:99"}}, "there is no device 'cuda:99'"),
        ("measure", {"options": {"threads": 0}}, "threads: 0 is out of range"),
        ("measure", {"options": {"batch": 1048576}}, "of activations + "),
        ("measure", {"options": {"threads": "two"}}, "threads: 'two' is not a whole number"),
        ("measure", {"options": {"per_node": 1}}, "per_node: 1 is neither true nor false"),
        ("measure", {"options": {"treads": 2}}, "treads: there is no such option (did you mean 'threads'?)"),
        ("export", {}, "ExportOrder lacks 'path'"),
        ("export", {"path": "/no/such/folder/x.onnx"}, "is not there"),
        ("export", {"path": "x.onnx", "options": {"opsett": 9}}, "opsett: there is no such option"),
        ("import_weights", {"path": "x.safetensors"}, "ImportWeightsOrder lacks 'source'"),
        ("run", {"configuration": {"batch": 0}}, "batch: 0 is out of range"),
    ],
)
def test_what_cannot_be_done_is_said(shared: Worker, network: str, kind: str, order: dict[str, Any], what: str) -> None:
    assert what in failure_of(shared, line(61, kind, design=network, **order)).what


def test_text_that_is_no_design_is_said(shared: Worker) -> None:
    failure = failure_of(shared, Request(62, RunOrder("{}")), 62)
    assert "request" in failure.what
    assert failure.traceback == ""


def test_a_design_of_a_terabyte_is_refused_and_the_process_lives(shared: Worker, network: str) -> None:
    nodes = [Node(NodeId("x"), Input(3, 8, 8)), Node(NodeId("wide"), PointwiseConv2d(10**9))]
    nodes += [Node(NodeId("y"), Output())]
    wires = [
        Wire(PortRef(NodeId("x"), "y"), PortRef(NodeId("wide"), "x")),
        Wire(PortRef(NodeId("wide"), "y"), PortRef(NodeId("y"), "x")),
    ]
    failure = failure_of(shared, Request(63, RunOrder(dumps(Design.build("wide", nodes, wires)))), 63)
    assert "256\u202fGB of activations" in failure.what  # an output of 10⁹×8×8 numbers of 4 bytes
    assert "smaller batch or input" in failure.hint
    assert has_run(shared, 64, network)


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
    heard = run_with(prelude, Request(1, RunOrder(network)))
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
    message = run_with(prelude, Request(1, RunOrder(network)))[-1]
    assert isinstance(message, Failure)
    assert message.what == what
    assert hint in message.hint
    assert "broken" in message.traceback


def test_json_lines_are_plain_ascii_so_that_no_locale_can_break_them(network: str) -> None:
    assert json.loads(encode(Request(1, RunOrder(network))))["order"]["design"] == network
    assert encode(Request(1, RunOrder(network))).isascii()
