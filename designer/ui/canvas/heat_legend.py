"""What the colours of the heat map mean: by what, from nothing to how much, and which node has most."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from designer.ui.canvas.camera import Camera
from designer.ui.look.heat import HeatMap
from designer.ui.look.theme import metrics


class HeatLegend(QWidget):
    """A strip over the view's lower left corner; there while the map is."""

    def __init__(self, view: Camera) -> None:
        super().__init__(view)
        self._view = view
        self._map: HeatMap | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def text(self) -> str:
        """What it says, without its colours."""
        shown = self._map
        if shown is None:
            return ""
        return f"{shown.title}: {shown.largest}" + (f" at {shown.hottest}" if shown.hottest is not None else "")

    def show_map(self, shown: HeatMap | None) -> None:
        """Explain another map; None for none."""
        self._map = shown
        self.setVisible(shown is not None)
        self.setAccessibleName(f"Heat map by {self.text}" if shown is not None else "")
        if shown is not None:
            lengths = metrics(self.font())
            self.resize(
                round(self._bar_left() + self._bar_width() + self._right_width() + 2 * lengths.gap), self._high()
            )
            self.take_place()
            self.update()

    def take_place(self) -> None:
        """Go to the corner."""
        room, margin = self._view.viewport().geometry(), round(metrics(self.font()).margin)
        self.move(room.left() + margin, room.bottom() - self.height() - margin)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Title, scale, largest."""
        shown = self._map
        if shown is None:
            return
        paints, lengths = self._view.canvas.paints(), metrics(self.font())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(paints.look.panel)
        ground.setAlpha(235)
        painter.setBrush(ground)
        painter.setPen(QPen(paints.look.edge, 1.0))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), lengths.radius, lengths.radius)
        painter.setPen(paints.look.text)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(lengths.gap, 0, self.width(), self.height()), middle, self._left())
        if shown.shares:
            bar = QRectF(self._bar_left(), self.height() * 0.32, self._bar_width(), self.height() * 0.36)
            scale = QLinearGradient(bar.topLeft(), bar.topRight())
            for step, brush in enumerate(paints.heats):
                scale.setColorAt(step / (len(paints.heats) - 1), brush.color())
            painter.setBrush(scale)
            painter.setPen(QPen(paints.look.edge, 1.0))
            painter.drawRoundedRect(bar, 2.0, 2.0)
            painter.setPen(paints.look.text)
            painter.drawText(QRectF(bar.right() + lengths.gap, 0, self.width(), self.height()), middle, self._right())

    def _left(self) -> str:
        shown = self._map
        if shown is None:
            return ""
        return f"{shown.title}  0" if shown.shares else f"{shown.title}: {shown.largest}"

    def _right(self) -> str:
        shown = self._map
        return f"{shown.largest} · {shown.hottest}" if shown is not None and shown.shares else ""

    def _bar_left(self) -> float:
        return QFontMetricsF(self.font()).horizontalAdvance(self._left()) + 2 * metrics(self.font()).gap

    def _bar_width(self) -> float:
        return metrics(self.font()).line * 4 if self._map is not None and self._map.shares else 0.0

    def _right_width(self) -> float:
        return QFontMetricsF(self.font()).horizontalAdvance(self._right())

    def _high(self) -> int:
        return round(metrics(self.font()).line * 1.6)
