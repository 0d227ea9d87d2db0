"""Where the weights of a network lie that was brought in and not saved yet: a folder of its own in the user's data.

Nothing is written beside the original, and nothing is lost while the design has no file. Knows nothing of what is kept.
"""

from __future__ import annotations

import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path

from designer.files.design_json import SUFFIX
from designer.files.outputs import stem_of
from designer.files.storage import data_folder, make_folder

_FOLDER = "imports"
_KEPT_S = 30 * 24 * 3600.0
"""What a program that was ended left behind is of use to recovered work for as long as this."""


def new_place(name: str) -> Path:
    """The name of a design's file in a new folder of its own; what is kept lies beside it, the file is never written.

    Args:
        name: What the network is called; its letters, digits, dots and dashes are kept.

    Raises:
        DesignFileError: The folder cannot be made.
    """
    clear_old()
    folder = _parent() / secrets.token_hex(6)
    make_folder(folder)
    return folder / f"{stem_of(name)}{SUFFIX}"


def forget(place: Path) -> None:
    """Remove a place's folder; nothing where it is not one of these, or is gone."""
    if place.parent.parent == _parent():
        shutil.rmtree(place.parent, ignore_errors=True)


def clear_old() -> None:
    """Remove what programs left behind that were ended long ago."""
    oldest = time.time() - _KEPT_S
    for folder in _parent().glob("*/"):
        with suppress(OSError):
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)


def _parent() -> Path:
    return data_folder() / _FOLDER
