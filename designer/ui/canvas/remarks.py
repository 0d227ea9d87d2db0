"""Frames and notes of a drawing: their items, which of them are chosen, and which one a point takes in the hand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsScene

from designer.edit.remarks import held_nodes
from designer.graph.design import Design, NodeId
from designer.graph.remark import Remark, RemarkId
from designer.ui.canvas.painting import Paints
from designer.ui.canvas.remark_item import RemarkItem

_MOST_LETTERS = 40


class Remarks(QObject):
    """The remarks of what a scene shows.

    Signals: ``chosen_changed``.
    """

    chosen_changed = Signal()

    def __init__(self, scene: QGraphicsScene, paints: Callable[[], Paints]) -> None:
        super().__init__(scene)
        self._scene = scene
        self._paints = paints
        self._design = Design()
        self.items: dict[RemarkId, RemarkItem] = {}

    def follow(self, design: Design) -> QRectF:
        """Show those of a design; gives the room that those take which became others."""
        before, self._design = self._design.remarks, design
        touched = QRectF()
        if design.remarks is before:
            return touched
        for id in [id for id in self.items if id not in design.remarks]:
            self._scene.removeItem(self.items.pop(id))
        for id, remark in design.remarks.items():
            if id not in self.items:
                self.items[id] = RemarkItem(remark, self._paints)
                self._scene.addItem(self.items[id])
            elif before.get(id) is not remark:
                self._show(self.items[id], remark)
            touched = touched.united(self.items[id].boundingRect())
        return touched

    def _show(self, item: RemarkItem, remark: Remark) -> None:
        if item.remark.is_frame == remark.is_frame:
            item.become(remark)
            return
        self._scene.removeItem(item)
        self.items[remark.id] = RemarkItem(remark, self._paints)
        self._scene.addItem(self.items[remark.id])

    @property
    def chosen(self) -> tuple[RemarkId, ...]:
        """Those that are chosen, in order of placing."""
        return tuple(id for id, item in self.items.items() if item.is_chosen)

    def choose(self, ids: Iterable[RemarkId]) -> None:
        """Choose these and no others; says so once."""
        wanted, before = set(ids), self.chosen
        for id, item in self.items.items():
            item.mark(id in wanted)
        if self.chosen != before:
            self.chosen_changed.emit()

    def at(self, at: QPointF, reach: float) -> tuple[RemarkId, bool] | None:
        """The one a point takes in the hand, and whether by the corner that changes its size; the smallest of several.

        Args:
            at: The point, in canvas units.
            reach: How near to a border is near enough.
        """
        found = [item for item in self.items.values() if item.takes(at, reach)]
        found += [item for item in self.items.values() if item.is_chosen and item.handle.contains(at)]
        if not found:
            return None
        best = min(found, key=lambda item: item.remark.width * item.remark.height)
        return best.remark.id, best.handle.contains(at)

    def inside(self, area: QRectF) -> set[RemarkId]:
        """Those that stand in an area whole."""
        return {id for id, item in self.items.items() if area.contains(item.rect)}

    def area(self, ids: Collection[RemarkId] | None = None) -> QRectF:
        """The smallest rectangle around some or all; empty where there is none."""
        found = QRectF()
        for id, item in self.items.items():
            if item.isVisible() and (ids is None or id in ids):
                found = found.united(item.rect)
        return found

    def show_only(self, nodes: Collection[NodeId]) -> None:
        """Hide all but the frames that stand around nothing but these nodes."""
        for item in self.items.values():
            held = held_nodes(self._design, item.remark) if item.remark.is_frame else ()
            item.setVisible(bool(held) and all(id in nodes for id in held))

    def paint(self, painter: QPainter) -> None:
        """Paint them all in canvas units, for a view from afar."""
        for item in sorted(self.items.values(), key=lambda item: item.zValue()):
            item.paint_on(painter)
        self.paint_titles(painter)

    def paint_titles(self, painter: QPainter) -> None:
        """Write the titles of frames over what passes behind them, in canvas units."""
        for item in self.items.values():
            if item.isVisible():
                item.paint_title(painter)


def words(remarks: Mapping[RemarkId, Remark], ids: Collection[RemarkId]) -> str:
    """What to call some of them: ``frame "Stem"``, ``2 frames and notes``."""
    if len(ids) != 1:
        return f"{len(ids)} frames and notes"
    remark = remarks[next(iter(ids))]
    kind = "frame" if remark.is_frame else "note"
    first = remark.text.partition("\n")[0].strip()
    short = first if len(first) <= _MOST_LETTERS else f"{first[: _MOST_LETTERS - 1]}…"
    return f'{kind} "{short}"' if short else f"empty {kind}"
