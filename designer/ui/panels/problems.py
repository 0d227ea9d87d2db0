"""Problems of the design on screen: what, where, why, and a button that fixes it. Edits nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from designer import wording
from designer.analysis.fixes import Fix, Problem
from designer.analysis.issues import Severity
from designer.ui.look.theme import TONES
from designer.ui.panels.cards import Card, TonedLabel, clear, heading, quiet
from designer.ui.shell.plain_tips import plain_tip

SHOWN_AT_MOST = 30


class ProblemCard(Card):
    """One problem; a click or Enter shows its node.

    Signals: ``shown`` with the problem; ``fixed`` with it and the Fix that was pressed; ``considered`` with it and the
    Fix that the pointer or the keyboard is on, ``dismissed`` when it is on none any more.
    """

    shown = Signal(object)
    fixed = Signal(object, object)
    considered = Signal(object, object)
    dismissed = Signal()

    def __init__(self, problem: Problem, parent: QWidget | None = None) -> None:
        super().__init__(TONES[problem.severity], parent)
        self.problem = problem
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        place = problem.where
        title = TonedLabel(TONES[problem.severity], f"{place} · {problem.what}", self)
        why = quiet(problem.why, self)
        self.setAccessibleName(f"{problem.severity.value}: {problem.line()}")
        self.setToolTip(plain_tip(problem.line()))
        self.show_button = QPushButton("Show", self)
        self.show_button.setToolTip(plain_tip(f"Show {place} on the canvas"))
        self.show_button.setVisible(problem.node is not None)
        self.show_button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_button.clicked.connect(lambda: self.shown.emit(self.problem))
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(self.show_button, 0, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(head)
        self.column.addWidget(why)
        if problem.advice and not problem.fixes:
            fix = problem.advice[:1].upper() + problem.advice[1:]
            self.column.addWidget(
                quiet(fix if problem.severity is Severity.UNFINISHED else f"Fix: {problem.advice}", self)
            )
        self.fix_buttons = [self._fix_button(index, fix) for index, fix in enumerate(problem.fixes)]
        for button in self.fix_buttons:
            self.column.addWidget(button)

    def _fix_button(self, index: int, fix: Fix) -> QPushButton:
        button = _FixButton(fix.label, self)
        button.clicked.connect(lambda: self.fixed.emit(self.problem, self.problem.fixes[index]))
        button.considered.connect(lambda: self.considered.emit(self.problem, self.problem.fixes[index]))
        button.dismissed.connect(self.dismissed)
        return button

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Show the node."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.shown.emit(self.problem)
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter shows the node, as a click does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.shown.emit(self.problem)
            return
        super().keyPressEvent(event)


class _WrappedButton(QPushButton):
    """A button whose text goes on in further lines where it is narrow: fixes often differ in their last word only."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self._words = text.split()
        self.setToolTip(plain_tip(text))
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """Room for the longest word."""
        widest = max(map(self.fontMetrics().horizontalAdvance, self._words), default=0)
        return QSize(widest + self._margins, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines anew."""
        super().resizeEvent(event)
        broken = "\n".join(self._lines(self.width() - self._margins))
        if broken != self.text():
            self.setText(broken)

    @property
    def _margins(self) -> int:
        return 2 * self.fontMetrics().averageCharWidth() + 2

    def _lines(self, room: int) -> list[str]:
        lines: list[str] = []
        for word in self._words:
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.fontMetrics().horizontalAdvance(longer) <= room:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines


class _FixButton(_WrappedButton):
    """A fix; says when the pointer or the keyboard is on it, so that what it would do can be shown.

    Signals: ``considered`` and ``dismissed``.
    """

    considered = Signal()
    dismissed = Signal()

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer comes."""
        super().enterEvent(event)
        self.considered.emit()

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer goes."""
        super().leaveEvent(event)
        self.dismissed.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard comes."""
        super().focusInEvent(event)
        self.considered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keyboard goes."""
        super().focusOutEvent(event)
        self.dismissed.emit()


class ProblemsPanel(QWidget):
    """The list, worst first.

    Signals: ``show_requested`` with a Problem, ``fix_requested`` with a Problem and a Fix; ``fix_considered`` with the
    same while a fix is only looked at, and ``fix_dismissed`` when it no longer is.
    """

    show_requested = Signal(object)
    fix_requested = Signal(object, object)
    fix_considered = Signal(object, object)
    fix_dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problems: tuple[Problem, ...] = ()
        self._cards: list[ProblemCard] = []
        self.title = heading("Problems", self)
        self.count = TonedLabel("error", "", self)
        self.count.setWordWrap(False)
        header = QHBoxLayout()
        header.addWidget(self.title)
        header.addStretch(1)
        header.addWidget(self.count)
        self._column = QVBoxLayout()
        self._column.setSpacing(self.fontMetrics().height() // 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(header)
        layout.addLayout(self._column)
        layout.addStretch(1)  # what is left over is nobody's: cards are as tall as their words
        self._rebuild()

    @property
    def cards(self) -> list[ProblemCard]:
        """The cards on screen, from the top."""
        return self._cards

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show other problems; the same ones are left as they are, so that a focused button stays focused."""
        order = list(Severity)
        before, self._problems = self._problems, tuple(sorted(problems, key=lambda each: order.index(each.severity)))
        if list(map(_reading, before)) != list(map(_reading, self._problems)):
            self._rebuild()
            return
        for card, problem in zip(self.cards, self._problems, strict=False):
            card.problem = problem  # the same words, but fixes made for the present design

    def _head(self, words: str) -> None:
        self.title.setText(words.upper())
        self.title.setAccessibleName(words)

    def _rebuild(self) -> None:
        clear(self._column)
        self._cards = []
        self.count.setText(wording.count(len(self._problems)) if self._problems else "")
        if not self._problems:
            self._head("Problems")
            self._column.addWidget(quiet("None: every shape fits.", self))
            return
        worst = self._problems[0].severity
        self.count.set_tone(TONES[worst])
        self._head("To do" if worst is Severity.UNFINISHED else "Problems")
        for problem in self._problems[:SHOWN_AT_MOST]:
            card = ProblemCard(problem, self)
            card.shown.connect(self.show_requested)
            card.fixed.connect(self.fix_requested)
            card.considered.connect(self.fix_considered)
            card.dismissed.connect(self.fix_dismissed)
            self._column.addWidget(card)
            self._cards.append(card)
        hidden = len(self._problems) - SHOWN_AT_MOST
        if hidden > 0:
            rest: QLabel = quiet(f"and {wording.plural(hidden, 'more problem')} like these", self)
            self._column.addWidget(rest)


def _reading(problem: Problem) -> tuple[object, ...]:
    """All of a problem that is read on its card."""
    return problem.severity, problem.line(), problem.why, tuple(fix.label for fix in problem.fixes)
