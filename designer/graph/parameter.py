"""Kinds of parameter a layer can declare: range, unit and help, parsing from text, and JSON form.

A declaration such as ``kernel_size: int = integer(default=3, low=1, high=31, help="…")`` becomes a dataclass field; the
inspector, the file format, the command line and the range checks all read the ``Parameter`` kept in the field's
metadata. The default is named because type checkers look for it by that name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import MISSING, Field, dataclass, field, fields
from enum import Enum
from typing import Any

from designer.errors import ParameterError, near
from designer.graph.numerals import real_number, whole_number
from designer.graph.tensor import DType, TensorSpec

_METADATA_KEY = "parameter"


@dataclass(frozen=True)
class Parameter:
    """What every reader needs to know of one parameter.

    Attributes:
        name: Field name, in PyTorch's words where PyTorch has one.
        default: Value of a fresh layer.
        help: One sentence for tool tip and documentation.
        unit: Unit to show after the value, or an empty text.
        shown_when: ``(other parameter, value)`` that must hold for it to matter, or None.
        title: What a person reads where the name's own words would not do; empty where they do.
    """

    name: str
    default: Any
    help: str
    unit: str = ""
    shown_when: tuple[str, Any] | None = None
    title: str = ""

    @property
    def label(self) -> str:
        """The name as a person reads it: ``Kernel size``."""
        return self.title or self.name.replace("_", " ").capitalize()

    @property
    def is_width(self) -> bool:
        """Whether it is a number of channels, which PyTorch's and the papers' words for it say: ``out_channels``."""
        return False

    @property
    def is_expansion(self) -> bool:
        """Whether it is a number of hidden channels for each channel that comes in, t."""
        return self.name == "expansion"

    def check(self, value: object) -> None:
        """Raise ParameterError where the value is of the wrong kind or out of range."""
        raise NotImplementedError

    def parse(self, text: str) -> Any:
        """The value a text stands for.

        Raises:
            ParameterError: The text stands for no value of this parameter.
        """
        raise NotImplementedError

    def to_json(self, value: Any) -> Any:
        """The value as plain JSON data."""
        return value

    def from_json(self, data: Any) -> Any:
        """The value from plain JSON data.

        Raises:
            ParameterError: The data is no value of this parameter.
        """
        self.check(data)
        return data

    def text(self, value: Any) -> str:
        """The value as a person types and reads it; ``parse`` takes it back."""
        return str(value)


@dataclass(frozen=True)
class Integer(Parameter):
    """A whole number within a closed range."""

    low: int = 0
    high: int = 2**31 - 1

    @property
    def is_width(self) -> bool:
        return self.name.endswith(("channels", "features")) or self.name == "growth"

    def check(self, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ParameterError(self.name, f"{value!r} is not a whole number")
        if not self.low <= value <= self.high:
            raise ParameterError(self.name, f"{value} is out of range; it takes {self.low} to {self.high}")

    def parse(self, text: str) -> int:
        try:
            value = whole_number(text)
        except ValueError as error:
            raise ParameterError(self.name, str(error)) from None
        self.check(value)
        return value


@dataclass(frozen=True)
class OptionalInteger(Integer):
    """A whole number, or None where it is left to the program.

    Attributes:
        unset: What happens then, in words.
    """

    unset: str = ""

    def check(self, value: object) -> None:
        if value is not None:
            super().check(value)

    def text(self, value: Any) -> str:
        return self.unset if value is None else super().text(value)


@dataclass(frozen=True)
class Ratio(Parameter):
    """A real number within a closed range."""

    low: float = 0.0
    high: float = 1.0

    def check(self, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ParameterError(self.name, f"{value!r} is not a number")
        if not self.low <= value <= self.high:
            # A whole number from a file can be too large for a float, and so for float's format.
            shown = value if isinstance(value, int) else f"{value:g}"
            raise ParameterError(self.name, f"{shown} is out of range; it takes {self.low:g} to {self.high:g}")

    def parse(self, text: str) -> float:
        try:
            value = real_number(text)
        except ValueError as error:
            raise ParameterError(self.name, str(error)) from None
        self.check(value)
        return value

    def to_json(self, value: Any) -> float:
        return float(value)  # 6 and 6.0 are one value: designs that hold them have one text and one digest

    def from_json(self, data: Any) -> float:
        self.check(data)
        return float(data)

    def text(self, value: Any) -> str:
        short = f"{value:g}"
        return short if float(short) == value else repr(float(value))


@dataclass(frozen=True)
class Flag(Parameter):
    """On or off."""

    def check(self, value: object) -> None:
        if not isinstance(value, bool):
            raise ParameterError(self.name, f"{value!r} is neither true nor false")

    def parse(self, text: str) -> bool:
        word = text.strip().lower()
        if word in {"true", "on", "yes", "1"}:
            return True
        if word in {"false", "off", "no", "0"}:
            return False
        raise ParameterError(self.name, f"'{text}' is neither on nor off")

    def text(self, value: Any) -> str:
        return "on" if value else "off"


@dataclass(frozen=True)
class Choice(Parameter):
    """One member of an enumeration; its value is the word in files, its ``title``, if any, the word on screen."""

    options: tuple[Enum, ...] = ()

    def check(self, value: object) -> None:
        if value not in self.options:
            raise ParameterError(self.name, f"{value!r} is not one of {self._words()}")

    def parse(self, text: str) -> Enum:
        word = text.strip().lower()
        for option in self.options:
            if word in {str(option.value).lower(), option.name.lower(), self.text(option).lower()}:
                return option
        guess = near(word, (str(option.value) for option in self.options))
        raise ParameterError(self.name, f"'{text}' is not one of {self._words()}{guess}")

    def to_json(self, value: Any) -> Any:
        return value.value

    def from_json(self, data: Any) -> Enum:
        if not isinstance(data, str):
            raise ParameterError(self.name, f"{data!r} is not one of {self._words()}")
        return self.parse(data)

    def text(self, value: Any) -> str:
        return str(getattr(value, "title", value.value))

    def _words(self) -> str:
        return ", ".join(str(option.value) for option in self.options)


@dataclass(frozen=True)
class Integers(Parameter):
    """A fixed number of whole numbers, such as top, bottom, left and right."""

    parts: tuple[str, ...] = ()
    low: int = 0
    high: int = 2**15

    def check(self, value: object) -> None:
        if not isinstance(value, tuple) or len(value) != len(self.parts):
            raise ParameterError(self.name, f"{value!r} is not {len(self.parts)} numbers ({', '.join(self.parts)})")
        for part, number in zip(self.parts, value, strict=True):
            if type(number) is not int or not self.low <= number <= self.high:
                # A whole number's own words say what is wrong; made only now, as every layer made is checked.
                Integer(f"{self.name} {part}", 0, "", low=self.low, high=self.high).check(number)

    def parse(self, text: str) -> tuple[int, ...]:
        words = text.replace(",", " ").split()
        if len(words) == 1:
            words *= len(self.parts)
        try:
            value = tuple(int(word) for word in words)
        except ValueError:
            raise ParameterError(self.name, f"'{text}' is not {len(self.parts)} whole numbers") from None
        self.check(value)
        return value

    def to_json(self, value: Any) -> Any:
        return list(value)

    def from_json(self, data: Any) -> tuple[int, ...]:
        value = tuple(data) if isinstance(data, list) else data
        self.check(value)
        return value

    def text(self, value: Any) -> str:
        return ", ".join(map(str, value))


@dataclass(frozen=True)
class Sides(Parameter):
    """A whole number for both directions, or one down and one across: ``3``, ``3×5``."""

    low: int = 0
    high: int = 2**15

    def check(self, value: object) -> None:
        if type(value) is int:
            if not self.low <= value <= self.high:
                raise ParameterError(self.name, f"{value} is out of range; it takes {self.low} to {self.high}")
            return
        if not isinstance(value, tuple) or len(value) != 2:
            raise ParameterError(self.name, f"{value!r} is neither a whole number nor two, down and across")
        for part, number in zip(("rows", "columns"), value, strict=True):
            Integer(f"{self.name} {part}", 0, "", low=self.low, high=self.high).check(number)

    def normal(self, value: Any) -> Any:
        """The one form of a value: a single number where both directions have the same."""
        return value[0] if isinstance(value, tuple) and value[0] == value[1] else value

    def parse(self, text: str) -> int | tuple[int, int]:
        words = re.split(r"\s*[×x*]\s*", text.strip().lower())
        try:
            numbers = [whole_number(word) for word in words]
        except ValueError as error:
            raise ParameterError(self.name, str(error)) from None
        if len(numbers) > 2:
            raise ParameterError(self.name, f"'{text}' is neither a whole number nor two, as in 3×5")
        value = numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])
        self.check(value)
        found: int | tuple[int, int] = self.normal(value)
        return found

    def to_json(self, value: Any) -> Any:
        short = self.normal(value)
        return list(short) if isinstance(short, tuple) else short

    def from_json(self, data: Any) -> Any:
        value = tuple(data) if isinstance(data, list) else data
        self.check(value)
        return self.normal(value)

    def text(self, value: Any) -> str:
        short = self.normal(value)
        return "×".join(map(str, short)) if isinstance(short, tuple) else str(short)


@dataclass(frozen=True)
class Numbers(Parameter):
    """Some whole numbers in a row, as many as are typed."""

    low: int = 0
    high: int = 2**31 - 1
    most: int = 8

    def check(self, value: object) -> None:
        if not isinstance(value, tuple) or not 1 <= len(value) <= self.most:
            raise ParameterError(self.name, f"{value!r} is not 1 to {self.most} whole numbers")
        for number in value:
            Integer(self.name, 0, "", low=self.low, high=self.high).check(number)

    def parse(self, text: str) -> tuple[int, ...]:
        try:
            value = tuple(whole_number(word) for word in text.replace(",", " ").split())
        except ValueError as error:
            raise ParameterError(self.name, str(error)) from None
        self.check(value)
        return value

    def to_json(self, value: Any) -> Any:
        return list(value)

    def from_json(self, data: Any) -> tuple[int, ...]:
        value = tuple(data) if isinstance(data, list) else data
        self.check(value)
        return value

    def text(self, value: Any) -> str:
        return ", ".join(map(str, value))


@dataclass(frozen=True)
class Location(Parameter):
    """A file or a folder by its path; an empty text stands for none. Whether it is there is asked when it is used.

    Attributes:
        is_folder: Whether a folder is meant.
        endings: What a file's name may end in, to offer the right ones; empty for any.
    """

    is_folder: bool = False
    endings: tuple[str, ...] = ()

    def check(self, value: object) -> None:
        if not isinstance(value, str) or "\0" in value:
            raise ParameterError(self.name, f"{value!r} is no path")

    def parse(self, text: str) -> str:
        self.check(text)
        return text


@dataclass(frozen=True)
class Word(Parameter):
    """A word that only the machine knows, such as a device; an empty text stands for none. Asked when it is used.

    Attributes:
        such_as: Words of the kind, parted by bars, or what they are called.
    """

    such_as: str = ""

    def check(self, value: object) -> None:
        if not isinstance(value, str) or "\0" in value:
            raise ParameterError(self.name, f"{value!r} is no word; it takes {self.such_as}")

    def parse(self, text: str) -> str:
        self.check(text)
        return text


@dataclass(frozen=True)
class Tensors(Parameter):
    """Shapes of some tensors, each with its element type and where its channels stand. Brought in, never typed."""

    def check(self, value: object) -> None:
        if not isinstance(value, tuple) or not all(isinstance(each, TensorSpec) for each in value):
            raise ParameterError(self.name, f"{value!r} is no row of shapes")
        for spec in value:
            sides_fit = all(type(side) is int and 0 < side < 2**31 for side in spec.shape)
            axis = spec.channel_axis
            if not sides_fit or type(axis) is not int or not 0 <= axis < max(len(spec.shape), 1):
                raise ParameterError(self.name, f"{spec.full_label or 'a number'} is no shape of a tensor")

    def parse(self, text: str) -> tuple[TensorSpec, ...]:
        raise ParameterError(self.name, "it comes with the operator and is not typed")

    def to_json(self, value: Any) -> Any:
        return [[list(spec.shape), spec.dtype.value, spec.channel_axis] for spec in value]

    def from_json(self, data: Any) -> tuple[TensorSpec, ...]:
        try:
            value = tuple(TensorSpec(tuple(shape), DType(word), axis) for shape, word, axis in data)
        except (TypeError, ValueError) as error:
            reason = "is no row of shapes; each is a list of sides, an element type and the channels' dimension"
            raise ParameterError(self.name, reason) from error
        self.check(value)
        return value

    def text(self, value: Any) -> str:
        return ", ".join(spec.full_label for spec in value)


def _declare(make: Callable[[str], Parameter], default: Any) -> Any:
    return field(default=default, metadata={_METADATA_KEY: make})


def integer(
    *,
    default: int,
    low: int,
    high: int,
    help: str,
    unit: str = "",
    shown_when: tuple[str, Any] | None = None,
    title: str = "",
) -> Any:
    """Declare a whole-number parameter."""
    return _declare(lambda name: Integer(name, default, help, unit, shown_when, title, low=low, high=high), default)


def optional_integer(*, default: None, low: int, high: int, help: str, unset: str, title: str = "") -> Any:
    """Declare a whole-number parameter that may be left to the program."""
    return _declare(
        lambda name: OptionalInteger(name, default, help, "", None, title, low=low, high=high, unset=unset), default
    )


def word(*, default: str, help: str, such_as: str, title: str = "") -> Any:
    """Declare a parameter that is a word the machine knows."""
    return _declare(lambda name: Word(name, default, help, "", None, title, such_as=such_as), default)


def ratio(
    *,
    default: float,
    low: float,
    high: float,
    help: str,
    unit: str = "",
    shown_when: tuple[str, Any] | None = None,
    title: str = "",
) -> Any:
    """Declare a real-number parameter."""
    return _declare(lambda name: Ratio(name, default, help, unit, shown_when, title, low=low, high=high), default)


def flag(*, default: bool, help: str, shown_when: tuple[str, Any] | None = None, title: str = "") -> Any:
    """Declare an on-or-off parameter."""
    return _declare(lambda name: Flag(name, default, help, "", shown_when, title), default)


def choice(
    *,
    default: Enum,
    help: str,
    options: tuple[Enum, ...] = (),
    shown_when: tuple[str, Any] | None = None,
    title: str = "",
) -> Any:
    """Declare a parameter that is one of an enumeration's members (or of the ``options`` among them)."""
    members = options or tuple(type(default))
    return _declare(lambda name: Choice(name, default, help, "", shown_when, title, options=members), default)


def integers(
    *,
    default: tuple[int, ...],
    parts: tuple[str, ...],
    low: int = 0,
    high: int = 2**15,
    help: str,
    shown_when: tuple[str, Any] | None = None,
) -> Any:
    """Declare a parameter of several whole numbers."""
    return _declare(
        lambda name: Integers(name, default, help, "", shown_when, parts=parts, low=low, high=high), default
    )


def sides(
    *,
    default: int | tuple[int, int],
    low: int,
    high: int,
    help: str,
    shown_when: tuple[str, Any] | None = None,
    title: str = "",
) -> Any:
    """Declare a parameter that is one whole number for both directions, or one down and one across."""
    return _declare(lambda name: Sides(name, default, help, "", shown_when, title, low=low, high=high), default)


def numbers(
    *,
    default: tuple[int, ...],
    low: int = 0,
    high: int = 2**31 - 1,
    most: int = 8,
    help: str,
    shown_when: tuple[str, Any] | None = None,
    title: str = "",
) -> Any:
    """Declare a parameter of some whole numbers, as many as are typed."""
    return _declare(
        lambda name: Numbers(name, default, help, "", shown_when, title, low=low, high=high, most=most), default
    )


def tensors(*, help: str, title: str = "") -> Any:
    """Declare a parameter of shapes that came with what was brought in."""
    return _declare(lambda name: Tensors(name, (), help, "", None, title), ())


def location(
    *,
    help: str,
    default: str = "",
    is_folder: bool = False,
    endings: tuple[str, ...] = (),
    shown_when: tuple[str, Any] | None = None,
    title: str = "",
) -> Any:
    """Declare a file's or folder's path."""
    return _declare(
        lambda name: Location(name, default, help, "", shown_when, title, is_folder=is_folder, endings=endings), default
    )


def declared(cls: type) -> tuple[Parameter, ...]:
    """The parameters a layer class declares, in order."""
    return tuple(_parameter(item) for item in fields(cls) if _METADATA_KEY in item.metadata)


def _parameter(item: Field[Any]) -> Parameter:
    if item.default is MISSING:
        raise ParameterError(item.name, "has no default")
    parameter = item.metadata[_METADATA_KEY](item.name)
    if not isinstance(parameter, Parameter):
        raise ParameterError(item.name, "is no parameter")
    return parameter
