"""Records as plain data and back, by what their fields are declared to be; what does not fit is refused in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

import pytest

from designer.errors import RecordError
from designer.record import Record


class Colour(Enum):
    RED = "red"


class Place(NamedTuple):
    x: int
    y: int


@dataclass(frozen=True)
class Inner(Record):
    keys = ("value", "doubled")

    value: float

    @property
    def doubled(self) -> float:
        return 2 * self.value


@dataclass(frozen=True)
class Outer(Record):
    colour: Colour
    inner: Inner
    shapes: tuple[tuple[int, ...], ...] = ()
    ends: tuple[int, str] = (0, "")
    place: Place = Place(0, 0)
    by_name: Mapping[str, int | float | str] = field(default_factory=dict)
    perhaps: float | None = None


WHOLE = Outer(Colour.RED, Inner(1.5), ((1, 3), ()), (7, "x"), Place(1, 2), {"a": 1, "b": 2.5, "c": "d"}, perhaps=0.25)


def test_json_brings_back_the_same_record_with_its_kinds() -> None:
    data = json.loads(json.dumps(WHOLE.to_data()))
    found = Outer.from_data(data)
    assert found == WHOLE
    assert isinstance(found.colour, Colour)
    assert [type(value) for value in found.by_name.values()] == [int, float, str]


def test_data_states_properties_as_well_and_they_are_passed_over_on_the_way_back() -> None:
    assert WHOLE.to_data()["inner"] == {"value": 1.5, "doubled": 3.0}
    assert Inner.from_data({"value": 4, "doubled": 0, "other": "?"}) == Inner(4.0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"colour": "blue"}, "'colour' takes Colour, and 'blue' was given"),
        ({"inner": {"value": True}}, "'value' takes float, and True was given"),
        ({"inner": {}}, "Inner lacks 'value'"),
        ({"inner": 3}, "Inner takes values by name, and 3 was given"),
        ({"shapes": [[1.5]]}, "'shapes' takes int, and 1.5 was given"),
        ({"ends": [1]}, "'ends' takes tuple, and .1. was given"),
        ({"by_name": {"a": []}}, "'by_name' takes str"),
        ({"perhaps": "much"}, "'perhaps' takes nothing, and 'much' was given"),
        ({"place": {"x": "left", "y": 2}}, "'place.x' takes int"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(RecordError, match=reason):
        Outer.from_data({**WHOLE.to_data(), **changes})
