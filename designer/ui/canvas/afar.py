"""The canvas from afar: thousands of cards and wires as a few batches of rectangles and lines.

Places are read, never decided.

Below the smallest level of detail a large design is painted from here rather than item by item; the minimap is painted
from here at any zoom. What changes is patched in its batch; only a change of structure collects everything anew.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

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


_K = TypeVar("_K", bound=Hashable)
_I = TypeVar("_I", bound=Hashable)
_V = TypeVar("_V")


class Batches(Generic[_K, _I, _V]):
    """Values in lists, one list for each key; a value is found again by its id and may go to another list."""

    def __init__(self) -> None:
        self._values: dict[_K, list[_V]] = {}
        self._ids: dict[_K, list[_I]] = {}
        self._places: dict[_I, tuple[_K, int]] = {}

    def put(self, id: _I, key: _K, value: _V) -> None:
        """Add a value, or put it in the place of the one that this id had."""
        found = self._places.get(id)
        if found is not None and found[0] == key:
            self._values[key][found[1]] = value
            return
        if found is not None:
            self._take(*found)
        values = self._values.setdefault(key, [])
        self._ids.setdefault(key, []).append(id)
        self._places[id] = key, len(values)
        values.append(value)

    def _take(self, key: _K, place: int) -> None:
        """Remove one value; the last of its list takes its place, so that the others stay where they are."""
        values, ids = self._values[key], self._ids[key]
        values[place], ids[place] = values[-1], ids[-1]
        self._places[ids[place]] = key, place
        values.pop()
        ids.pop()

    def lists(self) -> Iterator[tuple[_K, list[_V]]]:
        """Each key with its values."""
        return iter(self._values.items())


class FarView:
    """Batches of one drawing."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._cards: Batches[_Key, NodeId, QRectF] = Batches()
        self._lines: Batches[int, PortRef, QLineF] = Batches()
        self._is_old = True

    def forget(self) -> None:
        """Say that the structure or the colours changed."""
        self._is_old = True

    def follow(self, nodes: Iterable[NodeId]) -> None:
        """Say that these nodes are elsewhere now, look otherwise, or have wires that do."""
        if self._is_old:
            return
        design = self._drawing.design
        for id in nodes:
            self._put_card(self._drawing.nodes[id])
            for wire in (*design.incoming(id), *design.outgoing(id)):
                self._put_wire(self._drawing.wires[wire.target])

    def _put_card(self, item: NodeItem) -> None:
        self._cards.put(item.id, _key(item), _rect(item))

    def _put_wire(self, item: WireItem) -> None:
        self._lines.put(item.target, min(int(item.width / _WIDEST * _STEPS), _STEPS - 1), _line(item))

    def paint(self, painter: QPainter) -> None:
        """Paint everything in canvas units."""
        if self._is_old:
            self._collect()
        self._drawing.annotations.paint(painter)
        look = self._drawing.paints().look
        for step, lines in self._lines.lists():
            pen = QPen(look.wire, _WIDEST * (step + 0.5) / _STEPS)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawLines(lines)
        painter.setPen(Qt.PenStyle.NoPen)
        for key, rects in self._cards.lists():
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
        self._cards, self._lines = Batches(), Batches()
        for item in self._drawing.nodes.values():
            self._put_card(item)
        for wire in self._drawing.wires.values():
            self._put_wire(wire)
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
