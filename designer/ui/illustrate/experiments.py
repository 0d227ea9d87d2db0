"""The experiments of a page, run by the worker: a spiral through an activation, and the design's own activations.

Knows the worker's client and records; no widget.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from designer.analysis.analysis import Analysis
from designer.errors import DesignerError
from designer.files.design_json import dumps
from designer.files.sidecar import carried_weights
from designer.graph.design import NodePath
from designer.illustration.kept import Kept
from designer.measurement.activity import ActivityOptions, ActivityReport
from designer.measurement.spiral import SpiralOptions, SpiralReport
from designer.ui.jobs.worker_client import Job, WorkerClient
from designer.worker.messages import Failure
from designer.worker.orders import ActivityOrder, SpiralOrder

PAUSE_MS = 400
"""How long nobody changes anything before an experiment begins."""


class Subject(NamedTuple):
    """What activations are watched of.

    Attributes:
        analysis: Of the whole design.
        within: The block; empty for all of it.
        weights: The design's own file of weights, where it has any.
    """

    analysis: Analysis
    within: NodePath
    weights: Path | None

    @classmethod
    def of(cls, analysis: Analysis, within: NodePath, design_file: str | None) -> Subject:
        """What is watched of a design that lies in a file, or in none."""
        try:
            weights = carried_weights(design_file)
        except DesignerError:
            weights = None
        return cls(analysis, within, weights)

    @property
    def key(self) -> tuple[object, ...]:
        """What makes it another."""
        return self.analysis.design.digest, self.within, self.weights


class Experiments(QObject):
    """Runs what was chosen after a pause, and keeps what came of it.

    Signals: ``changed`` when a report came, or there are other words.
    """

    changed = Signal()

    def __init__(self, worker: WorkerClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.spiral_options = SpiralOptions()
        self.activity_options = ActivityOptions()
        self.words = ""
        self.spiral: SpiralReport | None = None
        self.activity: ActivityReport | None = None
        self._worker = worker
        self._subject: Subject | None = None
        self._watched: tuple[object, ...] = ()
        self._jobs: list[Job] = []
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.run)

    @property
    def is_running(self) -> bool:
        """Whether one is on its way or about to begin."""
        return bool(self._jobs) or self._pause.isActive()

    def kept(self) -> Kept:
        """What there is to show."""
        is_old = self.activity is not None and self._subject is not None and self._watched != self._wanted
        return Kept(self.spiral, self.activity, self.words, is_old)

    def follow(self, subject: Subject | None) -> None:
        """Watch the activations of this; of none, only the spiral is run."""
        self._subject = subject
        self._arm()

    def choose(self, spiral: SpiralOptions, activity: ActivityOptions) -> None:
        """Run with other options."""
        self.spiral_options, self.activity_options = spiral, activity
        self.words = ""
        self._arm()

    def again(self) -> None:
        """Run what has not run through, or all of it anew."""
        if not self.words:
            self.spiral, self._watched = None, ()
        self.words = ""
        self.run()

    def stop(self) -> None:
        """Cancel what is on its way."""
        self._pause.stop()
        for job in list(self._jobs):
            self._worker.cancel(job)

    def run(self) -> None:
        """Run what is not known yet."""
        self.stop()
        if self.words:
            return  # it failed with these very options
        if self._needs_spiral:
            self._start(self._worker.submit(SpiralOrder(self.spiral_options)))
        if self._needs_activity and self._subject is not None:
            subject, wanted = self._subject, self._wanted
            weights = None if subject.weights is None else str(subject.weights)
            text = dumps(subject.analysis.design)
            job = self._worker.submit(ActivityOrder(text, self.activity_options, weights, tuple(subject.within)))
            job.done.connect(lambda _: setattr(self, "_watched", wanted))
            self._start(job)
        self.changed.emit()

    @property
    def _needs_spiral(self) -> bool:
        return self.spiral is None or self.spiral.options != self.spiral_options

    @property
    def _needs_activity(self) -> bool:
        subject = self._subject
        return subject is not None and subject.analysis.is_valid and self._watched != self._wanted

    @property
    def _wanted(self) -> tuple[object, ...]:
        return (*self._subject.key, self.activity_options) if self._subject is not None else ()

    def _arm(self) -> None:
        if self._needs_spiral or self._needs_activity:
            self._pause.start()

    def _start(self, job: Job) -> None:
        self._jobs.append(job)
        job.done.connect(self._take)
        job.failed.connect(self._fail)
        job.ended.connect(lambda: self._end(job))

    def _take(self, report: SpiralReport | ActivityReport) -> None:
        if isinstance(report, SpiralReport):
            self.spiral = report
        else:
            self.activity = report

    def _fail(self, failure: Failure) -> None:
        self.words = f"The experiment did not run through: {failure.what}. {failure.hint}".strip()

    def _end(self, job: Job) -> None:
        if job in self._jobs:
            self._jobs.remove(job)
        self.changed.emit()
