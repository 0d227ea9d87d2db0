"""The command palette: every action by a few letters of its name, with its menu and shortcut; by keyboard alone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from designer.layers.registry import match_score
from designer.ui.actions.action import Action, Context
from designer.ui.actions.table import ACTIONS

ROWS = 12
KEPT = 8
"""How many actions used last stand first."""
_ACTION = Qt.ItemDataRole.UserRole


class CommandPalette(QFrame):
    """A search over the table of actions.

    Args:
        context: What actions reach, and what is asked whether one can be done now.
        parent: The window.
    """

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._window = parent
        self._context = context
        self._recent: list[str] = []
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Type what to do")
        self.field.setAccessibleName("Command")
        self.rows = QListWidget(self)
        self.rows.setAccessibleName("Commands that match")
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tip = QLabel(self)
        self.tip.setWordWrap(True)
        column = QVBoxLayout(self)
        for part in (self.field, self.rows, self.tip):
            column.addWidget(part)
        sizes = self.fontMetrics()
        self.resize(QSize(sizes.horizontalAdvance("m" * 40), round(sizes.height() * (ROWS * 1.8 + 6))))
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._find)
        self.rows.itemClicked.connect(self._run)
        self.rows.currentItemChanged.connect(lambda row, _before: self._tell(row))

    def open(self) -> None:
        """Show it at the top of the window's middle, with everything listed."""
        window = self._window
        self.field.clear()
        self._find("")
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - self.width()) // 2, corner.y() + window.height() // 10)
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    @property
    def offered(self) -> list[Action]:
        """What is listed, best first."""
        return [self.rows.item(row).data(_ACTION) for row in range(self.rows.count())]

    def _find(self, text: str) -> None:
        self.rows.clear()
        for each in _matching(text, self._recent, self._context):
            can_be_done = each.enabled(self._context)
            keys = (
                QKeySequence(each.shortcuts[0]).toString(QKeySequence.SequenceFormat.NativeText)
                if each.shortcuts
                else ""
            )
            item = QListWidgetItem(f"{_path(each, self._context)}{f'    {keys}' if keys else ''}", self.rows)
            item.setData(_ACTION, each)
            if not can_be_done:
                # Still there to be found and read about, but it cannot be chosen.
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
        self.rows.setCurrentRow(0)

    def _tell(self, row: QListWidgetItem | None) -> None:
        self.tip.setText(row.data(_ACTION).tip if row is not None else "Nothing is called like that.")

    def _run(self, row: QListWidgetItem | None) -> None:
        if row is None or not row.flags() & Qt.ItemFlag.ItemIsEnabled:
            return
        chosen: Action = row.data(_ACTION)
        self._recent = [chosen.id, *(id for id in self._recent if id != chosen.id)][:KEPT]
        self.hide()
        chosen.call(self._context)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys in the field that walk the list, choose, and leave."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS, Qt.Key.Key_PageUp: -ROWS}
        key = Qt.Key(event.key())
        if key in steps:
            self.rows.setCurrentRow(min(max(self.rows.currentRow() + steps[key], 0), self.rows.count() - 1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.rows.currentItem())
        elif key == Qt.Key.Key_Escape:
            self.hide()
        else:
            return False
        return True


def _path(each: Action, context: Context) -> str:
    """``Block › Align › Left``."""
    words = (each.menu.value, each.submenu, each.title(context))
    return " › ".join(word.replace("&", "") for word in words if word)


def _matching(text: str, recent: Sequence[str], context: Context) -> list[Action]:
    letters = text.casefold().replace(" ", "")
    if not letters:
        first = [each for id in recent for each in ACTIONS if each.id == id]
        return [*first, *(each for each in ACTIONS if each not in first)]
    scored = [(_score(letters, each, context), -place, each) for place, each in enumerate(ACTIONS)]
    return [each for score, _, each in sorted(scored, key=lambda entry: entry[:2], reverse=True) if score]


def _score(letters: str, each: Action, context: Context) -> int:
    """A match of the title counts before one of the menu, and that before one of the tip."""
    title = each.title(context).replace("&", "")
    words = (title, *title.split())
    path = f"{each.menu.value}{each.submenu}".replace("&", "")
    return (
        4 * match_score(letters, words)
        or 2 * match_score(letters, (path + title,))
        or match_score(letters, tuple(each.tip.split()))
    )
