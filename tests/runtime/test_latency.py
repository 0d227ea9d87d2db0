"""Measured latency on real designs: what is reported, what is refused, and that it is heard when told to stop."""

from __future__ import annotations

import json
import time

import pytest
import torch
from torch import nn

from designer.errors import InvalidDesign, JobFailed, NotEnoughMemory
from designer.graph.design import Design, Node, NodeId
from designer.layers.endpoints import Input
from designer.runtime.devices import available_devices, processor_name, resolve_device, running_on
from designer.runtime.latency import measure_latency
from designer.runtime.load import OtherPrograms
from designer.runtime.rounds import Cancelled, Effort
from designer.templates.networks import template

pytestmark = pytest.mark.torch

SHORT = Effort(share=0.05, time_limit_s=1.0)


@pytest.fixture(scope="module")
def small() -> Design:
    return template("mobilenet_v2").build(width=0.25, resolution=64)


def test_reports_the_median_its_interval_every_round_and_the_conditions(small: Design) -> None:
    report = measure_latency(small, threads=1, batch=2, effort=SHORT)
    assert report.digest == small.digest
    assert 0 < report.low_s <= report.median_s <= report.high_s
    assert sorted(report.rounds_s)[len(report.rounds_s) // 2] == pytest.approx(report.median_s, rel=0.05)
    conditions = report.conditions
    assert (conditions.device, conditions.threads, conditions.batch, conditions.dtype) == ("cpu", 1, 2, "float32")
    assert conditions.torch_version == torch.__version__
    assert conditions.warm_up_rounds >= 8
    assert conditions.processor == processor_name() != ""


def test_json_has_the_documented_keys(small: Design) -> None:
    report = measure_latency(small, threads=1, effort=SHORT)
    data = json.loads(json.dumps(report.as_data()))
    assert data["rounds"] == len(data["rounds_ms"]) == len(report.rounds_s)
    assert data["low_ms"] <= data["median_ms"] <= data["high_ms"]
    assert data["median_ms"] == pytest.approx(report.median_s * 1000)
    assert data["conditions"]["threads"] == 1
    assert data["noisy"] == bool(data["warning"])


def test_time_by_node_reaches_into_blocks_and_sums_to_about_the_whole(small: Design) -> None:
    report = measure_latency(small, threads=1, effort=SHORT)
    times = report.node_s
    parts = [seconds for path, seconds in times.items() if path.startswith("bottleneck_5.")]
    assert len(parts) == 9  # three convolutions, three norms, two activations and the addition
    # Wide bounds: what is held is that nothing is left out or counted twice, not how steady a shared machine is.
    assert sum(parts) / 3 < times["bottleneck_5"] < 3 * sum(parts)
    whole = sum(seconds for path, seconds in times.items() if "." not in path)
    assert report.median_s / 8 < whole < 8 * report.median_s
    assert {"stem", "head", "pool", "flatten", "classifier"} < set(times)
    assert "input" not in times


def test_nodes_are_not_timed_where_not_asked_for(small: Design) -> None:
    assert measure_latency(small, per_node=False, effort=SHORT).node_s == {}


def test_a_node_with_nearly_all_the_work_has_nearly_all_the_time() -> None:
    design = template("separable").build(channels=2, out_channels=1024, kernel=3, resolution=96, batch_norm=False)
    times = measure_latency(design, threads=1, effort=SHORT).node_s
    assert times["pointwise"] > 2 * times["depthwise"]  # 2·1024·96² MACs against 9·2·96²


def test_more_work_takes_longer(small: Design) -> None:
    larger = template("mobilenet_v2").build(width=1.0, resolution=128)
    first = measure_latency(small, threads=1, per_node=False, effort=SHORT)
    second = measure_latency(larger, threads=1, per_node=False, effort=SHORT)
    assert second.median_s > first.median_s


def test_the_figure_is_that_of_a_plain_loop() -> None:
    design = template("mobilenet_v2").build(width=0.5, resolution=96)
    report = measure_latency(design, threads=1, per_node=False, effort=Effort(time_limit_s=2.0))
    from designer.runtime.module import compile_module

    module = compile_module(design).eval()
    x = torch.randn(1, 3, 96, 96)
    times = []
    with running_on(1), torch.inference_mode():
        for _ in range(60):
            start = time.perf_counter()
            module(x)
            times.append(time.perf_counter() - start)
    assert sorted(times)[30] / 8 < report.median_s < 8 * sorted(times)[30]


def test_threads_are_as_they_were_afterwards(small: Design) -> None:
    before = torch.get_num_threads()
    measure_latency(small, threads=1, per_node=False, effort=SHORT)
    assert torch.get_num_threads() == before


def test_progress_goes_from_compiling_to_the_last_pass(small: Design) -> None:
    told: list[tuple[float, str]] = []
    measure_latency(small, threads=1, effort=SHORT, progress=lambda share, text: told.append((share, text)))
    assert told[0] == (0.0, "compiling")
    assert told[-1][1].startswith("timing nodes")
    assert all(0 <= share <= 1 for share, _ in told)


def test_cancel_ends_it_soon(small: Design) -> None:
    begin = time.perf_counter()
    stop_at = begin + 0.3
    with pytest.raises(Cancelled):
        measure_latency(
            small,
            threads=1,
            effort=Effort(share=1e-9, time_limit_s=30),
            is_cancelled=lambda: time.perf_counter() > stop_at,
        )
    assert time.perf_counter() - stop_at < 1


def test_a_busy_machine_makes_it_noisy_and_it_says_why(small: Design, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OtherPrograms, "processors", lambda self: 63.5)
    report = measure_latency(small, threads=1, per_node=False, effort=SHORT)
    assert report.is_noisy
    assert "other programs kept 63.5 of " in "; ".join(report.warnings)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"device": "cuda:97"}, "there is no device 'cuda:97' on this machine.*finds: cpu"),
        ({"device": "gpu"}, "there is no device 'gpu'"),
        ({"device": "cpo"}, "did you mean 'cpu'"),
        ({"threads": 0}, "0 is no number of threads; it takes a whole number from 1"),
        ({"threads": -2}, "-2 is no number of threads"),
        ({"threads": 10**9}, "is no number of threads"),
        ({"threads": True}, "True is no number of threads"),
        ({"batch": 0}, "0 is no batch"),
        ({"batch": 1.5}, "1.5 is no batch"),
    ],
)
def test_what_cannot_be_measured_on_is_refused(small: Design, options: dict[str, object], reason: str) -> None:
    with pytest.raises(JobFailed, match=reason):
        measure_latency(small, **options)  # type: ignore[arg-type]


def test_a_batch_beyond_memory_is_refused_before_anything_runs(small: Design, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nn.Module, "to_empty", lambda *_, **__: pytest.fail("weights were allocated"))
    with pytest.raises(
        NotEnoughMemory,
        match=r"with a batch of 1048576 needs .* of weights \+ .* of activations \+ .* of scratch space = ",
    ):
        measure_latency(small, batch=2**20)


def test_a_design_with_problems_is_refused() -> None:
    with pytest.raises(InvalidDesign, match="no output"):
        measure_latency(Design.build("half", [Node(NodeId("x"), Input())], []))


def test_cuda_alone_means_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert available_devices()[:3] == ("cpu", "cuda:0", "cuda:1")
    assert resolve_device("cuda") == torch.device("cuda", 0)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_measures_on_a_gpu(small: Design) -> None:
    report = measure_latency(small, device="cuda:0", effort=SHORT)
    assert report.conditions.device == "cuda:0"
    assert report.conditions.processor == torch.cuda.get_device_name(0)
    assert 0 < report.median_s < 0.1
    assert sum(seconds for path, seconds in report.node_s.items() if "." not in path) > 0.5 * report.median_s
