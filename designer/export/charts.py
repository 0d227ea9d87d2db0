"""Charts as SVG text: stacked bars, points with a front, steps over time. Plain geometry; knows no design.

Colours are CSS custom properties (``--kind-0`` and so on, ``--ink``, ``--quiet``, ``--line``) that the page defines, so
one drawing serves light and dark. All words are escaped here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 640
COLOURS = 8
"""Kinds and designs beyond so many take the colours again from the first."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 14.0, 14.0, 40.0
_BAR, _GAP = 22.0, 10.0
_PLOT = 260.0


@dataclass(frozen=True)
class Part:
    """One piece of a stacked bar: what it is, how long, and the number of its colour."""

    title: str
    value: float
    colour: int


@dataclass(frozen=True)
class Spot:
    """One point: its label, where it is, and whether it is on the front."""

    label: str
    x: float
    y: float
    is_on_front: bool


def stacked_bars(title: str, rows: Sequence[tuple[str, Sequence[Part]]], words: Callable[[float], str]) -> str:
    """A bar a row, all to one scale; each piece tells its title and value when pointed at."""
    longest = max((sum(part.value for part in parts) for _, parts in rows), default=0.0)
    scale = (WIDTH - _LEFT - _RIGHT - 80) / longest if longest else 0.0
    drawn = []
    for index, (label, parts) in enumerate(rows):
        y = _TOP + index * (_BAR + _GAP)
        drawn.append(_text(_LEFT - 8, y + _BAR * 0.7, label, "end", "ink"))
        x = _LEFT
        for part in parts:
            width = part.value * scale
            tip = f"{label} · {part.title}: {words(part.value)}"
            drawn.append(
                f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{_BAR}" {_fill(part.colour)}>'
                f"<title>{escape(tip)}</title></rect>"
            )
            x += width
        drawn.append(_text(x + 6, y + _BAR * 0.7, words(sum(part.value for part in parts)), "start", "quiet"))
    return _svg(title, _TOP + len(rows) * (_BAR + _GAP), drawn)


def legend(entries: Sequence[tuple[str, int]]) -> str:
    """What the colours mean, as HTML: a swatch and a word each."""
    swatches = "".join(
        f'<li><svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" {_fill(colour)}/></svg> '
        f"{escape(word)}</li>"
        for word, colour in entries
    )
    return f'<ul class="legend">{swatches}</ul>'


def scatter(
    title: str,
    spots: Sequence[Spot],
    x_axis: tuple[str, Callable[[float], str]],
    y_axis: tuple[str, Callable[[float], str]],
) -> str:
    """Points in two figures, the front joined by steps; both axes begin at 0. Each axis: its name and its words."""
    x_most, y_most = (1.1 * max(each, default=0.0) or 1.0 for each in ([s.x for s in spots], [s.y for s in spots]))

    def at(x: float, y: float) -> tuple[float, float]:
        return _LEFT + 46 + x / x_most * (WIDTH - _LEFT - 46 - _RIGHT), _TOP + (1 - y / y_most) * _PLOT

    drawn = _axes(at(0, 0), at(x_most, y_most), x_axis[0], y_axis[0])
    for share in (0.0, 0.5, 1.0):
        (x, _), (_, y) = at(share * x_most / 1.1, 0), at(0, share * y_most / 1.1)
        drawn.append(_text(x, _TOP + _PLOT + 13, x_axis[1](share * x_most / 1.1), "middle", "quiet"))
        drawn.append(_text(_LEFT + 40, y + 4, y_axis[1](share * y_most / 1.1), "end", "quiet"))
    front = sorted((spot for spot in spots if spot.is_on_front), key=lambda spot: (spot.x, -spot.y))
    if len(front) > 1:
        path = _steps([at(spot.x, spot.y) for spot in front])
        drawn.append(f'<path d="{path}" fill="none" stroke="var(--quiet)" stroke-dasharray="4 3"/>')
    for index, spot in enumerate(spots):
        x, y = at(spot.x, spot.y)
        tip = f"{spot.label}: {x_axis[1](spot.x)}, {y_axis[1](spot.y)}{', on the front' if spot.is_on_front else ''}"
        ring = ' stroke="var(--ink)" stroke-width="2"' if spot.is_on_front else ""
        drawn.append(
            f'<circle cx="{x:.2f}" cy="{y:.2f}" r="7" {_fill(index)}{ring}><title>{escape(tip)}</title></circle>'
        )
        drawn.append(_text(x, y - 11, spot.label, "middle", "ink"))
    return _svg(title, _TOP + _PLOT + _BOTTOM, drawn)


def timelines(title: str, series: Sequence[tuple[str, Sequence[float]]], words: Callable[[float], str]) -> str:
    """Values step by step, one line a series, each over the whole width; the highest step of each is marked."""
    most = 1.1 * max((value for _, values in series for value in values), default=0.0) or 1.0
    left, right = _LEFT + 20, WIDTH - _RIGHT
    drawn = _axes((left, _TOP + _PLOT), (right, _TOP), "steps of execution, from first to last", "")
    for index, (label, values) in enumerate(series):
        if not values:
            continue
        step = (right - left) / len(values)
        points = [(left + place * step, _TOP + (1 - value / most) * _PLOT) for place, value in enumerate(values)]
        path = " ".join(f"{'L' if n else 'M'}{x:.2f},{y:.2f}H{x + step:.2f}" for n, (x, y) in enumerate(points))
        tip = f"{label}: at most {words(max(values))}"
        drawn.append(
            f'<path d="{path}" fill="none" stroke="var(--kind-{index % COLOURS})" stroke-width="1.6">'
            f"<title>{escape(tip)}</title></path>"
        )
        x, y = points[list(values).index(max(values))]
        drawn.append(_text(x + step / 2, y - 5, f"{label} {words(max(values))}", _anchor(x, left, right), "ink"))
    return _svg(title, _TOP + _PLOT + _BOTTOM, drawn)


def _anchor(x: float, left: float, right: float) -> str:
    if x < left + 60:
        return "start"
    return "end" if x > right - 60 else "middle"


def _steps(points: Sequence[tuple[float, float]]) -> str:
    """Right, then down: the front's border."""
    (x, y), *rest = points
    return f"M{x:.2f},{y:.2f}" + "".join(f"H{x:.2f}V{y:.2f}" for x, y in rest)


def _axes(origin: tuple[float, float], far: tuple[float, float], x_name: str, y_name: str) -> list[str]:
    line = f'<path d="M{origin[0]:.2f},{far[1]:.2f}V{origin[1]:.2f}H{far[0]:.2f}" fill="none" stroke="var(--line)"/>'
    below = _text((origin[0] + far[0]) / 2, origin[1] + 32, x_name, "middle", "quiet")
    middle = (origin[1] + far[1]) / 2
    beside = (
        f'<text transform="translate(12 {middle:.2f}) rotate(-90)" text-anchor="middle" '
        f'fill="var(--quiet)">{escape(y_name)}</text>'
    )
    return [line, below, beside]


def _text(x: float, y: float, words: str, anchor: str, colour: str) -> str:
    return f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}" fill="var(--{colour})">{escape(words)}</text>'


def _fill(colour: int) -> str:
    return f'fill="var(--kind-{colour % COLOURS})"'


def _svg(title: str, height: float, drawn: Sequence[str]) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}">'
        f"{''.join(drawn)}</svg>"
    )
