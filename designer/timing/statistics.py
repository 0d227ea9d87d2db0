"""Median, its interval, and the ratio of two things measured in turns. Standard library only; knows no clock, no torch.

Times have long tails (another process, a page fault), so nothing here assumes a normal distribution: intervals come
from the order of the samples alone. For n independent samples the number below the true median is binomial with n
trials of probability ½, so the interval from the l-th smallest to the l-th largest holds the median with probability
Σ C(n, i)/2ⁿ, i = l … n − l.
Source: W. J. Conover, Practical Nonparametric Statistics, 3rd ed., sec. 3.2, confidence interval for a quantile.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import lru_cache

from designer.record import Record

CONFIDENCE = 0.95
"""How surely an interval holds the true median."""

VERDICT_CONFIDENCE = 0.99
"""How sure a claim of a difference must be; stricter than the interval shown, so that few in a hundred are false."""


@dataclass(frozen=True)
class MedianInterval:
    """The median of some samples and the interval that holds the true one.

    Attributes:
        median: Middle of the samples, in their unit.
        low: Lower end of the interval, one of the samples.
        high: Upper end of the interval, one of the samples.
        coverage: The exact probability that the interval holds the true median. Below six samples even the smallest and
            the largest together do not reach 95 %; then the interval is the whole range and this says what it is worth.
        samples: How many there were.
    """

    median: float
    low: float
    high: float
    coverage: float
    samples: int

    @property
    def relative_width(self) -> float:
        """Width of the interval as a share of the median; infinite where the median is 0 and the samples differ."""
        if self.high == self.low:
            return 0.0
        return (self.high - self.low) / self.median if self.median > 0 else float("inf")


class Verdict(Enum):
    """What two things measured in turns allow one to say of the second."""

    FASTER = "faster"
    SLOWER = "slower"
    NO_DIFFERENCE = "no difference you can claim"


@dataclass(frozen=True)
class PairedRatio(Record):
    """How a second time compares with a first, each pair measured back to back.

    Attributes:
        ratio: Median of second/first over the pairs; 0.8 says that the second takes four fifths of the time.
        low: Lower end of the 95 % interval of the ratio.
        high: Upper end of the 95 % interval of the ratio.
        pairs: How many there were.
        verdict: What may be claimed, at 99 %.
    """

    ratio: float
    low: float
    high: float
    pairs: int
    verdict: Verdict

    @property
    def is_claimed(self) -> bool:
        """Whether a difference may be claimed."""
        return self.verdict is not Verdict.NO_DIFFERENCE

    @property
    def coverage(self) -> float:
        """The exact probability that the interval holds the true ratio; it follows from the number of pairs."""
        return interval_rank(self.pairs)[1]


@lru_cache(maxsize=4096)
def interval_rank(samples: int, confidence: float = CONFIDENCE) -> tuple[int, float]:
    """The largest rank l (from 1) so that the l-th smallest to the l-th largest hold the median surely enough.

    Args:
        samples: How many there are, n ≥ 1.
        confidence: The probability wanted.

    Returns:
        The rank and the exact probability. Rank 1 where no rank reaches what is wanted.

    Raises:
        ValueError: There is no sample.
    """
    if samples < 1:
        raise ValueError("an interval needs at least one sample")
    whole = 2**samples
    outside = outcomes = 1  # C(n, 0): how many of the 2ⁿ outcomes lie below rank 1, and as many above
    allowed = Fraction(1 - Fraction(str(confidence))) / 2 * whole
    rank = 1
    while rank < (samples + 1) // 2:
        outcomes = outcomes * (samples - rank + 1) // rank  # C(n, rank) from C(n, rank − 1)
        if outside + outcomes > allowed:
            break
        outside += outcomes
        rank += 1
    return rank, (whole - 2 * outside) / whole


def median_interval(samples: Sequence[float], confidence: float = CONFIDENCE) -> MedianInterval:
    """The median and the interval that holds the true one with the confidence wanted.

    Raises:
        ValueError: There is no sample.
    """
    rank, coverage = interval_rank(len(samples), confidence)
    ordered = sorted(samples)
    return MedianInterval(statistics.median(ordered), ordered[rank - 1], ordered[-rank], coverage, len(ordered))


def paired_ratio(first: Sequence[float], second: Sequence[float]) -> PairedRatio:
    """How the second compares with the first, from times measured in turns (A B A B …) in one unit.

    Each pair gives a ratio, in which a slow phase of the machine cancels out; the median of the ratios is the answer.

    Raises:
        ValueError: The sequences differ in length, are empty, or hold a first time of zero.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} times against {len(second)}: they must come in pairs")
    if any(time <= 0 for time in first):
        raise ValueError("a time of zero has no ratio; more calls a round make it measurable")
    ratios = [after / before for before, after in zip(first, second, strict=True)]
    shown = median_interval(ratios)
    claim = median_interval(ratios, VERDICT_CONFIDENCE)
    return PairedRatio(shown.median, shown.low, shown.high, shown.samples, _verdict(claim))


def _verdict(claim: MedianInterval) -> Verdict:
    if claim.coverage < VERDICT_CONFIDENCE:  # too few pairs to claim anything
        return Verdict.NO_DIFFERENCE
    if claim.high < 1:
        return Verdict.FASTER
    if claim.low > 1:
        return Verdict.SLOWER
    return Verdict.NO_DIFFERENCE
