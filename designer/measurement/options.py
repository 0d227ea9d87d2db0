"""What can be chosen before measuring, declared once: flags, the window's menu, its memory and orders follow from it.

Whether this machine has a device or a backend is the runtime's to say.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Protocol

from designer import machine
from designer.graph.option_set import OptionSet, option_set
from designer.graph.parameter import choice, flag, integer, optional_integer, ratio, word
from designer.timing.rounds import TimeBudget

EAGER = "eager"
"""Key of the backend that all others are held against."""

MOST_THREADS = max(256, machine.usable())


class ElementType(Enum):
    """Element type of weights and of what is computed, in PyTorch's words."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"


class MemoryFormat(Enum):
    """How the channels of a map lie in memory: N×C×H×W plane by plane, or all channels of a pixel together."""

    CONTIGUOUS = "contiguous"
    CHANNELS_LAST = "channels_last"

    @property
    def title(self) -> str:
        """The words on screen."""
        return "first (contiguous)" if self is MemoryFormat.CONTIGUOUS else "last"


@option_set
class MeasuringConfiguration(OptionSet):
    """What to measure under."""

    device: str = word(default="cpu", such_as="cpu|cuda:0|mps", help="Where to run, in PyTorch's words.")
    threads: int | None = optional_integer(
        default=None,
        low=1,
        high=MOST_THREADS,
        unset=f"as many as cores ({machine.processors()})",
        help="CPU threads within an operation; PyTorch's choice where not said.",
    )
    batch: int = integer(default=1, low=1, high=2**20, help="Pictures at once.")
    dtype: ElementType = choice(title="Element type", default=ElementType.FLOAT32, help="Element type.")
    memory_format: MemoryFormat = choice(
        title="Channels", default=MemoryFormat.CONTIGUOUS, help="How channels lie in memory."
    )


@option_set
class BackendConfiguration(MeasuringConfiguration):
    """The same on one backend: what the window remembers between two measurements."""

    backend: str = word(title="Run by", default=EAGER, such_as="NAME", help="What runs it.")


class Timed(Protocol):
    """Options that say how long and how exactly to measure."""

    @property
    def time_limit(self) -> float:
        """Seconds that measuring may take."""

    @property
    def interval_width(self) -> float:
        """Width of the 95 % interval at which to stop, as a share of what it is of."""


def budget_of(options: Timed) -> TimeBudget:
    """How long and how exactly to measure."""
    return TimeBudget(share=options.interval_width, time_limit_s=options.time_limit)


def _time_limit(default: float) -> Any:
    return ratio(default=default, low=1e-6, high=86_400.0, unit="s", help="Seconds that measuring may take.")


def _interval_width() -> Any:
    return ratio(
        default=0.02,
        low=1e-9,
        high=1.0,
        help="Width of the 95 % interval, as a share of what it is of, at which to stop before the time is used up.",
    )


@option_set
class LatencyOptions(BackendConfiguration):
    """Of a latency on one backend."""

    per_node: bool = flag(default=False, help="Time each node as well.")
    time_limit: float = _time_limit(5.0)
    interval_width: float = _interval_width()


@option_set
class RooflineOptions(BackendConfiguration):
    """Of a latency by node, held against what the machine does at most."""

    time_limit: float = _time_limit(5.0)
    interval_width: float = _interval_width()


@option_set
class PairOptions(BackendConfiguration):
    """Of two measured in turns."""

    against_backend: str = word(default="", such_as="NAME", help="What runs the other; the same where not said.")
    time_limit: float = _time_limit(10.0)
    interval_width: float = _interval_width()

    @property
    def other_backend(self) -> str:
        """Key of the backend that runs the other."""
        return self.against_backend or self.backend


@option_set
class RankOptions(MeasuringConfiguration):
    """Of all backends measured in turns, all of them together."""

    time_limit: float = _time_limit(20.0)
    interval_width: float = _interval_width()
