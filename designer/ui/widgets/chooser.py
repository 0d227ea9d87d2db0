"""A list to choose from by keyboard: type to narrow it, arrows walk it, Enter chooses; it says why something may not.

Knows no design: what it offers and what each choice means is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QBrush, QGuiApplication, QHideEvent, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from designer.ui.look.theme import tokens
from designer.ui.widgets.accessibility import announce

MOST_ROWS = 300
"""Rows that are listed at once; typing finds the others."""
_OFFER = Qt.ItemDataRole.UserRole
_LINES, _LETTERS = 10, 46


@dataclass(frozen=True)
class Offer:
    """One line of the list.

    Attributes:
        text: What it is.
        choose: What choosing it does.
        note: What stands behind it in quiet letters, such as why it may not be chosen.
        is_refused: Whether it may not be chosen.
    """

    text: str
    choose: Callable[[], object]
    note: str = ""
    is_refused: bool = False

    @property
    def line(self) -> str:
        """The whole line."""
        return f"{self.text}  ·  {self.note}" if self.note else self.text


class Chooser(QFrame):
    """The list, over the window until something is chosen or Esc is pressed.

    Args:
        parent: Over which it opens; whoever has the keyboard before has it again afterwards.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._before: QWidget | None = None
        self._offers: Sequence[Offer] = ()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.title = QLabel(self)
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Type to narrow the list")
        self.rows = QListWidget(self)
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.reason = QLabel(self)
        self.reason.setWordWrap(True)
        column = QVBoxLayout(self)
        for part in (self.title, self.field, self.rows, self.reason):
            column.addWidget(part)
        sizes = self.fontMetrics()
        self.resize(QSize(sizes.averageCharWidth() * _LETTERS, round(sizes.height() * (_LINES * 1.8 + 5))))
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._find)
        self.rows.itemClicked.connect(self._choose)
        self.rows.currentItemChanged.connect(lambda row, _before: self._tell(row))

    def open(self, title: str, offers: Sequence[Offer], at: QPoint) -> None:
        """Show the list.

        Args:
            title: What is chosen.
            offers: Its lines, best first.
            at: Where its corner should be, on the screen.
        """
        self._before = QApplication.focusWidget()
        self._offers = offers
        self.title.setText(title)
        self.field.setAccessibleName(title)
        self.rows.setAccessibleName(title)
        self.field.clear()
        self._find("")
        screen = self.screen() or QGuiApplication.primaryScreen()
        room = screen.availableGeometry()
        x = min(max(at.x(), room.left()), room.right() - self.width())
        y = min(max(at.y(), room.top()), room.bottom() - self.height())
        self.move(x, y)
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    @property
    def offered(self) -> list[Offer]:
        """What is listed, best first."""
        return [self.rows.item(row).data(_OFFER) for row in range(self.rows.count())]

    def _find(self, text: str) -> None:
        words = text.casefold().split()
        found = [offer for offer in self._offers if all(word in offer.line.casefold() for word in words)]
        self.rows.clear()
        for offer in found[:MOST_ROWS]:
            item = QListWidgetItem(offer.line, self.rows)
            item.setData(_OFFER, offer)
            if offer.is_refused:
                item.setForeground(QBrush(tokens().quiet))
        self.rows.setCurrentRow(0)
        if not found:
            self.reason.setText("Nothing here matches")

    def _tell(self, item: QListWidgetItem | None) -> None:
        offer: Offer | None = item.data(_OFFER) if item is not None else None
        if offer is None:
            self.reason.setText("")
            return
        self.reason.setText(f"Cannot be chosen: {offer.note}" if offer.is_refused else "")
        announce(self.field, f"{offer.line}{', cannot be chosen' if offer.is_refused else ''}")

    def _choose(self, item: QListWidgetItem | None) -> None:
        offer: Offer | None = item.data(_OFFER) if item is not None else None
        if offer is None or offer.is_refused:
            return
        self.hide()
        offer.choose()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys typed in the field also walk the list."""
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(Qt.Key(event.key()))
        return super().eventFilter(watched, event)

    def _key(self, key: Qt.Key) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _LINES, Qt.Key.Key_PageUp: -_LINES}
        if key in steps:
            self.rows.setCurrentRow(min(max(self.rows.currentRow() + steps[key], 0), self.rows.count() - 1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self._choose(self.rows.currentItem())
        elif key == Qt.Key.Key_Escape:
            self.hide()
        else:
            return False
        return True

    def hideEvent(self, event: QHideEvent) -> None:
        """Give the keyboard back."""
        super().hideEvent(event)
        if self._before is not None:
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
