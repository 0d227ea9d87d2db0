"""Ways for wires around the cards they have nothing to do with.

A wire runs as ``geometry.route`` has it where that is clear. Where a card stands in the way, it goes through the gaps
between cards, turning only where no card stands, or along the free channel nearest to its ends. Knows cards as places
only, and no design.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise, product
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from designer.edit.sizes import CARD_HEIGHT, CARD_WIDTH, GAP_X, GAP_Y, ROW_GAP
from designer.graph.design import NodeId, Point
from designer.ui.canvas.geometry import WireRoute, along, route, track

CLEARANCE = 9.0
"""How far from a card a way around it keeps."""
MOST_NEAR = 600
"""Cards in the area of a wire up to which it is led around them."""
_FINENESS = 12
"""Straight pieces for a curve."""
_TOUCH = 1.0
"""How far into a card's edge a wire may come and still be seen."""
_CELL_X, _CELL_Y = 2 * (CARD_WIDTH + GAP_X), 2 * CARD_HEIGHT
_SPREAD = 300.0
"""Of heights: wires that differ by so much part in a gap as far as half of it allows."""

_BEND = 12.0
_CROSSING = 150.0
"""What a bend, and a wire crossed, cost in up and down."""

Window = tuple[float, float]
Step = tuple[float, float]
Neighbours = tuple[float, float, float]
"""A wire between neighbouring columns: where it starts from the left, its height there and at its end."""


class Ask(NamedTuple):
    """The wire to lead.

    Attributes:
        start: Centre of the output port.
        end: Centre of the input port.
        lane: Which of several inputs it ends at.
        via: Reroute dots.
        goes_over: Whether it is a residual's identity, which goes over its block.
        top: Top of the card it ends at.
    """

    start: QPointF
    end: QPointF
    lane: int
    via: Sequence[QPointF]
    goes_over: bool
    top: float


@dataclass
class Cards:
    """Where cards stand, found by place."""

    _cells: dict[tuple[int, int], dict[NodeId, Point]] = field(default_factory=dict)

    def put(self, id: NodeId, corner: Point) -> None:
        """Have a card at a corner."""
        self._cells.setdefault(_cell(corner), {})[id] = corner

    def take(self, id: NodeId, corner: Point) -> None:
        """Have it there no longer."""
        cell = _cell(corner)
        if cell in self._cells:
            self._cells[cell].pop(id, None)
            if not self._cells[cell]:
                del self._cells[cell]

    def within(
        self, left: float, top: float, right: float, bottom: float, but: Collection[NodeId]
    ) -> Iterator[tuple[NodeId, Point]]:
        """Cards that reach into a box and their corners, but for some."""
        least_x, least_y = left - CARD_WIDTH, top - CARD_HEIGHT
        for cell in self._met(_cell(Point(least_x, least_y)), _cell(Point(right, bottom))):
            for id, corner in self._cells[cell].items():
                if least_x < corner.x < right and least_y < corner.y < bottom and id not in but:
                    yield id, corner

    def _met(self, first: tuple[int, int], last: tuple[int, int]) -> list[tuple[int, int]]:
        """The cells with cards from one to another; no more are looked at than there are, however far apart."""
        columns, lines = range(first[0], last[0] + 1), range(first[1], last[1] + 1)
        if len(columns) * len(lines) > len(self._cells):
            return [cell for cell in self._cells if cell[0] in columns and cell[1] in lines]
        return [cell for cell in product(columns, lines) if cell in self._cells]


def _cell(corner: Point) -> tuple[int, int]:
    return int(corner.x // _CELL_X), int(corner.y // _CELL_Y)


def watched(ask: Ask) -> QRectF | None:
    """The area whose cards decide how a wire runs; None where none does: it has dots, or its ends are neighbours."""
    across, down = ask.end.x() - ask.start.x(), abs(ask.end.y() - ask.start.y())
    if ask.via or (0.0 < across <= GAP_X + 0.5) or (down < CARD_HEIGHT / 2 and -GAP_X < across <= GAP_X):
        return None
    reach = 2 * CARD_HEIGHT
    return QRectF(ask.start, ask.end).normalized().adjusted(-reach, -reach, reach, reach)


def led(ask: Ask, cards: Cards, ends: Collection[NodeId], steps: Callable[[NodeId], Iterable[Neighbours]]) -> WireRoute:
    """The way of a wire, clear of the cards that are not its ends wherever there is such a way.

    Args:
        ask: The wire.
        cards: All cards.
        ends: The two that it joins.
        steps: The wires that go from a card to one in the next column, but for those from where this wire starts.
    """
    usual = route(*ask)
    area = watched(ask)
    if area is None:
        return usual
    near = list(islice(cards.within(area.left(), area.top(), area.right(), area.bottom(), ends), MOST_NEAR + 1))
    if len(near) > MOST_NEAR:  # no way around so many could be followed by eye, and finding one would take long
        return usual
    if _is_clear(usual.path, [corner for _, corner in near]):
        return usual
    passed = [step for id in (*ends, *(id for id, _ in near)) for step in steps(id)]
    corners = [corner for _, corner in near]
    for way in _others(ask, corners, passed, (area.top(), area.bottom())):
        if _is_clear(way.path, corners):
            return way
    return usual


def _is_clear(path: QPainterPath, near: Iterable[Point]) -> bool:
    bounds = path.controlPointRect()
    met = _within(near, bounds.left(), bounds.top(), bounds.right(), bounds.bottom())
    if not met:
        return True
    points = [(element.x, element.y) for element in map(path.elementAt, range(path.elementCount()))]
    index = 1
    while index < len(points):
        step = 3 if path.elementAt(index).isCurveTo() else 1
        piece = points[index - 1 : index + step]
        index += step
        xs, ys = [x for x, _ in piece], [y for _, y in piece]
        # Most pieces are clear by their bounds alone, which is cheap to see.
        hit = _within(met, min(xs), min(ys), max(xs), max(ys))
        if hit and any(_enters(a, b, corner) for a, b in pairwise(_pieces(piece)) for corner in hit):
            return False
    return True


def _within(near: Iterable[Point], left: float, top: float, right: float, bottom: float) -> list[Point]:
    least_x, least_y = left - CARD_WIDTH + _TOUCH, top - CARD_HEIGHT + _TOUCH
    most_x, most_y = right - _TOUCH, bottom - _TOUCH
    return [corner for corner in near if least_x < corner[0] < most_x and least_y < corner[1] < most_y]


def _pieces(piece: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Ends of the straight pieces that stand for a line, or for a cubic curve by its four points."""
    if len(piece) == 2:
        return list(piece)
    found = []
    for number in range(_FINENESS + 1):
        t = number / _FINENESS
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        x, y = (sum(w * point[axis] for w, point in zip(weights, piece, strict=True)) for axis in (0, 1))
        found.append((x, y))
    return found


def _enters(a: tuple[float, float], b: tuple[float, float], corner: Point) -> bool:
    """Whether a straight piece runs under a card."""
    left, right = corner.x + _TOUCH, corner.x + CARD_WIDTH - _TOUCH
    top, bottom = corner.y + _TOUCH, corner.y + CARD_HEIGHT - _TOUCH
    if max(a[0], b[0]) <= left or min(a[0], b[0]) >= right or max(a[1], b[1]) <= top or min(a[1], b[1]) >= bottom:
        return False
    low, high = 0.0, 1.0
    for start, way, least, most in ((a[0], b[0] - a[0], left, right), (a[1], b[1] - a[1], top, bottom)):
        if abs(way) > 1e-9:
            enter, leave = sorted(((least - start) / way, (most - start) / way))
            low, high = max(low, enter), min(high, leave)
    return low < high


def _others(ask: Ask, near: Sequence[Point], steps: Sequence[Neighbours], known: Window) -> Iterator[WireRoute]:
    """Ways to try, the best first."""
    if ask.end.x() - ask.start.x() > GAP_X:
        through = _through(ask, near, steps, known)
        if through is not None:
            yield through
    yield from _along(ask, near, known)


# Through the gaps between the cards of each column --------------------------------------------------------------------


def _through(ask: Ask, near: Sequence[Point], steps: Sequence[Neighbours], known: Window) -> WireRoute | None:
    """From column to column, each passed in one of its gaps, with as little up and down as may be."""
    columns = _columns(ask, near)
    if columns is None:
        return None
    strips: list[list[Step]] = [[] for _ in range(len(columns) + 1)]
    for x, a, b in steps:
        strips[sum(right <= x + 1.0 for _, right, _ in columns)].append((a, b))
    gaps = _chosen_gaps([_windows(tops, known) for _, _, tops in columns], strips, ask)
    stops: list[tuple[float, float, float]] = []
    heights = _heights(gaps, ask.start.y(), ask.end.y())
    for (left, right, _), height in zip(columns, heights, strict=True):
        if stops and abs(stops[-1][2] - height) < 0.5:
            stops[-1] = (stops[-1][0], right, height)
        else:
            stops.append((left, right, height))
    path = QPainterPath(ask.start)
    at = ask.start
    for left, right, height in stops:
        _bend(path, at, QPointF(left, height))
        at = QPointF(right, height)
        path.lineTo(at)
    _bend(path, at, ask.end)
    left, right, height = max(stops, key=lambda stop: stop[1] - stop[0])
    return WireRoute(path, QPointF((left + right) / 2, height), True)


def _bend(path: QPainterPath, a: QPointF, b: QPointF) -> None:
    reach = (b.x() - a.x()) / 2
    path.cubicTo(QPointF(a.x() + reach, a.y()), QPointF(b.x() - reach, b.y()), b)


def _columns(ask: Ask, near: Sequence[Point]) -> list[tuple[float, float, list[float]]] | None:
    """Between the ends: left and right side of each column of cards, and its cards' tops; None where they touch."""
    left, right = ask.start.x(), ask.end.x()
    between = sorted(corner for corner in near if left - CARD_WIDTH < corner.x < right)
    columns: list[tuple[float, float, list[float]]] = []
    for corner in between:
        if columns and corner.x < columns[-1][1]:
            columns[-1][2].append(corner.y)
            columns[-1] = (columns[-1][0], max(columns[-1][1], corner.x + CARD_WIDTH), columns[-1][2])
        else:
            columns.append((corner.x, corner.x + CARD_WIDTH, [corner.y]))
    # Cards above and below the ends leave no room to turn there, and nothing turns between columns that touch.
    columns = [column for column in columns if column[0] > left + 8.0 and column[1] < right - 8.0]
    return columns or None


def _windows(tops: Sequence[float], known: Window) -> list[Window]:
    """The gaps between cards of a column, above and below them as well, within the heights whose cards are known."""
    found: list[Window] = []
    low = max(min(tops) - GAP_Y, known[0])
    for top in sorted(tops):
        if top - CLEARANCE >= low:
            found.append((low, top - CLEARANCE))
        low = max(low, top + CARD_HEIGHT + CLEARANCE)
    return [*found, (low, low + GAP_Y)] if low + GAP_Y <= known[1] or not found else found


def _chosen_gaps(columns: Sequence[Sequence[Window]], strips: Sequence[Sequence[Step]], ask: Ask) -> list[Window]:
    """One gap of each column, so that few wires between neighbours are crossed, and the way up and down is short."""
    start, end = ask.start.y(), ask.end.y()
    stops = [[(window, _nearest(window, start, end)) for window in windows] for windows in columns]
    costs = [_cost(((start, start), start), stop, strips[0]) for stop in stops[0]]
    froms: list[list[int]] = []
    for place, (before, after) in enumerate(pairwise(stops), 1):
        best, best_costs = [], []
        for stop in after:
            ways = [cost + _cost(one, stop, strips[place]) for cost, one in zip(costs, before, strict=True)]
            best.append(min(range(len(ways)), key=ways.__getitem__))
            best_costs.append(ways[best[-1]])
        froms.append(best)
        costs = best_costs
    last = [cost + _cost(one, ((end, end), end), strips[-1]) for cost, one in zip(costs, stops[-1], strict=True)]
    at = min(range(len(last)), key=last.__getitem__)
    chosen = [at]
    for best in reversed(froms):
        at = best[at]
        chosen.append(at)
    return [windows[i] for windows, i in zip(columns, reversed(chosen), strict=True)]


def _nearest(window: Window, start: float, end: float) -> float:
    low, high = window
    return min(max((start + end) / 2, low), high)


def _cost(one: tuple[Window, float], other: tuple[Window, float], strip: Sequence[Step]) -> float:
    """What going from gap to gap costs: up and down, a little for the bend, and each wire that is crossed."""
    (low, high), here = one
    (other_low, other_high), there = other
    apart = max(low - other_high, other_low - high, 0.0)
    crossed = sum((here - a) * (there - b) < 0.0 for a, b in strip)
    return (apart + _BEND if apart else 0.0) + _CROSSING * crossed


def _heights(gaps: Sequence[Window], start: float, end: float) -> list[float]:
    """Where in its gap each column is passed: as long as can be on one height."""
    heights: list[float] = []
    first = 0
    while first < len(gaps):
        low, high = gaps[first]
        last = first + 1
        while last < len(gaps) and max(low, gaps[last][0]) <= min(high, gaps[last][1]):
            low, high = max(low, gaps[last][0]), min(high, gaps[last][1])
            last += 1
        share = (first + last) / 2 / len(gaps)
        heights += [_spread((low, high), start + (end - start) * share)] * (last - first)
        first = last
    return heights


def _spread(window: Window, wanted: float) -> float:
    """A height in a window: the wanted one; else near the side where that is, in the order of what is wanted."""
    low, high = window
    if low <= wanted <= high:
        return wanted
    beyond = wanted - high if wanted > high else low - wanted
    inward = (high - low) / 2 * (_SPREAD / (_SPREAD + beyond))
    return high - inward if wanted > high else low + inward


# Along a channel ------------------------------------------------------------------------------------------------------


def _along(ask: Ask, near: Sequence[Point], known: Window) -> Iterator[WireRoute]:
    """Along each free height, the one that is on the way first."""
    left, right = sorted((ask.start.x() + GAP_X / 4, ask.end.x() - GAP_X / 4))
    tops = [corner.y for corner in near if left - CARD_WIDTH < corner.x < right]
    if not tops:
        return
    share = 1.0 - track(ask.start, ask.end)
    # Of a gap between rows the upper half: the lower is its arcs'.
    heights = [low + (min(high, low + ROW_GAP / 2) - low) * share for low, high in _windows(tops, known)]
    heights.sort(key=lambda height: abs(height - ask.start.y()) + abs(height - ask.end.y()))
    yield from (along(ask.start, ask.end, height) for height in heights[:8])
