"""A scene painted: on screen, into a PNG, onto a PDF's page. Nothing is computed here but where letters stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPaintDevice, QPainter, QPainterPath, QPen, QPolygonF

from designer.export.illustration_svg import DIM, arrow_head
from designer.illustration.knob import Knob
from designer.illustration.palette import Ink, Palette
from designer.illustration.scene import Arc, Handle, Line, Panel, Polygon, Scene, Shape, Spot, Words
from designer.ui.look.picture_files import application, pdf_bytes, png_bytes

SANS, MONO = "DejaVu Sans", "DejaVu Sans Mono"


def scene_png(scene: Scene, palette: Palette, scale: float = 2.0, has_ground: bool = True) -> bytes:
    """The scene as the bytes of a PNG file.

    Raises:
        ExportError: It could not be encoded.
    """
    running = application()
    size = QSizeF(scene.width, scene.height)
    data = png_bytes(size, scale, lambda image, pixels: _paint_whole(image, scene, palette, pixels, has_ground))
    del running
    return data


def scene_pdf(scene: Scene, palette: Palette, has_ground: bool = True) -> bytes:
    """The scene as the bytes of a PDF file of one page."""
    running = application()
    size = QSizeF(scene.width, scene.height)
    data = pdf_bytes(size, scene.title, lambda page, room: _paint_whole(page, scene, palette, room, has_ground))
    del running
    return data


def _paint_whole(device: QPaintDevice, scene: Scene, palette: Palette, size: QSizeF, has_ground: bool) -> None:
    painter = QPainter(device)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size.width() / scene.width, size.height() / scene.height)
    if has_ground:
        painter.fillRect(QRectF(0, 0, scene.width, scene.height), QColor(palette.css(Ink.GROUND)))
    paint_scene(painter, scene, palette)
    painter.end()


def paint_scene(painter: QPainter, scene: Scene, palette: Palette, held: Collection[Knob] = ()) -> None:
    """Paint the shapes of a scene in its own units.

    Args:
        painter: Where.
        scene: What.
        palette: In which colours.
        held: Knobs that are marked, because a hand or the keyboard is at them; on paper there are none.
    """
    brush = _Brush(painter, palette)
    for shape in scene.shapes:
        brush.paint(shape, held)


def handle_box(words: Words, handle: Handle) -> QRectF:
    """Where a piece of words that can be scrubbed stands, in the scene's units."""
    metrics = _metrics(words.size, words.is_bold, words.is_mono)
    left = words.place.x - metrics.horizontalAdvance(words.text) * words.before
    begin, end = (metrics.horizontalAdvance(words.text[:at]) for at in (handle.begin, handle.end))
    return QRectF(left + begin, words.place.y - metrics.ascent(), end - begin, metrics.height())


@cache
def _font(size: float, is_bold: bool, is_mono: bool) -> QFont:
    font = QFont(MONO if is_mono else SANS)
    font.setStyleHint(QFont.StyleHint.Monospace if is_mono else QFont.StyleHint.SansSerif)
    font.setPixelSize(round(size))
    font.setBold(is_bold)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


@cache
def _metrics(size: float, is_bold: bool, is_mono: bool) -> QFontMetricsF:
    return QFontMetricsF(_font(size, is_bold, is_mono))


class _Brush:
    """Paints shapes in a palette's colours."""

    def __init__(self, painter: QPainter, palette: Palette) -> None:
        self._painter, self._palette = painter, palette

    def paint(self, shape: Shape, held: Collection[Knob]) -> None:
        """Paint one shape; what steps back is paler."""
        self._painter.setOpacity(1.0 if shape.lit else DIM)
        match shape:
            case Words():
                self._words(shape, held)
            case Polygon():
                self._polygon(shape)
            case Line():
                self._line(shape)
            case Panel():
                self._panel(shape)
            case Arc():
                self._arc(shape)

    def _colour(self, ink: Ink, strength: float = 1.0) -> QColor:
        return QColor(self._palette.css(ink, strength))

    def _polygon(self, shape: Polygon) -> None:
        fill = self._colour(shape.ink, shape.strength)
        outlined = self._palette.outlines
        self._painter.setPen(QPen(self._colour(Ink.TEXT) if outlined else fill, 0.8 if outlined else 0.4))
        self._painter.setBrush(fill)
        self._painter.drawPolygon(_polygon(shape.points))

    def _panel(self, shape: Panel) -> None:
        self._painter.setPen(Qt.PenStyle.NoPen if shape.edge is None else QPen(self._colour(shape.edge), 1.0))
        self._painter.setBrush(self._colour(shape.ink))
        self._painter.drawRoundedRect(QRectF(*shape.box), shape.radius, shape.radius)

    def _line(self, shape: Line) -> None:
        colour = self._colour(shape.ink)
        self._painter.setPen(_pen(colour, shape.width, shape.is_dashed))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawPolyline(_polygon(shape.points))
        if shape.has_head:
            self._head(shape.points[-1], colour, points_down=False)

    def _arc(self, shape: Arc) -> None:
        colour, start, end, top, bend = self._colour(shape.ink), shape.start, shape.end, shape.top, shape.bend
        path = QPainterPath(QPointF(*start))
        path.cubicTo(start.x, top, start.x, top, start.x + bend, top)
        path.lineTo(end.x - bend, top)
        path.cubicTo(end.x, top, end.x, top, end.x, end.y - 4)
        self._painter.setPen(_pen(colour, 2.4, shape.is_dashed))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawPath(path)
        self._head(end, colour, points_down=True)

    def _head(self, tip: Spot, colour: QColor, points_down: bool) -> None:
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QBrush(colour))
        self._painter.drawPolygon(_polygon(arrow_head(tip, points_down)))

    def _words(self, shape: Words, held: Collection[Knob]) -> None:
        self._painter.setFont(_font(shape.size, shape.is_bold, shape.is_mono))
        width = _metrics(shape.size, shape.is_bold, shape.is_mono).horizontalAdvance(shape.text)
        for handle in shape.knobs:
            if handle.knob in held:
                self._mark(handle_box(shape, handle))
        self._painter.setPen(self._colour(shape.ink))
        self._painter.drawText(QPointF(shape.place.x - width * shape.before, shape.place.y), shape.text)

    def _mark(self, box: QRectF) -> None:
        """A line below what can be scrubbed, and its ground in the accent's colour."""
        accent = self._colour(Ink.ACCENT)
        self._painter.setPen(QPen(accent, 1.4))
        self._painter.drawLine(box.bottomLeft(), box.bottomRight())
        accent.setAlphaF(0.22)
        self._painter.fillRect(box.adjusted(-2, 0, 2, 0), accent)


def _pen(colour: QColor, width: float, is_dashed: bool) -> QPen:
    pen = QPen(colour, width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if is_dashed:
        pen.setDashPattern([5 / max(width, 1), 4 / max(width, 1)])
    return pen


def _polygon(points: Sequence[Spot]) -> QPolygonF:
    return QPolygonF([QPointF(*point) for point in points])
