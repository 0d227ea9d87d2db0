"""JSON from somewhere else: parsed without trust, and every value in it can be pointed at by line.

Knows JSON and nothing of designs. What the standard parser lets through and no file of ours holds (NaN, infinities, a
key given twice, numbers of hundreds of digits, nesting without end) is refused like any other fault.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from typing import Any, NoReturn

from designer.errors import DesignFileError

MAX_DEPTH = 150
"""Objects and lists in each other; a group in a group takes three."""

_MAX_DIGITS = 300
_TOO_DEEP = "it is nested deeper than any design; check that it is a design file, or expand groups in groups"
_TAKE_BACK = "correct it, or take it back from a copy or from git"

_Steps = tuple[str | int, ...]


@dataclass(frozen=True)
class Spot:
    """A value in a JSON text, and how to say where it stands.

    Attributes:
        text: The whole text.
        path: The file, as the person named it.
        steps: Keys and positions that lead to the value.
        label: What the value is, in words.
    """

    text: str
    path: str
    steps: _Steps = ()
    label: str = ""

    def into(self, *steps: str | int) -> Spot:
        """A value inside this one."""
        return Spot(self.text, self.path, (*self.steps, *steps), self.label)

    def called(self, label: str) -> Spot:
        """The same value with a name, after the names of what it is inside of."""
        return Spot(self.text, self.path, self.steps, f"{self.label} › {label}" if self.label else label)

    @property
    def where(self) -> str:
        """``line 7, node 'conv_1'``."""
        line = f"line {self.text.count(chr(10), 0, _offset(self.text, self.steps)) + 1}"
        return f"{line}, {self.label}" if self.label else line

    def refuse(self, reason: str) -> NoReturn:
        """Raise DesignFileError about this value."""
        raise DesignFileError(self.path, self.where, reason)


def parse(text: str, path: str) -> Any:
    """The JSON value a text holds.

    Raises:
        DesignFileError: The text is no JSON, or holds what no sound file holds.
    """
    if not text.strip():
        raise DesignFileError(path, "", "it is empty; take it back from a copy or from git")
    try:
        data = json.loads(
            text, parse_constant=_no_constant, parse_float=_finite, parse_int=_whole, object_pairs_hook=_no_duplicates
        )
    except json.JSONDecodeError as error:
        raise DesignFileError(path, f"line {error.lineno}, column {error.colno}", _broken(text, error)) from error
    except ValueError as error:
        raise DesignFileError(path, "", f"{error}; {_TAKE_BACK}") from error
    except RecursionError as error:
        raise DesignFileError(path, "", _TOO_DEEP) from error
    if _depth(data) > MAX_DEPTH:
        raise DesignFileError(path, "", _TOO_DEEP)
    return data


def _broken(text: str, error: json.JSONDecodeError) -> str:
    line = text.split("\n")[error.lineno - 1]
    if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
        return "git left an unsettled merge here; settle it and remove its marks"
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return "it ends too early, as a cut-off copy does; take it back from a copy or from git"
    return f"it is not JSON here ({error.msg}); {_TAKE_BACK}"


def _offset(text: str, steps: _Steps) -> int:
    """Where in a JSON text the value begins that the steps lead to, or the last one on the way that is there."""
    decoder = json.JSONDecoder()
    index = _skip(text, 0)
    for step in steps:
        found = _member(text, index, step, decoder)
        if found is None:
            break
        index = found
    return index


def _member(text: str, index: int, step: str | int, decoder: json.JSONDecoder) -> int | None:
    """Where one member of the object or list at index begins."""
    opening = text[index]
    if opening not in "{[":
        return None
    index = _skip(text, index + 1)
    position = 0
    while text[index] not in "]}":
        key: str | int = position
        if opening == "{":
            key, index = decoder.raw_decode(text, index)
            index = _skip(text, _skip(text, index) + 1)
        if key == step:
            return index
        _, index = decoder.raw_decode(text, index)
        index = _skip(text, index)
        if text[index] == ",":
            index = _skip(text, index + 1)
        position += 1
    return None


def _skip(text: str, index: int) -> int:
    while index < len(text) and text[index] in " \t\r\n":
        index += 1
    return index


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"it holds {word}, which is no number")


def _finite(word: str) -> float:
    value = float(word)
    if not math.isfinite(value):
        raise ValueError(f"it holds {word}, which is too large a number")
    return value


def _whole(word: str) -> int:
    if len(word) > _MAX_DIGITS:
        raise ValueError(f"it holds a number of {len(word)} digits, which is too large")
    return int(word)


def _depth(value: Any) -> int:
    """How many objects and lists lie in each other; without recursion, which is what it guards against."""
    depth = 0
    level = [value]
    while level:
        depth += 1
        held = (
            entry.values() if isinstance(entry, dict) else entry for entry in level if isinstance(entry, (dict, list))
        )
        level = [child for children in held for child in children]
    return depth


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = max(Counter(key for key, _ in pairs).items(), key=lambda entry: entry[1])
        raise ValueError(f'one object gives "{twice}" twice')
    return found
