"""Designs timed in turns, A B B A, by the worker: ratios that a noisy machine cannot bend, kept by what was timed.

Knows the worker's client and settings; no widget.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from designer.analysis.analysis import Analysis
from designer.files.design_json import dumps
from designer.graph.design import Design
from designer.measurement.interleaved import PairReport
from designer.measurement.options import PairOptions
from designer.ui.jobs.worker_client import Job, WorkerClient
from designer.ui.look.settings import Settings
from designer.worker.orders import PairOrder


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
        self._pairs: dict[tuple[object, ...], PairReport] = {}
        self._jobs: list[Job] = []

    @property
    def is_running(self) -> bool:
        """Whether a run is on its way."""
        return bool(self._jobs)

    def pair(self, base: Design, other: Design) -> PairReport | None:
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
        options = PairOptions.taking(self._settings.measuring)
        job = self._worker.submit(PairOrder(dumps(base.design), dumps(other.design), options))
        self._jobs.append(job)
        job.progressed.connect(self.progressed)
        job.done.connect(lambda pair: self._pairs.__setitem__(key, pair))
        job.failed.connect(self.failed)
        job.ended.connect(lambda: self._end(job))

    def _end(self, job: Job) -> None:
        self._jobs.remove(job)
        self.changed.emit()

    def _key(self, base: str, other: str) -> tuple[object, ...]:
        return base, other, self._settings.measuring
