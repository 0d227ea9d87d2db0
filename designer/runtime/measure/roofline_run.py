"""A measurement by node held against what the machine does at most: latency, peaks, and the points under them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from designer.analysis.analysis import analyse
from designer.analysis.roofline import points_of
from designer.errors import JobFailed
from designer.graph.design import Design
from designer.measurement.options import LatencyOptions, RooflineOptions
from designer.measurement.roofline import RooflineReport
from designer.runtime.measure.configuration import DTYPES
from designer.runtime.measure.latency import latency_of
from designer.runtime.measure.peaks import calibrated
from designer.timing.rounds import Progress

_PEAKS_SHARE = 0.1


def measure_roofline(
    design: Design,
    options: RooflineOptions | None = None,
    *,
    folder: Path | None = None,
    progress: Progress = lambda share, text: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> RooflineReport:
    """Measure a design by node and hold each against the machine's peaks.

    Args:
        design: What to measure.
        options: Under what, on a backend that runs step by step, how long and how exactly.
        folder: Where the peaks are kept.
        progress: Called with the share done (0 to 1) and a text.
        is_cancelled: Asked between rounds.

    Raises:
        InvalidDesign: The design has problems.
        JobFailed: One of the choices cannot be had on this machine, or the backend does not tell nodes apart.
        NotEnoughMemory: It would not fit.
        Cancelled: ``is_cancelled`` said so.
    """
    options = options or RooflineOptions()
    peaks = calibrated(
        options,
        folder,
        progress=lambda done, text: progress(done * _PEAKS_SHARE, text),
        is_cancelled=is_cancelled,
    )
    figure = latency_of(
        design,
        LatencyOptions.taking(options, per_node=True),
        progress=lambda done, text: progress(_PEAKS_SHARE + done * (1 - _PEAKS_SHARE), text),
        is_cancelled=is_cancelled,
    )
    if not figure.node_ms:
        raise JobFailed(
            f"{figure.conditions.backend} runs the design as one piece, so its nodes cannot be timed; eager, folded "
            "and folded_channels_last run it step by step"
        )
    size = DTYPES[options.dtype.value].itemsize
    analysis = analyse(design, batch=options.batch)
    return RooflineReport(figure, peaks, points_of(analysis, figure.node_ms, peaks, figure.into, size))
