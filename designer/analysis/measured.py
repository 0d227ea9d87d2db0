"""What was measured of a design, as the figures that are had from a measurement read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from designer.graph.design import NodePath
from designer.wording import ratio, ratio_interval

LEAST_ROUNDS = 6
"""Rounds below which even the whole range holds the true median with less than 95 %: 1 − 2/2ⁿ."""


@dataclass(frozen=True)
class PairedLatency:
    """How a latency compares with the baseline's, both measured in turns.

    Attributes:
        ratio: Median of the pairs' ratios, to the baseline.
        low: Lower end of its interval.
        high: Upper end of its interval.
        verdict: What may be claimed, in words.
        is_claimed: Whether that is a difference.
        pairs: How many pairs there were, where that is known.
    """

    ratio: float
    low: float
    high: float
    verdict: str
    is_claimed: bool
    pairs: int | None = None

    @property
    def text(self) -> str:
        """``×5.41 [5.2, 5.7] slower``."""
        return f"{ratio(self.ratio)} {ratio_interval(self.low, self.high, self.pairs)} {self.verdict}"


@dataclass(frozen=True)
class Latency:
    """A measured latency.

    Attributes:
        median_s: Median, in seconds.
        low_s: Lower end of the median's interval, in seconds.
        high_s: Upper end of the median's interval, in seconds.
        paired: Against the baseline, where they were measured in turns.
        rounds: How many rounds the median is of, where that is known.
    """

    median_s: float
    low_s: float | None = None
    high_s: float | None = None
    paired: PairedLatency | None = None
    rounds: int | None = None

    @property
    def is_of_too_few(self) -> bool:
        """Whether it is known to be of so few rounds that nothing may be claimed of it."""
        return self.rounds is not None and self.rounds < LEAST_ROUNDS


@dataclass(frozen=True)
class Measured:
    """What is known of a design by measuring it.

    Attributes:
        latency: Of the whole, or None.
        node_ms: Milliseconds of each node by its path joined with dots; empty where nodes were not timed.
    """

    latency: Latency | None = None
    node_ms: Mapping[str, float] = field(default_factory=dict)

    def seconds(self, path: NodePath) -> float | None:
        """The time of a node, in seconds; None where it was not measured."""
        milliseconds = self.node_ms.get(".".join(path))
        return None if milliseconds is None else milliseconds / 1000


NOTHING_MEASURED = Measured()
