"""Minimap: the whole design in a corner, and where on it the view is. A press or drag there takes the view along."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from designer.ui.canvas.afar import FarView
from designer.ui.canvas.camera import Camera
from designer.ui.look.theme import metrics

PAUSE_MS = 120
"""How long the drawing must rest before the small picture is drawn anew."""


class Minimap(QWidget):
    """A small picture over the view's lower right corner."""

    def __init__(self, view: Camera, far: FarView) -> None:
        super().__init__(view)
        self._view = view
        self._far = far
        self._picture: QPixmap | None = None
        self._area: QRectF | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.renew)
        self.setAccessibleName("Minimap")
        self.setToolTip("The whole design; drag to look elsewhere")
        lengths = metrics(view.font())
        self.resize(QSize(round(lengths.line * 10), round(lengths.line * 6.6)))

    def take_place(self) -> None:
        """Go to the corner."""
        room, margin = self._view.viewport().geometry(), round(metrics(self.font()).margin)
        self.move(room.right() - self.width() - margin, room.bottom() - self.height() - margin)

    def set_wanted(self, is_wanted: bool) -> None:
        """Be there, or not."""
        self.setVisible(is_wanted)

    def forget(self) -> None:
        """Say that the drawing became another; the picture follows when the hand pauses."""
        self._pause.start()

    def renew(self) -> None:
        """Draw what is there now."""
        self._picture = self._area = None
        self.update()

    @property
    def area(self) -> QRectF:
        """The part of the canvas it shows, in canvas units."""
        if self._area is None:
            self._area = self._around_everything()
        return self._area

    def _around_everything(self) -> QRectF:
        content = self._view.canvas.content_rect()
        if content.isEmpty():
            content = QRectF(0, 0, 1, 1)
        margin = 0.06 * max(content.width(), content.height())
        content = content.adjusted(-margin, -margin, margin, margin)
        room = QRectF(self.rect())
        scale = min(room.width() / content.width(), room.height() / content.height())
        size = room.size() / scale
        return QRectF(content.center() - QPointF(size.width() / 2, size.height() / 2), size)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The drawing from afar, and a frame where the view is."""
        if not self._view.canvas.nodes:
            return
        look = self._view.canvas.paints().look
        area = self.area
        scale = self.width() / area.width()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(look.panel)
        ground.setAlpha(225)
        painter.setPen(QPen(look.edge, 1.0))
        painter.setBrush(ground)
        radius = metrics(self.font()).radius
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.drawPixmap(0, 0, self._drawn(area, scale))
        shown = self._view.visible_area().translated(-area.topLeft())
        frame = QRectF(shown.topLeft() * scale, shown.size() * scale).intersected(
            QRectF(self.rect()).adjusted(2, 2, -2, -2)
        )
        painter.setPen(QPen(look.accent, 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, 2, 2)

    def _drawn(self, area: QRectF, scale: float) -> QPixmap:
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(self._view.canvas.nodes) < 1000)
            painter.scale(scale, scale)
            painter.translate(-area.topLeft())
            self._far.paint(painter)
            painter.end()
        return self._picture

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Look there."""
        self._look_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Take the view along."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._look_at(event.position())

    def _look_at(self, at: QPointF) -> None:
        area = self.area
        self._view.look_at(area.topLeft() + at * (area.width() / self.width()))
