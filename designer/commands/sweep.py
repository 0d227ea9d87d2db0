"""Sweep a space of designs: count each, keep what holds the budgets, find the front."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from designer.commands.console import DONE, PROBLEMS, add_json, design_of, pairs, print_json, say
from designer.commands.flags import add_flag, said
from designer.errors import DesignerError
from designer.measurement.options import PairOptions
from designer.templates.networks import template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from designer.sweeps.plan import Plan, SpaceSource
    from designer.sweeps.result import Result
    from designer.sweeps.run import Evaluator, Measure
    from designer.sweeps.space import Point, Space
    from designer.sweeps.walks import Walk

_TOLD_EVERY_S = 0.2
_SHOWN = 20
_MEASURING = tuple(each.name for each in PairOptions.parameters if each.name != "against_backend")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("source", metavar="FILE-or-TEMPLATE", help="a design whose fields vary, or a template's word")
    parser.add_argument(
        "--vary",
        action="append",
        default=[],
        metavar="NAME=VALUES",
        help="a setting or NODE.FIELD: width=0.25:1.4:0.05",
    )
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the template")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--grid", action="store_true", help="every point; the default")
    way.add_argument("--random", type=int, metavar="N", help="N different points drawn at random")
    way.add_argument("--search", type=int, metavar="N", help="N points asked of Optuna's sampler")
    parser.add_argument("--sampler", default="nsga2", metavar="nsga2|tpe", help="what a search asks; nsga2")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of what is drawn; 0")
    parser.add_argument(
        "--objective",
        action="append",
        default=[],
        metavar="NAME",
        help="a figure to make small, one to three, max:macs to make large",
    )
    parser.add_argument(
        "--budget", action="append", default=[], metavar="SENTENCE", help="parameters=3.5e6, c3 <= c4, fits.TARGET"
    )
    parser.add_argument("--measure", action="store_true", help="measure what keeps the budgets, in turns with the base")
    for parameter in PairOptions.parameters:
        if parameter.name in _MEASURING:
            add_flag(parser, parameter)
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="a Dask scheduler whose workers count: tcp://127.0.0.1:8786"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="RESULTS.jsonl", help="kept as they come, and gone on from"
    )
    parser.add_argument("--report", type=Path, metavar="OUT.html", help="write one self-contained HTML page as well")
    parser.add_argument("--count", action="store_true", help="say how many points there are, and stop")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status: 1 where no design keeps the budgets."""
    from designer.sweeps.counting import Counting
    from designer.sweeps.log import known_points
    from designer.wording import count, plural

    source, plan = _source(options), _plan(options)
    space = source.space()
    if options.count:
        if options.json:
            print_json({"points": space.size, "variables": {each.name: len(each.values) for each in space.variables}})
        else:
            print(f"{count(space.size)} points: " + " × ".join(f"{len(v.values)} {v.name}" for v in space.variables))
        return DONE
    walk = plan.walk(space)
    counting = Counting(space, plan.wanted)
    if options.report is not None:
        from designer.files.outputs import refuse_loss

        refuse_loss(options.report, (".html", ".htm"), [])
    known = {} if options.output is None else counting.rechecked(known_points(options.output, space))
    if known:
        say(f"{options.output}: goes on from {plural(len(known), 'result')}")
    results = [*known.values()]
    with _evaluator(options, source, plan, counting) as evaluator:
        results += _walked(options, walk, evaluator, known)
    return _told(options, plan, space, results)


def _source(options: argparse.Namespace) -> SpaceSource:
    from designer.files.design_json import dumps
    from designer.sweeps.plan import SpaceSource
    from designer.templates.networks import templates

    vary = tuple(pairs(options.vary, "--vary", "width=0.5,1").items())
    settings = tuple(pairs(options.set, "--set", "width=0.5").items())
    constraints = tuple(options.budget)
    if options.source in {each.key for each in templates()}:
        return SpaceSource("", options.source, settings, vary, constraints)
    if settings:
        raise DesignerError("--set is for a template; a design has no settings, vary its fields: NODE.FIELD=VALUES")
    if not any(letter in options.source for letter in "./\\"):
        template(options.source)  # refuses it, with the names there are
    return SpaceSource(dumps(design_of(Path(options.source))), "", (), vary, constraints)


def _plan(options: argparse.Namespace) -> Plan:
    from designer.sweeps.plan import Plan, Way

    way = Way.RANDOM if options.random is not None else Way.SEARCH if options.search is not None else Way.GRID
    points = options.random if options.random is not None else options.search
    if points is not None and points < 1:
        raise DesignerError(f"--{way.value} {points}: it takes a number of points from 1 up")
    objectives = tuple(options.objective) or (("latency_s", "parameters") if options.measure else Plan.objectives)
    if "latency_s" in objectives and not options.measure:
        raise DesignerError("--objective latency_s: nothing is measured; say --measure as well")
    return Plan(objectives, way, points or 0, options.sampler, options.seed, options.measure)


def _evaluator(options: argparse.Namespace, source: SpaceSource, plan: Plan, counting: Any) -> Any:
    """What makes results of points, as a context manager."""
    from designer.sweeps.run import Here

    measuring = PairOptions.from_texts(said(options, _MEASURING))
    if options.scheduler is not None:
        from designer.sweeps.cluster import Cluster

        measure_of = _measure_of if plan.measures else None
        return Cluster(options.scheduler, source, plan.objectives, measure_of, measuring)
    return nullcontext(Here(counting, _measure_of(source, measuring) if plan.measures else None))


def _measure_of(source: SpaceSource, options: PairOptions) -> Measure:
    """What measures a design beside the base, on the machine where this is called."""
    from designer.runtime.measure.sweep_point import measure_point

    return partial(measure_point, source.space().base, options=options)


def _walked(
    options: argparse.Namespace, walk: Walk, evaluator: Evaluator, known: Mapping[Point, Result]
) -> list[Result]:
    """The results that are new, with the progress on a terminal."""
    from designer.sweeps.log import Log
    from designer.sweeps.run import sweep

    log = None if options.output is None else Log(options.output)
    found: list[Result] = []
    with _Progress(walk.total) as progress:
        for result in sweep(walk, evaluator, log, known):
            found.append(result)
            progress.tell(found)
    return found


class _Progress:
    """A line on a terminal that says how far a sweep is; nothing where nobody watches."""

    def __init__(self, total: int) -> None:
        self._total, self._begun, self._told = total, time.monotonic(), 0.0
        self._is_watched = sys.stderr.isatty()
        self._kept = 0

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_watched and self._told:
            sys.stderr.write("\n")

    def tell(self, found: Sequence[Result]) -> None:
        """Say how far it is, a few times a second."""
        self._kept += found[-1].is_kept
        now = time.monotonic()
        if not self._is_watched or (now - self._told < _TOLD_EVERY_S and len(found) < self._total):
            return
        self._told = now
        left = (now - self._begun) / len(found) * max(0, self._total - len(found))
        sys.stderr.write(f"\r{len(found)} of {self._total}, {self._kept} kept, {left:.0f} s left    ")
        sys.stderr.flush()


def _told(options: argparse.Namespace, plan: Plan, space: Space, results: Sequence[Result]) -> int:
    from designer.sweeps.report import cells, columns, sorted_front, summary, sweep_report

    best = sorted_front(results, plan.wanted)
    if options.report is not None:
        from designer.files.atomic import write_whole

        write_whole(options.report, sweep_report(space, results, plan.wanted).encode())
    status = DONE if any(each.is_kept for each in results) else PROBLEMS
    if status == PROBLEMS:
        say("no design keeps every constraint; " + _what_breaks(results))
    if options.json:
        kept = sum(each.is_kept for each in results)
        said = {"points": len(results), "size": space.size, "kept": kept, "objectives": list(plan.objectives)}
        print_json({**said, "front": [each.to_data() for each in best]})
        return status
    print(summary(space, results, plan.wanted))
    if best:
        rows = [columns(space, plan.wanted), *(cells(space, each, plan.wanted) for each in best[:_SHOWN])]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            print("  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
    if len(best) > _SHOWN:
        print(f"… and {len(best) - _SHOWN} more on the front")
    return status


def _what_breaks(results: Sequence[Result]) -> str:
    """Which constraint is broken most often, or why designs do not run."""
    broken = Counter(text for each in results for text in each.broken)
    problems = Counter(each.problem for each in results if each.problem)
    if broken:
        text, times = broken.most_common(1)[0]
        return f"{text} is broken by {times} of {len(results)}"
    return problems.most_common(1)[0][0] if problems else "there are no points"
