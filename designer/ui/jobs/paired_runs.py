"""Designs timed in turns, A B B A, by the worker: ratios that a noisy machine cannot bend, kept by what was timed.

Knows the worker's client and settings; no widget.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from designer.analysis.analysis import Analysis
from designer.analysis.measured import Latency, PairedLatency
from designer.files.design_json import dumps
from designer.graph.design import Design
from designer.ui.jobs.worker_client import Job, WorkerClient
from designer.ui.look.settings import Settings
from designer.wording import plural

NO_DIFFERENCE = "no difference you can claim"
"""The worker's verdict where nothing may be claimed."""


@dataclass(frozen=True)
class Pair:
    """Two designs that were timed in turns.

    Attributes:
        first: The one that ratios are to.
        second: The other, with its ratio.
        conditions: Under what, in words.
        sentence: What may be said of them.
        warning: What makes it doubtful, or an empty text.
    """

    first: Latency
    second: Latency
    conditions: str
    sentence: str
    warning: str


def pair_of(data: Mapping[str, Any]) -> Pair:
    """A pair from what the worker sent."""
    verdict, pairs = str(data["verdict"]), int(data["pairs"])
    paired = PairedLatency(
        float(data["ratio"]), float(data["low"]), float(data["high"]), verdict, verdict != NO_DIFFERENCE, pairs
    )
    conditions = data["second"]["conditions"]
    words = (
        f"{conditions['device']}×{conditions['threads']}",
        f"batch {conditions['batch']}",
        str(conditions["dtype"]),
        str(conditions["backend"]),
        f"{plural(pairs, 'pair')} in turns",
    )
    return Pair(
        _latency(data["first"]),
        _latency(data["second"], paired),
        " · ".join(words),
        str(data.get("sentence") or ""),
        str(data.get("warning") or ""),
    )


def _latency(side: Mapping[str, Any], paired: PairedLatency | None = None) -> Latency:
    median, low, high = (float(side[name]) / 1000 for name in ("median_ms", "low_ms", "high_ms"))
    return Latency(median, low, high, paired, int(side["rounds"]))


class PairedRuns(QObject):
    """Has designs timed against a baseline, and keeps what came of it.

    Signals: ``changed`` when a pair came, or a run began or ended; ``progressed`` with a share and a text; ``failed``
    with a Failure.
    """

    changed = Signal()
    progressed = Signal(float, str)
    failed = Signal(object)

    def __init__(self, worker: WorkerClient, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._settings = settings
        self._pairs: dict[tuple[object, ...], Pair] = {}
        self._jobs: list[Job] = []

    @property
    def is_running(self) -> bool:
        """Whether a run is on its way."""
        return bool(self._jobs)

    def pair(self, base: Design, other: Design) -> Pair | None:
        """What was measured of two designs in turns, under the present conditions."""
        return self._pairs.get(self._key(base.digest, other.digest))

    def measure(self, base: Analysis, others: Sequence[Analysis]) -> None:
        """Time each of the others in turns with the baseline, where both can run."""
        for other in others:
            if base.is_valid and other.is_valid and other is not base:
                self._start(base, other)
        self.changed.emit()

    def stop(self) -> None:
        """Cancel the runs that are on their way."""
        for job in list(self._jobs):
            self._worker.cancel(job)

    def _start(self, base: Analysis, other: Analysis) -> None:
        key = self._key(base.digest, other.digest)
        options = {**self._settings.measuring(), "other_design": dumps(other.design)}
        job = self._worker.submit("pair", dumps(base.design), options)
        self._jobs.append(job)
        job.progressed.connect(self.progressed)
        job.done.connect(lambda data: self._pairs.__setitem__(key, pair_of(data)))
        job.failed.connect(self.failed)
        job.ended.connect(lambda: self._end(job))

    def _end(self, job: Job) -> None:
        self._jobs.remove(job)
        self.changed.emit()

    def _key(self, base: str, other: str) -> tuple[object, ...]:
        return base, other, *self._settings.measuring().values()
