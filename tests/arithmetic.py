"""What a printed formula amounts to, worked out from its characters alone; nothing of the package is used."""

from __future__ import annotations

import re
from fractions import Fraction

_TOKEN = re.compile(r"[0-9\u202f]+|[⁰¹²³⁴⁵⁶⁷⁸⁹]+|[·/+−()]")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def evaluate(text: str) -> int:
    """The whole number a text such as ``3²·(144/2)·56 + 64`` stands for.

    Raises:
        ValueError: It is no formula of numbers, or it does not come out whole.
    """
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text.replace(" ", ""):
        raise ValueError(f"{text!r} holds more than numbers and signs")
    value, rest = _sum(tokens)
    if rest or value.denominator != 1:
        raise ValueError(f"{text!r} does not come out whole: {value}, then {rest}")
    return value.numerator


def _sum(tokens: list[str]) -> tuple[Fraction, list[str]]:
    value, rest = _product(tokens)
    while rest and rest[0] in "+−":
        sign, (term, after) = rest[0], _product(rest[1:])
        value, rest = value + term if sign == "+" else value - term, after
    return value, rest


def _product(tokens: list[str]) -> tuple[Fraction, list[str]]:
    value, rest = _power(tokens)
    while rest and rest[0] in "·/":
        sign, (factor, after) = rest[0], _power(rest[1:])
        value, rest = value * factor if sign == "·" else value / factor, after
    return value, rest


def _power(tokens: list[str]) -> tuple[Fraction, list[str]]:
    if not tokens:
        raise ValueError("a number is missing at the end")
    if tokens[0] == "(":
        value, rest = _sum(tokens[1:])
        if not rest or rest[0] != ")":
            raise ValueError("a bracket is not closed")
        rest = rest[1:]
    else:
        value, rest = Fraction(tokens[0].replace("\u202f", "")), tokens[1:]
    if rest and rest[0] in "⁰¹²³⁴⁵⁶⁷⁸⁹":
        return value ** int(rest[0].translate(_RAISED)), rest[1:]
    return value, rest
