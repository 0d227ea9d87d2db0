"""The order of rows as a person chose it: moved among those that are seen, hidden, sorted, with budgets."""

from __future__ import annotations

import pytest

from designer.analysis.compare import Row
from designer.ui.compare.row_order import RowOrder


def row(key: str, *ratios: float | None) -> Row:
    return Row(key, key, "", (1,) * len(ratios), ("1",) * len(ratios), ratios, None)


ROWS = [row("a", 1.0, 0.5), row("b", 1.0, None), row("c", 1.0, 3.0), row("d", 1.0, 2.0)]


def keys(order: RowOrder) -> str:
    return "".join(each.key for each in order.of(ROWS))


def test_nothing_chosen_is_the_tables_own_order() -> None:
    assert keys(RowOrder()) == "abcd"


@pytest.mark.parametrize(
    ("key", "by", "moved"), [("b", -1, "bacd"), ("b", 1, "acbd"), ("a", -1, "abcd"), ("d", 5, "abcd"), ("a", 9, "bcda")]
)
def test_a_row_moves_as_far_as_there_are_rows(key: str, by: int, moved: str) -> None:
    assert keys(RowOrder().move(key, by, ROWS)) == moved


def test_a_row_moves_past_those_that_are_seen() -> None:
    assert keys(RowOrder().hide("b").move("c", -1, ROWS)) == "cad", "one step is past a, for b is not seen"


def test_the_most_times_the_baseline_come_first_and_what_has_no_ratio_last() -> None:
    assert keys(RowOrder().sort(1, ROWS)) == "cdab"
    more = [*ROWS, row("none", 1.0, 0.0)]
    assert [each.key for each in RowOrder().sort(1, more).of(more)] == ["c", "d", "a", "none", "b"]
    assert keys(RowOrder().move("d", -3, ROWS).sort(0, ROWS)) == "dabc", "what is alike keeps its order"


def test_a_row_that_is_new_stands_below_those_that_were_ordered() -> None:
    order = RowOrder().move("d", -3, ROWS)
    assert [each.key for each in order.of([row("new"), *ROWS])] == ["d", "a", "b", "c", "new"]


def test_a_row_that_is_gone_is_no_trouble() -> None:
    assert [each.key for each in RowOrder().move("d", -3, ROWS).of(ROWS[:2])] == ["a", "b"]


def test_all_rows_come_back_and_budgets_stay() -> None:
    order = RowOrder().with_budget("a", 5.0).hide("a").move("d", -2, ROWS).all_rows()
    assert keys(order) == "abcd"
    assert dict(order.budgets) == {"a": 5.0}


def test_a_budget_is_set_changed_and_taken_away() -> None:
    order = RowOrder().with_budget("a", 5.0).with_budget("b", 6.0).with_budget("a", 7.0)
    assert dict(order.budgets) == {"a": 7.0, "b": 6.0}
    assert dict(order.with_budget("a", None).budgets) == {"b": 6.0}
