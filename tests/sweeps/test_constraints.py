"""Sentences a sweep keeps to: what they mean, held against Python's own meaning of the words, and what is refused."""

from __future__ import annotations

import pytest

from designer.errors import ParameterError
from designer.sweeps.constraints import Value, constraint

KNOWN = frozenset(
    ("parameters", "macs", "c3", "c4", "stem.activation", "latency_s", "fits.small", "fits.large", "fits.other")
)
VALUES: dict[str, Value | None] = {
    "parameters": 3e6,
    "macs": 300e6,
    "c3": 32,
    "c4": 64,
    "stem.activation": "ReLU6",
    "latency_s": None,
    "fits.small": False,
    "fits.large": True,
    "fits.other": None,
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("parameters=3.5e6", True),
        ("parameters = 2.5e6", False),
        ("parameters <= 3e6", True),
        ("c3 <= c4", True),
        ("c4 < c3", False),
        ("c4 == 2 * c3", True),
        ("c3 < c4 < 100 and macs / parameters <= 100", True),
        ("not c3 < c4", False),
        ("c3 > c4 or stem.activation == 'ReLU6'", True),
        ("-c3 < 0", True),
        ("latency_s <= 0.01", None),
        ("c3 / (c4 - 64) < 1", None),
        ("stem.activation < 3", None),
        ("fits.large", True),
        ("fits.small", False),
        ("fits.other", None),
        ("fits.large and not fits.small", True),
        ("fits.small or c3 < c4", True),
    ],
)
def test_means_what_it_says(text: str, holds: bool | None) -> None:
    assert constraint(text, KNOWN).holds(VALUES) is holds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no sentence"),
        ("parameters <=", "no sentence"),
        ("paramters <= 3", "did you mean 'parameters'"),
        ("fits.smal", "no target to fit 'fits.smal' .did you mean 'fits.small'"),
        ("parameters", "it takes comparisons"),
        ("__import__('os').system('true') == 0", "it takes comparisons"),
        ("c3 ** c4 < 3", "it takes comparisons"),
        ("[c3] == [c4]", "it takes comparisons"),
        ("(lambda: 1)() < c3", "it takes comparisons"),
        ("c3", "it takes comparisons"),
        ("c3 <= " + "1 + " * 150 + "1", "it takes comparisons"),
        ("c3 <= " + "(" * 400 + "1" + ")" * 400, "no sentence"),
        ("c3 <= 1" + "0" * 2000, "no sentence"),
    ],
)
def test_what_is_no_sentence_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        constraint(text, KNOWN)
