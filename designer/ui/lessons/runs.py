"""What a lesson wants to be run, handed to the worker one after the other; no widget."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from designer.files.design_json import dumps
from designer.files.storage import data_folder
from designer.lessons.answers import Found, PairWanted, RooflineWanted, SpiralWanted, Wanted
from designer.ui.jobs.worker_client import Job, WorkerClient
from designer.worker.messages import Failure
from designer.worker.orders import Order, PairOrder, RooflineOrder, SpiralOrder


class LessonRun(QObject):
    """Runs what is wanted.

    Signals: ``progressed`` with a share and a text; then ``done`` with what was found, in the order of what was wanted,
    or ``failed`` with a sentence.
    """

    progressed = Signal(float, str)
    done = Signal(object)
    failed = Signal(str)

    def __init__(self, worker: WorkerClient, wanted: Sequence[Wanted], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._waiting = list(wanted)
        self._found: list[Found] = []
        self._job: Job | None = None

    def start(self) -> None:
        """Run the next of what is wanted, or tell that all is found."""
        if not self._waiting:
            self.done.emit(tuple(self._found))
            return
        job = self._job = self._worker.submit(order_of(self._waiting.pop(0)))
        job.progressed.connect(self.progressed)
        job.done.connect(self._take)
        job.failed.connect(self._fail)

    def stop(self) -> None:
        """Cancel what is on its way; nothing is told any more."""
        self._waiting = []
        job, self._job = self._job, None
        if job is not None:
            self._worker.cancel(job)

    def _take(self, report: Found) -> None:
        if self._job is not None:
            self._found.append(report)
            self.start()

    def _fail(self, failure: Failure) -> None:
        if self._job is not None:
            self.failed.emit(f"It could not be run: {failure.what}. {failure.hint}".strip())


def order_of(want: Wanted) -> Order:
    """The worker's order for what is wanted."""
    match want:
        case PairWanted(first, second, options):
            return PairOrder(dumps(first), dumps(second), options)
        case RooflineWanted(design, options):
            return RooflineOrder(dumps(design), options, str(data_folder()))
        case SpiralWanted(options):
            return SpiralOrder(options)
