"""A lock on a folder that lives exactly as long as the process that holds it.

The operating system holds it on an open file and lets go when the process ends, killed or not, so that no number of a
process that has long been given to another is ever mistaken for its owner. Where the file system knows no locks, the
owner's process number, which stands in the file, is asked instead.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path

_FILE = "owner.lock"
_UNSUPPORTED = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
_LOCKED_BYTE = 1 << 20  # beyond the text: Windows refuses to read a locked byte


class FolderLock:
    """A folder held by this process; made by ``taken``."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @staticmethod
    def taken(folder: Path) -> FolderLock | None:
        """Hold a folder that nobody alive holds; None where somebody does, or it cannot be opened."""
        try:
            descriptor = os.open(folder / _FILE, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return None
        try:
            if _is_free(descriptor) and os.path.samestat(os.fstat(descriptor), os.stat(folder / _FILE)):
                os.ftruncate(descriptor, 0)
                os.write(descriptor, str(os.getpid()).encode())
                return FolderLock(descriptor)
        except OSError:
            pass  # the folder went away meanwhile: whoever held it has cleared it
        os.close(descriptor)
        return None

    def release(self) -> None:
        """Let go of the folder."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in {errno.EACCES, errno.EDEADLK}:
                return False
            raise
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True

    def _is_alive(process: int | None) -> bool:
        return process is not None  # no lock and no way to ask: rather leave a copy than take one that is in use
else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _is_alive(process: int | None) -> bool:
        if process is None or process == os.getpid():
            return False
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        except OSError:
            return True  # it is somebody else's, but it is there
        return True


def _is_free(descriptor: int) -> bool:
    """Whether the file is ours from now on."""
    try:
        return _try_lock(descriptor)
    except OSError as error:
        return error.errno in _UNSUPPORTED and not _is_alive(_owner(descriptor))


def _owner(descriptor: int) -> int | None:
    """The process number that stands in the file."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    text = os.read(descriptor, 32)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return int(text) if text.isdigit() else None
