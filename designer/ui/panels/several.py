"""Several nodes at once: what they cost together and of what share, and buttons that line them up."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from designer import wording
from designer.analysis.subtotal import Subtotal, added_figures
from designer.ui.panels.cards import heading, quiet
from designer.ui.widgets.action_button import action_button


class SeveralNodes(QWidget):
    """The part of the inspector that speaks of a selection as a whole; always as high, whatever is known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: dict[str, tuple[QLabel, QLabel]] = {}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(self.fontMetrics().height() // 5)
        right = Qt.AlignmentFlag.AlignRight
        for row, each in enumerate(added_figures()):
            value, share = QLabel("", self), quiet("", self)
            share.setWordWrap(False)
            grid.addWidget(quiet(each.node_label, self), row, 0)
            grid.addWidget(value, row, 1, right)
            grid.addWidget(share, row, 2, right)
            self._values[each.key] = value, share
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(2, self.fontMetrics().horizontalAdvance("100.0 %m"))
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(heading("Together", self))
        layout.addLayout(grid)
        layout.addLayout(self._buttons)

    def offer(self, actions: Mapping[str, QAction]) -> None:
        """Have a button for each of these actions, by the name of its icon."""
        for icon, action in actions.items():
            self._buttons.addWidget(action_button(action, icon, self))
        self._buttons.addStretch(1)

    def show_subtotal(self, found: Subtotal) -> None:
        """Show figures; what is not known reads ``–``."""
        incomplete = "" if found.is_complete else "; some shapes are unknown, and what they cost is not counted"
        said = []
        for each in added_figures():
            (value, share), part = self._values[each.key], found.parts[each.key]
            value.setText(wording.UNKNOWN if part.value is None else each.words(part.value))
            share.setText(wording.percentage(part.share))
            said.append(f"{each.node_label} {value.text()}, {share.text()} of the whole")
            tip = incomplete[2:].capitalize()
            if each.is_measured:
                tip = "Of all nodes' times together" if part.value is not None else "Not measured"
            value.setToolTip(tip)
        self.setAccessibleName("Together: " + "; ".join(said) + incomplete)
