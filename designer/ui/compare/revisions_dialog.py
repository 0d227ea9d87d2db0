"""Earlier states of a design file from git, as a list to choose from; git is asked in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal
from PySide6.QtWidgets import QAbstractItemView, QDialog, QDialogButtonBox, QListWidget, QVBoxLayout, QWidget

from designer.errors import DesignerError
from designer.files.git_history import Revision, design_at, revisions
from designer.ui.jobs.threads import unless_gone
from designer.ui.panels.cards import quiet


class _Answer(QObject):
    found = Signal(object)
    failed = Signal(str)


class _AskGit(QRunnable):
    """Lists a file's revisions away from the window's thread."""

    def __init__(self, path: Path, answer: _Answer) -> None:
        super().__init__()
        self._path = path
        self._answer = answer

    def run(self) -> None:
        """Ask, and send the answer home."""
        with unless_gone(self._answer):
            try:
                self._answer.found.emit(revisions(self._path))
            except DesignerError as error:
                self._answer.failed.emit(str(error))


class RevisionsDialog(QDialog):
    """Choose earlier states of a file.

    Signals: ``chosen`` with a list of (Design, origin in words), when the dialog is accepted.
    """

    chosen = Signal(object)

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Earlier states of {path.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._path = path
        self._revisions: tuple[Revision, ...] = ()
        self.list = QListWidget(self)
        self.list.setAccessibleName("Commits that touched the file")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.trouble = quiet("Asking git…", self)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, parent=self
        )
        self.ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText("Compare")
        self.ok.setEnabled(False)
        self.buttons.accepted.connect(self._choose)
        self.buttons.rejected.connect(self.reject)
        self.list.itemSelectionChanged.connect(lambda: self.ok.setEnabled(bool(self.list.selectedItems())))
        self.list.itemDoubleClicked.connect(lambda _item: self._choose())
        layout = QVBoxLayout(self)
        for part in (self.trouble, self.list, self.buttons):
            layout.addWidget(part)
        self.setMinimumSize(self.fontMetrics().horizontalAdvance("m" * 44), self.fontMetrics().height() * 22)
        # No child of the dialog: git may answer when the dialog is gone.
        self._answer = _Answer()
        self._answer.found.connect(self._show)
        self._answer.failed.connect(self.trouble.setText)
        QThreadPool.globalInstance().start(_AskGit(path, self._answer))

    def _show(self, found: Sequence[Revision]) -> None:
        self._revisions = tuple(found)
        self.list.addItems([revision.title for revision in found])
        self.trouble.setText("Choose one or several." if found else "git has no commit with this file yet.")
        if found:
            self.list.setCurrentRow(0)
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self) -> None:
        rows = sorted(index.row() for index in self.list.selectedIndexes())
        try:
            designs = [
                (design_at(self._path, self._revisions[row]), f"git {self._revisions[row].title}") for row in rows
            ]
        except DesignerError as error:
            self.trouble.setText(str(error))
            return
        self.chosen.emit(designs)
        self.accept()
