"""Each kind of parameter: what it takes, what it refuses and in which words, and that texts and JSON come back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.errors import ParameterError
from designer.graph.parameter import Choice, Flag, Integer, Integers, Parameter, Ratio, declared, flag, integer
from designer.graph.window import Padding
from designer.layers.registry import catalogue
from tests.random_designs import values


class Colour(Enum):
    RED = "red"
    DARK_BLUE = "dark_blue"


COUNT = Integer("count", 3, "How many.", low=1, high=63)
SHARE = Ratio("share", 0.5, "Which part.", low=0.25, high=64.0)
SWITCH = Flag("switch", False, "On or off.")
COLOUR = Choice("colour", Colour.RED, "Which one.", options=tuple(Colour))
PADDING = Choice("padding", Padding.SYMMETRIC, "Whose.", options=tuple(Padding))
EDGES = Integers("edges", (0, 0), "Two of them.", parts=("before", "after"), low=0, high=9)

READ: list[tuple[Parameter, str, Any]] = [
    (COUNT, "7", 7),
    (COUNT, " 63 ", 63),
    (Integer("n", 0, ""), "3 504 872", 3504872),
    (Integer("n", 0, ""), "3\u202f504\u202f872", 3504872),
    (Integer("n", 0, ""), "3_504_872", 3504872),
    (Integer("n", 0, ""), "3\u2009504\u00a0872", 3504872),
    (Integer("n", 0, "", low=-9), "\N{MINUS SIGN}9", -9),
    (SHARE, "0.25", 0.25),
    (SHARE, "4,5", 4.5),
    (SHARE, "0,375", 0.375),
    (SHARE, "1.280", 1.28),
    (SHARE, " 6 ", 6.0),
    (SHARE, "1e1", 10.0),
    (SWITCH, "on", True),
    (SWITCH, "Yes", True),
    (SWITCH, "1", True),
    (SWITCH, "FALSE", False),
    (SWITCH, "off", False),
    (COLOUR, "dark_blue", Colour.DARK_BLUE),
    (COLOUR, " RED ", Colour.RED),
    (PADDING, "same", Padding.SAME),
    (PADDING, "same (tensorflow)", Padding.SAME),
    (PADDING, "NONE", Padding.NONE),
    (EDGES, "1, 2", (1, 2)),
    (EDGES, "1 2", (1, 2)),
    (EDGES, "3", (3, 3)),
]


@pytest.mark.parametrize(("parameter", "text", "value"), READ)
def test_what_a_person_types_is_read(parameter: Parameter, text: str, value: Any) -> None:
    read = parameter.parse(text)
    assert read == value
    assert type(read) is type(value)


REFUSED_TEXTS: list[tuple[Parameter, str, str]] = [
    (COUNT, "0", "count: 0 is out of range; it takes 1 to 63"),
    (COUNT, "64", "count: 64 is out of range; it takes 1 to 63"),
    (COUNT, "2.5", "count: '2.5' is not a whole number"),
    (COUNT, "4,5", "count: '4,5' is not a whole number"),
    (COUNT, "1 2", "count: '1 2' is not a whole number"),
    (COUNT, "1.280", "count: '1.280' may mean 1280 or 1.280; write 1280"),
    (COUNT, "1,280", "count: '1,280' may mean 1280 or 1.280; write 1280"),
    (SHARE, "1,280", "share: '1,280' may mean 1280 or 1.280; write one of these"),
    (SHARE, "1,2.5", "share: '1,2.5' is not a number"),
    (COUNT, "", "count: '' is not a whole number"),
    (SHARE, "0.2", "share: 0.2 is out of range; it takes 0.25 to 64"),
    (SHARE, "nan", "share: nan is out of range; it takes 0.25 to 64"),
    (SHARE, "inf", "share: inf is out of range; it takes 0.25 to 64"),
    (SHARE, "half", "share: 'half' is not a number"),
    (SWITCH, "maybe", "switch: 'maybe' is neither on nor off"),
    (COLOUR, "dark blue", "colour: 'dark blue' is not one of red, dark_blue (did you mean 'dark_blue'?)"),
    (COLOUR, "q", "colour: 'q' is not one of red, dark_blue"),
    (PADDING, "symetric", "'symetric' is not one of symmetric, same, none, explicit (did you mean 'symmetric'?)"),
    (EDGES, "1 2 3", "edges: (1, 2, 3) is not 2 numbers (before, after)"),
    (EDGES, "", "edges: () is not 2 numbers (before, after)"),
    (EDGES, "1, x", "edges: '1, x' is not 2 whole numbers"),
    (EDGES, "1, 10", "edges after: 10 is out of range; it takes 0 to 9"),
]


@pytest.mark.parametrize(("parameter", "text", "reason"), REFUSED_TEXTS)
def test_what_it_cannot_read_it_refuses_in_words(parameter: Parameter, text: str, reason: str) -> None:
    with pytest.raises(ParameterError) as refusal:
        parameter.parse(text)
    assert str(refusal.value).endswith(reason)
    assert refusal.value.name.startswith(parameter.name)
    assert str(refusal.value) == f"{refusal.value.name}: {refusal.value.reason}"


REFUSED_DATA: list[tuple[Parameter, Any, str]] = [
    (COUNT, True, "True is not a whole number"),
    (COUNT, 3.0, "3.0 is not a whole number"),
    (COUNT, "3", "'3' is not a whole number"),
    (COUNT, None, "None is not a whole number"),
    (SHARE, True, "True is not a number"),
    (SHARE, [0.5], "[0.5] is not a number"),
    (SHARE, 10**400, "is out of range; it takes 0.25 to 64"),
    (SWITCH, 1, "1 is neither true nor false"),
    (SWITCH, "on", "'on' is neither true nor false"),
    (COLOUR, 3, "3 is not one of red, dark_blue"),
    (COLOUR, "green", "'green' is not one of red, dark_blue"),
    (EDGES, [1], "(1,) is not 2 numbers (before, after)"),
    (EDGES, 7, "7 is not 2 numbers (before, after)"),
    (EDGES, [1, [2]], "[2] is not a whole number"),
    (EDGES, [1, -1], "-1 is out of range; it takes 0 to 9"),
]


@pytest.mark.parametrize(("parameter", "data", "reason"), REFUSED_DATA)
def test_what_a_file_holds_wrongly_is_refused_in_words(parameter: Parameter, data: Any, reason: str) -> None:
    with pytest.raises(ParameterError) as refusal:
        parameter.from_json(data)
    assert str(refusal.value).endswith(reason)


ALL = [parameter for layer in catalogue() for parameter in layer.parameters]


@given(st.data())
def test_texts_and_json_of_every_parameter_come_back(data: st.DataObject) -> None:
    parameter = data.draw(st.sampled_from(ALL))
    value = data.draw(values(parameter))
    assert parameter.parse(parameter.text(value)) == value
    assert parameter.from_json(json.loads(json.dumps(parameter.to_json(value)))) == value


@pytest.mark.parametrize(("value", "text"), [(6.0, "6"), (0.2, "0.2"), (1e-05, "1e-05"), (2.3456789, "2.3456789")])
def test_a_ratio_is_written_short_but_whole(value: float, text: str) -> None:
    assert SHARE.text(value) == text


def test_one_ratio_has_one_form_in_files() -> None:
    assert json.dumps(SHARE.to_json(6)) == json.dumps(SHARE.to_json(6.0)) == "6.0"
    assert isinstance(SHARE.from_json(6), float)


def test_words_on_screen() -> None:
    assert Integer("kernel_size", 3, "").label == "Kernel size"
    assert PADDING.text(Padding.SAME) == "same (TensorFlow)"
    assert COLOUR.text(Colour.RED) == "red"
    assert (SWITCH.text(True), SWITCH.text(False)) == ("on", "off")


def test_a_declaration_gives_each_parameter_its_name_and_skips_plain_fields() -> None:
    @dataclass(frozen=True)
    class Made:
        first: int = integer(default=2, low=1, high=4, help="One.", unit="px")
        plain: int = 7
        second: bool = flag(default=True, help="Two.", shown_when=("first", 2))

    one, two = declared(Made)
    assert one == Integer("first", 2, "One.", "px", low=1, high=4)
    assert two == Flag("second", True, "Two.", "", ("first", 2))


def test_a_title_stands_where_the_name_would_not_do() -> None:
    assert Integer("external_over_mb", 0, "", title="Most in one file").label == "Most in one file"


def test_a_declaration_without_a_default_is_refused() -> None:
    @dataclass(frozen=True)
    class Made:
        first: int = field(metadata=integer(default=1, low=0, high=1, help="").metadata)

    with pytest.raises(ParameterError, match="first: has no default"):
        declared(Made)
