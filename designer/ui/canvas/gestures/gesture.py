"""The life of a gesture: it begins at a press, moves, and is finished or cancelled. One class a gesture.

A gesture shows what it would do by the document's preview or by marks on the drawing, makes at most one undo step when
it is finished, and leaves everything as it was when it is cancelled.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPoint, QPointF, Qt

from designer.ui.canvas.surface import Surface


class Pointer(NamedTuple):
    """Where the pointer is, and what is held.

    Attributes:
        scene: On the canvas, in canvas units.
        view: On the viewport, in pixels.
        modifiers: Keys that are held.
    """

    scene: QPointF
    view: QPoint
    modifiers: Qt.KeyboardModifier

    def holds(self, key: Qt.KeyboardModifier) -> bool:
        """Whether a modifier key is held."""
        return bool(self.modifiers & key)


class Gesture:
    """What every gesture does; this one does nothing.

    Attributes:
        view: Where it happens; the scene, the document and the analysis are reached through it.
        start: Where it began.
    """

    cursor: Qt.CursorShape | None = None

    def __init__(self, view: Surface, start: Pointer) -> None:
        self.view = view
        self.canvas = view.canvas
        self.start = start

    def begin(self) -> None:
        """The button went down."""

    def move(self, at: Pointer) -> None:
        """The pointer moved, or a modifier key did."""

    def finish(self, at: Pointer) -> None:
        """The button came up: keep what was done."""

    def cancel(self) -> None:
        """Esc: be as if it had never begun."""
