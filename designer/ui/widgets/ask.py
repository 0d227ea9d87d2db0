"""Questions to the person in front of the window: files, unsaved changes, messages.

Everything that would block stands behind ``Ask``, so that a test, or another front end, can answer instead of a dialog.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from designer.importing.model_files import ENDINGS

DESIGN_FILTER = "Designs (*.design.json);;All files (*)"
_NETWORKS = " ".join(f"*{ending}" for ending in ENDINGS)
OPEN_FILTER = f"Designs and networks (*.design.json {_NETWORKS});;All files (*)"
PICTURE_FILTER = "PNG picture (*.png);;SVG drawing (*.svg);;PDF page (*.pdf)"


class Answer(Enum):
    """What to do with unsaved changes."""

    SAVE = "save"
    DISCARD = "discard"
    CANCEL = "cancel"


class Ask(Protocol):
    """What can be asked."""

    def paths_to_open(self, folder: Path) -> tuple[Path, ...]:
        """Files of designs or networks to open; none when the person thought better of it."""
        ...

    def path_to_save(self, title: str, suggested: Path, file_filter: str) -> Path | None:
        """Where to write, or None; whether to overwrite has been asked."""
        ...

    def folder(self, title: str, present: Path) -> Path | None:
        """A folder that is there, or None."""
        ...

    def path_to_read(self, title: str, folder: Path, endings: tuple[str, ...]) -> Path | None:
        """A file that is there, or None."""
        ...

    def about_changes(self, name: str) -> Answer:
        """What to do with a design's unsaved changes."""
        ...

    def about_all_changes(self, names: Sequence[str]) -> Answer:
        """What to do with the unsaved changes of several designs, once for all."""
        ...

    def text(self, title: str, question: str, present: str = "") -> str | None:
        """A line of text, or None when the person thought better of it."""
        ...

    def sure(self, title: str, text: str, verb: str) -> bool:
        """Whether to do what cannot be undone; ``verb`` stands on the button that does it."""
        ...

    def tell(self, title: str, text: str, details: str = "") -> None:
        """Say that something did not work, and why."""
        ...


class AskByDialog:
    """Asks with Qt's dialogs over a window."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent

    def paths_to_open(self, folder: Path) -> tuple[Path, ...]:
        names, _filter = QFileDialog.getOpenFileNames(self._parent, "Open designs", str(folder), OPEN_FILTER)
        return tuple(map(Path, names))

    def path_to_save(self, title: str, suggested: Path, file_filter: str) -> Path | None:
        name, _filter = QFileDialog.getSaveFileName(self._parent, title, str(suggested), file_filter)
        return Path(name) if name else None

    def folder(self, title: str, present: Path) -> Path | None:
        name = QFileDialog.getExistingDirectory(self._parent, title, str(present))
        return Path(name) if name else None

    def path_to_read(self, title: str, folder: Path, endings: tuple[str, ...]) -> Path | None:
        wanted = f"{title} ({' '.join(f'*{ending}' for ending in endings)})" if endings else ""
        name, _filter = QFileDialog.getOpenFileName(self._parent, title, str(folder), wanted)
        return Path(name) if name else None

    def about_changes(self, name: str) -> Answer:
        box = QMessageBox(self._parent)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Unsaved changes")
        box.setText(f"“{name}” has changes that are not saved.")
        box.setInformativeText("Closing it without saving loses them.")
        save = box.addButton(QMessageBox.StandardButton.Save)
        discard = box.addButton(QMessageBox.StandardButton.Discard)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(QMessageBox.StandardButton.Save)
        box.exec()
        if box.clickedButton() is save:
            return Answer.SAVE
        return Answer.DISCARD if box.clickedButton() is discard else Answer.CANCEL

    def about_all_changes(self, names: Sequence[str]) -> Answer:
        box = QMessageBox(self._parent)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Unsaved changes")
        box.setText(f"{len(names)} designs have changes that are not saved.")
        box.setInformativeText("\n".join(f"“{name}”" for name in names))
        save = box.addButton("&Save all", QMessageBox.ButtonRole.AcceptRole)
        discard = box.addButton("&Discard all", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(save)
        box.exec()
        if box.clickedButton() is save:
            return Answer.SAVE
        return Answer.DISCARD if box.clickedButton() is discard else Answer.CANCEL

    def text(self, title: str, question: str, present: str = "") -> str | None:
        answer, is_given = QInputDialog.getText(self._parent, title, question, text=present)
        return answer if is_given else None

    def sure(self, title: str, text: str, verb: str) -> bool:
        box = QMessageBox(self._parent)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(title)
        box.setText(title)
        box.setInformativeText(text)
        does = box.addButton(verb, QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        return box.clickedButton() is does

    def tell(self, title: str, text: str, details: str = "") -> None:
        box = QMessageBox(self._parent)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(title)
        box.setText(title)
        box.setInformativeText(text)
        if details:
            box.setDetailedText(details)
        box.exec()
