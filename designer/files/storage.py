"""Where the program keeps what is the user's own: recovery copies, the block library and what was calibrated."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from designer.errors import DesignFileError

FOLDER_NAME = "bottleneck-designer"
FOLDER_VARIABLE = "BOTTLENECK_DESIGNER_DATA"
"""Names another folder, for a portable installation and for tests."""


def data_folder(environment: Mapping[str, str] | None = None, platform: str = sys.platform) -> Path:
    """The folder of the user's own data; it need not exist yet.

    ``%APPDATA%`` on Windows, ``~/Library/Application Support`` on macOS, else ``$XDG_DATA_HOME`` or
    ``~/.local/share``; ``BOTTLENECK_DESIGNER_DATA`` goes before all.

    Args:
        environment: The environment's variables; those of the process where none are given.
        platform: As ``sys.platform`` names it.
    """
    variables = os.environ if environment is None else environment
    chosen = variables.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen).absolute()
    if platform == "win32":
        parent = Path(variables.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif platform == "darwin":
        parent = Path.home() / "Library" / "Application Support"
    else:
        named = Path(variables.get("XDG_DATA_HOME") or "")
        # The XDG specification: a relative path counts as none.
        parent = named if named.is_absolute() else Path.home() / ".local" / "share"
    return parent / FOLDER_NAME


def make_folder(folder: Path) -> None:
    """Make a folder that only the user can read, with those above it; nothing where it is there.

    Raises:
        DesignFileError: It cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = f"the folder cannot be made: {(error.strerror or str(error)).lower()}; check the rights to it"
        raise DesignFileError(os.fspath(folder), "", reason) from error
