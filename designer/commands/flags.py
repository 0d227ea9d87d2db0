"""Flags of a command, from the parameters that are declared."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from designer.graph.parameter import Choice, Flag, Location, Parameter, Word


def add_flag(parser: argparse.ArgumentParser, parameter: Parameter, help: str = "", metavar: str = "") -> None:
    """Take a parameter as ``--its-name``; where it is not said, nothing stands for it.

    Args:
        parser: Of the command.
        parameter: What is taken.
        help: Words for it; the parameter's own by default.
        metavar: What stands for its value; by default what the parameter takes.
    """
    flag, words = f"--{parameter.name.replace('_', '-')}", (help or parameter.help).replace("%", "%%")
    if isinstance(parameter, Flag):
        parser.add_argument(flag, dest=parameter.name, action=argparse.BooleanOptionalAction, default=None, help=words)
    else:
        parser.add_argument(flag, dest=parameter.name, metavar=metavar or _placeholder(parameter), help=words)


def _placeholder(parameter: Parameter) -> str:
    if isinstance(parameter, Choice):
        return "|".join(str(option.value) for option in parameter.options)
    if isinstance(parameter, Location):
        return "FOLDER" if parameter.is_folder else "FILE"
    return parameter.such_as if isinstance(parameter, Word) else parameter.unit or "N"


def said(options: argparse.Namespace, names: Iterable[str]) -> dict[str, str]:
    """By name the texts of those parameters that were said."""
    values = {name: getattr(options, name) for name in names}
    return {
        name: value if isinstance(value, str) else "on" if value else "off"
        for name, value in values.items()
        if value is not None
    }
