"""Designs or backends measured in turns: a pair with its ratio, and all backends of a design ranked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from designer.measurement.latency import TIMES, Parity, TimedRun
from designer.record import Record
from designer.timing.statistics import CONFIDENCE, PairedRatio
from designer.wording import plural


@dataclass(frozen=True)
class Side(TimedRun):
    """One contestant and its times; the n-th rounds of all were measured in one cycle.

    Attributes:
        design: The design's name.
        title: The backend's name.
    """

    keys: ClassVar[tuple[str, ...]] = ("design", "digest", "backend", "title", *TIMES, "agreement", "prepare_s")

    design: str
    title: str


@dataclass(frozen=True)
class PairReport(Record):
    """Two measured in turns; its data states the ratio's parts among its own.

    Attributes:
        first: What the ratio has below the line.
        second: What it has above.
        ratio: Of their times, with what may be claimed.
        warning: Why it is doubtful, in words; empty where it is not.
    """

    first: Side
    second: Side
    ratio: PairedRatio
    warning: str = ""

    @property
    def sentence(self) -> str:
        """What may be said of the second."""
        ratio = self.ratio
        return (
            f"{_name(self.second, self.first)} takes {ratio.ratio:.3f} of the time of {_name(self.first, self.second)} "
            f"({_how_sure(ratio)}): {ratio.verdict.value}"
        )

    @property
    def text(self) -> str:
        """The conditions in words: ``cpu×2 · batch 1 · float32 · PyTorch eager · 40 pairs in turns``."""
        conditions = self.second.conditions
        return f"{conditions.text} · {conditions.backend} · {plural(self.ratio.pairs, 'pair')} in turns"

    def to_data(self) -> dict[str, Any]:
        sides = {"first": self.first.to_data(), "second": self.second.to_data()}
        said = {"sentence": self.sentence, "noisy": bool(self.warning), "warning": self.warning}
        return sides | self.ratio.to_data() | said

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        return super().from_data({**data, "ratio": data})


def _how_sure(ratio: PairedRatio) -> str:
    """The interval of a ratio and what it is of, or why there is none."""
    pairs = plural(ratio.pairs, "pair")
    if ratio.coverage >= CONFIDENCE:
        return f"95 % interval {ratio.low:.3f} to {ratio.high:.3f}, {pairs}"
    seen = "" if ratio.pairs == 1 else f" from {ratio.low:.3f} to {ratio.high:.3f}"
    return f"{pairs}{seen}, too few for an interval"


def _name(side: Side, other: Side) -> str:
    """The design's name, or the backend's where both are of one design."""
    return side.title if side.digest == other.digest else f"'{side.design}'"


@dataclass(frozen=True)
class AbsentBackend(Record):
    """A backend that was not timed.

    Attributes:
        key: Its word.
        title: Its name.
        reason: Why not, in words.
        is_wrong: Whether it ran and gave something else than the module.
    """

    key: str
    title: str
    reason: str
    is_wrong: bool = False


@dataclass(frozen=True)
class ReadyBackend(Record):
    """A backend that was proved and is not timed yet.

    Attributes:
        backend: Its word.
        title: Its name.
        agreement: How far its outputs are from the eager float32 module's.
    """

    backend: str
    title: str
    agreement: Parity


@dataclass(frozen=True)
class RankedSide(Side):
    """A backend of a ranking.

    Attributes:
        place: 1 and the number of those that can be claimed to be faster; some may share one.
        to_reference: Its times over the reference's.
    """

    keys = ("place", *Side.keys, "to_reference")

    place: int
    to_reference: PairedRatio

    @classmethod
    def of(cls, side: Side, place: int, to_reference: PairedRatio) -> Self:
        """A side at its place."""
        return cls(
            side.digest,
            side.backend,
            side.rounds_ms,
            side.conditions,
            side.agreement,
            side.prepare_s,
            side.design,
            side.title,
            place,
            to_reference,
        )


@dataclass(frozen=True)
class RankPreparation(Record):
    """A ranking while no turn was taken.

    Attributes:
        digest: Of the design.
        reference: Key of the backend that ratios will be to; empty while none is ready.
        rows: The backends that are ready.
        absent: Those that are not to be had.
    """

    digest: str
    reference: str
    rows: tuple[ReadyBackend, ...]
    absent: tuple[AbsentBackend, ...]


@dataclass(frozen=True)
class RankReport(Record):
    """All backends of a design, quickest first.

    Attributes:
        digest: Of the design.
        reference: Key of the backend that ratios are to.
        rows: What was timed, by place and then by median.
        absent: What was not timed.
        warning: Why it is doubtful, in words; empty where it is not.
    """

    keys = ("digest", "reference", "rows", "absent", "noisy", "warning")

    digest: str
    reference: str
    rows: tuple[RankedSide, ...]
    absent: tuple[AbsentBackend, ...]
    warning: str = ""

    @property
    def noisy(self) -> bool:
        """Whether there is a reason to doubt it."""
        return bool(self.warning)
