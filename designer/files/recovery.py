"""Recovery after a kill: a copy of each open document that has unsaved work, kept in the user's folder.

Each running program has a folder of its own and holds a lock on it; the system lets go of the lock when the process
ends, however it ends. A folder whose lock is free belongs to nobody alive: its copies are offered at the next start. A
copy is an ordinary design file. The user's own file is never written here.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from designer.edit.document import Document
from designer.errors import DesignFileError
from designer.files.atomic import read_whole, write_whole
from designer.files.design_json import SUFFIX, dumps, load
from designer.files.lock import FolderLock
from designer.files.storage import make_folder
from designer.graph.design import Design

INTERVAL_S = 10.0
"""The least time between two copies of one document, and so the most work that a kill can cost."""

_ABOUT = ".about.json"
_MAX_ABOUT_BYTES = 100_000
_ATTEMPTS = 5


@dataclass(frozen=True)
class RecoveryCopy:
    """Unsaved work that a program left behind.

    Attributes:
        path: The copy.
        name: The design's name.
        original: The user's file that the document was opened from or saved to, or None.
        brought_in: The place beside which the weights of an imported network lie that has no file, or None.
        saved_at: When the copy was made, in UTC.
    """

    path: Path
    name: str
    original: Path | None
    brought_in: Path | None
    saved_at: datetime

    def load(self) -> Design:
        """The design as it was.

        Raises:
            DesignFileError: The copy cannot be read.
        """
        return load(self.path)


@dataclass(frozen=True)
class DamagedCopy:
    """A copy that a program left behind and that cannot be read.

    Attributes:
        path: The copy.
        reason: Why, with the file and the line.
    """

    path: Path
    reason: str


class Autosave:
    """Keeps the copy of one open document; made by ``RecoverySession.watch``.

    ``tick`` is called by a timer every second or so and after edits; it does the little that is due. A copy is there
    exactly while there is unsaved work.
    """

    def __init__(
        self, document: Document, path: Path, clock: Callable[[], float], interval_s: Callable[[], float]
    ) -> None:
        self._document = document
        self._path = path
        self._clock = clock
        self._interval_s = interval_s
        self._kept: tuple[Design, str | None] | None = None
        self._kept_at: float | None = None
        self._is_closed = False

    def tick(self) -> bool:
        """Write the copy if it is due, take it away if the work has been saved; gives whether it wrote.

        Raises:
            DesignFileError: The copy cannot be written; the one before is as it was.
        """
        if self._is_closed:
            return False
        if self._document.is_saved:
            self._remove()
            return False
        if self.due_in_s() != 0:
            return False
        self._write()
        return True

    def due_in_s(self) -> float | None:
        """Seconds until the next copy is due; 0 for now, None while there is nothing to copy."""
        if self._is_closed or self._document.is_saved or self._is_kept():
            return None
        if self._kept_at is None:
            return 0.0
        return max(0.0, self._kept_at + self._interval_s() - self._clock())

    def flush(self) -> None:
        """Write the copy now, however short the time since the last; for a program that is about to fall.

        Raises:
            DesignFileError: The copy cannot be written.
        """
        if not self._is_closed and not self._document.is_saved and not self._is_kept():
            self._write()

    def close(self) -> None:
        """Take the copy away: the document was closed with the user's consent."""
        self._remove()
        self._is_closed = True

    def _is_kept(self) -> bool:
        if self._kept is None:
            return False
        design, path = self._kept
        return path == self._document.path and (
            design is self._document.committed_design or design == self._document.committed_design
        )

    def _write(self) -> None:
        make_folder(self._path.parent)
        design, original = self._document.committed_design, self._document.path
        if self._kept is None or self._kept[1] != original:
            about = {
                "original": None if original is None else os.path.abspath(original),
                "brought_in": self._document.brought_in,
            }
            write_whole(_about(self._path), json.dumps(about).encode())
        write_whole(self._path, dumps(design).encode())
        self._kept, self._kept_at = (design, original), self._clock()

    def _remove(self) -> None:
        for path in (self._path, _about(self._path)):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        self._kept = None


class RecoverySession:
    """One running program's recovery copies, and those it finds of programs that are no more.

    Args:
        folder: The user's data folder.
        interval_s: The least time between two copies of one document, in seconds, asked each time.
        clock: Seconds that never go back.

    Raises:
        DesignFileError: The folder cannot be made or locked.
    """

    def __init__(
        self,
        folder: Path,
        interval_s: Callable[[], float] = lambda: INTERVAL_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._root = folder / "recovery"
        self._interval_s = interval_s
        self._clock = clock
        self._count = 0
        self._adopted: dict[Path, FolderLock] = {}
        self._own, self._lock = self._new_folder()

    def watch(self, document: Document) -> Autosave:
        """Begin to keep a copy of a document."""
        self._count += 1
        return Autosave(document, self._own / f"{self._count}{SUFFIX}", self._clock, self._interval_s)

    def abandoned(self) -> tuple[RecoveryCopy, ...]:
        """Copies of programs that ended without closing their documents, latest first.

        From now on no other program is offered them, until this one ends.
        """
        for folder in sorted(self._root.iterdir()):
            if folder != self._own and folder not in self._adopted and folder.is_dir():
                lock = FolderLock.taken(folder)
                if lock is not None:
                    self._adopted[folder] = lock
        self._sweep()
        copies = [copy for folder in self._adopted for copy in _copies(folder)]
        return tuple(sorted(copies, key=lambda copy: copy.saved_at, reverse=True))

    def damaged(self) -> tuple[DamagedCopy, ...]:
        """Copies taken over by ``abandoned`` that cannot be read; they stay until somebody discards them."""
        return tuple(damage for folder in self._adopted for damage in _damaged(folder))

    def discard(self, copy: RecoveryCopy | DamagedCopy) -> None:
        """Remove a copy that was offered: it has been opened and saved elsewhere, or is not wanted.

        Raises:
            DesignFileError: It is none of those that ``abandoned`` took over, or cannot be removed.
        """
        if copy.path.parent not in self._adopted:
            raise DesignFileError(os.fspath(copy.path), "", "it belongs to a program that is still running; close it")
        try:
            copy.path.unlink(missing_ok=True)
            _about(copy.path).unlink(missing_ok=True)
        except OSError as error:
            reason = f"it cannot be removed: {(error.strerror or str(error)).lower()}; check the rights to its folder"
            raise DesignFileError(os.fspath(copy.path), "", reason) from error
        self._sweep()

    def close(self) -> None:
        """End cleanly: remove this program's own folder, and leave what was offered and not settled for next time."""
        for lock in self._adopted.values():
            lock.release()
        self._adopted.clear()
        for path in self._own.glob(f"*{SUFFIX}"):
            with contextlib.suppress(OSError):
                path.unlink()
        _remove_folder(self._own, self._lock)

    def _new_folder(self) -> tuple[Path, FolderLock]:
        for _ in range(_ATTEMPTS):
            folder = self._root / f"{os.getpid()}-{secrets.token_hex(4)}"
            make_folder(folder)
            # Another program that starts just now may take the folder for one left behind, in the moment before this.
            lock = FolderLock.taken(folder)
            if lock is not None:
                return folder, lock
        raise DesignFileError(
            os.fspath(self._root), "", "no folder for recovery copies can be held there; check the rights to it"
        )

    def _sweep(self) -> None:
        """Remove folders taken over in which nothing is left to offer."""
        for folder in [folder for folder in self._adopted if not any(folder.glob(f"*{SUFFIX}"))]:
            _remove_folder(folder, self._adopted.pop(folder))


def _remove_folder(folder: Path, lock: FolderLock) -> None:
    """Remove a folder without copies; first let go of it, since Windows keeps what is open."""
    lock.release()
    shutil.rmtree(folder, ignore_errors=True)


def _damaged(folder: Path) -> Iterator[DamagedCopy]:
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            load(path)
        except DesignFileError as error:
            yield DamagedCopy(path, str(error))


def _copies(folder: Path) -> list[RecoveryCopy]:
    """The copies in a folder that can be read; the others stay where they are, and are told by ``damaged``."""
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        try:
            saved_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            found.append(RecoveryCopy(path, load(path).name, *_origin(path), saved_at))
        except (DesignFileError, OSError):
            continue
    return found


def _about(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(SUFFIX) + _ABOUT)


def _origin(path: Path) -> tuple[Path | None, Path | None]:
    """The user's file of a copy, and where the weights of an imported network lie."""
    try:
        about = json.loads(read_whole(_about(path), _MAX_ABOUT_BYTES))
        named = (about.get("original"), about.get("brought_in"))
    except (DesignFileError, ValueError, AttributeError, RecursionError):
        return None, None
    original, brought_in = (Path(each) if isinstance(each, str) else None for each in named)
    return original, brought_in
