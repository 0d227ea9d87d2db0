"""What a benchmark found, as rows, and the rows as lines; the machine and the peers' versions beside them."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

from designer.timing.statistics import MedianInterval
from designer.wording import memory
from tests.benchmarks.pairs import PairedTimes


@dataclass(frozen=True)
class Comparison:
    """Ours against a peer.

    Attributes:
        what: What was timed.
        peer: Against what, with its version.
        times: Both, in pairs.
        goal: The ratio aimed for at most, ours over the peer's.
    """

    what: str
    peer: str
    times: PairedTimes
    goal: float

    def line(self) -> str:
        """The row as text."""
        ratio = self.times.ratio
        ours, theirs = duration_text(median(self.times.ours_s)), duration_text(median(self.times.peer_s))
        return (
            f"{self.what}: {ratio.ratio:.4f} ({ratio.low:.4f} to {ratio.high:.4f}, {ratio.pairs} pairs) "
            f"of {self.peer}: {ours} against {theirs}; "
            f"goal at most {self.goal:.4f}, {_verdict(ratio.ratio <= self.goal)}"
        )


@dataclass(frozen=True)
class Duration:
    """A time with no peer.

    Attributes:
        what: What was timed.
        seconds: Median and interval.
        goal_s: The time aimed for at most; None where none was set.
    """

    what: str
    seconds: MedianInterval
    goal_s: float | None = None

    def line(self) -> str:
        """The row as text."""
        found = self.seconds
        text = f"{self.what}: {duration_text(found.median)} ({duration_text(found.low)} to {duration_text(found.high)})"
        if self.goal_s is None:
            return text
        return f"{text}; goal at most {duration_text(self.goal_s)}, {_verdict(found.median <= self.goal_s)}"


@dataclass(frozen=True)
class Size:
    """How much memory something takes.

    Attributes:
        what: Of what.
        bytes: How much.
        goal: Aimed for at most, in bytes; None where nothing was set.
    """

    what: str
    bytes: int
    goal: int | None = None

    def line(self) -> str:
        """The row as text."""
        text = f"{self.what}: {memory(self.bytes)}"
        if self.goal is None:
            return text
        return f"{text}; goal at most {memory(self.goal)}, {_verdict(self.bytes <= self.goal)}"


@dataclass(frozen=True)
class Crossings:
    """How often wires cross in a drawing, ours against a peer's of the same wires.

    Attributes:
        what: Of what.
        peer: Against whose, with its version.
        ours: Points where drawn wires cross.
        theirs: The same in the peer's drawing; the most aimed for.
    """

    what: str
    peer: str
    ours: int
    theirs: int

    def line(self) -> str:
        """The row as text."""
        return f"{self.what}: {self.ours} against {self.theirs} of {self.peer}, {_verdict(self.ours <= self.theirs)}"


@dataclass(frozen=True)
class MissingPeer:
    """A peer that is not installed: named, never replaced."""

    what: str
    peer: str

    def line(self) -> str:
        """The row as text."""
        return f"{self.what}: {self.peer} is not installed; the extra 'benchmarks' brings it"


@dataclass(frozen=True)
class Lateness:
    """How late a timer was.

    Attributes:
        what: Of what.
        most_s: The 95th percentile of its lateness.
        worst_s: The worst.
        ticks: How many there were.
        goal_s: The 95th percentile aimed for at most.
        worst_goal_s: The worst aimed for at most.
    """

    what: str
    most_s: float
    worst_s: float
    ticks: int
    goal_s: float
    worst_goal_s: float

    def line(self) -> str:
        """The row as text."""
        holds = self.most_s <= self.goal_s and self.worst_s <= self.worst_goal_s
        return (
            f"{self.what}: 95 % of {self.ticks} ticks at most {duration_text(self.most_s)} late, the worst "
            f"{duration_text(self.worst_s)}; goal {duration_text(self.goal_s)} and {duration_text(self.worst_goal_s)}, "
            f"{_verdict(holds)}"
        )


Row = Comparison | Crossings | Duration | Lateness | Size | MissingPeer
Benchmark = Callable[[int], Iterator[Row]]
"""From how many rounds to rows; each ``bench_*`` module has one, called ``rows``."""


def installed(package: str) -> str | None:
    """Name and version of an installed package, or None."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return None


def machine() -> str:
    """What this was measured on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{_processor()}, {cores} cores{load}, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {installed('torch') or 'no torch'}"
    )


def duration_text(seconds: float) -> str:
    """Seconds with a unit that suits them."""
    for factor, unit in ((1, "s"), (1e3, "ms")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def _verdict(met: bool) -> str:
    return "met" if met else "MISSED"
