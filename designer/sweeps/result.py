"""What was found at one point of a space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from designer.analysis.compare import LATENCY
from designer.analysis.figures.figure import Number
from designer.record import Record

Plain = int | float | str | bool | list | None  # type: ignore[type-arg]  # what JSON has for a parameter's value


@dataclass(frozen=True)
class MeasuredPoint(Record):
    """A latency that was measured in turns with the space's base design.

    Attributes:
        median_ms: Median of the rounds, in milliseconds.
        low_ms: Lower end of its 95 % interval.
        high_ms: Upper end.
        ratio: Its time by the base design's, the median over pairs.
        ratio_low: Lower end of the ratio's interval.
        ratio_high: Upper end.
        verdict: What may be claimed of it against the base design.
        conditions: Device, backend, batch, threads and versions in words.
        machine: Which machine it was measured on.
        warning: Why it is doubtful; empty where it is not.
    """

    median_ms: float
    low_ms: float
    high_ms: float
    ratio: float
    ratio_low: float
    ratio_high: float
    verdict: str
    conditions: str
    machine: str
    warning: str = ""

    @property
    def sentence(self) -> str:
        """``×0.812 (0.80–0.83), faster``, with *noisy* where there is a doubt."""
        doubt = ", noisy" if self.warning else ""
        return f"×{self.ratio:.3f} ({self.ratio_low:.3f}–{self.ratio_high:.3f}), {self.verdict}{doubt}"


@dataclass(frozen=True)
class Result(Record):
    """One point of a sweep, as a line of its results file.

    Attributes:
        settings: The variables' values as plain JSON data, by name.
        figures: The design's figures by key; those that are unknown are left out.
        broken: The constraints that it does not keep.
        problem: Why there is no such design, or why it does not run; empty where it does.
        base: The digest of the design that it is a variant of.
        measured: Its latency, where it was measured.
        fits: Whether it fits the targets that a constraint names, by their keys; what is unknown is left out.
    """

    settings: Mapping[str, Plain]
    figures: Mapping[str, Number] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    problem: str = ""
    base: str = ""
    measured: MeasuredPoint | None = None
    fits: Mapping[str, bool] = field(default_factory=dict)

    @property
    def is_kept(self) -> bool:
        """Whether there is such a design, and it keeps every constraint."""
        return not self.problem and not self.broken

    def value(self, key: str) -> float | None:
        """A figure, computed or measured; None where it is unknown."""
        if key == LATENCY:
            return None if self.measured is None else self.measured.median_ms / 1000
        return self.figures.get(key)


@dataclass(frozen=True)
class SweptPoints(Record):
    """Results that a sweep found since it last told of any."""

    results: tuple[Result, ...]


@dataclass(frozen=True)
class SweepReport(Record):
    """How a sweep ended.

    Attributes:
        points: How many results there are, with those that were there before.
    """

    points: int
