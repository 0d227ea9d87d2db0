"""Rename a node where it stands: a line of text over its title. Enter keeps the name, Esc leaves it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from designer.edit.edits import rename
from designer.graph.design import NodeId
from designer.ui.canvas.camera import Camera
from designer.ui.canvas.geometry import CARD_WIDTH

_TITLE = QRectF(0.0, -2.0, CARD_WIDTH, 34.0)


class RenameBox(QLineEdit):
    """The line over the title of one card; goes when it is done."""

    def __init__(self, view: Camera, id: NodeId) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._id = id
        node = view.canvas.design.nodes[id]
        self.setAccessibleName(f"Name of {node.title}")
        self.setPlaceholderText(node.layer.card_title())
        self.setText(node.name)
        self.selectAll()
        place = view.mapFromScene(_TITLE.translated(view.canvas.nodes[id].pos())).boundingRect()
        least = self.fontMetrics().horizontalAdvance("m" * 12)
        self.setGeometry(place.x(), place.y(), max(place.width(), least), max(place.height(), self.sizeHint().height()))
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter keeps, Esc leaves."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._keep()
            self._go()
        elif event.key() == Qt.Key.Key_Escape:
            self._go()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A click elsewhere keeps what was typed."""
        super().focusOutEvent(event)
        if self.isVisible():
            self._keep()
            self.hide()
            self.deleteLater()

    def _keep(self) -> None:
        id, name = self._id, self.text()
        nodes = self._view.canvas.design.nodes
        if id in nodes and nodes[id].name != name.strip():
            self._view.canvas.do(f"Rename {nodes[id].title}", lambda design: rename(design, id, name))

    def _go(self) -> None:
        self.hide()
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.deleteLater()
