"""Two things timed in turns, A B B A …, so that a slow phase of the machine falls on both."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass

from designer.timing.statistics import MedianInterval, PairedRatio, median_interval, paired_ratio

LEAST_SAMPLE_S = 0.02
"""One sample lasts at least this long; what is quicker is called several times in it."""


@dataclass(frozen=True)
class Subject:
    """Something to time.

    Attributes:
        call: What is timed.
        prepare: Done before each call, off the clock.
    """

    call: Callable[[], object]
    prepare: Callable[[], object] | None = None


@dataclass(frozen=True)
class PairedTimes:
    """Seconds a call, in the order measured; the n-th of both were measured back to back."""

    ours_s: tuple[float, ...]
    peer_s: tuple[float, ...]

    @property
    def ratio(self) -> PairedRatio:
        """Our time over the peer's."""
        return paired_ratio(self.peer_s, self.ours_s)


def time_pairs(
    ours: Subject, peer: Subject, rounds: int, clock: Callable[[], float] = time.perf_counter
) -> PairedTimes:
    """Time both, interleaved; every other pair begins with the peer.

    Args:
        ours: What the ratio has above the line.
        peer: What it has below.
        rounds: How many pairs.
        clock: Seconds.
    """
    subjects = (ours, peer)
    calls = [_calls_for_a_sample(subject, clock) for subject in subjects]
    samples: tuple[list[float], list[float]] = ([], [])
    for index in range(rounds):
        for which in (0, 1) if index % 2 == 0 else (1, 0):
            samples[which].append(_sample(subjects[which], calls[which], clock))
    return PairedTimes(tuple(samples[0]), tuple(samples[1]))


def time_alone(subject: Subject, rounds: int, clock: Callable[[], float] = time.perf_counter) -> MedianInterval:
    """Seconds a call of what has no peer."""
    calls = _calls_for_a_sample(subject, clock)
    return median_interval([_sample(subject, calls, clock) for _ in range(rounds)])


def _calls_for_a_sample(subject: Subject, clock: Callable[[], float]) -> int:
    # The first call warms up: imports, caches, lazily made tables.
    _sample(subject, 1, clock)
    once = _sample(subject, 1, clock)
    return max(1, round(LEAST_SAMPLE_S / once)) if once > 0 else 1


def _sample(subject: Subject, calls: int, clock: Callable[[], float]) -> float:
    """Seconds a call; garbage of the one before is not charged to the next."""
    gc.collect()
    if subject.prepare is None:
        begin = clock()
        for _ in range(calls):
            subject.call()
        return (clock() - begin) / calls
    total = 0.0
    for _ in range(calls):
        subject.prepare()
        begin = clock()
        subject.call()
        total += clock() - begin
    return total / calls
