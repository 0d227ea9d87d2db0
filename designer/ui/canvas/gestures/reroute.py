"""Reroute dots: a wire is taken in the hand and led through a place; a dot that is there is moved."""

from __future__ import annotations

from PySide6.QtCore import Qt

from designer.edit.document import Edit
from designer.edit.rerouting import add_dot, move_dot
from designer.graph.design import Design, Point, PortRef
from designer.ui.canvas.geometry import snapped
from designer.ui.canvas.gestures.gesture import Gesture, Pointer
from designer.ui.canvas.hits import place_on_way
from designer.ui.canvas.surface import Surface


class Reroute(Gesture):
    """A press on a wire or on one of its dots, and the drag that follows; one undo step.

    Args:
        view: Where it happens.
        start: The press.
        target: The input the wire ends at.
        dot: Which of its dots is moved; None for a new one.
    """

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, view: Surface, start: Pointer, target: PortRef, dot: int | None = None) -> None:
        super().__init__(view, start)
        self._target = target
        self._is_new = dot is None
        self._dot = dot if dot is not None else place_on_way(view.canvas.wires[target], start.scene)

    def begin(self) -> None:
        self.view.choose_dot((self._target, self._dot))
        if self._is_new:
            self.canvas.document.preview(self._edit(self.start))

    def move(self, at: Pointer) -> None:
        self.canvas.document.preview(self._edit(at))

    def finish(self, at: Pointer) -> None:
        self.canvas.document.commit("Add reroute dot" if self._is_new else "Move reroute dot")

    def cancel(self) -> None:
        self.canvas.document.cancel_preview()
        self.view.choose_dot(None)

    def _edit(self, at: Pointer) -> Edit:
        place = Point(snapped(at.scene.x()), snapped(at.scene.y()))
        make = add_dot if self._is_new else move_dot

        def edit(design: Design) -> Design:
            return make(design, self._target, self._dot, place)

        return edit
