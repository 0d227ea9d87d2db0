"""Write a frame's title or a note where it stands. Ctrl+Enter keeps it, in a title Enter as well; Esc leaves it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from designer.edit.annotations import set_text
from designer.graph.annotation import AnnotationId
from designer.ui.canvas.annotations import words
from designer.ui.canvas.camera import Camera

_LEAST_LETTERS = 14


class AnnotationBox(QPlainTextEdit):
    """The text of one annotation; goes when it is done."""

    def __init__(self, view: Camera, id: AnnotationId) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._id = id
        annotation = view.canvas.design.annotations[id]
        self._is_title = annotation.is_frame
        self.setAccessibleName("Title of the frame" if annotation.is_frame else "Text of the note")
        self.setPlaceholderText("Title" if annotation.is_frame else "Write a note; Ctrl+Enter keeps it")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setTabChangesFocus(True)
        if self._is_title:
            self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setPlainText(annotation.text)
        self.selectAll()
        self._take_place(view.canvas.annotations.items[id].rect)
        view.canvas.nodes_changed.connect(self._follow)
        view.canvas.content_changed.connect(self._follow)
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _follow(self) -> None:
        """What is no longer there, as after an undo, cannot be written in."""
        if self._id not in self._view.canvas.design.annotations and self.isVisible():
            self._go()

    def _take_place(self, rect: QRectF) -> None:
        place = self._view.mapFromScene(rect).boundingRect()
        metrics = self.fontMetrics()
        line = round(metrics.lineSpacing() + 2 * self.document().documentMargin() + 2 * self.frameWidth() + 2)
        width = max(place.width(), metrics.horizontalAdvance("m" * _LEAST_LETTERS))
        height = line if self._is_title else max(place.height(), line + 2 * metrics.lineSpacing())
        self.setGeometry(place.x(), place.y(), width, height)

    def event(self, event: QEvent) -> bool:
        """While it is written in, keys are its own: Ctrl+Enter measures elsewhere."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter keeps, Esc leaves; a title is one line, which Enter ends."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and (self._is_title or event.modifiers() & Qt.KeyboardModifier.ControlModifier):
            self._keep()
            self._go()
        elif event.key() == Qt.Key.Key_Escape:
            self._go()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A click elsewhere keeps what was typed."""
        super().focusOutEvent(event)
        if self.isVisible() and event.reason() != Qt.FocusReason.PopupFocusReason:
            self._keep()
            self.hide()
            self.deleteLater()

    def _keep(self) -> None:
        id, text = self._id, " ".join(self.toPlainText().split("\n")) if self._is_title else self.toPlainText()
        annotations = self._view.canvas.design.annotations
        if id in annotations and annotations[id].text != text:
            self._view.canvas.do(f"Write {words(annotations, [id])}", lambda design: set_text(design, id, text))

    def _go(self) -> None:
        self.hide()
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.deleteLater()
