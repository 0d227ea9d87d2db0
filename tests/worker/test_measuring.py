"""Jobs that measure, in the real second process: their options, their answers, and their bad ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from designer.files.design_json import dumps
from designer.templates.networks import template
from designer.timing.statistics import paired_ratio
from designer.wording import THIN_SPACE
from designer.worker.messages import Cancel, Cancelled, Failure, Progress, Ready, Request, Result
from tests.worker.second_process import Worker

pytestmark = pytest.mark.torch

SHORT = {"time_limit_s": 0.5, "threads": 1}
ENDLESS = {"time_limit_s": 1e6, "share": 1e-9, "threads": 1, "batch": 16}
"""A measurement that does not end before it is told to: its two thousand rounds take minutes at least."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Worker]:
    """One process for all tests that leave it as it was; it has said that it is ready."""
    worker = Worker()
    assert isinstance(worker.hear(), Ready)
    yield worker
    worker.kill()


@pytest.fixture(scope="module")
def network() -> str:
    return dumps(template("mobilenet_v2").build(width=0.25, resolution=64))


def end(worker: Worker, request: Request, kind: type[Any]) -> Any:
    worker.tell(request)
    message = worker.end_of(request.id)
    assert isinstance(message, kind), message
    return message.data if isinstance(message, Result) else message


def test_devices_are_listed_with_what_they_can_do(shared: Worker) -> None:
    data = end(shared, Request(1, "devices", ""), Result)
    cpu = data["devices"][0]
    assert cpu["name"] == "cpu"
    assert cpu["processor"]
    assert [entry["key"] for entry in cpu["dtypes"]] == ["float32", "float16", "bfloat16"]
    backends = {entry["key"]: entry for entry in cpu["backends"]}
    assert backends["eager"]["available"]
    assert backends["onnxruntime"]["available"]
    assert "cuda_graph" not in backends  # absent, not broken
    assert all(bool(entry["reason"]) != entry["available"] for entry in backends.values())
    assert data["versions"]["torch"]


def test_measures_on_a_backend(shared: Worker, network: str) -> None:
    data = end(shared, Request(2, "measure", network, {**SHORT, "backend": "onnxruntime", "batch": 2}), Result)
    assert data["backend"] == "onnxruntime"
    assert data["conditions"]["backend"] == "ONNX Runtime"
    assert data["node_ms"] == {}
    assert data["overhead_ms"] is None
    assert 0 < data["agreement"]["max_abs_difference"] < data["agreement"]["allowed"]


def test_folded_nodes_say_what_they_are_computed_within(shared: Worker, network: str) -> None:
    options = {**SHORT, "backend": "folded", "memory_format": "channels_last"}
    data = end(shared, Request(3, "measure", network, options), Result)
    assert len(data["into"]) == 52
    assert set(data["into"].values()) <= set(data["node_ms"])
    assert all(norm.rpartition(".")[0] == into.rpartition(".")[0] for norm, into in data["into"].items())
    assert not set(data["into"]) & set(data["node_ms"])
    tops = sum(ms for path, ms in data["node_ms"].items() if "." not in path)
    assert data["overhead_ms"] == pytest.approx(tops - data["median_ms"])
    assert data["conditions"]["memory_format"] == "channels_last"


def test_pairs(shared: Worker, network: str) -> None:
    other = dumps(template("mobilenet_v2").build(width=1.0, resolution=96))
    data = end(shared, Request(4, "pair", network, {**SHORT, "other_design": other}), Result)
    first, second = data["first"]["rounds_ms"], data["second"]["rounds_ms"]
    assert data["pairs"] == len(first) == len(second)
    # What half a second on a busy machine allows one to say, and no more.
    assert data["verdict"] == paired_ratio(first, second).verdict.value != "faster"


def test_ranks_and_says_what_it_has_so_far(shared: Worker, network: str) -> None:
    shared.tell(Request(5, "rank", network, {**SHORT, "backends": ["eager", "cuda_graph", "frozen"]}))
    found = []
    while isinstance(message := shared.hear(), Progress):
        if message.so_far is not None:
            found.append(message.so_far)
    assert isinstance(message, Result)
    assert sorted(row["backend"] for row in message.data["rows"]) == ["eager", "frozen"]
    assert [each["key"] for each in message.data["absent"]] == ["cuda_graph"]
    assert [each["key"] for each in found[0]["absent"]] == ["cuda_graph"]
    rows = [[row["backend"] for row in each["rows"]] for each in found]
    assert rows[:3] == [[], ["eager"], ["eager", "frozen"]], "each as soon as it is ready"
    first = next(each for each in found if any("median_ms" in row for row in each["rows"]))
    assert {row["backend"] for row in first["rows"]} == {"eager", "frozen"}
    assert all(row["to_reference"]["pairs"] == row["rounds"] for row in first["rows"])


def test_calibrates_once_and_keeps_it(shared: Worker, tmp_path: Path, network: str) -> None:
    options = {"threads": 1, "data_folder": str(tmp_path)}
    first = end(shared, Request(6, "calibrate", "", options), Result)
    assert not first["from_cache"]
    assert first["ridge"] == pytest.approx(first["flops_per_s"] / first["bytes_per_s"])
    assert 1e8 < first["bytes_per_s"] < 1e13
    second = end(shared, Request(7, "calibrate", "", options), Result)
    assert second["from_cache"]
    assert second["flops_per_s"] == first["flops_per_s"]
    data = end(shared, Request(8, "roofline", network, {**SHORT, "data_folder": str(tmp_path)}), Result)
    assert data["peaks"]["from_cache"]
    assert sum(point["time_share"] for point in data["points"]) == pytest.approx(1)
    assert sum(point["mac_share"] for point in data["points"]) == pytest.approx(1)
    assert {point["bound"] for point in data["points"]} == {"memory", "compute"}
    assert data["sentences"][0].startswith("This machine does ")


@pytest.mark.parametrize(
    ("kind", "options", "what"),
    [
        ("measure", {"backend": "onxruntime"}, "there is no backend 'onxruntime' (did you mean 'onnxruntime'?)"),
        ("measure", {"backend": "cuda_graph"}, "CUDA graph, folded runs on cuda only, not on cpu"),
        ("measure", {"dtype": "float61"}, "there is no element type 'float61' (did you mean 'float16'?)"),
        ("measure", {"memory_format": "last"}, "there is no memory format 'last'"),
        ("measure", {"dtype": "float16", "backend": "frozen"}, "measured in float32 only, not in float16"),
        ("rank", {"threads": 0}, "0 is no number of threads"),
        ("rank", {"backends": "all"}, "option 'backends' takes list"),
        ("pair", {"other_design": "{}"}, "other_design"),
        ("pair", {"batch": 2**20}, "2 times at once"),
        ("roofline", {"backend": "onnxruntime", "time_limit_s": 0.5}, "runs the design as one piece"),
        ("calibrate", {"threads": 0}, "0 is no number of threads"),
        ("calibrate", {"device": "cuda:7"}, "there is no device 'cuda:7'"),
        ("devices", {"all": True}, "there is no option 'all'"),
    ],
)
def test_what_cannot_be_done_is_said(
    shared: Worker, network: str, kind: str, options: dict[str, Any], what: str
) -> None:
    assert what in end(shared, Request(20, kind, network, options), Failure).what


def test_a_design_of_a_terabyte_is_refused_before_anything_is_allocated(shared: Worker) -> None:
    huge = dumps(template("separable").build(channels=4096, out_channels=65536, kernel=3, resolution=2048))
    failure = end(shared, Request(21, "measure", huge), Failure)
    assert f"{THIN_SPACE}TB of activations" in failure.what
    assert "free" in failure.what
    assert failure.hint


def test_cancel_ends_a_ranking_and_the_next_job_runs(shared: Worker, network: str) -> None:
    shared.tell(Request(30, "rank", network, {**ENDLESS, "backends": ["eager", "folded"]}))
    while not (isinstance(message := shared.hear(), Progress) and message.text.startswith("turn")):
        assert isinstance(message, Progress)
    shared.tell(Cancel(30))
    assert shared.end_of(30) == Cancelled(30)
    assert end(shared, Request(31, "run", network), Result)["is_finite"]


def test_killed_in_the_middle_of_a_round_it_keeps_no_other_waiting(network: str, shared: Worker) -> None:
    own = Worker()
    try:
        assert isinstance(own.hear(), Ready)
        own.tell(Request(1, "measure", network, ENDLESS))
        while not (isinstance(message := own.hear(), Progress) and message.text.startswith("round")):
            assert isinstance(message, Progress)
        os.kill(own.process.pid, signal.SIGKILL)
        assert own.process.wait(10) == -signal.SIGKILL
        assert "another process" not in end(shared, Request(40, "measure", network, SHORT), Result)["warning"]
    finally:
        own.kill()


def test_two_processes_take_turns(network: str, shared: Worker) -> None:
    own = Worker()
    try:
        assert isinstance(own.hear(), Ready)
        own.tell(Request(1, "measure", network, ENDLESS))
        while not (isinstance(message := own.hear(), Progress) and message.text.startswith(("round", "warming"))):
            assert isinstance(message, Progress)
        shared.tell(Request(41, "measure", network, SHORT))
        message = shared.hear()
        assert isinstance(message, Progress)
        assert message.text == "waiting for another measurement on this machine to end"
        own.tell(Cancel(1))
        assert own.end_of(1) == Cancelled(1)
        assert isinstance(shared.end_of(41), Result)
    finally:
        own.kill()
