"""Numbers as people type and paste them: groups of three set apart by any kind of space, a comma for the point.

What may mean two numbers is refused, and the words say how each is written.
"""

from __future__ import annotations

import re

_GROUPS = re.compile(r"(?<=\d)[\s_](?=\d{3}(?!\d))")
"""A space (thin, narrow, no-break or common) or an underscore before three digits: that of thousands."""
_THOUSANDS_OR_FRACTION = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}")


def whole_number(text: str) -> int:
    """The whole number a text stands for.

    Raises:
        ValueError: It stands for none, or may stand for one of two; the message says so of the text.
    """
    word = _plain(text)
    if _THOUSANDS_OR_FRACTION.fullmatch(word):
        raise ValueError(f"'{text}' may mean {_joined(word)} or {word.replace(',', '.')}; write {_joined(word)}")
    try:
        return int(word)
    except ValueError:
        raise ValueError(f"'{text}' is not a whole number") from None


def real_number(text: str) -> float:
    """The number a text stands for; a comma is the point, except where it may set thousands apart.

    Raises:
        ValueError: It stands for none, or may stand for one of two; the message says so of the text.
    """
    word = _plain(text)
    found = _THOUSANDS_OR_FRACTION.fullmatch(word)
    if found is not None and found[1] == ",":
        point = word.replace(",", ".")
        raise ValueError(f"'{text}' may mean {_joined(word)} or {point}; write one of these")
    try:
        return float(word if "." in word else word.replace(",", ".", 1))
    except ValueError:
        raise ValueError(f"'{text}' is not a number") from None


def _plain(text: str) -> str:
    return _GROUPS.sub("", text.strip()).replace("\N{MINUS SIGN}", "-")


def _joined(word: str) -> str:
    return word.replace(".", "").replace(",", "")
