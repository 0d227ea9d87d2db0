"""The last page of the export dialog: what was written and how it was proved, to read and to copy."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from designer.export.result import ExportResult
from designer.export.result_words import sections
from designer.ui.dialogs.sections_page import SectionsPage


class ExportResultPage(SectionsPage):
    """Rows of what is known of a written file."""

    def __init__(self, result: ExportResult, parent: QWidget | None = None) -> None:
        super().__init__("ok", f"✓ {result.path} is written and proved.", result.warnings, sections(result), parent)
        self.result = result
        self.setAccessibleName("What was written and how it was proved")
