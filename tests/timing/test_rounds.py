"""Rounds on a clock of our own, so that every time is known; and on the real one."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from designer.timing.rounds import Cancelled, TimeBudget, Timing, measure_rounds, noise_reasons, outliers, stopwatch


class Machine:
    """A machine whose calls take the seconds a rule says, on a clock that moves with them only."""

    def __init__(self, seconds: Callable[[int], float]) -> None:
        self.now = 100.0
        self.calls = 0
        self._seconds = seconds

    def clock(self) -> float:
        return self.now

    def call(self) -> None:
        self.now += self._seconds(self.calls)
        self.calls += 1


def steady(seconds: float, spread: float, seed: int = 1) -> Callable[[int], float]:
    source = random.Random(seed)
    return lambda call: seconds * (1 + spread * source.random())


def test_median_and_interval_are_those_of_the_machine() -> None:
    machine = Machine(steady(0.01, 0.10))
    timing = measure_rounds(machine.call, clock=machine.clock)
    interval = timing.interval
    assert interval.low <= 0.0105 <= interval.high
    assert interval.relative_width <= 0.02
    assert timing.calls_per_round == 1


def test_warm_up_lasts_until_the_time_no_longer_falls() -> None:
    machine = Machine(lambda call: 0.02 * 0.8**call + 0.001)
    timing = measure_rounds(machine.call, clock=machine.clock, budget=TimeBudget(least_rounds=20))
    assert timing.warmed_up
    assert timing.warm_up_rounds > 20  # 0.02·0.8ⁿ is above a tenth of 0.001 until n = 23
    assert max(timing.rounds_s) < 0.00111


def test_quick_calls_are_counted_by_the_round() -> None:
    machine = Machine(lambda call: 2e-6)
    timing = measure_rounds(machine.call, clock=machine.clock)
    assert timing.calls_per_round == 500
    assert timing.interval.median == pytest.approx(2e-6)


def test_stops_when_the_time_is_used_up_and_says_why_it_is_noisy() -> None:
    machine = Machine(steady(0.05, 3.0))
    budget = TimeBudget(share=0.001, time_limit_s=5.0)
    timing = measure_rounds(machine.call, clock=machine.clock, budget=budget)
    assert 5.0 <= timing.seconds < 5.3
    assert any("0.1% was wanted" in reason for reason in noise_reasons(timing, budget))


def test_a_quiet_machine_is_not_called_noisy() -> None:
    budget = TimeBudget()
    machine = Machine(steady(0.01, 0.05))
    assert noise_reasons(measure_rounds(machine.call, clock=machine.clock, budget=budget), budget) == ()


def test_a_machine_that_heats_up_is_found() -> None:
    timing = Timing(tuple(0.01 * (1 + step / 50) for step in range(50)), 1, 8, True, 1.0)
    assert any("grew slower" in reason for reason in noise_reasons(timing, TimeBudget(share=9.0)))


def test_too_few_rounds_are_said() -> None:
    machine = Machine(lambda call: 1.5)
    budget = TimeBudget(time_limit_s=5.0)
    timing = measure_rounds(machine.call, clock=machine.clock, budget=budget)
    reasons = noise_reasons(timing, budget)
    assert len(timing.rounds_s) < 6
    assert any("fewer than 6" in reason for reason in reasons)


def test_outliers_are_kept() -> None:
    machine = Machine(lambda call: 0.5 if call == 20 else 0.01)
    timing = measure_rounds(machine.call, clock=machine.clock, budget=TimeBudget(least_rounds=40))
    assert max(timing.rounds_s) == pytest.approx(0.5)
    assert timing.interval.high == pytest.approx(0.01)


def test_waits_for_the_device_within_each_round() -> None:
    machine = Machine(lambda call: 0.0001)

    def finish_on_device() -> None:
        machine.now += 0.004

    timing = measure_rounds(machine.call, clock=machine.clock, timer=stopwatch(machine.clock, finish_on_device))
    assert timing.interval.median == pytest.approx(0.0041)


def test_cancel_is_heard_between_rounds() -> None:
    machine = Machine(lambda call: 0.01)
    with pytest.raises(Cancelled):
        measure_rounds(machine.call, clock=machine.clock, is_cancelled=lambda: machine.calls >= 15)
    assert machine.calls == 15


def test_progress_grows_to_the_end() -> None:
    machine = Machine(steady(0.01, 0.5))
    told: list[tuple[float, str]] = []
    measure_rounds(machine.call, clock=machine.clock, progress=lambda share, text: told.append((share, text)))
    shares = [share for share, text in told if text.startswith("round")]
    assert told[0] == (0.0, "warming up, round 1")
    assert len(shares) > 3
    assert all(0 <= share <= 1 for share in shares)
    assert shares[-1] >= 0.95


def test_the_real_clock_has_all_of_each_call_and_nothing_of_other_rounds() -> None:
    own: list[float] = []

    def call() -> None:
        begin = time.perf_counter()
        time.sleep(0.004)
        own.append(time.perf_counter() - begin)

    begin = time.perf_counter()
    timing = measure_rounds(call, budget=TimeBudget(time_limit_s=0.5))
    whole = time.perf_counter() - begin
    assert timing.calls_per_round == 1
    measured = own[timing.warm_up_rounds :]
    assert len(measured) == len(timing.rounds_s)
    assert all(seen >= real >= 0.004 for seen, real in zip(timing.rounds_s, measured, strict=True))
    assert sum(timing.rounds_s) + sum(own[: timing.warm_up_rounds]) <= timing.seconds <= whole


def test_outliers_are_counted_and_kept() -> None:
    rounds = [1.0, 1.01, 0.99, 1.02, 0.98, 1.0, 9.0, 1.01, 0.2]
    assert outliers(rounds) == (6, 8)
    assert outliers([*rounds[:5], 9.0]) == ()  # too few to know what is usual
    assert outliers([1.0] * 20) == ()
    spread = [1.0 + 0.1 * index for index in range(20)]
    assert outliers(spread) == ()
