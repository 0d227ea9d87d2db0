"""A sweep: points asked of a walk, counted, held against the constraints, measured where that is wanted, and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from designer.errors import JobFailed
from designer.graph.design import Design
from designer.sweeps.counting import Counting
from designer.sweeps.log import Log
from designer.sweeps.result import MeasuredPoint, Result
from designer.sweeps.space import Point
from designer.sweeps.walks import Walk

Measure = Callable[[Design], MeasuredPoint]
"""Measures a design's latency in turns with the space's base.

Raises:
    JobFailed: It cannot be run or measured; the text says why.
"""

_COUNTED_AT_ONCE = 64


class Evaluator(Protocol):
    """Where points become results.

    Attributes:
        at_once: How many points it takes at a time.
    """

    at_once: int

    def results(self, points: Sequence[Point]) -> Iterator[tuple[Point, Result]]:
        """A result for each point as it comes, in any order."""


class Here:
    """Points are counted, and measured, in this process.

    Args:
        counting: Counts them.
        measure: Measures those that keep the constraints; None where nothing is measured.
    """

    def __init__(self, counting: Counting, measure: Measure | None = None) -> None:
        self._counting, self._measure = counting, measure
        self.at_once = _COUNTED_AT_ONCE if measure is None else 1

    def results(self, points: Sequence[Point]) -> Iterator[tuple[Point, Result]]:
        for point in points:
            yield point, measured(self._counting, point, self._measure)


def measured(counting: Counting, point: Point, measure: Measure | None) -> Result:
    """A point's result, with its latency where it keeps the constraints and something measures."""
    result = counting.result(point)
    if measure is None or not result.is_kept:
        return result
    try:
        return with_latency(counting, result, measure(counting.space.design(point)))
    except JobFailed as error:
        return replace(result, problem=str(error))


def with_latency(counting: Counting, result: Result, latency: MeasuredPoint) -> Result:
    """A result with what was measured, and with the constraints that speak of latency held against it."""
    timed = replace(result, measured=latency)
    return replace(timed, broken=counting.broken(timed))


def sweep(
    walk: Walk,
    evaluator: Evaluator,
    log: Log | None,
    known: Mapping[Point, Result],
    *,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Result]:
    """Walk through a space; gives each result that is new, as soon as it is kept.

    Args:
        walk: Says which points.
        evaluator: Makes results of them.
        log: Keeps them; None where nothing is kept.
        known: What was found before, which is neither counted nor given again.
        is_cancelled: Asked between results; what was found until then is kept.

    Raises:
        DesignFileError: Results cannot be written.
    """
    found: dict[Point, Result] = {}
    while points := walk.ask(evaluator.at_once):
        new = [point for point in points if point not in known and point not in found]
        fresh: list[Result] = []
        try:
            for point, result in evaluator.results(new):
                found[point] = result
                fresh.append(result)
                if is_cancelled():
                    return
        finally:
            if log is not None and fresh:
                log.append(fresh)
        yield from fresh
        walk.tell({point: known[point] if point in known else found[point] for point in points})
        if is_cancelled():
            return
