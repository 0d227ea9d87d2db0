"""Rubber band: select nodes it touches, frames and notes it goes around; Shift adds, Ctrl toggles. Edits nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsRectItem

from designer.ui.canvas.gestures.gesture import Gesture, Pointer
from designer.ui.canvas.node_item import HELD_Z

T = TypeVar("T")


class RubberBand(Gesture):
    """A drag on empty canvas."""

    def begin(self) -> None:
        self._before = (self.canvas.selection, self.canvas.annotations.chosen)
        self._band: QGraphicsRectItem | None = None
        if not self._keeps(self.start):
            self.canvas.select(())

    def move(self, at: Pointer) -> None:
        area = QRectF(self.start.scene, at.scene).normalized()
        if self._band is None:
            self._band = self._shown()
        self._band.setRect(area)
        nodes, annotations = self._before
        touched = {id for id, item in self.canvas.nodes.items() if item.card_rect.intersects(area)}
        self.canvas.select(_chosen(nodes, touched, at), _chosen(annotations, self.canvas.annotations.inside(area), at))

    def finish(self, at: Pointer) -> None:
        self._remove()

    def cancel(self) -> None:
        self._remove()
        self.canvas.select(*self._before)

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


def _chosen(before: Collection[T], touched: set[T], at: Pointer) -> set[T]:
    if at.holds(Qt.KeyboardModifier.ShiftModifier):
        return set(before) | touched
    return set(before) ^ touched if at.holds(Qt.KeyboardModifier.ControlModifier) else touched
