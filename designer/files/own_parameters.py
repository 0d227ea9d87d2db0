"""The parameters of a group in a design file."""

from __future__ import annotations

from typing import Any

from designer.errors import ParameterError
from designer.files.json_text import Spot
from designer.graph.parameter import Choice, Integer, Parameter, Ratio
from designer.layers.own_parameters import HIGH, LOW, MOST_PARAMETERS, kind_of, own_parameter

_KEYS = ("name", "kind", "default", "low", "high", "words", "help")


def own_parameter_data(parameter: Parameter) -> tuple[tuple[str, object], ...]:
    """One of them as the keys and values of a JSON object; what is usual is left out."""
    data: dict[str, Any] = {"name": parameter.name, "kind": kind_of(parameter)}
    data["default"] = parameter.to_json(parameter.default)
    if isinstance(parameter, (Integer, Ratio)):
        data |= {"low": parameter.low} if parameter.low != LOW else {}
        data |= {"high": parameter.high} if parameter.high != HIGH else {}
    if isinstance(parameter, Choice):
        data["words"] = [option.value for option in parameter.options]
    return tuple((data | {"help": parameter.help} if parameter.help else data).items())


def own_parameters(entries: object, spot: Spot) -> tuple[Parameter, ...]:
    """Those that a design declares.

    Args:
        entries: A list of JSON objects, one each.
        spot: Where it stands in the file.

    Raises:
        DesignFileError: One of them is none, or two share a name.
    """
    if not isinstance(entries, list) or len(entries) > MOST_PARAMETERS:
        spot.refuse(f"it is no list of at most {MOST_PARAMETERS} parameters; correct it, or remove it")
    found: dict[str, Parameter] = {}
    for place, entry in enumerate(entries):
        named = spot.into(place).called("parameter")
        parameter = _read(entry, named)
        if parameter.name in found:
            named.refuse(f"two parameters are called '{parameter.name}'; give one of them another name")
        found[parameter.name] = parameter
    return tuple(found.values())


def _read(entry: Any, spot: Spot) -> Parameter:
    if not isinstance(entry, dict) or not set(entry) <= set(_KEYS):
        spot.refuse(f"a parameter is an object with {', '.join(_KEYS)}, and nothing else")
    texts = [entry.get(key, "") for key in ("name", "kind", "help")]
    words = entry.get("words", [])
    if not all(isinstance(text, str) for text in texts) or not isinstance(words, list):
        spot.refuse("its name, kind and help are texts, and its words a list of them")
    ends = [entry.get(key) for key in ("low", "high")]
    if not all(isinstance(word, str) for word in words) or not all(map(_is_number_or_none, ends)):
        spot.refuse("its words are texts, and its low and high numbers")
    name, kind, help = texts
    try:
        made = own_parameter(name, kind, _as_typed(entry.get("default")), ends[0], ends[1], words, help)
        return type(made)(**{**vars(made), "default": made.from_json(entry.get("default"))})
    except ParameterError as error:
        spot.refuse(str(error))


def _is_number_or_none(value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value is None or (is_number and abs(value) <= 2**53)


def _as_typed(default: Any) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)
