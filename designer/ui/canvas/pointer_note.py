"""A few words beside the pointer: why a wire may not go there, or what would flow. Knows no design."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget

from designer.ui.look.theme import metrics, mixed, tokens


class PointerNote(QLabel):
    """The words, in a box tinted by what they mean."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.hide()

    def say(self, text: str, tone: str, at: QPoint) -> None:
        """Show a text below and right of a point of the parent, kept inside it.

        Args:
            text: What to say.
            tone: ``ok``, ``hint``, ``warning`` or ``error``.
            at: Where the pointer is.
        """
        look, lengths = tokens(), metrics(self.font())
        ground, edge = look.tinted(look.ground, tone, 0.16), mixed(look.ground, look.tone(tone), 0.7)
        self.setStyleSheet(
            f"color: {look.text_tone(tone).name()}; background: {ground.name()}; border: 1px solid {edge.name()};"
            f" border-radius: {lengths.radius:.0f}px; padding: {lengths.gap / 2:.0f}px {lengths.gap:.0f}px;"
        )
        self.setText(text)
        self.adjustSize()
        room, away = self._room.rect(), round(lengths.line * 0.9)
        x = min(at.x() + away, room.width() - self.width())
        y = at.y() + away if at.y() + away + self.height() < room.height() else at.y() - away - self.height()
        self.move(x, y)
        self.show()
        self.raise_()
