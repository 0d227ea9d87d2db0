"""A chart as SVG text, for a page: bars, points and lines, with tips of its own. Plain geometry; knows no design.

Colours are CSS custom properties (``--kind-0`` and so on, ``--ink``, ``--quiet``, ``--line``) that the page defines, so
one drawing serves light and dark. All words are escaped here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from designer.charts.chart import Axis, Chart, Colour, DesignColour, Ink, LayerColour, Line, Spot

WIDTH = 640
COLOURS = 8
"""Types of layers and designs beyond so many take the colours again from the first."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 14.0, 14.0, 40.0
_BAR, _GAP = 22.0, 10.0
_PLOT = 260.0
_WORDS = 46.0
"""Room for the words at the ticks of the upright axis."""
_SUM = _NAME = 80.0
"""Room for the sum at the end of a bar, for the name of a line."""
_LINE = 14.0
"""Height of a line of words."""

_INKS = {
    Ink.TEXT: "ink",
    Ink.QUIET: "quiet",
    Ink.ACCENT: "kind-0",
    Ink.WARNING: "kind-2",
    Ink.ERROR: "bad",
    Ink.WIRE: "line",
}


class PageColours:
    """The colours of a page's charts: a type of layer has the same in all of them, the next free one at first."""

    def __init__(self) -> None:
        self._types: dict[str, int] = {}

    def css(self, colour: Colour) -> str:
        """The colour in a style's words."""
        if isinstance(colour, Ink):
            return f"var(--{_INKS[colour]})"
        place = colour.place if isinstance(colour, DesignColour) else self._place(colour)
        return f"var(--kind-{place % COLOURS})"

    def _place(self, colour: LayerColour) -> int:
        return self._types.setdefault(colour.key, len(self._types))


def chart_svg(chart: Chart, colours: PageColours) -> str:
    """A chart as one ``svg`` element as wide as its surroundings."""
    height, drawn = _bars(chart, colours) if chart.stacks else _plot(chart, colours)
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(chart.title)}">'
        f"{''.join(drawn)}</svg>"
    )


# Bars -----------------------------------------------------------------------------------------------------------------


def _bars(chart: Chart, colours: PageColours) -> tuple[float, list[str]]:
    """A bar a row, all to one scale, with its sum; each piece tells its name and value when pointed at."""
    words = chart.x.words
    longest = max(sum(piece.value for piece in stack.pieces) for stack in chart.stacks)
    scale = (WIDTH - _LEFT - _RIGHT - _SUM) / longest if longest else 0.0
    drawn = []
    for row, stack in enumerate(chart.stacks):
        x, y = _LEFT, _TOP + row * (_BAR + _GAP)
        drawn.append(_text(_LEFT - 8, y + _BAR * 0.7, stack.label, "end", "ink"))
        for piece in stack.pieces:
            width = piece.value * scale
            tip = _tip(f"{stack.label} · {piece.label}: {words(piece.value)}")
            drawn.append(
                f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{_BAR}" '
                f'fill="{colours.css(piece.colour)}">{tip}</rect>'
            )
            x += width
        whole = sum(piece.value for piece in stack.pieces)
        drawn.append(_text(x + 6, y + _BAR * 0.7, words(whole), "start", "quiet"))
    return _TOP + len(chart.stacks) * (_BAR + _GAP), drawn


# Points and lines -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Scale:
    """Where the values of an axis stand; it begins at nothing, or at the least value where it is logarithmic.

    Attributes:
        axis: What is measured.
        least: Where it begins.
        most: The largest value.
        room: What is left free beyond that, as a share.
    """

    axis: Axis
    least: float
    most: float
    room: float

    @staticmethod
    def over(axis: Axis, values: Sequence[float], room: float) -> _Scale:
        """A scale with a place for each of these values."""
        most = max(values, default=0.0) or 1.0
        least = min(values, default=most) if axis.is_log else 0.0
        return _Scale(axis, least if least < most else most / 10, most, room)

    def share(self, value: float) -> float:
        """How far along a value stands, 0 to 1."""
        is_log, least, most = self.axis.is_log, self.least, self.most
        return (math.log(value / least) / math.log(most / least) if is_log else value / most) / (1 + self.room)

    def ticks(self) -> tuple[float, float, float]:
        """The value at the beginning, the one in the middle and the largest."""
        return self.least, math.sqrt(self.least * self.most) if self.axis.is_log else self.most / 2, self.most


@dataclass(frozen=True)
class _Field:
    """The place of a plot in its drawing."""

    x: _Scale
    y: _Scale

    left, right, top, bottom = _LEFT + _WORDS, WIDTH - _RIGHT, _TOP, _TOP + _PLOT

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where values stand, in the units of the drawing."""
        return self.left + self.x.share(x) * (self.right - self.left), self.bottom - self.y.share(y) * _PLOT


def _plot(chart: Chart, colours: PageColours) -> tuple[float, list[str]]:
    lines = [(line, _shown(chart, line.points)) for line in chart.lines]
    spots = [spot for spot in chart.spots if chart.x.shows(spot.x) and chart.y.shows(spot.y)]
    corners = [corner for _, points in lines for corner in points]
    across = [spot.x for spot in spots] + [x for x, _ in corners]
    upright = (
        [spot.y for spot in spots] + [spot.high for spot in spots if spot.high is not None] + [y for _, y in corners]
    )
    # A line alone is drawn from side to side; a point has its label beside it.
    field = _Field(_Scale.over(chart.x, across, 0.1 if spots else 0.0), _Scale.over(chart.y, upright, 0.1))
    drawn = [*_axes(field)]
    named: list[tuple[float, float]] = []
    for line, points in lines:
        if points:
            drawn.append(_path(field, line, points, colours))
            if line.label:
                drawn.append(_name(field, line, points, named))
    for spot in spots:
        drawn += _spot(field, spot, colours)
    return _TOP + _PLOT + _BOTTOM, drawn


def _shown(chart: Chart, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(x, y) for x, y in points if chart.x.shows(x) and chart.y.shows(y)]


def _axes(field: _Field) -> Iterator[str]:
    left, right, top, bottom = field.left, field.right, field.top, field.bottom
    yield f'<path d="M{left:.2f},{top:.2f}V{bottom:.2f}H{right:.2f}" fill="none" stroke="var(--line)"/>'
    yield _text((left + right) / 2, bottom + 32, field.x.axis.label, "middle", "quiet")
    yield (
        f'<text transform="translate(12 {(top + bottom) / 2:.2f}) rotate(-90)" text-anchor="middle" '
        f'fill="var(--quiet)">{escape(field.y.axis.label)}</text>'
    )
    for x, y in zip(field.x.ticks(), field.y.ticks(), strict=True):
        across, upright = field.at(x, y)
        yield _text(across, bottom + 13, field.x.axis.words(x), "middle", "quiet")
        yield _text(left - 6, upright + 4, field.y.axis.words(y), "end", "quiet")


def _path(field: _Field, line: Line, points: Sequence[tuple[float, float]], colours: PageColours) -> str:
    (x, y), *rest = [field.at(*corner) for corner in points]
    path = f"M{x:.2f},{y:.2f}" + "".join(
        f"H{x:.2f}V{y:.2f}" if line.is_stepped else f"L{x:.2f},{y:.2f}" for x, y in rest
    )
    dashes = ' stroke-dasharray="4 3"' if line.is_dashed else ""
    most = field.y.axis.words(max(y for _, y in points))
    tip = _tip(f"{line.label}: at most {most}") if line.label else ""
    return f'<path d="{path}" fill="none" stroke="{colours.css(line.colour)}" stroke-width="1.6"{dashes}>{tip}</path>'


def _name(field: _Field, line: Line, points: Sequence[tuple[float, float]], named: list[tuple[float, float]]) -> str:
    """A line's name and largest value, over its highest corner; under the names of others that stand there."""
    across, most = max(points, key=lambda corner: corner[1])
    x, y = field.at(across, most)
    while any(abs(x - other) < _NAME and abs(y - beside) < _LINE for other, beside in named):
        y += _LINE
    named.append((x, y))
    return _text(x, y - 5, f"{line.label} {field.y.axis.words(most)}", _anchor(x, field), "ink")


def _anchor(x: float, field: _Field) -> str:
    if x < field.left + 60:
        return "start"
    return "end" if x > field.right - 60 else "middle"


def _spot(field: _Field, spot: Spot, colours: PageColours) -> Iterator[str]:
    """A point with its interval and its label."""
    x, y = field.at(spot.x, spot.y)
    if spot.low is not None and spot.high is not None and field.y.axis.shows(spot.low):
        (_, low), (_, high) = field.at(spot.x, spot.low), field.at(spot.x, spot.high)
        yield f'<path d="M{x:.2f},{low:.2f}V{high:.2f}" stroke="{colours.css(spot.colour)}" stroke-width="1.6"/>'
    told = spot.note or f"{spot.label}: {field.x.axis.words(spot.x)}, {field.y.axis.words(spot.y)}"
    ring = ' stroke="var(--ink)" stroke-width="2"' if spot.is_marked else ""
    yield (f'<circle cx="{x:.2f}" cy="{y:.2f}" r="7" fill="{colours.css(spot.colour)}"{ring}>{_tip(told)}</circle>')
    yield _text(x, y - 11, spot.label, "middle", "ink")


# Pieces ---------------------------------------------------------------------------------------------------------------


def _tip(words: str) -> str:
    return f"<title>{escape(words)}</title>"


def _text(x: float, y: float, words: str, anchor: str, colour: str) -> str:
    return f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}" fill="var(--{colour})">{escape(words)}</text>'
