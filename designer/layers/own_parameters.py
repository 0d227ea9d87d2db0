"""The parameters that a person gives a group: a whole number, a number, on or off, or one of some words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from functools import cache

from designer.errors import ParameterError, near
from designer.graph.layer import Layer
from designer.graph.parameter import Choice, Flag, Integer, Parameter, Ratio
from designer.layers.formulas import RESERVED

KINDS: dict[str, type[Parameter]] = {"integer": Integer, "number": Ratio, "flag": Flag, "choice": Choice}
"""By their words in files."""

MOST_PARAMETERS = 32
LOW, HIGH = 0, 1_000_000
"""The range of a number whose own is not said."""

_MOST_LETTERS = 40


def kind_of(parameter: Parameter) -> str:
    """The word of a parameter's kind."""
    return next(word for word, kind in KINDS.items() if type(parameter) is kind)


def own_parameter(
    name: str,
    kind: str,
    default: str,
    low: float | None = None,
    high: float | None = None,
    words: Sequence[str] = (),
    help: str = "",
) -> Parameter:
    """A parameter of a group.

    Args:
        name: What formulas call it.
        kind: One of ``KINDS``.
        default: Its value where a group says none, as it is typed.
        low: The least of a number.
        high: The most of a number.
        words: What a choice can be.
        help: One sentence on it.

    Raises:
        ParameterError: The name cannot be one, the kind is unknown, the range is empty or the default is outside it.
    """
    _require_name(name)
    if kind not in KINDS:
        raise ParameterError(name, f"'{kind}' is no kind of parameter{near(kind, KINDS)}; it takes {', '.join(KINDS)}")
    least, most = LOW if low is None else low, HIGH if high is None else high
    if least > most:
        raise ParameterError(name, f"no number is between {least:g} and {most:g}; give the lower one first")
    made: Parameter
    match kind:
        case "integer":
            made = Integer(name, 0, help, title=name, low=int(least), high=int(most))
        case "number":
            made = Ratio(name, 0.0, help, title=name, low=float(least), high=float(most))
        case "flag":
            made = Flag(name, False, help, title=name)
        case _:
            made = _choice(name, tuple(words), help)
    value = made.parse(default)
    return type(made)(**{**vars(made), "default": value})


def _choice(name: str, words: tuple[str, ...], help: str) -> Choice:
    if not words or len(set(words)) < len(words) or not all(0 < len(word) <= _MOST_LETTERS for word in words):
        raise ParameterError(name, f"a choice takes words of at most {_MOST_LETTERS} letters, no two alike")
    options = _enumeration(words)
    return Choice(name, options[0], help, title=name, options=options)


@cache
def _enumeration(words: tuple[str, ...]) -> tuple[Enum, ...]:
    """The same members for the same words, so that equal parameters have equal values."""
    return tuple(Enum("Word", {f"W{place}": word for place, word in enumerate(words)}))  # type: ignore[arg-type]


def _require_name(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or len(name) > _MOST_LETTERS:
        raise ParameterError(name[:_MOST_LETTERS], "a name is made of letters, digits and underscores; t say")
    if name in RESERVED:
        raise ParameterError(name, "formulas mean something else by that name; choose another")
    if hasattr(Layer, name) or name in ("body", "values"):
        raise ParameterError(name, "every group has something of that name already; choose another")
