"""Medians, intervals and paired ratios, against published ranks, exact sums and noise whose truth is known."""

from __future__ import annotations

import random
import subprocess
import sys
from fractions import Fraction
from itertools import product
from math import comb

import pytest

from designer.timing.statistics import MedianInterval, Verdict, interval_rank, median_interval, paired_ratio

# Ranks and exact confidence of the 95 % interval of a median, as tables of nonparametric statistics print them
# (for example Conover 1999, table A3, and Hahn and Meeker 1991, table A.15b, both from the binomial distribution).
PUBLISHED_RANKS = {
    6: (1, 0.9688),
    8: (1, 0.9922),
    9: (2, 0.9609),
    10: (2, 0.9785),
    12: (3, 0.9614),
    15: (4, 0.9648),
    20: (6, 0.9586),
    25: (8, 0.9567),
    30: (10, 0.9572),
    50: (18, 0.9672),
    100: (40, 0.9648),
}


@pytest.mark.parametrize(("samples", "published"), PUBLISHED_RANKS.items())
def test_rank_is_the_published_one(samples: int, published: tuple[int, float]) -> None:
    rank, coverage = interval_rank(samples)
    assert rank == published[0]
    assert coverage == pytest.approx(published[1], abs=5e-5)


@pytest.mark.parametrize("samples", [1, 2, 5, 7, 11])
def test_coverage_is_exact_by_enumeration_of_every_outcome(samples: int) -> None:
    rank, coverage = interval_rank(samples)
    held = sum(rank <= sum(below) <= samples - rank for below in product((0, 1), repeat=samples))
    assert Fraction(coverage) == Fraction(held, 2**samples)


@pytest.mark.parametrize("samples", range(6, 200))
def test_interval_is_wide_enough_and_no_wider(samples: int) -> None:
    rank, coverage = interval_rank(samples)

    def held(rank: int) -> Fraction:
        return Fraction(sum(comb(samples, below) for below in range(rank, samples - rank + 1)), 2**samples)

    assert held(rank) >= Fraction(95, 100) > held(rank + 1)
    assert coverage == pytest.approx(float(held(rank)), rel=1e-12)


def test_too_few_samples_give_the_range_and_say_what_it_is_worth() -> None:
    interval = median_interval([3.0, 1.0, 2.0])
    assert interval == MedianInterval(2.0, 1.0, 3.0, 0.75, 3)


def test_one_sample_is_worth_nothing_but_itself() -> None:
    assert median_interval([4.0]) == MedianInterval(4.0, 4.0, 4.0, 0.0, 1)


def test_no_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        median_interval([])


def test_ends_of_the_interval_are_samples_at_the_rank() -> None:
    samples = [float(value) for value in range(1, 21)]
    random.Random(3).shuffle(samples)
    interval = median_interval(samples)
    assert (interval.low, interval.median, interval.high) == (6.0, 10.5, 15.0)
    assert interval.relative_width == pytest.approx(9.0 / 10.5)


def test_outliers_do_not_move_the_interval() -> None:
    quiet = [1.0 + 0.001 * step for step in range(50)]
    disturbed = [*quiet[:-3], 90.0, 95.0, 99.0]
    assert median_interval(disturbed) == median_interval(quiet)


def test_interval_holds_the_true_median_as_often_as_it_says() -> None:
    source = random.Random(11)
    true_median = 2.0**0.5  # of √(4u), u uniform on 0…1: a monotone map takes the median ½ of u along
    held = 0
    for _ in range(2000):
        interval = median_interval([(4 * source.random()) ** 0.5 for _ in range(30)])
        held += interval.low <= true_median <= interval.high
    assert 0.94 <= held / 2000 <= 0.97  # 95.72 % by the table, ± three standard deviations


def noisy_times(source: random.Random, seconds: float, rounds: int) -> list[float]:
    """Times with a long tail, as a shared machine gives them."""
    return [seconds * (1 + source.expovariate(20)) * (3 if source.random() < 0.03 else 1) for _ in range(rounds)]


def test_a_thing_against_itself_is_no_difference() -> None:
    source = random.Random(5)
    verdicts = [paired_ratio(noisy_times(source, 1e-3, 40), noisy_times(source, 1e-3, 40)).verdict for _ in range(300)]
    assert verdicts.count(Verdict.NO_DIFFERENCE) >= 0.95 * len(verdicts)


def test_a_tenth_more_work_is_found() -> None:
    source = random.Random(6)
    slower = paired_ratio(noisy_times(source, 1e-3, 40), noisy_times(source, 1.1e-3, 40))
    faster = paired_ratio(noisy_times(source, 1.1e-3, 40), noisy_times(source, 1e-3, 40))
    assert slower.verdict is Verdict.SLOWER
    assert faster.verdict is Verdict.FASTER
    assert slower.low <= 1.1 <= slower.high


def test_a_slow_phase_of_the_machine_cancels_out() -> None:
    source = random.Random(7)
    phases = [1.0 if index < 20 else 2.5 for index in range(40)]
    first = [time * phase for time, phase in zip(noisy_times(source, 1e-3, 40), phases, strict=True)]
    second = [time * phase for time, phase in zip(noisy_times(source, 1.1e-3, 40), phases, strict=True)]
    assert paired_ratio(first, second).verdict is Verdict.SLOWER


def test_few_pairs_claim_nothing() -> None:
    assert paired_ratio([1.0] * 5, [9.0] * 5).verdict is Verdict.NO_DIFFERENCE


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [([1.0], [1.0, 2.0], "in pairs"), ([], [], "at least one"), ([0.0], [1.0], "no ratio")],
)
def test_what_cannot_be_paired_is_refused(first: list[float], second: list[float], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        paired_ratio(first, second)


def test_needs_the_standard_library_only() -> None:
    code = "import sys, designer.timing.statistics; print(sorted({'torch', 'numpy', 'onnx'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
