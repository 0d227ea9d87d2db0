"""Live measuring: when the person has paused and the design is valid, the worker measures it; old is known as old.

Figures are kept by the digest of the design they were measured on, so undo finds them again, and a figure can never
pass for another design's. Knows the worker's client and analyses; no widget.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from designer.analysis.analysis import Analysis
from designer.analysis.issues import Severity
from designer.files.design_json import dumps
from designer.graph.design import Design
from designer.measurement.latency import LatencyReport
from designer.measurement.options import LatencyOptions
from designer.ui.jobs.worker_client import Job, WorkerClient
from designer.ui.look.settings import Settings
from designer.worker.messages import Failure
from designer.worker.orders import MeasureOrder

PAUSE_MS = 600
"""How long nobody edits before a measurement begins."""

KEPT_FIGURES = 200


class LiveState(NamedTuple):
    """How it stands with measuring.

    Attributes:
        words: What is said of it.
        tone: The tone it is said in, one of the look's.
    """

    words: str
    tone: str


class LiveLatency(QObject):
    """Measures the design on screen, by itself after a pause or when told to.

    Signals: ``changed`` when a figure came, grew old, or a measurement began or ended; ``progressed`` when more of one
    is done; ``failed`` with a Failure.
    """

    changed = Signal()
    progressed = Signal()
    failed = Signal(object)

    def __init__(self, worker: WorkerClient, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._settings = settings
        self._analysis: Analysis | None = None
        self._figures: OrderedDict[tuple[object, ...], LatencyReport] = OrderedDict()
        self._last: LatencyReport | None = None
        self._digest = ""
        self._job: Job | None = None
        self._job_digest = ""
        self._others: list[Job] = []
        self._share: float | None = None
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._after_pause)

    @property
    def is_live(self) -> bool:
        """Whether a pause starts a measurement."""
        return self._settings.live

    def set_live(self, live: bool) -> None:
        """Measure after each pause, or only when told to."""
        self._settings.live = live
        if live:
            self._arm()
        else:
            self._pause.stop()
        self.changed.emit()

    @property
    def is_running(self) -> bool:
        """Whether a measurement is on its way."""
        return self._job is not None or bool(self._others)

    @property
    def state(self) -> LiveState:
        """Whether a measurement is on its way, is waited with, or comes after the next pause."""
        if self.is_running:
            return LiveState("measuring…" if self._share is None else f"measuring {round(self._share * 100)} %", "hint")
        if not self.is_live:
            return LiveState("not live", "warning")
        if self._analysis is not None and not self._analysis.is_valid:
            is_todo = all(issue.severity is Severity.UNFINISHED for issue in self._analysis.issues)
            return (
                LiveState("waits until it is drawn", "todo")
                if is_todo
                else LiveState("waits until it is valid", "warning")
            )
        return LiveState("live", "ok")

    @property
    def shown(self) -> LatencyReport | None:
        """The present design's figure, else the last one there was."""
        return self._figures.get(self._key(self._digest)) or self._last

    @property
    def is_current(self) -> bool:
        """Whether the figure shown was measured on the present design under the present conditions."""
        return self._analysis is not None and self._key(self._digest) in self._figures

    def figure(self, design: Design) -> LatencyReport | None:
        """What was measured on a design of this digest under the present conditions, or None."""
        return self._figures.get(self._key(design.digest))

    def follow(self, analysis: Analysis | None, is_other_design: bool = False) -> None:
        """Take note of the design on screen; another tab's last figure is not this one's."""
        if is_other_design:
            self._last = None
        before, self._analysis = self._analysis, analysis
        if analysis is None:
            self._pause.stop()
        elif before is None or is_other_design or not _compute_alike(before.design, analysis.design):
            self._digest = analysis.design.digest
            self._drop_outdated_job()
            self._last = self.figure(analysis.design) or self._last
            self._arm()
        self.changed.emit()

    def conditions_changed(self) -> None:
        """Device, threads or batch were set otherwise: what is shown is old."""
        self.stop()
        self._arm()
        self.changed.emit()

    def measure_now(self) -> None:
        """Measure the design on screen at once, even if there is a figure already."""
        if self._analysis is not None and self._analysis.is_valid:
            self._pause.stop()
            self.stop()
            self._start(self._analysis)

    def measure_each(self, analyses: Iterable[Analysis]) -> None:
        """Measure several designs one after the other, those that have no figure yet and can run."""
        for analysis in analyses:
            if analysis.is_valid and self.figure(analysis.design) is None:
                job = self._submit(analysis)
                self._others.append(job)
                job.ended.connect(lambda job=job: self._end_other(job))
        self.changed.emit()

    def stop(self) -> None:
        """Cancel the measurements that are on their way."""
        for job in ([self._job] if self._job is not None else []) + self._others:
            self._worker.cancel(job)

    def _key(self, digest: str) -> tuple[object, ...]:
        return digest, self._settings.measuring

    def _drop_outdated_job(self) -> None:
        if self._job is not None and self._job_digest != self._digest:
            self._worker.cancel(self._job)

    def _arm(self) -> None:
        if self.is_live and self._analysis is not None and self._analysis.is_valid and not self.is_current:
            self._pause.start()
        else:
            self._pause.stop()

    def _after_pause(self) -> None:
        if self._analysis is None or not self._analysis.is_valid or self.is_current:
            return
        if self._job is None or self._job_digest != self._digest:
            self.stop()
            self._start(self._analysis)

    def _start(self, analysis: Analysis) -> None:
        job = self._submit(analysis)
        self._job, self._job_digest = job, analysis.design.digest
        job.ended.connect(lambda: self._end(job))
        self.changed.emit()

    def _submit(self, analysis: Analysis) -> Job:
        design = analysis.design
        key = self._key(design.digest)
        self._share = None
        options = LatencyOptions.taking(self._settings.measuring, per_node=True)
        job = self._worker.submit(MeasureOrder(dumps(design), options))
        job.progressed.connect(self._progress)
        job.done.connect(lambda figure: self._take(key, figure))
        job.failed.connect(self._fail)
        return job

    def _take(self, key: tuple[object, ...], figure: LatencyReport) -> None:
        self._figures[key] = figure
        self._figures.move_to_end(key)
        while len(self._figures) > KEPT_FIGURES:
            self._figures.popitem(last=False)
        if self._analysis is not None and self._digest == figure.digest:
            self._last = figure

    def _progress(self, share: float, _text: str) -> None:
        self._share = share
        self.progressed.emit()

    def _fail(self, failure: Failure) -> None:
        self._pause.stop()  # the same design would fail again; the next edit tries anew
        self.failed.emit(failure)

    def _end_other(self, job: Job) -> None:
        if job in self._others:
            self._others.remove(job)
        self.changed.emit()

    def _end(self, job: Job) -> None:
        if self._job is job:
            self._job = None
            self._job_digest = ""
        self.changed.emit()


def _compute_alike(a: Design, b: Design) -> bool:
    """Whether two designs hold the very same layers and wires, as after a move; cheaper than their digests."""
    return a is b or (
        a.wires is b.wires
        and len(a.nodes) == len(b.nodes)
        and all(x.id == y.id and x.layer is y.layer for x, y in zip(a.nodes.values(), b.nodes.values(), strict=True))
    )
