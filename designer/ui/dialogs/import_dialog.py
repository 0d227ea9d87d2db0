"""The dialog that brings a network in: what to read and how, then progress with a cancel button, then what was found.

A file that was dropped or opened is read at once; reading, drawing and proving is the worker's.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from designer.errors import DesignerError, ImportRefused
from designer.files import import_folder
from designer.files.sidecar import weights_beside
from designer.importing.model_files import ENDINGS, ImportOptions, names_code, setting_of, shape_of
from designer.importing.result import ImportResult
from designer.importing.result_words import plain_text
from designer.ui.dialogs.import_result import ImportResultPage
from designer.ui.jobs.worker_client import Job, WorkerClient
from designer.ui.panels.cards import TonedLabel, quiet
from designer.ui.widgets.ask import Ask
from designer.worker.messages import Failure
from designer.worker.orders import ImportOrder

_SILENCE_LIMIT_S = 900.0
"""A large network is exported by PyTorch, or run by its own runtime, for minutes without a word."""


class ImportDialog(QDialog):
    """Choose a network, and have it drawn and proved.

    Signals: ``imported`` with the ImportResult and the place beside which the weights lie.

    Args:
        worker: Who reads it.
        ask: Where a file is asked for.
        folder: Where files are looked for first.
    """

    imported = Signal(object, object)

    def __init__(self, worker: WorkerClient, ask: Ask, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import a network")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._worker, self._ask, self._folder = worker, ask, folder
        self._job: Job | None = None
        self.stages = QStackedWidget(self)
        self.stages.addWidget(self._choosing())
        self.stages.addWidget(self._working())
        layout = QVBoxLayout(self)
        layout.addWidget(self.stages)
        sizes = self.fontMetrics()
        self.resize(QSize(sizes.horizontalAdvance("m" * 54), sizes.height() * 30))
        self._follow_source()

    # Choosing --------------------------------------------------------------------------------------------------------

    def _choosing(self) -> QWidget:
        stage = QWidget(self)
        self.source = _line(stage, "Network", f"A file that ends in {' or '.join(ENDINGS)}, or package.module:factory")
        browse = QPushButton("C&hoose…", stage)
        browse.setAccessibleName("Choose the network's file")
        browse.setAutoDefault(False)
        browse.clicked.connect(self._choose_file)
        where = QHBoxLayout()
        where.addWidget(self.source, 1)
        where.addWidget(browse)
        self.shapes = _line(stage, "Input shape", "As the file says; else 1x3x224x224, several with commas between")
        self.settings = _line(stage, "Arguments", "model_name=resnet18, num_classes=10")
        self.has_external_data = QCheckBox("Read &weights from files beside it", stage)
        self.is_flat = QCheckBox("&Leave nodes ungrouped", stage)
        form = QFormLayout()
        for title, field, row in (
            ("&Network", self.source, where),
            ("&Input shape", self.shapes, self.shapes),
            ("&Arguments", self.settings, self.settings),
        ):
            label = QLabel(title, stage)
            label.setBuddy(field)
            form.addRow(label, row)
        form.addRow("", self.has_external_data)
        form.addRow("", self.is_flat)
        self._form = form
        self.danger = TonedLabel("warning", "", stage)
        self.trouble = TonedLabel("error", "", stage)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=stage)
        self.import_button = buttons.addButton("&Import", QDialogButtonBox.ButtonRole.AcceptRole)
        self.import_button.setObjectName("accent")
        self.import_button.setDefault(True)
        buttons.accepted.connect(self._import)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(stage)
        column.setContentsMargins(0, 0, 0, 0)
        about = "It is drawn in blocks, keeps its weights, and is run beside the original on the same random inputs."
        column.addWidget(quiet(about, stage))
        column.addLayout(form)
        column.addWidget(self.danger)
        column.addWidget(self.trouble)
        column.addStretch(1)
        column.addWidget(buttons)
        self.source.textChanged.connect(self._follow_source)
        return stage

    def _choose_file(self) -> None:
        chosen = self._ask.path_to_read("Networks", self._folder, ENDINGS)
        if chosen is not None:
            self.source.setText(str(chosen))

    def _follow_source(self) -> None:
        """Offer what the source takes; code is run only by a button that says so."""
        name = self.source.text().strip()
        runs = names_code(name)
        self._form.setRowVisible(self.settings, runs)
        self.has_external_data.setEnabled(not runs)
        self.danger.setVisible(runs)
        self.danger.setText(
            f"This runs the code of {name.rpartition(':')[0]} with all your rights: only what you trust."
            if runs
            else ""
        )
        self.import_button.setText("&Run the code and import" if runs else "&Import")
        self.import_button.setEnabled(bool(name))
        self.trouble.setText("")

    def _options(self) -> ImportOptions:
        """What was chosen.

        Raises:
            ImportRefused: A shape or an argument is none.
        """
        runs = names_code(self.source.text().strip())
        return ImportOptions(
            input_shapes=tuple(shape_of(each.strip()) for each in _parts(self.shapes)),
            settings=tuple(setting_of(each.strip()) for each in _parts(self.settings)) if runs else (),
            has_external_data=self.has_external_data.isChecked() and not runs,
            runs_code=runs,
            is_flat=self.is_flat.isChecked(),
        )

    def begin_with(self, path: Path) -> None:
        """Read a file at once."""
        self.source.setText(str(path))
        self._import()

    # Working ---------------------------------------------------------------------------------------------------------

    def _working(self) -> QWidget:
        stage = QWidget(self)
        self.text = QLabel(stage)
        self.text.setWordWrap(True)
        self.bar = QProgressBar(stage)
        self.bar.setAccessibleName("Progress of the import")
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

    def _import(self) -> None:
        name = self.source.text().strip()
        try:
            options = self._options()
            place = import_folder.new_place(_stem(name))
        except DesignerError as error:
            self.trouble.setText(str(error))
            return
        path = name if options.runs_code else str(Path(name).expanduser().absolute())
        job = self._worker.submit(ImportOrder(path, str(weights_beside(place)), options), _SILENCE_LIMIT_S)
        self._job = job
        self.bar.setRange(0, 0)
        self.text.setText(f"Waiting: {self._worker.state}")
        self.cancel_button.setEnabled(True)
        self.stages.setCurrentIndex(1)
        self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        job.started.connect(lambda: self.text.setText(f"Reading {Path(name).name}"))
        job.progressed.connect(self._show_progress)
        job.done.connect(lambda result: self._take(result, place))
        job.failed.connect(lambda failure: self._go_back(_words(failure)))
        job.cancelled.connect(lambda: self._go_back("Cancelled; nothing was brought in."))
        for end in (job.failed, job.cancelled):
            end.connect(lambda *_: import_folder.forget(place))

    def _show_progress(self, share: float, text: str) -> None:
        if self.cancel_button.isEnabled():  # what was on its way when somebody cancelled says nothing any more
            self.text.setText(text[:1].upper() + text[1:])
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
        self.import_button.setFocus(Qt.FocusReason.OtherFocusReason)

    # Done ------------------------------------------------------------------------------------------------------------

    def _take(self, result: ImportResult, place: Path) -> None:
        self._job = None
        try:
            self.imported.emit(result, place)
        except ImportRefused as error:  # pragma: no cover  # a design that was just written is read
            self._go_back(str(error))
            return
        self._show_result(result)

    def _show_result(self, result: ImportResult) -> None:
        stage = QWidget(self)
        self.result_page = ImportResultPage(result, stage)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=stage)
        copy = buttons.addButton("&Copy as text", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(plain_text(result)))
        buttons.rejected.connect(self.accept)
        column = QVBoxLayout(stage)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.result_page, 1)
        column.addWidget(buttons)
        self.stages.setCurrentIndex(self.stages.addWidget(stage))
        buttons.button(QDialogButtonBox.StandardButton.Close).setFocus(Qt.FocusReason.OtherFocusReason)

    def reject(self) -> None:
        """Escape cancels a running import first; then it closes."""
        if self._job is not None:
            self._cancel()
            return
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        """A dialog that closes takes its import with it."""
        self._cancel()
        super().closeEvent(event)


def _line(parent: QWidget, name: str, placeholder: str) -> QLineEdit:
    field = QLineEdit(parent)
    field.setAccessibleName(name)
    field.setPlaceholderText(placeholder)
    return field


def _parts(field: QLineEdit) -> list[str]:
    return [part for part in field.text().split(",") if part.strip()]


def _words(failure: Failure) -> str:
    return f"{failure.what}. {failure.hint}" if failure.hint else failure.what


def _stem(name: str) -> str:
    """What a network is called by its file's name, or by the code that makes it."""
    return name.rpartition(":")[2] if names_code(name) else Path(name).stem
