"""The harness itself: interleaving, ratios with their sign the right way round, missing peers named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from designer.analysis.analysis import analyse
from designer.timing.statistics import median_interval
from tests.benchmarks.designs import bottlenecks
from tests.benchmarks.pairs import PairedTimes, Subject, time_alone, time_pairs
from tests.benchmarks.rows import Comparison, Duration, MissingPeer, duration_text, installed

ROOT = Path(__file__).resolve().parents[2]


class Clock:
    """A clock that only moves when something says that it takes time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.order: list[str] = []

    def __call__(self) -> float:
        return self.now

    def taking(self, name: str, seconds: float) -> Subject:
        def call() -> None:
            self.now += seconds
            self.order.append(name)

        return Subject(call)


def test_pairs_are_interleaved_and_begin_in_turns():
    clock = Clock()

    time_pairs(clock.taking("ours", 1.0), clock.taking("peer", 2.0), rounds=4, clock=clock)

    assert clock.order[-8:] == ["ours", "peer", "peer", "ours"] * 2


def test_a_ratio_is_ours_over_the_peers():
    clock = Clock()

    times = time_pairs(clock.taking("ours", 1.0), clock.taking("peer", 4.0), rounds=6, clock=clock)

    assert times.ratio.ratio == pytest.approx(0.25)
    assert times.ratio.pairs == 6


def test_what_is_quick_is_called_often_in_one_sample():
    clock = Clock()

    found = time_alone(clock.taking("quick", 0.001), rounds=1, clock=clock)

    assert found.median == pytest.approx(0.001)
    assert len(clock.order) == 2 + 20


def test_preparing_is_off_the_clock():
    clock = Clock()

    def prepare() -> None:
        clock.now += 100.0

    found = time_alone(Subject(clock.taking("work", 0.5).call, prepare), rounds=3, clock=clock)

    assert found.median == pytest.approx(0.5)


def test_a_row_says_whether_its_goal_was_met():
    times = PairedTimes((1.0,) * 6, (4.0,) * 6)

    assert Comparison("work", "peer 1.0", times, goal=0.25).line().endswith("goal at most 0.2500, met")
    assert Comparison("work", "peer 1.0", times, goal=0.24).line().endswith("goal at most 0.2400, MISSED")
    assert Duration("work", median_interval((1.0,) * 6)).line() == "work: 1 s (1 s to 1 s)"


def test_a_missing_peer_is_named():
    assert installed("no-such-package-anywhere") is None
    assert "torchinfo is not installed" in MissingPeer("recount", "torchinfo").line()


@pytest.mark.parametrize(
    ("seconds", "text"), [(2.5, "2.5 s"), (0.0414, "41.4 ms"), (0.00102, "1.02 ms"), (0.00052, "520 µs")]
)
def test_durations_have_a_unit_that_suits_them(seconds, text):
    assert duration_text(seconds) == text


def test_the_large_design_is_as_large_as_said_and_valid():
    design = bottlenecks(1000)

    assert len(design.nodes) == pytest.approx(1000, abs=10)
    assert analyse(design).is_valid


@pytest.mark.slow
@pytest.mark.gui
@pytest.mark.torch
def test_every_benchmark_runs():
    finished = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--rounds", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert finished.stdout.count("MobileNetV2") > 5
