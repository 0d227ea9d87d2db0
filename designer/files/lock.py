"""A lock on a folder that lives exactly as long as the process that holds it.

The operating system holds it on an open file and lets go when the process ends, killed or not, so that no number of a
process that has long been given to another is ever mistaken for its owner. Where the file system knows no locks, the
owner's process number, which stands in the file, is asked instead.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from designer.locking import try_lock

_FILE = "owner.lock"


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
            pass  # the folder went away meanwhile, whose holder has cleared it, or the disk is in trouble
        os.close(descriptor)
        return None

    def release(self) -> None:
        """Let go of the folder."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None


def _is_free(descriptor: int) -> bool:
    """Whether the file is ours from now on."""
    is_ours = try_lock(descriptor)
    return not _is_alive(_owner(descriptor)) if is_ours is None else is_ours


def _is_alive(process: int | None) -> bool:
    if sys.platform == "win32":
        return process is not None  # no way to ask: rather leave a copy than take one that is in use
    if process is None or process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it is somebody else's, but it is there
    return True


def _owner(descriptor: int) -> int | None:
    """The process number that stands in the file."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    text = os.read(descriptor, 32)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return int(text) if text.isdigit() else None
