"""The export dialog: a page a format, then progress with a cancel button, then the proof of what was written.

Pages are made of what formats declare; writing and proving is the worker's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from designer.analysis.analysis import Analysis
from designer.errors import DesignerError, DesignFileError
from designer.export.formats import Format, formats
from designer.export.open_size import fixed_size_reason
from designer.export.result import ExportResult
from designer.export.result_words import plain_text
from designer.files.design_json import dumps
from designer.files.outputs import refuse_loss
from designer.graph.parameter import Integer
from designer.ui.dialogs.export_page import ExportPage
from designer.ui.dialogs.export_result import ExportResultPage
from designer.ui.jobs.staging_cleanup import StagingCleanup
from designer.ui.jobs.worker_client import Job, WorkerClient
from designer.ui.panels.cards import TonedLabel, quiet
from designer.ui.widgets.ask import Ask
from designer.ui.widgets.fields import NumberField
from designer.worker.messages import Failure
from designer.worker.orders import ExportOrder

_SEED = Integer("seed", 0, "Of the random numbers that fresh weights are made from.", title="Seed of fresh weights")


class ExportDialog(QDialog):
    """Choose a format and its options, and have the file written.

    Args:
        analysis: Of the design that is exported, as it is now.
        design_path: The design's own file, or None where it has none.
        stem: What the file is called where nothing is said.
        worker: Who writes it.
        ask: Where files are asked for.
        chosen: Key of the format shown first.
        keeps: Files that may not be written over: those of open designs.
        weights: The design's own weights, where it has any.
    """

    def __init__(
        self,
        analysis: Analysis,
        design_path: Path | None,
        stem: str,
        worker: WorkerClient,
        ask: Ask,
        chosen: str = "onnx",
        parent: QWidget | None = None,
        keeps: Sequence[Path] = (),
        weights: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self._keeps = tuple(keeps)
        self._agreed: Path | None = None
        self.setWindowTitle(f"Export {analysis.design.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._analysis, self._worker, self._ask = analysis, worker, ask
        self._weights = weights
        self._folder = design_path.parent if design_path is not None else Path.home()
        self._stem = stem
        self._pages: dict[str, ExportPage] = {}
        self._job: Job | None = None
        self.formats: tuple[Format, ...] = formats()
        self.stages = QStackedWidget(self)
        self.stages.addWidget(self._choosing())
        self.stages.addWidget(self._working())
        layout = QVBoxLayout(self)
        layout.addWidget(self.stages)
        sizes = self.fontMetrics()
        self.resize(QSize(sizes.horizontalAdvance("m" * 68), sizes.height() * 42))
        keys = [format.key for format in self.formats]
        self.list.setCurrentRow(keys.index(chosen))

    # Choosing --------------------------------------------------------------------------------------------------------

    def _choosing(self) -> QWidget:
        stage = QWidget(self)
        self.list = QListWidget(stage)
        self.list.setAccessibleName("Formats")
        self.list.setFixedWidth(self.fontMetrics().horizontalAdvance("m" * 17))
        self.list.setUniformItemSizes(True)
        self.list.setSpacing(self.fontMetrics().height() // 6)
        for format in self.formats:
            item = QListWidgetItem(format.title, self.list)
            if not format.is_available:
                item.setForeground(self.palette().placeholderText())
                item.setToolTip(format.unavailable_reason)
        self.room = QScrollArea(stage)
        self.room.setAccessibleName("Options of the format")
        self.room.setWidgetResizable(True)
        self.room.setFrameShape(QScrollArea.Shape.NoFrame)
        self.path = QLineEdit(stage)
        self.path.setAccessibleName("File to write")
        browse = QPushButton("Choose…", stage)
        browse.setAccessibleName("Choose the file to write")
        browse.setAutoDefault(False)
        browse.clicked.connect(self._choose_path)
        where = QHBoxLayout()
        where.addWidget(self.path, 1)
        where.addWidget(browse)
        self.seed = NumberField(_SEED, stage)
        carried = self._weights
        origin = f"From {carried.name}; what was edited since is fresh" if carried else "Fresh, from the seed"
        weights = quiet(origin, stage)
        kept = QHBoxLayout()
        kept.addWidget(weights, 1)
        kept.addWidget(self.seed)
        form = QFormLayout()
        named = QLabel("&File", stage)
        named.setBuddy(self.path)
        form.addRow(named, where)
        form.addRow("Weights", kept)
        self._form, self._weights_row = form, kept
        self.trouble = TonedLabel("error", "", stage)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=stage)
        self.export_button = buttons.addButton("&Export", QDialogButtonBox.ButtonRole.AcceptRole)
        self.export_button.setObjectName("accent")
        self.export_button.setDefault(True)
        buttons.accepted.connect(self._export)
        buttons.rejected.connect(self.reject)
        right = QVBoxLayout()
        right.addWidget(self.room, 1)
        right.addLayout(form)
        right.addWidget(self.trouble)
        upper = QHBoxLayout()
        upper.addWidget(self.list)
        upper.addLayout(right, 1)
        column = QVBoxLayout(stage)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(upper, 1)
        column.addWidget(buttons)
        self.list.currentRowChanged.connect(self._show_page)
        return stage

    @property
    def format(self) -> Format:
        """The format that is chosen."""
        return self.formats[self.list.currentRow()]

    @property
    def page(self) -> ExportPage:
        """Its form."""
        return self._pages[self.format.key]

    def _show_page(self, _row: int) -> None:
        format = self.format
        if format.key not in self._pages:
            self._pages[format.key] = ExportPage(format, self._blocked(format), self._ask)
            self._pages[format.key].edited.connect(lambda: self.trouble.setText(""))
        if self.room.widget() is not None:
            self.room.takeWidget().setParent(None)
        self.room.setWidget(self.page)
        self.page.show()
        self.trouble.setText("")
        self.export_button.setEnabled(format.is_available)
        self._form.setRowVisible(self._weights_row, format.has_weights)
        self.path.setText(str(self._with_ending(Path(self.path.text()))))

    def _blocked(self, format: Format) -> dict[str, str]:
        """Options that this design does not allow, with the reason."""
        if not any(parameter.name == "dynamic_size" for parameter in format.parameters):
            return {}
        reason = fixed_size_reason(self._analysis)
        return {"dynamic_size": f"Not for this design: {reason}"} if reason else {}

    def _with_ending(self, present: Path) -> Path:
        """The path so far with the format's ending; beside the design where there is none yet."""
        if present.name in ("", "."):
            return self._folder / f"{self._stem}{self.format.endings[0]}"
        known = sorted((ending for format in self.formats for ending in format.endings), key=len, reverse=True)
        ending = next((each for each in known if present.name.lower().endswith(each)), "")
        if ending in self.format.endings:
            return present
        return present.with_name(present.name[: len(present.name) - len(ending)] + self.format.endings[0])

    def _choose_path(self) -> None:
        endings = " ".join(f"*{ending}" for ending in self.format.endings)
        chosen = self._ask.path_to_save("Export as", Path(self.path.text()), f"{self.format.title} ({endings})")
        if chosen is not None:
            named = self._with_ending(chosen)
            self._agreed = named.absolute() if named == chosen else None  # that file was asked about
            self.path.setText(str(named))

    # Working ---------------------------------------------------------------------------------------------------------

    def _working(self) -> QWidget:
        stage = QWidget(self)
        self.text = QLabel(stage)
        self.text.setWordWrap(True)
        self.bar = QProgressBar(stage)
        self.bar.setAccessibleName("Progress of the export")
        self.cancel_button = QPushButton("&Cancel", stage)
        self.cancel_button.clicked.connect(self._cancel)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        column = QVBoxLayout(stage)
        column.addStretch(1)
        column.addWidget(self.text)
        column.addWidget(self.bar)
        column.addLayout(row)
        column.addStretch(1)
        return stage

    def _export(self) -> None:
        try:
            options = self.page.options()
        except DesignerError as error:
            self.trouble.setText(str(error))
            return
        if not self.path.text().strip():
            self.trouble.setText("Say which file to write.")
            return
        target = Path(self.path.text()).expanduser().absolute()
        if not self._may_write(target):
            return
        job = self._worker.submit(
            ExportOrder(
                dumps(self._analysis.design),
                str(target),
                self.format.key,
                options,
                str(self._weights) if self._weights is not None else None,
                self.seed.value,
            )
        )
        self._job = job
        StagingCleanup(job, target, self._worker)
        self.bar.setRange(0, 0)
        self.text.setText(f"Waiting: {self._worker.state}")
        self.cancel_button.setEnabled(True)
        self.stages.setCurrentIndex(1)
        self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        job.started.connect(lambda: self.text.setText(f"Writing {target.name}"))
        job.progressed.connect(self._show_progress)
        job.done.connect(self.show_result)
        job.failed.connect(self._show_failure)
        job.cancelled.connect(lambda: self._go_back("Cancelled; no file was written."))

    def _may_write(self, target: Path) -> bool:
        """Whether nothing of worth is lost there; a file of the same kind is asked about, once."""
        try:
            refuse_loss(target, self.format.endings, self._keeps)
        except DesignFileError as error:
            self.trouble.setText(str(error))
            return False
        if target.exists() and target != self._agreed:
            if not self._ask.sure(f"Replace {target.name}?", f"It is in {target.parent} already.", "Replace it"):
                return False
            self._agreed = target
        return True

    def _show_progress(self, share: float, text: str) -> None:
        if self.cancel_button.isEnabled():  # what was on its way when somebody cancelled says nothing any more
            self.text.setText(text)
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(share * 1000))

    def _cancel(self) -> None:
        if self._job is not None:
            self.cancel_button.setEnabled(False)
            self.text.setText("Cancelling")
            self._worker.cancel(self._job)

    def _go_back(self, reason: str) -> None:
        self._job = None
        self.trouble.setText(reason)
        self.stages.setCurrentIndex(0)
        self.export_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_failure(self, failure: Failure) -> None:
        self._go_back(f"{failure.what}. {failure.hint}" if failure.hint else failure.what)

    # Done ------------------------------------------------------------------------------------------------------------

    @property
    def proof(self) -> ExportResult | None:
        """The record of what was written, while its page is shown."""
        stage = self.stages.currentWidget()
        found = stage.findChildren(ExportResultPage) if stage is not None else []
        return found[0].result if found else None

    def show_result(self, result: ExportResult) -> None:
        """Turn to the page that proves a file."""
        self._job = None
        stage = QWidget(self)
        page = ExportResultPage(result, stage)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=stage)
        folder = Path(result.path).parent
        for title, call in (
            ("&Back", lambda: self._leave_result(stage)),
            ("&Copy as text", lambda: QGuiApplication.clipboard().setText(plain_text(result))),
            ("Open &folder", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))),
        ):
            button = buttons.addButton(title, QDialogButtonBox.ButtonRole.ActionRole)
            button.clicked.connect(call)
        buttons.rejected.connect(self.accept)
        column = QVBoxLayout(stage)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(page, 1)
        column.addWidget(buttons)
        self.stages.setCurrentIndex(self.stages.addWidget(stage))
        buttons.button(QDialogButtonBox.StandardButton.Close).setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave_result(self, stage: QWidget) -> None:
        self.stages.setCurrentIndex(0)
        self.stages.removeWidget(stage)
        stage.deleteLater()

    def reject(self) -> None:
        """Escape cancels a running export first; then it closes."""
        if self._job is not None:
            self._cancel()
            return
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        """A dialog that closes takes its export with it."""
        self._cancel()
        super().closeEvent(event)
