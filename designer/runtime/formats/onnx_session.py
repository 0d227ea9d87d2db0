"""ONNX Runtime on the CPU: sessions that do not disturb their neighbours, one run, and two files timed in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import onnxruntime
from numpy.typing import NDArray

from designer.export.result import LatencyPair
from designer.machine import processors
from designer.timing.statistics import median_interval, paired_ratio

RUNTIME = f"ONNX Runtime {onnxruntime.__version__}"

_LEAST_SAMPLE_S = 5e-3
_WARM_UP = 3


def session_of(
    path: Path | bytes, threads: int | None = None, *, optimised: bool = True
) -> onnxruntime.InferenceSession:
    """A session of a file on the CPU.

    Args:
        path: The file, or what is in it.
        threads: CPU threads within an operation; as many as this process has processors for by default.
        optimised: Whether the runtime may change the graph for speed.
    """
    options = onnxruntime.SessionOptions()
    # Threads that spin after a run would slow whatever is measured in this process next.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.log_severity_level = 3
    options.intra_op_num_threads = processors() if threads is None else threads
    if not optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(
        path if isinstance(path, bytes) else str(path), options, providers=["CPUExecutionProvider"]
    )


def run_session(session: onnxruntime.InferenceSession, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
    """Outputs for inputs in the graph's order, N×C×H×W each."""
    names = [entry.name for entry in session.get_inputs()]
    outputs: list[NDArray[Any]] = session.run(None, dict(zip(names, inputs, strict=True)))
    return outputs


def timed_in_turns(
    what: str,
    ours: Callable[[], object],
    peer: str,
    theirs: Callable[[], object],
    *,
    threads: int,
    pairs: int = 25,
    time_limit_s: float = 6.0,
) -> LatencyPair:
    """Two callables timed A B B A …, so that a slow phase of the machine falls on both.

    Args:
        what: What ours is.
        ours: One run of it.
        peer: What the other is.
        theirs: One run of it.
        threads: CPU threads of both, to be said beside the figure.
        pairs: How many pairs at most.
        time_limit_s: When to stop; six pairs, which an interval needs, are always timed.
    """
    for each in (ours, theirs):
        for _ in range(_WARM_UP):
            each()
    # As many calls of both, for the quicker one's sake: a mean of more calls has shorter tails.
    calls = max(1, round(_LEAST_SAMPLE_S / max(min(_sample(each, 1) for each in (ours, theirs)), 1e-9)))
    begin = time.perf_counter()
    samples: tuple[list[float], list[float]] = ([], [])
    for index in range(pairs):
        for which in (0, 1) if index % 2 == 0 else (1, 0):
            samples[which].append(_sample((ours, theirs)[which], calls))
        if index >= 5 and time.perf_counter() - begin > time_limit_s:
            break
    ratio = paired_ratio(samples[1], samples[0])
    return LatencyPair(
        what,
        peer,
        median_interval(samples[0]).median * 1e3,
        median_interval(samples[1]).median * 1e3,
        ratio.ratio,
        ratio.low,
        ratio.high,
        ratio.pairs,
        ratio.verdict,
        threads,
    )


def _sample(call: Callable[[], object], calls: int) -> float:
    begin = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - begin) / calls
