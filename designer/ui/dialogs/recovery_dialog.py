"""Work that a program left behind when it was killed: restore it, discard it, or leave it for later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from designer.errors import DesignerError
from designer.files.recovery import DamagedCopy, RecoveryCopy
from designer.ui.panels.cards import TonedLabel
from designer.ui.shell.plain_tips import plain_tip
from designer.ui.workbench.recovery_watch import RecoveryWatch


class RecoveryDialog(QDialog):
    """Lists copies that were left behind; those that can be read are chosen at first.

    One that cannot be read is never restored and only discarded where somebody chose it: its text may still be fixed
    by hand, so the row says where it lies.

    Args:
        watch: What restores and discards.
        copies: Those that can be read.
        damaged: Those that cannot.
        parent: The window.
    """

    def __init__(
        self,
        watch: RecoveryWatch,
        copies: Sequence[RecoveryCopy],
        damaged: Sequence[DamagedCopy] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Unsaved work was found")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._watch = watch
        words = QLabel(
            "The program ended before this work was saved. Restored designs open unsaved; your files stay as they are "
            "until you save.",
            self,
        )
        words.setWordWrap(True)
        self.list = QTreeWidget(self)
        self.list.setAccessibleName("Unsaved designs")
        self.list.setHeaderLabels(["Design", "Nodes", "Kept", "File"])
        self.list.setRootIsDecorated(False)
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self._copies: list[RecoveryCopy | DamagedCopy] = [*copies, *damaged]
        for copy in self._copies:
            row = QTreeWidgetItem(_cells(copy))
            is_whole = isinstance(copy, RecoveryCopy)
            row.setCheckState(0, Qt.CheckState.Checked if is_whole else Qt.CheckState.Unchecked)
            if isinstance(copy, DamagedCopy):
                row.setToolTip(0, plain_tip(copy.reason))
                row.setToolTip(3, plain_tip(copy.reason))
            self.list.addTopLevelItem(row)
        self.trouble = TonedLabel("error", "", self)
        buttons = QDialogButtonBox(self)
        self.restore_button = buttons.addButton("&Restore", QDialogButtonBox.ButtonRole.AcceptRole)
        self.discard_button = buttons.addButton("&Discard", QDialogButtonBox.ButtonRole.DestructiveRole)
        self.later_button = buttons.addButton("&Later", QDialogButtonBox.ButtonRole.RejectRole)
        self.restore_button.clicked.connect(self._restore)
        self.discard_button.clicked.connect(self._discard)
        self.later_button.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        for part in (words, self.list, self.trouble, buttons):
            column.addWidget(part)
        self.setMinimumSize(self.fontMetrics().horizontalAdvance("m" * 46), self.fontMetrics().height() * 16)

    def _chosen(self) -> list[RecoveryCopy | DamagedCopy]:
        rows = [self.list.topLevelItem(index) for index in range(self.list.topLevelItemCount())]
        return [
            copy
            for copy, row in zip(self._copies, rows, strict=True)
            if row is not None and row.checkState(0) == Qt.CheckState.Checked
        ]

    def _restore(self) -> None:
        chosen = self._chosen()
        failures = self._watch.restore([copy for copy in chosen if isinstance(copy, RecoveryCopy)])
        failures += [f"Cannot be restored: {copy.reason}" for copy in chosen if isinstance(copy, DamagedCopy)]
        if failures:
            self.trouble.setText("\n".join(failures))
            return
        self.accept()

    def _discard(self) -> None:
        try:
            self._watch.discard(self._chosen())
        except DesignerError as error:
            self.trouble.setText(str(error))
            return
        self.accept()


def _cells(copy: RecoveryCopy | DamagedCopy) -> list[str]:
    if isinstance(copy, DamagedCopy):
        return ["damaged, cannot be read", "?", _when_of(copy.path), str(copy.path)]
    return [copy.name, _nodes(copy), _when(copy.saved_at), _file(copy)]


def _when_of(path: Path) -> str:
    try:
        return _when(datetime.fromtimestamp(path.stat().st_mtime, UTC))
    except OSError:
        return "?"


def _nodes(copy: RecoveryCopy) -> str:
    try:
        return str(len(copy.load().nodes))
    except DesignerError:
        return "?"


def _when(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _file(copy: RecoveryCopy) -> str:
    """The user's file, and whether the copy holds later work than it."""
    if copy.original is None:
        return "never saved"
    if not copy.original.exists():
        return f"{copy.original}, which is gone"
    changed = datetime.fromtimestamp(copy.original.stat().st_mtime, UTC)
    return f"{copy.original}{'' if changed < copy.saved_at else ', which was changed since'}"
