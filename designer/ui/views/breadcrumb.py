"""Breadcrumb: where inside blocks one is, above the canvas. A press on a name goes there. Knows names, no design."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from designer.ui.look.theme import metrics
from designer.ui.panels.cards import quiet
from designer.ui.shell.plain_tips import plain_tip

LONGEST_NAME = 28
"""Letters of a name that are shown; the whole name stands in the tool tip."""


class Breadcrumb(QFrame):
    """The bar; hidden while the whole design is shown.

    Args:
        below: What has the keyboard after the bar.
        parent: Where the bar is.

    Signals: ``chosen`` with how many blocks deep the chosen name is, 0 being the design; ``edit_requested`` when what
    is inside should become a group.
    """

    chosen = Signal(int)
    edit_requested = Signal()

    def __init__(self, below: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._below = below
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self.setAccessibleName("Where inside blocks you are")
        lengths = metrics(self.font())
        self._names: tuple[str, ...] = ()
        self.steps: list[QToolButton] = []
        self._row = QHBoxLayout()
        self._row.setSpacing(round(lengths.gap / 2))
        self.note = quiet("", self)
        self.note.setWordWrap(False)
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.edit = QPushButton("Make it a group to edit", self)
        self.edit.setToolTip("Replace the block by a group of the same parts, which can be edited (Block menu)")
        self.edit.clicked.connect(self.edit_requested)
        layout = QHBoxLayout(self)
        gap = round(lengths.gap)
        layout.setContentsMargins(gap, gap // 2, gap, gap // 2)
        layout.addLayout(self._row)
        layout.addWidget(self.note, 1)
        layout.addWidget(self.edit)
        self.hide()

    def show_way(self, names: Sequence[str], is_editable: bool) -> None:
        """Show the names on the way inward, the design's first; nothing where there is no other."""
        if tuple(names) != self._names:
            self._names = tuple(names)
            self._rebuild()
        self.note.setText("" if is_editable else "Follows from the block's parameters · read only")
        self.note.setToolTip(plain_tip(self.note.text()))
        self.edit.setVisible(not is_editable)
        self.setVisible(len(names) > 1)

    def _rebuild(self) -> None:
        while self._row.count():
            taken = self._row.takeAt(0)
            widget = taken.widget() if taken is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.steps = []
        last = len(self._names) - 1
        for depth, name in enumerate(self._names):
            self._row.addWidget(self._step(depth, name, is_here=depth == last))
            if depth < last:
                self._row.addWidget(quiet("›", self))
        self._order_focus()

    def _order_focus(self) -> None:
        """The keyboard walks from left to right, whenever a step was made, and on to what is below the bar."""
        stops: list[QWidget] = [*self.steps, self.edit, *([self._below] if self._below is not None else [])]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _step(self, depth: int, name: str, is_here: bool) -> QWidget:
        short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        if is_here:
            here = QLabel(short, self)
            here.setAccessibleName(f"You are in {name}")
            font = here.font()
            font.setBold(True)
            here.setFont(font)
            here.setToolTip(plain_tip(name))
            here.setContentsMargins(round(metrics(self.font()).gap * 0.8), 0, 0, 0)
            return here
        step = QToolButton(self)
        step.setText(short)
        step.setAutoRaise(True)
        step.setCursor(Qt.CursorShape.PointingHandCursor)
        step.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        out = len(self._names) - 1 - depth
        step.setToolTip(f"Go out to {name}" + (" (Esc, Alt+Up)" if out == 1 else ""))
        step.setAccessibleName(f"Go out to {name}")
        step.clicked.connect(lambda: self.chosen.emit(depth))
        self.steps.append(step)
        return step
