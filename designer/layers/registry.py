"""Register, look up and search the layers that can be placed; refuses duplicate or incomplete declarations.

Every module of this package, and those that other packages name, are read once, at the first look-up; after that the
catalogue is closed.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar, dataclass_transform

from designer.errors import LayerDeclarationError, ParameterError, near
from designer.graph import plug_ins
from designer.graph.layer import Category, Layer
from designer.graph.parameter import choice, declared, flag, integer, integers, ratio

L = TypeVar("L", bound=Layer)

_by_key: dict[str, type[Layer]] = {}
_not_offered: set[str] = set()


@dataclass_transform(frozen_default=True, field_specifiers=(integer, ratio, flag, choice, integers))
def register(
    *,
    key: str,
    title: str,
    glyph: str,
    category: Category,
    source: str = "",
    keywords: tuple[str, ...] = (),
    renamed: Mapping[str, str] | None = None,
    is_offered: bool = True,
) -> Callable[[type[L]], type[L]]:
    """Make a class a frozen dataclass and put it into the catalogue.

    Args:
        key: Word in files; never changes once published.
        title: Name in palette and on cards.
        glyph: Two to four letters for small cards.
        category: Group in the palette.
        source: Where the idea or the formula comes from.
        keywords: More words to find it by.
        renamed: Old parameter names in files, to present ones.
        is_offered: Whether a person can place one; what only an import makes is in files, and in no palette.

    Raises:
        LayerDeclarationError: The key is taken or malformed, or the declaration lacks a docstring or lowering.
    """

    def declare(cls: type[L]) -> type[L]:
        # A layer without parameters is a frozen record by its base; making one takes a third of a millisecond.
        made = dataclass(frozen=True)(cls) if "__annotations__" in vars(cls) else cls
        made.key, made.title, made.glyph, made.category = key, title, glyph, category
        made.source, made.keywords, made.renamed = source, keywords, dict(renamed or {})
        try:
            made.parameters = declared(made)
            made()
        except (ParameterError, TypeError) as error:
            raise LayerDeclarationError(f"layer '{key}': {error}") from error
        _refuse_incomplete(made)
        _by_key[key] = made
        if not is_offered:
            _not_offered.add(key)
        return made

    return declare


def _refuse_incomplete(cls: type[Layer]) -> None:
    if cls.key in _by_key:
        raise LayerDeclarationError(f"layer '{cls.key}' is declared twice: {_by_key[cls.key]} and {cls}")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", cls.key):
        raise LayerDeclarationError(f"layer key '{cls.key}' is no lower-case identifier")
    if not cls.__doc__ or cls.__doc__.startswith(f"{cls.__name__}("):
        raise LayerDeclarationError(f"layer '{cls.key}' has no docstring")
    needed = ("expand",) if cls.is_block else ("lower",)
    for name in needed:
        if getattr(cls, name) is getattr(Layer, name):
            raise LayerDeclarationError(f"layer '{cls.key}' does not say its {name}")


@cache
def _all_by_key() -> Mapping[str, type[Layer]]:
    import designer.layers as package

    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    plug_ins.load("layers")
    return dict(_by_key)


@cache
def catalogue() -> tuple[type[Layer], ...]:
    """Every layer that can be placed, by the categories' order and in the order of declaration within one."""
    order = list(Category)
    offered = (cls for key, cls in _all_by_key().items() if key not in _not_offered)
    return tuple(sorted(offered, key=lambda cls: order.index(cls.category)))


def not_offered() -> tuple[type[Layer], ...]:
    """Every layer that is in files and cannot be placed: what an import makes where no other layer computes it."""
    return tuple(cls for key, cls in _all_by_key().items() if key in _not_offered)


def lookup(key: str) -> type[Layer]:
    """The layer class of a key.

    Raises:
        KeyError: There is none; the text guesses what was meant.
    """
    known = _all_by_key()
    if key not in known:
        raise KeyError(f"there is no layer type '{key}'{near(key, known)}")
    return known[key]


def search(text: str) -> tuple[type[Layer], ...]:
    """Layers that a few typed letters may mean, best first; all of them for no letters.

    A word that starts with the letters comes before one that contains them, before one that has them in order; a word
    of the title before any other.
    """
    letters = text.casefold().replace(" ", "")
    if not letters:
        return catalogue()
    scored = [
        (score, index, cls)
        for index, cls in enumerate(catalogue())
        if (score := entry_score(letters, cls.title, search_words(cls)))
    ]
    return tuple(cls for _, _, cls in sorted(scored, key=lambda entry: (-entry[0], entry[1])))


_BY_TITLE = {4: 8, 3: 7, 2: 4, 1: 2, 0: 0}
_BY_OTHERS = {4: 6, 3: 5, 2: 3, 1: 1, 0: 0}
"""What a match is worth in the title and in the other words."""


def entry_score(letters: str, title: str, others: tuple[str, ...]) -> int:
    """How well typed letters match something with a title and more words to find it by: 0 not, the more the better.

    A word of the title that is or begins with the letters comes before any other word: who types ``res`` means
    *Residual add*, and not a block that has a residual; who types ``conv`` sees *Convolution* before what has one.
    """
    return max(_BY_TITLE[match_score(letters, (title, *title.split()))], _BY_OTHERS[match_score(letters, others)])


def match_score(letters: str, words: tuple[str, ...]) -> int:
    """How well typed letters (lower case, no spaces) match any word: 4 equal, 3 start, 2 inside, 1 in order, 0 not."""
    return max((_word_score(letters, word.casefold().replace(" ", "")) for word in words), default=0)


def _word_score(letters: str, word: str) -> int:
    if word == letters:
        return 4
    if word.startswith(letters):
        return 3
    if letters in word:
        return 2
    rest = iter(word)
    return 1 if all(letter in rest for letter in letters) else 0


def search_words(cls: type[Layer]) -> tuple[str, ...]:
    """What a layer may be searched by besides its title."""
    return (cls.key, cls.glyph, cls.category.value, *cls.keywords)
