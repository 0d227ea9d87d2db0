"""What a figure belongs to: another machine or configuration gives another, so it stands beside every one."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch

from designer.runtime.measure.devices import device_name
from designer.timing.power import power_note
from designer.timing.rounds import Timing


@dataclass(frozen=True)
class Conditions:
    """What a figure belongs to.

    Attributes:
        device: In PyTorch's words: ``cpu``, ``cuda:0``.
        processor: The name of the device's processor.
        threads: CPU threads within an operation.
        batch: Pictures at once, N.
        dtype: Element type, in PyTorch's words.
        memory_format: How channels lie in memory.
        backend: What ran it.
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


def conditions_of(
    device: torch.device,
    threads: int,
    batch: int,
    dtype: str,
    memory_format: str,
    backend: str,
    timing: Timing,
    facts: Mapping[str, str],
    busy_processors: float | None,
) -> Conditions:
    """The conditions of a timing that was just taken."""
    return Conditions(
        device=str(device),
        processor=device_name(device),
        threads=threads,
        batch=batch,
        dtype=dtype,
        memory_format=memory_format,
        backend=backend,
        torch_version=str(torch.__version__),
        python_version=platform.python_version(),
        system=f"{platform.system()} {platform.release()}",
        warm_up_rounds=timing.warm_up_rounds,
        calls_per_round=timing.calls_per_round,
        facts=dict(facts),
        power=power_note(),
        busy_processors=None if busy_processors is None else round(busy_processors, 2),
    )
