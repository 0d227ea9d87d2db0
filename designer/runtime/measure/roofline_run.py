"""A measurement by node held against what the machine does at most: latency, peaks, and the points under them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from designer.analysis.analysis import analyse
from designer.analysis.roofline import points_of
from designer.errors import JobFailed
from designer.graph.design import Design
from designer.measurement.latency import EAGER
from designer.measurement.roofline import RooflineReport
from designer.runtime.measure.configuration import DTYPES, MeasuringConfiguration
from designer.runtime.measure.latency import measure_latency
from designer.runtime.measure.peaks import calibrated
from designer.timing.rounds import Progress, TimeBudget

_PEAKS_SHARE = 0.1


def measure_roofline(
    design: Design,
    *,
    backend: str = EAGER,
    configuration: MeasuringConfiguration | None = None,
    budget: TimeBudget | None = None,
    folder: Path | None = None,
    progress: Progress = lambda share, text: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> RooflineReport:
    """Measure a design by node and hold each against the machine's peaks.

    Args:
        design: What to measure.
        backend: One that runs step by step.
        configuration: Device, threads, batch, element type and order of channels.
        budget: How long and how exactly.
        folder: Where the peaks are kept.
        progress: Called with the share done (0 to 1) and a text.
        is_cancelled: Asked between rounds.

    Raises:
        InvalidDesign: The design has problems.
        JobFailed: One of the choices cannot be had on this machine, or the backend does not tell nodes apart.
        NotEnoughMemory: It would not fit.
        Cancelled: ``is_cancelled`` said so.
    """
    configuration = configuration or MeasuringConfiguration()
    peaks = calibrated(
        configuration,
        folder,
        progress=lambda done, text: progress(done * _PEAKS_SHARE, text),
        is_cancelled=is_cancelled,
    )
    figure = measure_latency(
        design,
        device=configuration.device,
        threads=configuration.threads,
        batch=configuration.batch,
        dtype=configuration.dtype,
        memory_format=configuration.memory_format,
        backend=backend,
        budget=budget,
        progress=lambda done, text: progress(_PEAKS_SHARE + done * (1 - _PEAKS_SHARE), text),
        is_cancelled=is_cancelled,
    )
    if not figure.node_ms:
        raise JobFailed(
            f"{figure.conditions.backend} runs the design as one piece, so its nodes cannot be timed; eager, folded "
            "and folded_channels_last run it step by step"
        )
    size = DTYPES[configuration.dtype].itemsize
    return RooflineReport(
        figure, peaks, points_of(analyse(design, batch=configuration.batch), figure.node_ms, peaks, figure.into, size)
    )
