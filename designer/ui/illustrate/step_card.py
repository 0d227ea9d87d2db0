"""A step as a card to press: its title, and what it says here in a few words."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from designer.ui.look.theme import mixed, tokens


class StepCard(QAbstractButton):
    """A checkable card of two lines."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(title)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)
        self.brief = ""

    def say(self, brief: str) -> None:
        """Say other words below the title."""
        self.brief = brief
        self.setAccessibleDescription(brief)
        self.update()

    def sizeHint(self) -> QSize:
        """Two lines and their margins."""
        return QSize(24 * self.fontMetrics().averageCharWidth(), round(self.fontMetrics().height() * 3.1))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A rounded box with the accent's edge where it is chosen."""
        look, line = tokens(), self.fontMetrics().height()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = look.accent if self.isChecked() or self.hasFocus() else look.edge
        painter.setPen(QPen(edge, 2 if self.isChecked() else 1))
        painter.setBrush(mixed(look.ground, look.text, 0.06) if self.underMouse() else look.ground)
        painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), 6, 6)
        margin = line * 3 // 4
        room = QRect(margin, line // 2, self.width() - 2 * margin, line)
        bold = self.font()
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(look.text)
        flags = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(
            room, flags, QFontMetrics(bold).elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        )
        painter.setFont(self.font())
        painter.setPen(look.quiet)
        brief = self.fontMetrics().elidedText(self.brief, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room.translated(0, round(line * 1.15)), flags, brief)
