"""Where things are on the canvas: cards, ports, wires. Knows no colour and no text, and reads no analysis.

Units are the canvas' own, the layout's: a card is CARD_WIDTH × CARD_HEIGHT whatever the font, and the view's scale
makes pixels of them. A node's position is the top left corner of its card.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import hypot, inf, log2
from typing import NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainterPath

from designer.edit.sizes import CARD_HEIGHT, CARD_WIDTH, GAP_X, GAP_Y, GRID, ROW_GAP
from designer.graph.design import Node

__all__ = ["CARD_HEIGHT", "CARD_WIDTH", "GRID"]

CARD = QRectF(0.0, 0.0, CARD_WIDTH, CARD_HEIGHT)
PORT_RADIUS = 5.5
PORT_REACH = 13.0
"""How near to a port's centre a press means the port."""
WIRE_REACH = 7.0
CORNER = 14.0
"""Radius of a wire's turn."""

_NEIGHBOURS_X = GAP_X * 2 + CARD_WIDTH * 0.5
"""A wire no longer than this from side to side passes no card of a tidy design."""


class WireRoute(NamedTuple):
    """How a wire runs.

    Attributes:
        path: From output to input.
        label_at: Where its label's middle stands, its bottom touching the wire.
        is_arc: Whether it goes over cards, as a residual does.
    """

    path: QPainterPath
    label_at: QPointF
    is_arc: bool


def port_offset(index: int, count: int) -> float:
    """How far below the card's top a port is, of ``count`` on its side."""
    return CARD_HEIGHT * (index + 1) / (count + 1)


def input_point(corner: QPointF, index: int, count: int) -> QPointF:
    """Centre of an input port of the card at ``corner``."""
    return QPointF(corner.x(), corner.y() + port_offset(index, count))


def output_point(corner: QPointF, index: int, count: int) -> QPointF:
    """Centre of an output port of the card at ``corner``."""
    return QPointF(corner.x() + CARD_WIDTH, corner.y() + port_offset(index, count))


def wire_width(channels: int | None) -> float:
    """Width of a wire that carries so many channels: it grows with log2, so that a bottleneck looks like one.

    3 channels give 1.3, 24 give 2.6, 144 give 7.2, 1280 give 12.6; unknown ones the thinnest.
    """
    if channels is None:
        return 1.3
    return min(max(1.3, 1.77 * log2(max(channels, 1)) - 5.5), 18.0)


def dot_radius(width: float) -> float:
    """Radius of a reroute dot on a wire of this width."""
    return max(width / 2 + 2.0, PORT_RADIUS)


def snapped(value: float) -> float:
    """The nearest line of the grid."""
    return round(value / GRID) * GRID


def route(
    start: QPointF,
    end: QPointF,
    lane: int = 0,
    via: Sequence[QPointF] = (),
    goes_over: bool = False,
    top: float | None = None,
) -> WireRoute:
    """The way of a wire from an output's centre to an input's.

    Args:
        start: Centre of the output port.
        end: Centre of the input port.
        lane: Which of several inputs it ends at, from the top; wires to other lanes keep clear of each other.
        via: Reroute dots to pass through.
        goes_over: Whether cards stand between, which a wire in a row then goes over.
        top: Top of the card it ends at; unless said, as of a card with one input.
    """
    if via:
        return _through_dots(start, end, via)
    top = end.y() - CARD_HEIGHT / 2 if top is None else top
    across, down = end.x() - start.x(), abs(end.y() - start.y())
    if goes_over and across > _NEIGHBOURS_X and down < CARD_HEIGHT:
        return _arc(start, end, min(top, start.y() - CARD_HEIGHT / 2))
    if across > 0 and (across <= _NEIGHBOURS_X or down < CARD_HEIGHT or not goes_over):
        return _curve(start, end)
    if across <= 0 and down < 1.0 and across > -2 * CORNER:
        return _curve(start, end)
    return _by_channel(start, end, lane, top)


def _curve(start: QPointF, end: QPointF) -> WireRoute:
    path = QPainterPath(start)
    reach = max(abs(end.x() - start.x()) / 2, 18.0)
    path.cubicTo(QPointF(start.x() + reach, start.y()), QPointF(end.x() - reach, end.y()), end)
    middle = path.pointAtPercent(0.5)
    # Of two ports at nearly one height the label stands over the higher, clear of the bend between.
    level = min(start.y(), end.y()) if abs(end.y() - start.y()) < CARD_HEIGHT / 2 else middle.y()
    return WireRoute(path, QPointF(middle.x(), level), False)


def _arc(start: QPointF, end: QPointF, top: float) -> WireRoute:
    """Over the cards between, whose top is given: up, along, and down into the port."""
    # Longer arcs run higher, so that an arc within an arc does not cross it; all stay in the lower half of the gap
    # between rows, and what comes from the row above in the upper half.
    span = (end.x() - start.x()) / (CARD_WIDTH + GAP_X)
    height = top - 10.0 - (ROW_GAP / 2 - 16.0) * span / (span + 5.0)
    # It rises close to the card, so that the labels of the wires beside it stay clear of it.
    lean = min(GAP_X * 0.8, (end.x() - start.x()) / 3)
    path = QPainterPath(start)
    path.cubicTo(QPointF(start.x() + 11.0, start.y()), QPointF(start.x(), height), QPointF(start.x() + lean, height))
    path.lineTo(end.x() - lean, height)
    path.cubicTo(QPointF(end.x(), height), QPointF(end.x() - 11.0, end.y()), end)
    return WireRoute(path, QPointF((start.x() + end.x()) / 2, height), True)


def _by_channel(start: QPointF, end: QPointF, lane: int, top: float) -> WireRoute:
    """To another row, or back: out of the gap beside the source, along the channel between rows, down to the target."""
    if end.y() > start.y():
        # The channel lies above the target's row, in the upper half of the gap, beyond the arcs of that row.
        channel = top - ROW_GAP / 2 - track(start, end) * (ROW_GAP / 2 - 10.0)
        channel = max(channel, start.y() + CORNER) if end.y() - start.y() < CARD_HEIGHT + GAP_Y else channel
    else:
        channel = start.y() - CARD_HEIGHT * 0.5 - GAP_Y * 0.5 - 9.0 * lane
        channel = max(channel, end.y() + CORNER) if end.y() < start.y() - CARD_HEIGHT else channel
    return along(start, end, channel)


def track(start: QPointF, end: QPointF) -> float:
    """Where in a channel a wire runs that comes from above, 0 at its lower side to 1 at its upper one.

    Such wires, from places further right the nearer to the row below, leave and enter without crossing each other;
    where they run to the right it is the other way round. Between the two kinds room is left.
    """
    place = 0.62 + 0.38 * start.x() / (abs(start.x()) + 3000.0)
    return 1.0 - place if end.x() < start.x() else place


def along(start: QPointF, end: QPointF, channel: float) -> WireRoute:
    """Out into the gap beside the source, along a height, and through the gap beside the target.

    What has further to go up or down does so further from its card, around what turns off before it.
    """
    out_x = start.x() + _beside(channel - start.y())
    in_x = end.x() - _beside(end.y() - channel)
    points = [
        start,
        QPointF(out_x, start.y()),
        QPointF(out_x, channel),
        QPointF(in_x, channel),
        QPointF(in_x, end.y()),
        end,
    ]
    # What comes back from the right shares its channel with what goes there: it is labelled where it arrives.
    share = 0.85 if out_x - in_x > 2 * CARD_WIDTH else 0.5
    return WireRoute(rounded_line(points), QPointF(out_x + (in_x - out_x) * share, channel), True)


def _beside(leg: float) -> float:
    return GAP_X * (0.2 + 0.6 * abs(leg) / (abs(leg) + 400.0))


def _through_dots(start: QPointF, end: QPointF, via: Sequence[QPointF]) -> WireRoute:
    path = QPainterPath(start)
    stops = [start, *via, end]
    for before, after in pairwise(stops):
        reach = max((after.x() - before.x()) / 2, 12.0)
        path.cubicTo(QPointF(before.x() + reach, before.y()), QPointF(after.x() - reach, after.y()), after)
    return WireRoute(path, via[len(via) // 2], True)


def rounded_line(points: Sequence[QPointF], radius: float = CORNER) -> QPainterPath:
    """A line through right-angled corners, each rounded as far as its sides allow."""
    path = QPainterPath(points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        room = min(radius, _length(before, corner) / 2, _length(corner, after) / 2)
        path.lineTo(_towards(corner, before, room))
        path.quadTo(corner, _towards(corner, after, room))
    path.lineTo(points[-1])
    return path


def _length(a: QPointF, b: QPointF) -> float:
    return abs(a.x() - b.x()) + abs(a.y() - b.y())


def _towards(start: QPointF, goal: QPointF, length: float) -> QPointF:
    whole = _length(start, goal)
    if whole < 1e-6:
        return QPointF(start)
    share = length / whole
    return QPointF(start.x() + (goal.x() - start.x()) * share, start.y() + (goal.y() - start.y()) * share)


def silhouette(widths: Sequence[float], room: QRectF, tallest: float = 0.0) -> QPainterPath:
    """The outline of a chain of tensors, each as tall as its width says: thin, thick, thin for a bottleneck.

    Args:
        widths: One ``wire_width`` a tensor along the chain.
        room: Where it is drawn.
        tallest: The width that fills the room's height; unless said, a tensor of 1280 channels'.
    """
    tallest = tallest or wire_width(1280)
    half = [room.height() / 2 * min(width / tallest, 1.0) for width in widths]
    middle, step = room.center().y(), room.width() / len(widths)
    slope = step * 0.22
    upper: list[QPointF] = []
    for index, height in enumerate(half):
        left, right = room.left() + index * step, room.left() + (index + 1) * step
        upper.append(QPointF(left + (slope if index else 0.0), middle - height))
        upper.append(QPointF(right - (slope if index < len(half) - 1 else 0.0), middle - height))
    path = QPainterPath(upper[0])
    for point in upper[1:]:
        path.lineTo(point)
    for point in reversed(upper):
        path.lineTo(point.x(), 2 * middle - point.y())
    path.closeSubpath()
    return path


# Qt takes paths for areas when it tests them against points and each other; a wire is a line, so lines are tested here.


def polyline(path: QPainterPath) -> list[QPointF]:
    """Corners of the straight pieces that stand for a path's curves."""
    return [point for polygon in path.toSubpathPolygons() for point in polygon.toList()]


def distance_to(line: Sequence[QPointF], at: QPointF) -> float:
    """How far a point is from a line of straight pieces."""
    return min((_distance_to_piece(a, b, at) for a, b in pairwise(line)), default=inf)


def _distance_to_piece(a: QPointF, b: QPointF, at: QPointF) -> float:
    along_x, along_y = b.x() - a.x(), b.y() - a.y()
    squared = along_x**2 + along_y**2
    share = ((at.x() - a.x()) * along_x + (at.y() - a.y()) * along_y) / squared if squared else 0.0
    share = min(max(share, 0.0), 1.0)
    return hypot(at.x() - a.x() - share * along_x, at.y() - a.y() - share * along_y)


def lines_cross(one: Sequence[QPointF], other: Sequence[QPointF]) -> bool:
    """Whether two lines of straight pieces meet."""
    bounded = QLineF.IntersectionType.BoundedIntersection
    pieces = [QLineF(a, b) for a, b in pairwise(other)]
    return any(QLineF(a, b).intersects(piece)[0] == bounded for a, b in pairwise(one) for piece in pieces)


def cards_rect(nodes: Sequence[Node]) -> QRectF:
    """The smallest rectangle around the cards of nodes; empty where there are none."""
    if not nodes:
        return QRectF()
    xs = [node.position.x for node in nodes]
    ys = [node.position.y for node in nodes]
    left, top = min(xs), min(ys)
    return QRectF(left, top, max(xs) - left + CARD_WIDTH, max(ys) - top + CARD_HEIGHT)
