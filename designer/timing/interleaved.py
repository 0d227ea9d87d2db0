"""Several callables timed in turns, A B C C B A …, until their ratios are known well enough. Knows no torch, no design.

A slow phase of the machine falls on all of them, and cancels out in the ratios of one cycle's times. Each round begins
with a call that is not timed: what ran before left its own data in the caches and its own threads awake, and none of
that shall be charged to the next. Each round has as many calls, whoever runs: a mean of three calls has shorter tails
than one call, so that the same against itself would seem quicker the more calls it was given.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from designer.timing.rounds import (
    Cancelled,
    Clock,
    Stopwatch,
    TimeBudget,
    Timing,
    calls_a_round,
    settled_s,
    stopwatch,
    warmed,
)
from designer.timing.statistics import CONFIDENCE, PairedRatio, Verdict, paired_ratio

_ROUND_S = 4e-3
"""Length of the quickest's round; longer than alone, so that the untimed call and the change of turns weigh little."""

_WARM_UP_SHARE = 0.3

_TELL_EVERY_S = 0.5
"""How often what was measured so far is told; it costs some milliseconds between two cycles."""


@dataclass(frozen=True)
class Timed:
    """Something to time.

    Attributes:
        call: What is timed.
        timer: What times it; the wall clock by default.
    """

    call: Callable[[], object]
    timer: Stopwatch | None = None


@dataclass(frozen=True)
class InterleavedRounds:
    """What was measured.

    Attributes:
        timings: One a contestant; the n-th rounds of all were measured in one cycle.
        seconds: How long all of it took.
    """

    timings: tuple[Timing, ...]
    seconds: float

    def ratio(self, first: int, second: int) -> PairedRatio:
        """How the second contestant compares with the first; 0.8 says that it takes four fifths of the time."""
        return paired_ratio(self.timings[first].rounds_s, self.timings[second].rounds_s)

    def places(self) -> tuple[int, ...]:
        """By contestant its place: 1 and the number of those that can be claimed to be faster than it.

        Those between which no difference can be claimed may share a place.
        """
        everyone = range(len(self.timings))
        return tuple(
            1 + sum(other != one and self.ratio(one, other).verdict is Verdict.FASTER for other in everyone)
            for one in everyone
        )


def measure_interleaved(
    contestants: Sequence[Timed],
    *,
    budget: TimeBudget,
    progress: Callable[[float, str], None] = lambda share, text: None,
    found: Callable[[float, str, InterleavedRounds], None] = lambda share, text, turns: None,
    is_cancelled: Callable[[], bool] = lambda: False,
    clock: Clock = time.perf_counter,
) -> InterleavedRounds:
    """Time contestants in turns until every ratio to the first is known well enough, or the time is used up.

    Args:
        contestants: Two or more.
        budget: Its share is the width of the 95 % interval of each ratio at which to stop; its time is for all of them
            together.
        progress: Called while warming up with the share done (0 to 1) and a text.
        found: Called between cycles with the same and all rounds so far, twice a second at most.
        is_cancelled: Asked between rounds.
        clock: Where the time comes from.

    Raises:
        Cancelled: ``is_cancelled`` said so.
        ValueError: There are fewer than two.
    """
    if len(contestants) < 2:
        raise ValueError("turns are taken by two or more")
    begin = clock()
    timers = [contestant.timer or stopwatch(clock) for contestant in contestants]
    warm_ups = _warm_ups(contestants, timers, budget, progress, is_cancelled, clock)
    calls = _calls_of_all([times for times, _ in warm_ups], budget, begin + budget.time_limit_s - clock())
    rounds: list[list[float]] = [[] for _ in contestants]
    order = list(range(len(contestants)))
    check_at, tell_at = budget.least_rounds, 0.0

    def taken() -> InterleavedRounds:
        timings = tuple(
            Timing(tuple(times), calls, len(warm_up), settled, clock() - begin)
            for times, (warm_up, settled) in zip(rounds, warm_ups, strict=True)
        )
        return InterleavedRounds(timings, clock() - begin)

    while len(rounds[0]) < budget.most_rounds:
        for which in order:
            if is_cancelled():
                raise Cancelled
            contestants[which].call()
            rounds[which].append(timers[which](contestants[which].call, calls))
        order.reverse()
        cycles, elapsed = len(rounds[0]), clock() - begin
        if elapsed >= tell_at:
            tell_at = elapsed + _TELL_EVERY_S
            found(min(1.0, elapsed / budget.time_limit_s), f"turn {cycles}", taken())
        if cycles >= check_at:
            check_at += 1 + cycles // 20
            if _is_known(rounds, budget):
                break
        if elapsed >= budget.time_limit_s:
            break
    return taken()


def _calls_of_all(warm_ups: Sequence[Sequence[float]], budget: TimeBudget, left_s: float) -> int:
    """Calls a round, one number for all: what the quickest needs, unless the slowest leave no time for enough rounds.

    Args:
        warm_ups: Of each contestant the seconds of its calls while it warmed up.
        budget: How many rounds there shall be at least.
        left_s: Seconds for all rounds.
    """
    cycle_s = max(sum(settled_s(times) for times in warm_ups), 1e-9)
    fitting = int(left_s / (budget.least_rounds * cycle_s)) - 1  # one call of each cycle is not timed
    return max(1, min(max(calls_a_round(times, _ROUND_S) for times in warm_ups), fitting))


def _warm_ups(
    contestants: Sequence[Timed],
    timers: Sequence[Stopwatch],
    budget: TimeBudget,
    progress: Callable[[float, str], None],
    is_cancelled: Callable[[], bool],
    clock: Clock,
) -> list[tuple[list[float], bool]]:
    each_s = budget.time_limit_s * _WARM_UP_SHARE / len(contestants)
    found = []
    for contestant, timer in zip(contestants, timers, strict=True):

        def timed(calls: int, contestant: Timed = contestant, timer: Stopwatch = timer) -> float:
            if is_cancelled():
                raise Cancelled
            return timer(contestant.call, calls)

        found.append(warmed(timed, clock() + each_s, progress, clock))
    return found


def _is_known(rounds: Sequence[Sequence[float]], budget: TimeBudget) -> bool:
    """Whether every ratio to the first is known to the share wanted."""
    for times in rounds[1:]:
        ratio = paired_ratio(rounds[0], times)
        if ratio.coverage < CONFIDENCE or ratio.high - ratio.low > budget.share * ratio.ratio:
            return False
    return True
