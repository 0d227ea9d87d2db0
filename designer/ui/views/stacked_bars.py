"""One bar a design, cut into what it is made of, all to one scale. Knows numbers and colours, no design."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from designer.ui.panels.bars import Bar

BarRow = tuple[str, tuple[Bar, ...]]


class StackedBars(QWidget):
    """Rows of a letter and a bar; the longest sum fills the width."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[BarRow, ...] = ()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: Sequence[BarRow]) -> None:
        """Show other bars."""
        self._rows = tuple(rows)
        said = (f"{letter}: " + ", ".join(f"{part.label} {part.text}" for part in parts) for letter, parts in rows)
        self.setAccessibleDescription("; ".join(said))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Two lines a bar, and a line for each kind that has a colour."""
        legend = len(self._legend()) * self._line_height()
        return QSize(
            self.fontMetrics().horizontalAdvance("m" * 18), max(1, len(self._rows)) * self._row_height() + legend
        )

    def _row_height(self) -> int:
        return self.fontMetrics().height() * 3

    def _line_height(self) -> int:
        return round(self.fontMetrics().height() * 1.3)

    def _legend(self) -> dict[str, QColor]:
        """The colour of each kind, by its first appearance."""
        found: dict[str, QColor] = {}
        for _letter, parts in self._rows:
            for part in parts:
                found.setdefault(part.label, part.colour)
        return found

    def _segments(self) -> list[tuple[QRectF, Bar]]:
        """Each part with its place."""
        left = self.fontMetrics().horizontalAdvance("MM")
        longest = max((sum(part.value for part in parts) for _, parts in self._rows), default=0) or 1
        found = []
        for row, (_letter, parts) in enumerate(self._rows):
            x, thickness = float(left), self._row_height() * 0.6
            top = row * self._row_height() + (self._row_height() - thickness) / 2
            for part in parts:
                width = (self.width() - left) * part.value / longest
                found.append((QRectF(x, top, width, thickness), part))
                x += width
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw letters and bars."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        for row, (letter, _parts) in enumerate(self._rows):
            room = QRectF(0, row * self._row_height(), self.width(), self._row_height())
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, letter)
        self._draw_legend(painter)
        painter.setPen(self.palette().color(QPalette.ColorRole.Base))
        for place, part in self._segments():
            painter.setBrush(part.colour)
            painter.drawRect(place)

    def _draw_legend(self, painter: QPainter) -> None:
        left, line = self.fontMetrics().horizontalAdvance("MM"), self._line_height()
        top = len(self._rows) * self._row_height()
        for index, (label, colour) in enumerate(self._legend().items()):
            room = QRectF(left, top + index * line, self.width() - left, line)
            side = line * 0.5
            painter.fillRect(QRectF(room.left(), room.center().y() - side / 2, side, side), colour)
            words = room.adjusted(2 * side, 0, 0, 0)
            painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, label)

    def text_at(self, point: QPoint) -> str:
        """What the part under a point is, or an empty text."""
        return next(
            (f"{bar.label}: {bar.text}" for place, bar in self._segments() if place.contains(point.toPointF())), ""
        )

    def event(self, event: QEvent) -> bool:
        """Tell the part under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.text_at(event.pos()), self)
            return True
        return super().event(event)
