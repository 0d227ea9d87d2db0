"""InterleavedRounds: what is timed in one cycle is compared, drift cancels, and claims are as rare as they say."""

from __future__ import annotations

import random

import pytest

from designer.timing.interleaved import InterleavedRounds, Timed, measure_interleaved
from designer.timing.rounds import Cancelled, TimeBudget
from designer.timing.statistics import Verdict


class Machine:
    """A clock that calls move on, with noise that is known: long tails, and phases in which all is slower."""

    def __init__(self, seed: int, noise: float = 0.05, drift: float = 0.0) -> None:
        self.now = 0.0
        self._random = random.Random(seed)
        self._noise = noise
        self._drift = drift

    def clock(self) -> float:
        return self.now

    def contestant(self, seconds: float) -> Timed:
        def call() -> None:
            tail = self._random.paretovariate(3) - 1 if self._random.random() < 0.1 else 0.0
            spread = self._random.gauss(1.0, self._noise) + tail
            self.now += seconds * max(0.2, spread) * (1 + self._drift * self.now)

        return Timed(call)

    def turns(self, *seconds: float, budget: TimeBudget | None = None) -> InterleavedRounds:
        contestants = [self.contestant(each) for each in seconds]
        return measure_interleaved(contestants, budget=budget or TimeBudget(time_limit_s=2.0), clock=self.clock)


def test_the_same_against_itself_is_no_difference_in_95_of_100_runs() -> None:
    verdicts = [Machine(seed).turns(0.005, 0.005).ratio(0, 1).verdict for seed in range(400)]
    assert sum(verdict is Verdict.NO_DIFFERENCE for verdict in verdicts) >= 0.95 * len(verdicts)


def test_ten_percent_more_work_is_found() -> None:
    verdicts = [Machine(seed).turns(0.005, 0.0055).ratio(0, 1).verdict for seed in range(200)]
    assert sum(verdict is Verdict.SLOWER for verdict in verdicts) >= 0.95 * len(verdicts)
    assert Verdict.FASTER not in verdicts


def test_the_interval_holds_the_true_ratio_as_often_as_it_says() -> None:
    held = 0
    for seed in range(400):
        ratio = Machine(seed).turns(0.004, 0.005).ratio(0, 1)
        held += ratio.low <= 1.25 <= ratio.high
    assert held >= 0.92 * 400  # 95 % less what stopping early and chance take


def test_a_machine_that_grows_slower_all_the_time_makes_no_difference() -> None:
    verdicts = [Machine(seed, drift=0.5).turns(0.005, 0.005).ratio(0, 1).verdict for seed in range(200)]
    assert sum(verdict is Verdict.NO_DIFFERENCE for verdict in verdicts) >= 0.95 * len(verdicts)


def test_places_tie_where_no_difference_can_be_claimed() -> None:
    turns = Machine(3).turns(0.010, 0.005, 0.005, 0.020)
    places = turns.places()
    assert places[3] == 4
    assert places[0] == 3
    assert places[1] == places[2] == 1


def test_all_have_as_many_rounds_and_every_one_is_kept() -> None:
    turns = Machine(5).turns(0.001, 0.03, 0.0002, budget=TimeBudget(share=1e-9, time_limit_s=3.0))
    assert len({len(timing.rounds_s) for timing in turns.timings}) == 1
    assert len(turns.timings[0].rounds_s) >= 12
    assert 3.0 <= turns.seconds < 3.5


def test_all_have_as_many_calls_a_round_enough_for_the_quickest() -> None:
    for seed in range(50):
        turns = Machine(seed, noise=0.4).turns(0.002, 0.002, 0.001)
        (calls,) = {timing.calls_per_round for timing in turns.timings}
        assert calls >= 3  # 4 ms of the quickest, whose calls take about 1 ms


def test_a_slow_one_does_not_take_the_rounds_that_an_interval_needs() -> None:
    turns = Machine(2, noise=0.01).turns(0.0001, 0.08, budget=TimeBudget(share=1e-9, time_limit_s=4.0))
    assert turns.timings[0].calls_per_round <= 2, "40 calls of 80 ms, as the quick one needs, leave time for one round"
    assert len(turns.timings[0].rounds_s) >= 12


def test_the_call_before_each_round_is_not_timed() -> None:
    """What ran before leaves the caches to others; the first call pays for it, and is on nobody's account."""
    now = 0.0
    last = ""

    def contestant(name: str) -> Timed:
        def call() -> None:
            nonlocal now, last
            now += 0.010 if name == last else 0.050
            last = name

        return Timed(call)

    turns = measure_interleaved(
        [contestant("a"), contestant("b")], budget=TimeBudget(share=1e-9, time_limit_s=5.0), clock=lambda: now
    )
    for timing in turns.timings:
        assert timing.rounds_s == pytest.approx([0.010] * len(timing.rounds_s))


def test_stops_when_told_to() -> None:
    machine = Machine(1)
    with pytest.raises(Cancelled):
        measure_interleaved(
            [machine.contestant(0.01)] * 2,
            budget=TimeBudget(share=1e-9, time_limit_s=1e9),
            is_cancelled=lambda: machine.now > 3.0,
            clock=machine.clock,
        )
    assert machine.now < 3.1


def test_one_alone_takes_no_turns() -> None:
    with pytest.raises(ValueError, match="two or more"):
        Machine(1).turns(0.01)
