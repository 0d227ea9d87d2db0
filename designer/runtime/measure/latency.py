"""Measured latency of a design on one backend: in total, and node by node, with the conditions it was measured under.

The total is timed without looking inside. What may be timed is a candidate: made ready, and proved to compute what the
design's own module computes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import torch

from designer.analysis.analysis import analyse
from designer.analysis.roofline import overhead_sentence
from designer.graph.design import Design
from designer.runtime.measure.backends.registry import usable_backend
from designer.runtime.measure.conditions import Conditions
from designer.runtime.measure.configuration import EAGER, MeasuringConfiguration
from designer.runtime.measure.devices import losing, running_on, stopwatch_of, synchroniser
from designer.runtime.measure.node_times import node_times, sum_of_primitives
from designer.runtime.measure.parity import Parity
from designer.runtime.measure.verified_backend import VerifiedBackend, expected_outputs, verified_backend, workload_of
from designer.timing.background_load import BackgroundLoad
from designer.timing.measurement_lock import measurement_lock
from designer.timing.rounds import Progress, TimeBudget, measure_rounds, noise_reasons, outliers

_TOTAL_SHARE = 0.75
"""Share of the progress that the total takes where nodes are timed as well."""

_NODE_TIME_SHARE = 0.35


@dataclass(frozen=True)
class LatencyReport:
    """A measured latency, with everything needed to judge it.

    Attributes:
        digest: Of the design it was measured on; another design's figure can be told from it.
        backend: Key of the backend.
        median_s: Median of the rounds, in seconds for one forward pass of the whole batch.
        low_s: Lower end of the median's 95 % interval, in seconds.
        high_s: Upper end of it, in seconds.
        rounds_s: Every round in the order measured, in seconds a pass; nothing is left out.
        conditions: What it was measured under.
        warnings: Why the figure is noisy, in words; empty where it is not.
        agreement: How far the outputs are from the eager float32 module's.
        prepare_s: Seconds that making ready took: building, folding, compiling, loading.
        node_s: By path joined with dots, the median seconds of each node; a block has the time of its parts together.
            Empty where nodes were not timed.
        into: By path of a node that is computed within another, the path of that other.
    """

    digest: str
    backend: str
    median_s: float
    low_s: float
    high_s: float
    rounds_s: tuple[float, ...]
    conditions: Conditions
    warnings: tuple[str, ...]
    agreement: Parity
    prepare_s: float
    node_s: Mapping[str, float] = field(default_factory=dict)
    into: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_noisy(self) -> bool:
        """Whether there is a reason to doubt the figure."""
        return bool(self.warnings)

    @property
    def overhead_s(self) -> float | None:
        """By how much the nodes' times together exceed the whole; None where nodes were not timed."""
        return sum_of_primitives(self.node_s) - self.median_s if self.node_s else None

    @property
    def overhead_sentence(self) -> str:
        """How the nodes' times together stand to the whole, and why; empty where nodes were not timed."""
        return overhead_sentence(sum_of_primitives(self.node_s), self.median_s) if self.node_s else ""

    def as_data(self) -> dict[str, Any]:
        """The report as JSON data, in milliseconds, as ``bench --json`` prints it and the worker sends it."""
        overhead = self.overhead_s
        return {
            "digest": self.digest,
            "backend": self.backend,
            "median_ms": self.median_s * 1e3,
            "low_ms": self.low_s * 1e3,
            "high_ms": self.high_s * 1e3,
            "rounds": len(self.rounds_s),
            "rounds_ms": [seconds * 1e3 for seconds in self.rounds_s],
            "outliers": list(outliers(self.rounds_s)),
            "conditions": asdict(self.conditions),
            "noisy": self.is_noisy,
            "warning": "; ".join(self.warnings),
            "agreement": self.agreement.as_data(),
            "prepare_s": self.prepare_s,
            "node_ms": {path: seconds * 1e3 for path, seconds in self.node_s.items()},
            "overhead_ms": None if overhead is None else overhead * 1e3,
            "overhead_sentence": self.overhead_sentence,
            "into": dict(self.into),
        }


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
        NotEnoughMemory: It would not fit; nothing was allocated.
        WrongOutputs: The backend computes something else than the eager module.
        DeviceLost: The device stopped answering.
        Cancelled: ``is_cancelled`` said so.
    """
    configuration = MeasuringConfiguration(device, threads, batch, dtype, memory_format)
    chosen = configuration.check()
    runs_on = usable_backend(backend, chosen, dtype)
    analysis = analyse(design, batch=batch)
    with measurement_lock(progress, is_cancelled) as shared, running_on(threads) as running, losing(chosen):
        progress(0.0, "compiling")
        work = workload_of(analysis, configuration, chosen, running)
        ready = verified_backend(runs_on, work, expected_outputs(work), progress, is_cancelled)
        return _measured(ready, budget or TimeBudget(), per_node, shared, progress, is_cancelled)


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
        node_s = {}
        if module is not None:
            node_s = node_times(
                module,
                prepared.inputs,
                synchroniser(device),
                budget.time_limit_s * _NODE_TIME_SHARE,
                lambda done, text: progress(share + (1 - share) * done, text),
                is_cancelled,
            )
    interval = timing.interval
    return LatencyReport(
        ready.work.analysis.digest,
        ready.backend.key,
        interval.median,
        interval.low,
        interval.high,
        timing.rounds_s,
        ready.conditions(timing, busy),
        (*noise_reasons(timing, budget), *disturbed, *shared),
        ready.agreement,
        ready.prepare_s,
        node_s,
        {".".join(path): ".".join(other) for path, other in prepared.into.items()},
    )
