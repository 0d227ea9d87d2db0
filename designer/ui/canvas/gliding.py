"""Cards glide to where an edit put them: only what is seen moves, the design is there; any other edit ends it.

Whoever shows an edit says where cards come from; whether they glide is a setting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation

from designer.graph.design import NodeId, Point
from designer.ui.canvas.drawing import Drawing

DURATION_MS = 220
MOST_CARDS = 600
"""A larger drawing would not move in time; there the cards are simply where they belong."""


class Gliding(QObject):
    """Moves cards of a drawing from where they were to where its design has them."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__(drawing)
        self._drawing = drawing
        self.is_wanted: Callable[[], bool] = lambda: True
        self._from: dict[NodeId, Point] = {}
        self._way = QVariantAnimation(self, startValue=0.0, endValue=1.0, duration=DURATION_MS)
        self._way.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._way.valueChanged.connect(self._show)
        self._way.finished.connect(self.stop)

    @property
    def is_moving(self) -> bool:
        """Whether cards are on their way."""
        return bool(self._from)

    def glide_from(self, places: Mapping[NodeId, Point]) -> None:
        """Let the cards come from these places."""
        self.stop()
        nodes = self._drawing.design.nodes
        moved = {id: place for id, place in places.items() if id in nodes and nodes[id].position != place}
        if not moved or len(nodes) > MOST_CARDS or not self.is_wanted():
            return
        self._from = moved
        self._show(0.0)
        self._way.start()

    def stop(self) -> None:
        """Be where the design says, at once."""
        if self._from:
            gone, self._from = self._from, {}
            self._way.stop()
            nodes = self._drawing.design.nodes
            self._drawing.show_at({id: nodes[id].position for id in gone if id in nodes})

    def _show(self, share: float) -> None:
        nodes = self._drawing.design.nodes
        self._drawing.show_at(
            {
                id: Point(
                    start.x + (nodes[id].position.x - start.x) * share,
                    start.y + (nodes[id].position.y - start.y) * share,
                )
                for id, start in self._from.items()
                if id in nodes
            }
        )
