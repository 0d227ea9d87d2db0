"""A guess and the truth as two bars on the scale of what can be guessed, with the reason and where it comes from."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from designer.lessons.lesson import Outcome
from designer.lessons.words import evidence_lines, in_unit, outcome_lines, reason, verdict, words_of
from designer.ui.look.theme import mixed, tokens
from designer.ui.panels.cards import TonedLabel, clear, heading, quiet
from designer.ui.widgets.accessibility import announce, describe


class OutcomeBars(QWidget):
    """Two bars, one above the other."""

    def __init__(self, outcome: Outcome, language: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words, lesson = words_of(language), outcome.lesson
        how = words.measured if lesson.answer.kind.is_measured else words.computed
        self._rows = (
            (words.guess, outcome.guess, in_unit(lesson, outcome.guess, language)),
            (how, outcome.truth.value, in_unit(lesson, outcome.truth.value, language)),
        )
        self._most = max(lesson.guess.high, *(value for _, value, _ in self._rows))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Guess and truth")
        describe(self, "; ".join(f"{word}: {text}" for word, _, text in self._rows))

    def sizeHint(self) -> QSize:
        """Two lines of words, each with its bar below."""
        return QSize(20 * self.fontMetrics().averageCharWidth(), round(self.fontMetrics().height() * 4.6))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words at the left, the number at the right, the bar below."""
        look, line = tokens(), self.fontMetrics().height()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bold = self.font()
        bold.setBold(True)
        for place, (word, value, text) in enumerate(self._rows):
            top = place * line * 2.3
            room = QRectF(0, top, self.width(), line)
            painter.setFont(self.font())
            painter.setPen(look.quiet)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft), word)
            painter.setFont(bold)
            painter.setPen(look.text)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight), text)
            bar = QRectF(0, top + line * 1.15, self.width(), line * 0.55)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(look.panel, look.text, 0.12))
            painter.drawRoundedRect(bar, 3, 3)
            bar.setWidth(max(self.width() * max(value, 0.0) / self._most, 3.0))
            painter.setBrush(look.quiet if place == 0 else look.accent)
            painter.drawRoundedRect(bar, 3, 3)


class OutcomeView(QWidget):
    """Everything after the guess."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars: OutcomeBars | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def clear(self) -> None:
        """Show nothing."""
        self.bars = None
        clear(self._column)

    def say(self, text: str, tone: str = "warning") -> None:
        """Show a sentence instead."""
        self.clear()
        self._column.addWidget(TonedLabel(tone, text, self))
        announce(self, text)

    def show_outcome(self, outcome: Outcome, language: str) -> None:
        """Guess and truth side by side, why, and where it comes from."""
        self.clear()
        words = words_of(language)
        self.bars = OutcomeBars(outcome, language, self)
        self._column.addWidget(self.bars)
        self._add(verdict(outcome, language), is_bold=True)
        if outcome.truth.warning:
            self._column.addWidget(TonedLabel("warning", outcome.truth.warning, self))
        self._column.addWidget(heading(words.why, self))
        self._add(reason(outcome, language))
        self._column.addWidget(heading(words.evidence, self))
        for line in evidence_lines(outcome, language):
            self._column.addWidget(quiet(line, self))
        announce(self, "\n".join(outcome_lines(outcome, language)[:5]))

    @property
    def text(self) -> str:
        """All that it says."""
        items = (self._column.itemAt(place) for place in range(self._column.count()))
        labels = (item.widget() for item in items if item is not None)
        return "\n".join(label.text() for label in labels if isinstance(label, QLabel))

    def _add(self, text: str, is_bold: bool = False) -> None:
        label = QLabel(text, self)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if is_bold:
            font = label.font()
            font.setBold(True)
            label.setFont(font)
        self._column.addWidget(label)
