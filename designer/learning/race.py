"""A short race: how designs learn side by side, and what may be claimed of it.

The statistic is stated and paired. For each seed both designs see the same data in the same order; each gives one
number, the mean of its held-out loss over the evaluations of the run, which is the area under the curve by the steps.
The differences, one a seed, are independent; the interval of their median comes from their order alone (see
``designer.timing.statistics``), and a claim is made where the interval of 99 % lies wholly on one side of zero. That
takes eight seeds that all agree. It is a claim about these few steps on these data, and none about a trained network.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from designer.learning.plan import LEAST_SEEDS
from designer.record import Record
from designer.timing.statistics import VERDICT_CONFIDENCE, median_interval
from designer.wording import plural

STATISTIC = (
    "paired by seed: the difference of the mean held-out loss over the run; claimed where the 99 % interval of its "
    f"median, from the order of the seeds, lies on one side of zero, which takes {LEAST_SEEDS} seeds or more"
)


class LearningVerdict(Enum):
    """What a race allows one to say of a design against the first."""

    FASTER = "learns faster"
    SLOWER = "learns slower"
    NO_DIFFERENCE = "no difference you can claim"


@dataclass(frozen=True)
class Run(Record):
    """One design trained with one seed; the tuples have an entry for each evaluation.

    Attributes:
        seed: Of the weights and of the order of the data.
        steps: Steps done at each evaluation; the first is 0.
        training: Mean cross-entropy of the steps since the evaluation before, in nats; at 0 the
            held-out loss, nothing being learnt yet.
        held_out: Cross-entropy on the pictures held out, in nats.
        held_out_right: Share of these whose own class has the largest output, 0 to 1.
        broke_at: The step at which the loss became no number; None where it never did.
    """

    seed: int
    steps: tuple[int, ...]
    training: tuple[float, ...]
    held_out: tuple[float, ...]
    held_out_right: tuple[float, ...]
    broke_at: int | None = None

    @property
    def mean_held_out(self) -> float:
        """Mean of the held-out loss over the evaluations: what runs are compared by."""
        return statistics.fmean(self.held_out)


@dataclass(frozen=True)
class Band(Record):
    """Median and range over seeds, an entry for each evaluation that every seed has.

    Attributes:
        steps: Steps done.
        low: The least over seeds.
        median: The median.
        high: The most.
    """

    steps: tuple[int, ...]
    low: tuple[float, ...]
    median: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Racer(Record):
    """A design and its runs.

    Attributes:
        design: Its name.
        parameters: Numbers it trains.
        macs: Multiply-accumulates of one picture.
        runs: One a seed, in the order of the seeds.
    """

    design: str
    parameters: int
    macs: int
    runs: tuple[Run, ...] = ()

    @property
    def training_band(self) -> Band:
        """The training loss over seeds."""
        return _band([each.steps for each in self.runs], [each.training for each in self.runs])

    @property
    def held_out_band(self) -> Band:
        """The held-out loss over seeds."""
        return _band([each.steps for each in self.runs], [each.held_out for each in self.runs])

    @property
    def right_band(self) -> Band:
        """The share of held-out pictures that are right, over seeds."""
        return _band([each.steps for each in self.runs], [each.held_out_right for each in self.runs])

    @property
    def broken(self) -> Run | None:
        """The first run whose loss became no number."""
        return next((each for each in self.runs if each.broke_at is not None), None)


@dataclass(frozen=True)
class Comparison(Record):
    """A design against the first of a race.

    Attributes:
        design: Its name.
        against: The first design's name.
        difference: Median over seeds of its mean held-out loss less the first's, in nats; None where a run broke.
        low: Lower end of the 95 % interval.
        high: Upper end.
        seeds: Pairs there were.
        verdict: What may be claimed.
        reason: Why there is no claim to make, where there is a reason beside the interval.
    """

    keys = ("design", "against", "difference", "low", "high", "seeds", "verdict", "reason", "sentence")

    design: str
    against: str
    difference: float | None
    low: float | None
    high: float | None
    seeds: int
    verdict: LearningVerdict
    reason: str = ""

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        said = f"{self.design} against {self.against}: {self.verdict.value}"
        if self.difference is not None:
            said += (
                f"; held-out loss {self.difference:+.3g} ({self.low:+.3g} to {self.high:+.3g}), "
                f"{plural(self.seeds, 'seed')}"
            )
        return f"{said}; {self.reason}" if self.reason else said


@dataclass(frozen=True)
class RaceReport(Record):
    """How a race went.

    Attributes:
        data: What the designs were shown, in words.
        classes: Names of the classes.
        racers: The designs, the first of which the others are held against.
        seconds: How long it took.
        warning: Why it is less than was asked for; empty where it is not.
    """

    keys = ("data", "classes", "racers", "seconds", "warning", "comparisons", "statistic")

    data: str
    classes: tuple[str, ...]
    racers: tuple[Racer, ...]
    seconds: float = 0.0
    warning: str = ""

    @property
    def statistic(self) -> str:
        """What a claim is made by, in words."""
        return STATISTIC

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Every design but the first, against the first."""
        return tuple(compared(self.racers[0], each) for each in self.racers[1:])


def compared(first: Racer, other: Racer) -> Comparison:
    """A design against another, paired by seed; seeds that only one of them has are left out."""
    for racer in (other, first):
        if racer.broken is not None:
            why = (
                f"the loss of {racer.design} became no number with seed {racer.broken.seed} "
                f"at step {racer.broken.broke_at}, so there is nothing to compare"
            )
            return Comparison(other.design, first.design, None, None, None, 0, LearningVerdict.NO_DIFFERENCE, why)
    known = {run.seed: run.mean_held_out for run in first.runs}
    differences = [run.mean_held_out - known[run.seed] for run in other.runs if run.seed in known]
    if not differences:
        why = "no seed was run to its end by both"
        return Comparison(other.design, first.design, None, None, None, 0, LearningVerdict.NO_DIFFERENCE, why)
    shown, claim = median_interval(differences), median_interval(differences, VERDICT_CONFIDENCE)
    verdict, reason = LearningVerdict.NO_DIFFERENCE, ""
    if claim.coverage < VERDICT_CONFIDENCE:
        reason = f"a claim takes {LEAST_SEEDS} seeds"
    elif claim.high < 0:
        verdict = LearningVerdict.FASTER
    elif claim.low > 0:
        verdict = LearningVerdict.SLOWER
    return Comparison(
        other.design, first.design, shown.median, shown.low, shown.high, len(differences), verdict, reason
    )


def _band(steps: Sequence[tuple[int, ...]], curves: Sequence[tuple[float, ...]]) -> Band:
    """The spread of curves as far as all of them go."""
    if not curves:
        return Band((), (), (), ())
    columns = list(zip(*curves, strict=False))
    return Band(
        min(steps, key=len)[: len(columns)],
        tuple(map(min, columns)),
        tuple(map(statistics.median, columns)),
        tuple(map(max, columns)),
    )
