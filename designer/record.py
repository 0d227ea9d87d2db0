"""Records that cross to another process, to a file or to ``--json``: frozen dataclasses that know themselves as data.

What a record's fields are declared to be says how each becomes plain JSON data and comes back: numbers, words, enums,
tuples, mappings, named tuples, and whatever has ``to_data`` and ``from_data`` itself. Only the border asks for either;
on both sides of it stands the same record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from enum import Enum
from types import NoneType, UnionType
from typing import Any, ClassVar, Self, Union, get_args, get_origin, get_type_hints

from designer.errors import RecordError


class Record:
    """The base of a frozen dataclass that crosses a border.

    Attributes:
        keys: What its data states, in order: every field, and properties that a reader of the data would miss. Empty
            for the fields alone.
    """

    keys: ClassVar[tuple[str, ...]] = ()

    def to_data(self) -> dict[str, Any]:
        """The record as plain JSON data."""
        return {key: plain(getattr(self, key)) for key in self.keys or _types(type(self))}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The record from what ``to_data`` gave, which may have been JSON in between; other keys are passed over.

        Raises:
            RecordError: A field without a default is missing, or a value is of another kind than its field.
        """
        if not isinstance(data, Mapping):
            raise RecordError(f"{cls.__name__} takes values by name, and {data!r} was given")
        for each in fields(cls):  # type: ignore[arg-type]  # every record is a dataclass
            if each.name not in data and each.default is MISSING and each.default_factory is MISSING:
                raise RecordError(f"{cls.__name__} lacks '{each.name}'")
        return cls(**{name: typed(kind, data[name], name) for name, kind in _types(cls).items() if name in data})


def plain(value: Any) -> Any:
    """A value of a record as plain JSON data."""
    if hasattr(value, "to_data"):
        return value.to_data()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    return [plain(each) for each in value] if isinstance(value, (tuple, list)) else value


def typed(kind: Any, value: Any, name: str) -> Any:
    """A value of a declared kind from plain JSON data.

    Args:
        kind: As a field is declared.
        value: The data.
        name: Of the field, for the text of a refusal.

    Raises:
        RecordError: The value is of another kind.
    """
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _one_of(parts, value, name)
    if origin is tuple and isinstance(value, (list, tuple)):
        if parts[-1] is Ellipsis:
            return tuple(typed(parts[0], each, name) for each in value)
        if len(value) == len(parts):
            return tuple(typed(part, each, name) for part, each in zip(parts, value, strict=True))
    elif origin is Mapping and isinstance(value, Mapping):
        return {str(key): typed(parts[1], each, name) for key, each in value.items()}
    elif isinstance(kind, type):
        return _plainly_typed(kind, value, name)
    raise _refusal(kind, value, name)


def _one_of(kinds: tuple[Any, ...], value: Any, name: str) -> Any:
    if value is None and NoneType in kinds:
        return None
    for kind in kinds:
        try:
            return typed(kind, value, name)
        except RecordError as error:
            refusal = error
    raise refusal


def _plainly_typed(kind: type[Any], value: Any, name: str) -> Any:
    if hasattr(kind, "from_data"):
        return kind.from_data(value)
    if issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError:
            raise _refusal(kind, value, name) from None
    if hasattr(kind, "_fields") and isinstance(value, Mapping):
        hints = get_type_hints(kind)
        return kind(**{key: typed(hints[key], each, f"{name}.{key}") for key, each in value.items() if key in hints})
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is kind:
        return value
    raise _refusal(kind, value, name)


def _refusal(kind: Any, value: Any, name: str) -> RecordError:
    takes = "nothing" if kind is NoneType else getattr(kind, "__name__", str(kind))
    return RecordError(f"'{name}' takes {takes}, and {value!r} was given")


_TYPES: dict[type, Mapping[str, Any]] = {}


def _types(cls: Any) -> Mapping[str, Any]:
    """What each field of a record is declared to be; worked out once a class."""
    if cls not in _TYPES:
        hints = get_type_hints(cls)
        _TYPES[cls] = {field.name: hints[field.name] for field in fields(cls)}
    return _TYPES[cls]
