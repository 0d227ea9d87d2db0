"""Sets of options, declared once: flags, dialog pages, menus, messages, stored settings and checks follow from it.

An option set is a frozen dataclass whose fields are parameters, as a layer's are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeVar, dataclass_transform

from designer.errors import ParameterError, near
from designer.graph.parameter import Parameter, choice, declared, flag, integer, location, optional_integer, ratio, word

O = TypeVar("O", bound="OptionSet")  # noqa: E741  # one letter, as type variables are


class OptionSet:
    """The base of every option set; by itself one with nothing to choose."""

    parameters: ClassVar[tuple[Parameter, ...]] = ()

    def __post_init__(self) -> None:
        """Raise ParameterError where an option is out of range."""
        for parameter in self.parameters:
            parameter.check(getattr(self, parameter.name))

    @classmethod
    def parameter(cls, name: str) -> Parameter:
        """The declared option of that name.

        Raises:
            ParameterError: There is none; the text guesses what was meant.
        """
        for parameter in cls.parameters:
            if parameter.name == name:
                return parameter
        names = [parameter.name for parameter in cls.parameters]
        known = f"; there are: {', '.join(names)}" if names else "; there is none"
        raise ParameterError(name, f"there is no such option{near(name, names)}{known}")

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """An option set from plain JSON data by name; what is not named has its default.

        Raises:
            ParameterError: There is no such option, or a value does not suit it.
        """
        return cls(**{name: cls.parameter(name).from_json(value) for name, value in data.items()})

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> Self:
        """An option set from what a person typed, by name; an option that needs another sets that too.

        Raises:
            ParameterError: There is no such option, a text stands for no value of it, or one makes another meaningless.
        """
        values = {name: cls.parameter(name).parse(text) for name, text in texts.items()}
        for name in texts:
            when = cls.parameter(name).shown_when
            if when is not None and values.setdefault(*when) != when[1]:
                other = cls.parameter(when[0])
                raise ParameterError(
                    name, f"it means nothing with {other.name} {other.text(values[other.name])}; leave one of them out"
                )
        return cls(**values)

    @classmethod
    def taking(cls, other: OptionSet, **more: Any) -> Self:
        """An option set with what another says of the same options, and with more."""
        names = {parameter.name for parameter in cls.parameters}
        shared = {each.name: getattr(other, each.name) for each in other.parameters if each.name in names}
        return cls(**(shared | more))

    def to_data(self) -> dict[str, Any]:
        """Every option as plain JSON data, by name; ``from_data`` takes it back."""
        return {parameter.name: parameter.to_json(getattr(self, parameter.name)) for parameter in self.parameters}


@dataclass_transform(
    frozen_default=True, field_specifiers=(integer, optional_integer, ratio, flag, choice, location, word)
)
def option_set(cls: type[O]) -> type[O]:
    """Make a class a frozen dataclass of options."""
    made = dataclass(frozen=True)(cls)
    made.parameters = declared(made)
    made()
    return made
