"""Rubber band: select what it touches; Shift adds, Ctrl toggles. Changes no design."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsRectItem

from designer.graph.design import NodeId
from designer.ui.canvas.gestures.gesture import Gesture, Pointer
from designer.ui.canvas.node_item import HELD_Z


class RubberBand(Gesture):
    """A drag on empty canvas."""

    def begin(self) -> None:
        self._before = self.canvas.selection
        self._band: QGraphicsRectItem | None = None
        if not self._keeps(self.start):
            self.canvas.select(())

    def move(self, at: Pointer) -> None:
        area = QRectF(self.start.scene, at.scene).normalized()
        if self._band is None:
            self._band = self._shown()
        self._band.setRect(area)
        self.canvas.select(self._chosen(area, at))

    def finish(self, at: Pointer) -> None:
        self._remove()

    def cancel(self) -> None:
        self._remove()
        self.canvas.select(self._before)

    def _chosen(self, area: QRectF, at: Pointer) -> set[NodeId]:
        touched = {id for id, item in self.canvas.nodes.items() if item.card_rect.intersects(area)}
        if at.holds(Qt.KeyboardModifier.ShiftModifier):
            return set(self._before) | touched
        return set(self._before) ^ touched if at.holds(Qt.KeyboardModifier.ControlModifier) else touched

    @staticmethod
    def _keeps(at: Pointer) -> bool:
        return at.holds(Qt.KeyboardModifier.ShiftModifier) or at.holds(Qt.KeyboardModifier.ControlModifier)

    def _shown(self) -> QGraphicsRectItem:
        accent = self.canvas.paints().look.accent
        fill = QColor(accent)
        fill.setAlpha(38)
        pen = QPen(accent, 1.0)
        pen.setCosmetic(True)
        band = QGraphicsRectItem()
        band.setPen(pen)
        band.setBrush(fill)
        band.setZValue(HELD_Z)
        self.canvas.addItem(band)
        return band

    def _remove(self) -> None:
        if self._band is not None:
            self.canvas.removeItem(self._band)
            self._band = None
