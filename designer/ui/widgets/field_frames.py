"""How fields look: one frame for numbers, choices and ticks, drawn by ourselves so that both looks have clear edges."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from designer.ui.look.theme import metrics, tokens
from designer.ui.widgets.wheel import Notches


def draw_frame(painter: QPainter, widget: QWidget, room: QRectF, has_focus: bool) -> None:
    """Draw the rounded ground and edge of a field; the edge is the accent where the keyboard is."""
    look = tokens()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look.accent if has_focus else look.edge, 1.0))
    painter.setBrush(look.ground if widget.isEnabled() else look.panel)
    radius = min(metrics(widget.font()).radius, room.height() / 4)
    painter.drawRoundedRect(room.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


class FramedCombo(QComboBox):
    """A choice in the common frame; the wheel changes it only while it has the keyboard.

    Signals: ``closed`` when the open list goes, with or without a choice.
    """

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notches = Notches()

    def hidePopup(self) -> None:
        """The list goes."""
        super().hidePopup()
        self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw frame, choice and arrow."""
        painter = QPainter(self)
        draw_frame(painter, self, QRectF(self.rect()), self.hasFocus())
        sizes, look = metrics(self.font()), tokens()
        inner = QRectF(self.rect()).adjusted(sizes.gap + 1, 0, -sizes.gap, 0)
        painter.setPen(look.quiet)
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "▾")
        text = self.currentText() if self.currentIndex() >= 0 else self.placeholderText()
        room = inner.adjusted(0, 0, -2.5 * sizes.letter, 0)
        painter.setPen(look.text if self.currentIndex() >= 0 and self.isEnabled() else look.quiet)
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

    def sizeHint(self) -> QSize:
        """As tall as the other fields."""
        return QSize(super().sizeHint().width(), field_height(self))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change only while focused, so that scrolling the panel changes nothing by accident."""
        if not self.hasFocus():
            event.ignore()
            return
        event.accept()
        row = min(max(self.currentIndex() - self._notches.take(event), 0), self.count() - 1)
        if row != self.currentIndex():
            self.setCurrentIndex(row)
            self.activated.emit(row)


class FramedCheck(QCheckBox):
    """A tick in the common frame."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box, the tick or the dash, and the text."""
        painter = QPainter(self)
        look, sizes = tokens(), metrics(self.font())
        side = round(sizes.line * 0.95)
        box = QRectF(0, (self.height() - side) / 2, side, side)
        draw_frame(painter, self, box, self.hasFocus())
        painter.setPen(QPen(look.accent, side / 7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        middle = box.center()
        if self.checkState() == Qt.CheckState.Checked:
            low = QPointF(middle.x() - side * 0.05, middle.y() + side * 0.2)
            start = QPointF(box.left() + side * 0.25, middle.y())
            painter.drawPolyline([start, low, QPointF(box.right() - side * 0.22, box.top() + side * 0.3)])
        elif self.checkState() == Qt.CheckState.PartiallyChecked:
            dash = QPointF(side * 0.25, 0)
            painter.drawLine(middle - dash, middle + dash)
        painter.setPen(look.text if self.isEnabled() else look.quiet)
        room = QRectF(box.right() + sizes.gap, 0, self.width() - box.right() - sizes.gap, self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text())

    def sizeHint(self) -> QSize:
        """As tall as the other fields."""
        return QSize(super().sizeHint().width(), field_height(self))


def field_height(widget: QWidget) -> int:
    """The height of every field, from its font."""
    sizes = metrics(widget.font())
    return round(sizes.line + 1.2 * sizes.gap + 2)
