"""Walks: the grid in order, points drawn without one twice, a search that finds the front, sizes that are refused."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import analyse
from designer.errors import ParameterError
from designer.graph.design import Design
from designer.sweeps import search
from designer.sweeps.charts import on_the_front
from designer.sweeps.counting import Counting
from designer.sweeps.objective import read_objectives
from designer.sweeps.plan import Plan, Way
from designer.sweeps.result import Result
from designer.sweeps.run import Here, sweep
from designer.sweeps.space import Point, Space, space_of
from designer.sweeps.walks import at_random, grid
from designer.targets.profile_files import target
from designer.targets.verdict import Fits, verdict_of
from designer.templates.networks import template


@pytest.fixture(scope="module")
def design() -> Design:
    return template("mobilenet_v2").build(width=0.25, resolution=32)


def space(design: Design, values: str = "1..6") -> Space:
    return space_of(design, [(f"bottleneck_{n}.expansion", values) for n in (6, 9, 12)])


def test_a_grid_visits_every_point_once(design: Design) -> None:
    walk = grid(space(design))
    seen: list[Point] = []
    while points := walk.ask(50):
        seen += points
    assert len(seen) == len(set(seen)) == walk.total == 216


def test_drawn_points_differ_and_follow_from_the_seed(design: Design) -> None:
    drawn = [at_random(space(design), 40, seed).ask(100) for seed in (1, 1, 2)]
    assert len(set(drawn[0])) == 40
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(at_random(space(design), 1000).ask(1000)) == 216


def test_a_grid_of_a_million_millions_is_refused_with_its_count(design: Design) -> None:
    vast = space(design, "1..5 step 0.0005")
    assert vast.size > 10**11
    with pytest.raises(ParameterError, match=r"512.192.024.001 points.*search for the front"):
        grid(vast)
    assert len(at_random(vast, 5).ask(9)) == 5


@pytest.mark.skipif(bool(search.why_not()), reason=search.why_not() or "none")
@pytest.mark.parametrize("sampler", search.SAMPLERS)
def test_a_search_finds_most_of_the_front_with_a_part_of_the_points(design: Design, sampler: str) -> None:
    whole, wanted = space(design), read_objectives(["macs", "max:parameters"])
    results = list(sweep(grid(whole), Here(Counting(whole, wanted)), None, {}))
    truth = {str(results[place].figures) for place in on_the_front(results, wanted)}
    found = list(
        sweep(
            Plan(("macs", "max:parameters"), Way.SEARCH, 150, sampler).walk(whole),
            Here(Counting(whole, wanted)),
            None,
            {},
        )
    )
    assert len(found) <= 150
    assert len({str(each.settings) for each in found}) == len(found), "no point is counted twice"
    best = {str(found[place].figures) for place in on_the_front(found, wanted)}
    assert len(best & truth) >= 0.5 * len(truth)


@pytest.mark.skipif(bool(search.why_not()), reason=search.why_not() or "none")
def test_a_search_keeps_to_the_constraints(design: Design) -> None:
    held = space(design).constrained(["bottleneck_6.expansion <= bottleneck_9.expansion"])
    found = list(sweep(Plan(("macs",), Way.SEARCH, 60).walk(held), Here(Counting(held)), None, {}))
    kept = [each for each in found if each.is_kept]
    assert kept
    assert len(kept) < len(found)
    for each in found:
        six, nine = (float(str(each.settings[f"bottleneck_{n}.expansion"])) for n in (6, 9))
        holds = six <= nine
        assert each.is_kept is holds


def test_without_the_package_a_search_says_what_brings_it(design: Design, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "find_spec", lambda name: None)
    with pytest.raises(ParameterError, match=r"bottleneck-designer\[search\]"):
        Plan(("macs",), Way.SEARCH, 60).walk(space(design))


@pytest.mark.parametrize("wanted", [(), ("macs",) * 2, ("mcas",), ("macs", "parameters", "weight_bytes", "depth")])
def test_what_is_no_objective_is_refused(design: Design, wanted: tuple[str, ...]) -> None:
    with pytest.raises(ParameterError):
        Plan(wanted).walk(space(design))


def test_a_cancel_keeps_what_was_found(design: Design) -> None:
    found: list[Result] = []
    whole = space(design)
    for result in sweep(grid(whole), Here(Counting(whole)), None, {}, is_cancelled=lambda: len(found) >= 64):
        found.append(result)
    assert len(found) == 64


def test_a_sweep_keeps_what_fits_a_target() -> None:
    microcontroller = target("microcontroller_256k")
    small = template("mobilenet_v2").build(width=0.25, resolution=32, classes=10)
    swept = space_of(
        small.constrained([f"fits.{microcontroller.key}"]),
        [("input.height", "32,96,160,224"), ("input.width", "32,96,160,224")],
    )
    results = list(sweep(grid(swept), Here(Counting(swept)), None, {}))
    assert len(results) == 16
    for point, result in zip(grid(swept).ask(16), results, strict=True):
        verdict = verdict_of(analyse(swept.design(point)), microcontroller).fits
        assert result.fits == ({} if verdict is Fits.UNKNOWN else {microcontroller.key: verdict is Fits.YES})
        assert result.is_kept == (verdict is not Fits.NO)
        assert Result.from_data(result.to_data()) == result
    assert {result.is_kept for result in results} == {True, False}
    with pytest.raises(ParameterError, match=r"did you mean .fits\.microcontroller_256k"):
        Counting(space_of(small.constrained(["fits.microcontroller_265k"]), [("input.height", "32,64")]))
