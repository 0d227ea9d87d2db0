"""Expressions: what they amount to against Python's own meaning, what is refused in words, and that no code runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.errors import ExpressionError
from designer.graph.arithmetic import Value, expression, require_known, round_channels

NAMES: dict[str, Value] = {"t": 6, "in": 24, "s": 2, "c": 24, "se": True, "v": 3, "act": "SiLU"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("t * in", 144),
        ("round8(0.35 * in)", 8),
        ("round_channels(t * in, 16)", 144),
        ("max(8, in // 4)", 8),
        ("in % 5 + 1", 5),
        ("-in + 30", 6),
        ('"SiLU" if v == 3 else "ReLU6"', "SiLU"),
        ("s == 1 and c == in", False),
        ("s == 2 or c != in", True),
        ("not se", False),
        ("1 < s <= 2", True),
        ("ceil(in / 7)", 4),
        ("floor(in / 7)", 3),
        ("abs(2 - t)", 4),
        ("min(t, in, 3)", 3),
        ("act == 'SiLU'", True),
        ("(in if s == 1 else c) / 2", 12),
    ],
)
def test_it_amounts_to_what_it_says(text: str, value: Value) -> None:
    assert expression(text).value(NAMES) == value


@given(st.floats(1, 4096), st.sampled_from([4, 8, 16]))
def test_rounded_channels_are_near_and_never_much_less(channels: float, divisor: int) -> None:
    rounded = round_channels(channels, divisor)
    assert rounded % divisor == 0
    assert rounded >= 0.9 * channels
    assert rounded <= max(divisor, channels + divisor)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("t *", "cannot be read"),
        ("", "cannot be read"),
        ("__import__('os').system('true')", "cannot be called"),
        ("open('x')", "'open' cannot be called"),
        ("roud8(t)", "did you mean 'round8'"),
        ("t ** in", "nothing more"),
        ("[t]", "nothing more"),
        ("t.real.__class__()", "cannot be called"),
        ("(lambda: 1)()", "cannot be called"),
        ("max(t)", "max takes 2 to 8 numbers"),
        ("round8(t, key=1)", "round8 takes 1 numbers"),
        ("None", "neither a number nor a word"),
        ("1j * t", "neither a number nor a word"),
        ("t+" * 150 + "t", "more than 200 parts"),
        ("(" * 400 + "t" + ")" * 400, "too long or too deep|cannot be read"),
        ("t" * 2000, "too long"),
        ("in = 3", "cannot be read"),
        ("1e999", "too large at letter 1"),
        ("-1e999 + in", "too large at letter 2"),
        ("9" * 400, "a number in it is too large"),
        ("  in + [1]", "nothing more at letter 6"),
        ("in + in in", "cannot be read at letter 9"),
    ],
)
def test_what_is_no_expression_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ExpressionError, match=words):
        expression(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("in / (s - 2)", "divides by zero"),
        ("in // (s - 2)", "divides by zero"),
        ("in % (s - 2)", "divides by zero"),
        ("1e300 * in * 1e300", "too large"),
        ("9007199254740992 * 2", "too large"),
        ("act * 2", "a word for a number"),
        ("act < 2", "a word for a number"),
    ],
)
def test_what_cannot_be_worked_out_says_why(text: str, words: str) -> None:
    with pytest.raises(ExpressionError, match=words):
        expression(text).value(NAMES)


def test_a_name_that_is_not_known_is_guessed() -> None:
    read = expression("expansoin * in")
    assert read.names == {"expansoin", "in"}
    with pytest.raises(ExpressionError, match=r"no parameter 'expansoin' \(did you mean 'expansion'"):
        require_known(read, {"expansion", "in"}, "parameter")


def test_in_quotes_a_word_is_a_word() -> None:
    assert expression('"in"').value({}) == "in"
    assert expression('"in" if in == 24 else "out"').value(NAMES) == "in"
    assert expression('"a*b//c" if t * in == 144 else "c"').in_numbers(NAMES) == '"a*b//c" if 6 × 24 == 144 else "c"'


def test_names_of_functions_are_no_names() -> None:
    assert expression("max(round8(t * in), s)").names == {"t", "in", "s"}


def test_an_expression_is_told_in_numbers() -> None:
    assert expression("t * in").in_numbers(NAMES) == "6 × 24"
    assert expression("round8(t * in) // s").in_numbers(NAMES) == "round8(6 × 24) ÷ 2"
