"""The canvas from afar: thousands of cards and wires as a few batches of rectangles and lines.

Places are read, never decided.

Below the smallest level of detail a large design is painted from here rather than item by item; the minimap is painted
from here at any zoom. What moves is patched in its batch; only a change of structure collects everything anew.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from designer.graph.design import NodeId, PortRef
from designer.graph.layer import Category
from designer.ui.canvas.drawing import Drawing
from designer.ui.canvas.geometry import CARD, wire_width
from designer.ui.canvas.node_item import NodeItem
from designer.ui.canvas.wire_item import WireItem

_STEPS = 4
"""Classes of wire widths: a pen for each."""
_WIDEST = wire_width(1280)


class _Key(NamedTuple):
    """What a batch of cards has in common."""

    category: Category
    is_broken: bool
    heat: int | None


class FarView:
    """Batches of one drawing."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._cards: dict[_Key, list[QRectF]] = {}
        self._card_at: dict[NodeId, tuple[_Key, int]] = {}
        self._lines: dict[int, list[QLineF]] = {}
        self._line_at: dict[PortRef, tuple[int, int]] = {}
        self._is_old = True

    def forget(self) -> None:
        """Say that the structure or the colours changed."""
        self._is_old = True

    def move(self, nodes: set[NodeId]) -> None:
        """Say that these nodes are elsewhere now."""
        if self._is_old:
            return
        design = self._drawing.design
        for id in nodes:
            key, index = self._card_at[id]
            self._cards[key][index] = _rect(self._drawing.nodes[id])
            for wire in (*design.incoming(id), *design.outgoing(id)):
                step, place = self._line_at[wire.target]
                self._lines[step][place] = _line(self._drawing.wires[wire.target])

    def paint(self, painter: QPainter) -> None:
        """Paint everything in canvas units."""
        if self._is_old:
            self._collect()
        look = self._drawing.paints().look
        for step, lines in self._lines.items():
            pen = QPen(look.wire, _WIDEST * (step + 0.5) / _STEPS)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawLines(lines)
        painter.setPen(Qt.PenStyle.NoPen)
        for key, rects in self._cards.items():
            painter.setBrush(self._colour(key))
            painter.drawRects(rects)
        self._paint_selection(painter)

    def _paint_selection(self, painter: QPainter) -> None:
        chosen = [item.card_rect for item in self._drawing.selectedItems() if isinstance(item, NodeItem)]
        if chosen:
            pen = QPen(self._drawing.paints().look.accent, 2.0)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRects(chosen)

    def _colour(self, key: _Key) -> QColor:
        paint = self._drawing.paints()
        if key.is_broken:
            return paint.look.error
        return paint.look.category(key.category) if key.heat is None else paint.heats[key.heat].color()

    def _collect(self) -> None:
        self._cards, self._card_at, self._lines, self._line_at = {}, {}, {}, {}
        for id, item in self._drawing.nodes.items():
            key = _key(item)
            batch = self._cards.setdefault(key, [])
            self._card_at[id] = key, len(batch)
            batch.append(_rect(item))
        for target, wire in self._drawing.wires.items():
            step = min(int(wire.width / _WIDEST * _STEPS), _STEPS - 1)
            lines = self._lines.setdefault(step, [])
            self._line_at[target] = step, len(lines)
            lines.append(_line(wire))
        self._is_old = False


def _key(item: NodeItem) -> _Key:
    heat = item.state.heat
    return _Key(item.face.category, item.is_broken, None if heat is None else round(15 * heat))


def _rect(item: NodeItem) -> QRectF:
    """A card's bar: as tall as its deepest tensor is wide."""
    share = min(max(item.face.profile, default=_WIDEST / 3) / _WIDEST, 1.0)
    spare = CARD.height() * (1.0 - max(share, 0.15)) / 2
    return item.card_rect.adjusted(0.0, spare, 0.0, -spare)


def _line(item: WireItem) -> QLineF:
    path = item.path()
    first = path.elementAt(0)
    return QLineF(QPointF(first.x, first.y), path.currentPosition())
