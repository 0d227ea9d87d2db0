"""A measured latency with everything needed to judge it: every round, the interval, the conditions, the doubts.

Times are in milliseconds, as people read them and ``--json`` prints them, of a forward pass of the whole batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from designer.analysis.roofline import overhead_sentence
from designer.graph.design import NodePath
from designer.measurement.options import EAGER
from designer.record import Record
from designer.timing.rounds import outliers
from designer.timing.statistics import MedianInterval, median_interval


@dataclass(frozen=True)
class Parity(Record):
    """How far outputs are from the eager float32 module's.

    Attributes:
        max_abs_difference: The largest difference of any number.
        max_abs_output: The largest number of the module's outputs.
        allowed: The largest difference that passes.
    """

    max_abs_difference: float
    max_abs_output: float
    allowed: float


@dataclass(frozen=True)
class Conditions(Record):
    """What a time belongs to: another machine or configuration gives another.

    Attributes:
        device: In PyTorch's words: ``cpu``, ``cuda:0``.
        processor: The name of the device's processor.
        threads: CPU threads within an operation.
        batch: Pictures at once, N.
        dtype: Element type, in PyTorch's words.
        memory_format: How channels lie in memory.
        backend: What ran it, by its name.
        torch_version: PyTorch's version.
        python_version: Python's version.
        system: Operating system and release.
        warm_up_rounds: Calls before the first that counts.
        calls_per_round: Calls that each round's time was divided by.
        facts: What else the backend says of itself: the version of its runtime.
        power: Battery or mains, and the clock's governor, where the system says; else empty.
        busy_processors: How many processors other programs kept busy meanwhile; None where the system does not say.
    """

    device: str
    processor: str
    threads: int
    batch: int
    dtype: str
    memory_format: str
    backend: str
    torch_version: str
    python_version: str
    system: str
    warm_up_rounds: int
    calls_per_round: int
    facts: Mapping[str, str] = field(default_factory=dict)
    power: str = ""
    busy_processors: float | None = None

    @property
    def place(self) -> str:
        """Device and threads: ``cpu×2``."""
        return f"{self.device}×{self.threads}"

    @property
    def text(self) -> str:
        """``cpu×2 · batch 1 · float32``."""
        return f"{self.place} · batch {self.batch} · {self.dtype}"


@dataclass(frozen=True)
class TimedRun(Record):
    """What was timed, and its times.

    Attributes:
        digest: Of the design it was measured on; another design's figure can be told from it.
        backend: Key of the backend.
        rounds_ms: Every round in the order measured, in milliseconds a pass; nothing is left out.
        conditions: What it was measured under.
        agreement: How far the outputs are from the eager float32 module's.
        prepare_s: Seconds that making ready took: building, folding, compiling, loading.
    """

    digest: str
    backend: str
    rounds_ms: tuple[float, ...]
    conditions: Conditions
    agreement: Parity
    prepare_s: float

    @cached_property
    def interval_ms(self) -> MedianInterval:
        """The median of the rounds and its 95 % interval, in milliseconds."""
        return median_interval(self.rounds_ms)

    @property
    def median_ms(self) -> float:
        """Median of the rounds."""
        return self.interval_ms.median

    @property
    def low_ms(self) -> float:
        """Lower end of the median's 95 % interval."""
        return self.interval_ms.low

    @property
    def high_ms(self) -> float:
        """Upper end of the median's 95 % interval."""
        return self.interval_ms.high

    @property
    def median_s(self) -> float:
        """Median of the rounds, in seconds."""
        return self.median_ms / 1e3

    @property
    def rounds(self) -> int:
        """How many rounds were run."""
        return len(self.rounds_ms)

    @property
    def outliers(self) -> tuple[int, ...]:
        """Indices of rounds far beyond the rest; they are counted all the same."""
        return outliers(self.rounds_ms)


TIMES = ("median_ms", "low_ms", "high_ms", "rounds", "rounds_ms", "outliers", "conditions")
"""Keys of a timed run's data."""


@dataclass(frozen=True)
class BlockLatency:
    """The time of one block in a measured design: its parts' together, which has no rounds and no interval.

    Attributes:
        median_ms: Medians of its parts together.
        node_ms: By path below the block joined with dots, the median of each node.
        conditions: What the whole was measured under.
        text: That in words.
    """

    median_ms: float
    node_ms: Mapping[str, float]
    conditions: Conditions
    text: str


@dataclass(frozen=True)
class LatencyReport(TimedRun):
    """A design's latency on one backend, in total and node by node.

    Attributes:
        warning: Why the figure is noisy, in words; empty where it is not.
        node_ms: By path joined with dots, the median of each node; a block has the time of its parts together. Empty
            where nodes were not timed.
        into: By path of a node that is computed within another, the path of that other.
    """

    keys = (
        *("digest", "backend", *TIMES, "noisy", "warning", "agreement", "prepare_s"),
        *("node_ms", "overhead_ms", "overhead_sentence", "into"),
    )

    warning: str = ""
    node_ms: Mapping[str, float] = field(default_factory=dict)
    into: Mapping[str, str] = field(default_factory=dict)

    @property
    def noisy(self) -> bool:
        """Whether there is a reason to doubt the figure."""
        return bool(self.warning)

    @property
    def overhead_ms(self) -> float | None:
        """By how much the nodes' times together exceed the whole; None where nodes were not timed."""
        return sum_of_nodes(self.node_ms) - self.median_ms if self.node_ms else None

    @property
    def overhead_sentence(self) -> str:
        """How the nodes' times together stand to the whole, and why; empty where nodes were not timed."""
        return overhead_sentence(sum_of_nodes(self.node_ms), self.median_ms) if self.node_ms else ""

    @property
    def text(self) -> str:
        """The conditions in words, with the backend where it is another than eager."""
        others = () if self.backend == EAGER else (self.conditions.backend,)
        return " · ".join((self.conditions.text, *others))

    def block(self, path: NodePath) -> BlockLatency | None:
        """What was measured of a block; None where it was not."""
        median_ms = self.node_ms.get(".".join(path))
        if median_ms is None:
            return None
        return BlockLatency(median_ms, times_inside(self.node_ms, path), self.conditions, self.text)


ShownLatency = LatencyReport | BlockLatency
"""What is shown of a measurement: of the whole design, or of the block on screen."""


def sum_of_nodes(node_ms: Mapping[str, float]) -> float:
    """The time of all nodes together; a block counts once, as a whole."""
    return sum(ms for path, ms in node_ms.items() if "." not in path)


def times_inside(node_ms: Mapping[str, float], path: NodePath) -> dict[str, float]:
    """Measured times by path below a block, of those by path below the design; ``a.b`` is ``b`` in the block ``a``."""
    if not path:
        return dict(node_ms)
    above = ".".join(path) + "."
    return {key.removeprefix(above): time for key, time in node_ms.items() if key.startswith(above)}
