"""Room for cards: where one lies on no other, and how others give way to one that comes.

Knows places and which card reads which; nothing of shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from itertools import count

from designer.edit.sizes import CARD_HEIGHT, CARD_WIDTH, GAP_X, STEP_X, STEP_Y
from designer.graph.design import Design, Node, NodeId, Point


def covers(a: Point, b: Point) -> bool:
    """Whether a card with one corner lies on a card with the other."""
    return abs(a.x - b.x) < CARD_WIDTH and abs(a.y - b.y) < CARD_HEIGHT


def free_place(design: Design, wanted: Point) -> Point:
    """The wanted corner, or the first one below it where a card covers none that is there."""
    places = [node.position for node in design.nodes.values()]
    rows = (Point(wanted.x, wanted.y + row * STEP_Y) for row in count())
    return next(corner for corner in rows if not any(covers(corner, place) for place in places))


def free_offset(design: Design, piece: Design, wanted: Point) -> Point:
    """The wanted way to move a piece by, or the first one further down where its cards cover none of the design's."""
    taken = _Ground(node.position for node in design.nodes.values())
    corners = [node.position for node in piece.nodes.values()]
    ways = (Point(wanted.x, wanted.y + row * STEP_Y) for row in count())
    return next(way for way in ways if not any(taken.has(Point(at.x + way.x, at.y + way.y)) for at in corners))


class _Ground:
    """Where cards stand, for asking often: cells as large as a card."""

    def __init__(self, places: Iterable[Point]) -> None:
        self._cells: dict[tuple[int, int], list[Point]] = {}
        for place in places:
            self._cells.setdefault(self._cell(place), []).append(place)

    def has(self, corner: Point) -> bool:
        """Whether a card there would lie on one of these."""
        column, row = self._cell(corner)
        around = ((column + x, row + y) for x in (-1, 0, 1) for y in (-1, 0, 1))
        return any(covers(corner, place) for cell in around for place in self._cells.get(cell, ()))

    @staticmethod
    def _cell(place: Point) -> tuple[int, int]:
        return int(place.x // CARD_WIDTH), int(place.y // CARD_HEIGHT)


def making_room(edit: Callable[[Design], Design]) -> Callable[[Design], Design]:
    """The same edit, after which the cards that it adds lie on none that were there."""

    def roomy(before: Design) -> Design:
        after = edit(before)
        for id in [id for id in after.nodes if id not in before.nodes]:
            after = with_room(after, id)
        return after

    return roomy


def with_room(design: Design, id: NodeId) -> Design:
    """Let a card that came lie on no other.

    In a wire it stands right of what it reads. Above cards that the wire only passes it goes to the nearest free row;
    otherwise it stays, and what is level with it and right of it moves on to the right.
    """
    corner = _beside_what_it_reads(design, id)
    covered = _covered(design, id, corner)
    if covered and _passes(design, id, covered):
        corner, covered = _nearest_row(design, id, corner), []
    placed = design.replacing([replace(design.nodes[id], position=corner)])
    if not covered:
        return placed if corner != design.nodes[id].position else design
    others = [node for node in placed.nodes.values() if node.id != id]
    return placed.replacing(moved_right(others, [corner]))


def _covered(design: Design, id: NodeId, corner: Point) -> list[NodeId]:
    return [node.id for node in design.nodes.values() if node.id != id and covers(node.position, corner)]


def _beside_what_it_reads(design: Design, id: NodeId) -> Point:
    corner = design.nodes[id].position
    read = [design.nodes[source].position for source in design.predecessors[id]]
    right = max((place.x + STEP_X for place in read if covers(place, corner)), default=corner.x)
    return Point(max(corner.x, right), corner.y)


def _passes(design: Design, id: NodeId, covered: Collection[NodeId]) -> bool:
    """Whether a card in a wire covers cards that neither feed it nor read it: the wire leads past them."""
    wires = design.outgoing(id)
    if not design.predecessors[id] or not wires:
        return False
    return not {wire.target.node for wire in wires}.intersection(covered)


def _nearest_row(design: Design, id: NodeId, wanted: Point) -> Point:
    rows = (Point(wanted.x, wanted.y + side * row * STEP_Y) for row in count(1) for side in (-1, 1))
    return next(corner for corner in rows if not _covered(design, id, corner))


def moved_right(others: Collection[Node], corners: Collection[Point]) -> list[Node]:
    """Those of the other nodes that give way to cards, moved right together; none where no card lies on another.

    Args:
        others: The nodes that are there.
        corners: Where the cards stand that come.
    """
    left, top = min(corner.x for corner in corners), min(corner.y for corner in corners)
    beside = _beside(others, Point(left, top), max(corner.y for corner in corners) + CARD_HEIGHT)
    if not any(covers(node.position, corner) for node in beside for corner in corners):
        return []
    right = max(corner.x for corner in corners) + CARD_WIDTH + GAP_X
    shift = right - min(node.position.x for node in beside)
    return [replace(node, position=Point(node.position.x + shift, node.position.y)) for node in beside]


def _beside(nodes: Collection[Node], corner: Point, bottom: float) -> list[Node]:
    """Nodes level with a box or right of it that moving right would push into each other, as far down as it takes."""
    top = corner.y
    right_of = [node for node in nodes if node.position.x + CARD_WIDTH > corner.x]
    found: list[Node] = []
    while True:
        level = [node for node in right_of if top - CARD_HEIGHT < node.position.y < bottom]
        if len(level) == len(found):
            return found
        found = level
        top = min(top, *(node.position.y for node in level))
        bottom = max(bottom, *(node.position.y + CARD_HEIGHT for node in level))
