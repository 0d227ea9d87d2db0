"""What stands at the ticks of an axis that is not logarithmic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from designer import wording


class Ticks(Protocol):
    """Words for the ticks of an axis, each unlike the others."""

    def __call__(self, values: Sequence[float], step: float, most: float, /) -> list[str]:
        """What stands at ticks that are ``step`` apart, on an axis that goes up to ``most``."""


def counts(values: Sequence[float], step: float, most: float) -> list[str]:
    """Counts with a prefix."""
    return wording.ticks(values, step, most=most)


def memory(values: Sequence[float], step: float, most: float) -> list[str]:
    """Bytes with a prefix."""
    return wording.ticks(values, step, "B", most)


def seconds(values: Sequence[float], step: float, most: float) -> list[str]:
    """Seconds, written in milliseconds."""
    return wording.plain_ticks([1000 * value for value in values], 1000 * step, "ms")


def milliseconds(values: Sequence[float], step: float, most: float) -> list[str]:
    """Milliseconds."""
    return wording.plain_ticks(values, step, "ms")


def percentages(values: Sequence[float], step: float, most: float) -> list[str]:
    """Shares of one, written as percentages."""
    return wording.plain_ticks([100 * value for value in values], 100 * step, "%")


def wholes(values: Sequence[float], step: float, most: float) -> list[str]:
    """Steps and rounds, of which there is no half."""
    return wording.whole_ticks(values)
