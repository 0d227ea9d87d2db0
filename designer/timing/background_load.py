"""What others took of the processors while something was measured, or a container's quota. Standard library only.

The load average will not do: it is a minute old, and counts the measurement itself. Only the processors that this
process may run on count: what happens on others disturbs nobody here.
"""

from __future__ import annotations

import os
import time

from designer import machine
from designer.wording import plural

_STAT = "proc/stat"
_IDLE_FIELDS = {3, 4}
"""Positions of idle and waiting-for-disk among the times of ``/proc/stat``."""
_COUNTED_FIELDS = 8
"""User, nice, system, idle, disk, interrupts, stolen by a host; guests' times after these are in user already."""

_SPARE = 0.25
"""Processors that others may take before it is worth a word: a desktop is never quite still."""

_HELD_BACK_SHARE = 0.01
"""Share of the time that a quota may hold a container back before it is worth a word."""


class BackgroundLoad:
    """Looks at the processors from its making on."""

    def __init__(self) -> None:
        self._busy_s = _busy_seconds()
        self._own_s = _own_seconds()
        self._throttled_s = machine.throttled_s()
        self._begin = time.perf_counter()

    def processors(self) -> float | None:
        """How many processors others kept busy on average since the beginning; None where the system does not say."""
        busy_s = _busy_seconds()
        wall_s = time.perf_counter() - self._begin
        if self._busy_s is None or busy_s is None or wall_s <= 0:
            return None
        return max(0.0, (busy_s - self._busy_s - (_own_seconds() - self._own_s)) / wall_s)

    def reason(self, threads: int) -> tuple[str, ...]:
        """Sentences: that others left fewer processors than were measured on, or a quota less time than they want."""
        return (*self._crowded(threads), *self._held_back())

    def _crowded(self, threads: int) -> tuple[str, ...]:
        count, others = machine.usable(), self.processors()
        if others is None or others + min(threads, machine.allowed()) <= count + _SPARE:
            return ()
        of = plural(count, "processor")
        return (f"other programs kept {others:.1f} of {of} busy meanwhile; without them it is surer",)

    def _held_back(self) -> tuple[str, ...]:
        quota, throttled_s = machine.quota(), machine.throttled_s()
        held_s = (throttled_s or 0.0) - (self._throttled_s or 0.0)
        wall_s = time.perf_counter() - self._begin
        if quota is None or held_s <= _HELD_BACK_SHARE * wall_s:
            return ()
        return (
            f"this container may use {quota:g} of a processor's time, and was held back for {held_s:.1f} of "
            f"{wall_s:.1f} s; {plural(machine.processors(), 'thread')}, or a larger quota, makes it surer",
        )


def _busy_seconds() -> float | None:
    """Seconds that the processors this process may run on have worked since the system began, together."""
    try:
        rows = [line.split() for line in (machine.ROOT / _STAT).read_text(encoding="ascii").splitlines()]
    except (OSError, ValueError):
        return None
    ours = machine.affinity()
    names = {f"cpu{number}" for number in ours or ()}
    # Where there is no list of ours, or none of it is told of, the first row has all of them together.
    counted = [row for row in rows if row and row[0] in names] or rows[:1]
    try:
        ticks = [_busy_ticks(row[1:]) for row in counted]
    except ValueError:
        return None
    return sum(ticks) / float(os.sysconf("SC_CLK_TCK")) if ticks else None


def _busy_ticks(times: list[str]) -> int:
    return sum(int(ticks) for index, ticks in enumerate(times[:_COUNTED_FIELDS]) if index not in _IDLE_FIELDS)


def _own_seconds() -> float:
    """Seconds that this process has worked, all threads together."""
    return time.process_time()
