"""Frames and notes of a drawing: their items, which of them are chosen, and which one a point takes in the hand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsScene

from designer.edit.annotations import held_nodes
from designer.graph.annotation import Annotation, AnnotationId
from designer.graph.design import Design, NodeId
from designer.ui.canvas.annotation_item import AnnotationItem
from designer.ui.canvas.painting import Paints

_MOST_LETTERS = 40


class Annotations(QObject):
    """The annotations of what a scene shows.

    Signals: ``chosen_changed``.
    """

    chosen_changed = Signal()

    def __init__(self, scene: QGraphicsScene, paints: Callable[[], Paints]) -> None:
        super().__init__(scene)
        self._scene = scene
        self._paints = paints
        self._design = Design()
        self.items: dict[AnnotationId, AnnotationItem] = {}

    def follow(self, design: Design) -> QRectF:
        """Show those of a design; gives the room that those take which became others."""
        before, self._design = self._design.annotations, design
        touched = QRectF()
        if design.annotations is before:
            return touched
        for id in [id for id in self.items if id not in design.annotations]:
            self._scene.removeItem(self.items.pop(id))
        for id, annotation in design.annotations.items():
            if id not in self.items:
                self.items[id] = AnnotationItem(annotation, self._paints)
                self._scene.addItem(self.items[id])
            elif before.get(id) is not annotation:
                self._show(self.items[id], annotation)
            touched = touched.united(self.items[id].boundingRect())
        return touched

    def _show(self, item: AnnotationItem, annotation: Annotation) -> None:
        if item.annotation.is_frame == annotation.is_frame:
            item.become(annotation)
            return
        self._scene.removeItem(item)
        self.items[annotation.id] = AnnotationItem(annotation, self._paints)
        self._scene.addItem(self.items[annotation.id])

    @property
    def chosen(self) -> tuple[AnnotationId, ...]:
        """Those that are chosen, in order of placing."""
        return tuple(id for id, item in self.items.items() if item.is_chosen)

    def choose(self, ids: Iterable[AnnotationId]) -> None:
        """Choose these and no others; says so once."""
        wanted, before = set(ids), self.chosen
        for id, item in self.items.items():
            item.mark(id in wanted)
        if self.chosen != before:
            self.chosen_changed.emit()

    def at(self, at: QPointF, reach: float) -> tuple[AnnotationId, bool] | None:
        """The one a point takes in the hand, and whether by the corner that changes its size; the smallest of several.

        Args:
            at: The point, in canvas units.
            reach: How near to a border is near enough.
        """
        found = [item for item in self.items.values() if item.takes(at, reach)]
        found += [item for item in self.items.values() if item.is_chosen and item.handle.contains(at)]
        if not found:
            return None
        best = min(found, key=lambda item: item.annotation.width * item.annotation.height)
        return best.annotation.id, best.handle.contains(at)

    def inside(self, area: QRectF) -> set[AnnotationId]:
        """Those that stand in an area whole."""
        return {id for id, item in self.items.items() if area.contains(item.rect)}

    def area(self, ids: Collection[AnnotationId] | None = None) -> QRectF:
        """The smallest rectangle around some or all; empty where there is none."""
        found = QRectF()
        for id, item in self.items.items():
            if item.isVisible() and (ids is None or id in ids):
                found = found.united(item.rect)
        return found

    def show_only(self, nodes: Collection[NodeId]) -> None:
        """Hide all but the frames that stand around nothing but these nodes."""
        for item in self.items.values():
            held = held_nodes(self._design, item.annotation) if item.annotation.is_frame else ()
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


def words(annotations: Mapping[AnnotationId, Annotation], ids: Collection[AnnotationId]) -> str:
    """What to call some of them: ``frame "Stem"``, ``2 frames and notes``."""
    if len(ids) != 1:
        return f"{len(ids)} frames and notes"
    annotation = annotations[next(iter(ids))]
    kind = "frame" if annotation.is_frame else "note"
    first = annotation.text.partition("\n")[0].strip()
    short = first if len(first) <= _MOST_LETTERS else f"{first[: _MOST_LETTERS - 1]}…"
    return f'{kind} "{short}"' if short else f"empty {kind}"
