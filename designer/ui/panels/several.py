"""Several nodes at once: what they cost together and of what share, and buttons that line them up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from designer import wording
from designer.analysis.subtotal import Part, Subtotal
from designer.ui.panels.cards import heading, quiet
from designer.ui.widgets.action_button import action_button

_ROWS = ("Parameters", "MACs", "Time")


class SeveralNodes(QWidget):
    """The part of the inspector that speaks of a selection as a whole; always as high, whatever is known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: dict[str, tuple[QLabel, QLabel]] = {}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(self.fontMetrics().height() // 5)
        right = Qt.AlignmentFlag.AlignRight
        for row, title in enumerate(_ROWS):
            value, share = QLabel("", self), quiet("", self)
            share.setWordWrap(False)
            grid.addWidget(quiet(title, self), row, 0)
            grid.addWidget(value, row, 1, right)
            grid.addWidget(share, row, 2, right)
            self._values[title] = value, share
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
        parts: Sequence[Part] = (found.parameters, found.macs, found.milliseconds)
        words: tuple[Callable[[float | None], str], ...] = (_count, _short, wording.milliseconds)
        said = []
        for title, part, word in zip(_ROWS, parts, words, strict=True):
            value, share = self._values[title]
            value.setText(word(part.value))
            share.setText(wording.percentage(part.share))
            said.append(f"{title} {value.text()}, {share.text()} of the whole")
        time = self._values["Time"][0]
        time.setToolTip("Of all nodes' times together" if found.milliseconds.value is not None else "Not measured")
        incomplete = "" if found.is_complete else "; some shapes are unknown, and what they cost is not counted"
        for title in _ROWS[:2]:
            self._values[title][0].setToolTip(incomplete[2:].capitalize())
        self.setAccessibleName("Together: " + "; ".join(said) + incomplete)


def _count(value: float | None) -> str:
    return wording.count(None if value is None else round(value))


def _short(value: float | None) -> str:
    return wording.short(None if value is None else round(value))
