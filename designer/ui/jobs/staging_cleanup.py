"""Clearing up after a worker that was ended in the middle of writing a file, as a cancel may end it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from designer.files.staging import clear_abandoned
from designer.ui.jobs.worker_client import Job

_EVERY_MS = 100
_TRIES = 100
"""A process that held gigabytes takes the system seconds to end; after these the next export clears up."""


class StagingCleanup(QObject):
    """Clears what a job left half written at a place, once its process is gone. Lives until that is done.

    Args:
        job: What writes.
        target: Where.
        parent: Something that outlives the job, such as the worker's client.
    """

    def __init__(self, job: Job, target: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._target = target
        self._tries = _TRIES
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._clear)
        job.done.connect(self.deleteLater)
        job.failed.connect(self._begin)
        job.cancelled.connect(self._begin)

    def _begin(self) -> None:
        self._timer.start()
        self._clear()

    def _clear(self) -> None:
        self._tries -= 1
        try:
            is_clear = clear_abandoned(self._target)
        except OSError:  # the folder has gone, or may not be read any more: there is nothing that we could do
            is_clear = True
        if is_clear or self._tries <= 0:
            self._timer.stop()
            self.deleteLater()
