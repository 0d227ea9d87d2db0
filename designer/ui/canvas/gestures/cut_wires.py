"""Cut wires: every wire that the stroke crosses is unplugged, in one undo step."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem

from designer import wording
from designer.edit.edits import disconnect
from designer.graph.design import PortRef
from designer.ui.canvas.geometry import lines_cross
from designer.ui.canvas.gestures.gesture import Gesture, Pointer
from designer.ui.canvas.node_item import HELD_Z
from designer.ui.canvas.wire_item import WireItem


class CutWires(Gesture):
    """Ctrl and a drag with the right button."""

    cursor = Qt.CursorShape.CrossCursor

    def begin(self) -> None:
        self._stroke = QPainterPath(self.start.scene)
        self._crossed: dict[PortRef, None] = {}
        self._line = QGraphicsPathItem()
        pen = QPen(self.canvas.paints().look.error, 2.0, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        self._line.setPen(pen)
        self._line.setZValue(HELD_Z)
        self.canvas.addItem(self._line)

    def move(self, at: Pointer) -> None:
        piece = [self._stroke.currentPosition(), at.scene]
        self._stroke.lineTo(at.scene)
        self._line.setPath(self._stroke)
        self._crossed.update(dict.fromkeys(self._crossed_by(piece)))
        self.view.emphasis.doom(self._crossed)
        if self._crossed:
            self.view.show_note(f"cuts {wording.plural(len(self._crossed), 'wire')}", "error", at.view)

    def finish(self, at: Pointer) -> None:
        crossed = list(self._crossed)
        self.cancel()
        if crossed:
            label = f"Cut {wording.plural(len(crossed), 'wire')}"
            self.canvas.do(label, lambda design: disconnect(design, crossed))

    def cancel(self) -> None:
        self.view.emphasis.doom(())
        self.view.hide_note()
        self.canvas.removeItem(self._line)

    def _crossed_by(self, piece: Sequence[QPointF]) -> list[PortRef]:
        """The wires that the newest piece of the stroke crosses."""
        around = QRectF(piece[0], piece[1]).normalized().adjusted(-1, -1, 1, 1)
        near = self.canvas.items(around, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
        return [item.target for item in near if isinstance(item, WireItem) and lines_cross(piece, item.line)]
