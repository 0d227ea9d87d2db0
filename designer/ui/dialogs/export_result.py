"""The last page of the export dialog: what was written and how it was proved, to read and to copy."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from designer.export.result import ExportResult
from designer.export.result_words import sections
from designer.ui.panels.cards import TonedLabel, heading


class ExportResultPage(QScrollArea):
    """Rows of what is known of a written file."""

    def __init__(self, result: ExportResult, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result = result
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setAccessibleName("What was written and how it was proved")
        content = QWidget(self)
        column = QVBoxLayout(content)
        done = TonedLabel("ok", f"✓ {result.path} is written and proved.", content)
        column.addWidget(done)
        for warning in result.warnings:
            column.addWidget(TonedLabel("warning", warning, content))
        for section in sections(result):
            column.addWidget(heading(section.title, content))
            grid = QGridLayout()
            grid.setColumnStretch(1, 1)
            grid.setColumnMinimumWidth(0, self.fontMetrics().horizontalAdvance("m" * 14))
            for row, (word, said) in enumerate(section.rows):
                for place, text in enumerate((word, said)):
                    label = QLabel(text, content)
                    label.setWordWrap(True)
                    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
                    grid.addWidget(label, row, place)
                label.setAccessibleName(f"{word}: {said}")
            column.addLayout(grid)
        column.addStretch(1)
        self.setWidget(content)
