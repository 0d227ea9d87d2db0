"""Reading and writing files whole: a kill at any moment leaves the old file or the new one, never half of one.

Knows nothing of what is in them. Every failure is a DesignFileError that says what would fix it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import select
import stat
import time
from pathlib import Path
from typing import BinaryIO

from designer.errors import DesignFileError
from designer.locking import hold, is_held
from designer.wording import memory

_FIXES = {
    errno.ENOENT: "check the name and that its folder exists",
    errno.ENOTDIR: "a part of the path is a file, not a folder; check the path",
    errno.EISDIR: "it is a folder; name a file in it",
    errno.EACCES: "ask for the right to it, or choose another place",
    errno.EPERM: "ask for the right to it, or choose another place",
    errno.EROFS: "the disk is read-only; choose another place",
    errno.ENOSPC: "the disk is full; make room, or choose another place",
    errno.EDQUOT: "your share of the disk is used up; make room, or choose another place",
    errno.EFBIG: "it is larger than files may be here; choose another place",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ETIMEDOUT: "name a file, or see that something writes to it",
    errno.ELOOP: "its links point at each other; name the file itself",
}


def read_whole(path: str | os.PathLike[str], limit: int) -> bytes:
    """All bytes of a file.

    Args:
        path: The file; a pipe serves as well, a device or folder does not.
        limit: Bytes beyond which it is refused unread, so that a wrong file cannot fill the memory.

    Raises:
        DesignFileError: It cannot be read, or holds more than the limit.
    """
    name = os.fspath(path)
    try:
        kind = os.stat(path).st_mode
        if stat.S_ISDIR(kind):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(kind) and not stat.S_ISFIFO(kind):
            raise DesignFileError(name, "", "it is a device, not a file; name a file")
        content = _read_pipe(path, limit) if stat.S_ISFIFO(kind) else _read_file(path, limit)
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        raise DesignFileError(name, "", f"it cannot be read: {reason_of(error)}") from error
    if len(content) > limit:
        raise DesignFileError(
            name, "", f"it holds more than {memory(limit)}; no design is that large, so check the name"
        )
    return content


PIPE_PATIENCE_S = 10.0
"""How long somebody may take who writes to a pipe that is read; nobody may ever come."""


def _read_file(path: str | os.PathLike[str], limit: int) -> bytes:
    with open(path, "rb") as stream:
        return stream.read(limit + 1)


def _read_pipe(path: str | os.PathLike[str], limit: int) -> bytes:
    """What is written to a pipe until it is closed; opening it does not wait for whoever shall write."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        found = bytearray()
        while len(found) <= limit:
            ready, _, _ = select.select([descriptor], [], [], PIPE_PATIENCE_S)
            if not ready:
                raise TimeoutError(errno.ETIMEDOUT, f"nothing was written to this pipe for {PIPE_PATIENCE_S:g} s")
            piece = os.read(descriptor, 1 << 20)
            if not piece:
                break
            found += piece
        return bytes(found)
    finally:
        os.close(descriptor)


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Put a file in place at once, keeping mode and owner of the one it replaces; a link keeps pointing to it.

    The bytes go to a new file in the same folder and to the disk, and take the old one's name only then. Where the file
    has other names (hard links), these would keep the old bytes: so they are copied into it, and the new file is left
    beside it, as ``.NAME.….whole``, if that is cut short. What killed processes left beside it is cleared.

    Raises:
        DesignFileError: It cannot be written; the old file is as it was and nothing is left beside it.
    """
    name = os.fspath(path)
    try:
        _replace(Path(os.path.realpath(path)), content)
    except (OSError, ValueError) as error:
        raise DesignFileError(name, "", f"it cannot be written: {reason_of(error)}") from error


def _replace(target: Path, content: bytes) -> None:
    mode = mode_to_keep(target)
    _clear_drafts(target)
    # A hidden name nobody else can have, on the same disk, so that the last step is one rename.
    draft = target.with_name(f"{_prefix(target)}{os.getpid()}-{secrets.token_hex(4)}{_DRAFT}")
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with open(descriptor, "r+b") as stream:
            hold(stream)  # so that nobody who clears up takes it for a dead process'
            if mode is not None:
                keep_owner(draft, target)
                draft.chmod(mode)
            _write_through(stream, content)
            if mode is not None and target.stat().st_nlink > 1:
                _copy_into(target, draft, content)
            else:
                os.replace(draft, target)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    _sync_folder(target.parent)


def _write_through(stream: BinaryIO, content: bytes) -> None:
    stream.write(content)
    stream.flush()
    os.fsync(stream.fileno())


def _copy_into(target: Path, draft: Path, content: bytes) -> None:
    """Write over a file that has other names, with the whole of it beside until that is done."""
    whole = draft.with_suffix(_WHOLE)
    os.replace(draft, whole)
    with target.open("r+b") as stream:
        _write_through(stream, content)
        stream.truncate()
    for left in _beside(target, _WHOLE):  # those of earlier writes that were cut short are older than this one
        left.unlink(missing_ok=True)


_DRAFT, _WHOLE = ".tmp", ".whole"
_AGE_S = 10.0
"""How old a file of a dead process has to be: it may have been made this moment, and not be held yet."""


def _prefix(target: Path) -> str:
    return f".{cut_to_bytes(target.name, 100)}."


def cut_to_bytes(name: str, most: int) -> str:
    """The beginning of a name that takes no more than so many bytes: file systems count those, and not letters."""
    while len(os.fsencode(name)) > most:
        name = name[:-1]
    return name


def _beside(target: Path, ending: str) -> list[Path]:
    own = re.compile(rf"{re.escape(_prefix(target))}\d+-[0-9a-f]{{8}}{re.escape(ending)}")
    with os.scandir(target.parent) as entries:
        return [Path(entry) for entry in entries if own.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)]


def _clear_drafts(target: Path) -> None:
    """Remove what processes left beside a file that were killed while they wrote it."""
    with contextlib.suppress(OSError):
        for left in _beside(target, _DRAFT):
            if is_aged(left) and not is_held(left):
                left.unlink(missing_ok=True)


def is_aged(path: Path) -> bool:
    """Whether a file or folder is not of this moment, whichever way the clock has jumped."""
    return abs(time.time() - path.stat().st_mtime) >= _AGE_S


def keep_owner(draft: Path, target: Path) -> None:
    """Give a file the owner and group of the one it replaces, where the system lets us: it lets root."""
    there = target.stat()
    if hasattr(os, "chown") and (there.st_uid, there.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(OSError):
            os.chown(draft, there.st_uid, there.st_gid)


def mode_to_keep(target: Path) -> int | None:
    """The permissions of the file that is there; None where there is none. Refuses what a rename would walk over."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise PermissionError(errno.EPERM, "it is a device, not a file")
    if not os.access(target, os.W_OK):  # a rename would replace a file that its owner has protected
        raise PermissionError(errno.EACCES, "the file is protected against writing")
    return stat.S_IMODE(mode)


def _sync_folder(folder: Path) -> None:
    # The file is whole either way; this makes its new name outlast a power cut, where the system lets folders be
    # synced.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def reason_of(error: OSError | ValueError) -> str:
    """Why a file could not be read or written, in words, and what would fix it."""
    if not isinstance(error, OSError):
        return f"{error}; check the name"
    words = (error.strerror or str(error)).lower()
    fix = _FIXES.get(error.errno or 0, "choose another place")
    return f"{words}; {fix}"
