"""A sweep as charts: any two figures against each other with the front marked, and all variables side by side."""

from __future__ import annotations

from collections.abc import Sequence

from designer.analysis.figures.figure import Figure
from designer.analysis.figures.registry import figure
from designer.analysis.pareto import pareto_front
from designer.charts.chart import Axis, Chart, Ink, Line, Spot
from designer.charts.ticks import counts, memory, seconds
from designer.sweeps.objective import Objective
from designer.sweeps.result import Result
from designer.sweeps.space import Space


def on_the_front(results: Sequence[Result], objectives: Sequence[Objective]) -> tuple[int, ...]:
    """Places of the results that keep every constraint and that no other dominates, by the first objective."""
    return pareto_front([[wanted.cost(each) if each.is_kept else None for wanted in objectives] for each in results])


def scatter(space: Space, results: Sequence[Result], objectives: Sequence[Objective], x: str, y: str) -> Chart:
    """Two figures of each design; rings are on the front of all objectives, grey spots break a constraint."""
    marked = frozenset(on_the_front(results, objectives))
    spots = []
    for place, each in enumerate(results):
        across, up = each.value(x), each.value(y)
        if across is None or up is None:
            continue
        ink = Ink.ACCENT if place in marked else Ink.WIRE if each.is_kept else Ink.QUIET
        spots.append(Spot("", across, up, ink, note=words_of(space, each), is_marked=place in marked))
    machines = {each.measured.machine for each in results if each.measured is not None}
    note = f"{len(marked)} of {len(spots)} designs are on the front." if spots else ""
    if len(machines) > 1:
        note += f" Latencies are of {len(machines)} machines, and do not compare: {'; '.join(sorted(machines))}."
    return Chart(
        f"{figure(x).title} and {figure(y).title}", _axis(figure(x)), _axis(figure(y)), tuple(spots), note=note
    )


def words_of(space: Space, result: Result) -> str:
    """``width = 0.5 · t = 4``."""
    point = space.point_at(result.settings)
    if point is None:
        return " · ".join(f"{name} = {value}" for name, value in result.settings.items())
    return space.label(point)


def parallel(space: Space, results: Sequence[Result], objectives: Sequence[Objective], most: int = 500) -> Chart:
    """A line a design through its variables and objectives, each scaled from its least to its most.

    Args:
        space: What was swept.
        results: The designs.
        objectives: What is looked for.
        most: How many lines are drawn; those on the front first.
    """
    marked = frozenset(on_the_front(results, objectives))
    kept = [
        place
        for place, each in enumerate(results)
        if each.is_kept and all(wanted.cost(each) is not None for wanted in objectives)
    ]
    drawn = sorted(sorted(kept, key=lambda place: place not in marked)[:most], key=lambda place: place in marked)
    ranges = {each.key: _range(results, each.key) for each in objectives}
    names = [*(each.name for each in space.variables), *(each.label for each in objectives)]
    lines = []
    for place in drawn:
        heights = [
            *_heights(space, results[place]),
            *(_height(results[place], key, between) for key, between in ranges.items()),
        ]
        ink = Ink.ACCENT if place in marked else Ink.QUIET
        lines.append(
            Line("", tuple(enumerate(map(float, heights))), ink, notes=(words_of(space, results[place]),) * len(names))
        )
    # A field of a node is long; the last word of it tells enough beside its neighbours.
    words = [name.rpartition(".")[2].removesuffix(" (more)") for name in names]

    def word(value: float) -> str:
        return words[round(value)] if 0 <= round(value) < len(words) and abs(value - round(value)) < 0.01 else ""

    axis = Axis("", words=word, ticks=lambda values, step, most: [word(value) for value in values])
    less = f" {len(kept) - len(drawn)} more are not drawn." if len(drawn) < len(kept) else ""
    note = f"Each axis from its least to its most, in this order: {', '.join(names)}.{less}"
    return Chart("Fields and figures", axis, Axis("share of the range"), lines=tuple(lines), note=note)


def _heights(space: Space, result: Result) -> list[float]:
    point = space.point_at(result.settings) or (0,) * len(space.variables)
    return [
        place / (len(each.values) - 1) if len(each.values) > 1 else 0.5
        for each, place in zip(space.variables, point, strict=True)
    ]


def _range(results: Sequence[Result], key: str) -> tuple[float, float]:
    values = [value for each in results if each.is_kept and (value := each.value(key)) is not None]
    return (min(values), max(values)) if values else (0.0, 0.0)


def _height(result: Result, key: str, between: tuple[float, float]) -> float:
    low, high = between
    value = result.value(key)
    return 0.5 if value is None or high == low else (value - low) / (high - low)


def _axis(which: Figure) -> Axis:
    ticks = {"B": memory, "s": seconds}.get(which.symbol, counts)
    return Axis(which.title, which.symbol, which.words, ticks)
