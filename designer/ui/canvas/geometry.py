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

__all__ = ["CARD_HEIGHT", "CARD_WIDTH", "GRID"]

CARD = QRectF(0.0, 0.0, CARD_WIDTH, CARD_HEIGHT)
STRIPE_WIDTH = 24.0
PORT_RADIUS = 4.5
PORT_REACH = 11.0
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


def snapped(value: float) -> float:
    """The nearest line of the grid."""
    return round(value / GRID) * GRID


def route(
    start: QPointF, end: QPointF, lane: int = 0, via: Sequence[QPointF] = (), goes_over: bool = False
) -> WireRoute:
    """The way of a wire from an output's centre to an input's.

    Args:
        start: Centre of the output port.
        end: Centre of the input port.
        lane: Which of several inputs it ends at, from the top; wires to other lanes keep clear of each other.
        via: Reroute dots to pass through.
        goes_over: Whether cards stand between, which a wire in a row then goes over.
    """
    if via:
        return _through_dots(start, end, via)
    across, down = end.x() - start.x(), abs(end.y() - start.y())
    if goes_over and across > _NEIGHBOURS_X and down < CARD_HEIGHT:
        return _arc(start, end, lane)
    if across > 0 and (across <= _NEIGHBOURS_X or down < CARD_HEIGHT or not goes_over):
        return _curve(start, end)
    if across <= 0 and down < 1.0 and across > -2 * CORNER:
        return _curve(start, end)
    return _by_channel(start, end, lane)


def _curve(start: QPointF, end: QPointF) -> WireRoute:
    path = QPainterPath(start)
    reach = max(abs(end.x() - start.x()) / 2, 18.0)
    path.cubicTo(QPointF(start.x() + reach, start.y()), QPointF(end.x() - reach, end.y()), end)
    return WireRoute(path, path.pointAtPercent(0.5), False)


def _arc(start: QPointF, end: QPointF, lane: int) -> WireRoute:
    """Over the cards between: up, along, and down into the port."""
    # Longer arcs run higher, so that an arc within an arc does not cross it; all stay within the gap above a row.
    span = (end.x() - start.x()) / (CARD_WIDTH + GAP_X)
    lift = CARD_HEIGHT * 0.5 + min(16.0 + 3.0 * span + 8.0 * lane, ROW_GAP * 0.8)
    top = min(start.y(), end.y()) - lift
    # It rises close to the card, so that the labels of the wires beside it stay clear of it.
    lean = min(GAP_X * 0.8, (end.x() - start.x()) / 3)
    path = QPainterPath(start)
    path.cubicTo(QPointF(start.x() + 11.0, start.y()), QPointF(start.x(), top), QPointF(start.x() + lean, top))
    path.lineTo(end.x() - lean, top)
    path.cubicTo(QPointF(end.x(), top), QPointF(end.x() - 11.0, end.y()), end)
    return WireRoute(path, QPointF((start.x() + end.x()) / 2, top), True)


def _by_channel(start: QPointF, end: QPointF, lane: int) -> WireRoute:
    """To another row, or back: out of the gap beside the source, along the channel between rows, down to the target."""
    side = GAP_X / 2 + 6.0 * lane
    out_x, in_x = start.x() + side, end.x() - side
    if end.y() > start.y():
        # The channel lies above the target's row: half a card up to its top, and into the gap beyond.
        channel = end.y() - CARD_HEIGHT * 0.75 - min(GAP_Y, ROW_GAP) * 0.35 - 9.0 * lane
        channel = max(channel, start.y() + CORNER) if end.y() - start.y() < CARD_HEIGHT + GAP_Y else channel
    else:
        channel = start.y() - CARD_HEIGHT * 0.5 - GAP_Y * 0.5 - 9.0 * lane
        channel = max(channel, end.y() + CORNER) if end.y() < start.y() - CARD_HEIGHT else channel
    points = [
        start,
        QPointF(out_x, start.y()),
        QPointF(out_x, channel),
        QPointF(in_x, channel),
        QPointF(in_x, end.y()),
        end,
    ]
    return WireRoute(rounded_line(points), QPointF((out_x + in_x) / 2, channel), True)


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
