"""The table of a comparison: figures as each design's own, ratios, best, latency, budgets."""

from __future__ import annotations

import pytest
from hypothesis import given

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.compare import (
    LATENCY,
    Comparison,
    Row,
    budget_keys,
    compare,
    parse_budget,
)
from designer.analysis.measured import Latency
from designer.errors import ParameterError
from designer.graph.design import Design
from designer.templates.networks import template
from designer.timing.statistics import PairedRatio, Verdict
from tests.sound_designs import sound_designs

TIME_PER_MAC = "time_per_mac_s"


def of(key: str, **settings: object) -> Analysis:
    return analyse(template(key).build(**settings))


@pytest.fixture(scope="module")
def blocks() -> list[Analysis]:
    """The three of the drawing in the issue: separable, t = 6, t = 4 with k = 5."""
    return [of("separable"), of("bottleneck"), of("bottleneck", expansion=4.0, kernel=5)]


def row(comparison: Comparison, key: str) -> Row:
    (found,) = [row for row in comparison.rows if row.key == key]
    return found


@given(sound_designs(), sound_designs())
def test_figures_are_those_of_each_design_alone(first, second):
    together = compare([analyse(first), analyse(second)])

    for index, design in enumerate((first, second)):
        totals = analyse(design).totals
        for key in ("parameters", "macs", "flops", "weight_bytes", "peak_activation_bytes"):
            assert row(together, key).values[index] == getattr(totals, key)
        alone = compare([analyse(design)])
        assert [each.values[index] for each in together.rows] == [each.values[0] for each in alone.rows]


def test_ratios_are_to_the_chosen_baseline(blocks):
    to_first, to_second = compare(blocks), compare(blocks, baseline=1)

    assert row(to_first, "macs").ratios[0] == 1.0
    assert row(to_second, "macs").ratios[1] == 1.0
    first, second = row(to_first, "macs").values[:2]
    assert first is not None
    assert second is not None
    assert row(to_second, "macs").ratios[0] == first / second
    assert to_second.baseline == 1
    assert row(to_first, "macs").best == row(to_second, "macs").best == 0


def test_residual_and_depthwise_filters_read_as_words(blocks):
    table = compare(blocks)

    assert row(table, "residual").texts == ("no", "yes", "yes")
    assert row(table, "residual").ratios == (None, None, None)
    assert row(table, "residual").best is None
    assert row(table, "depthwise_filters").texts == ("24 (= input)", "144 (free)", "96 (free)")


def test_what_is_unknown_reads_so_and_is_never_the_best():
    cut = analyse(Design.build("cut", template("bottleneck").build().nodes.values(), []))
    table = compare([cut, of("bottleneck")], {1: 0.001})

    for key in ("parameters", "residual", "depthwise_filters", LATENCY, TIME_PER_MAC):
        assert row(table, key).values[0] is None
        assert row(table, key).texts[0] == "–"
        assert row(table, key).best is None


def test_no_latency_no_rows_of_it(blocks):
    assert not {LATENCY, TIME_PER_MAC} & {each.key for each in compare(blocks).rows}


def test_time_per_mac_is_latency_by_macs(blocks):
    table = compare(blocks, {0: 0.11e-3, 1: 0.61e-3})
    macs = row(table, "macs").values
    rates = row(table, TIME_PER_MAC)

    assert macs[0] is not None
    assert rates.values[0] == 0.11e-3 / macs[0]
    assert rates.values[1] == 0.61e-3 / (macs[1] or 0)
    assert rates.values[2] is None
    assert rates.texts[0] == f"{0.11e-3 / macs[0] * 1e12:.3g}\u202fps/MAC"
    slow = row(compare(blocks[:1], {0: 7.26e-9 * macs[0]}), TIME_PER_MAC)
    assert slow.texts[0] == "7.26\u202fns/MAC", "a unit that fits, and no prefix before a prefix"
    assert rates.best == 1
    assert row(table, LATENCY).best == 0


def test_a_paired_latency_has_its_interval_and_verdict(blocks):
    pair = PairedRatio(5.4, 5.2, 5.7, 40, Verdict.SLOWER)
    table = compare(blocks[:2], {0: Latency(0.11e-3, 0.10e-3, 0.12e-3), 1: Latency(0.61e-3, paired=pair)})
    latency = row(table, LATENCY)

    assert latency.ratios[1] == 5.4
    assert latency.notes == ("", "×5.40 [5.2, 5.7] slower")
    assert latency.texts[0].startswith("0.11\u202fms ±0.01")
    assert latency.best == 0


@pytest.mark.parametrize("quicker", [0, 1])
def test_no_latency_is_best_where_no_difference_may_be_claimed(blocks, quicker):
    pair = PairedRatio(0.99, 0.9, 1.1, 40, Verdict.NO_DIFFERENCE)
    times = {quicker: 1.0e-3, 1 - quicker: 1.1e-3}
    table = compare(blocks[:2], {0: Latency(times[0]), 1: Latency(times[1], paired=pair)})

    assert row(table, LATENCY).best is None


def test_of_too_few_rounds_nothing_is_best_and_one_is_no_spread(blocks):
    once, often = (Latency(0.5e-3, 0.5e-3, 0.5e-3, rounds=1), Latency(0.9e-3, 0.8e-3, 1.0e-3, rounds=12))
    latency = row(compare(blocks[:2], {0: once, 1: often}), LATENCY)
    assert latency.best is None
    assert latency.texts[0] == "0.500\u202fms, 1 round"
    many = Latency(0.5e-3, 0.4e-3, 0.6e-3, rounds=12)
    assert row(compare(blocks[:2], {0: many, 1: often}), LATENCY).best == 0


def test_one_pair_has_no_interval(blocks):
    pair = PairedRatio(0.43, 0.43, 0.43, 1, Verdict.NO_DIFFERENCE)
    table = compare(blocks[:2], {0: Latency(1.0e-3), 1: Latency(0.43e-3, paired=pair)})
    assert row(table, LATENCY).notes[1] == "×0.430 (1 pair) no difference you can claim"


def test_a_broken_budget_is_marked_where_it_breaks(blocks):
    parameters = row(compare(blocks), "parameters").values
    assert parameters[2] is not None
    table = compare(blocks, budgets={"parameters": parameters[2], "macs": 1e12})

    assert row(table, "parameters").broken == (False, True, False)
    assert row(table, "parameters").limit == parameters[2]
    assert row(table, "macs").broken == (False, False, False)
    assert row(table, "flops").broken == ()
    assert not table.holds_budgets
    assert compare(blocks, budgets={"macs": 1e12}).holds_budgets
    assert compare(blocks).holds_budgets


def test_what_is_not_known_holds_no_budget(blocks):
    table = compare(blocks, {0: 0.001}, budgets={LATENCY: 1.0})
    unmeasured = compare(blocks, budgets={LATENCY: 1.0})

    assert row(table, LATENCY).broken == (False, False, False)
    assert not table.holds_budgets
    assert not unmeasured.holds_budgets


def test_budgets_are_typed_as_name_and_value():
    assert parse_budget("parameters=3.5e6") == ("parameters", 3.5e6)
    assert parse_budget(" macs = 300e6 ") == ("macs", 300e6)
    for key in budget_keys():
        assert parse_budget(f"{key}=1") == (key, 1.0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("parameters", "NAME=VALUE"),
        ("paramters=3", "did you mean 'parameters'"),
        ("residual=1", "no such figure"),
        ("macs=", "no limit"),
        ("macs=nan", "no limit"),
        ("macs=-1", "no limit"),
        ("macs=inf", "no limit"),
        ("macs=300M", "no limit"),
    ],
)
def test_what_is_no_budget_is_refused(text, reason):
    with pytest.raises(ParameterError, match=reason):
        parse_budget(text)


def test_a_budget_for_no_row_is_refused(blocks):
    with pytest.raises(ParameterError, match="no such figure"):
        compare(blocks, budgets={"colour": 1.0})
