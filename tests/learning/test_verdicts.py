"""What may be claimed of a race, and what records of learning say."""

from __future__ import annotations

import json

import pytest

from designer.errors import ParameterError
from designer.learning.overfit import Fault, Finding, OverfitReport
from designer.learning.plan import LearningPlan
from designer.learning.race import LearningVerdict, Racer, RaceReport, Run, compared
from designer.learning.scores import ScoreReport, Scores


def racer(name: str, losses: list[float], broke_at: int | None = None) -> Racer:
    runs = [Run(seed, (0, 5), (2.0, loss), (2.0, loss), (0.1, 0.5)) for seed, loss in enumerate(losses)]
    if broke_at is not None:
        runs[1] = Run(1, (0,), (2.0,), (2.0,), (0.1,), broke_at)
    return Racer(name, 10, 20, tuple(runs))


def test_eight_seeds_that_agree_make_a_claim_and_seven_do_not() -> None:
    slow, quick = [1.5 + seed / 10 for seed in range(8)], [1.4 + seed / 10 for seed in range(8)]
    faster = compared(racer("a", slow), racer("b", quick))
    assert faster.verdict is LearningVerdict.FASTER
    assert faster.difference == pytest.approx(-0.05)  # half of 0.1: the run begins at one loss
    assert compared(racer("b", quick), racer("a", slow)).verdict is LearningVerdict.SLOWER
    few = compared(racer("a", slow[:7]), racer("b", quick[:7]))
    assert few.verdict is LearningVerdict.NO_DIFFERENCE
    assert "a claim takes 8 seeds" in few.sentence


def test_one_seed_that_disagrees_in_eight_unmakes_the_claim() -> None:
    slow, quick = [1.5] * 8, [*[1.4] * 7, 1.6]
    assert compared(racer("a", slow), racer("b", quick)).verdict is LearningVerdict.NO_DIFFERENCE


def test_a_run_whose_loss_broke_is_named_and_not_compared() -> None:
    against = compared(racer("a", [1.5] * 8), racer("b", [1.0] * 8, broke_at=3))
    assert against.verdict is LearningVerdict.NO_DIFFERENCE
    assert against.difference is None
    assert "the loss of b became no number with seed 1 at step 3" in against.sentence


def test_bands_go_as_far_as_every_seed() -> None:
    band = racer("a", [1.0, 2.0, 6.0]).held_out_band
    assert (band.steps, band.low[1], band.median[1], band.high[1]) == ((0, 5), 1.0, 2.0, 6.0)
    assert racer("a", [1.0, 2.0], broke_at=1).held_out_band.steps == (0,)


def test_reports_cross_as_json() -> None:
    report = RaceReport("shapes", ("disc", "ring"), (racer("a", [1.0]), racer("b", [1.1])))
    assert RaceReport.from_data(json.loads(json.dumps(report.to_data()))) == report
    finding = Finding(("block", "conv"), Fault.ZERO, 1)
    overfit = OverfitReport("a", "shapes", 8, 2, 200, (1.8, 1.7), False, (finding,))
    assert OverfitReport.from_data(json.loads(json.dumps(overfit.to_data()))) == overfit
    assert finding.sentence == "block.conv gets a gradient of zero (step 1)"


def test_ranks_share_a_place_and_leave_out_what_is_unknown() -> None:
    report = ScoreReport("shapes", (Scores("a", 5, 1, 2.0, None, 1.0), Scores("b", 5, 3, 4.0, 1.0, None)))
    assert report.ranks("parameters") == (1, 1)
    assert report.ranks("macs") == (2, 1)
    assert report.ranks("jacob_cov") == (None, 1)
    assert "parameters reached 0.53 and 0.62" in report.finding


@pytest.mark.parametrize(
    ("name", "plan"),
    [("difficulty", {"difficulty": 2.0}), ("batch", {"batch": 1}), ("seeds", {"seeds": 0}), ("data", {"data": " "})],
)
def test_a_plan_out_of_range_is_refused_by_name(name: str, plan: dict[str, object]) -> None:
    with pytest.raises(ParameterError, match=name):
        LearningPlan(**plan)  # type: ignore[arg-type]
