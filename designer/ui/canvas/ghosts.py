"""Ghosts: what an edit would make, seen through, before anybody agreed to it. One edit at a time; nothing is kept."""

from __future__ import annotations

from PySide6.QtWidgets import QGraphicsItem

from designer.edit.document import Edit
from designer.errors import DesignerError
from designer.graph.design import Design
from designer.graph.difference import Difference, difference
from designer.ui.canvas.scene import CanvasScene

_OPACITY = 0.5


class Ghosts:
    """Shows an edit on a scene as a preview whose new and changed cards and wires are see-through."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._shown: Design | None = None
        self._items: list[QGraphicsItem] = []

    @property
    def is_shown(self) -> bool:
        """Whether what is on the canvas is a ghost."""
        document = self._scene.document
        return (
            self._shown is not None
            and document.design is not document.committed_design
            and document.design == self._shown
        )

    def show(self, edit: Edit) -> None:
        """Show what an edit would make; nothing where it is refused, or where a gesture shows something already."""
        self.dismiss()
        document = self._scene.document
        before = document.committed_design
        if not document.is_editable or document.design is not before:
            return
        try:
            after = edit(before)
        except DesignerError:
            return
        self._shown = after
        document.preview(lambda _: after)
        self._items = self._touched(difference(before, after))
        for item in self._items:
            item.setOpacity(_OPACITY)

    def dismiss(self) -> None:
        """Be as if nothing had been shown; what was kept or edited meanwhile stays."""
        for item in self._items:
            item.setOpacity(1.0)
        self._items = []
        is_shown, self._shown = self.is_shown, None
        if is_shown:
            self._scene.document.cancel_preview()

    def _touched(self, changes: Difference) -> list[QGraphicsItem]:
        cards = [
            *changes.added_nodes,
            *(after for before, after in changes.changed_nodes if before.layer != after.layer),
        ]
        wires = [*changes.added_wires, *(after for _, after in changes.changed_wires)]
        items: list[QGraphicsItem] = [self._scene.nodes[node.id] for node in cards]
        return items + [self._scene.wires[wire.target] for wire in wires]
