"""Drag frames and notes: a frame takes along what stands in it, and with it goes what else is selected.

One undo step.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from designer.edit.annotations import move_annotations, resize_annotation
from designer.graph.annotation import AnnotationId
from designer.graph.design import Point
from designer.ui.canvas.annotations import words
from designer.ui.canvas.geometry import GRID
from designer.ui.canvas.gestures.gesture import Gesture, Pointer
from designer.ui.canvas.selection import selection_words
from designer.ui.canvas.surface import Surface


class DragAnnotations(Gesture):
    """A press on a frame's title or border, or on a note: a choice when it comes up at once, a drag otherwise."""

    def __init__(self, view: Surface, start: Pointer, annotation: AnnotationId) -> None:
        super().__init__(view, start)
        self._held = annotation
        self._moves = False

    def begin(self) -> None:
        annotations = self.canvas.annotations
        self._before = (self.canvas.selection, annotations.chosen)
        nodes, chosen = self._before
        if _adds(self.start):
            self.canvas.select(nodes, {*chosen, self._held})
        elif self._held not in chosen:
            self.canvas.select((), [self._held])

    def move(self, at: Pointer) -> None:
        if not self.canvas.document.is_editable:
            return
        if not self._moves and (at.view - self.start.view).manhattanLength() < QApplication.startDragDistance():
            return
        if not self._moves:
            self._moves = True
            self.canvas.hold()
        nodes, chosen = self.canvas.selection, self.canvas.annotations.chosen
        by = _shift(self.view, self.start, at, self._corner())
        self.canvas.document.preview(lambda design: move_annotations(design, chosen, by, nodes))

    def finish(self, at: Pointer) -> None:
        nodes, chosen = self.canvas.selection, self.canvas.annotations.chosen
        if self._moves:
            self.canvas.document.commit(f"Move {selection_words(self.canvas)}")
            self.canvas.let_go()
        elif at.holds(Qt.KeyboardModifier.ControlModifier) and self._held in self._before[1]:
            self.canvas.select(nodes, set(chosen) - {self._held})
        elif not _adds(at):
            self.canvas.select((), [self._held])

    def cancel(self) -> None:
        self.canvas.document.cancel_preview()
        self.canvas.let_go()
        self.canvas.select(*self._before)

    def _corner(self) -> Point:
        annotation = self.canvas.document.committed_design.annotations[self._held]
        return Point(annotation.x, annotation.y)


class ResizeAnnotation(Gesture):
    """A drag of a frame's or note's lower right corner."""

    cursor = Qt.CursorShape.SizeFDiagCursor

    def __init__(self, view: Surface, start: Pointer, annotation: AnnotationId) -> None:
        super().__init__(view, start)
        self._held = annotation
        self._moves = False

    def begin(self) -> None:
        self._before = (self.canvas.selection, self.canvas.annotations.chosen)
        self.canvas.select((), [self._held])

    def move(self, at: Pointer) -> None:
        if not self.canvas.document.is_editable:
            return
        self._moves = True
        annotation = self.canvas.document.committed_design.annotations[self._held]
        corner = Point(annotation.x + annotation.width, annotation.y + annotation.height)
        by = _shift(self.view, self.start, at, corner)
        self.canvas.document.preview(lambda design: resize_annotation(design, self._held, by))

    def finish(self, at: Pointer) -> None:
        self.view.viewport().unsetCursor()
        if self._moves:
            self.canvas.document.commit(f"Resize {words(self.canvas.design.annotations, [self._held])}")

    def cancel(self) -> None:
        self.canvas.document.cancel_preview()
        self.canvas.select(*self._before)


def _adds(at: Pointer) -> bool:
    return at.holds(Qt.KeyboardModifier.ShiftModifier) or at.holds(Qt.KeyboardModifier.ControlModifier)


def _shift(view: Surface, start: Pointer, at: Pointer, corner: Point) -> Point:
    """How far a corner goes: onto the grid, or freely with Ctrl; the other way round where nothing snaps by itself."""
    way: QPointF = at.scene - start.scene
    if at.holds(Qt.KeyboardModifier.ControlModifier) == view.snaps:
        return Point(way.x(), way.y())
    x, y = round((corner.x + way.x()) / GRID) * GRID, round((corner.y + way.y()) / GRID) * GRID
    return Point(x - corner.x, y - corner.y)
