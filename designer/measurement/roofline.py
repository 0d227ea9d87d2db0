"""A measurement by node held against what the machine does at most."""

from __future__ import annotations

from dataclasses import dataclass

from designer.analysis.roofline import Peaks, Point, sentences
from designer.measurement.latency import LatencyReport
from designer.record import Record


@dataclass(frozen=True)
class RooflineReport(Record):
    """A measured design under the roof.

    Attributes:
        figure: The latency, with times by node.
        peaks: What the machine does at most.
        points: The nodes, in order of execution.
    """

    keys = ("figure", "peaks", "points", "sentences", "overhead_ms", "overhead_sentence")

    figure: LatencyReport
    peaks: Peaks
    points: tuple[Point, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the points say."""
        return sentences(self.points, self.peaks)

    @property
    def overhead_ms(self) -> float | None:
        """By how much the nodes' times together exceed the whole."""
        return self.figure.overhead_ms

    @property
    def overhead_sentence(self) -> str:
        """How the nodes' times together stand to the whole, and why."""
        return self.figure.overhead_sentence
