"""Quick add: a small search over the canvas. Type, walk by arrow keys, Enter places; Esc leaves.

Knows no document: what it offers for what is typed is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from designer.ui.look.theme import metrics, tokens
from designer.ui.panels.node_library import Entry, about, shelf_of, stripe_of, title_of
from designer.ui.shell.plain_tips import plain_tip

SHOWN_ROWS = 8
_ENTRY = Qt.ItemDataRole.UserRole


class QuickAdd(QFrame):
    """The search box and what it finds.

    Signals: ``chosen`` with an entry of the library; ``left`` when it is closed without a choice.
    """

    chosen = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self._offer: Callable[[str], Sequence[Entry]] = lambda _text: ()
        lengths = metrics(self.font())
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Type what to place")
        self.field.setAccessibleName("Search what to place")
        self.field.setClearButtonEnabled(False)
        self.field.textChanged.connect(self._find)
        self.field.installEventFilter(self)
        self.rows = QListWidget(self)
        self.rows.setAccessibleName("What was found")
        self.rows.setFrameShape(QFrame.Shape.NoFrame)
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setItemDelegate(_RowDelegate(self.rows))
        self.rows.itemClicked.connect(self._choose)
        column = QVBoxLayout(self)
        margin = round(lengths.gap * 1.4)
        column.setContentsMargins(margin, margin, margin, margin)
        column.setSpacing(round(lengths.gap))
        column.addWidget(self.field)
        column.addWidget(self.rows)
        self.setAutoFillBackground(False)
        self.resize(round(lengths.letter * 44), round(lengths.line * (2.2 + SHOWN_ROWS * 1.75)))
        self.hide()

    def open_at(self, at: QPoint, offer: Callable[[str], Sequence[Entry]]) -> None:
        """Show it near a point of its parent, kept inside.

        Args:
            at: Where its search field's left end should be.
            offer: What may be placed for a typed text, best first.
        """
        self._offer = offer
        self.field.clear()
        self._find("")
        room = self._room.rect()
        x = min(max(at.x(), 0), max(room.width() - self.width(), 0))
        y = min(max(at.y(), 0), max(room.height() - self.height(), 0))
        self.move(x, y)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    @property
    def offered(self) -> tuple[Entry, ...]:
        """What the list shows, best first."""
        return tuple(self.rows.item(index).data(_ENTRY) for index in range(self.rows.count()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys typed in the field also walk the list; leaving the field closes the box."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self._leave()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: SHOWN_ROWS, Qt.Key.Key_PageUp: -SHOWN_ROWS}
        key = Qt.Key(event.key())
        if key in steps:
            last = self.rows.count() - 1
            self.rows.setCurrentRow(min(max(self.rows.currentRow() + steps[key], 0), last))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self._choose(self.rows.currentItem())
        elif key == Qt.Key.Key_Escape:
            self._leave()
        else:
            return False
        return True

    def _find(self, text: str) -> None:
        self.rows.clear()
        for entry in self._offer(text):
            row = QListWidgetItem(title_of(entry))
            row.setData(_ENTRY, entry)
            row.setData(Qt.ItemDataRole.AccessibleTextRole, f"{title_of(entry)}, {shelf_of(entry)}")
            row.setToolTip(plain_tip(about(entry)))
            self.rows.addItem(row)
        self.rows.setCurrentRow(0)

    def _choose(self, row: QListWidgetItem | None) -> None:
        if row is None:
            return
        self._close()
        self.chosen.emit(row.data(_ENTRY))

    def _leave(self) -> None:
        self._close()
        self.left.emit()

    def _close(self) -> None:
        had_focus = self.field.hasFocus()
        self.hide()
        if had_focus:
            self._room.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A rounded panel with the accent's frame, as it has the keyboard."""
        look = tokens()
        radius = metrics(self.font()).radius * 1.4
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.accent, 1.4))
        painter.setBrush(look.panel)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.7, 0.7, -0.7, -0.7), radius, radius)


class _RowDelegate(QStyledItemDelegate):
    """A row: a stripe in its colour, the title, and the word for its shelf."""

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:
        line = metrics(option.font).line
        return QSize(round(line * 8), round(line * 1.75))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:
        entry: Entry = index.data(_ENTRY)  # type: ignore[attr-defined]  # a model index, in Qt's stubs one of two classes
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
