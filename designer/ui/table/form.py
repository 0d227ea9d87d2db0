"""The parameters of one row as a small form over the table: what the inspector has, where the hand is.

Made of the parameters' own fields; typing in one field is one undo step. Knows no particular layer.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from designer.analysis.fitting import padding_refuses
from designer.edit.document import Command, Document
from designer.edit.edits import set_parameter
from designer.edit.inside import body_at, lifted
from designer.errors import DesignerError, ParameterError
from designer.graph.design import Node, NodePath
from designer.graph.parameter import Parameter
from designer.ui.panels.cards import clear
from designer.ui.widgets.fields import Field, NumberField, field_for, labelled_row

_LETTERS = 40


class ParameterForm(QFrame):
    """The form; Esc or Enter closes it, and what was typed stays.

    Args:
        parent: What has the keyboard before, and again afterwards.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._asker = parent
        self._document: Document | None = None
        self.fields: dict[str, Field] = {}
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._column = QVBoxLayout(self)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * _LETTERS)

    def open(self, document: Document, path: NodePath, node: Node, at: QPoint) -> bool:
        """Show the parameters of a node; gives whether it has any.

        Args:
            document: What is edited.
            path: The way to the node, through groups.
            node: The node.
            at: Where the form's corner should be, on the screen.
        """
        parameters = node.layer.shown_parameters()
        if not parameters:
            return False
        self._document = document
        self._fill(path, node, parameters)
        self.setAccessibleName(f"Parameters of {node.title}")
        self.adjustSize()
        screen = self.screen() or QGuiApplication.primaryScreen()
        room = screen.availableGeometry()
        x = min(max(at.x(), room.left()), room.right() - self.width())
        y = min(max(at.y(), room.top()), room.bottom() - self.height())
        self.move(x, y)
        self.show()
        next(iter(self.fields.values())).setFocus(Qt.FocusReason.PopupFocusReason)
        return True

    def _fill(self, path: NodePath, node: Node, parameters: tuple[Parameter, ...]) -> None:
        clear(self._column)
        self._column.addWidget(QLabel(node.title, self))
        self.fields = {parameter.name: field_for(parameter, self) for parameter in parameters}
        for name, field in self.fields.items():
            field.show_value(getattr(node.layer, name))
            field.edited.connect(lambda value, name=name: self._edit(path, node, name, value))
            field.finished.connect(self._seal)
            if isinstance(field, NumberField):
                field.box.passes_over = partial(self._padding_refuses, path, name)
            self._column.addWidget(labelled_row(field, self))

    def _edit(self, path: NodePath, node: Node, name: str, value: object) -> None:
        if self._document is None:
            return
        label = f"Set {node.layer.parameter(name).label.lower()} of {node.title}"
        edit = lifted(path[:-1], lambda design: set_parameter(design, [path[-1]], name, value))
        try:
            self._document.apply(Command(label, edit, merge_key=("table", path, name)))
        except ParameterError as error:
            self.fields[name].complain(error.reason)
        except DesignerError as error:
            self.fields[name].complain(str(error))

    def _padding_refuses(self, path: NodePath, name: str, value: object) -> bool:
        body = body_at(self._document.design, path[:-1]) if self._document is not None else None
        node = body.nodes.get(path[-1]) if body is not None else None
        return node is not None and padding_refuses(node.layer.with_parameter(name, value), ())

    def _seal(self) -> None:
        if self._document is not None:
            self._document.seal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter closes like Esc: each value stands already."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.hide()
            return
        super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """The last field is done with; the keyboard goes back."""
        super().hideEvent(event)
        self._seal()
        self._document = None
        self._asker.setFocus(Qt.FocusReason.PopupFocusReason)
