"""Pairs and ranks on the real runtime, where the answer is known beforehand."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import nn

from designer.errors import JobFailed, NotEnoughMemory
from designer.graph.design import Design
from designer.machine import processors
from designer.measurement.options import PairOptions, RankOptions
from designer.runtime.formats.onnx_file import export_onnx
from designer.runtime.formats.onnx_session import session_of
from designer.runtime.measure.backends import registry
from designer.runtime.measure.backends.backend import Backend, Prepared, Workload, torch_outputs
from designer.runtime.measure.interleaved_benchmark import measure_pair, rank_backends
from designer.templates.networks import template
from designer.timing.rounds import Cancelled, TimeBudget, stopwatch
from designer.timing.statistics import Verdict

pytestmark = pytest.mark.torch

PAIR = PairOptions(threads=1)
RANK = RankOptions(threads=1)
SHORT = TimeBudget(time_limit_s=1.0)


@pytest.fixture(scope="module")
def small() -> Design:
    return template("mobilenet_v2").build(width=0.25, resolution=64)


def chain(layers: int) -> Design:
    """So many equal convolutions one after the other: the work is known."""
    from designer.graph.design import Node, NodeId, PortRef, Wire
    from designer.layers.convolution import Conv2d
    from designer.layers.endpoints import Input, Output

    names = [NodeId("x"), *(NodeId(f"conv_{index}") for index in range(layers)), NodeId("y")]
    nodes = [Node(name, Conv2d(16)) for name in names[1:-1]]
    wires = [Wire(PortRef(a, "y"), PortRef(b, "x")) for a, b in pairwise(names)]
    return Design.build(
        f"{layers} layers", [Node(names[0], Input(16, 32, 32)), *nodes, Node(names[-1], Output())], wires
    )


@pytest.mark.slow
def test_a_design_against_itself_is_no_difference_in_nearly_all_runs() -> None:
    """What disturbs, disturbs both: a claim is one in a hundred, on a busy machine as on a quiet one."""
    design = chain(4)
    budget = TimeBudget(time_limit_s=0.15)
    verdicts = [measure_pair(design, design, PAIR, budget=budget).ratio.verdict for _ in range(40)]
    assert sum(verdict is Verdict.NO_DIFFERENCE for verdict in verdicts) >= 36


@pytest.fixture
def counted_work(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times by a clock that each convolution moves on by a millisecond, give or take a little, and nothing else."""
    now, noise = 0.0, random.Random(7)

    def ran(module: nn.Module, *_: object) -> None:
        nonlocal now
        if isinstance(module, nn.Conv2d):
            now += 1e-3 * noise.gauss(1.0, 0.05)

    monkeypatch.setattr(
        "designer.runtime.measure.interleaved_benchmark.stopwatch_of", lambda _device: stopwatch(lambda: now)
    )
    hook = nn.modules.module.register_module_forward_hook(ran)
    yield
    hook.remove()


@pytest.mark.usefixtures("counted_work")
def test_a_twin_with_ten_percent_more_work_is_found_whichever_comes_first() -> None:
    budget = TimeBudget(share=0.01, time_limit_s=2.0)
    slower = measure_pair(chain(20), chain(22), PAIR, budget=budget).ratio
    assert slower.verdict is Verdict.SLOWER
    assert slower.low <= 1.1 <= slower.high
    faster = measure_pair(chain(22), chain(20), PAIR, budget=budget).ratio
    assert faster.verdict is Verdict.FASTER
    assert faster.low <= 1 / 1.1 <= faster.high


@pytest.mark.usefixtures("counted_work")
def test_twice_the_work_is_slower_and_the_report_says_what_was_measured() -> None:
    report = measure_pair(chain(4), chain(8), PAIR, budget=SHORT)
    assert report.ratio.verdict is Verdict.SLOWER
    assert report.ratio.ratio == pytest.approx(2.0, rel=0.05)
    data = json.loads(json.dumps(report.to_data()))
    assert (data["first"]["design"], data["second"]["design"]) == ("4 layers", "8 layers")
    assert data["first"]["digest"] == chain(4).digest != data["second"]["digest"]
    assert len(data["first"]["rounds_ms"]) == len(data["second"]["rounds_ms"]) == data["pairs"]
    calls = {data[side]["conditions"]["calls_per_round"] for side in ("first", "second")}
    assert len(calls) == 1
    assert data["low"] <= data["ratio"] <= data["high"]
    assert "'8 layers' takes 2.0" in data["sentence"] or "'8 layers' takes 1.9" in data["sentence"]
    assert data["sentence"].endswith("pairs): slower")


def test_one_pair_is_said_to_be_one() -> None:
    report = measure_pair(chain(2), chain(2), PAIR, budget=TimeBudget(time_limit_s=1e-9))
    assert report.sentence.endswith("(1 pair, too few for an interval): no difference you can claim")
    assert report.warning.startswith("only 1 pair fitted into 1e-09 s")


def test_two_backends_of_one_design_are_told_by_their_names(small: Design) -> None:
    data = measure_pair(small, small, PairOptions(threads=1, against_backend="onnxruntime"), budget=SHORT).to_data()
    assert data["sentence"].startswith("ONNX Runtime takes ")
    assert data["second"]["conditions"]["facts"]["onnxruntime"]
    assert data["second"]["conditions"]["memory_format"] == "its own"


def test_all_backends_are_ranked_each_with_its_own_rounds(small: Design) -> None:
    keys = ["onnxruntime", "folded", "cuda_graph", "eager"]
    data = json.loads(json.dumps(rank_backends(small, RANK, keys=keys, budget=SHORT).to_data()))
    assert data["reference"] == "eager"
    assert sorted(row["backend"] for row in data["rows"]) == ["eager", "folded", "onnxruntime"]
    assert data["rows"][0]["place"] == 1
    assert [row["place"] for row in data["rows"]] == sorted(row["place"] for row in data["rows"])
    assert [absent["key"] for absent in data["absent"]] == ["cuda_graph"]
    (eager,) = (row for row in data["rows"] if row["backend"] == "eager")
    assert eager["to_reference"]["ratio"] == 1
    assert eager["agreement"]["max_abs_difference"] == 0
    for row in data["rows"]:
        assert row["rounds"] == len(row["rounds_ms"]) == row["to_reference"]["pairs"]


class Strange(Backend):
    """A backend that gives zeros."""

    key = "strange"
    title = "A strange one"
    help = "Zeros."

    def prepare(self, work: Workload) -> Prepared:
        return Prepared(lambda: torch.zeros(work.analysis.batch, 1000), torch_outputs, "contiguous")


class Broken(Strange):
    """A backend that fails while it is prepared."""

    key = "broken"
    title = "A broken one"

    def prepare(self, work: Workload) -> Prepared:
        raise RuntimeError("no kernel\nand a long tale")


def test_one_that_is_wrong_or_broken_is_left_out_with_the_reason(
    small: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = (*registry.BACKENDS[:2], Strange(), Broken())
    monkeypatch.setattr(registry, "BACKENDS", added)
    monkeypatch.setattr("designer.runtime.measure.interleaved_benchmark.BACKENDS", added)
    data = rank_backends(small, RANK, budget=SHORT).to_data()
    assert {row["backend"] for row in data["rows"]} == {"eager", "folded"}
    absent = {each["key"]: each for each in data["absent"]}
    assert absent["strange"]["is_wrong"]
    assert "computes something else than the eager module: outputs differ by" in absent["strange"]["reason"]
    assert absent["broken"]["reason"] == "it failed: no kernel"
    with pytest.raises(JobFailed, match=r"fewer than two backends to rank on cpu.*A strange one: "):
        rank_backends(small, RANK, keys=["eager", "strange"], budget=SHORT)


def test_what_would_not_fit_so_many_times_is_refused_before_anything_runs(small: Design) -> None:
    with pytest.raises(NotEnoughMemory, match=r"2 times at once, and cpu has"):
        measure_pair(small, small, replace(PAIR, batch=2**20), budget=SHORT)


@pytest.mark.parametrize("ask", [0, 3, 40])
def test_cancel_is_heard_the_first_time(small: Design, ask: int) -> None:
    asked: list[bool] = []

    def is_cancelled() -> bool:
        asked.append(len(asked) == ask)
        return asked[-1]

    with pytest.raises(Cancelled):
        measure_pair(small, small, PAIR, budget=TimeBudget(share=1e-9, time_limit_s=1e6), is_cancelled=is_cancelled)
    assert asked == [False] * ask + [True]


def test_sessions_leave_no_thread_spinning_for_their_neighbours(tmp_path: Path) -> None:
    """Eager beside ONNX Runtime was 3.8 times slower than alone while the runtime's threads spun after each run."""
    export_onnx(chain(1), tmp_path / "it.onnx")
    for threads, expected in ((1, 1), (2, 2), (None, processors())):
        options = session_of(tmp_path / "it.onnx", threads).get_session_options()
        assert options.intra_op_num_threads == expected
        assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
        assert options.get_session_config_entry("session.inter_op.allow_spinning") == "0"
