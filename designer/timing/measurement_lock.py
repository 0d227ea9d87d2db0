"""One measurement at a time on a machine: processes take turns by a lock on one file, and say so where they cannot.

The system lets go of the lock when a process ends, however it ends. Where there is no lock to be had, nobody waits.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from designer.locking import try_lock, unlock
from designer.timing.rounds import Cancelled

PATIENCE_S = 60.0
"""How long to wait for another measurement; then both measure, and the figure says so."""

_LOOK_EVERY_S = 0.05


def usual_lock() -> Path:
    """The file that all processes of one person on one machine share."""
    who = os.getuid() if sys.platform != "win32" else os.environ.get("USERNAME", "")
    return Path(tempfile.gettempdir()) / f"bottleneck-designer-measuring-{who}.lock"


@contextmanager
def measurement_lock(
    progress: Callable[[float, str], None] = lambda share, text: None,
    is_cancelled: Callable[[], bool] = lambda: False,
    *,
    patience_s: float = PATIENCE_S,
    lock: Path | None = None,
) -> Iterator[tuple[str, ...]]:
    """Wait until no other process measures, and keep others waiting meanwhile.

    Args:
        progress: Told while waiting.
        is_cancelled: Asked while waiting.
        patience_s: How long to wait.
        lock: The file; by default the one that all share.

    Returns:
        Why the figure is doubtful: one sentence where another measured at the same time, nothing otherwise.

    Raises:
        Cancelled: ``is_cancelled`` said so.
    """
    try:
        # Not through a link: in a folder that all may write to, one could be laid that names somebody's file.
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        stream = os.fdopen(os.open(lock or usual_lock(), flags, 0o600), "r+b")
    except OSError:  # nowhere to write: nothing to wait for either
        yield ()
        return
    with stream:
        deadline = time.monotonic() + patience_s
        while (is_ours := _try(stream.fileno())) is False and time.monotonic() < deadline:
            if is_cancelled():
                raise Cancelled
            progress(0.0, "waiting for another measurement on this machine to end")
            time.sleep(_LOOK_EVERY_S)
        try:
            yield (_disturbed(patience_s),) if is_ours is False else ()
        finally:
            if is_ours:
                unlock(stream.fileno())


def _try(descriptor: int) -> bool | None:
    try:
        return try_lock(descriptor)
    except OSError:
        return None


def _disturbed(patience_s: float) -> str:
    return f"another process measured at the same time and did not end within {patience_s:g} s; they disturb each other"
