"""A list to choose from by keyboard: type to find, arrow keys walk it, Enter chooses, Esc leaves.

Knows nothing of what it lists: what there is for what was typed is asked for, and what was chosen is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QGuiApplication, QHideEvent, QKeyEvent, QPainter, QPaintEvent, QPen
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

from designer.ui.look.theme import metrics, tokens
from designer.ui.widgets.accessibility import announce

CHOICE = Qt.ItemDataRole.UserRole
"""Where a row of the list keeps its choice, for whoever paints it."""


@dataclass(frozen=True)
class Choice:
    """One row.

    Attributes:
        value: What is told where it is chosen.
        text: The row.
        words: What stands below the list while it is the current row.
        name: What assistive technology calls the row, where that is not its text.
        tip: Its tool tip.
        announced: What is said aloud when it becomes the current row, or an empty text.
        is_refused: Whether it cannot be chosen, for a reason that its words give; it stands in quiet letters.
        is_off: Whether it cannot be chosen now; it stands as an action does that is switched off.
    """

    value: object
    text: str
    words: str = ""
    name: str = ""
    tip: str = ""
    announced: str = ""
    is_refused: bool = False
    is_off: bool = False


Find = Callable[[str], Sequence[Choice]]
"""What there is for a typed text, best first."""


class Picker(QFrame):
    """A field, and what it finds.

    Args:
        parent: Over which it opens.
        page: How many rows Page Up and Page Down go.
        is_popup: Whether it is a window over all others; else it is drawn over its parent, and closes where the
            keyboard goes elsewhere.
        chooses_by_tab: Whether Tab chooses as Enter does.

    Signals: ``chosen`` with a choice's value; ``left`` when it is closed without a choice by Esc, or because the
    keyboard went elsewhere.
    """

    chosen = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget, page: int, is_popup: bool = True, chooses_by_tab: bool = True) -> None:
        super().__init__(parent, Qt.WindowType.Popup if is_popup else Qt.WindowType.Widget)
        self._room = parent
        self._page = page
        self._is_popup = is_popup
        self._choosing = {Qt.Key.Key_Return, Qt.Key.Key_Enter} | ({Qt.Key.Key_Tab} if chooses_by_tab else set())
        self._before: QWidget | None = None
        self._nothing = ""
        self._find: Find = lambda _text: ()
        self.title = QLabel(self)
        self.title.hide()
        self.field = QLineEdit(self)
        self.rows = QListWidget(self)
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setVisible(is_popup)
        self._column = QVBoxLayout(self)
        for part in (self.title, self.field, self.rows, self.words):
            self._column.addWidget(part)
        if is_popup:
            self.setFrameShape(QFrame.Shape.StyledPanel)
        else:
            self._lie_on_parent()
        # A click on a row would else give the keyboard to what it lies over, and close it before the row is chosen.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocusProxy(self.field)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._list)
        self.rows.itemClicked.connect(self._choose)
        self.rows.currentItemChanged.connect(lambda row, _before: self._tell(row))

    def _lie_on_parent(self) -> None:
        lengths = metrics(self.font())
        margin = round(lengths.gap * 1.4)
        self._column.setContentsMargins(margin, margin, margin, margin)
        self._column.setSpacing(round(lengths.gap))
        self.rows.setFrameShape(QFrame.Shape.NoFrame)
        self.setAutoFillBackground(False)
        self.hide()

    def open_at(self, at: QPoint, find: Find, title: str = "", nothing: str = "") -> None:
        """Show it.

        Args:
            at: Where its corner should be, of a popup on the screen, else on its parent; it is kept inside.
            find: What there is for a typed text.
            title: What is chosen, where it says so above the field.
            nothing: What stands below the list where nothing is found.
        """
        self._before = QApplication.focusWidget() if self._is_popup else None
        self._find, self._nothing = find, nothing
        if title:
            self.title.setText(title)
            self.title.show()
            self.field.setAccessibleName(title)
            self.rows.setAccessibleName(title)
        self.field.clear()
        self._list("")
        room = self._around()
        x = min(max(at.x(), room.left()), max(room.left() + room.width() - self.width(), room.left()))
        y = min(max(at.y(), room.top()), max(room.top() + room.height() - self.height(), room.top()))
        self.move(x, y)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _around(self) -> QRect:
        if not self._is_popup:
            return self._room.rect()
        return (self.screen() or QGuiApplication.primaryScreen()).availableGeometry()

    @property
    def offered(self) -> tuple[Any, ...]:
        """The values of what is listed, best first."""
        return tuple(self.rows.item(row).data(CHOICE).value for row in range(self.rows.count()))

    def _list(self, text: str) -> None:
        self.rows.clear()
        for choice in self._find(text):
            row = QListWidgetItem(choice.text, self.rows)
            row.setData(CHOICE, choice)
            if choice.name:
                row.setData(Qt.ItemDataRole.AccessibleTextRole, choice.name)
            row.setToolTip(choice.tip)
            if choice.is_refused:
                row.setForeground(QBrush(tokens().quiet))
            if choice.is_off:  # still there to be found and read about
                row.setFlags(row.flags() & ~Qt.ItemFlag.ItemIsEnabled)
        self.rows.setCurrentRow(0)
        if not self.rows.count():
            self.words.setText(self._nothing)

    def _tell(self, row: QListWidgetItem | None) -> None:
        choice: Choice | None = row.data(CHOICE) if row is not None else None
        if choice is None:
            return
        self.words.setText(choice.words)
        if choice.announced:
            announce(self.field, choice.announced)

    def _choose(self, row: QListWidgetItem | None) -> None:
        choice: Choice | None = row.data(CHOICE) if row is not None else None
        if choice is None or choice.is_refused or choice.is_off:
            return
        self._close()
        self.chosen.emit(choice.value)

    def _leave(self) -> None:
        self._close()
        self.left.emit()

    def _close(self) -> None:
        had_focus = self.field.hasFocus()
        self.hide()
        if had_focus and not self._is_popup:
            self._room.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys typed in the field also walk the list."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(Qt.Key(event.key()))
        if event.type() == QEvent.Type.FocusOut and not self._is_popup and self.isVisible():
            self._leave()
        return super().eventFilter(watched, event)

    def _key(self, key: Qt.Key) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: self._page, Qt.Key.Key_PageUp: -self._page}
        if key in steps:
            self.rows.setCurrentRow(min(max(self.rows.currentRow() + steps[key], 0), self.rows.count() - 1))
        elif key in self._choosing:
            self._choose(self.rows.currentItem())
        elif key == Qt.Key.Key_Escape:
            self._leave()
        else:
            return False
        return True

    def hideEvent(self, event: QHideEvent) -> None:
        """A window that closes gives the keyboard back."""
        super().hideEvent(event)
        before, self._before = self._before, None
        if before is not None:
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        """On its parent: a rounded panel with the accent's frame, as it has the keyboard."""
        if self._is_popup:
            super().paintEvent(event)
            return
        look = tokens()
        radius = metrics(self.font()).radius * 1.4
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.accent, 1.4))
        painter.setBrush(look.panel)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.7, 0.7, -0.7, -0.7), radius, radius)
