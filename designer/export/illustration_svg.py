"""An illustration's scene as SVG text; nothing in it is fetched, letters stay letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from designer.export.inline_svg import without_control_letters
from designer.illustration.palette import LIGHT, Ink, Palette
from designer.illustration.scene import Arc, Line, Panel, Part, Polygon, Scene, Shape, Spot, Words

_SANS = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif"
_MONO = "DejaVu Sans Mono, Menlo, Consolas, monospace"
DIM = 0.32
"""How much is left of what steps back."""

_HEAD = 9.0


def illustration_svg(scene: Scene, palette: Palette = LIGHT, has_ground: bool = True, has_tips: bool = False) -> str:
    """The text of an SVG file.

    Args:
        scene: What is drawn.
        palette: Its colours.
        has_ground: Whether the ground is filled; else what lies behind shows through.
        has_tips: Whether a browser says what the pointer is at.
    """
    writer = _Writer(palette)
    size = f'width="{scene.width:g}" height="{scene.height:g}" viewBox="0 0 {scene.width:g} {scene.height:g}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{_SANS}">',
        f"<title>{escape(scene.title)}</title>",
        f"<desc>{escape(scene.sentence)} {escape(scene.scale)}</desc>",
    ]
    if has_ground:
        lines.append(f'<rect width="{scene.width:g}" height="{scene.height:g}" fill="{palette.css(Ink.GROUND)}"/>')
    for shape in scene.shapes:
        lines += writer.written(shape)
    if has_tips:
        lines += map(_tip, scene.parts)
    return without_control_letters("\n".join([*lines, "</svg>", ""]))


class _Writer:
    """Writes shapes in a palette's colours."""

    def __init__(self, palette: Palette) -> None:
        self._palette = palette

    def written(self, shape: Shape) -> Iterator[str]:
        """The elements of a shape."""
        match shape:
            case Polygon():
                yield self._polygon(shape)
            case Panel():
                yield self._panel(shape)
            case Line():
                yield from self._line(shape)
            case Arc():
                yield from self._arc(shape)
            case Words():
                yield self._words(shape)

    def _polygon(self, shape: Polygon) -> str:
        palette = self._palette
        fill = palette.css(shape.ink, shape.strength)
        edge = palette.css(Ink.TEXT) if palette.outlines else fill
        width = 0.8 if palette.outlines else 0.4
        look = f'fill="{fill}" stroke="{edge}" stroke-width="{width}" stroke-linejoin="round"'
        return f'<polygon points="{_points(shape.points)}" {look}{_dim(shape.lit)}/>'

    def _panel(self, shape: Panel) -> str:
        box = shape.box
        edge = f' stroke="{self._palette.css(shape.edge)}"' if shape.edge is not None else ""
        place = f'x="{box.x:.2f}" y="{box.y:.2f}" width="{box.width:.2f}" height="{box.height:.2f}"'
        return f'<rect {place} rx="{shape.radius:g}" fill="{self._palette.css(shape.ink)}"{edge}{_dim(shape.lit)}/>'

    def _line(self, shape: Line) -> Iterator[str]:
        colour = self._palette.css(shape.ink)
        dashes = ' stroke-dasharray="5 4"' if shape.is_dashed else ""
        look = f'fill="none" stroke="{colour}" stroke-width="{shape.width:g}" stroke-linejoin="round"{dashes}'
        points = shape.points
        if shape.has_head:
            tip = points[-1]
            points = (*points[:-1], Spot(tip.x - _HEAD / 2, tip.y))
        yield f'<polyline points="{_points(points)}" {look}{_dim(shape.lit)}/>'
        if shape.has_head:
            yield f'<polygon points="{_points(arrow_head(shape.points[-1], False))}" fill="{colour}"{_dim(shape.lit)}/>'

    def _arc(self, shape: Arc) -> Iterator[str]:
        colour = self._palette.css(shape.ink)
        start, end, top, bend = shape.start, shape.end, shape.top, shape.bend
        path = (
            f"M{start.x:.2f},{start.y:.2f} C{start.x:.2f},{top:.2f} {start.x:.2f},{top:.2f} "
            f"{start.x + bend:.2f},{top:.2f} L{end.x - bend:.2f},{top:.2f} "
            f"C{end.x:.2f},{top:.2f} {end.x:.2f},{top:.2f} {end.x:.2f},{end.y - _HEAD / 2:.2f}"
        )
        dashes = ' stroke-dasharray="6 4"' if shape.is_dashed else ""
        yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2.4"{dashes}{_dim(shape.lit)}/>'
        yield f'<polygon points="{_points(arrow_head(end, True))}" fill="{colour}"{_dim(shape.lit)}/>'

    def _words(self, shape: Words) -> str:
        weight = ' font-weight="bold"' if shape.is_bold else ""
        family = f' font-family="{_MONO}"' if shape.is_mono else ""
        anchor = f' text-anchor="{shape.anchor.value}"' if shape.anchor.value != "start" else ""
        place = f'x="{shape.place.x:.2f}" y="{shape.place.y:.2f}" font-size="{shape.size:g}"'
        look = f'fill="{self._palette.css(shape.ink)}"{anchor}{weight}{family}{_dim(shape.lit)}'
        return f"<text {place} {look}>{escape(shape.text)}</text>"


def _tip(part: Part) -> str:
    """An unseen rectangle over a part, with what is to say about it."""
    box, words = part.box, "\n".join([part.title, *part.facts])
    place = f'x="{box.x:.2f}" y="{box.y:.2f}" width="{box.width:.2f}" height="{box.height:.2f}"'
    return f'<rect {place} fill="none" pointer-events="all"><title>{escape(words)}</title></rect>'


def arrow_head(tip: Spot, points_down: bool) -> tuple[Spot, Spot, Spot]:
    """The corners of an arrow's head, which points to the right, or down."""
    if points_down:
        return tip, Spot(tip.x - _HEAD * 0.5, tip.y - _HEAD), Spot(tip.x + _HEAD * 0.5, tip.y - _HEAD)
    return tip, Spot(tip.x - _HEAD, tip.y - _HEAD * 0.5), Spot(tip.x - _HEAD, tip.y + _HEAD * 0.5)


def _points(points: Sequence[Spot]) -> str:
    return " ".join(f"{point.x:.2f},{point.y:.2f}" for point in points)


def _dim(lit: bool) -> str:
    return "" if lit else f' opacity="{DIM}"'
