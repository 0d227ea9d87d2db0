"""Lessons beside the canvas: read, change something there, commit a guess, and see it beside the truth."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QVBoxLayout, QWidget

from designer.errors import DesignerError, InvalidDesign
from designer.lessons.answers import truth, wanted
from designer.lessons.files import Shelf, design_of, own_folder, shelf
from designer.lessons.lesson import Lesson, Outcome, in_language
from designer.lessons.words import WORDS, words_of
from designer.ui.lessons.guess_row import GuessRow
from designer.ui.lessons.outcome_view import OutcomeView
from designer.ui.lessons.runs import LessonRun
from designer.ui.panels.cards import PanelScroll, TonedLabel, clear, heading
from designer.ui.views.design_tab import DesignTab
from designer.ui.widgets.field_frames import FramedCombo
from designer.ui.workbench.workbench import Workbench


class LessonPanel(PanelScroll):
    """The lessons of a folder, one at a time."""

    def __init__(self, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._folder: Path | None = None
        self._shelf: Shelf | None = None
        self._run: LessonRun | None = None
        self._tab: DesignTab | None = None
        self.outcome: Outcome | None = None
        self.guess: GuessRow | None = None
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 46)
        self._add_choosers()
        self._body = QVBoxLayout()
        self.column.addLayout(self._body)
        self.result = OutcomeView(self)
        self.column.addWidget(self.result)
        self.again = QPushButton(self)
        self.again.clicked.connect(self._begin)
        self.again.hide()
        self.column.addWidget(self.again)
        self.column.addStretch(1)

    def _add_choosers(self) -> None:
        self.chooser = FramedCombo(self)
        self.chooser.setAccessibleName("Lesson")
        self.chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.chooser.activated.connect(lambda _: self._show_lesson())
        self.languages = FramedCombo(self)
        self.languages.setAccessibleName("Language of the lessons")
        for key, words in WORDS.items():
            self.languages.addItem(words.language, key)
        chosen = self._bench.settings.lesson_language or _language_of_the_system()
        self.languages.setCurrentIndex(max(self.languages.findData(chosen), 0))
        self.languages.activated.connect(lambda _: self._choose_language())
        self.column.addWidget(self.chooser)
        self.column.addWidget(self.languages)

    # Which lesson -----------------------------------------------------------------------------------------------------

    @property
    def language(self) -> str:
        """The key of the language that is chosen."""
        return str(self.languages.currentData())

    @property
    def lesson(self) -> Lesson | None:
        """The lesson that is shown."""
        place = self.chooser.currentIndex()
        if self._shelf is None or not 0 <= place < len(self._shelf.lessons):
            return None
        return self._shelf.lessons[place][1]

    def open_folder(self, folder: Path | None = None) -> None:
        """Show the lessons of a folder, or the program's own.

        Raises:
            DesignFileError: The folder cannot be read.
        """
        found = shelf(folder)
        self._shelf, self._folder = found, folder
        self._name_lessons()
        self._show_lesson()

    def open_first(self) -> None:
        """Show what was shown last, or the first lesson."""
        if self._shelf is None:
            self.open_folder(None)

    def _name_lessons(self) -> None:
        assert self._shelf is not None  # the caller has read it
        place = max(self.chooser.currentIndex(), 0)
        self.chooser.clear()
        for _, lesson in self._shelf.lessons:
            self.chooser.addItem(f"{lesson.order}  {in_language(lesson.title, self.language)}")
        self.chooser.setCurrentIndex(min(place, len(self._shelf.lessons) - 1))
        self.chooser.setToolTip("The lessons of this folder, in their order")

    def _choose_language(self) -> None:
        self._bench.settings.lesson_language = self.language
        outcome = self.outcome
        self._name_lessons()
        self._show_lesson(keeps_tab=True)
        if outcome is not None and outcome.lesson is self.lesson:
            self._show_outcome(outcome)

    # A lesson ---------------------------------------------------------------------------------------------------------

    def _show_lesson(self, keeps_tab: bool = False) -> None:
        self._stop()
        self.result.clear()
        self.again.hide()
        clear(self._body)
        self.outcome, self.guess = None, None
        self._tab = self._tab if keeps_tab else None
        lesson = self.lesson
        for refused in self._shelf.refused if self._shelf is not None else ():
            self._body.addWidget(TonedLabel("warning", refused, self))
        if lesson is None:
            self._body.addWidget(TonedLabel("warning", "No lesson is in this folder: none ends in .lesson.json", self))
            return
        words, language = words_of(self.language), self.language
        self.again.setText(words.again)
        self._add_text(in_language(lesson.text, language))
        self.open = QPushButton(words.open, self)
        self.open.setToolTip("The lesson's design in a tab of its own")
        self.open.clicked.connect(self._open_design)
        self._body.addWidget(self.open)
        self._body.addWidget(heading(words.task, self))
        self._add_text(in_language(lesson.task, language))
        self._body.addWidget(heading(words.question, self))
        self._add_text(in_language(lesson.question, language))
        self.guess = GuessRow(lesson.guess, in_language(lesson.guess.unit, language), words.commit, self)
        self.guess.committed.connect(self._commit)
        self._body.addWidget(self.guess)

    def _add_text(self, text: str) -> None:
        for paragraph in text.split("\n\n"):
            label = QLabel(paragraph, self)
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._body.addWidget(label)

    def _open_design(self) -> None:
        lesson = self.lesson
        if lesson is None:
            return
        if self._tab in self._bench.tabs:
            self._bench.turn_to(self._tab)
            return
        try:
            self._tab = self._bench.open_design(design_of(lesson, self._folder or own_folder()))
        except DesignerError as error:
            self.result.say(str(error))

    # The guess --------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Let another guess be made."""
        self._stop()
        self.outcome = None
        self.result.clear()
        self.again.hide()
        if self.guess is not None:
            self.guess.set_committed(False)
            self.guess.slider.setFocus(Qt.FocusReason.OtherFocusReason)

    def _commit(self, guess: float) -> None:
        lesson, tab = self.lesson, self._tab if self._tab in self._bench.tabs else self._bench.tab
        if lesson is None or self.guess is None:
            return
        if tab is None:
            self.result.say(words_of(self.language).closed)
            return
        mine = tab.document.design
        try:
            start = design_of(lesson, self._folder or own_folder())
            wants = wanted(lesson, mine)
        except DesignerError as error:
            self._refuse(error)
            return
        self.guess.set_committed(True)
        run = self._run = LessonRun(self._bench.worker, wants, self)
        run.progressed.connect(lambda share, text: self.result.say(f"{round(100 * share)} %: {text}", "hint"))
        run.failed.connect(self._failed)

        def answer(found: object) -> None:
            try:
                answered = truth(lesson, mine, start, found)  # type: ignore[arg-type]  # what the signal carries
            except DesignerError as error:
                self._refuse(error)
                return
            self._show_outcome(Outcome(lesson, guess, answered))

        run.done.connect(answer)
        if wants:
            self.result.say("Waiting for the worker", "hint")
        run.start()

    def _refuse(self, error: DesignerError) -> None:
        words = "\n".join(error.problems) if isinstance(error, InvalidDesign) else str(error)
        self._failed(words)

    def _failed(self, words: str) -> None:
        if self.guess is not None:
            self.guess.set_committed(False)
        self.result.say(words)

    def _show_outcome(self, outcome: Outcome) -> None:
        self.outcome = outcome
        if self.guess is not None:
            self.guess.show_guess(outcome.guess)
            self.guess.set_committed(True)
        self.result.show_outcome(outcome, self.language)
        self.again.show()

    def _stop(self) -> None:
        run, self._run = self._run, None
        if run is not None:
            run.stop()
            run.deleteLater()


def _language_of_the_system() -> str:
    return "zh" if QLocale.system().language() == QLocale.Language.Chinese else "en"
