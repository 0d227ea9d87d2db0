"""Where a dragged card snaps to: the lines of cards nearby, even spacing between them, else the grid. Places only."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import QLineF

from designer.graph.design import Point
from designer.ui.canvas.geometry import CARD_HEIGHT, CARD_WIDTH, snapped

_OVER = 14.0
"""How far a guide goes beyond the cards it is about."""


class Snap(NamedTuple):
    """Where a card goes.

    Attributes:
        corner: Of the card.
        guides: Lines that say why, in canvas units.
    """

    corner: Point
    guides: tuple[QLineF, ...]


def snap(wanted: Point, others: Sequence[Point], reach: float) -> Snap:
    """The nearest place that is in line or evenly apart with others, axis by axis; the grid where none is near.

    Args:
        wanted: Corner where the hand would put the card.
        others: Corners of the cards nearby; all cards are of one size, so a shared edge is a shared middle as well.
        reach: How far it may be moved for it, in canvas units.
    """
    x = _nearest(wanted.x, [other.x for other in others], reach)
    y = _nearest(wanted.y, [other.y for other in others], reach)
    guides: list[QLineF] = []
    if y is not None and x is None:
        row = sorted(other.x for other in others if other.y == y)
        x = _nearest(wanted.x, _even(row), reach)
        if x is not None:
            guides += _ticks(sorted({*_about(x, row), x}), y, is_row=True)
    if x is not None and y is None:
        column = sorted(other.y for other in others if other.x == x)
        y = _nearest(wanted.y, _even(column), reach)
        if y is not None:
            guides += _ticks(sorted({*_about(y, column), y}), x, is_row=False)
    corner = Point(snapped(wanted.x) if x is None else x, snapped(wanted.y) if y is None else y)
    if x is not None:
        ys = [other.y for other in others if other.x == x]
        guides += [_upright(x + CARD_WIDTH / 2, [*ys, corner.y])] if ys else []
    if y is not None:
        xs = [other.x for other in others if other.y == y]
        guides += [_level(y + CARD_HEIGHT / 2, [*xs, corner.x])] if xs else []
    return Snap(corner, tuple(guides))


def _nearest(wanted: float, places: Sequence[float], reach: float) -> float | None:
    best = min(places, key=lambda place: abs(place - wanted), default=None)
    return best if best is not None and abs(best - wanted) <= reach else None


def _even(places: Sequence[float]) -> list[float]:
    """Where one more would stand as far apart as two neighbours do: between, before and behind them."""
    found: list[float] = []
    for a, b in pairwise(places):
        found += [(a + b) / 2, 2 * a - b, 2 * b - a]
    return found


def _about(place: float, places: Sequence[float]) -> list[float]:
    """The two that a place is evenly apart with."""
    for a, b in pairwise(places):
        if place in ((a + b) / 2, 2 * a - b, 2 * b - a):
            return [a, b]
    return []


def _ticks(places: Sequence[float], across: float, is_row: bool) -> list[QLineF]:
    """Short strokes in the gaps, which say that they are alike."""
    strokes = []
    for a, b in pairwise(places):
        if is_row:
            y = across + CARD_HEIGHT / 2
            strokes.append(QLineF(a + CARD_WIDTH, y + _OVER, b, y + _OVER))
        else:
            x = across + CARD_WIDTH / 2
            strokes.append(QLineF(x + _OVER, a + CARD_HEIGHT, x + _OVER, b))
    return strokes


def _upright(x: float, ys: Sequence[float]) -> QLineF:
    return QLineF(x, min(ys) - _OVER, x, max(ys) + CARD_HEIGHT + _OVER)


def _level(y: float, xs: Sequence[float]) -> QLineF:
    return QLineF(min(xs) - _OVER, y, max(xs) + CARD_WIDTH + _OVER, y)
