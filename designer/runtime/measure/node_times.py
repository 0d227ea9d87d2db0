"""Where the time goes: each node of a design timed step by step, in passes of its own.

The passes wait for the device after each step, so the nodes' times together are not the whole's; the difference is told
as overhead.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence

from torch import Tensor

from designer.graph.design import NodePath
from designer.runtime.compile.module import CompiledModule
from designer.timing.rounds import Cancelled

NODE_PASSES = 25


def node_times(
    module: CompiledModule,
    inputs: Sequence[Tensor],
    wait: Callable[[], object],
    time_limit_s: float,
    progress: Callable[[float, str], None],
    is_cancelled: Callable[[], bool],
) -> dict[str, float]:
    """By path joined with dots, the median milliseconds of every node; a block has the sum of its parts' medians.

    Not the median of its sums: an interruption that falls on another part in each pass is in every sum and in no part's
    median, and a block would seem to take many times what its parts take.

    Args:
        module: What runs, step by step.
        inputs: What it takes, where it lies.
        wait: Waits until the device is done.
        time_limit_s: After which no further pass begins.
        progress: Called between passes with the share done (0 to 1) and a text.
        is_cancelled: Asked between nodes.

    Raises:
        Cancelled: ``is_cancelled`` said so.
    """
    passes: list[dict[NodePath, float]] = []
    deadline = time.perf_counter() + time_limit_s
    while not passes or (len(passes) < NODE_PASSES and time.perf_counter() < deadline):
        passes.append(_timed_pass(module, inputs, wait, is_cancelled))
        progress(len(passes) / NODE_PASSES, f"timing nodes, pass {len(passes)}")
    # The first pass reads code and caches anew; where there are others it does not count.
    counted = passes[1:] or passes
    found: dict[str, float] = defaultdict(float)
    for path in counted[0]:
        ms = 1e3 * statistics.median(each[path] for each in counted)
        for depth in range(1, len(path) + 1):
            found[".".join(path[:depth])] += ms
    return dict(found)


def _timed_pass(
    module: CompiledModule, inputs: Sequence[Tensor], wait: Callable[[], object], is_cancelled: Callable[[], bool]
) -> dict[NodePath, float]:
    """Seconds of each node that runs in one pass."""
    seconds: dict[NodePath, float] = defaultdict(float)
    wait()
    before = time.perf_counter()
    for path in module.observed(inputs):
        wait()
        seconds[path] += time.perf_counter() - before
        if is_cancelled():
            raise Cancelled
        before = time.perf_counter()
    return seconds
