"""What this process may use of the machine: processors, their time, and memory. Standard library only.

A container shows the whole machine and allows a part of it: its processors by affinity, their time by a quota, memory
by a limit. All of it is read here, and everybody who asks for cores or memory asks here.

Control groups are hierarchical, so each of a process' ancestors counts. Version 1 has a hierarchy for each controller,
version 2 one for all, and a hybrid system has both. Where a hierarchy is mounted, and which part of it, stands in
``/proc/self/mountinfo``: in a container ``/proc/self/cgroup`` may name a path of the host, of which only the end is
mounted. Sources: proc_pid_cgroup(5), proc_pid_mountinfo(5), the kernel's admin-guide/cgroup-v1 and cgroup-v2.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple, TypeVar

ROOT = Path("/")
"""Where the system's own files are; a test has them elsewhere."""

_UNIFIED = "cgroup2"
_KIB = 1024

_Number = TypeVar("_Number", int, float)


# Processors ----------------------------------------------------------------------------------------------------------


def affinity() -> frozenset[int] | None:
    """The numbers of the processors this process may run on; None where the system does not say."""
    try:
        return frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    except OSError:
        return None


def usable() -> int:
    """How many processors this process may run on, whatever time it gets on them."""
    return len(affinity() or ()) or os.cpu_count() or 1


def quota() -> float | None:
    """How many processors' worth of time the process' groups may use together; None for as much as there is.

    Where one of its groups is allowed 50 ms of each 100, this is 0.5: two threads are then stopped most of the time.
    """
    return _least(_cpu_quota, "cpu")


def allowed() -> float:
    """How many processors' worth of time there is for this process: those it may run on, or less by a quota."""
    limit = quota()
    return float(usable()) if limit is None else min(float(usable()), limit)


def processors() -> int:
    """How many threads can run all the time; at least one. A part of a processor's time is no further thread's."""
    return max(1, int(allowed()))


def throttled_s() -> float | None:
    """Seconds that a quota has held the process' groups back so far; None where there is no quota."""
    return None if quota() is None else _most(_cpu_throttled, "cpu")


def keep_to_quota() -> None:
    """Have number libraries begin no more threads than a quota feeds; they look at processors only.

    They read it when they load, and so do those of processes that are started. What somebody has chosen stays.
    """
    limit = quota()
    if limit is not None and limit < usable():
        os.environ.setdefault("OMP_NUM_THREADS", str(processors()))


# Memory --------------------------------------------------------------------------------------------------------------


def free_memory() -> int | None:
    """Bytes that this process can still have: what the system has, its groups leave and its limits allow.

    None where the system says nothing at all.
    """
    known = (_system_free(), _least(_memory_left, "memory"), _address_space_left())
    return min((size for size in known if size is not None), default=None)


def _system_free() -> int | None:
    """What the system could still give out."""
    for line in _lines(ROOT / "proc/meminfo"):
        if line.startswith("MemAvailable:") and (size := _whole(line.removeprefix("MemAvailable:").split()[:1])):
            return size * _KIB
    return _windows_free() if sys.platform == "win32" else _free_pages()


def _free_pages() -> int | None:
    """Free pages where the system counts them, else all pages (macOS tells only those)."""
    for pages in ("SC_AVPHYS_PAGES", "SC_PHYS_PAGES"):
        try:
            return os.sysconf(pages) * os.sysconf("SC_PAGE_SIZE")
        except (ValueError, OSError, AttributeError):
            continue
    return None


def _windows_free() -> int | None:
    if sys.platform != "win32":  # said again so that type checkers of other systems skip what follows
        return None
    import ctypes

    class MemoryStatus(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *(
                (name, ctypes.c_ulonglong)
                for name in ("total", "free", "file", "file_free", "space", "space_free", "ext")
            ),
        )

    status = MemoryStatus()
    status.length = ctypes.sizeof(status)
    if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return int(status.free)


def _address_space_left() -> int | None:
    """What the process may still map, where ``ulimit -v`` limits it."""
    try:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (ImportError, OSError, ValueError):
        return None
    return None if limit == resource.RLIM_INFINITY else max(0, limit - mapped)


# Control groups ------------------------------------------------------------------------------------------------------


class _Group(NamedTuple):
    """A control group that this process is in, itself or by its ancestors."""

    folder: Path
    is_unified: bool


def _memory_left(group: _Group) -> int | None:
    """Bytes below a group's limit; files that are only kept in memory for the next reader can be let go."""
    names = ("memory.max", "memory.current", "inactive_file ")
    if not group.is_unified:
        names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ")
    limit, used = (_whole(_lines(group.folder / name)) for name in names[:2])
    if limit is None or used is None:
        return None
    kept = _field(group.folder / "memory.stat", names[2]) or 0
    return max(0, limit - max(0, used - kept))


def _cpu_quota(group: _Group) -> float | None:
    if group.is_unified:
        quota_us, _, period_us = next(iter(_lines(group.folder / "cpu.max")), "").partition(" ")
    else:
        quota_us, period_us = (
            next(iter(_lines(group.folder / name)), "") for name in ("cpu.cfs_quota_us", "cpu.cfs_period_us")
        )
    quota, period = _whole([quota_us]), _whole([period_us])
    return quota / period if quota and period and quota > 0 else None  # "max", or −1, for no quota


def _cpu_throttled(group: _Group) -> float | None:
    name, each_s = ("throttled_usec ", 1e-6) if group.is_unified else ("throttled_time ", 1e-9)
    found = _field(group.folder / "cpu.stat", name)
    return None if found is None else found * each_s


def _least(read: Callable[[_Group], _Number | None], controller: str) -> _Number | None:
    """The least that any of the process' groups says."""
    return min((found for group in _groups(controller) if (found := read(group)) is not None), default=None)


def _most(read: Callable[[_Group], _Number | None], controller: str) -> _Number | None:
    return max((found for group in _groups(controller) if (found := read(group)) is not None), default=None)


def _groups(controller: str) -> Iterator[_Group]:
    """The groups of a controller that this process is in, from its own to the outermost that is mounted here."""
    for is_unified, mounted, point in _hierarchies(controller):
        path = _own_path(controller, is_unified)
        if path is None:
            continue
        try:
            within = path.relative_to(mounted)
        except ValueError:  # a path of the host's: what is mounted here is the container's own group
            within = PurePosixPath()
        if ".." in within.parts:  # beyond a namespace of groups
            within = PurePosixPath()
        top = ROOT / str(point).lstrip("/")
        for depth in range(len(within.parts), -1, -1):
            yield _Group(top.joinpath(*within.parts[:depth]), is_unified)


def _hierarchies(controller: str) -> Iterator[tuple[bool, PurePosixPath, PurePosixPath]]:
    """Hierarchies of a controller: whether it is version 2, which group is mounted, and where."""
    for line in _lines(ROOT / "proc/self/mountinfo"):
        before, _, after = line.partition(" - ")
        places, kind = before.split(" "), after.split(" ")
        if len(places) < 5 or len(kind) < 3:
            continue
        is_unified = kind[0] == _UNIFIED
        if is_unified or (kind[0] == "cgroup" and controller in kind[2].split(",")):
            yield is_unified, PurePosixPath(_plain(places[3])), PurePosixPath(_plain(places[4]))


def _own_path(controller: str, is_unified: bool) -> PurePosixPath | None:
    """Which group of a hierarchy this process is in."""
    for line in _lines(ROOT / "proc/self/cgroup"):
        number, controllers, path = (*line.split(":", 2), "", "")[:3]
        if (number == "0" and not controllers) if is_unified else controller in controllers.split(","):
            return PurePosixPath(path)
    return None


def _plain(place: str) -> str:
    """A path of mountinfo, in which blanks are written as octal numbers."""
    for code, letter in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        place = place.replace(code, letter)
    return place


def _field(path: Path, name: str) -> int | None:
    """A number of a file of names and numbers."""
    return _whole([line.removeprefix(name) for line in _lines(path) if line.startswith(name)])


def _whole(lines: list[str]) -> int | None:
    """The number that is all of the first line."""
    try:
        return int(lines[0]) if lines else None
    except ValueError:
        return None


def _lines(path: Path) -> list[str]:
    """The lines of a file of the system; none where it is not there or not to be read."""
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []
