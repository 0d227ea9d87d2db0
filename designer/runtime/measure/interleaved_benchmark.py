"""Designs or backends against each other, measured in turns in one process: a pair, or all backends ranked.

Every contestant is proved to compute what its design's module computes before the first turn. Two of the same design
on the same backend are one and the same module, so that nothing but time can differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from designer.analysis.analysis import analyse
from designer.errors import DesignerError, JobFailed, WrongOutputs
from designer.graph.design import Design
from designer.measurement.interleaved import (
    AbsentBackend,
    PairReport,
    RankedSide,
    RankPreparation,
    RankReport,
    ReadyBackend,
    Side,
)
from designer.measurement.options import EAGER, PairOptions, RankOptions, budget_of
from designer.runtime.compile.memory import is_out_of_memory
from designer.runtime.measure.backends.backend import Backend
from designer.runtime.measure.backends.registry import BACKENDS, backend_of, usable_backend
from designer.runtime.measure.conditions import in_milliseconds
from designer.runtime.measure.configuration import device_of
from designer.runtime.measure.devices import losing, running_on, stopwatch_of
from designer.runtime.measure.verified_backend import VerifiedBackend, expected_outputs, verified_backend, workload_of
from designer.timing.background_load import BackgroundLoad
from designer.timing.interleaved import InterleavedRounds, Timed, measure_interleaved
from designer.timing.measurement_lock import measurement_lock
from designer.timing.rounds import Progress, TimeBudget, Timing
from designer.timing.statistics import CONFIDENCE, PairedRatio
from designer.wording import plural

Asked = Callable[[], bool]
Found = Callable[[float, str, RankPreparation | RankReport], None]
"""Told the share done, a text, and what is known so far."""


def measure_pair(
    first: Design,
    second: Design,
    options: PairOptions | None = None,
    *,
    budget: TimeBudget | None = None,
    progress: Progress = lambda share, text: None,
    is_cancelled: Asked = lambda: False,
) -> PairReport:
    """Measure two in turns, A B B A …: two designs, or one design on two backends.

    Args:
        first: What the ratio has below the line.
        second: What it has above.
        options: Under what, on which backends, how long, and how narrow the ratio's interval shall be.
        budget: Counts before the limits of the options.
        progress: Called with the share done (0 to 1) and a text.
        is_cancelled: Asked between rounds.

    Raises:
        InvalidDesign: One of them has problems.
        JobFailed: One of the choices cannot be had on this machine.
        NotEnoughMemory: They would not fit; nothing was allocated.
        WrongOutputs: A backend computes something else than its design's eager module.
        Cancelled: ``is_cancelled`` said so.
    """
    options = options or PairOptions()
    budget = budget or budget_of(options)
    device = device_of(options)
    runs = [usable_backend(key, device, options.dtype.value) for key in (options.backend, options.other_backend)]
    analyses = [analyse(design, batch=options.batch) for design in (first, second)]
    is_one_design = analyses[0].digest == analyses[1].digest
    with (
        measurement_lock(progress, is_cancelled) as shared,
        running_on(options.threads) as threads,
        losing(device),
    ):
        works = [workload_of(analyses[0], options, device, threads, copies=2)]
        works.append(works[0] if is_one_design else workload_of(analyses[1], options, device, threads, copies=2))
        ready = [verified_backend(runs[0], works[0], expected_outputs(works[0]), progress, is_cancelled)]
        if is_one_design and runs[0] is runs[1]:
            ready.append(ready[0])
        else:
            ready.append(verified_backend(runs[1], works[1], expected_outputs(works[1]), progress, is_cancelled))
        sides, turns, disturbed = _in_turns(ready, budget, progress, is_cancelled)
    ratio = turns.ratio(0, 1)
    reasons = (*_ratio_reasons(ratio, budget, turns.seconds), *disturbed, *shared)
    return PairReport(sides[0], sides[1], ratio, "; ".join(reasons))


def rank_backends(
    design: Design,
    options: RankOptions | None = None,
    *,
    keys: Sequence[str] | None = None,
    budget: TimeBudget | None = None,
    progress: Progress = lambda share, text: None,
    found: Found = lambda share, text, so_far: None,
    is_cancelled: Asked = lambda: False,
) -> RankReport:
    """Measure a design on all backends in turns, and rank them.

    Args:
        design: What to measure.
        options: Under what, how long for all of them together, and how narrow the ratios' intervals shall be.
        keys: Keys of the backends; by default all that can be had. Ratios are to eager, or to the first of them.
        budget: Counts before the limits of the options.
        progress: Called with the share done (0 to 1) and a text.
        found: Called with the same and what is known so far: whenever a backend is ready or turns out to be none, and
            between turns.
        is_cancelled: Asked between rounds.

    Raises:
        InvalidDesign: The design has problems.
        JobFailed: One of the choices cannot be had on this machine, or fewer than two backends can be timed.
        NotEnoughMemory: It would not fit so many times; nothing was allocated.
        Cancelled: ``is_cancelled`` said so.
    """
    options = options or RankOptions()
    limits = budget or budget_of(options)
    device = device_of(options)
    # A backend of another kind of device is no choice here, and told of only where it was asked for.
    choices = [each for each in BACKENDS if each.is_for(device)]
    wanted = choices if keys is None else tuple(dict.fromkeys(map(backend_of, keys)))
    usable, absent = _split(wanted, device, options.dtype.value)
    analysis = analyse(design, batch=options.batch)
    with (
        measurement_lock(progress, is_cancelled) as shared,
        running_on(options.threads) as threads,
        losing(device),
    ):
        work = workload_of(analysis, options, device, threads, copies=max(1, len(usable)))
        expected = expected_outputs(work)
        ready: list[VerifiedBackend] = []
        for backend in usable:
            found(0.0, f"preparing {backend.title}", _preparation(analysis.digest, ready, absent))
            try:
                ready.append(verified_backend(backend, work, expected, progress, is_cancelled))
            except WrongOutputs as error:
                absent.append(AbsentBackend(backend.key, backend.title, str(error), is_wrong=True))
            except (DesignerError, RuntimeError, TypeError, NotImplementedError) as error:
                if is_out_of_memory(error):
                    raise
                absent.append(AbsentBackend(backend.key, backend.title, f"it failed: {_first_line(error)}"))
        if len(ready) < 2:
            reasons = "; ".join(f"{each.title}: {each.reason}" for each in absent)
            raise JobFailed(f"there are fewer than two backends to rank on {device}. {reasons}")
        found(0.0, "warming up", _preparation(analysis.digest, ready, absent))

        def ranked(sides: tuple[Side, ...], turns: InterleavedRounds, disturbed: tuple[str, ...]) -> RankReport:
            return _ranked(analysis.digest, sides, turns, tuple(absent), limits, (*disturbed, *shared))

        def tell(share: float, text: str, *so_far: Any) -> None:
            found(share, text, ranked(*so_far))

        return ranked(*_in_turns(ready, limits, progress, is_cancelled, tell))


def _preparation(digest: str, ready: Sequence[VerifiedBackend], absent: Sequence[AbsentBackend]) -> RankPreparation:
    """What is known while no turn was taken."""
    keys = [each.backend.key for each in ready]
    rows = tuple(ReadyBackend(each.backend.key, each.backend.title, each.agreement) for each in ready)
    return RankPreparation(digest, EAGER if EAGER in keys else (*keys, "")[0], rows, tuple(absent))


def _split(wanted: Sequence[Backend], device: torch.device, dtype: str) -> tuple[list[Backend], list[AbsentBackend]]:
    usable, absent = [], []
    for backend in wanted:
        if reason := backend.reason_against(device, dtype):
            absent.append(AbsentBackend(backend.key, backend.title, reason))
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
        sides = tuple(_side(each, timing, busy) for each, timing in zip(ready, turns.timings, strict=True))
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


def _side(ready: VerifiedBackend, timing: Timing, busy_processors: float | None) -> Side:
    return Side(
        ready.work.analysis.digest,
        ready.backend.key,
        in_milliseconds(timing),
        ready.conditions(timing, busy_processors),
        ready.agreement,
        ready.prepare_s,
        ready.work.analysis.design.name,
        ready.backend.title,
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
    absent: tuple[AbsentBackend, ...],
    budget: TimeBudget,
    disturbed: tuple[str, ...],
) -> RankReport:
    keys = [side.backend for side in sides]
    reference = keys.index(EAGER) if EAGER in keys else 0
    places = turns.places()
    ratios = [turns.ratio(reference, one) for one in range(len(sides))]
    others = [one for one in range(len(sides)) if one != reference]
    widest = max(others, key=lambda one: (ratios[one].high - ratios[one].low) / ratios[one].ratio)
    reasons = [f"{sides[widest].title}: {reason}" for reason in _ratio_reasons(ratios[widest], budget, turns.seconds)]
    rows = [RankedSide.of(side, place, ratio) for side, place, ratio in zip(sides, places, ratios, strict=True)]
    rows.sort(key=lambda row: (row.place, row.median_ms))
    return RankReport(digest, keys[reference], tuple(rows), absent, "; ".join((*reasons, *disturbed)))
