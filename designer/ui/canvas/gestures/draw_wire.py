"""Draw a wire from a port, or take a wire's end away and plug it elsewhere. The rules say what is legal.

We show their word.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QApplication, QGraphicsPathItem

from designer.analysis.fitting import may_connect, misfit_if_connected
from designer.edit.edits import connect, disconnect
from designer.graph.design import Design, NodeId, PortRef
from designer.ui.canvas.geometry import route
from designer.ui.canvas.gestures.gesture import Gesture, Pointer
from designer.ui.canvas.hits import Under, hit, nearest_port
from designer.ui.canvas.node_item import HELD_Z
from designer.ui.canvas.painting import PortMark
from designer.ui.canvas.placing import LooseEnd
from designer.ui.canvas.surface import Surface

SNAP_PIXELS = 26.0


class DrawWire(Gesture):
    """A drag from a port.

    Args:
        view: Where it happens.
        start: The press.
        port: The end that stays plugged.
        from_output: Whether that end is an output.
        unplugged: The input whose wire was taken by its end, or None for a new wire.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(
        self, view: Surface, start: Pointer, port: PortRef, from_output: bool, unplugged: PortRef | None = None
    ) -> None:
        super().__init__(view, start)
        self._port = port
        self._from_output = from_output
        self._unplugged = unplugged
        self._line: QGraphicsPathItem | None = None
        self._goal: PortRef | None = None
        self._reason: str | None = None

    def move(self, at: Pointer) -> None:
        if self._line is None:
            if (at.view - self.start.view).manhattanLength() < QApplication.startDragDistance():
                return
            self._pick_up()
        self._aim(at)
        self._show_line(at)
        self._show_note(at)

    def finish(self, at: Pointer) -> None:
        if self._line is None:
            return
        goal, reason = self._goal, self._reason
        over_card = hit(self.canvas, at.scene, self.view.scale_now).node is not None
        self._put_down()
        if goal is not None and reason is None:
            self._plug(goal)
        elif reason is not None or over_card:
            self.canvas.status_message.emit(f"Not wired: {reason or 'no port here may take it'}")
        elif self._unplugged is not None:
            target = self._unplugged
            self.canvas.do(f"Unplug {target.node}", lambda design: disconnect(design, [target]))
        else:
            self.view.open_quick_add(at.scene, LooseEnd(self._port, self._from_output))

    def cancel(self) -> None:
        self._put_down()

    # In the hand -----------------------------------------------------------------------------------------------------

    def _pick_up(self) -> None:
        if self._unplugged is not None:
            target = self._unplugged
            self.canvas.document.preview(lambda design: disconnect(design, [target]))
        self._line = QGraphicsPathItem()
        self._line.setZValue(HELD_Z)
        self.canvas.addItem(self._line)
        self._mark_ports()

    def _put_down(self) -> None:
        if self._line is not None:
            self.canvas.removeItem(self._line)
            self._line = None
        self.canvas.set_port_marks(None)
        self.view.hide_note()
        if self._unplugged is not None:
            self.canvas.document.cancel_preview()

    def _mark_ports(self) -> None:
        """Ask the rules about every port on screen."""
        marks: dict[NodeId, tuple[dict[int, PortMark], dict[int, PortMark]]] = {}
        for item in self.view.visible_nodes():
            layer = item.node.layer
            ports = layer.inputs if self._from_output else layer.outputs
            side = {index: self._mark(PortRef(item.id, port.name)) for index, port in enumerate(ports)}
            marks[item.id] = (side, {}) if self._from_output else ({}, side)
        own = self.canvas.nodes[self._port.node].node.layer
        names = [port.name for port in (own.outputs if self._from_output else own.inputs)]
        here = {names.index(self._port.port): PortMark.LEGAL}
        before = marks.get(self._port.node, ({}, {}))
        marks[self._port.node] = (before[0], here) if self._from_output else (here, before[1])
        self.canvas.set_port_marks(marks)

    def _mark(self, other: PortRef) -> PortMark:
        if self._refusal(other) is not None:
            return PortMark.REFUSED
        return PortMark.LEGAL if self._misfit(other) is None else PortMark.MISFIT

    def _pair(self, other: PortRef) -> tuple[PortRef, PortRef]:
        return (self._port, other) if self._from_output else (other, self._port)

    def _refusal(self, other: PortRef) -> str | None:
        return may_connect(self.canvas.bridge.analysis, *self._pair(other))

    def _misfit(self, other: PortRef) -> str | None:
        return misfit_if_connected(self.canvas.bridge.analysis, *self._pair(other))

    def _aim(self, at: Pointer) -> None:
        reach = SNAP_PIXELS / self.view.scale_now
        goal = nearest_port(self.canvas, at.scene, reach, self._from_output) or self._port_of_card(at)
        self._goal = None if goal == self._port else goal
        self._reason = self._refusal(self._goal) if self._goal is not None else None

    def _port_of_card(self, at: Pointer) -> PortRef | None:
        """Over a card's middle its first free port that may take the wire is meant, or else its first."""
        found = hit(self.canvas, at.scene, self.view.scale_now)
        if found.under is not Under.NODE or found.node is None or found.node == self._port.node:
            return None
        layer = self.canvas.nodes[found.node].node.layer
        ports = [PortRef(found.node, port.name) for port in (layer.inputs if self._from_output else layer.outputs)]
        legal = [port for port in ports if self._refusal(port) is None]
        free = [port for port in legal if not self._from_output or port not in self.canvas.design.wires]
        return next(iter([*free, *legal, *ports]), None)

    def _show_line(self, at: Pointer) -> None:
        if self._line is None:
            return
        fixed = self._centre(self._port, self._from_output)
        snaps = self._goal is not None and self._reason is None
        loose = self._centre(self._goal, not self._from_output) if snaps and self._goal else at.scene
        start, end = (fixed, loose) if self._from_output else (loose, fixed)
        self._line.setPath(route(start, end).path)
        look = self.canvas.paints().look
        fits = self._goal is not None and self._misfit(self._goal) is None
        colour = look.tone("ok" if fits else "warning") if snaps else look.error if self._reason else look.accent
        self._line.setPen(QPen(colour, 2.4, Qt.PenStyle.SolidLine if snaps else Qt.PenStyle.DashLine))

    def _centre(self, port: PortRef, is_output: bool) -> QPointF:
        item = self.canvas.nodes[port.node]
        names = [each.name for each in (item.node.layer.outputs if is_output else item.node.layer.inputs)]
        index = names.index(port.port)
        return item.output_at(index) if is_output else item.input_at(index)

    def _show_note(self, at: Pointer) -> None:
        if self._goal is None:
            self.view.hide_note()
        elif self._reason is not None:
            self.view.show_note(self._reason, "error", at.view)
        elif (shape_error := self._misfit(self._goal)) is not None:
            self.view.show_note(shape_error, "warning", at.view)
        else:
            self.view.show_note(self._flowing(), "ok", at.view)

    def _flowing(self) -> str:
        source, target = self._pair(self._goal) if self._goal is not None else (self._port, self._port)
        spec = self.canvas.bridge.analysis.spec(source)
        return f"{spec.label if spec is not None else 'a tensor'} into {target.node}"

    # Done ------------------------------------------------------------------------------------------------------------

    def _plug(self, goal: PortRef) -> None:
        source, target = self._pair(goal)
        old = self._unplugged
        if target == old and self.canvas.design.wires[old].source == source:
            return

        def edit(design: Design) -> Design:
            free = design if old is None else disconnect(design, [old])
            return connect(free, source, target)

        verb = "Wire" if old is None else "Re-plug"
        self.canvas.do(f"{verb} {source.node} to {target.node}", edit)
