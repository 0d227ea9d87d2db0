"""Whether designs learn: one batch by heart, or a short race of several; no number here is an accuracy."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from designer.commands.console import DONE, PROBLEMS, add_json, design_of, print_json, say
from designer.errors import DesignerError
from designer.learning.plan import LearningPlan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from designer.graph.design import Design
    from designer.learning.race import Racer
    from designer.learning.scores import ScoreReport

_TOLD_EVERY_S = 0.2
_DEFAULTS = LearningPlan()


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="designs; the first is the one to beat")
    parser.add_argument(
        "--data", default=_DEFAULTS.data, metavar="shapes|digits|FOLDER", help="a folder has one of pictures a class"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--overfit", action="store_true", help="learn one batch by heart, and say where it fails")
    what.add_argument("--scores", action="store_true", help="synflow, jacob_cov and ZiCo as ranks; nothing is trained")
    parser.add_argument("--seconds", type=float, default=_DEFAULTS.seconds, metavar="N", help="of a race in all; 60")
    parser.add_argument("--steps", type=int, metavar="N", help="of each run, in the place of seconds; 200 of --overfit")
    parser.add_argument(
        "--seeds", type=int, default=_DEFAULTS.seeds, metavar="N", help="runs a design; a claim takes 8"
    )
    parser.add_argument("--difficulty", type=float, default=_DEFAULTS.difficulty, metavar="0…1", help="of shapes; 0.3")
    parser.add_argument("--batch", type=int, default=_DEFAULTS.batch, metavar="N", help="pictures a step; 32")
    parser.add_argument(
        "--learning-rate", type=float, default=_DEFAULTS.learning_rate, metavar="R", help="Adam's; 0.001"
    )
    parser.add_argument("--device", default=_DEFAULTS.device, metavar="NAME", help="cpu, cuda:0 …; cpu")
    parser.add_argument("--keep", action="store_true", help="put the first seed's weights beside each design")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status: 1 where one batch is not learnt, or a loss became no number."""
    plan = LearningPlan(
        options.data,
        options.difficulty,
        options.batch,
        options.learning_rate,
        options.seconds,
        options.steps,
        options.seeds,
        options.device,
    )
    if options.keep and (options.overfit or options.scores):
        raise DesignerError("--keep is for a race, whose weights have learnt something; leave it out here")
    designs = [design_of(file) for file in options.files]
    if options.overfit:
        return _overfit(options, designs, plan)
    return _scored(options, designs, plan) if options.scores else _raced(options, designs, plan)


def _overfit(options: argparse.Namespace, designs: Sequence[Design], plan: LearningPlan) -> int:
    from designer.runtime.learning.overfitting import overfits_one_batch

    with _Line() as line:
        reports = [overfits_one_batch(each, plan, progress=line.tell) for each in designs]
    status = DONE if all(each.is_learnt for each in reports) else PROBLEMS
    if options.json:
        print_json({"overfit": [each.to_data() for each in reports]})
        return status
    for report in reports:
        print(report.sentence)
        for finding in report.findings:
            print(f"    {finding.sentence}")
    return status


def _scored(options: argparse.Namespace, designs: Sequence[Design], plan: LearningPlan) -> int:
    from designer.runtime.learning.zero_cost import zero_cost_scores

    with _Line() as line:
        report = zero_cost_scores(designs, plan, progress=line.tell)
    if options.json:
        print_json(report.to_data())
    else:
        _print_scores(report)
    return DONE


def _print_scores(report: ScoreReport) -> None:
    from designer.learning.scores import AGREEMENTS

    ranks = [report.ranks(column) for column in AGREEMENTS]
    rows = [["", *AGREEMENTS]]
    for place, scores in enumerate(report.scores):
        cells = [_cell(scores.value(name), ranks[index][place]) for index, name in enumerate(AGREEMENTS)]
        rows.append([scores.design, *cells])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)))
    print("In brackets the rank, 1 for the largest number. synflow is its decimal logarithm.")
    print(report.finding)


def _cell(value: float | None, rank: int | None) -> str:
    if value is None:
        return "none"
    return f"{value} ({rank})" if isinstance(value, int) else f"{value:.4g} ({rank})"


def _raced(options: argparse.Namespace, designs: Sequence[Design], plan: LearningPlan) -> int:
    from designer.files.outputs import refuse_loss
    from designer.files.sidecar import ENDING, weights_beside
    from designer.runtime.learning.racing import race

    places = [weights_beside(file) for file in options.files] if options.keep else []
    for place, file in zip(places, options.files, strict=False):
        refuse_loss(place, (ENDING,), [file])
    with _Line() as line:
        report = race(designs, plan, keep=places, progress=lambda share, text, _: line.tell(share, text))
    status = PROBLEMS if any(each.broken for each in report.racers) else DONE
    if options.json:
        print_json(report.to_data())
        return status
    print(f"{report.data}; {len(report.classes)} classes; {report.seconds:.0f} s")
    for racer in report.racers:
        print(_racer_line(racer))
    for comparison in report.comparisons:
        print(comparison.sentence)
    if report.comparisons:
        print(report.statistic)
    if report.warning:
        say(report.warning)
    return status


def _racer_line(racer: Racer) -> str:
    from designer.wording import plural

    band, right = racer.held_out_band, racer.right_band
    if racer.broken is not None:
        return (
            f"{racer.design}: its loss became no number with seed {racer.broken.seed} at step {racer.broken.broke_at}"
        )
    return (
        f"{racer.design}: held-out loss {band.median[0]:.3g} → {band.median[-1]:.3g} "
        f"({band.low[-1]:.3g} to {band.high[-1]:.3g} over {plural(len(racer.runs), 'seed')}), "
        f"{right.median[-1]:.0%} of held-out pictures right after {band.steps[-1]} steps"
    )


class _Line:
    """A line on a terminal that says how far it is; nothing where nobody watches."""

    def __init__(self) -> None:
        self._told, self._is_watched = 0.0, sys.stderr.isatty()

    def __enter__(self) -> _Line:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_watched and self._told:
            sys.stderr.write("\n")

    def tell(self, share: float, text: str) -> None:
        """Say how far it is, a few times a second."""
        now = time.monotonic()
        if self._is_watched and now - self._told >= _TOLD_EVERY_S:
            self._told = now
            sys.stderr.write(f"\r{share:4.0%}  {text}    ")
            sys.stderr.flush()
