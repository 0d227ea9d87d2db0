"""Time any callable in rounds until its median is known well enough. Standard library only; knows no torch, no design.

The method: warm up until the time no longer falls; then rounds of as many calls as make a round measurable, each round
kept, until the 95 % interval of the median is narrower than a set share of it or the time is used up. Nothing is thrown
away.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from designer.timing.statistics import CONFIDENCE, MedianInterval, median_interval
from designer.wording import plural

Clock = Callable[[], float]
"""Seconds from any beginning, as ``time.perf_counter``."""

Progress = Callable[[float, str], None]
"""Told the share done, 0 to 1, and a text."""

Stopwatch = Callable[[Callable[[], object], int], float]
"""Seconds a call of a callable, called so many times in a row; a device's own events where it has them."""

_WINDOW = 4
"""Warm-up rounds whose medians are compared, one window with the next."""

_STILL_FALLING = 0.03
"""A warm-up window quicker than the one before by more than this share says that the time still falls."""

_LEAST_FOR_QUARTILES = 8

_MEASURABLE_S = 1e-3
"""Length of a round below which the clock's own cost and the scheduler's grain would show."""


class Cancelled(Exception):
    """The measurement was cancelled between two rounds."""


@dataclass(frozen=True)
class TimeBudget:
    """How long and how exactly to measure.

    Attributes:
        share: Width of the median's 95 % interval, as a share of the median, at which to stop.
        time_limit_s: Seconds for warm-up and rounds together.
        warm_up_share: Share of the time that the warm-up may take.
        least_rounds: Rounds below which no interval is trusted; six is the least that gives one of 95 %.
        most_rounds: Rounds after which to stop in any case.
    """

    share: float = 0.02
    time_limit_s: float = 5.0
    warm_up_share: float = 0.4
    least_rounds: int = 12
    most_rounds: int = 2000


@dataclass(frozen=True)
class Timing:
    """What was measured.

    Attributes:
        rounds_s: Seconds a call, one entry a round, in the order measured.
        calls_per_round: Calls that each round's time was divided by.
        warm_up_rounds: Rounds before the first that counts.
        warmed_up: Whether the time had stopped falling when the warm-up ended.
        seconds: How long all of it took.
    """

    rounds_s: tuple[float, ...]
    calls_per_round: int
    warm_up_rounds: int
    warmed_up: bool
    seconds: float

    @property
    def interval(self) -> MedianInterval:
        """The median of the rounds and its 95 % interval, in seconds."""
        return median_interval(self.rounds_s)


def _no_progress(share: float, text: str) -> None:
    """Tell nobody."""


def _never() -> bool:
    return False


def stopwatch(clock: Clock = time.perf_counter, synchronise: Callable[[], object] = _never) -> Stopwatch:
    """A stopwatch that reads a clock, and waits until the device has done what was asked of it."""

    def timed(call: Callable[[], object], calls: int) -> float:
        start = clock()
        for _ in range(calls):
            call()
        synchronise()
        return (clock() - start) / calls

    return timed


def measure_rounds(
    call: Callable[[], object],
    *,
    budget: TimeBudget | None = None,
    timer: Stopwatch | None = None,
    progress: Callable[[float, str], None] = _no_progress,
    is_cancelled: Callable[[], bool] = _never,
    clock: Clock = time.perf_counter,
) -> Timing:
    """Time a callable.

    Args:
        call: What is measured.
        budget: How long and how exactly.
        timer: Times calls; reads ``clock`` by default.
        progress: Called between rounds with the share done (0 to 1) and a text.
        is_cancelled: Asked between rounds.
        clock: Where the time comes from.

    Raises:
        Cancelled: ``is_cancelled`` said so.
    """
    budget = budget or TimeBudget()
    timer = timer or stopwatch(clock)
    begin = clock()

    def timed(calls: int) -> float:
        if is_cancelled():
            raise Cancelled
        return timer(call, calls)

    warm_up, warmed_up = warmed(timed, begin + budget.time_limit_s * budget.warm_up_share, progress, clock)
    calls = calls_a_round(warm_up)
    rounds: list[float] = []
    check_at = budget.least_rounds
    while len(rounds) < budget.most_rounds:
        rounds.append(timed(calls))
        elapsed = clock() - begin
        # The interval is looked at every twentieth more rounds: often enough to stop in time, too seldom to cost any.
        if len(rounds) >= check_at:
            check_at += 1 + len(rounds) // 20
            interval = median_interval(rounds)
            progress(_done(interval, elapsed, budget), f"round {len(rounds)}")
            if interval.coverage >= CONFIDENCE and interval.relative_width <= budget.share:
                break
        if elapsed >= budget.time_limit_s:
            break
    return Timing(tuple(rounds), calls, len(warm_up), warmed_up, clock() - begin)


def calls_a_round(warm_up: Sequence[float], least_s: float = _MEASURABLE_S) -> int:
    """How many calls make a round of at least so many seconds, from the times at the end of a warm-up."""
    return max(1, round(least_s / max(settled_s(warm_up), 1e-9)))


def settled_s(warm_up: Sequence[float]) -> float:
    """Seconds of a call at the end of a warm-up."""
    return statistics.median(warm_up[-_WINDOW:])


def warmed(
    timed: Callable[[int], float], deadline: float, progress: Callable[[float, str], None], clock: Clock
) -> tuple[list[float], bool]:
    """Single calls until the median of a window is no quicker than the one before; and whether that was reached."""
    times: list[float] = []
    while True:
        times.append(timed(1))
        progress(0.0, f"warming up, round {len(times)}")
        if len(times) >= 2 * _WINDOW:
            before = statistics.median(times[-2 * _WINDOW : -_WINDOW])
            if statistics.median(times[-_WINDOW:]) >= before * (1 - _STILL_FALLING):
                return times, True
        if clock() >= deadline:
            return times, False


def _done(interval: MedianInterval, elapsed: float, budget: TimeBudget) -> float:
    """The share done: by the time used, or by how near the interval is to what is wanted, whichever is further."""
    narrowness = budget.share / interval.relative_width if interval.relative_width else 1.0
    # The interval narrows with the square root of the rounds, so its square grows evenly.
    return min(1.0, max(elapsed / budget.time_limit_s, narrowness**2))


def outliers(rounds_s: Sequence[float]) -> tuple[int, ...]:
    """Indices of rounds far beyond the rest, by Tukey's outer fences; they are counted and shown, never left out.

    Source: J. W. Tukey, Exploratory Data Analysis, 1977, sec. 2D: three interquartile ranges beyond the quartiles.
    """
    if len(rounds_s) < _LEAST_FOR_QUARTILES:
        return ()
    low, _, high = statistics.quantiles(rounds_s, n=4, method="inclusive")
    reach = 3 * (high - low)
    return tuple(index for index, time in enumerate(rounds_s) if not low - reach <= time <= high + reach)


def noise_reasons(timing: Timing, budget: TimeBudget) -> tuple[str, ...]:
    """Why a measurement is not to be trusted to its last digit, in words; nothing where it is quiet."""
    reasons: list[str] = []
    interval = timing.interval
    if interval.coverage < CONFIDENCE:
        reasons.append(
            f"only {plural(interval.samples, 'round')} fitted into {budget.time_limit_s:g} s, "
            "and fewer than 6 give no interval of 95 %; more time or a smaller input would"
        )
    elif interval.relative_width > budget.share:
        reasons.append(
            f"the 95 % interval of the median is {interval.relative_width:.1%} wide after {timing.seconds:.1f} s, "
            f"and {budget.share:.1%} was wanted; more time or a quieter machine narrows it"
        )
    if not timing.warmed_up:
        reasons.append(f"the time was still falling after {plural(timing.warm_up_rounds, 'round')} of warm-up")
    reasons += _drift(timing.rounds_s)
    return tuple(reasons)


def _drift(rounds: Sequence[float]) -> list[str]:
    """A difference between the first and the last half that chance does not explain."""
    half = len(rounds) // 2
    if half < 6:
        return []
    first, last = median_interval(rounds[:half]), median_interval(rounds[-half:])
    if first.high < last.low:
        return [f"it grew slower while measuring, by {last.median / first.median - 1:.1%}: heat, or another program"]
    if last.high < first.low:
        return [
            f"it grew quicker while measuring, by {1 - last.median / first.median:.1%}: "
            "another program ended, or the warm-up was too short"
        ]
    return []
