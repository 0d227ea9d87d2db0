"""The view: keys, drops, and the way from mouse events to gestures. What a gesture does is its own business.

Where the view looks is the camera's. Below the smallest level of detail a large design is painted in batches (``afar``)
instead of item by item.
"""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from designer.edit.rerouting import remove_dot
from designer.graph.annotation import AnnotationId
from designer.graph.design import NodeId, PortRef
from designer.ui.canvas.adding import Adding
from designer.ui.canvas.afar import FarView
from designer.ui.canvas.annotation_box import AnnotationBox
from designer.ui.canvas.by_keyboard import KeyboardWalk
from designer.ui.canvas.camera import Camera
from designer.ui.canvas.dropping import dropped
from designer.ui.canvas.emphasis import Emphasis
from designer.ui.canvas.gestures.drop_layer import DropLayer
from designer.ui.canvas.gestures.gesture import Gesture, Pointer
from designer.ui.canvas.gestures.starting import gesture_for, reroute_for
from designer.ui.canvas.heat_legend import HeatLegend
from designer.ui.canvas.hits import NOTHING, Under, hit
from designer.ui.canvas.keys import key_pressed
from designer.ui.canvas.minimap import Minimap
from designer.ui.canvas.placing import LooseEnd
from designer.ui.canvas.pointer_note import PointerNote
from designer.ui.canvas.scene import CanvasScene
from designer.ui.canvas.surface import Dot
from designer.ui.canvas.tips import tip_at
from designer.ui.look.theme import tokens
from designer.ui.shell.plain_tips import plain_tip

FAR_FROM, FAR_BELOW = 400, 0.29
"""From so many nodes on the view from afar is painted in batches, below this scale; fewer keep outlines and titles."""
_WHEEL_STEP = 1.0015
"""Zoom a unit of the wheel's angle; a notch is 120 units, so a notch zooms by 1.2."""


class CanvasView(Camera):
    """A canvas on screen.

    Signals: besides the camera's, ``entered`` with a block that is to be opened, ``left_block`` when the one that is
    open is to be left, ``menu_asked`` with a place on the screen, for what can be done with the selection.
    """

    entered = Signal(str)
    left_block = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, scene: CanvasScene, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self.wheel_zooms = True
        self.snaps = True
        self.gesture: Gesture | None = None
        self.chosen_dot: Dot | None = None
        self._space_is_held = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName("Canvas")
        self.far = FarView(scene)
        self.note = PointerNote(self.viewport())
        self.minimap = Minimap(self, self.far)
        self.legend = HeatLegend(self)
        self.adding = Adding(self)
        self.walk = KeyboardWalk(self)
        self.emphasis = Emphasis(scene)
        scene.content_changed.connect(self._content_changed)
        scene.nodes_changed.connect(self._nodes_changed)
        scene.selection_changed.connect(self._selection_changed)
        self.looked_elsewhere.connect(self.minimap.update)

    # Painting --------------------------------------------------------------------------------------------------------

    @property
    def is_far(self) -> bool:
        """Whether the canvas is painted in batches now."""
        return self.scale_now < FAR_BELOW and len(self.canvas.nodes) >= FAR_FROM

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

    def _nodes_changed(self, ids: Collection[NodeId]) -> None:
        self.far.follow(ids)
        self.minimap.forget()
        if self.is_far:
            self.viewport().update()

    def _selection_changed(self) -> None:
        if self.chosen_dot is not None and self.gesture is None:
            self.choose_dot(None)
        self.minimap.forget()  # it draws the selection too
        if self.is_far:
            self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ApplicationPaletteChange):
            self.canvas.set_look(tokens())
        super().changeEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """A gesture whose canvas goes from the screen is over, as if it had never begun."""
        self.cancel_gesture()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep minimap and legend in their corners."""
        super().resizeEvent(event)
        self.minimap.take_place()
        self.legend.take_place()

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
        self.emphasis.hover(NOTHING)
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
        elif found.annotation is not None:
            self.write_in(found.annotation)
        elif found.under is Under.DOT and found.port is not None:
            self.remove_dot(found.port, found.dot or 0)
        elif found.under in (Under.WIRE, Under.WIRE_END) and self.canvas.document.is_editable:
            self.gesture = reroute_for(self, at)
            if self.gesture is not None:
                self.gesture.begin()
        elif found.under is Under.NODE and found.node is not None:
            if self.canvas.design.nodes[found.node].layer.is_block:
                self.enter(found.node)
        else:
            self.mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """On a wire: quick add of what fits into it. Elsewhere what can be done; with Ctrl or Shift it is a gesture."""
        event.accept()
        held = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.ask_for_menu(self.walk.place())
            return
        if held or self.gesture is not None:
            return
        at = self._to_scene(QPointF(event.pos()))
        found = hit(self.canvas, at, self.scale_now)
        if found.under in (Under.WIRE, Under.WIRE_END) and found.port is not None:
            if self.canvas.document.is_editable:
                self.adding.open(at, wire=found.port)
            return
        if found.annotation is not None:
            if found.annotation not in self.canvas.annotations.chosen:
                self.canvas.select((), [found.annotation])
        elif found.node is None or found.node not in self.canvas.selection:
            self.canvas.select([found.node] if found.node is not None else [])
        self.ask_for_menu(event.globalPos())

    def enter(self, node: NodeId) -> None:
        """Ask for the inside of a block to be shown."""
        self.entered.emit(node)

    def leave_block(self) -> None:
        """Ask for what holds the block that is open."""
        self.left_block.emit()

    def ask_for_menu(self, at: QPoint) -> None:
        """Ask for the menu of what can be done with the selection, at a place on the screen."""
        self.menu_asked.emit(at)

    def write_in(self, annotation: AnnotationId) -> None:
        """Let a frame's title or a note's words be typed where they stand."""
        if self.canvas.may_edit("Nothing can be written here"):
            AnnotationBox(self, annotation)

    def choose_dot(self, dot: Dot | None) -> None:
        """Choose a reroute dot, which Delete then takes away; None for none."""
        self.chosen_dot = dot
        self.canvas.set_chosen_dot(dot)

    def remove_dot(self, target: PortRef, dot: int) -> None:
        """Take a reroute dot away, one undo step."""
        self.choose_dot(None)
        self.canvas.do("Remove reroute dot", lambda design: remove_dot(design, target, dot))

    def _hover(self, at: Pointer) -> None:
        shapes = {
            Under.INPUT: Qt.CursorShape.CrossCursor,
            Under.OUTPUT: Qt.CursorShape.CrossCursor,
            Under.WIRE_END: Qt.CursorShape.PointingHandCursor,
            Under.FIX: Qt.CursorShape.PointingHandCursor,
            Under.DOT: Qt.CursorShape.SizeAllCursor,
            Under.ANNOTATION: Qt.CursorShape.SizeAllCursor,
            Under.ANNOTATION_CORNER: Qt.CursorShape.SizeFDiagCursor,
        }
        found = hit(self.canvas, at.scene, self.scale_now)
        self.emphasis.hover(found)
        shape = shapes.get(found.under)
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
        layer = dropped(event.mimeData())
        if layer is None or not self.may_add():
            event.ignore()
            return
        self.cancel_gesture()
        self.gesture = DropLayer(self, self.pointer(event), layer)
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

    def event(self, event: QEvent) -> bool:
        """In the middle of a gesture keys mean the gesture: an undo would pull the design from under the hand."""
        if event.type() == QEvent.Type.ShortcutOverride and self.gesture is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that belong to the canvas; the rest goes on to the window."""
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space_is_held = True
                self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
            return
        if not key_pressed(self, event):
            event.setAccepted(self.gesture is not None)

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
                QToolTip.showText(event.globalPos(), plain_tip(text), self.viewport())
            else:
                QToolTip.hideText()
            return True
        if event.type() == QEvent.Type.Leave and self.gesture is None:
            self.emphasis.hover(NOTHING)
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
        if self.may_add():
            self.adding.open(at, end)

    def may_add(self) -> bool:
        """Whether something may be placed on what is shown; says why not."""
        return self.canvas.may_edit("Nothing can be placed here")
