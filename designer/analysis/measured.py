"""What was measured of a design, as the figures that are had from a measurement read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from designer.graph.design import NodePath
from designer.timing.statistics import PairedRatio

LEAST_ROUNDS = 6
"""Rounds below which even the whole range holds the true median with less than 95 %: 1 − 2/2ⁿ."""


@dataclass(frozen=True)
class Latency:
    """A measured latency.

    Attributes:
        median_s: Median, in seconds.
        low_s: Lower end of the median's interval, in seconds.
        high_s: Upper end of the median's interval, in seconds.
        paired: Its ratio to the baseline, where they were measured in turns.
        rounds: How many rounds the median is of, where that is known.
    """

    median_s: float
    low_s: float | None = None
    high_s: float | None = None
    paired: PairedRatio | None = None
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
