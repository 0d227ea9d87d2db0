"""A lock on an open file, which the system lets go of when the process that holds it ends, killed or not."""

from __future__ import annotations

import contextlib
import errno
from pathlib import Path
from typing import IO

_UNSUPPORTED = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}


def try_lock(descriptor: int) -> bool | None:
    """Lock a file for as long as it is open, without waiting.

    Args:
        descriptor: Of the file, which stays the caller's to close; closing it lets go of the lock.

    Returns:
        Whether the lock is ours from now on, or None where the file system knows no locks.

    Raises:
        OSError: Any other trouble with the file.
    """
    from filelock import lock_descriptor  # 30 ms, which nobody pays who locks nothing

    try:
        return lock_descriptor(descriptor, blocking=False)
    except OSError as error:
        if error.errno in _UNSUPPORTED:
            return None
        raise


def unlock(descriptor: int) -> None:
    """Let go of a lock that is ours, even where a process that was forked meanwhile has the file open as well."""
    from filelock import unlock_descriptor

    unlock_descriptor(descriptor)


def hold(stream: IO[bytes]) -> None:
    """Lock a file for as long as it is open; where that cannot be done, nobody holds it."""
    with contextlib.suppress(OSError):
        try_lock(stream.fileno())


def is_held(path: Path) -> bool:
    """Whether a process may hold a file: where it cannot be known, one may."""
    try:
        with path.open("rb") as stream:
            return try_lock(stream.fileno()) is not True
    except OSError:
        return True
