"""The command palette: every action by a few letters of its name, with its menu and shortcut; by keyboard alone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from designer.layers.registry import match_score
from designer.ui.actions.action import Action, Context
from designer.ui.actions.table import ACTIONS
from designer.ui.widgets.picker import Choice, Picker

ROWS = 12
KEPT = 8
"""How many actions used last stand first."""
_NATIVE = QKeySequence.SequenceFormat.NativeText


class CommandPalette(Picker):
    """A search over the table of actions.

    Args:
        context: What actions reach, and what is asked whether one can be done now.
        parent: The window.
    """

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent, ROWS, chooses_by_tab=False)
        self._window = parent
        self._context = context
        self._recent: list[str] = []
        self.field.setPlaceholderText("Type what to do")
        self.field.setAccessibleName("Command")
        self.rows.setAccessibleName("Commands that match")
        sizes = self.fontMetrics()
        self.resize(sizes.horizontalAdvance("m" * 40), round(sizes.height() * (ROWS * 1.8 + 6)))
        self.chosen.connect(self._run)

    def open(self) -> None:
        """Show it at the top of the window's middle, with everything listed."""
        window = self._window
        corner = window.mapToGlobal(window.rect().topLeft())
        middle = corner + QPoint((window.width() - self.width()) // 2, window.height() // 10)
        self.open_at(middle, self._matching, nothing="Nothing is called like that.")

    def _matching(self, text: str) -> list[Choice]:
        return [self._choice(each) for each in _matching(text, self._recent, self._context)]

    def _choice(self, each: Action) -> Choice:
        keys = QKeySequence(each.shortcuts[0]).toString(_NATIVE) if each.shortcuts else ""
        line = f"{_path(each, self._context)}{f'    {keys}' if keys else ''}"
        return Choice(each, line, each.tip, is_off=not each.enabled(self._context))

    def _run(self, chosen: Action) -> None:
        self._recent = [chosen.id, *(id for id in self._recent if id != chosen.id)][:KEPT]
        chosen.call(self._context)


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
