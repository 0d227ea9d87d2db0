"""Measured latency on real designs: what is reported, what is refused, and that it is heard when told to stop."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from designer.analysis.analysis import analyse
from designer.errors import InvalidDesign, JobFailed, NotEnoughMemory, ParameterError
from designer.graph.design import Design, Node, NodeId
from designer.layers.endpoints import Input, Output
from designer.measurement.latency import sum_of_nodes
from designer.runtime.measure.devices import available_devices, processor_name, resolve_device
from designer.runtime.measure.latency import measure_latency
from designer.templates.networks import template
from designer.timing.background_load import BackgroundLoad
from designer.timing.rounds import Cancelled, TimeBudget, stopwatch

pytestmark = pytest.mark.torch

SHORT = TimeBudget(share=0.05, time_limit_s=1.0)


@pytest.fixture(scope="module")
def small() -> Design:
    return template("mobilenet_v2").build(width=0.25, resolution=64)


def test_reports_the_median_its_interval_every_round_and_the_conditions(small: Design) -> None:
    report = measure_latency(small, threads=1, batch=2, budget=SHORT)
    assert report.digest == small.digest
    assert 0 < report.low_ms <= report.median_ms <= report.high_ms
    assert statistics.median(report.rounds_ms) == report.median_ms
    conditions = report.conditions
    assert (conditions.device, conditions.threads, conditions.batch, conditions.dtype) == ("cpu", 1, 2, "float32")
    assert conditions.torch_version == torch.__version__
    assert conditions.warm_up_rounds >= 1
    assert conditions.processor == processor_name() != ""


def test_json_has_the_documented_keys(small: Design) -> None:
    report = measure_latency(small, threads=1, budget=SHORT)
    data = json.loads(json.dumps(report.to_data()))
    assert data["rounds"] == len(data["rounds_ms"]) == len(report.rounds_ms)
    assert data["low_ms"] <= data["median_ms"] <= data["high_ms"]
    assert data["median_ms"] == pytest.approx(report.median_s * 1000)
    assert data["conditions"]["threads"] == 1
    assert data["noisy"] == bool(data["warning"])


def test_time_by_node_reaches_into_blocks_and_leaves_nothing_out(small: Design) -> None:
    times = measure_latency(small, threads=1, budget=SHORT).node_ms
    parts = [ms for path, ms in times.items() if path.startswith("bottleneck_5.")]
    assert len(parts) == 9  # three convolutions, three norms, two activations and the addition
    assert times["bottleneck_5"] == pytest.approx(sum(parts))
    assert min(times.values()) > 0
    computing = {
        ".".join(path) for path, node, _ in analyse(small).primitives() if not isinstance(node.layer, (Input, Output))
    }
    blocks = {path.partition(".")[0] for path in computing if "." in path}
    assert set(times) == computing | blocks


def test_nodes_are_not_timed_where_not_asked_for(small: Design) -> None:
    assert measure_latency(small, threads=1, per_node=False, budget=SHORT).node_ms == {}


class Clock:
    """Stands still but for what layers of a type are said to take."""

    def __init__(self, seconds: Mapping[type[nn.Module], float]) -> None:
        self.now = 0.0
        self._seconds = seconds

    def __call__(self) -> float:
        return self.now

    def ran(self, module: nn.Module, *_: object) -> None:
        self.now += self._seconds.get(type(module), 0.0)


@contextmanager
def told(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """While this lasts, the runtime reads this clock for what it times."""
    monkeypatch.setattr("designer.runtime.measure.latency.stopwatch_of", lambda _device: stopwatch(clock))
    monkeypatch.setattr("designer.runtime.measure.node_times.time", SimpleNamespace(perf_counter=clock))
    hook = nn.modules.module.register_module_forward_hook(clock.ran)
    yield
    hook.remove()


def test_the_figure_is_what_a_pass_takes_and_each_node_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    design = template("separable").build(channels=4, out_channels=8, kernel=3, resolution=8)
    clock = Clock({nn.Conv2d: 0.003, nn.BatchNorm2d: 0.0005})
    with told(clock, monkeypatch):
        report = measure_latency(design, threads=1, budget=SHORT)
    assert report.rounds_ms == pytest.approx([2 * 3 + 2 * 0.5] * len(report.rounds_ms))
    assert report.median_s == pytest.approx(0.007)
    assert report.node_ms["pointwise"] == report.node_ms["depthwise"] == pytest.approx(3)
    assert sum_of_nodes(report.node_ms) == pytest.approx(7)
    norms = [ms for path, ms in report.node_ms.items() if path.endswith("_bn")]
    assert norms == pytest.approx([0.5] * 2)
    assert report.overhead_ms == pytest.approx(0.0)


def test_quick_passes_are_divided_by_the_calls_of_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    design = template("separable").build(channels=4, out_channels=8, kernel=3, resolution=8)
    with told(Clock({nn.Conv2d: 0.00005}), monkeypatch):
        report = measure_latency(design, threads=1, per_node=False, budget=SHORT)
    assert report.conditions.calls_per_round == 10  # a round of a millisecond at least
    assert report.rounds_ms == pytest.approx([0.1] * len(report.rounds_ms))


def test_threads_are_as_they_were_afterwards(small: Design) -> None:
    before = torch.get_num_threads()
    measure_latency(small, threads=1, per_node=False, budget=SHORT)
    assert torch.get_num_threads() == before


def test_progress_goes_from_compiling_to_the_last_pass(small: Design) -> None:
    told: list[tuple[float, str]] = []
    measure_latency(small, threads=1, budget=SHORT, progress=lambda share, text: told.append((share, text)))
    assert told[0] == (0.0, "compiling")
    assert told[-1][1].startswith("timing nodes")
    assert all(0 <= share <= 1 for share, _ in told)


@pytest.mark.parametrize("ask", [0, 1, 5, 30])
def test_cancel_is_heard_the_first_time(small: Design, ask: int) -> None:
    asked: list[bool] = []

    def is_cancelled() -> bool:
        asked.append(len(asked) == ask)
        return asked[-1]

    with pytest.raises(Cancelled):
        measure_latency(small, threads=1, budget=TimeBudget(share=1e-9, time_limit_s=1e6), is_cancelled=is_cancelled)
    assert asked == [False] * ask + [True]


def test_a_busy_machine_makes_it_noisy_and_it_says_why(small: Design, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BackgroundLoad, "processors", lambda self: 63.5)
    report = measure_latency(small, threads=1, per_node=False, budget=SHORT)
    assert report.noisy
    assert "other programs kept 63.5 of " in report.warning


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"device": "cuda:97"}, "there is no device 'cuda:97' on this machine.*finds: cpu"),
        ({"device": "gpu"}, "there is no device 'gpu'"),
        ({"device": "cpo"}, "did you mean 'cpu'"),
        ({"threads": 0}, "threads: 0 is out of range; it takes 1 to "),
        ({"threads": -2}, "threads: -2 is out of range"),
        ({"threads": 10**9}, "threads: 1000000000 is out of range"),
        ({"threads": True}, "threads: True is not a whole number"),
        ({"batch": 0}, "batch: 0 is out of range; it takes 1 to 1048576"),
        ({"batch": 1.5}, "batch: 1.5 is not a whole number"),
        ({"dtype": "float61"}, "dtype: 'float61' is not one of float32, float16, bfloat16 .did you mean 'float16'"),
        ({"memory_format": "last_channels"}, "memory_format: 'last_channels' is not one of contiguous, channels_last"),
    ],
)
def test_what_cannot_be_measured_on_is_refused(small: Design, options: dict[str, object], reason: str) -> None:
    with pytest.raises((JobFailed, ParameterError), match=reason):
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
    report = measure_latency(small, device="cuda:0", budget=SHORT)
    assert report.conditions.device == "cuda:0"
    assert report.conditions.processor == torch.cuda.get_device_name(0)
    assert 0 < report.median_s < 0.1
    assert sum_of_nodes(report.node_ms) > 0.5 * report.median_ms
