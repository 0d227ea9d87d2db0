"""Numbers as people read them; every expected text is worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer import wording


def plain(text: str) -> str:
    """The text with its thin spaces as ordinary ones, so that the tables below can be read."""
    return text.replace(wording.THIN_SPACE, " ")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (792, "792"), (1000, "1 000"), (3504872, "3 504 872"), (-8208, "−8 208"), (None, "–")],
)
def test_a_count_keeps_every_digit(value: int | None, text: str) -> None:
    assert plain(wording.count(value)) == text


def test_thousands_stand_apart_by_a_narrow_no_break_space() -> None:
    assert wording.count(3504872) == "3\u202f504\u202f872"


@given(st.integers(min_value=-(10**18), max_value=10**18))
def test_a_count_can_be_read_back(value: int) -> None:
    assert int(wording.count(value).replace("\u202f", "").replace("\u2212", "-")) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1000, "1.00 k"),
        (8208, "8.21 k"),
        (25690112, "25.7 M"),
        (300774272, "301 M"),
        (999499, "999 k"),
        (999500, "1.00 M"),
        (999_999_999, "1.00 G"),
        (4_089_184_256, "4.09 G"),
        (-25690112, "−25.7 M"),
        (0.5, "0.500"),
        (10**21, "1 000 E"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "–"),
        (None, "–"),
    ],
)
def test_a_short_number_has_three_digits_and_a_prefix(value: float | None, text: str) -> None:
    assert plain(wording.short(value)) == text


@given(st.integers(min_value=0, max_value=10**20))
def test_a_short_number_is_right_within_half_its_last_digit(value: int) -> None:
    number, _, prefix = plain(wording.short(value)).partition(" ")
    read = float(number) * 1000 ** ["", "k", "M", "G", "T", "P", "E"].index(prefix)
    assert read == pytest.approx(value, rel=0.005001)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 B"),
        (512, "512 B"),
        (14_019_488, "14.0 MB"),
        (3_612_672, "3.61 MB"),
        (1000, "1.00 kB"),
        (2.5e12, "2.50 TB"),
        (None, "–"),
    ],
)
def test_bytes_count_in_thousands(value: float | None, text: str) -> None:
    assert plain(wording.memory(value)) == text


@pytest.mark.parametrize(
    ("median", "low", "high", "text"),
    [
        (0.61, 0.59, 0.62, "0.61 ms ±0.02"),
        (0.612, None, None, "0.612 ms"),
        (12.3456, 12.3, 12.4, "12.35 ms ±0.05"),
        (12.3456, 12.34559, 12.34561, "12.35 ms ±<0.01"),
        (12.3456, 12.339, 12.350, "12.35 ms ±0.01"),
        (7.5, 7.5, 7.5, "7.50 ms ±<0.01"),
        (1234.5, 1234.4, 1234.7, "1 234 ms ±<1"),
        (0.0123, 0.0121, 0.0126, "0.0123 ms ±0.0003"),
        (1234.5, 1200, 1290, "1 234 ms ±56"),
        (3.0, 1.0, 9.0, "3 ms ±6"),
        (0.0, None, None, "0 ms"),
        (math.nan, 0.0, 1.0, "–"),
        (None, None, None, "–"),
    ],
)
def test_a_time_carries_its_spread(median: float | None, low: float | None, high: float | None, text: str) -> None:
    assert plain(wording.milliseconds(median, low, high)) == text


def test_one_round_has_no_spread_and_is_said() -> None:
    assert plain(wording.milliseconds(51.4, 51.4, 51.4, rounds=1)) == "51.4 ms, 1 round"
    assert plain(wording.milliseconds(51.4, 51.3, 51.5, rounds=2)) == "51.4 ms ±0.1"
    assert wording.ratio_interval(0.98, 0.98, pairs=1) == "(1 pair)"
    assert wording.ratio_interval(0.97, 1.02, pairs=2) == wording.ratio_interval(0.97, 1.02) == "[0.97, 1.02]"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "×1.00"),
        (10.3636, "×10.4"),
        (8.848, "×8.85"),
        (0.0965, "×0.0965"),
        (1234.0, "×1 234"),
        (math.inf, "–"),
        (None, "–"),
    ],
)
def test_a_ratio_says_times(value: float | None, text: str) -> None:
    assert plain(wording.ratio(value)) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.1234, "12.3 %"),
        (1.0, "100 %"),
        (0.00001, "<0.1 %"),
        (-0.25, "−25 %"),
        (math.nan, "–"),
        (None, "–"),
    ],
)
def test_a_share_is_a_percentage(share: float | None, text: str) -> None:
    assert plain(wording.percentage(share)) == text


def test_a_difference_always_has_its_sign() -> None:
    assert plain(wording.signed(1200)) == "+1.20 k"
    assert plain(wording.signed(-3504, wording.count)) == "−3 504"
    assert plain(wording.signed(0)) == "±0"
    assert plain(wording.signed(-1_500_000, wording.memory)) == "−1.50 MB"
    assert wording.signed(None) == "–"


def test_a_noun_follows_its_number() -> None:
    assert wording.plural(1, "node") == "1 node"
    assert plain(wording.plural(1500, "node")) == "1 500 nodes"
    assert wording.plural(2, "box", "boxes") == "2 boxes"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (7.26e-9, "7.26 ns"),
        (9.3e-11, "93.0 ps"),
        (0.36, "360 ms"),
        (0.9996, "1.00 s"),
        (2.5e-6, "2.50 µs"),
        (90.0, "90.0 s"),
        (0.0, "0 s"),
        (None, "–"),
        (math.inf, "–"),
    ],
)
def test_a_time_of_any_size_has_the_unit_that_fits(seconds: float | None, text: str) -> None:
    assert plain(wording.duration(seconds)) == text


@pytest.mark.parametrize(
    ("start", "step", "texts"),
    [
        (3_499_600, 400, ["3.4996 M", "3.5000 M", "3.5004 M"]),
        (0, 500_000, ["0.0 M", "0.5 M", "1.0 M"]),
        (0, 2, ["0", "2", "4"]),
    ],
)
def test_ticks_have_one_prefix_and_as_many_digits_as_their_step_needs(start: int, step: int, texts: list[str]) -> None:
    assert [plain(text) for text in wording.ticks([start + i * step for i in range(3)], step)] == texts


@given(
    st.integers(0, 10**6),
    st.sampled_from([1.0, 2.0, 2.5, 5.0]),
    st.integers(-9, 9),
    st.sampled_from(["", "B"]),
    st.booleans(),
)
def test_no_two_ticks_of_an_axis_read_the_same(
    first: int, step: float, power: int, unit: str, has_prefix: bool
) -> None:
    apart = step * 10.0**power
    values = [(first + i) * apart for i in range(6)]
    texts = wording.ticks(values, apart, unit) if has_prefix else wording.plain_ticks(values, apart, "ms")
    assert len(set(texts)) == len(values), texts


def test_between_whole_numbers_and_below_nothing_no_tick_says_anything() -> None:
    assert wording.whole_ticks([0, 0.5, 1, 1.5, 2]) == ["0", "", "1", "", "2"]
    assert wording.ticks([-1.0, 0.0, 1.0], 1.0)[0] == ""
