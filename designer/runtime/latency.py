"""Measured latency of a design: in total, and node by node, with the conditions it was measured under.

The total is timed without looking inside. Where the time goes is timed in passes of its own, which wait for the device
after each step, so the nodes' times sum to a little more than the total.
"""

from __future__ import annotations

import platform
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from designer.analysis.snapshot import analyse
from designer.errors import JobFailed
from designer.graph.design import Design, NodePath
from designer.runtime.devices import check_threads, device_name, resolve_device, running_on, synchroniser
from designer.runtime.load import OtherPrograms
from designer.runtime.module import CompiledModule, compile_analysis
from designer.runtime.program import refuse_invalid
from designer.runtime.rounds import Cancelled, Effort, Timing, measure_rounds, noise_reasons

Progress = Callable[[float, str], None]

_TOTAL_SHARE = 0.75
"""Share of the progress that the total takes where nodes are timed as well."""

_NODE_PASSES = 25
_NODE_TIME_SHARE = 0.35
_BATCH_HIGH = 2**20


@dataclass(frozen=True)
class Conditions:
    """What a figure belongs to; another machine or setting gives another.

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


@dataclass(frozen=True)
class LatencyReport:
    """A measured latency, with everything needed to judge it.

    Attributes:
        digest: Of the design it was measured on; another design's figure can be told from it.
        median_s: Median of the rounds, in seconds for one forward pass of the whole batch.
        low_s: Lower end of the median's 95 % interval, in seconds.
        high_s: Upper end of it, in seconds.
        rounds_s: Every round in the order measured, in seconds a pass; nothing is left out.
        conditions: What it was measured under.
        warnings: Why the figure is noisy, in words; empty where it is not.
        node_s: By path joined with dots, the median seconds of each node; a block has the time of its parts together.
            Empty where nodes were not timed.
    """

    digest: str
    median_s: float
    low_s: float
    high_s: float
    rounds_s: tuple[float, ...]
    conditions: Conditions
    warnings: tuple[str, ...]
    node_s: Mapping[str, float]

    @property
    def is_noisy(self) -> bool:
        """Whether there is a reason to doubt the figure."""
        return bool(self.warnings)

    def as_data(self) -> dict[str, Any]:
        """The report as JSON data, in milliseconds, as ``bench --json`` prints it and the worker sends it."""
        return {
            "digest": self.digest,
            "median_ms": self.median_s * 1e3,
            "low_ms": self.low_s * 1e3,
            "high_ms": self.high_s * 1e3,
            "rounds": len(self.rounds_s),
            "rounds_ms": [seconds * 1e3 for seconds in self.rounds_s],
            "conditions": asdict(self.conditions),
            "noisy": self.is_noisy,
            "warning": "; ".join(self.warnings),
            "node_ms": {path: seconds * 1e3 for path, seconds in self.node_s.items()},
        }


def _tell_nobody(share: float, text: str) -> None:
    """Progress that nobody reads."""


def measure_latency(
    design: Design,
    *,
    device: str = "cpu",
    threads: int | None = None,
    batch: int = 1,
    per_node: bool = True,
    effort: Effort | None = None,
    progress: Progress = _tell_nobody,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> LatencyReport:
    """Measure a design with fresh weights on random pictures, in PyTorch's eager mode.

    Args:
        design: What to measure.
        device: In PyTorch's words: ``cpu``, ``cuda:0``, ``mps``.
        threads: CPU threads; None for as many as PyTorch chooses.
        batch: Pictures at once, N.
        per_node: Whether to time each node as well.
        effort: How long and how exactly.
        progress: Called between rounds with the share done (0 to 1) and a text.
        is_cancelled: Asked between rounds.

    Raises:
        InvalidDesign: The design has problems.
        JobFailed: There is no such device, or threads or batch are no such numbers.
        NotEnoughMemory: It would not fit; nothing was allocated.
        Cancelled: ``is_cancelled`` said so.
    """
    effort = effort or Effort()
    chosen = resolve_device(device)
    if threads is not None:
        check_threads(threads)
    check_batch(batch)
    analysis = analyse(design, batch=batch)
    refuse_invalid(analysis)
    progress(0.0, "compiling")
    module = compile_analysis(analysis, seed=0, device=chosen).eval()
    inputs = random_inputs(module.input_shapes, chosen)
    wait = synchroniser(chosen)
    with running_on(threads) as running, torch.inference_mode():
        others = OtherPrograms()
        timing = measure_rounds(
            lambda: module(*inputs),
            effort=effort,
            synchronise=wait,
            progress=lambda share, text: progress(share * (_TOTAL_SHARE if per_node else 1.0), text),
            is_cancelled=is_cancelled,
        )
        disturbed = others.reason(running)
        node_s = _node_times(module, inputs, timing, effort, wait, progress, is_cancelled) if per_node else {}
    interval = timing.interval
    reasons = (*noise_reasons(timing, effort), *disturbed)
    conditions = _conditions(chosen, running, batch, timing)
    return LatencyReport(
        analysis.digest,
        interval.median,
        interval.low,
        interval.high,
        timing.rounds_s,
        conditions,
        reasons,
        node_s,
    )


def random_inputs(shapes: Sequence[tuple[int, ...]], device: torch.device, seed: int = 0) -> list[Tensor]:
    """Normal noise of these shapes, N×C×H×W, the same for the same seed on every device."""
    source = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=source).to(device) for shape in shapes]


def check_batch(batch: int) -> None:
    """Raise JobFailed unless this is a number of pictures one can run at once."""
    if isinstance(batch, bool) or not isinstance(batch, int) or not 1 <= batch <= _BATCH_HIGH:
        raise JobFailed(f"{batch!r} is no batch; it takes a whole number from 1 to {_BATCH_HIGH}")


def _conditions(device: torch.device, threads: int, batch: int, timing: Timing) -> Conditions:
    return Conditions(
        device=str(device),
        processor=device_name(device),
        threads=threads,
        batch=batch,
        dtype="float32",
        memory_format="contiguous",
        backend="PyTorch eager",
        torch_version=str(torch.__version__),
        python_version=platform.python_version(),
        system=f"{platform.system()} {platform.release()}",
        warm_up_rounds=timing.warm_up_rounds,
        calls_per_round=timing.calls_per_round,
    )


def _node_times(
    module: CompiledModule,
    inputs: Sequence[Tensor],
    timing: Timing,
    effort: Effort,
    wait: Callable[[], object],
    progress: Progress,
    is_cancelled: Callable[[], bool],
) -> dict[str, float]:
    """Median seconds of every node, blocks with their parts together, over passes timed step by step."""
    passes: list[dict[NodePath, float]] = []
    deadline = time.perf_counter() + effort.time_limit_s * _NODE_TIME_SHARE
    while not passes or (len(passes) < _NODE_PASSES and time.perf_counter() < deadline):
        if is_cancelled():
            raise Cancelled
        passes.append(_timed_pass(module, inputs, wait))
        done = len(passes) / _NODE_PASSES
        progress(_TOTAL_SHARE + (1 - _TOTAL_SHARE) * done, f"timing nodes, pass {len(passes)}")
    # The first pass reads code and caches anew; where there are others it does not count.
    counted = passes[1:] or passes
    return {".".join(path): statistics.median(each[path] for each in counted) for path in counted[0]}


def _timed_pass(module: CompiledModule, inputs: Sequence[Tensor], wait: Callable[[], object]) -> dict[NodePath, float]:
    """Seconds of each node and each block in one pass."""
    seconds: dict[NodePath, float] = defaultdict(float)
    wait()
    before = time.perf_counter()
    for path in module.observed(inputs):
        wait()
        now = time.perf_counter()
        for depth in range(1, len(path) + 1):
            seconds[path[:depth]] += now - before
        before = time.perf_counter()
    return seconds
