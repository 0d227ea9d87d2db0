"""How cards look, at three levels of detail. Reads ready strings and sizes; computes none, and knows no design.

From near a card shows everything, from further its title, from afar a coloured block as tall as its tensors are deep:
so a chain of them still reads thin, thick, thin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from math import ceil, floor
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPaintEngine, QPainter, QPainterPath, QPen, QPixmap

from designer.analysis.issues import Severity
from designer.edit.sizes import DETAILS_TYPE
from designer.graph.layer import Category
from designer.ui.canvas.card import (
    INSET,
    LARGE_LEFT,
    LARGE_WIDTH,
    NARROW_STRIPE,
    STRIPE,
    Face,
    Line,
    Shares,
    advance,
    card_font,
)
from designer.ui.canvas.geometry import (
    CARD,
    CARD_HEIGHT,
    CARD_WIDTH,
    GRID,
    PORT_RADIUS,
    dot_radius,
    port_offset,
    rounded_line,
    silhouette,
)
from designer.ui.look import icons
from designer.ui.look.theme import TONES, Tokens, contrast, mixed

READABLE = 4.5
"""The least contrast of text with its ground."""
RADIUS = 7.0
DOTS_APART = 18.0
"""The least distance of the ground's dots, in pixels."""
DIMMED = 0.45
FREE_PORT_PIXELS, _LARGEST_PORT = 3.0, 11.0
"""Radius that a port without a wire keeps on screen where cards show titles only, and the most against its card."""
GROWN_BY = 3.0
"""By how much the radius of a port that stands out is larger."""
SKIP_LIFT = 13.0
"""How high the arc of a block's residual goes over its card."""
_TEXT_LEFT = STRIPE + INSET
_TITLE_AT, _SUMMARY_AT, _COST_AT = (QPointF(_TEXT_LEFT, base) for base in (23.0, 44.0, 63.0))
_ICON_BOX = QRectF((STRIPE - 20.0) / 2 + 1.0, 14.0, 20.0, 20.0)
_GLYPH_BASE = CARD_HEIGHT - 20.0
_TIME_RIGHT, _TIME_BASE = CARD_WIDTH - 8.0, CARD_HEIGHT - 9.0
_NARROW_STRIPE = QRectF(0.0, 0.0, NARROW_STRIPE, CARD_HEIGHT)
_BADGE = QRectF(CARD_WIDTH - 24.0, -8.0, 18.0, 18.0)
_LARGE_ROOM = QRectF(LARGE_LEFT, CARD_HEIGHT - 33.0, LARGE_WIDTH, 27.0)
"""Under the two lines of a block seen from further off."""
_LARGE_OVER_PROFILE = (QPointF(LARGE_LEFT, 27.0), QPointF(LARGE_LEFT, 54.0))
_LARGE_ALONE = {
    lines: tuple(QPointF(LARGE_LEFT, base) for base in bases)
    for lines, bases in ((1, (59.0,)), (2, (40.0, 76.0)), (3, (29.0, 56.0, 83.0)))
}
"""Where the lines of a card seen from further off begin: of a block above its outline, of others in the middle."""
_SMALL_ROOM = QRectF(_TEXT_LEFT, CARD_HEIGHT - 22.0, 50.0, 15.0)
"""On the line of the measured time, left of it."""
_BLOCK_ROOM = QRectF(0.0, 0.0, CARD_WIDTH, CARD_HEIGHT)


class Detail(IntEnum):
    """How much of a card is shown."""

    BLOCKS = 0
    TITLES = 1
    EVERYTHING = 2


TITLES_FROM = 0.17
EVERYTHING_FROM = 0.5


def detail(scale: float) -> Detail:
    """The level for a scale, in pixels a canvas unit."""
    if scale >= EVERYTHING_FROM:
        return Detail.EVERYTHING
    return Detail.TITLES if scale >= TITLES_FROM else Detail.BLOCKS


class PortMark(IntEnum):
    """What a port says while a wire is in the hand."""

    PLAIN = 0
    LEGAL = 1
    MISFIT = 2
    REFUSED = 3


@dataclass
class CardState:
    """What changes about a card without its face changing.

    Attributes:
        is_selected: Whether it is part of the selection.
        is_stale: Whether its numbers are of an earlier design.
        is_faded: Whether a wire in the hand cannot end here.
        heat: Share of the largest node's cost, 0 to 1, or None without a heat map.
        inputs: Marks of the input ports by index.
        outputs: Marks of the output ports by index.
        free_inputs: Input ports without a wire, by index.
        free_outputs: Likewise of the output ports.
        grown_inputs: Input ports that stand out, by index.
        grown_outputs: Likewise of the output ports.
    """

    is_selected: bool = False
    is_stale: bool = False
    is_faded: bool = False
    heat: float | None = None
    inputs: Mapping[int, PortMark] | None = None
    outputs: Mapping[int, PortMark] | None = None
    free_inputs: tuple[int, ...] = ()
    free_outputs: tuple[int, ...] = ()
    grown_inputs: tuple[int, ...] = ()
    grown_outputs: tuple[int, ...] = ()


class Inks(NamedTuple):
    """What is written with on one ground.

    Attributes:
        title: The first line.
        words: The others.
        time: Measured time.
    """

    title: QPen
    words: QPen
    time: QPen


class Paints:
    """Pens and brushes of one look, made once."""

    def __init__(self, look: Tokens) -> None:
        self.look = look
        self.card = QBrush(look.raised)
        self.broken_card = QBrush(look.tinted(look.raised, "error", 0.16))
        self.edge = QPen(look.edge, 1.0)
        self.selected = QPen(look.accent, 2.2)
        self.error = QPen(look.error, 1.8)
        self.text = QPen(look.text)
        self.quiet = QPen(look.quiet)
        self.mac_bar = QPen(look.accent, 1.0)
        self.time = QPen(look.text_tone("ok"))
        self.bubble = QBrush(look.tinted(look.ground, "error", 0.16))
        self.bubble_edge = QPen(mixed(look.ground, look.error, 0.7), 1.0)
        self.bubble_text = QPen(look.error_text)
        self.link = QPen(mixed(look.accent, look.text, 0.3))
        self.grown, self.grown_ground = QPen(look.accent, 2.4), QBrush(look.ground)
        self.port_ground = QBrush(look.ground)
        self.stripes = {category: QBrush(look.category(category)) for category in Category}
        self.inks = {category: QPen(_ink_on(look.category(category))) for category in Category}
        self.icon_pens = {category: icons.pen_for(ink.color().name()) for category, ink in self.inks.items()}
        self.port_pens = {category: QPen(look.category(category), 1.8) for category in Category}
        self.skip = QPen(look.residual, 2.0)
        self.passing = QPen(look.wire, 2.5)
        self.marks = {
            PortMark.LEGAL: (QPen(look.tone("ok"), 2.2), QBrush(look.tone("ok"))),
            PortMark.MISFIT: (QPen(look.tone("warning"), 2.2), QBrush(look.tone("warning"))),
            PortMark.REFUSED: (QPen(look.edge, 1.4), QBrush(look.ground)),
        }
        self.loose = QPen(look.quiet, 2.0, Qt.PenStyle.DotLine)
        self.heats = [QBrush(mixed(look.raised, look.error, 0.75 * step / 15)) for step in range(16)]
        self.plain_inks, self.broken_inks = _inks(look, self.card.color()), _inks(look, self.broken_card.color())
        self.heat_inks = [_inks(look, brush.color()) for brush in self.heats]
        self.severities = {severity: QBrush(look.tone(tone)) for severity, tone in TONES.items()}
        self.severity_inks = {severity: QPen(_ink_on(look.tone(tone))) for severity, tone in TONES.items()}

    def ground_of(self, face: Face, state: CardState) -> QBrush:
        """What a card is filled with."""
        if state.heat is not None:
            return self.heats[_heat_step(state.heat)]
        return self.broken_card if is_broken(face) else self.card

    def inks_of(self, face: Face, state: CardState) -> Inks:
        """What is written with on it, so that it can be read."""
        if state.heat is not None:
            return self.heat_inks[_heat_step(state.heat)]
        return self.broken_inks if is_broken(face) else self.plain_inks


def _heat_step(heat: float) -> int:
    return round(15 * min(max(heat, 0.0), 1.0))


def is_broken(face: Face) -> bool:
    """Whether the card is framed as wrong; an input without a wire is marked at its port instead."""
    return face.severity is Severity.ERROR and not face.loose


@cache
def paints(look: Tokens) -> Paints:
    """The pens and brushes of a look."""
    return Paints(look)


def _ink_on(colour: QColor) -> QColor:
    # Of pure black and white one always has at least 4.58:1: their ratios' product is 21.
    dark, light = QColor("#000000"), QColor("#ffffff")
    return dark if contrast(dark, colour) >= contrast(light, colour) else light


def _inks(look: Tokens, ground: QColor) -> Inks:
    return Inks(*(QPen(_readable(colour, ground)) for colour in (look.text, look.quiet, look.text_tone("ok"))))


def _readable(colour: QColor, ground: QColor) -> QColor:
    """The colour, or as little nearer to black or white as can be read on a ground."""
    ink = _ink_on(ground)
    return next(
        found
        for found in (mixed(colour, ink, step / 8) for step in range(9))
        if contrast(found, ground) >= READABLE or found == ink
    )


# The ground ----------------------------------------------------------------------------------------------------------


def dots(painter: QPainter, area: QRectF, paint: Paints) -> None:
    """Dot the ground of an area, in canvas units; the dots keep their size and about their distance on screen.

    One row is painted and then copied: two thousand round points would cost more than all cards together.
    """
    transform = painter.worldTransform()
    step = GRID * 3
    while step * transform.m11() < DOTS_APART:
        step *= 2
    left, right = floor(area.left() / step), ceil(area.right() / step)
    first = transform.map(QPointF(left * step, 0.0)).x()
    apart = step * transform.m11()
    offset = floor(first)
    ratio = painter.device().devicePixelRatio()
    row = QPixmap(QSizeF((right - left + 1) * apart * ratio, 4.0 * ratio).toSize())
    row.setDevicePixelRatio(ratio)
    row.fill(Qt.GlobalColor.transparent)
    brush = QPainter(row)
    brush.setRenderHint(QPainter.RenderHint.Antialiasing)
    brush.setPen(QPen(paint.look.dots, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    brush.drawPoints([QPointF(first - offset + index * apart, 2.0) for index in range(right - left + 1)])
    brush.end()
    painter.setWorldMatrixEnabled(False)
    for index in range(floor(area.top() / step), ceil(area.bottom() / step) + 1):
        painter.drawPixmap(offset, round(transform.map(QPointF(0.0, index * step)).y() - 2.0), row)
    painter.setWorldMatrixEnabled(True)


def dot(painter: QPainter, at: QPointF, pen: QPen, is_chosen: bool, paint: Paints) -> None:
    """Paint a reroute dot on its wire."""
    painter.setPen(paint.selected if is_chosen else Qt.PenStyle.NoPen)
    painter.setBrush(pen.color())
    radius = dot_radius(pen.widthF())
    painter.drawEllipse(at, radius, radius)


# Cards ---------------------------------------------------------------------------------------------------------------


def card(painter: QPainter, level: Detail, face: Face, state: CardState, paint: Paints) -> None:
    """Paint a card in its own coordinates, its top left corner at the origin."""
    if state.is_faded or face.is_bypassed:
        painter.setOpacity(painter.opacity() * DIMMED)
    if face.skips:
        painter.setPen(paint.skip)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(_SKIP)
    if level is Detail.BLOCKS:
        _block(painter, face, state, paint)
        return
    if level is Detail.EVERYTHING:
        _body(painter, face, state, paint)
        _words(painter, face, state, paint)
        _glyph(painter, face, paint)
        if face.shares is not None:
            _share_bars(painter, face.shares, state, paint)
        _ports(painter, face, state, paint)
    else:
        _plain_body(painter, face, state, paint)
        _large_title(painter, face, state, paint)
        if state.inputs is not None:
            _ports(painter, face, state, paint)
        elif state.free_inputs or state.free_outputs:
            _free_ports(painter, face, state, paint)
    if state.grown_inputs or state.grown_outputs:
        _grown_ports(painter, face, state, paint)
    if face.is_bypassed:
        painter.setOpacity(painter.opacity() / DIMMED)
        painter.setPen(paint.passing)
        painter.drawLine(QPointF(0.0, CARD_HEIGHT / 2), QPointF(CARD_WIDTH, CARD_HEIGHT / 2))
    if face.severity is not None:
        _badge(painter, face.severity, paint)


def _share_bars(painter: QPainter, shares: Shares, state: CardState, paint: Paints) -> None:
    """Two bars along the lower edge: share of MACs outlined, share of time filled under it."""
    if state.is_stale:
        return
    length = CARD_WIDTH - _TEXT_LEFT - 8.0
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(paint.mac_bar)
    painter.drawRect(QRectF(_TEXT_LEFT, CARD_HEIGHT + 2.5, max(length * shares.macs, 0.5), 2.5))
    painter.fillRect(QRectF(_TEXT_LEFT, CARD_HEIGHT + 6.5, max(length * shares.time, 0.5), 3.0), paint.time.color())


def _block(painter: QPainter, face: Face, state: CardState, paint: Paints) -> None:
    brush = paint.stripes[face.category] if state.heat is None else paint.ground_of(face, state)
    painter.setPen(paint.error if is_broken(face) else Qt.PenStyle.NoPen)
    if state.is_selected:
        painter.setPen(paint.selected)
    painter.setBrush(brush)
    painter.drawPath(block_shape(face.profile))


@cache
def block_shape(profile: tuple[float, ...]) -> QPainterPath:
    """A card from afar: the outline of its tensors, or a flat bar where they are unknown."""
    return silhouette(profile or (3.0, 3.0), _BLOCK_ROOM)


@cache
def outline(level: Detail, profile: tuple[float, ...]) -> QPainterPath:
    """The small outline of its tensors on a block's card, below its words."""
    return silhouette(profile, _SMALL_ROOM if level is Detail.EVERYTHING else _LARGE_ROOM, max(profile))


def _body(painter: QPainter, face: Face, state: CardState, paint: Paints) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(paint.stripes[face.category])
    painter.drawPath(_STRIPE_SHAPE)
    painter.setBrush(paint.ground_of(face, state))
    painter.drawPath(_BODY_SHAPE)
    if face.is_block and face.profile:
        painter.setBrush(paint.stripes[face.category])
        painter.drawPath(outline(Detail.EVERYTHING, face.profile))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(paint.selected if state.is_selected else paint.error if is_broken(face) else paint.edge)
    painter.drawRoundedRect(CARD, RADIUS, RADIUS)


def _parts_of_card() -> tuple[QPainterPath, QPainterPath]:
    """The stripe and the body, which meet in a straight line."""
    whole, left = QPainterPath(), QPainterPath()
    whole.addRoundedRect(CARD, RADIUS, RADIUS)
    left.addRect(0.0, 0.0, STRIPE, CARD_HEIGHT)
    return whole.intersected(left), whole.subtracted(left)


_STRIPE_SHAPE, _BODY_SHAPE = _parts_of_card()


def _plain_body(painter: QPainter, face: Face, state: CardState, paint: Paints) -> None:
    """The body in square corners, which cost a third: from this far nobody sees the difference."""
    painter.fillRect(CARD, paint.ground_of(face, state))
    painter.fillRect(_NARROW_STRIPE, paint.stripes[face.category])
    if face.is_block and face.profile:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(paint.stripes[face.category])
        painter.drawPath(outline(Detail.TITLES, face.profile))
    painter.setPen(paint.selected if state.is_selected else paint.error if is_broken(face) else paint.edge)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(CARD)


def _skip_path() -> QPainterPath:
    """From the input over the card to the output: what a residual inside looks like from outside."""
    middle, top, out, turn = CARD_HEIGHT / 2, -SKIP_LIFT, 4.0, 12.0
    points = [
        QPointF(0.0, middle),
        QPointF(-out, middle),
        QPointF(-out, top),
        QPointF(CARD_WIDTH + out, top),
        QPointF(CARD_WIDTH + out, middle),
        QPointF(CARD_WIDTH, middle),
    ]
    return rounded_line(points, turn)


_SKIP = _skip_path()


def texts(level: Detail, face: Face) -> list[tuple[Line, QPointF]]:
    """The lines on a card and where each begins on its baseline, in the card's coordinates; from the top."""
    if level is Detail.BLOCKS:
        return []
    if level is Detail.TITLES:
        return list(zip(face.large, _large_places(face), strict=True))
    found = [(face.title, _TITLE_AT), (face.summary, _SUMMARY_AT), (face.cost, _COST_AT)]
    if face.time:
        line = Line(face.time, card_font(DETAILS_TYPE, False))
        found.append((line, QPointF(_TIME_RIGHT - advance(line), _TIME_BASE)))
    return found


def _large_places(face: Face) -> tuple[QPointF, ...]:
    if face.is_block and face.profile:
        return _LARGE_OVER_PROFILE
    return _LARGE_ALONE[len(face.large)]


def _words(painter: QPainter, face: Face, state: CardState, paint: Paints) -> None:
    (title, title_at), *others = texts(Detail.EVERYTHING, face)
    inks = paint.inks_of(face, state)
    painter.setPen(inks.title if face.is_known else inks.words)
    write(painter, title, title_at)
    painter.setPen(inks.words)
    for place, (line, at) in enumerate(others):
        if place == 1 and state.is_stale:
            painter.setOpacity(painter.opacity() * DIMMED)
        if place == 2:
            painter.setPen(inks.time)
        write(painter, line, at)


def write(painter: QPainter, line: Line, at: QPointF) -> None:
    """One line of text, its first letter's foot at a place; as narrow in SVG as on screen."""
    stretch = line.font.stretch()
    engine = painter.paintEngine()
    if stretch in (0, 100) or engine is None or engine.type() is not QPaintEngine.Type.SVG:
        painter.setFont(line.font)
        painter.drawText(at, line.text)
        return
    # SVG as Qt writes it has no narrow letters: the whole ones are drawn on a narrower ground.
    whole = QFont(line.font)
    whole.setStretch(100)
    painter.save()
    painter.translate(at)
    painter.scale(stretch / 100, 1.0)
    painter.setFont(whole)
    painter.drawText(QPointF(), line.text)
    painter.restore()


def _glyph(painter: QPainter, face: Face, paint: Paints) -> None:
    """The icon and the letters of the kind, upright on the stripe."""
    drawn = icons.shape(face.icon)
    painter.translate(_ICON_BOX.topLeft())
    painter.scale(_ICON_BOX.width() / icons.BOX, _ICON_BOX.height() / icons.BOX)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(paint.icon_pens[face.category])
    painter.drawPath(drawn.lines)
    painter.fillPath(drawn.fills, paint.inks[face.category].color())
    painter.scale(icons.BOX / _ICON_BOX.width(), icons.BOX / _ICON_BOX.height())
    painter.translate(-_ICON_BOX.topLeft())
    painter.setPen(paint.inks[face.category])
    write(painter, face.glyph, QPointF((STRIPE + 1.0 - advance(face.glyph)) / 2, _GLYPH_BASE))


def _large_title(painter: QPainter, face: Face, state: CardState, paint: Paints) -> None:
    inks = paint.inks_of(face, state)
    painter.setPen(inks.title if face.is_known else inks.words)
    for line, at in texts(Detail.TITLES, face):
        write(painter, line, at)


def _ports(painter: QPainter, face: Face, state: CardState, paint: Paints) -> None:
    pen = paint.port_pens[face.category]
    for index in range(face.input_count):
        mark = state.inputs.get(index, PortMark.REFUSED) if state.inputs is not None else PortMark.PLAIN
        loose = index in face.loose and mark is PortMark.PLAIN
        _port(painter, QPointF(0.0, port_offset(index, face.input_count)), mark, paint.loose if loose else pen, paint)
    for index in range(face.output_count):
        mark = state.outputs.get(index, PortMark.REFUSED) if state.outputs is not None else PortMark.PLAIN
        _port(painter, QPointF(CARD_WIDTH, port_offset(index, face.output_count)), mark, pen, paint)


def _free_ports(painter: QPainter, face: Face, state: CardState, paint: Paints) -> None:
    """Ports without a wire keep a size on screen at which they can be seen and aimed at."""
    scale = painter.worldTransform().m11()
    radius = min(max(PORT_RADIUS, FREE_PORT_PIXELS / scale), _LARGEST_PORT)
    plain, loose = QPen(paint.port_pens[face.category]), QPen(paint.loose.color())
    for pen in (plain, loose):
        pen.setWidthF(1.5 / scale)
    painter.setBrush(paint.port_ground)
    for index in state.free_inputs:
        painter.setPen(loose if index in face.loose else plain)
        painter.drawEllipse(QPointF(0.0, port_offset(index, face.input_count)), radius, radius)
    painter.setPen(plain)
    for index in state.free_outputs:
        painter.drawEllipse(QPointF(CARD_WIDTH, port_offset(index, face.output_count)), radius, radius)


def _grown_ports(painter: QPainter, face: Face, state: CardState, paint: Paints) -> None:
    """Ports under the pointer, or at the ends of the wire under it."""
    scale = painter.worldTransform().m11()
    radius = min(max(PORT_RADIUS, FREE_PORT_PIXELS / scale) + GROWN_BY, _LARGEST_PORT)
    painter.setPen(paint.grown)
    painter.setBrush(paint.grown_ground)
    for index in state.grown_inputs:
        painter.drawEllipse(QPointF(0.0, port_offset(index, face.input_count)), radius, radius)
    for index in state.grown_outputs:
        painter.drawEllipse(QPointF(CARD_WIDTH, port_offset(index, face.output_count)), radius, radius)


def _port(painter: QPainter, centre: QPointF, mark: PortMark, pen: QPen, paint: Paints) -> None:
    radius = PORT_RADIUS
    if mark is PortMark.PLAIN:
        painter.setPen(pen)
        painter.setBrush(paint.port_ground)
    else:
        painter.setPen(paint.marks[mark][0])
        painter.setBrush(paint.marks[mark][1])
        radius = PORT_RADIUS + (1.5 if mark is not PortMark.REFUSED else 0.0)
    painter.drawEllipse(centre, radius, radius)


_BADGES = {Severity.ERROR: "!", Severity.WARNING: "?", Severity.UNFINISHED: "…", Severity.HINT: "i"}
"""Never colour alone."""


def _badge(painter: QPainter, severity: Severity, paint: Paints) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(paint.severities[severity])
    painter.drawEllipse(_BADGE)
    painter.setPen(paint.severity_inks[severity])
    painter.setFont(card_font(DETAILS_TYPE, True))
    painter.drawText(_BADGE, Qt.AlignmentFlag.AlignCenter, _BADGES[severity])
