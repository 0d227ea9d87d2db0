"""The view: zoom, pan, fit, keys, and the way from mouse events to gestures.

What a gesture does is the gesture's own business.

Coordinates: the view's own scene rectangle is fixed and far larger than any design, so that nothing jumps while the
drawing grows. Below the smallest level of detail a large design is painted in batches (``afar``) instead of item by
item.
"""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QToolTip, QWidget

from designer.graph.design import NodeId, Point
from designer.ui.canvas.adding import Adding
from designer.ui.canvas.afar import FarView
from designer.ui.canvas.dropping import dropped_layer
from designer.ui.canvas.gestures.drop_layer import DropLayer
from designer.ui.canvas.gestures.gesture import Gesture, Pointer
from designer.ui.canvas.gestures.starting import gesture_for
from designer.ui.canvas.hits import Under, hit
from designer.ui.canvas.keys import key_pressed
from designer.ui.canvas.minimap import Minimap
from designer.ui.canvas.node_item import NodeItem
from designer.ui.canvas.painting import TITLES_FROM
from designer.ui.canvas.placing import LooseEnd
from designer.ui.canvas.pointer_note import PointerNote
from designer.ui.canvas.scene import CanvasScene
from designer.ui.canvas.tips import tip_at
from designer.ui.theme import tokens

SMALLEST, LARGEST = 0.02, 4.0
FAR_FROM = 400
"""From so many nodes on the view from afar is painted in batches; fewer keep their outlines."""
_WORLD = QRectF(-4e5, -4e5, 8e5, 8e5)
_WHEEL_STEP = 1.0015
"""Zoom a unit of the wheel's angle; a notch is 120 units, so a notch zooms by 1.2."""
_FIT_MARGIN = 48.0


class CanvasView(QGraphicsView):
    """A canvas on screen.

    Signals: ``zoom_changed`` with the scale, 1 being actual size; ``entered`` with a block that is to be opened.
    """

    zoom_changed = Signal(float)
    entered = Signal(str)

    def __init__(self, scene: CanvasScene, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self.canvas = scene
        self.wheel_zooms = True
        self.gesture: Gesture | None = None
        self._space_is_held = False
        self._fits_when_shown = True
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSceneRect(_WORLD)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription("The design as a graph; Tab adds a node, arrow keys move the selection")
        self._fitted: tuple[float, QPoint] | None = None
        self.far = FarView(scene)
        self.note = PointerNote(self.viewport())
        self.minimap = Minimap(self)
        self.adding = Adding(self)
        scene.content_changed.connect(self._content_changed)
        scene.nodes_moved.connect(self._nodes_moved)
        scene.selection_changed.connect(self._selection_changed)
        self.zoom_to(1.0)

    # Scale and place -------------------------------------------------------------------------------------------------

    @property
    def scale_now(self) -> float:
        """Pixels a canvas unit."""
        return self.transform().m11()

    @property
    def _actual(self) -> float:
        """The scale at which a card's letters are as large as the window's."""
        return QFontMetricsF(self.font()).height() / 15.0

    @property
    def zoom(self) -> float:
        """The scale; 1 is actual size, at which a card's letters are as large as the window's."""
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

    def scroll_by(self, pixels: QPoint) -> None:
        """Move the view over the canvas."""
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() + pixels.x())
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + pixels.y())
        self.minimap.update()

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
        self.zoom_changed.emit(self.zoom)

    def _put(self, place: QPointF, pixel: QPointF) -> None:
        """Scroll so that a place on the canvas is at a pixel."""
        scale = self.scale_now
        self.horizontalScrollBar().setValue(round(place.x() * scale - pixel.x()))
        self.verticalScrollBar().setValue(round(place.y() * scale - pixel.y()))
        self.minimap.update()

    def fit_all(self) -> None:
        """Everything on screen, and again when the window's size changes, until a hand moves the view."""
        self._fit(self.canvas.content_rect())
        self._fitted = (self.scale_now, self.standing)

    def fit_selection(self) -> None:
        """The selection as large as fits; everything where nothing is selected."""
        self._fit(self.canvas.content_rect(self.canvas.selection or None))

    def _fit(self, area: QRectF) -> None:
        room = self.viewport().rect()
        if area.isEmpty() or room.isEmpty():
            return
        # Arcs, labels and words stand out of the cards' bounds.
        area = area.adjusted(-_FIT_MARGIN, -_FIT_MARGIN, _FIT_MARGIN, _FIT_MARGIN)
        scale = min(room.width() / area.width(), room.height() / area.height(), self._actual * 1.25)
        self.setTransform(QTransform.fromScale(max(scale, SMALLEST), max(scale, SMALLEST)))
        self._put(area.center(), QPointF(room.center()))
        self.zoom_changed.emit(self.zoom)

    def ensure_visible(self, ids: Collection[NodeId]) -> None:
        """Scroll as little as brings these nodes on screen; zoom out only where they do not fit."""
        area = self.canvas.content_rect(ids).adjusted(-_FIT_MARGIN, -_FIT_MARGIN, _FIT_MARGIN, _FIT_MARGIN)
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

    # Painting --------------------------------------------------------------------------------------------------------

    @property
    def is_far(self) -> bool:
        """Whether the canvas is painted in batches now."""
        return self.scale_now < TITLES_FROM and len(self.canvas.nodes) >= FAR_FROM

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint item by item, or from afar in batches."""
        if not self.is_far:
            super().paintEvent(event)
            return
        painter = QPainter(self.viewport())
        painter.setClipRegion(event.region())
        painter.fillRect(event.rect(), self.canvas.paints().look.ground)
        painter.setTransform(self.viewportTransform())
        self.far.paint(painter)
        painter.end()

    def _content_changed(self) -> None:
        self.far.forget()
        self.minimap.forget()
        if self.is_far:
            self.viewport().update()

    def _nodes_moved(self, ids: set[NodeId]) -> None:
        self.far.move(ids)
        self.minimap.forget()
        if self.is_far:
            self.viewport().update()

    def _selection_changed(self) -> None:
        if self.is_far:
            self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ApplicationPaletteChange):
            self.canvas.set_look(tokens())
        super().changeEvent(event)

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
        self.minimap.take_place()

    # Gestures --------------------------------------------------------------------------------------------------------

    def pointer(self, event: QMouseEvent | QDropEvent) -> Pointer:
        """Where an event happened."""
        at = event.position()
        return Pointer(self._to_scene(at), at.toPoint(), event.modifiers())

    def _to_scene(self, at: QPointF) -> QPointF:
        return self.viewportTransform().inverted()[0].map(at)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a gesture; a second button in the middle of one cancels it."""
        if self.gesture is not None:
            self.cancel_gesture()
            return
        at = self.pointer(event)
        if event.button() == Qt.MouseButton.LeftButton:
            found = hit(self.canvas, at.scene, self.scale_now)
            if found.fix is not None:
                self.canvas.do(found.fix.label, found.fix.edit)
                return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.gesture = gesture_for(self, at, event.button(), self._space_is_held)
        if self.gesture is not None:
            if self.gesture.cursor is not None:
                self.viewport().setCursor(self.gesture.cursor)
            self.gesture.begin()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the gesture, or show by the pointer what a press would do."""
        at = self.pointer(event)
        if self.gesture is not None:
            self.gesture.move(at)
        else:
            self._hover(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Finish the gesture."""
        if self.gesture is not None and not isinstance(self.gesture, DropLayer):
            gesture, self.gesture = self.gesture, None
            self._hover(self.pointer(event))
            gesture.finish(self.pointer(event))

    def cancel_gesture(self) -> bool:
        """Be as if the gesture had never begun; gives whether there was one."""
        if self.gesture is None:
            return False
        gesture, self.gesture = self.gesture, None
        self.viewport().unsetCursor()
        gesture.cancel()
        return True

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On empty canvas: quick add. On a block: go inside. Elsewhere: a press like any other."""
        at = self.pointer(event)
        found = hit(self.canvas, at.scene, self.scale_now)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if found.under is Under.NOTHING:
            self.open_quick_add(at.scene)
        elif found.under is Under.NODE and found.node is not None:
            if self.canvas.design.nodes[found.node].layer.is_block:
                self.entered.emit(found.node)
        else:
            self.mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Right buttons belong to gestures; without one nothing opens."""
        event.accept()

    def _hover(self, at: Pointer) -> None:
        shapes = {
            Under.INPUT: Qt.CursorShape.CrossCursor,
            Under.OUTPUT: Qt.CursorShape.CrossCursor,
            Under.WIRE_END: Qt.CursorShape.PointingHandCursor,
            Under.FIX: Qt.CursorShape.PointingHandCursor,
        }
        shape = shapes.get(hit(self.canvas, at.scene, self.scale_now).under)
        if self._space_is_held:
            shape = Qt.CursorShape.OpenHandCursor
        if shape is None:
            self.viewport().unsetCursor()
        else:
            self.viewport().setCursor(shape)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer; with Ctrl, or from a touchpad's two fingers, pan. A setting swaps the first two."""
        with_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        by_fingers = event.phase() != Qt.ScrollPhase.NoScrollPhase and not event.pixelDelta().isNull()
        zooms = with_control if by_fingers else with_control != self.wheel_zooms
        if zooms:
            self.zoom_by(_WHEEL_STEP ** event.angleDelta().y(), event.position().toPoint())
        else:
            way = event.pixelDelta() if by_fingers else event.angleDelta()
            sideways = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier) and not way.x()
            self.scroll_by(QPoint(-way.y(), 0) if sideways else -way)
        event.accept()

    # Dropping --------------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A layer from the palette is held over the canvas."""
        layer = dropped_layer(event.mimeData())
        if layer is None:
            event.ignore()
            return
        self.cancel_gesture()
        self.gesture = DropLayer(self, self.pointer(event), layer())
        self.gesture.begin()
        event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Its card follows the pointer."""
        if isinstance(self.gesture, DropLayer):
            self.gesture.move(self.pointer(event))
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """It left: nothing was placed."""
        if isinstance(self.gesture, DropLayer):
            self.cancel_gesture()

    def dropEvent(self, event: QDropEvent) -> None:
        """Place it."""
        if isinstance(self.gesture, DropLayer):
            gesture, self.gesture = self.gesture, None
            gesture.finish(self.pointer(event))
            event.acceptProposedAction()

    # Keys ------------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that belong to the canvas; the rest goes on to the window."""
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space_is_held = True
                self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
            return
        if not key_pressed(self, event):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space ends panning."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_is_held = False
            self.viewport().unsetCursor()
            return
        event.ignore()

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab adds a node; Shift+Tab leaves the canvas as anywhere else."""
        return False if next else super().focusNextPrevChild(next)

    # Words -----------------------------------------------------------------------------------------------------------

    def viewportEvent(self, event: QEvent) -> bool:
        """Tool tips are made when they are asked for."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = tip_at(self.canvas, self._to_scene(QPointF(event.pos())), self.scale_now)
            if text:
                QToolTip.showText(event.globalPos(), text, self.viewport())
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def show_note(self, text: str, tone: str, at: QPoint) -> None:
        """Say something beside the pointer."""
        self.note.say(text, tone, at)

    def hide_note(self) -> None:
        """Say nothing beside the pointer."""
        self.note.hide()

    def open_quick_add(self, at: QPointF | None = None, end: LooseEnd | None = None) -> None:
        """Search for a layer to place at a point, wired to a loose end where one is given.

        Else where the pointer is.
        """
        self.adding.open(at, end)
