"""One design of a sweep, measured in turns with the design that the sweep began from."""

from __future__ import annotations

import platform
from collections.abc import Callable

from designer.graph.design import Design
from designer.measurement.options import PairOptions
from designer.runtime.measure.interleaved_benchmark import measure_pair
from designer.sweeps.result import MeasuredPoint
from designer.timing.rounds import Progress


def measure_point(
    base: Design,
    design: Design,
    options: PairOptions | None = None,
    *,
    progress: Progress = lambda share, text: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> MeasuredPoint:
    """Measure a design's latency, and its ratio to the base's in the same turns.

    Args:
        base: What the ratio has below the line.
        design: What is measured.
        options: Under what, and how long.
        progress: Called with the share done (0 to 1) and a text.
        is_cancelled: Asked between rounds.

    Raises:
        JobFailed: It cannot be run here, or computes something else than its module.
        Cancelled: ``is_cancelled`` said so.
    """
    report = measure_pair(base, design, options, progress=progress, is_cancelled=is_cancelled)
    side, ratio = report.second, report.ratio
    return MeasuredPoint(
        side.median_ms,
        side.low_ms,
        side.high_ms,
        ratio.ratio,
        ratio.low,
        ratio.high,
        ratio.verdict.value,
        report.text,
        f"{side.conditions.processor} · {side.conditions.system} · {platform.node()}",
        report.warning,
    )
