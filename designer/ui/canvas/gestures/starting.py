"""Which gesture a press starts: a table of what is under the pointer, the button and the keys.

Nothing else decides it.
"""

from __future__ import annotations

from PySide6.QtCore import Qt

from designer.ui.canvas.gestures.cut_wires import CutWires
from designer.ui.canvas.gestures.drag_annotations import DragAnnotations, ResizeAnnotation
from designer.ui.canvas.gestures.drag_nodes import DragNodes
from designer.ui.canvas.gestures.draw_wire import DrawWire
from designer.ui.canvas.gestures.gesture import Gesture, Pointer
from designer.ui.canvas.gestures.pan import Pan
from designer.ui.canvas.gestures.reroute import Reroute
from designer.ui.canvas.gestures.rubber_band import RubberBand
from designer.ui.canvas.hits import Hit, Under, hit
from designer.ui.canvas.surface import Surface


def gesture_for(view: Surface, at: Pointer, button: Qt.MouseButton, pans: bool) -> Gesture | None:
    """The gesture that a press starts, or None.

    Args:
        view: Where it happens.
        at: The press.
        button: Which button.
        pans: Whether Space is held.
    """
    if button == Qt.MouseButton.MiddleButton or (pans and button == Qt.MouseButton.LeftButton):
        return Pan(view, at)
    may_edit = view.canvas.document.is_editable
    if may_edit and button == Qt.MouseButton.RightButton and at.holds(Qt.KeyboardModifier.ControlModifier):
        return CutWires(view, at)
    if may_edit and button == Qt.MouseButton.RightButton and at.holds(Qt.KeyboardModifier.ShiftModifier):
        return reroute_for(view, at)
    if button != Qt.MouseButton.LeftButton:
        return None
    found = hit(view.canvas, at.scene, view.scale_now)
    return _left(view, at, found) if may_edit else _choosing(view, at, found)


def _choosing(view: Surface, at: Pointer, found: Hit) -> Gesture:
    """Where nothing can be edited, presses choose."""
    on_card = found.node is not None and found.under is not Under.FIX
    if found.annotation is not None:
        return DragAnnotations(view, at, found.annotation)
    return DragNodes(view, at, found.node) if on_card and found.node is not None else RubberBand(view, at)


def _left(view: Surface, at: Pointer, found: Hit) -> Gesture | None:
    wires = view.canvas.design.wires
    if found.under is Under.FIX:
        return None
    if found.under is Under.OUTPUT and found.port is not None:
        return DrawWire(view, at, found.port, from_output=True)
    if found.under in (Under.INPUT, Under.WIRE_END) and found.port is not None:
        present = wires.get(found.port)
        if present is not None:
            return DrawWire(view, at, present.source, from_output=True, unplugged=found.port)
        return DrawWire(view, at, found.port, from_output=False)
    if found.under is Under.DOT and found.port is not None:
        return Reroute(view, at, found.port, found.dot)
    if found.node is not None:
        return DragNodes(view, at, found.node)
    if found.annotation is not None:
        kind = ResizeAnnotation if found.under is Under.ANNOTATION_CORNER else DragAnnotations
        return kind(view, at, found.annotation)
    return RubberBand(view, at)


def reroute_for(view: Surface, at: Pointer) -> Gesture | None:
    """The gesture that leads the wire under a press through a new dot, or moves the dot that is there."""
    found = hit(view.canvas, at.scene, view.scale_now)
    if found.port is None or found.under not in (Under.WIRE, Under.WIRE_END, Under.DOT):
        return None
    return Reroute(view, at, found.port, found.dot)
