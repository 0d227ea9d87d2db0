"""Several files put in place together, each whole or none: written in a hidden folder beside, moved at the end.

Knows nothing of what is in them. A failure or a cancel leaves what was there before, and nothing besides. A process
that is killed meanwhile cannot clean up; whoever writes to the place next does, or whoever ended it.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from designer.errors import ExportError
from designer.files.atomic import cut_to_bytes, is_aged, keep_owner, mode_to_keep, reason_of
from designer.files.outputs import place_of
from designer.locking import hold, is_held

_ENDING = ".part"
_HELD = ".held"
"""A file in the folder that its process holds locked; the system lets go of it when that ends, however it ends."""


class Staging:
    """A hidden folder beside a target; ``commit`` moves what is in it.

    Attributes:
        target: The file that shall be made: what a link points to.
        folder: Where to write, under the names the files shall have.
    """

    def __init__(self, target: Path, folder: Path) -> None:
        self.target = target
        self.folder = folder

    @property
    def draft(self) -> Path:
        """Where to write the file that was asked for."""
        return self.folder / self.target.name

    def commit(self, names: Sequence[str]) -> tuple[Path, ...]:
        """Move files of the folder beside the target, to the disk first; where one cannot be, all are as they were.

        Raises:
            OSError: A file cannot be put in place.
        """
        places = [self.target.parent / name for name in names]
        modes = [mode_to_keep(place) for place in places]
        for name, mode in zip(names, modes, strict=True):
            draft = self.folder / name
            with draft.open("rb+") as file:
                os.fsync(file.fileno())
            if mode is not None:
                keep_owner(draft, self.target.parent / name)
            draft.chmod(0o666 & ~_umask() if mode is None else mode)
        self._move(names, places)
        return tuple(places)

    def _move(self, names: Sequence[str], places: Sequence[Path]) -> None:
        kept = self.folder / ".before"
        kept.mkdir()
        done: list[tuple[Path, Path]] = []
        try:
            for name, place in zip(names, places, strict=True):
                if place.exists() and len(names) > 1:  # one rename needs no way back
                    os.replace(place, kept / name)
                    done.append((kept / name, place))
                os.replace(self.folder / name, place)
                done.append((self.folder / name, place))
        except OSError:
            for source, place in reversed(done):
                with contextlib.suppress(OSError):
                    os.replace(place, source) if source.parent == self.folder else os.replace(source, place)
            raise


@contextlib.contextmanager
def staged(path: str | os.PathLike[str]) -> Iterator[Staging]:
    """A staging folder beside a path, gone at the end whatever happens.

    Raises:
        ExportError: The folder cannot be written to, the disk is full, or the path is no place for a file.
    """
    target = place_of(path)  # what a link points to is written, as a save does; the link stays one
    try:
        if not target.parent.is_dir():
            raise ExportError(f"{target}: the folder {target.parent} is not there; make it, or choose another")
        if target.is_dir():
            raise ExportError(f"{target}: this is a folder; give the name of a file in it")
        mode_to_keep(target)
        clear_abandoned(target)
        folder = Path(tempfile.mkdtemp(prefix=_prefix(target), suffix=_ENDING, dir=target.parent))
    except (OSError, ValueError) as error:
        raise ExportError(f"{target}: it cannot be written: {reason_of(error)}") from error
    try:
        with _held(folder):
            yield Staging(target, folder)
    except OSError as error:
        raise ExportError(f"{target}: it cannot be written: {reason_of(error)}; nothing was left") from error
    except RuntimeError as error:
        reason = _disk_trouble(error, folder)
        if reason is None:
            raise
        raise ExportError(f"{target}: it cannot be written: {reason_of(reason)}; nothing was left") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_abandoned(path: str | os.PathLike[str]) -> bool:
    """Remove the staging folders of a path whose processes have ended without; says whether none is left at all.

    A folder that nobody had time to mark as held is empty; it goes as soon as it is some seconds old.
    """
    target = Path(os.path.realpath(path))
    found = [
        folder
        for folder in target.parent.glob(f"{glob.escape(_prefix(target))}*{_ENDING}")
        if folder.is_dir() and not folder.is_symlink()
    ]
    left = [folder for folder in found if (folder / _HELD).is_file()]
    for folder in left:
        if not is_held(folder / _HELD):
            shutil.rmtree(folder, ignore_errors=True)
    for folder in set(found) - set(left):
        with contextlib.suppress(OSError):  # not empty: it is not ours
            if is_aged(folder):
                folder.rmdir()
    return not any(folder.exists() for folder in left)


def _disk_trouble(error: RuntimeError, folder: Path) -> OSError | None:
    """What the disk said, where another package that wrote there made an error of its own of it; else None."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError):
            return cause
        cause = cause.__cause__ or cause.__context__
    try:
        # Some take back what did not fit, so that a disk is not quite full any more when they say that they failed.
        written = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        is_full = shutil.disk_usage(folder).free < written
    except OSError as trouble:
        return trouble
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) if is_full else None


def _prefix(target: Path) -> str:
    return f".{cut_to_bytes(target.name, 100)}."


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    with (folder / _HELD).open("wb") as stream:
        hold(stream)
        yield


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
