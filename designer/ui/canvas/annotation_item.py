"""A frame or a note as it is drawn: below wires and cards, so that it never hides what is computed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from designer.edit.annotations import TITLE_HEIGHT
from designer.edit.sizes import TITLE_TYPE, WORDS_TYPE
from designer.graph.annotation import AMBER, BLUE, GREEN, GREY, RED, Annotation
from designer.ui.canvas.card import card_font
from designer.ui.canvas.painting import Paints
from designer.ui.look.theme import Tokens, mixed

_FRAME_Z, _NOTE_Z = -20.0, -10.0
_TITLE_PIXELS, _NOTE_PIXELS = TITLE_TYPE, WORDS_TYPE
_LEAST_PIXELS = 11.0
"""On screen: a frame's title grows against its frame until it is read from afar."""
_MOST_GROWTH = 44
_INSET = 10.0
_RADIUS = 8.0
_HANDLE = 9.0


class AnnotationItem(QGraphicsItem):
    """One frame or note.

    Attributes:
        annotation: What it shows.
        is_chosen: Whether it is marked.
    """

    def __init__(self, annotation: Annotation, paints: Callable[[], Paints]) -> None:
        super().__init__()
        self._paints = paints
        self.is_chosen = False
        self.annotation = annotation
        self.setZValue(_FRAME_Z if annotation.is_frame else _NOTE_Z)

    def become(self, annotation: Annotation) -> None:
        """Show another state of it."""
        self.prepareGeometryChange()
        self.annotation = annotation
        self.update()

    def mark(self, is_chosen: bool) -> None:
        """Mark it as chosen, or not."""
        if is_chosen != self.is_chosen:
            self.is_chosen = is_chosen
            self.update()

    @property
    def rect(self) -> QRectF:
        """Where it stands, in canvas units."""
        annotation = self.annotation
        return QRectF(annotation.x, annotation.y, annotation.width, annotation.height)

    @property
    def handle(self) -> QRectF:
        """The corner by which its size is dragged."""
        corner = self.rect.bottomRight()
        return QRectF(corner.x() - 2 * _HANDLE, corner.y() - 2 * _HANDLE, 2 * _HANDLE, 2 * _HANDLE)

    def takes(self, at: QPointF, reach: float) -> bool:
        """Whether a point takes it in the hand: all of a note, a frame by its title and its border.

        Args:
            at: The point, in canvas units.
            reach: How near to the border is near enough.
        """
        rect = self.rect
        if not rect.adjusted(-reach, -reach, reach, reach).contains(at):
            return False
        inner = rect.adjusted(reach, TITLE_HEIGHT, -reach, -reach)
        return not (self.annotation.is_frame and inner.contains(at))

    def boundingRect(self) -> QRectF:
        """The frame, and its line's width."""
        return self.rect.adjusted(-2.0, -2.0, 2.0, 2.0)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Paint it."""
        self.paint_on(painter)

    def paint_on(self, painter: QPainter) -> None:
        """Paint all but a frame's title, in canvas units."""
        look = self._paints().look
        colour, _ = _colours(look, self.annotation.tone)
        fill = QColor(colour)
        fill.setAlpha(26 if self.annotation.is_frame else 255)
        painter.setBrush(fill if self.annotation.is_frame else mixed(look.raised, colour, 0.16))
        pen = QPen(look.accent if self.is_chosen else mixed(look.ground, colour, 0.7), 2.0 if self.is_chosen else 1.2)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawRoundedRect(self.rect, _RADIUS, _RADIUS)
        if self.is_chosen:
            self._paint_handle(painter)
        if not self.annotation.is_frame:
            painter.setPen(look.text)
            self._paint_words(painter)

    def _paint_handle(self, painter: QPainter) -> None:
        corner = self.rect.bottomRight()
        for away in (4.0, 8.0, 12.0):
            painter.drawLine(QPointF(corner.x() - away, corner.y() - 3.0), QPointF(corner.x() - 3.0, corner.y() - away))

    def paint_title(self, painter: QPainter) -> None:
        """Write a frame's title in canvas units, on a ground of its own: wires may pass behind it."""
        if not self.annotation.is_frame or not self.annotation.text:
            return
        look = self._paints().look
        colour, ink = _colours(look, self.annotation.tone)
        scale = painter.worldTransform().m11()
        grown = max(float(_TITLE_PIXELS), min(_LEAST_PIXELS / scale, _MOST_GROWTH, self.annotation.height / 4))
        font = card_font(round(grown), True)
        metrics = QFontMetricsF(font)
        room = self.rect.adjusted(_INSET, 4.0, -_INSET, 0.0)
        title = metrics.elidedText(self.annotation.text, Qt.TextElideMode.ElideRight, room.width())
        room.setSize(QSizeF(metrics.horizontalAdvance(title), metrics.height()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(look.ground, colour, 0.12))
        painter.drawRoundedRect(room.adjusted(-4.0, -1.0, 4.0, 1.0), 4.0, 4.0)
        painter.setPen(ink)
        painter.setFont(font)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)

    def _paint_words(self, painter: QPainter) -> None:
        painter.setFont(card_font(_NOTE_PIXELS, False))
        room = self.rect.adjusted(_INSET, _INSET - 2.0, -_INSET, -_INSET + 2.0)
        painter.drawText(room, Qt.TextFlag.TextWordWrap, self.annotation.text)


def _colours(look: Tokens, tone: str) -> tuple[QColor, QColor]:
    """A tone as frame and ground, and for words."""
    return {
        BLUE: (look.accent, look.accent),
        GREEN: (look.tone("ok"), look.text_tone("ok")),
        AMBER: (look.tone("warning"), look.text_tone("warning")),
        RED: (look.tone("error"), look.text_tone("error")),
        GREY: (look.quiet, look.text),
    }[tone]
