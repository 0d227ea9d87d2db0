"""Numbers as people read them: thin spaces, k/M/G, MB, milliseconds with their spread, ratios, shares, differences.

Every surface (cards, panels, tables, command line) takes its texts from here, so that one figure reads the same
everywhere. Knows nothing of designs. ``None`` stands for unknown and reads ``–``; prefixes are decimal (1 kB = 1000
bytes, 1 M = 10⁶).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from string import ascii_uppercase

THIN_SPACE = "\u202f"
"""The narrow no-break space, between groups of three digits and between a number and its unit."""
MINUS = "\u2212"
UNKNOWN = "–"

_PREFIXES = ("", "k", "M", "G", "T", "P", "E")
_DIGITS = 3


_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def printable(text: str) -> str:
    r"""A text as a terminal, a log or a tool tip may have it, whoever wrote it.

    What would move the cursor, colour or reorder what stands around it, or cannot be written at all (control
    characters, marks of direction, halves of surrogate pairs) becomes its escape, ``\x1b``; line ends and tabs stay.
    """
    return _UNPRINTABLE.sub(lambda found: ascii(found.group())[1:-1], text)


def lacks(encoding: str, text: str) -> bool:
    """Whether an encoding has no code for a letter of a text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return True
    return False


def json_line(data: object, encoding: str | None = "utf-8") -> str:
    """Data as one line of JSON that a console of this encoding can show, the same object whatever letters it lacks."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    if printable(text) == text and not lacks(encoding or "utf-8", text):
        return text
    return json.dumps(data, allow_nan=False)


def clipped(text: str, most: int = 2000) -> str:
    """A text that is not longer than a message may be: the middle of a longer one is left out, and said."""
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]} … {len(text) - 2 * half} characters left out … {text[-half:]}"


def count(value: int | None) -> str:
    """Every digit, in groups of three: ``3 504 872``."""
    if value is None:
        return UNKNOWN
    return _sign(value) + f"{abs(value):,}".replace(",", _separator)


def short(value: float | None) -> str:
    """Three significant digits and a prefix: ``25.7 M``; whole numbers below 1000 as they are."""
    return _prefixed(value, "")


def memory(value: float | None) -> str:
    """Bytes, three significant digits: ``3.61 MB``, decimal as disks and networks count them."""
    return _prefixed(value, "B")


def kibibytes(value: float | None) -> str:
    """Bytes as makers of microcontrollers count them: ``225 KiB``, ``1.25 MiB``; three significant digits at most."""
    if value is None:
        return UNKNOWN
    size, unit = (value / 2**20, "MiB") if abs(value) >= 2**20 else (value / 2**10, "KiB")
    return f"{float(f'{size:.3g}'):g}{THIN_SPACE}{unit}".replace("-", "−")


def milliseconds(
    median_ms: float | None, low_ms: float | None = None, high_ms: float | None = None, rounds: int | None = None
) -> str:
    """A time and how far its interval reaches to the farther side: ``0.61 ms ±0.02``; without an interval ``0.612 ms``.

    A spread too small for the digits shown reads ``±<0.01``, as none is ever known to be nothing; one round has none,
    and is said: ``0.612 ms, 1 round``.

    Args:
        median_ms: The time, in milliseconds.
        low_ms: Lower end of the median's interval, in milliseconds.
        high_ms: Upper end of the median's interval, in milliseconds.
        rounds: How many rounds the median is of, where that is known.
    """
    if median_ms is None or not math.isfinite(median_ms):
        return UNKNOWN
    if rounds == 1:
        return f"{_significant(median_ms)}{THIN_SPACE}ms, {plural(rounds, 'round')}"
    if low_ms is None or high_ms is None:
        return f"{_significant(median_ms)}{THIN_SPACE}ms"
    spread = max(median_ms - low_ms, high_ms - median_ms, 0.0)
    # As many decimals as the spread's first digit has, yet never more than four digits of the median: more would be
    # noise.
    decimals = min(-_magnitude(spread), _DIGITS - _magnitude(median_ms)) if spread > 0 else 2 - _magnitude(median_ms)
    decimals = max(decimals, 0)
    shown = _grouped(spread, decimals)
    if not float(f"{spread:.{decimals}f}"):
        shown = f"<{_grouped(10.0**-decimals, decimals)}"
    return f"{_grouped(median_ms, decimals)}{THIN_SPACE}ms ±{shown}"


def ratio_interval(low: float, high: float, pairs: int | None = None) -> str:
    """The interval of a ratio, ``[0.97, 1.02]``; of one pair there is none, and that is said.

    Args:
        low: Its lower end.
        high: Its upper end.
        pairs: How many pairs it is of, where that is known.
    """
    return f"({plural(pairs, 'pair')})" if pairs == 1 else f"[{low:.3g}, {high:.3g}]"


_SECONDS = ("s", "ms", "µs", "ns", "ps", "fs")


def duration(seconds: float | None) -> str:
    """A time of any size, three significant digits and the unit that fits: ``7.26 ns``, ``360 ms``, ``90.0 s``."""
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    value, place = seconds, 0
    # As among prefixes: what rounds up to a thousand belongs to the unit before.
    while value and abs(value) < 0.9995 and place < len(_SECONDS) - 1:
        value, place = value * 1000, place + 1
    return f"{_significant(value)}{THIN_SPACE}{_SECONDS[place]}"


def ticks(values: Sequence[float], step: float, unit: str = "", most: float | None = None) -> list[str]:
    """What stands at the ticks of an axis: one prefix for all, and the digits that tell neighbours apart.

    ``3.4996 M``, ``3.5000 M``, ``3.5004 M``. Below nothing there is nothing to say.

    Args:
        values: Where the ticks are.
        step: How far apart they are, above 0.
        unit: What follows the prefix.
        most: The largest value of the whole axis, which decides on the prefix; unless said, of these ticks.
    """
    largest = max((abs(value) for value in (*values, most or 0.0)), default=0.0)
    place = min(max(int(math.log10(largest) // 3), 0), len(_PREFIXES) - 1) if largest >= 1 else 0
    size = 1000.0**place
    suffix = _PREFIXES[place] + unit
    return [_tick(value / size, step / size, THIN_SPACE + suffix if suffix else "") for value in values]


def plain_ticks(values: Sequence[float], step: float, unit: str) -> list[str]:
    """The same without a prefix, for a unit that takes none: ``360.2 ms``, ``12.5 %``."""
    return [_tick(value, step, THIN_SPACE + unit) for value in values]


def whole_ticks(values: Sequence[float]) -> list[str]:
    """The same for what is counted in whole numbers; between two of them nothing stands."""
    return [_tick(value, 1.0, "") if abs(value - round(value)) < 1e-6 else "" for value in values]


def _tick(value: float, step: float, suffix: str) -> str:
    if value < -step / 2:
        return ""
    decimals = next(digits for digits in range(17) if digits == 16 or abs(round(step, digits) - step) <= step * 1e-6)
    return _grouped(abs(value), decimals) + suffix


def ratio(value: float | None) -> str:
    """How many times as much: ``×10.4``, ``×0.096``."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    return f"×{_significant(value)}"


def percentage(share: float | None) -> str:
    """A share of one, as a percentage: ``12.3 %``; what is there but too small to print reads ``<0.1 %``."""
    if share is None or not math.isfinite(share):
        return UNKNOWN
    if 0 < share < 0.0005:
        return f"<0.1{THIN_SPACE}%"
    digits = f"{abs(share) * 100:.1f}".removesuffix(".0")
    return f"{_sign(share)}{digits}{THIN_SPACE}%"


def signed(difference: float | None, word: Callable[[int], str] | Callable[[float], str] = short) -> str:
    """A difference with its sign always in front, worded by ``word``: ``+1.2 k``, ``−3 504``, ``±0``."""
    if difference is None:
        return UNKNOWN
    text = word(abs(difference))  # type: ignore[arg-type]  # the caller pairs a word with the numbers it takes
    if difference == 0:
        return f"±{text}"
    return f"+{text}" if difference > 0 else f"{MINUS}{text}"


def letter(place: int) -> str:
    """What stands for one of several where its name has no room: A for the first, a number beyond Z."""
    return ascii_uppercase[place] if place < len(ascii_uppercase) else str(place + 1)


def plural(number: int, noun: str, nouns: str = "") -> str:
    """A count with its noun: ``1 node``, ``3 nodes``, ``2 boxes`` where the plural is given."""
    return f"{count(number)} {noun if number == 1 else nouns or noun + 's'}"


def _prefixed(value: float | None, unit: str) -> str:
    if value is None or value != value:
        return UNKNOWN
    try:
        size = abs(float(value))
    except OverflowError:  # a whole number beyond every floating-point one
        size = math.inf
    if math.isinf(size):
        return _sign(value) + "∞"
    step = 0
    # 999.5 k would print as 1000 k: what rounds up to a thousand goes to the next prefix.
    while step < len(_PREFIXES) - 1 and size >= (1000 if step == 0 and size == int(size) else 999.5):
        size /= 1000
        step += 1
    digits = f"{int(size)}" if step == 0 and size == int(size) else _significant(size)
    suffix = _PREFIXES[step] + unit
    return _sign(value) + digits + (THIN_SPACE + suffix if suffix else "")


def _significant(value: float) -> str:
    if value == 0:
        return "0"
    decimals = max(_DIGITS - 1 - _magnitude(value), 0)
    return _sign(value) + _grouped(abs(value), decimals)


def _magnitude(value: float) -> int:
    """The power of ten of the first digit, after rounding to three digits."""
    if value == 0:
        return 0
    return int(f"{abs(value):.{_DIGITS - 1}e}".partition("e")[2])


def group_digits_by(separator: str) -> None:
    """Have this between groups of three digits from now on, in all words of this process."""
    global _separator  # one person, one way to write numbers
    _separator = separator


_separator = THIN_SPACE


def _grouped(value: float, decimals: int) -> str:
    return f"{value:,.{decimals}f}".replace(",", _separator)


def _sign(value: float) -> str:
    return MINUS if value < 0 else ""
