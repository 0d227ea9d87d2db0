"""Where the canvas is looked at from: scale, scrolling, fitting. Knows a drawing; no gesture, key or document.

The scene rectangle is fixed and far larger than any design, so that nothing jumps while the drawing grows.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QResizeEvent, QShowEvent, QTransform
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from designer.graph.design import NodeId, Point
from designer.ui.canvas.node_item import NodeItem
from designer.ui.canvas.scene import CanvasScene

SMALLEST, LARGEST = 0.02, 4.0
_WORLD = QRectF(-4e5, -4e5, 8e5, 8e5)
_FIT_MARGIN = 48.0


class Standpoint(NamedTuple):
    """Where a camera stood.

    Attributes:
        scale: Pixels a canvas unit.
        centre: The middle of what was on screen.
        was_fitted: Whether everything was on screen, and should be whatever the window's size becomes.
    """

    scale: float
    centre: Point
    was_fitted: bool


class Camera(QGraphicsView):
    """A view that zooms, scrolls and fits.

    Signals: ``zoom_changed`` with the scale, 1 being actual size; ``looked_elsewhere`` when the view stands elsewhere.
    """

    zoom_changed = Signal(float)
    looked_elsewhere = Signal()

    def __init__(self, scene: CanvasScene, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self.canvas = scene
        self._fits_when_shown = True
        self._fitted: tuple[float, QPoint] | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSceneRect(_WORLD)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.zoom_to(1.0)

    @property
    def scale_now(self) -> float:
        """Pixels a canvas unit."""
        return self.transform().m11()

    @property
    def _actual(self) -> float:
        """The scale at which the figures on a card are as large as the window's letters."""
        return QFontMetricsF(self.font()).height() / 15.0

    @property
    def zoom(self) -> float:
        """The scale; 1 is actual size, at which the figures on a card are as large as the window's letters."""
        return self.scale_now / self._actual

    @property
    def centre(self) -> Point:
        """The middle of what is on screen, in canvas units."""
        middle = self.mapToScene(self.viewport().rect().center())
        return Point(middle.x(), middle.y())

    @property
    def standing(self) -> QPoint:
        """Where the view stands, in pixels."""
        return QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    @property
    def standpoint(self) -> Standpoint:
        """Where it is looked at from now, to return to."""
        return Standpoint(self.scale_now, self.centre, self._fitted == (self.scale_now, self.standing))

    def return_to(self, stood: Standpoint) -> None:
        """Look from where one looked before."""
        if stood.was_fitted:
            self.fit_all()
            return
        self.setTransform(QTransform.fromScale(stood.scale, stood.scale))
        self.look_at(QPointF(*stood.centre))
        self._zoomed()

    def scroll_by(self, pixels: QPoint) -> None:
        """Move the view over the canvas."""
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() + pixels.x())
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + pixels.y())
        self.looked_elsewhere.emit()

    def zoom_to(self, zoom: float) -> None:
        """Take a zoom, keeping the middle where it is."""
        self.zoom_by(zoom / self.zoom)

    def zoom_by(self, factor: float, at: QPoint | None = None) -> None:
        """Zoom so that the canvas under a pixel stays there; under the middle where none is given."""
        pixel = at if at is not None else self.viewport().rect().center()
        held = self.mapToScene(pixel)
        scale = min(max(self.scale_now * factor, SMALLEST), LARGEST)
        self.setTransform(QTransform.fromScale(scale, scale))
        self._put(held, QPointF(pixel))
        self._zoomed()

    def _zoomed(self) -> None:
        self.canvas.keep_words_readable(self.zoom)
        self.zoom_changed.emit(self.zoom)

    def _put(self, place: QPointF, pixel: QPointF) -> None:
        """Scroll so that a place on the canvas is at a pixel."""
        scale = self.scale_now
        self.horizontalScrollBar().setValue(round(place.x() * scale - pixel.x()))
        self.verticalScrollBar().setValue(round(place.y() * scale - pixel.y()))
        self.looked_elsewhere.emit()

    def fit_all(self) -> None:
        """Everything on screen, and again when the window's size changes, until a hand moves the view."""
        # Twice: words below the cards keep their size on screen, so they take another room at another scale.
        for _ in range(2):
            self._fit(self.canvas.content_rect())
        self._fitted = (self.scale_now, self.standing)

    def fit_selection(self) -> None:
        """The selection as large as fits; everything where nothing is selected."""
        nodes, annotations = self.canvas.selection, self.canvas.annotations.chosen
        chosen = self.canvas.content_rect(nodes).united(self.canvas.annotations.area(annotations))
        self._fit(chosen if nodes or annotations else self.canvas.content_rect())

    def _fit(self, area: QRectF) -> None:
        room = self.viewport().rect()
        if area.isEmpty() or room.isEmpty():
            return
        # Arcs, labels and words stand out of the cards' bounds.
        area = area.adjusted(-_FIT_MARGIN, -_FIT_MARGIN, _FIT_MARGIN, _FIT_MARGIN)
        scale = min(room.width() / area.width(), room.height() / area.height(), self._actual * 1.25)
        self.setTransform(QTransform.fromScale(max(scale, SMALLEST), max(scale, SMALLEST)))
        self._put(area.center(), QPointF(room.center()))
        self._zoomed()

    def ensure_visible(self, ids: Collection[NodeId]) -> None:
        """Scroll as little as brings these nodes on screen; zoom out only where they do not fit."""
        self.bring_on_screen(self.canvas.content_rect(ids))

    def bring_on_screen(self, area: QRectF) -> None:
        """Scroll as little as brings a part of the canvas on screen; zoom out only where it does not fit."""
        area = area.adjusted(-_FIT_MARGIN, -_FIT_MARGIN, _FIT_MARGIN, _FIT_MARGIN)
        shown = self.visible_area()
        if shown.contains(area):
            return
        if area.width() > shown.width() or area.height() > shown.height():
            self._fit(area)
            return
        x = min(max(shown.left(), area.right() - shown.width()), area.left())
        y = min(max(shown.top(), area.bottom() - shown.height()), area.top())
        self._put(QPointF(x, y), QPointF(0, 0))

    def look_at(self, place: QPointF) -> None:
        """Bring a place on the canvas into the middle."""
        self._put(place, QPointF(self.viewport().rect().center()))

    def visible_area(self) -> QRectF:
        """What is on screen, in canvas units."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def visible_nodes(self) -> list[NodeItem]:
        """Cards that are on screen, at least in part."""
        return [item for item in self.scene().items(self.visible_area()) if isinstance(item, NodeItem)]

    def showEvent(self, event: QShowEvent) -> None:
        """The first time everything is on screen."""
        super().showEvent(event)
        if self._fits_when_shown:
            self._fits_when_shown = False
            self.fit_all()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep everything on screen where it was; else keep the middle in the middle."""
        old = event.oldSize()
        was_fitted = self._fitted == (self.scale_now, self.standing)
        super().resizeEvent(event)
        if was_fitted:
            self.fit_all()
        elif old.isValid():
            grown = event.size() - old
            self.scroll_by(QPoint(-grown.width() // 2, -grown.height() // 2))
