"""A canvas to act on with real events: it finds places by port and node names and sends what a hand would."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.edit.document import Document
from designer.graph.design import Design, Node, NodeId, Point, PortRef, Wire
from designer.graph.layer import Layer
from designer.layers.activation import ReLU6
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input
from designer.ui.canvas.drawing import input_index, output_index
from designer.ui.canvas.scene import CanvasScene
from designer.ui.canvas.view import CanvasView
from designer.ui.workbench.document_bridge import DocumentBridge

LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
NONE, SHIFT, CONTROL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


def design_of(nodes: dict[str, tuple[Layer, float, float]], wires: Sequence[tuple[str, str]] = ()) -> Design:
    """A design from names, layers and places; wires as ``("input.y", "conv.x")``."""
    listed = [Node(NodeId(id), layer, position=Point(x, y)) for id, (layer, x, y) in nodes.items()]
    return Design.build("test", listed, [Wire(ref(source), ref(target)) for source, target in wires])


def ref(text: str) -> PortRef:
    """``"add.a"`` as a port."""
    node, _, port = text.partition(".")
    return PortRef(NodeId(node), port)


class Hand:
    """A shown canvas and a hand on it."""

    def __init__(self, design: Design) -> None:
        self.document = Document(design)
        self.bridge = DocumentBridge(self.document)
        self.scene = CanvasScene(self.bridge)
        self.view = CanvasView(self.scene)
        self.status_message: list[str] = []
        self.scene.status_message.connect(self.status_message.append)

    @property
    def design(self) -> Design:
        """What the document holds, previews left out."""
        return self.document.committed_design

    @property
    def steps(self) -> list[str]:
        """Names of the undo steps."""
        return [label for label, _ in self.document.history]

    # Places on the viewport ------------------------------------------------------------------------------------------

    def at(self, x: float, y: float) -> QPoint:
        """A place on the canvas, as a pixel."""
        return self.view.mapFromScene(QPointF(x, y))

    def card(self, id: str) -> QPoint:
        """The middle of a card, a little low, where no port is."""
        return self.view.mapFromScene(self.scene.nodes[NodeId(id)].card_rect.center() + QPointF(0, 12))

    def output(self, text: str) -> QPoint:
        """Centre of an output port."""
        port = ref(text)
        item = self.scene.nodes[port.node]
        return self.view.mapFromScene(item.output_at(output_index(item.node, port.port)))

    def input(self, text: str) -> QPoint:
        """Centre of an input port."""
        port = ref(text)
        item = self.scene.nodes[port.node]
        return self.view.mapFromScene(item.input_at(input_index(item.node, port.port)))

    # What a hand does ------------------------------------------------------------------------------------------------

    def press(
        self, at: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE, held: bool = True
    ) -> None:
        """Put a button down."""
        self._mouse(QEvent.Type.MouseButtonPress, at, button, button, keys)

    def move(self, at: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        """Move with a button held."""
        self._mouse(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, button, keys)

    def release(self, at: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        """Let the button go."""
        self._mouse(QEvent.Type.MouseButtonRelease, at, button, Qt.MouseButton.NoButton, keys)

    def pull(
        self,
        start: QPoint,
        end: QPoint,
        button: Qt.MouseButton = LEFT,
        keys: Qt.KeyboardModifier = NONE,
        steps: int = 6,
    ) -> None:
        """Press and move in small steps, without letting go."""
        self.press(start, button, keys)
        for step in range(1, steps + 1):
            self.move(start + (end - start) * (step / steps), button, keys)

    def drag(self, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        """Press, move in small steps, let go."""
        self.pull(start, end, button, keys)
        self.release(end, button, keys)

    def click(self, at: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        """Press and let go."""
        self.press(at, LEFT, keys)
        self.release(at, LEFT, keys)

    def double_click(self, at: QPoint) -> None:
        """A click, and at once another."""
        self.click(at)
        self._mouse(QEvent.Type.MouseButtonDblClick, at, LEFT, LEFT, NONE)
        self.release(at)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
        """Press a key on the canvas."""
        QTest.keyClick(self.view, key, keys)

    def wheel(self, at: QPoint, notches: float, keys: Qt.KeyboardModifier = NONE) -> None:
        """Turn the wheel."""
        event = QWheelEvent(
            QPointF(at),
            QPointF(self.view.viewport().mapToGlobal(at)),
            QPoint(),
            QPoint(0, round(120 * notches)),
            Qt.MouseButton.NoButton,
            keys,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.view.viewport(), event)

    def _mouse(
        self,
        kind: QEvent.Type,
        at: QPoint,
        button: Qt.MouseButton,
        held: Qt.MouseButton,
        keys: Qt.KeyboardModifier,
    ) -> None:
        place, everywhere = QPointF(at), QPointF(self.view.viewport().mapToGlobal(at))
        QApplication.sendEvent(self.view.viewport(), QMouseEvent(kind, place, everywhere, button, held, keys))

    # Drags from outside ----------------------------------------------------------------------------------------------

    def enter(self, mime: QMimeData, at: QPoint) -> bool:
        """A drag comes in; gives whether it is taken."""
        event = QDragEnterEvent(at, Qt.DropAction.CopyAction, mime, LEFT, NONE)
        event.ignore()
        QApplication.sendEvent(self.view.viewport(), event)
        return event.isAccepted()

    def hold(self, mime: QMimeData, at: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        """It moves."""
        event = QDragMoveEvent(at, Qt.DropAction.CopyAction, mime, LEFT, keys)
        QApplication.sendEvent(self.view.viewport(), event)

    def leave(self) -> None:
        """It goes out again."""
        QApplication.sendEvent(self.view.viewport(), QDragLeaveEvent())

    def drop(self, mime: QMimeData, at: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        """It is let go."""
        event = QDropEvent(QPointF(at), Qt.DropAction.CopyAction, mime, LEFT, keys)
        QApplication.sendEvent(self.view.viewport(), event)


def three() -> Design:
    """Input wired to a pointwise, and a ReLU6 beside them."""
    return design_of(
        {"input": (Input(24, 56, 56), 0, 0), "expand": (PointwiseConv2d(144), 200, 0), "act": (ReLU6(), 400, 0)},
        [("input.y", "expand.x")],
    )


def long_chain(count: int) -> Design:
    """Rows of a hundred cards."""
    nodes = [Node(NodeId("n0"), Input(8, 8, 8))]
    nodes += [Node(NodeId(f"n{i}"), ReLU6(), "", Point(i % 100 * 192, i // 100 * 144)) for i in range(1, count)]
    wires = [Wire(PortRef(NodeId(f"n{i - 1}"), "y"), PortRef(NodeId(f"n{i}"), "x")) for i in range(1, count)]
    return Design.build("chain", nodes, wires)


def near(a: QPointF, b: QPointF, most: float) -> bool:
    """Whether two points are within a distance of each other, along each axis."""
    return abs(a.x() - b.x()) <= most and abs(a.y() - b.y()) <= most
