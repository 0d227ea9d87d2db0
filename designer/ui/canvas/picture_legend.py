"""The legend of a picture: what the stripes' colours and the wires' widths mean. Paints only what the design has."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from designer.edit.sizes import WORDS_TYPE
from designer.graph.layer import Category
from designer.ui.canvas.card import card_font
from designer.ui.canvas.drawing import Drawing
from designer.ui.canvas.geometry import wire_width

HEIGHT = 56.0
_CHANNELS = (16, 144, 1280)
_SWATCH = 12.0
_APART = 22.0


def paint_legend(painter: QPainter, drawing: Drawing, place: QRectF) -> None:
    """Paint into a strip below the drawing, in canvas units."""
    look = drawing.paints().look
    font = card_font(WORDS_TYPE, False)
    letters = QFontMetricsF(font)
    painter.setFont(font)
    x, y = place.left(), place.top() + 16.0
    for category in _present(drawing):
        painter.fillRect(QRectF(x, y - _SWATCH / 2, _SWATCH, _SWATCH), look.category(category))
        painter.setPen(look.text)
        painter.drawText(QPointF(x + _SWATCH + 5.0, y + letters.ascent() / 2 - 1.0), category.value)
        x += _SWATCH + 5.0 + letters.horizontalAdvance(category.value) + _APART
    x, y = place.left(), y + 26.0
    words = "a wire is as wide as its tensor has channels:"
    painter.setPen(look.text)
    painter.drawText(QPointF(x, y + letters.ascent() / 2 - 1.0), words)
    x += letters.horizontalAdvance(words) + _APART / 2
    for channels in _CHANNELS:
        pen = QPen(look.wire, wire_width(channels))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(x, y), QPointF(x + 34.0, y))
        painter.setPen(look.text)
        painter.drawText(QPointF(x + 40.0, y + letters.ascent() / 2 - 1.0), str(channels))
        x += 40.0 + letters.horizontalAdvance(str(channels)) + _APART


def _present(drawing: Drawing) -> list[Category]:
    """Categories of the cards that are drawn, in the palette's order."""
    found = {item.node.layer.category for item in drawing.nodes.values() if item.isVisible()}
    return [category for category in Category if category in found]
