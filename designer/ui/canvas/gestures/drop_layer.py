"""Drop a layer from the palette.

Its card follows the pointer, goes into a wire it is held over, and is placed at the drop.
"""

from __future__ import annotations

from PySide6.QtCore import Qt

from designer.edit.room import with_room
from designer.errors import DesignerError
from designer.graph.design import Design, NodeId, PortRef
from designer.graph.layer import Layer
from designer.ui.canvas.gestures.drag_nodes import INSERT_REACH
from designer.ui.canvas.gestures.gesture import Gesture, Pointer
from designer.ui.canvas.hits import wire_at
from designer.ui.canvas.placing import place_at
from designer.ui.canvas.surface import Surface


class DropLayer(Gesture):
    """A drag that came from outside the canvas; it ends by a drop, or by leaving."""

    def __init__(self, view: Surface, start: Pointer, layer: Layer) -> None:
        super().__init__(view, start)
        self._layer = layer
        self._into: PortRef | None = None
        self._placed: NodeId | None = None

    def begin(self) -> None:
        self.move(self.start)

    def move(self, at: Pointer) -> None:
        self._show(at)

    def _show(self, at: Pointer, makes_room: bool = False) -> None:
        alone = at.holds(Qt.KeyboardModifier.AltModifier)
        if self._into is not None and (alone or self._has_left(at)):
            self.canvas.document.cancel_preview()
            self._into = None
        if self._into is None and not alone:
            self._into = self._wire_under(at)
        into = self._into

        def edit(design: Design) -> Design:
            after, self._placed = place_at(design, self._layer, at.scene, into)
            return with_room(after, self._placed) if makes_room else after

        self.canvas.document.preview(edit)

    def finish(self, at: Pointer) -> None:
        self._show(at)
        before = {id: node.position for id, node in self.canvas.design.nodes.items()}
        self._show(at, makes_room=True)  # only now: cards that are merely passed over stay where they are
        self.canvas.gliding.glide_from(before)
        where = " in a wire" if self._into is not None else ""
        self.canvas.document.commit(f"Place {self._layer.card_title()}{where}")
        if self._placed is not None:
            self.canvas.select([self._placed])
        self.view.setFocus()

    def cancel(self) -> None:
        self.canvas.document.cancel_preview()

    def _has_left(self, at: Pointer) -> bool:
        return (at.scene - self._taken_at).manhattanLength() > 2 * INSERT_REACH

    def _wire_under(self, at: Pointer) -> PortRef | None:
        target = wire_at(self.canvas, at.scene, INSERT_REACH)
        if target is None:
            return None
        try:
            place_at(self.canvas.document.committed_design, self._layer, at.scene, target)
        except DesignerError:
            return None
        self._taken_at = at.scene
        return target
