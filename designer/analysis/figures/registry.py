"""Register and look up the figures; refuses duplicate or incomplete declarations.

Every module of this package is read once, at the first look-up: a new figure is one class in one file.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Mapping
from functools import cache
from typing import TypeVar

from designer.analysis.figures.figure import Figure, Scope
from designer.errors import FigureDeclarationError, near

F = TypeVar("F", bound=Figure)

_by_key: dict[str, Figure] = {}


def register(cls: type[F]) -> type[F]:
    """Put a figure among those that every surface shows.

    Raises:
        FigureDeclarationError: The key is taken or malformed, or the declaration does not say all that is asked.
    """
    cls.label = cls.label or cls.title
    cls.node_label = cls.node_label or cls.label
    if cls.key in _by_key:
        raise FigureDeclarationError(f"figure '{cls.key}' is declared twice: {_by_key[cls.key]} and {cls}")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", cls.key):
        raise FigureDeclarationError(f"figure key '{cls.key}' is no lower-case identifier")
    for name in ("title", "unit", "help", "meaning", "counted", "source", "order"):
        if not getattr(cls, name):
            raise FigureDeclarationError(f"figure '{cls.key}' does not say its {name}")
    for scope, name in ((Scope.DESIGN, "of_design"), (Scope.NODE, "of_node")):
        if scope in cls.scope and getattr(cls, name) is getattr(Figure, name):
            raise FigureDeclarationError(f"figure '{cls.key}' does not say its {name}")
    _by_key[cls.key] = cls()
    return cls


@cache
def _all_by_key() -> Mapping[str, Figure]:
    import designer.analysis.figures as package

    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return {each.key: each for each in sorted(_by_key.values(), key=lambda each: each.order)}


def figures(scope: Scope | None = None) -> tuple[Figure, ...]:
    """Every figure in order; those of a design or of a node, where that is asked."""
    return tuple(each for each in _all_by_key().values() if scope is None or scope in each.scope)


def figure(key: str) -> Figure:
    """The figure of a key.

    Raises:
        KeyError: There is none; the text guesses what was meant.
    """
    known = _all_by_key()
    if key not in known:
        raise KeyError(f"there is no figure '{key}'{near(key, known)}")
    return known[key]
