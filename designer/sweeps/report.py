"""A sweep as one HTML file: what was varied, the front as a table, charts, conditions. Nothing in it is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from designer.analysis.compare import LATENCY
from designer.export.inline_svg import without_control_letters
from designer.export.report import pages
from designer.sweeps.charts import on_the_front, parallel, scatter
from designer.sweeps.objective import Objective
from designer.sweeps.result import Result
from designer.sweeps.space import Space
from designer.wording import UNKNOWN, count, plural

_MOST_ROWS = 200


def sweep_report(space: Space, results: Sequence[Result], objectives: Sequence[Objective]) -> str:
    """The report as the text of one HTML file.

    Args:
        space: What was swept.
        results: What was found.
        objectives: What is looked for.
    """
    best = sorted_front(results, objectives)
    page = pages().get_template("sweep.html")
    keys = [each.key for each in objectives]
    pairs = list(combinations(keys, 2)) or [(keys[0], keys[0])]
    text = page.render(
        title=f"Sweep of {space.base.name}",
        summary=summary(space, results, objectives),
        constraints=space.constraints,
        columns=columns(space, objectives),
        rows=[cells(space, each, objectives) for each in best[:_MOST_ROWS]],
        more=max(0, len(best) - _MOST_ROWS),
        charts=[*(scatter(space, results, objectives, x, y) for x, y in pairs), parallel(space, results, objectives)],
        conditions=sorted(
            {f"{each.measured.machine}: {each.measured.conditions}" for each in results if each.measured}
        ),
    )
    return without_control_letters(text)


def summary(space: Space, results: Sequence[Result], objectives: Sequence[Objective]) -> str:
    """How many points there were, how many keep the constraints, and how many are on the front, in one sentence."""
    kept = sum(each.is_kept for each in results)
    problems = sum(bool(each.problem) for each in results)
    said = [f"{count(len(results))} of {plural(space.size, 'point')}"]
    if problems:
        said.append(f"{count(problems)} are no design that runs")
    if space.constraints:
        said.append(f"{count(kept)} keep every constraint")
    titles = " and ".join(each.label for each in objectives)
    said.append(f"{count(len(on_the_front(results, objectives)))} are on the front of {titles}")
    return "; ".join(said) + "."


def sorted_front(results: Sequence[Result], objectives: Sequence[Objective]) -> list[Result]:
    """The results on the front, by the first objective."""
    return [results[place] for place in on_the_front(results, objectives)]


def columns(space: Space, objectives: Sequence[Objective]) -> list[str]:
    """Headings of ``cells``."""
    measured = ["against the base"] if _speaks_of_time(objectives) else []
    return [*(each.name for each in space.variables), *(each.label for each in objectives), *measured]


def cells(space: Space, result: Result, objectives: Sequence[Objective]) -> list[str]:
    """A result's values and objectives as people read them."""
    point = space.point_at(result.settings)
    values = (
        [each.text(place) for each, place in zip(space.variables, point, strict=True)]
        if point is not None
        else [str(value) for value in result.settings.values()]
    )
    figures = [UNKNOWN if (value := result.value(w.key)) is None else w.figure.words(value) for w in objectives]
    timed = [result.measured.sentence if result.measured else UNKNOWN] if _speaks_of_time(objectives) else []
    return [*values, *figures, *timed]


def _speaks_of_time(objectives: Sequence[Objective]) -> bool:
    return any(each.key == LATENCY for each in objectives)
