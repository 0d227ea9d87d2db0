"""A line above a canvas that stays until it is answered: what happened, and buttons for what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QWidget

from designer.ui.panels.cards import TonedLabel


class NoticeBar(QFrame):
    """Hidden until something is told."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Notice")
        self.label = TonedLabel("warning", "", self)
        self.buttons: list[QPushButton] = []
        self._row = QHBoxLayout(self)
        gap = self.fontMetrics().height() // 3
        self._row.setContentsMargins(2 * gap, gap, 2 * gap, gap)
        self._row.addWidget(self.label, 1)
        self.hide()

    def tell(self, text: str, offers: Sequence[tuple[str, Callable[[], object]]]) -> None:
        """Show a text with a button for each offer; whichever is pressed ends the notice."""
        self.clear()
        self.label.setText(text)
        for title, call in offers:
            button = QPushButton(title, self)
            button.clicked.connect(self.clear)
            button.clicked.connect(lambda _checked=False, call=call: call())
            self._row.addWidget(button)
            self.buttons.append(button)
        self.show()

    def clear(self) -> None:
        """Hide it, and give the keyboard back to the canvas."""
        has_keyboard, parent = QApplication.focusWidget(), self.parentWidget()
        if has_keyboard is not None and parent is not None and self.isAncestorOf(has_keyboard):
            parent.setFocus(Qt.FocusReason.OtherFocusReason)
        for button in self.buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self.buttons = []
        self.hide()
