"""Pan: the canvas follows the hand. Changes no design."""

from __future__ import annotations

from PySide6.QtCore import Qt

from designer.ui.canvas.gestures.gesture import Gesture, Pointer


class Pan(Gesture):
    """Middle drag, or Space and drag."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def begin(self) -> None:
        self._from = self.view.standing
        self._last = self.start.view

    def move(self, at: Pointer) -> None:
        self.view.scroll_by(self._last - at.view)
        self._last = at.view

    def cancel(self) -> None:
        self.view.scroll_by(self._from - self.view.standing)
