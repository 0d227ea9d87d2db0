"""The values that a person gives a field in one line: ``1, 2, 4, 6``, ``1..8``, ``0.5..1 step 0.25``."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from designer.errors import ParameterError
from designer.graph.parameter import Integer, Integers, Numbers, Parameter, Ratio, Sides

MOST_VALUES = 64
"""A range of more values was hardly meant, where each becomes a design to look at."""

MOST_SWEPT = 10_000
"""The same where a sweep walks through them."""

_LARGEST = Decimal(10) ** 18
_RANGE = ".."
_STEP = "step"


def parse_values(parameter: Parameter, text: str, most: int = MOST_VALUES) -> tuple[Any, ...]:
    """The values a text stands for, in the order typed, no value twice.

    Single ones, and ranges ``low..high`` with ``step n`` where it is not 1, or ``low:high:step``. Values are set apart
    by commas; those of several numbers each (paddings) by semicolons. Ranges are of numbers, both ends included.

    Args:
        parameter: Whose values.
        text: As a person types them.
        most: How many there may be.

    Raises:
        ParameterError: There is no value, one is none of this parameter's, or a range has too many.
    """
    separator = ";" if isinstance(parameter, (Integers, Numbers)) else ","
    found: dict[Any, None] = {}
    for word in text.split(separator):
        if not word.strip():
            continue
        for single in _spread(parameter, word.strip(), most):
            found[parameter.parse(single)] = None
            if len(found) > most:
                raise ParameterError(parameter.name, f"'{text}' has more than {most} values; take fewer")
    if not found:
        raise ParameterError(parameter.name, "no value is given; type some, such as 1, 2, 4 or 1..8")
    return tuple(found)


def _spread(parameter: Parameter, word: str, most: int) -> Iterator[str]:
    """One word's values as texts."""
    if ":" in word and isinstance(parameter, (Integer, Ratio, Sides)):
        low_text, _, rest = word.partition(":")
        high_text, _, step_text = rest.partition(":")
    elif _RANGE in word:
        ends, _, step_text = word.partition(_STEP)
        low_text, _, high_text = ends.partition(_RANGE)
    else:
        yield word
        return
    low, high = _number(parameter, word, low_text), _number(parameter, word, high_text)
    step = _number(parameter, word, step_text) if step_text.strip() else Fraction(1)
    if step <= 0 or low > high:
        raise ParameterError(parameter.name, f"'{word}' is no range; write it upwards, such as 1..8 or 16..64 step 16")
    if (high - low) / step >= most:
        raise ParameterError(parameter.name, f"'{word}' has more than {most} values; take fewer, or a step")
    while low <= high:
        # Exact fractions: 0.5 and five steps of 0.1 are 1, not 0.9999999999999999.
        yield str(low.numerator) if low.denominator == 1 else repr(float(low))
        low += step


def _number(parameter: Parameter, word: str, text: str) -> Fraction:
    try:
        # Through Decimal, whose exponents cost nothing: Fraction("1e999999999") would not end.
        value = Decimal(text.strip().replace("\u202f", "").replace(" ", ""))
    except InvalidOperation:
        value = Decimal("nan")
    size = value.copy_abs()
    if not value.is_finite() or size > _LARGEST or 0 < size < 1 / _LARGEST:
        raise ParameterError(parameter.name, f"'{word}' is no range: '{text.strip()}' is not a number that counts here")
    return Fraction(value)
