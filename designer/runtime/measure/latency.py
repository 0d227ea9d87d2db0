"""Measured latency of a design on one backend: in total, and node by node, with the conditions it was measured under.

The total is timed without looking inside. What may be timed is a candidate: made ready, and proved to compute what the
design's own module computes.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from designer.analysis.analysis import analyse
from designer.graph.design import Design
from designer.measurement.latency import LatencyReport
from designer.measurement.options import EAGER, LatencyOptions, budget_of
from designer.runtime.measure.backends.registry import usable_backend
from designer.runtime.measure.conditions import in_milliseconds
from designer.runtime.measure.configuration import device_of
from designer.runtime.measure.devices import losing, running_on, stopwatch_of, synchroniser
from designer.runtime.measure.node_times import node_times
from designer.runtime.measure.verified_backend import VerifiedBackend, expected_outputs, verified_backend, workload_of
from designer.timing.background_load import BackgroundLoad
from designer.timing.measurement_lock import measurement_lock
from designer.timing.rounds import Progress, TimeBudget, measure_rounds, noise_reasons

_TOTAL_SHARE = 0.75
"""Share of the progress that the total takes where nodes are timed as well."""

_NODE_TIME_SHARE = 0.35


def _tell_nobody(share: float, text: str) -> None:
    """Progress that nobody reads."""


def measure_latency(
    design: Design,
    *,
    device: str = "cpu",
    threads: int | None = None,
    batch: int = 1,
    dtype: str = "float32",
    memory_format: str = "contiguous",
    backend: str = EAGER,
    per_node: bool = True,
    budget: TimeBudget | None = None,
    progress: Progress = _tell_nobody,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> LatencyReport:
    """Measure a design with fresh weights on random pictures.

    Args:
        design: What to measure.
        device: In PyTorch's words: ``cpu``, ``cuda:0``, ``mps``.
        threads: CPU threads; None for as many as PyTorch chooses.
        batch: Pictures at once, N.
        dtype: Element type: ``float32``, ``float16``, ``bfloat16``.
        memory_format: ``contiguous`` or ``channels_last``.
        backend: Key of the backend.
        per_node: Whether to time each node as well, where the backend runs step by step.
        budget: How long and how exactly.
        progress: Called between rounds with the share done (0 to 1) and a text.
        is_cancelled: Asked between rounds.

    Raises:
        InvalidDesign: The design has problems.
        JobFailed: One of the choices cannot be had on this machine.
        ParameterError: One of them is out of range anywhere.
        NotEnoughMemory: It would not fit; nothing was allocated.
        WrongOutputs: The backend computes something else than the eager module.
        DeviceLost: The device stopped answering.
        Cancelled: ``is_cancelled`` said so.
    """
    options = LatencyOptions.from_data(
        {
            "device": device,
            "threads": threads,
            "batch": batch,
            "dtype": dtype,
            "memory_format": memory_format,
            "backend": backend,
            "per_node": per_node,
        }
    )
    return latency_of(design, options, budget=budget, progress=progress, is_cancelled=is_cancelled)


def latency_of(
    design: Design,
    options: LatencyOptions,
    *,
    budget: TimeBudget | None = None,
    progress: Progress = _tell_nobody,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> LatencyReport:
    """The same with what was chosen as one set; a budget counts before the set's own limits."""
    device = device_of(options)
    runs_on = usable_backend(options.backend, device, options.dtype.value)
    analysis = analyse(design, batch=options.batch)
    with (
        measurement_lock(progress, is_cancelled) as shared,
        running_on(options.threads) as threads,
        losing(device),
    ):
        progress(0.0, "compiling")
        work = workload_of(analysis, options, device, threads)
        ready = verified_backend(runs_on, work, expected_outputs(work), progress, is_cancelled)
        return _measured(ready, budget or budget_of(options), options.per_node, shared, progress, is_cancelled)


def _measured(
    ready: VerifiedBackend,
    budget: TimeBudget,
    per_node: bool,
    shared: tuple[str, ...],
    progress: Progress,
    is_cancelled: Callable[[], bool],
) -> LatencyReport:
    prepared, device = ready.prepared, ready.work.device
    module = prepared.module if per_node else None
    share = 1.0 if module is None else _TOTAL_SHARE
    with torch.inference_mode():
        others = BackgroundLoad()
        timing = measure_rounds(
            prepared.call,
            budget=budget,
            timer=stopwatch_of(device),
            progress=lambda done, text: progress(done * share, text),
            is_cancelled=is_cancelled,
        )
        disturbed, busy = others.reason(ready.work.threads), others.processors()
        node_ms = {}
        if module is not None:
            node_ms = node_times(
                module,
                prepared.inputs,
                synchroniser(device),
                budget.time_limit_s * _NODE_TIME_SHARE,
                lambda done, text: progress(share + (1 - share) * done, text),
                is_cancelled,
            )
    return LatencyReport(
        ready.work.analysis.digest,
        ready.backend.key,
        in_milliseconds(timing),
        ready.conditions(timing, busy),
        ready.agreement,
        ready.prepare_s,
        "; ".join((*noise_reasons(timing, budget), *disturbed, *shared)),
        node_ms,
        {".".join(path): ".".join(other) for path, other in prepared.into.items()},
    )
