"""Line nodes up by an edge or a middle, and spread them evenly; all cards are of one size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from designer.edit.edits import move
from designer.edit.sizes import CARD_HEIGHT, CARD_WIDTH
from designer.errors import EditRefused
from designer.graph.design import Design, NodeId, Point


class Alignment(Enum):
    """By what nodes are lined up; the value is the word in a menu."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


def align(design: Design, ids: Sequence[NodeId], by: Alignment) -> Design:
    """Put nodes on one line.

    Raises:
        EditRefused: There are fewer than two, or one is not there.
    """
    places = _places(design, ids, least=2)
    xs, ys = [place.x for place in places.values()], [place.y for place in places.values()]
    # Cards are alike, so the leftmost left edge gives the same as the leftmost card, and likewise at each side.
    targets: dict[Alignment, Callable[[Point], Point]] = {
        Alignment.LEFT: lambda place: Point(min(xs), place.y),
        Alignment.CENTRE: lambda place: Point((min(xs) + max(xs)) / 2, place.y),
        Alignment.RIGHT: lambda place: Point(max(xs), place.y),
        Alignment.TOP: lambda place: Point(place.x, min(ys)),
        Alignment.MIDDLE: lambda place: Point(place.x, (min(ys) + max(ys)) / 2),
        Alignment.BOTTOM: lambda place: Point(place.x, max(ys)),
    }
    return move(design, {id: targets[by](place) for id, place in places.items()})


def distribute(design: Design, ids: Sequence[NodeId], across: bool) -> Design:
    """Spread nodes evenly between the two outermost, from left to right or from top to bottom.

    Raises:
        EditRefused: There are fewer than three, or one is not there.
    """
    places = _places(design, ids, least=3)
    axis = 0 if across else 1
    ordered = sorted(places, key=lambda id: places[id][axis])
    first, last = places[ordered[0]][axis], places[ordered[-1]][axis]
    # Where there is no room they may not stand on each other: a card's length apart is the least.
    length = CARD_WIDTH if across else CARD_HEIGHT
    step = max((last - first) / (len(ordered) - 1), length * 1.1)
    spread = {id: first + step * place for place, id in enumerate(ordered)}
    moved = {id: Point(spread[id], place.y) if across else Point(place.x, spread[id]) for id, place in places.items()}
    return move(design, moved)


def _places(design: Design, ids: Sequence[NodeId], least: int) -> dict[NodeId, Point]:
    if len(ids) < least:
        raise EditRefused(f"select {least} nodes or more; {len(ids)} are selected")
    return {id: design.node(id).position for id in ids}
