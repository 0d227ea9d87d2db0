"""Jobs that measure, in the real second process: their options, their answers, and their bad ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from designer.analysis.roofline import Bound
from designer.files.design_json import dumps
from designer.measurement.devices import Inventory
from designer.measurement.interleaved import PairReport, RankPreparation, RankReport
from designer.measurement.latency import LatencyReport
from designer.measurement.options import LatencyOptions, MemoryFormat, PairOptions, RankOptions, RooflineOptions
from designer.measurement.roofline import RooflineReport
from designer.measurement.smoke_run import SmokeRunReport
from designer.templates.networks import template
from designer.timing.statistics import Verdict, paired_ratio
from designer.wording import THIN_SPACE
from designer.worker.messages import Cancel, Cancelled, Failure, Progress, Ready, Request, Result
from designer.worker.orders import (
    DevicesOrder,
    MeasureOrder,
    Order,
    PairOrder,
    RankOrder,
    Report,
    RooflineOrder,
    RunOrder,
)
from tests.worker.second_process import Worker, line

pytestmark = pytest.mark.torch

SHORT = LatencyOptions(time_limit=0.5, threads=1, per_node=True)
ENDLESS = LatencyOptions(time_limit=86_400.0, interval_width=1e-9, threads=1, batch=16)
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


R = TypeVar("R", bound=Report)


def report(worker: Worker, id: int, order: Order, kind: type[R]) -> R:
    """What an order gives, of the kind that is due."""
    worker.tell(Request(id, order))
    message = worker.end_of(id)
    assert isinstance(message, Result), message
    assert isinstance(message.report, kind)
    return message.report


def failure(worker: Worker, request: Request | str, id: int) -> Failure:
    worker.tell(request)
    message = worker.end_of(id)
    assert isinstance(message, Failure), message
    return message


def test_devices_are_listed_with_what_they_can_do(shared: Worker) -> None:
    found = report(shared, 1, DevicesOrder(), Inventory)
    cpu = found.devices[0]
    assert cpu.name == "cpu"
    assert cpu.processor
    assert [offer.key for offer in cpu.dtypes] == ["float32", "float16", "bfloat16"]
    backends = {offer.key: offer for offer in cpu.backends}
    assert backends["eager"].available
    assert backends["onnxruntime"].available
    assert "cuda_graph" not in backends  # absent, not broken
    assert found.versions["torch"]


def test_measures_on_a_backend(shared: Worker, network: str) -> None:
    options = replace(SHORT, backend="onnxruntime", batch=2)
    found = report(shared, 2, MeasureOrder(network, options), LatencyReport)
    assert found.backend == "onnxruntime"
    assert found.conditions.backend == "ONNX Runtime"
    assert found.node_ms == {}
    assert found.overhead_ms is None
    assert 0 < found.agreement.max_abs_difference < found.agreement.allowed


def test_folded_nodes_say_what_they_are_computed_within(shared: Worker, network: str) -> None:
    options = replace(SHORT, backend="folded", memory_format=MemoryFormat.CHANNELS_LAST)
    found = report(shared, 3, MeasureOrder(network, options), LatencyReport)
    assert len(found.into) == 52
    assert set(found.into.values()) <= set(found.node_ms)
    assert all(norm.rpartition(".")[0] == into.rpartition(".")[0] for norm, into in found.into.items())
    assert not set(found.into) & set(found.node_ms)
    tops = sum(ms for path, ms in found.node_ms.items() if "." not in path)
    assert found.overhead_ms == pytest.approx(tops - found.median_ms)
    assert found.conditions.memory_format == "channels_last"


def test_pairs(shared: Worker, network: str) -> None:
    other = dumps(template("mobilenet_v2").build(width=1.0, resolution=96))
    found = report(shared, 4, PairOrder(network, other, PairOptions.taking(SHORT)), PairReport)
    first, second = found.first.rounds_ms, found.second.rounds_ms
    assert found.ratio.pairs == len(first) == len(second)
    # What half a second on a busy machine allows one to say, and no more.
    assert found.ratio.verdict is paired_ratio(first, second).verdict
    assert found.ratio.verdict is not Verdict.FASTER


def test_ranks_and_says_what_it_has_so_far(shared: Worker, network: str) -> None:
    shared.tell(Request(5, RankOrder(network, RankOptions.taking(SHORT), ("eager", "cuda_graph", "frozen"))))
    found = []
    while isinstance(message := shared.hear(), Progress):
        if message.so_far is not None:
            assert isinstance(message.so_far, (RankPreparation, RankReport))
            found.append(message.so_far)
    assert isinstance(message, Result)
    ranking = message.report
    assert isinstance(ranking, RankReport)
    assert sorted(row.backend for row in ranking.rows) == ["eager", "frozen"]
    assert [each.key for each in ranking.absent] == ["cuda_graph"]
    assert [each.key for each in found[0].absent] == ["cuda_graph"]
    rows = [[row.backend for row in each.rows] for each in found]
    assert rows[:3] == [[], ["eager"], ["eager", "frozen"]], "each as soon as it is ready"
    first = next(each for each in found if isinstance(each, RankReport))
    assert {row.backend for row in first.rows} == {"eager", "frozen"}
    assert all(row.to_reference.pairs == row.rounds for row in first.rows)


def test_peaks_are_found_once_and_kept(shared: Worker, tmp_path: Path, network: str) -> None:
    order = RooflineOrder(network, RooflineOptions.taking(SHORT), str(tmp_path))
    first, second = (report(shared, id, order, RooflineReport) for id in (6, 7))
    assert not first.peaks.from_cache
    assert first.peaks.ridge == pytest.approx(first.peaks.flops_per_s / first.peaks.bytes_per_s)
    assert 1e8 < first.peaks.bytes_per_s < 1e13
    assert second.peaks.from_cache
    assert second.peaks.flops_per_s == first.peaks.flops_per_s
    assert sum(point.time_share for point in second.points) == pytest.approx(1)
    assert sum(point.mac_share for point in second.points) == pytest.approx(1)
    assert {point.bound for point in second.points} == set(Bound)
    assert second.sentences[0].startswith("This machine does ")


@pytest.mark.parametrize(
    ("kind", "order", "what"),
    [
        (
            "measure",
            {"options": {"backend": "onxruntime"}},
            "there is no backend 'onxruntime' (did you mean 'onnxruntime'?)",
        ),
        ("measure", {"options": {"backend": "cuda_graph"}}, "CUDA graph, folded runs on cuda only, not on cpu"),
        ("measure", {"options": {"dtype": "float61"}}, "dtype: 'float61' is not one of float32, float16, bfloat16"),
        ("measure", {"options": {"memory_format": "chanels"}}, "memory_format: 'chanels' is not one of"),
        (
            "measure",
            {"options": {"dtype": "float16", "backend": "frozen"}},
            "measured in float32 only, not in float16",
        ),
        ("rank", {"options": {"threads": 0}}, "threads: 0 is out of range; it takes 1 to"),
        ("rank", {"backends": "all"}, "'backends' takes "),
        ("pair", {"other_design": "{}"}, "other_design"),
        ("pair", {"options": {"batch": 2**20}}, "2 times at once"),
        ("roofline", {"options": {"backend": "onnxruntime", "time_limit": 0.5}}, "runs the design as one piece"),
        ("roofline", {"options": {"device": "cuda:7"}}, "there is no device 'cuda:7'"),
    ],
)
def test_what_cannot_be_done_is_said(shared: Worker, network: str, kind: str, order: dict[str, Any], what: str) -> None:
    assert what in failure(shared, line(20, kind, design=network, **order), 20).what


def test_a_design_of_a_terabyte_is_refused_before_anything_is_allocated(shared: Worker) -> None:
    huge = dumps(template("separable").build(channels=4096, out_channels=65536, kernel=3, resolution=2048))
    refused = failure(shared, Request(21, MeasureOrder(huge)), 21)
    assert f"{THIN_SPACE}TB of activations" in refused.what
    assert "free" in refused.what
    assert refused.hint


def test_cancel_ends_a_ranking_and_the_next_job_runs(shared: Worker, network: str) -> None:
    shared.tell(Request(30, RankOrder(network, RankOptions.taking(ENDLESS), ("eager", "folded"))))
    while not (isinstance(message := shared.hear(), Progress) and message.text.startswith("turn")):
        assert isinstance(message, Progress)
    shared.tell(Cancel(30))
    assert shared.end_of(30) == Cancelled(30)
    assert report(shared, 31, RunOrder(network), SmokeRunReport).is_finite


def test_killed_in_the_middle_of_a_round_it_keeps_no_other_waiting(network: str, shared: Worker) -> None:
    own = Worker()
    try:
        assert isinstance(own.hear(), Ready)
        own.tell(Request(1, MeasureOrder(network, ENDLESS)))
        while not (isinstance(message := own.hear(), Progress) and message.text.startswith("round")):
            assert isinstance(message, Progress)
        os.kill(own.process.pid, signal.SIGKILL)
        assert own.process.wait(10) == -signal.SIGKILL
        assert "another process" not in report(shared, 40, MeasureOrder(network, SHORT), LatencyReport).warning
    finally:
        own.kill()


def test_two_processes_take_turns(network: str, shared: Worker) -> None:
    own = Worker()
    try:
        assert isinstance(own.hear(), Ready)
        own.tell(Request(1, MeasureOrder(network, ENDLESS)))
        while not (isinstance(message := own.hear(), Progress) and message.text.startswith(("round", "warming"))):
            assert isinstance(message, Progress)
        shared.tell(Request(41, MeasureOrder(network, SHORT)))
        message = shared.hear()
        assert isinstance(message, Progress)
        assert message.text == "waiting for another measurement on this machine to end"
        own.tell(Cancel(1))
        assert own.end_of(1) == Cancelled(1)
        assert isinstance(shared.end_of(41), Result)
    finally:
        own.kill()
