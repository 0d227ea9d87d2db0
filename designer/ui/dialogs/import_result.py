"""What an import found: a page for the dialog that imports, the same on its own later, and what a node comes from."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from designer.importing.result import ImportResult
from designer.importing.result_words import headline, plain_text, sections
from designer.ui.dialogs.sections_page import SectionsPage


class ImportResultPage(SectionsPage):
    """Rows of what is known of a network that was brought in."""

    def __init__(self, result: ImportResult, parent: QWidget | None = None) -> None:
        is_whole = result.proved and result.is_complete
        mark = "✓ " if is_whole else ""
        super().__init__(
            "ok" if is_whole else "warning", mark + headline(result), result.warnings, sections(result), parent
        )
        self.result = result
        self.setAccessibleName("What was understood and how it was proved")


class ImportRecordDialog(QDialog):
    """The record of an earlier import."""

    def __init__(self, result: ImportResult, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("What the import found")
        self.page = ImportResultPage(result, self)
        buttons = _closing(self)
        copy = buttons.addButton("&Copy as text", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(plain_text(result)))
        _lay_out(self, self.page, buttons)


class OriginalDialog(QDialog):
    """The operators of the original that a node, or all that is inside a block, was drawn from.

    Args:
        node: The node's path, joined by dots.
        result: The record of the import.
    """

    def __init__(self, node: str, result: ImportResult, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"{node} in the original")
        about = QLabel(f"{result.path}: {result.source}", self)
        about.setWordWrap(True)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Operators of the original")
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setPlainText(_operators(node, result))
        _lay_out(self, about, self.text, _closing(self))


def _operators(node: str, result: ImportResult) -> str:
    origins = result.origins_of(node)
    if not origins:
        return (
            "This node came in by an edit, or says what enters and leaves: no operator of the original stands for it."
        )
    parts = []
    for origin in origins:
        title = [] if len(origins) == 1 else [f"# {origin.node}"]
        parts.append("\n".join([*title, *origin.operators]))
    return "\n\n".join(parts)


def _closing(dialog: QDialog) -> QDialogButtonBox:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=dialog)
    buttons.rejected.connect(dialog.reject)
    return buttons


def _lay_out(dialog: QDialog, *parts: QWidget) -> None:
    layout = QVBoxLayout(dialog)
    for part in parts:
        layout.addWidget(part)
    sizes = dialog.fontMetrics()
    dialog.resize(sizes.horizontalAdvance("m" * 56), sizes.height() * 30)
