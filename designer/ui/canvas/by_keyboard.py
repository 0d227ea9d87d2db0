"""The canvas for hands on the keyboard and for ears: where a walk along the wires stands, and what is said of it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint

from designer.graph.design import NodeId
from designer.ui.canvas.camera import Camera
from designer.ui.canvas.selection import selection_words
from designer.ui.canvas.spoken_words import node_words, several_words
from designer.ui.canvas.wire_walk import Way, first, step
from designer.ui.widgets.accessibility import announce, describe

WHAT_IT_IS = (
    "The design as a graph. Ctrl with arrow keys walks along the wires, W wires the selected node, Tab adds behind it,"
    " the menu key tells what else; F7 opens the same graph as a table."
)


class KeyboardWalk(QObject):
    """Walks a view's selection along the wires, and says what is selected."""

    def __init__(self, view: Camera) -> None:
        super().__init__(view)
        self._view = view
        self._at: NodeId | None = None
        self._came_from: NodeId | None = None
        view.canvas.selection_changed.connect(self._say)
        view.canvas.content_changed.connect(self._describe)
        describe(view, WHAT_IT_IS)

    def go(self, way: Way, extends: bool = False) -> None:
        """Take a step.

        Args:
            way: Where to.
            extends: Whether the selection grows by the node it leads to, instead of moving there.
        """
        design, at = self._view.canvas.design, self.at
        to = step(design, at, way, self._came_from) if at is not None else first(design, way)
        if to is not None:
            self._stand(to, at, extends)

    def go_to_end(self, is_last: bool) -> None:
        """Go to the first node in order of execution, or to the last."""
        to = first(self._view.canvas.design, Way.LEFT if is_last else Way.RIGHT)
        if to is not None:
            self._stand(to, None, extends=False)

    @property
    def at(self) -> NodeId | None:
        """Where the walk stands: the node it led to while that is selected, else the last selected one, or None."""
        canvas = self._view.canvas
        item = canvas.nodes.get(self._at) if self._at is not None else None
        if item is not None and item.isSelected():
            return self._at
        self._came_from = None
        rank = canvas.design.rank
        return max(canvas.selection, key=lambda id: rank[id], default=None)

    def place(self) -> QPoint:
        """Where on the screen a list about the selection opens: below the card the walk stands at."""
        view, at = self._view, self.at
        room = view.viewport().rect()
        if at is None:
            return view.viewport().mapToGlobal(room.center())
        below = view.mapFromScene(view.canvas.nodes[at].card_rect.bottomLeft())
        inside = QPoint(min(max(below.x(), 0), room.right()), min(max(below.y(), 0), room.bottom()))
        return view.viewport().mapToGlobal(inside)

    def _stand(self, to: NodeId, before: NodeId | None, extends: bool) -> None:
        canvas = self._view.canvas
        self._at, self._came_from = to, before
        canvas.select([*canvas.selection, to] if extends else [to])
        self._view.ensure_visible([to])

    def words(self) -> str:
        """What is selected, in words; empty where nothing is."""
        canvas = self._view.canvas
        selected = canvas.selection
        if not selected:
            return selection_words(canvas)
        nodes = [canvas.design.nodes[id] for id in selected]
        if len(nodes) > 1:
            return several_words(nodes)
        item = canvas.nodes[selected[0]]
        return node_words(nodes[0], item.report, item.issues)

    def _say(self) -> None:
        words = self._describe()
        if self._view.hasFocus():
            announce(self._view, words or "nothing selected")

    def _describe(self) -> str:
        words = self.words()
        describe(self._view, words or WHAT_IT_IS)
        return words
