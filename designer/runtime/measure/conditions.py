"""What a figure belongs to: another machine or configuration gives another, so it stands beside every one."""

from __future__ import annotations

import platform
from collections.abc import Mapping

import torch

from designer.measurement.latency import Conditions
from designer.runtime.measure.devices import device_name
from designer.timing.power import power_note
from designer.timing.rounds import Timing


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


def in_milliseconds(timing: Timing) -> tuple[float, ...]:
    """The rounds of a timing as records hold them."""
    return tuple(seconds * 1e3 for seconds in timing.rounds_s)
