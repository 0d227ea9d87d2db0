"""Which targets the design on screen is held against."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from designer.targets.profile_files import targets, user_folder
from designer.ui.look.settings import Settings
from designer.ui.panels.cards import quiet
from designer.ui.shell.plain_tips import plain_tip

_KEY = Qt.ItemDataRole.UserRole


class TargetsDialog(QDialog):
    """A list of targets to tick: those that come with the program and the user's own.

    Args:
        settings: What was chosen before, and where the choice is kept.
        parent: The window.
    """

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Targets")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settings = settings
        self.list = QListWidget(self)
        self.list.setAccessibleName("Targets")
        for profile in targets():
            item = QListWidgetItem(f"{profile.name} · {profile.element_type.title}", self.list)
            item.setData(_KEY, profile.key)
            sources = "\n".join(f"{each.what}: {each.title}" for each in profile.sources)
            item.setToolTip(plain_tip("\n".join(filter(None, (profile.about, sources)))))
            is_on = profile.key in settings.targets
            item.setCheckState(Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked)
        note = quiet(f"Targets of your own are files in {user_folder()}; 'targets --format' documents them.", self)
        note.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self)
        buttons.accepted.connect(self._keep)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for part in (self.list, note, buttons):
            column.addWidget(part)
        self.setMinimumSize(self.fontMetrics().horizontalAdvance("m" * 40), self.fontMetrics().height() * 24)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The keys of the targets that are ticked, in the list's order."""
        rows = map(self.list.item, range(self.list.count()))
        return tuple(row.data(_KEY) for row in rows if row.checkState() == Qt.CheckState.Checked)

    def _keep(self) -> None:
        self._settings.targets = self.chosen
        self.accept()
