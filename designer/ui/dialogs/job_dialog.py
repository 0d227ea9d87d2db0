"""Progress of one job, with a cancel button; closes itself when the job ends. Knows jobs, not what they do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QProgressBar, QVBoxLayout, QWidget

from designer.ui.jobs.worker_client import Job, WorkerClient


class JobDialog(QDialog):
    """What a job is doing, how far it is, and a button to end it."""

    def __init__(self, title: str, job: Job, worker: WorkerClient, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._job = job
        self._worker = worker
        self.text = QLabel(f"Waiting: {worker.state}", self)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 0)
        self.bar.setAccessibleName(title)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, parent=self)
        self.cancel_button = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        buttons.rejected.connect(self._cancel)
        layout = QVBoxLayout(self)
        for part in (self.text, self.bar, buttons):
            layout.addWidget(part)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("m" * 32))
        job.started.connect(lambda: self.text.setText("Running"))
        job.progressed.connect(self._show)
        job.ended.connect(self.accept)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape ends the job too; the dialog goes when it has ended."""
        if event.key() == Qt.Key.Key_Escape:
            self._cancel()
            return
        super().keyPressEvent(event)

    def _show(self, share: float, text: str) -> None:
        if self.cancel_button.isEnabled():  # what was on its way when somebody cancelled says nothing any more
            self.text.setText(text)
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(share * 1000))

    def _cancel(self) -> None:
        self.cancel_button.setEnabled(False)
        self.text.setText("Cancelling")
        self._worker.cancel(self._job)
