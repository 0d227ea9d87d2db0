"""What other programs took of the processors while something was measured. Standard library only.

The load average will not do: it is a minute old, and counts the measurement itself.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

_STAT = Path("/proc/stat")
_IDLE_FIELDS = {3, 4}
"""Positions of idle and waiting-for-disk among the times of ``/proc/stat``."""
_COUNTED_FIELDS = 8
"""User, nice, system, idle, disk, interrupts, stolen by a host; guests' times after these are in user already."""

_SPARE = 0.25
"""Processors that others may take before it is worth a word: a desktop is never quite still."""


class OtherPrograms:
    """Looks at the processors from its making on."""

    def __init__(self) -> None:
        self._busy_s = _busy_seconds()
        self._own_s = _own_seconds()
        self._begin = time.perf_counter()

    def processors(self) -> float | None:
        """How many processors others kept busy on average since the beginning; None where the system does not say."""
        busy_s = _busy_seconds()
        wall_s = time.perf_counter() - self._begin
        if self._busy_s is None or busy_s is None or wall_s <= 0:
            return None
        return max(0.0, (busy_s - self._busy_s - (_own_seconds() - self._own_s)) / wall_s)

    def reason(self, threads: int) -> tuple[str, ...]:
        """A sentence where others left fewer processors than the threads that were measured."""
        count = os.cpu_count() or 1
        others = self.processors()
        if others is None or others + min(threads, count) <= count + _SPARE:
            return ()
        return (f"other programs kept {others:.1f} of {count} processors busy meanwhile; without them it is surer",)


def _busy_seconds() -> float | None:
    """Seconds that all processors together have worked since the system began."""
    try:
        times = [int(word) for word in _STAT.read_text(encoding="ascii").splitlines()[0].split()[1:]]
    except (OSError, ValueError, IndexError):
        return None
    busy = sum(ticks for index, ticks in enumerate(times[:_COUNTED_FIELDS]) if index not in _IDLE_FIELDS)
    return busy / float(os.sysconf("SC_CLK_TCK"))


def _own_seconds() -> float:
    """Seconds that this process has worked, all threads together."""
    return time.process_time()
