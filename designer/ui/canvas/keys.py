"""Keys of the canvas itself.

Those that act on any open design (undo, copy, delete, …) belong to the window's actions.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent

from designer.edit.annotations import move_annotations
from designer.edit.edits import connect
from designer.graph.design import Design, NodeId, Point, PortRef
from designer.ui.canvas.by_keyboard import KeyboardWalk
from designer.ui.canvas.geometry import GRID
from designer.ui.canvas.scene import CanvasScene
from designer.ui.canvas.selection import selection_words
from designer.ui.canvas.surface import Dot, Surface
from designer.ui.canvas.wire_walk import Way
from designer.ui.widgets.key_positions import latin_key


class KeyboardSurface(Surface, Protocol):
    """A canvas on screen, to its keys.

    Attributes:
        chosen_dot: The reroute dot that is chosen, or None.
        walk: Takes the selection along the wires.
    """

    chosen_dot: Dot | None
    walk: KeyboardWalk

    def fit_all(self) -> None:
        """Everything on screen."""

    def fit_selection(self) -> None:
        """The selection as large as fits."""

    def cancel_gesture(self) -> bool:
        """Be as if the gesture had never begun; gives whether there was one."""

    def remove_dot(self, target: PortRef, dot: int) -> None:
        """Take a reroute dot away."""

    def enter(self, node: NodeId) -> None:
        """Go inside a block."""

    def leave_block(self) -> None:
        """Come out of the block that is open."""

    def ask_for_menu(self, at: QPoint) -> None:
        """Show what can be done with the selection, at a place on the screen."""


_STEPS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}

_WAYS = {
    Qt.Key.Key_Left: Way.LEFT,
    Qt.Key.Key_Right: Way.RIGHT,
    Qt.Key.Key_Up: Way.UP,
    Qt.Key.Key_Down: Way.DOWN,
}


def key_pressed(view: KeyboardSurface, event: QKeyEvent) -> bool:
    """Do what a key means on the canvas; gives whether it means anything."""
    key, modifiers = latin_key(event), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    shift = modifiers == Qt.KeyboardModifier.ShiftModifier
    plain = modifiers == Qt.KeyboardModifier.NoModifier
    if key == Qt.Key.Key_Escape:
        return _escape(view)
    if _walk(view, key, modifiers) or _asks_for_menu(view, key, shift):
        return True
    if (key == Qt.Key.Key_Tab and plain) or (key == Qt.Key.Key_A and shift):
        view.open_quick_add()
    elif key == Qt.Key.Key_Home and plain:
        view.fit_all()
    elif key == Qt.Key.Key_Period and plain:
        view.fit_selection()
    elif key in _STEPS and (plain or shift) and view.canvas.has_chosen:
        nudge(view.canvas, _STEPS[key], 1.0 if shift else GRID)
    elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_X) and plain and view.chosen_dot is not None:
        view.remove_dot(*view.chosen_dot)
    elif key == Qt.Key.Key_F and plain:
        return wire_selected(view.canvas)
    elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
        return _enter(view)
    else:
        return False
    return True


def _walk(view: KeyboardSurface, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
    """Ctrl walks along the wires, and with Shift takes what it comes to into the selection."""
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    if modifiers not in (control, control | shift):
        return False
    if key in _WAYS:
        view.walk.go(_WAYS[key], extends=modifiers != control)
    elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and modifiers == control:
        view.walk.go_to_end(is_last=key == Qt.Key.Key_End)
    else:
        return False
    return True


def _asks_for_menu(view: KeyboardSurface, key: Qt.Key, shift: bool) -> bool:
    asks = key == Qt.Key.Key_Menu or (key == Qt.Key.Key_F10 and shift)
    if asks:
        view.ask_for_menu(view.walk.place())
    return asks


def _escape(view: KeyboardSurface) -> bool:
    if view.cancel_gesture():
        return True
    if view.canvas.has_chosen:
        view.canvas.select(())
        return True
    if view.canvas.bridge.path:
        view.leave_block()
        return True
    return False


def nudge(canvas: CanvasScene, way: tuple[float, float], step: float) -> None:
    """Move the selection a step; a run of steps is one undo step."""
    ids, annotations = canvas.selection, canvas.annotations.chosen
    by = Point(way[0] * step, way[1] * step)
    what = selection_words(canvas)
    canvas.do(
        f"Move {what}",
        lambda before: move_annotations(before, annotations, by, ids),
        merge_key=("nudge", ids, annotations),
    )


def wire_selected(canvas: CanvasScene) -> bool:
    """Wire two selected nodes, the left one's output to the right one's main input, or another where that is taken."""
    ids = sorted(canvas.selection, key=lambda id: canvas.design.nodes[id].position)
    if len(ids) != 2:
        return False
    source, target = ids
    design = canvas.design
    outputs, free = design.nodes[source].layer.outputs, _free_input(design, target)
    if not outputs or free is None:
        canvas.status_message.emit(f"Not wired: {source} has no output, or {target} no free input")
        return True
    start = PortRef(source, outputs[0].name)
    canvas.do(f"Wire {source} to {target}", lambda before: connect(before, start, free))
    return True


def _free_input(design: Design, id: NodeId) -> PortRef | None:
    layer = design.nodes[id].layer
    ports = [PortRef(id, port.name) for port in (layer.main_input, *layer.inputs) if port is not None]
    return next((port for port in ports if port not in design.wires), None)


def _enter(view: KeyboardSurface) -> bool:
    ids = view.canvas.selection
    if len(ids) != 1 or not view.canvas.design.nodes[ids[0]].layer.is_block:
        return False
    view.enter(ids[0])
    return True
