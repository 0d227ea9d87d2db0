"""How a cell of the table looks: room around its text, a frame where the keyboard is, and a line to type a name in."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from designer.ui.look.theme import metrics, tokens

_LINES = 1.5
"""Height of a row, in lines of text."""


class CellDelegate(QStyledItemDelegate):
    """Paints cells."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """As wide as the text, and tall enough to be told from the next row."""
        return QSize(super().sizeHint(option, index).width(), round(metrics(option.font).line * _LINES))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The cell, and on the one that has the keyboard a frame that is seen on a chosen row and beside it."""
        has_keyboard = bool(option.state & QStyle.StateFlag.State_HasFocus)
        option.state &= ~QStyle.StateFlag.State_HasFocus
        super().paint(painter, option, index)
        if not has_keyboard:
            return
        look, is_chosen = tokens(), bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setPen(QPen(look.on_accent if is_chosen else look.accent, 2.0))
        painter.drawRect(QRectF(option.rect).adjusted(1.0, 1.0, -1.0, -1.0))
        painter.restore()

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        """A line of text that says whose name it is."""
        line = QLineEdit(parent)
        line.setAccessibleName(f"Name of {index.data()}")
        line.setPlaceholderText(str(index.data()))
        return line
