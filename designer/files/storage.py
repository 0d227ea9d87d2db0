"""Where the program keeps what is the user's own: the folder, and the list of recent files.

Recovery copies and the block library have modules of their own and live in the same folder. A broken list is no reason
not to start: it counts as empty.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from designer.errors import DesignFileError
from designer.files.atomic import read_whole, write_whole

FOLDER_NAME = "bottleneck-designer"
FOLDER_VARIABLE = "BOTTLENECK_DESIGNER_DATA"
"""Names another folder, for a portable installation and for tests."""

_MAX_LIST_BYTES = 1_000_000


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


@dataclass(frozen=True)
class RecentFile:
    """A file that was opened or saved lately.

    Attributes:
        path: Where it is, absolute.
        name: The design's name then.
        used_at: When, in UTC.
    """

    path: Path
    name: str
    used_at: datetime

    @property
    def exists(self) -> bool:
        """Whether it is still there."""
        return self.path.is_file()


class RecentFiles:
    """The files opened or saved lately, latest first; shared by all windows of all running programs.

    Args:
        folder: The user's data folder.
        limit: How many are kept.
    """

    def __init__(self, folder: Path, limit: int = 12) -> None:
        self._path = folder / "recent.json"
        self._limit = limit

    def entries(self) -> tuple[RecentFile, ...]:
        """The list as it is on disk now; empty where it cannot be read."""
        try:
            data = json.loads(read_whole(self._path, _MAX_LIST_BYTES))
        except (DesignFileError, ValueError, RecursionError):
            return ()
        found = [_recent_file(entry) for entry in data] if isinstance(data, list) else []
        return tuple(entry for entry in found if entry is not None)[: self._limit]

    def add(self, path: str | os.PathLike[str], name: str, now: datetime | None = None) -> None:
        """Put a file at the head of the list.

        Raises:
            DesignFileError: The list cannot be written.
        """
        entry = RecentFile(Path(path).absolute(), name, now or datetime.now(UTC))
        self._write([entry, *self._without(entry.path)])

    def forget(self, path: str | os.PathLike[str]) -> None:
        """Take a file off the list.

        Raises:
            DesignFileError: The list cannot be written.
        """
        self._write(self._without(Path(path).absolute()))

    def clear(self) -> None:
        """Empty the list.

        Raises:
            DesignFileError: The list cannot be written.
        """
        self._write([])

    def _without(self, path: Path) -> list[RecentFile]:
        # Read anew each time: another program may have added to it since.
        spelling = os.path.normcase(path)
        return [entry for entry in self.entries() if os.path.normcase(entry.path) != spelling]

    def _write(self, entries: list[RecentFile]) -> None:
        make_folder(self._path.parent)
        data = [
            {"path": os.fspath(entry.path), "name": entry.name, "used_at": entry.used_at.isoformat()}
            for entry in entries[: self._limit]
        ]
        write_whole(self._path, json.dumps(data, indent=1).encode() + b"\n")


def _recent_file(data: Any) -> RecentFile | None:
    """An entry of the list; None for what is none."""
    try:
        path, name, used_at = Path(data["path"]), data["name"], datetime.fromisoformat(data["used_at"])
    except (KeyError, TypeError, ValueError):
        return None
    return RecentFile(path, name, used_at) if isinstance(name, str) and used_at.tzinfo is not None else None
