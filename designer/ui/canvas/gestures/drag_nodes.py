"""Drag cards: the selection follows the hand, on the grid; dropped on a wire a lone card goes into it.

One undo step.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QApplication, QGraphicsLineItem

from designer import wording
from designer.edit.annotations import move_annotations
from designer.edit.edits import move
from designer.edit.room import with_room
from designer.edit.splice import insert_on_wire
from designer.errors import DesignerError
from designer.graph.design import Design, NodeId, Point, PortRef, Wire
from designer.ui.canvas.geometry import CARD, distance_to, polyline, route
from designer.ui.canvas.gestures.gesture import Gesture, Pointer
from designer.ui.canvas.hits import wire_at
from designer.ui.canvas.node_item import HELD_Z
from designer.ui.canvas.snapping import snap
from designer.ui.canvas.surface import Surface

SNAP_PIXELS = 6.0
MOST_NEIGHBOURS = 400
"""Cards that a drag looks at for lines; on a screen full of more, any line is near."""
INSERT_REACH = 20.0
"""How near to a wire a card's centre must be to go into it, in canvas units."""


class DragNodes(Gesture):
    """A press on a card, and what follows: a choice when it comes up at once, a drag otherwise."""

    def __init__(self, view: Surface, start: Pointer, node: NodeId) -> None:
        super().__init__(view, start)
        self._held = node
        self._moves = False
        self._into: PortRef | None = None
        self._guides: tuple[QLineF, ...] = ()
        self._lines: list[QGraphicsLineItem] = []
        self._near: list[Point] | None = None

    def begin(self) -> None:
        self._before, self._annotations = self.canvas.selection, self.canvas.annotations.chosen
        if self._adds(self.start):
            self.canvas.select({*self._before, self._held}, self._annotations)
        elif self._held not in self._before:
            self.canvas.select([self._held])

    def move(self, at: Pointer) -> None:
        if not self.canvas.document.is_editable:
            return
        if not self._moves and (at.view - self.start.view).manhattanLength() < QApplication.startDragDistance():
            return
        if not self._moves:
            self._moves = True
            self.canvas.hold()
            self._from = {id: self.canvas.design.nodes[id].position for id in self.canvas.selection}
        shift = self._shift(at)
        self._show_guides()
        places = {id: Point(place.x + shift.x(), place.y + shift.y()) for id, place in self._from.items()}
        self._into = None if at.holds(Qt.KeyboardModifier.AltModifier) else self._wire_under(places)
        self.canvas.document.preview(self._edit(places, self._into))

    def finish(self, at: Pointer) -> None:
        self._guides = ()
        self._show_guides()
        if not self._moves:
            self._choose(at)
        elif self._into is not None:
            self.canvas.document.commit(f"Insert {self._title()} into a wire")
        else:
            what = self._title() if len(self._from) == 1 else wording.plural(len(self._from), "node")
            self.canvas.document.commit(f"Move {what}")
        self.canvas.let_go()

    def cancel(self) -> None:
        self._guides = ()
        self._show_guides()
        self.canvas.document.cancel_preview()
        self.canvas.let_go()
        self.canvas.select(self._before, self._annotations)

    def _title(self) -> str:
        return self.canvas.design.nodes[self._held].title

    @staticmethod
    def _adds(at: Pointer) -> bool:
        return at.holds(Qt.KeyboardModifier.ShiftModifier) or at.holds(Qt.KeyboardModifier.ControlModifier)

    def _choose(self, at: Pointer) -> None:
        if at.holds(Qt.KeyboardModifier.ControlModifier) and self._held in self._before:
            self.canvas.select(set(self._before) - {self._held}, self._annotations)
        elif not self._adds(at):
            self.canvas.select([self._held])

    def _shift(self, at: Pointer) -> QPointF:
        """How far the cards go: so that the one in the hand is in line with its neighbours, or stands on the grid."""
        way = at.scene - self.start.scene
        place = self._from[self._held] if self._held in self._from else next(iter(self._from.values()))
        self._guides = ()
        if at.holds(Qt.KeyboardModifier.ControlModifier) == self.view.snaps:
            return way
        wanted = Point(place.x + way.x(), place.y + way.y())
        found = snap(wanted, self._neighbours(), SNAP_PIXELS / self.view.scale_now)
        self._guides = found.guides
        return QPointF(found.corner.x - place.x, found.corner.y - place.y)

    def _neighbours(self) -> list[Point]:
        """Corners of the cards on screen that are not in the hand; asked once, as nothing else moves meanwhile."""
        if self._near is None:
            cards = self.view.visible_nodes()[:MOST_NEIGHBOURS]
            self._near = [card.node.position for card in cards if card.id not in self._from]
        return self._near

    def _show_guides(self) -> None:
        for line in self._lines:
            self.canvas.removeItem(line)
        self._lines = []
        pen = QPen(self.canvas.paints().look.accent, 1.0, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        for guide in self._guides:
            line = QGraphicsLineItem(guide)
            line.setPen(pen)
            line.setZValue(HELD_Z)
            self.canvas.addItem(line)
            self._lines.append(line)

    def _wire_under(self, places: dict[NodeId, Point]) -> PortRef | None:
        """The wire that a lone, unwired card would go into."""
        design = self.canvas.document.committed_design
        if len(self._from) != 1 or design.incoming(self._held) or design.outgoing(self._held):
            return None
        layer = design.nodes[self._held].layer
        if not layer.inputs or not layer.outputs:
            return None
        centre = CARD.center() + QPointF(*places[self._held])
        # While the card is shown in the wire, the wire's own way is no longer drawn: it is asked for, not looked at.
        if self._into is not None and self._runs_near(design.wires[self._into], centre):
            return self._into
        wire = wire_at(self.canvas, centre, INSERT_REACH)
        return wire if wire is not None and wire in design.wires and self._may_insert(design, wire) else None

    def _runs_near(self, wire: Wire, at: QPointF) -> bool:
        start, end, lane = self.canvas.ends(wire)
        return distance_to(polyline(route(start, end, lane).path), at) < INSERT_REACH

    def _may_insert(self, design: Design, wire: PortRef) -> bool:
        try:
            insert_on_wire(design, self._held, wire)
        except DesignerError:
            return False
        return True

    def _edit(self, places: dict[NodeId, Point], into: PortRef | None) -> Callable[[Design], Design]:
        annotations = self.canvas.annotations.chosen

        def edit(design: Design) -> Design:
            if annotations:
                before, after = next(iter(self._from.values())), next(iter(places.values()))
                return move_annotations(design, annotations, Point(after.x - before.x, after.y - before.y), places)
            moved = move(design, places)
            return with_room(insert_on_wire(moved, self._held, into), self._held) if into is not None else moved

        return edit
