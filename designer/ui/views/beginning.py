"""What stands on an empty canvas: how to begin, and templates to begin with. Gone with the first card."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QAbstractScrollArea, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from designer.templates.networks import template
from designer.ui.panels.cards import quiet

OFFERED = ("bottleneck", "separable", "mobilenet_v2")
"""Keys of templates: two blocks that are drawn out, and a network."""
_WORDS = "Drag a node from the left, or press Tab and type its first letters."


class Beginning(QWidget):
    """Words and buttons over the middle of a canvas; the mouse goes through to the canvas everywhere else.

    Signals: ``chosen`` with the key of a template.
    """

    chosen = Signal(str)

    def __init__(self, canvas: QAbstractScrollArea) -> None:
        super().__init__(canvas.viewport())
        self._room = canvas.viewport()
        self._room.installEventFilter(self)
        title = QLabel("An empty design", self)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.3)
        title.setFont(font)
        words, begin = quiet(_WORDS, self, 1.0), quiet("Or begin with", self, 1.0)
        for label in (title, words, begin):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(False)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.buttons = [self._button(key) for key in OFFERED]
        row = QHBoxLayout()
        row.addStretch(1)
        for button in self.buttons:
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        for label in (title, words, begin):
            column.addWidget(label)
        column.addLayout(row)
        self.setAccessibleName("How to begin")
        self._centre()

    def _button(self, key: str) -> QPushButton:
        offered = template(key)
        button = QPushButton(offered.title, self)
        button.setToolTip(offered.help)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self.chosen.emit(key))
        return button

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle."""
        if watched is self._room and event.type() == QEvent.Type.Resize:
            self._centre()
        return super().eventFilter(watched, event)

    def _centre(self) -> None:
        self.adjustSize()
        self.move((self._room.width() - self.width()) // 2, (self._room.height() - self.height()) // 2)
