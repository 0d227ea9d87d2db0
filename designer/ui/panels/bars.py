"""Where it goes: named bars of shares, painted by ourselves. Knows numbers and colours, no design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from designer import wording
from designer.layers.registry import catalogue, lookup
from designer.ui.look.theme import mixed, tokens
from designer.ui.shell.plain_tips import plain_tip


@dataclass(frozen=True)
class Bar:
    """One row.

    Attributes:
        label: What it is of.
        value: How much, for the length; the longest fills the row.
        text: How much, as people read it.
        colour: Of the bar.
    """

    label: str
    value: float
    text: str
    colour: QColor


def kind_colour(key: str) -> QColor:
    """A colour for a type of layer: its category's, lighter or darker for each further type of the same one."""
    layer, look = lookup(key), tokens()
    alike = [each for each in catalogue() if each.category is layer.category]
    place = alike.index(layer) if layer in alike else len(alike)
    return mixed(look.category(layer.category), look.text, min(0.3 * place, 0.6))


class Bars(QWidget):
    """Rows of label, bar and figure; dimmed while what they show is old.

    Args:
        name: What a screen reader calls them.
        rows: How many there are at most; they take that height always.
    """

    def __init__(self, name: str, rows: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self._bars: tuple[Bar, ...] = ()
        self._is_stale = False
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.9)
        self.setFont(font)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is shown."""
        return self._bars

    def show_bars(self, bars: Sequence[Bar], is_stale: bool = False) -> None:
        """Show other rows."""
        shown = tuple(bars)
        if shown == self._bars and is_stale == self._is_stale:
            return
        self._bars, self._is_stale = shown, is_stale
        self.setAccessibleDescription("; ".join(f"{bar.label} {bar.text}, {self._share_text(bar)}" for bar in shown))
        self.update()

    def sizeHint(self) -> QSize:
        """A line of text for each row there may be."""
        return QSize(self.fontMetrics().horizontalAdvance("m" * 24), self._rows * self._row_height())

    def minimumSizeHint(self) -> QSize:
        """As narrow as a label and a figure."""
        return QSize(self.fontMetrics().horizontalAdvance("m" * 14), self.sizeHint().height())

    def _row_height(self) -> int:
        return round(self.fontMetrics().height() * 1.4)

    def _share_text(self, bar: Bar) -> str:
        total = sum(each.value for each in self._bars)
        return wording.percentage(bar.value / total if total else None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._is_stale:
            painter.setOpacity(0.45)
        if not self._bars:
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            first = QRectF(0, 0, self.width(), self._row_height())
            painter.drawText(first, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, wording.UNKNOWN)
            return
        metrics, height = self.fontMetrics(), self._row_height()
        label_width = self.width() * 0.36
        figure_width = max(metrics.horizontalAdvance(bar.text) for bar in self._bars) + metrics.averageCharWidth()
        room = QRectF(label_width, 0, self.width() - label_width - figure_width - metrics.averageCharWidth(), height)
        longest = max(bar.value for bar in self._bars) or 1.0
        for row, bar in enumerate(self._bars):
            top = row * height
            self._draw_row(painter, bar, room.translated(0, top), bar.value / longest)

    def _draw_row(self, painter: QPainter, bar: Bar, room: QRectF, length: float) -> None:
        metrics, palette = self.fontMetrics(), self.palette()
        thickness = metrics.height() * 0.6
        track = QRectF(room.left(), room.center().y() - thickness / 2, room.width(), thickness)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(track, 2, 2)
        painter.setBrush(bar.colour)
        painter.drawRoundedRect(QRectF(track.topLeft(), track.size()) if length >= 1 else _cut(track, length), 2, 2)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        label_room = QRectF(0, room.top(), room.left() - metrics.averageCharWidth(), room.height())
        label = metrics.elidedText(bar.label, Qt.TextElideMode.ElideRight, int(label_room.width()))
        painter.drawText(label_room, Qt.AlignmentFlag.AlignLeft | middle, label)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        figure_room = QRectF(room.right(), room.top(), self.width() - room.right(), room.height())
        painter.drawText(figure_room, Qt.AlignmentFlag.AlignRight | middle, bar.text)

    def event(self, event: QEvent) -> bool:
        """Tell label, figure and share of the row under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = event.pos().y() // self._row_height()
            if 0 <= row < len(self._bars):
                bar = self._bars[row]
                tip = plain_tip(f"{bar.label}: {bar.text}, {self._share_text(bar)}")
                QToolTip.showText(event.globalPos(), tip, self)
                return True
        return super().event(event)


def _cut(track: QRectF, share: float) -> QRectF:
    return QRectF(track.left(), track.top(), max(track.width() * share, 1.5), track.height())
