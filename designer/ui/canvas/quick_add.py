"""Quick add: a small search over the canvas, of what may be placed there."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from designer.ui.look.theme import metrics, tokens
from designer.ui.panels.node_library import Entry, about, shelf_of, stripe_of, title_of
from designer.ui.shell.plain_tips import plain_tip
from designer.ui.widgets.picker import CHOICE, Choice, Picker

SHOWN_ROWS = 8


class QuickAdd(Picker):
    """A search over the library of nodes; ``chosen`` with an entry of it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, SHOWN_ROWS, is_popup=False)
        self.field.setPlaceholderText("Type what to place")
        self.field.setAccessibleName("Search what to place")
        self.rows.setAccessibleName("What was found")
        self.rows.setItemDelegate(_RowDelegate(self.rows))
        lengths = metrics(self.font())
        self.resize(round(lengths.letter * 44), round(lengths.line * (2.2 + SHOWN_ROWS * 1.75)))


def choice_of(entry: Entry) -> Choice:
    """The row of an entry of the library."""
    title = title_of(entry)
    return Choice(entry, title, name=f"{title}, {shelf_of(entry)}", tip=plain_tip(about(entry)))


class _RowDelegate(QStyledItemDelegate):
    """A row: a stripe in its colour, the title, and the word for its shelf."""

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:
        line = metrics(option.font).line
        return QSize(round(line * 8), round(line * 1.75))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:
        choice: Choice = index.data(CHOICE)  # type: ignore[attr-defined]  # a model index, in Qt's stubs one of two classes
        entry = cast("Entry", choice.value)
        look, lengths = tokens(), metrics(option.font)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(option.rect)
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_current or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.raised)
            painter.drawRoundedRect(room.adjusted(0, 1, 0, -1), lengths.radius * 0.7, lengths.radius * 0.7)
        stripe = QRectF(room.left() + 2, room.top() + room.height() * 0.22, 3.0, room.height() * 0.56)
        painter.fillRect(stripe, stripe_of(entry, look))
        inside = room.adjusted(lengths.gap * 2, 0, -lengths.gap, 0)
        words = painter.fontMetrics()
        taken = words.horizontalAdvance(shelf_of(entry) + "mm")
        title = words.elidedText(title_of(entry), Qt.TextElideMode.ElideRight, round(inside.width()) - taken)
        painter.setPen(look.text)
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
        painter.setPen(look.quiet)
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, shelf_of(entry))
        painter.restore()
