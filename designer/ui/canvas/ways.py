"""The ways of a drawing's wires: kept right while cards and wires come, go and move. Draws nothing.

A way follows from the design alone, so whatever was edited before, the same design is drawn the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from PySide6.QtCore import QPointF, QRectF

from designer.edit.sizes import CARD_WIDTH, GAP_X
from designer.graph.design import Design, NodeId, Point, PortRef, Wire
from designer.graph.difference import Difference
from designer.ui.canvas.geometry import CARD, WireRoute, route
from designer.ui.canvas.routing import Ask, Cards, Neighbours, led, watched

MANY_CARDS = 24
"""When so many moved at once, every wire that other cards decide on is routed anew, without asking which."""
_REACH = CARD_WIDTH + GAP_X
"""How far beyond the area that a wire watches an end of a wire in it may stand."""

Ends = Callable[[Wire], tuple[QPointF, QPointF, int]]


class Ways:
    """Where cards stand, which wires watch which area, and how each wire runs.

    Args:
        ends: Where a wire starts and ends as it is shown, and the index of the input it ends at.
    """

    def __init__(self, ends: Ends) -> None:
        self._ends = ends
        self._design = Design()
        self._cards = Cards()
        self._watched: dict[PortRef, QRectF] = {}
        self._elsewhere: set[NodeId] = set()
        self._held: dict[NodeId, Point] | None = None

    @property
    def is_held(self) -> bool:
        """Whether cards are in the hand."""
        return self._held is not None

    def hold(self) -> None:
        """Cards are in the hand from now on: until they are let go, only their own wires follow them, the plain way."""
        self._held = {}

    def let_go(self) -> set[PortRef]:
        """They are where they stay; gives the wires to route anew."""
        held, self._held = self._held or {}, None
        self._elsewhere.difference_update(held)
        nodes = self._design.nodes
        now = {id: nodes[id].position for id in held if id in nodes}
        moved = set(held.items()) ^ set(now.items())
        own = {wire.target for id in now for wire in (*self._design.incoming(id), *self._design.outgoing(id))}
        return own | self._past([place for _, place in moved]) if held else set()

    def follow(self, changes: Difference, design: Design) -> set[PortRef]:
        """Take another design; gives the wires to route anew though nothing of theirs changed."""
        self._design = design
        gone = [*changes.removed_nodes, *(before for before, _ in changes.changed_nodes)]
        come = [*changes.added_nodes, *(after for _, after in changes.changed_nodes)]
        places = {(node.id, node.position) for node in gone} ^ {(node.id, node.position) for node in come}
        for node in gone:
            self._cards.take(node.id, node.position)
        for node in come:
            self._cards.put(node.id, node.position)
        if self._held is not None:
            places = self._without_held(changes, places)
        self._elsewhere.difference_update(id for id, _ in places)
        for wire in changes.removed_wires:
            self._watched.pop(wire.target, None)
        wires = (*changes.added_wires, *changes.removed_wires)
        starts = {wire.source.node for wire in wires if wire.source.node in design.nodes}
        return self._past([*(place for _, place in places), *(design.nodes[id].position for id in starts)])

    def _without_held(self, changes: Difference, places: set[tuple[NodeId, Point]]) -> set[tuple[NodeId, Point]]:
        """What changed place but for the cards that are moved by hand, which are kept for when they are let go."""
        held = self._held if self._held is not None else {}
        moved = {
            before.id: before.position for before, after in changes.changed_nodes if before.position != after.position
        }
        for id, place in moved.items():
            held.setdefault(id, place)
        self._elsewhere.update(moved)
        return {(id, place) for id, place in places if id not in moved}

    def _past(self, places: list[Point]) -> set[PortRef]:
        """The wires that may run otherwise for what changed at these places."""
        if len(places) > MANY_CARDS:
            return set(self._watched)
        cards = [CARD.translated(*place).adjusted(-_REACH, 0.0, _REACH, 0.0) for place in places]
        return {target for target, area in self._watched.items() if any(area.intersects(card) for card in cards)}

    def show_at(self, places: Mapping[NodeId, Point]) -> None:
        """Know which cards are shown elsewhere than the design has them."""
        for id, place in places.items():
            (self._elsewhere.discard if place == self._design.nodes[id].position else self._elsewhere.add)(id)

    def of(self, wire: Wire, goes_over: bool, top: float) -> WireRoute:
        """How a wire runs.

        Args:
            wire: The wire.
            goes_over: Whether it is a residual's identity.
            top: Top of the card it ends at, as it is shown.
        """
        ask = Ask(*self._ends(wire), [QPointF(*dot) for dot in wire.via], goes_over, top)
        ends = (wire.source.node, wire.target.node)
        if any(id in self._elsewhere for id in ends):
            # On its way to a place: the cards it passes are no reason to run otherwise.
            return route(*ask)
        area = watched(ask)
        if area is None:
            self._watched.pop(wire.target, None)
            return route(*ask)
        self._watched[wire.target] = area
        return led(ask, self._cards, ends, lambda id: self._steps_from(id, wire.source))

    def _steps_from(self, id: NodeId, but: PortRef) -> Iterator[Neighbours]:
        """The wires from a card to the next column, but for those from one port."""
        places = self._design.nodes
        for wire in self._design.outgoing(id):
            gap = places[wire.target.node].position.x - places[id].position.x - CARD_WIDTH
            if wire.source != but and 0.0 < gap <= GAP_X:
                start, end, _ = self._ends(wire)
                yield start.x(), start.y(), end.y()
