"""Which files an output may take the place of: one of its own kind, and never what was read to make it.

Knows nothing of what is in the files; a kind is told by the ending.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from designer.errors import DesignFileError
from designer.files.atomic import cut_to_bytes, write_whole

_DESIGN = ".design.json"
_MOST_STEM_BYTES = 200
"""A file's name has 255 bytes at most, its endings and what is put before it while it is written among them."""


def place_of(path: str | os.PathLike[str]) -> Path:
    """Where a file really lies: what a link points to, which is then written, so that the link stays one.

    Raises:
        DesignFileError: It names no file.
    """
    text = os.fspath(path)
    if not text or Path(text).name in ("", "..") or "\0" in text:
        raise DesignFileError(text or "''", "", "it names no file; give the name of a file")
    return Path(os.path.realpath(text))


def stem_of(name: str) -> str:
    """A name as a file's, without an ending: letters, digits, dots and dashes."""
    letters = "".join(letter if letter.isalnum() or letter in ".-_" else "-" for letter in name)
    return cut_to_bytes("-".join(filter(None, letters.split("-"))), _MOST_STEM_BYTES) or "design"


def refuse_loss(
    path: str | os.PathLike[str], endings: Sequence[str], inputs: Iterable[str | os.PathLike[str]] = ()
) -> None:
    """Raise DesignFileError where writing there would lose another file.

    Args:
        path: Where an output shall be written.
        endings: How names of its kind end; a file that is there may be replaced if its name ends so.
        inputs: Files that the output is made from, or that are open.
    """
    name, place = os.fspath(path), place_of(path)
    for given in inputs:
        if _is_same(place, Path(given)):
            raise DesignFileError(name, "", "it is what the output is made from and would be lost; choose another name")
    if place.is_file() and not _is_of_kind(place, endings) and not _is_of_kind(Path(name), endings):
        raise DesignFileError(
            name,
            "",
            f"a file is there that is none of this kind ({', '.join(endings)}) and would be lost; "
            "choose another name, or remove it first",
        )


def write_output(path: str | os.PathLike[str], content: bytes, endings: Sequence[str]) -> None:
    """Write a file whole, where that loses no file of another kind.

    Raises:
        DesignFileError: It would, or the file cannot be written.
    """
    refuse_loss(path, endings)
    write_whole(path, content)


def _is_of_kind(file: Path, endings: Sequence[str]) -> bool:
    name = file.name.lower()
    if name.endswith(_DESIGN):  # it ends in .json too, and no other JSON may take its place
        return _DESIGN in endings
    return name.endswith(tuple(endings))


def _is_same(place: Path, given: Path) -> bool:
    try:
        return place.samefile(given)
    except (OSError, ValueError):  # one of them is not there
        return os.path.realpath(given) == os.fspath(place)
