"""Designs or backends against each other, measured in turns in one process: a pair, or all backends ranked.

Every contestant is proved to compute what its design's module computes before the first turn. Two of the same design
on the same backend are one and the same module, so that nothing but time can differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch

from designer.analysis.analysis import analyse
from designer.errors import DesignerError, JobFailed, WrongOutputs
from designer.graph.design import Design
from designer.runtime.compile.memory import is_out_of_memory
from designer.runtime.measure.backends.backend import Backend
from designer.runtime.measure.backends.registry import BACKENDS, backend_of, usable_backend
from designer.runtime.measure.configuration import EAGER, MeasuringConfiguration
from designer.runtime.measure.devices import losing, running_on, stopwatch_of
from designer.runtime.measure.verified_backend import VerifiedBackend, expected_outputs, verified_backend, workload_of
from designer.timing.background_load import BackgroundLoad
from designer.timing.interleaved import InterleavedRounds, Timed, measure_interleaved
from designer.timing.measurement_lock import measurement_lock
from designer.timing.rounds import Progress, TimeBudget, Timing, outliers
from designer.timing.statistics import CONFIDENCE, PairedRatio
from designer.wording import plural

PAIR_EFFORT = TimeBudget(time_limit_s=10.0)
RANK_EFFORT = TimeBudget(time_limit_s=20.0)

Asked = Callable[[], bool]
Found = Callable[[float, str, Mapping[str, Any]], None]
"""Told the share done, a text, and the report so far as JSON data."""


@dataclass(frozen=True)
class Side:
    """One contestant and its times.

    Attributes:
        candidate: What was timed.
        timing: Its rounds; the n-th of all were measured in one cycle.
        busy_processors: How many processors other programs kept busy meanwhile.
    """

    candidate: VerifiedBackend
    timing: Timing
    busy_processors: float | None

    def as_data(self) -> dict[str, Any]:
        """It as JSON data, in milliseconds."""
        interval = self.timing.interval
        return {
            "design": self.candidate.work.analysis.design.name,
            "digest": self.candidate.work.analysis.digest,
            "backend": self.candidate.backend.key,
            "title": self.candidate.backend.title,
            "median_ms": interval.median * 1e3,
            "low_ms": interval.low * 1e3,
            "high_ms": interval.high * 1e3,
            "rounds": len(self.timing.rounds_s),
            "rounds_ms": [seconds * 1e3 for seconds in self.timing.rounds_s],
            "outliers": list(outliers(self.timing.rounds_s)),
            "conditions": asdict(self.candidate.conditions(self.timing, self.busy_processors)),
            "agreement": self.candidate.agreement.as_data(),
            "prepare_s": self.candidate.prepare_s,
        }


@dataclass(frozen=True)
class PairReport:
    """Two measured in turns.

    Attributes:
        first: What the ratio has below the line.
        second: What it has above.
        ratio: Of their times, with what may be claimed.
        warnings: Why it is doubtful, in words.
    """

    first: Side
    second: Side
    ratio: PairedRatio
    warnings: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What may be said of the second."""
        ratio = self.ratio
        return (
            f"{_name(self.second, self.first)} takes {ratio.ratio:.3f} of the time of {_name(self.first, self.second)} "
            f"({_how_sure(ratio)}): {ratio.verdict.value}"
        )

    def as_data(self) -> dict[str, Any]:
        """The report as JSON data."""
        return {
            "first": self.first.as_data(),
            "second": self.second.as_data(),
            **ratio_data(self.ratio),
            "sentence": self.sentence,
            "noisy": bool(self.warnings),
            "warning": "; ".join(self.warnings),
        }


def _how_sure(ratio: PairedRatio) -> str:
    """The interval of a ratio and what it is of, or why there is none."""
    pairs = plural(ratio.pairs, "pair")
    if ratio.coverage >= CONFIDENCE:
        return f"95 % interval {ratio.low:.3f} to {ratio.high:.3f}, {pairs}"
    seen = "" if ratio.pairs == 1 else f" from {ratio.low:.3f} to {ratio.high:.3f}"
    return f"{pairs}{seen}, too few for an interval"


def _name(side: Side, other: Side) -> str:
    """The design's name, or the backend's where both are of one design."""
    if side.candidate.work.analysis.digest == other.candidate.work.analysis.digest:
        return side.candidate.backend.title
    return f"'{side.candidate.work.analysis.design.name}'"


def ratio_data(ratio: PairedRatio) -> dict[str, Any]:
    """A ratio as JSON data."""
    return {
        "ratio": ratio.ratio,
        "low": ratio.low,
        "high": ratio.high,
        "pairs": ratio.pairs,
        "verdict": ratio.verdict.value,
    }


@dataclass(frozen=True)
class Absent:
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
class RankReport:
    """All backends of a design, quickest first.

    Attributes:
        digest: Of the design.
        reference: Key of the backend that ratios are to.
        sides: What was timed, by place and then by median.
        places: Their places; those between which no difference can be claimed may share one.
        ratios: Their times over the reference's.
        absent: What was not timed.
        warnings: Why it is doubtful, in words.
    """

    digest: str
    reference: str
    sides: tuple[Side, ...]
    places: tuple[int, ...]
    ratios: tuple[PairedRatio, ...]
    absent: tuple[Absent, ...]
    warnings: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """The report as JSON data."""
        return {
            "digest": self.digest,
            "reference": self.reference,
            "rows": [
                {"place": place, **side.as_data(), "to_reference": ratio_data(ratio)}
                for side, place, ratio in zip(self.sides, self.places, self.ratios, strict=True)
            ],
            "absent": [asdict(each) for each in self.absent],
            "noisy": bool(self.warnings),
            "warning": "; ".join(self.warnings),
        }


def measure_pair(
    first: Design,
    second: Design,
    *,
    backend: str = EAGER,
    other_backend: str | None = None,
    configuration: MeasuringConfiguration | None = None,
    budget: TimeBudget = PAIR_EFFORT,
    progress: Progress = lambda share, text: None,
    is_cancelled: Asked = lambda: False,
) -> PairReport:
    """Measure two in turns, A B B A …: two designs, or one design on two backends.

    Args:
        first: What the ratio has below the line.
        second: What it has above.
        backend: Key of the first's backend.
        other_backend: Key of the second's; the same by default.
        configuration: Device, threads, batch, element type and order of channels of both.
        budget: How long, and how narrow the ratio's interval shall be.
        progress: Called with the share done (0 to 1) and a text.
        is_cancelled: Asked between rounds.

    Raises:
        InvalidDesign: One of them has problems.
        JobFailed: One of the choices cannot be had on this machine.
        NotEnoughMemory: They would not fit; nothing was allocated.
        WrongOutputs: A backend computes something else than its design's eager module.
        Cancelled: ``is_cancelled`` said so.
    """
    configuration = configuration or MeasuringConfiguration()
    device = configuration.check()
    runs = [usable_backend(key, device, configuration.dtype) for key in (backend, other_backend or backend)]
    analyses = [analyse(design, batch=configuration.batch) for design in (first, second)]
    is_one_design = analyses[0].digest == analyses[1].digest
    with (
        measurement_lock(progress, is_cancelled) as shared,
        running_on(configuration.threads) as threads,
        losing(device),
    ):
        works = [workload_of(analyses[0], configuration, device, threads, copies=2)]
        works.append(works[0] if is_one_design else workload_of(analyses[1], configuration, device, threads, copies=2))
        ready = [verified_backend(runs[0], works[0], expected_outputs(works[0]), progress, is_cancelled)]
        if is_one_design and runs[0] is runs[1]:
            ready.append(ready[0])
        else:
            ready.append(verified_backend(runs[1], works[1], expected_outputs(works[1]), progress, is_cancelled))
        sides, turns, disturbed = _in_turns(ready, budget, progress, is_cancelled)
    ratio = turns.ratio(0, 1)
    reasons = (*_ratio_reasons(ratio, budget, turns.seconds), *disturbed, *shared)
    return PairReport(sides[0], sides[1], ratio, reasons)


def rank_backends(
    design: Design,
    *,
    keys: Sequence[str] | None = None,
    configuration: MeasuringConfiguration | None = None,
    budget: TimeBudget = RANK_EFFORT,
    progress: Progress = lambda share, text: None,
    found: Found = lambda share, text, data: None,
    is_cancelled: Asked = lambda: False,
) -> RankReport:
    """Measure a design on all backends in turns, and rank them.

    Args:
        design: What to measure.
        keys: Keys of the backends; by default all that can be had. Ratios are to eager, or to the first of them.
        configuration: Device, threads, batch, element type and order of channels.
        budget: How long for all of them together, and how narrow the ratios' intervals shall be.
        progress: Called with the share done (0 to 1) and a text.
        found: Called with the same, and the report so far as JSON data: whenever a backend is ready or turns out to be
            none, and between turns. Until the first turn its rows have no times.
        is_cancelled: Asked between rounds.

    Raises:
        InvalidDesign: The design has problems.
        JobFailed: One of the choices cannot be had on this machine, or fewer than two backends can be timed.
        NotEnoughMemory: It would not fit so many times; nothing was allocated.
        Cancelled: ``is_cancelled`` said so.
    """
    configuration = configuration or MeasuringConfiguration()
    device = configuration.check()
    # A backend of another kind of device is no choice here, and told of only where it was asked for.
    choices = [each for each in BACKENDS if each.is_for(device)]
    wanted = choices if keys is None else tuple(dict.fromkeys(map(backend_of, keys)))
    usable, absent = _split(wanted, device, configuration.dtype)
    analysis = analyse(design, batch=configuration.batch)
    with (
        measurement_lock(progress, is_cancelled) as shared,
        running_on(configuration.threads) as threads,
        losing(device),
    ):
        work = workload_of(analysis, configuration, device, threads, copies=max(1, len(usable)))
        expected = expected_outputs(work)
        ready: list[VerifiedBackend] = []
        for backend in usable:
            found(0.0, f"preparing {backend.title}", _ready_data(analysis.digest, ready, absent))
            try:
                ready.append(verified_backend(backend, work, expected, progress, is_cancelled))
            except WrongOutputs as error:
                absent.append(Absent(backend.key, backend.title, str(error), is_wrong=True))
            except (DesignerError, RuntimeError, TypeError, NotImplementedError) as error:
                if is_out_of_memory(error):
                    raise
                absent.append(Absent(backend.key, backend.title, f"it failed: {_first_line(error)}"))
        if len(ready) < 2:
            reasons = "; ".join(f"{each.title}: {each.reason}" for each in absent)
            raise JobFailed(f"there are fewer than two backends to rank on {device}. {reasons}")
        found(0.0, "warming up", _ready_data(analysis.digest, ready, absent))

        def ranked(sides: tuple[Side, ...], turns: InterleavedRounds, disturbed: tuple[str, ...]) -> RankReport:
            return _ranked(analysis.digest, sides, turns, tuple(absent), budget, (*disturbed, *shared))

        def tell(share: float, text: str, *so_far: Any) -> None:
            found(share, text, ranked(*so_far).as_data())

        return ranked(*_in_turns(ready, budget, progress, is_cancelled, tell))


def _ready_data(digest: str, ready: Sequence[VerifiedBackend], absent: Sequence[Absent]) -> dict[str, Any]:
    """The report while no turn was taken: the backends that were proved, and those that are not to be had."""
    rows = [
        {"backend": each.backend.key, "title": each.backend.title, "agreement": each.agreement.as_data()}
        for each in ready
    ]
    keys = [each.backend.key for each in ready]
    return {
        "digest": digest,
        "reference": EAGER if EAGER in keys else (*keys, "")[0],
        "rows": rows,
        "absent": [asdict(each) for each in absent],
    }


def _split(wanted: Sequence[Backend], device: torch.device, dtype: str) -> tuple[list[Backend], list[Absent]]:
    usable, absent = [], []
    for backend in wanted:
        if reason := backend.reason_against(device, dtype):
            absent.append(Absent(backend.key, backend.title, reason))
        else:
            usable.append(backend)
    return usable, absent


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__


def _in_turns(
    ready: Sequence[VerifiedBackend],
    budget: TimeBudget,
    progress: Progress,
    is_cancelled: Asked,
    found: Callable[[float, str, tuple[Side, ...], InterleavedRounds, tuple[str, ...]], None] | None = None,
) -> tuple[tuple[Side, ...], InterleavedRounds, tuple[str, ...]]:
    """Each with its times, the turns, and what disturbed them; ``found`` is told the same while they are taken."""
    device, threads = ready[0].work.device, ready[0].work.threads
    others = BackgroundLoad()

    def seen(turns: InterleavedRounds) -> tuple[tuple[Side, ...], InterleavedRounds, tuple[str, ...]]:
        busy = others.processors()
        sides = tuple(Side(each, timing, busy) for each, timing in zip(ready, turns.timings, strict=True))
        return sides, turns, others.reason(threads)

    def tell(share: float, text: str, turns: InterleavedRounds) -> None:
        progress(share, text)
        if found is not None:
            found(share, text, *seen(turns))

    with torch.inference_mode():
        contestants = [Timed(each.prepared.call, stopwatch_of(device)) for each in ready]
        return seen(
            measure_interleaved(contestants, budget=budget, progress=progress, found=tell, is_cancelled=is_cancelled)
        )


def _ratio_reasons(ratio: PairedRatio, budget: TimeBudget, seconds: float) -> tuple[str, ...]:
    if ratio.coverage < CONFIDENCE:
        pairs = plural(ratio.pairs, "pair")
        return (f"only {pairs} fitted into {budget.time_limit_s:g} s; more time or a smaller input would",)
    width = (ratio.high - ratio.low) / ratio.ratio
    if width <= budget.share:
        return ()
    return (
        f"the 95 % interval of the ratio is {width:.1%} wide after {seconds:.1f} s, and {budget.share:.1%} was wanted; "
        "more time or a quieter machine narrows it",
    )


def _ranked(
    digest: str,
    sides: tuple[Side, ...],
    turns: InterleavedRounds,
    absent: tuple[Absent, ...],
    budget: TimeBudget,
    disturbed: tuple[str, ...],
) -> RankReport:
    keys = [side.candidate.backend.key for side in sides]
    reference = keys.index(EAGER) if EAGER in keys else 0
    places = turns.places()
    order = sorted(range(len(sides)), key=lambda one: (places[one], sides[one].timing.interval.median))
    ratios = [turns.ratio(reference, one) for one in range(len(sides))]
    others = [one for one in order if one != reference]
    widest = max(others, key=lambda one: (ratios[one].high - ratios[one].low) / ratios[one].ratio)
    reasons = [
        f"{sides[widest].candidate.backend.title}: {reason}"
        for reason in _ratio_reasons(ratios[widest], budget, turns.seconds)
    ]
    return RankReport(
        digest,
        keys[reference],
        tuple(sides[one] for one in order),
        tuple(places[one] for one in order),
        tuple(ratios[one] for one in order),
        absent,
        (*reasons, *disturbed),
    )
