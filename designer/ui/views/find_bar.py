"""The find bar over a canvas: what matches is lit and counted, Enter goes from one to the next, Esc leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QWidget

from designer.analysis.measured import Measured
from designer.analysis.search import compared_words, find_nodes
from designer.graph.design import NodePath
from designer.ui.canvas.camera import Camera
from designer.ui.look.theme import tokens
from designer.ui.widgets.action_button import icon_button


class FindBar(QFrame):
    """Searches what is on a canvas, blocks included.

    Args:
        camera: The canvas.
        node_ms: Asks for the measured times, in milliseconds by node.

    Signals: ``left`` when it is closed.
    """

    left = Signal()

    def __init__(self, camera: Camera, node_ms: Callable[[], Mapping[str, float]]) -> None:
        super().__init__(camera)
        self._camera = camera
        self._scene = camera.canvas
        self._node_ms = node_ms
        self._found: tuple[NodePath, ...] = ()
        self._place = -1
        self.setAutoFillBackground(True)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("depthwise stride=2")
        self.field.setAccessibleName("Find in graph")
        figures = ", ".join(compared_words())
        self.field.setToolTip(
            f"Words of a name, id or type; or a comparison of a parameter or of {figures}: stride=2, channels>100"
        )
        self.field.setMinimumWidth(self.fontMetrics().horizontalAdvance("m" * 18))
        self.count = QLabel(self)
        row = QHBoxLayout(self)
        gap = self.fontMetrics().height() // 3
        row.setContentsMargins(gap, gap, gap, gap)
        row.addWidget(self.field)
        row.addWidget(self.count)
        for icon, tip, call in (
            ("before", "The one before (Shift+Enter)", lambda: self._step(-1)),
            ("next", "The next one (Enter)", lambda: self._step(1)),
            ("close", "Close (Esc)", self.leave),
        ):
            button = icon_button(icon, tip, self)
            button.clicked.connect(call)
            row.addWidget(button)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(lambda _text: self.search())
        camera.viewport().installEventFilter(self)
        self.hide()

    @property
    def found(self) -> tuple[NodePath, ...]:
        """What matches, in order of execution."""
        return self._found

    def open(self) -> None:
        """Show the bar with the keyboard in it."""
        self.show()
        self.raise_()
        self._take_place()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self.search()

    def leave(self) -> None:
        """Close it; the canvas looks as ever and has the keyboard."""
        self.hide()
        self._scene.set_found(None)
        self._camera.setFocus(Qt.FocusReason.OtherFocusReason)
        self.left.emit()

    def search(self) -> None:
        """Find what the text means, and light it."""
        measured = Measured(node_ms=self._node_ms())
        self._found = find_nodes(self._scene.bridge.analysis, self.field.text(), measured)
        self._place = -1
        is_asked = bool(self.field.text().strip())
        self._scene.set_found({path[0] for path in self._found} if is_asked else None)
        self._say()

    def refresh(self) -> None:
        """Search again where the bar is open: what is on the canvas became another."""
        if self.isVisible():
            self.search()

    def _step(self, by: int) -> None:
        if not self._found:
            return
        self._place = (self._place + by) % len(self._found) if self._place >= 0 or by > 0 else len(self._found) - 1
        path = self._found[self._place]
        self._scene.select([path[0]])
        self._camera.ensure_visible([path[0]])
        if len(path) > 1:
            self._scene.status_message.emit(f"Found {' › '.join(path)}; Alt+Down goes inside")
        self._say()

    def _say(self) -> None:
        if not self.field.text().strip():
            self.count.setText("")
        elif not self._found:
            self.count.setText("none")
        else:
            inside = (
                f" in {self._found[self._place][0]}" if self._place >= 0 and len(self._found[self._place]) > 1 else ""
            )
            self.count.setText(f"{self._place + 1 or '–'} of {len(self._found)}{inside}")
        palette = self.count.palette()
        look = tokens()
        colour = look.error_text if self.count.text() == "none" else look.quiet
        palette.setColor(self.count.foregroundRole(), colour)
        self.count.setPalette(palette)
        self._take_place()

    def _take_place(self) -> None:
        self.adjustSize()
        room = self._camera.viewport().geometry()
        margin = self.fontMetrics().height() // 2
        self.move(max(room.right() - self.width() - margin, 0), room.top() + margin)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys in the field that mean the search, and the corner that moves with the canvas."""
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.leave()
                return True
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget) and watched is not self.field:
            self._take_place()
        return super().eventFilter(watched, event)
