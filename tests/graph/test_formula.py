"""Expressions: the value, the symbols and the numbers say the same, with no more brackets than needed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.graph.formula import WRITTEN, Expression, constant, quantity
from designer.graph.tensor import TensorSpec
from tests.arithmetic import evaluate

A, B, C = quantity("a", 6), quantity("b", 3), quantity("c", 2)


@pytest.mark.parametrize(
    ("expression", "symbols", "numbers", "value"),
    [
        (A * B + C, "a·b + c", "6·3 + 2", 20),
        ((A + B) * C, "(a + b)·c", "(6 + 3)·2", 18),
        (C * (A + B), "c·(a + b)", "2·(6 + 3)", 18),
        (A - (B + C), "a − (b + c)", "6 − (3 + 2)", 1),
        (A - B - C, "a − b − c", "6 − 3 − 2", 1),
        (A // B * C, "(a/b)·c", "(6/3)·2", 4),
        (A // (B * C), "a/(b·c)", "6/(3·2)", 1),
        ((A + B) ** 2, "(a + b)²", "(6 + 3)²", 81),
        (A**10, "a¹⁰", "6¹⁰", 60466176),
        (WRITTEN.product(None, A, None, constant(1000)), "a·1\u202f000", "6·1\u202f000", 6000),
    ],
)
def test_by_hand(expression: Expression, symbols: str, numbers: str, value: int) -> None:
    assert (expression.symbols, expression.numbers, expression.value) == (symbols, numbers, value)


def test_the_line_that_people_read() -> None:
    assert (
        WRITTEN.product(quantity("k", 3) ** 2, quantity("C", 144), quantity("H", 56), quantity("W", 56)).line("MACs")
        == "k²·C·H·W = 3²·144·56·56 = 4\u202f064\u202f256 MACs"
    )


def test_a_line_does_not_say_the_same_number_twice() -> None:
    assert quantity("F'", 10).line("operations") == "F' = 10 operations"


LEAVES = st.integers(1, 5000).map(lambda value: quantity("q", value))
TREES = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.tuples(parts, parts).map(lambda pair: pair[0] + pair[1]),
        st.tuples(parts, parts).map(lambda pair: pair[0] - pair[1]),
        st.tuples(parts, parts).map(lambda pair: pair[0] * pair[1]),
        st.tuples(parts, LEAVES).map(lambda pair: pair[0] * pair[1] // pair[1]),
        parts.map(lambda part: part**2),
    ),
    max_leaves=8,
)


@given(TREES)
def test_any_expression_reads_as_its_value(expression: Expression) -> None:
    assert evaluate(expression.numbers) == expression.value


@pytest.mark.parametrize(
    ("shape", "symbols"),
    [((1, 3, 4, 5), "C·H·W"), ((2, 3, 4, 5), "N·C·H·W"), ((1, 7), "F"), ((2, 7), "N·F")],
)
def test_elements_of_a_tensor(shape: tuple[int, ...], symbols: str) -> None:
    spec = TensorSpec(shape)
    assert WRITTEN.elements(spec).symbols == symbols
    assert WRITTEN.elements(spec).value == spec.elements


def test_the_outputs_sides_are_marked_where_they_differ() -> None:
    x = TensorSpec((1, 3, 8, 8))
    assert WRITTEN.sides_mark(x, x.with_channels(5)) == ""
    assert WRITTEN.sides_mark(x, x.with_sides(4, 8)) == "'"
