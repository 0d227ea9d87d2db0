"""A page of titled rows to read and to copy: what was written or brought in, and how it was proved."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from designer.export.result_words import Section
from designer.ui.panels.cards import TonedLabel, heading


class SectionsPage(QScrollArea):
    """A headline in its colour, warnings, and rows under titles.

    Args:
        tone: The theme's colour of the headline: ``ok``, ``warning`` or ``error``.
        headline: One sentence.
        warnings: What a person should know.
        sections: The rows.
    """

    def __init__(
        self,
        tone: str,
        headline: str,
        warnings: Sequence[str],
        sections: Sequence[Section],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        content = QWidget(self)
        column = QVBoxLayout(content)
        self.headline = TonedLabel(tone, headline, content)
        column.addWidget(self.headline)
        for warning in warnings:
            column.addWidget(TonedLabel("warning", warning, content))
        for section in sections:
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
