"""The column beside an illustration: its steps, what the pointer is at, how deep slabs are, and how it leaves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QLabel, QPushButton, QWidget

from designer.illustration.illustration import Step
from designer.illustration.palette import PALETTES
from designer.illustration.scene import Part
from designer.illustration.slabs import Depth
from designer.ui.illustrate.experiment_form import ExperimentForm
from designer.ui.illustrate.step_card import StepCard
from designer.ui.panels.cards import Card, PanelScroll, heading, quiet
from designer.ui.widgets.ask import Ask
from designer.ui.widgets.field_frames import FramedCombo

_HINT = "Drag a number on the picture, or Tab to it and press ↑ ↓. A click on a slab goes to its node."


class ExplainColumn(PanelScroll):
    """The steps as cards, and what else belongs to a picture.

    Signals: ``step_chosen`` with a Step; ``play_asked``; ``depth_chosen`` with a Depth or None; ``save_asked`` with a
    palette's name, empty for the one on screen.
    """

    step_chosen = Signal(object)
    play_asked = Signal()
    depth_chosen = Signal(object)
    save_asked = Signal(str)

    def __init__(self, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 42)
        self.column.setSpacing(self.fontMetrics().height() // 2)
        self.column.addWidget(heading("Explain", self))
        self.cards: dict[Step, StepCard] = {}
        self._group = QButtonGroup(self)
        for step in Step:
            self._add_card(step)
        self.play = QPushButton("Play the steps", self)
        self.play.setToolTip("One step after the other (Space)")
        self.play.clicked.connect(self.play_asked)
        self.column.addWidget(self.play)
        self._add_pointed()
        self.form = ExperimentForm(ask, self)
        self.form.hide()
        self.column.addWidget(self.form)
        self._add_choices()
        self.column.addStretch(1)

    def _add_card(self, step: Step) -> None:
        card = StepCard(step.title, self)
        card.setToolTip(f"{step.title} ({step.value})")
        card.clicked.connect(lambda: self.step_chosen.emit(step))
        self._group.addButton(card)
        self.cards[step] = card
        self.column.addWidget(card)

    def _add_pointed(self) -> None:
        self.column.addWidget(heading("At the pointer", self))
        card = Card(parent=self)
        self.pointed_title = QLabel(card)
        font = self.pointed_title.font()
        font.setBold(True)
        self.pointed_title.setFont(font)
        self.pointed_title.setWordWrap(True)
        self.pointed_facts = quiet("", card)
        card.column.addWidget(self.pointed_title)
        card.column.addWidget(self.pointed_facts)
        self.column.addWidget(card)
        self.show_part(None)

    def _add_choices(self) -> None:
        self.column.addWidget(heading("Picture", self))
        depths = [None, *Depth]
        texts = ["Depth: as fits", *(f"Depth {depth.words}" for depth in Depth)]
        self.depths = self._combo(texts, "How the depth of slabs goes with channels")
        self.depths.activated.connect(lambda index: self.depth_chosen.emit(depths[index]))
        colours = ["", *PALETTES]
        self.palettes = self._combo(["Colours as on screen", *PALETTES], "Colours of the file")
        self.save = QPushButton("Save picture…", self)
        self.save.setToolTip("SVG, PDF, PNG, or a page in which the steps are walked")
        self.save.clicked.connect(lambda: self.save_asked.emit(colours[self.palettes.currentIndex()]))
        for widget in (self.depths, self.palettes, self.save):
            self.column.addWidget(widget)

    def _combo(self, texts: list[str], name: str) -> FramedCombo:
        made = FramedCombo(self)
        made.addItems(texts)
        made.setAccessibleName(name)
        made.setToolTip(name)
        return made

    def show_step(self, step: Step, brief: Callable[[Step], str] | None, kept: str = "") -> None:
        """Mark a step, and say of each what it says here; without words there are no steps to walk.

        Args:
            step: Which is on screen.
            brief: What each says.
            kept: What the experiments say, where they alone can be looked at beside the whole.
        """
        for each, card in self.cards.items():
            card.setEnabled(brief is not None or (bool(kept) and each in (Step.OVERVIEW, Step.KEPT)))
            card.say(brief(each) if brief is not None else kept if kept and each is Step.KEPT else "of one block")
        self.cards[step].setChecked(True)
        self.form.setVisible(step is Step.KEPT)
        self._make_room()
        self.play.setEnabled(brief is not None)

    def _make_room(self) -> None:
        """Be as wide as what is in it, with the bar that scrolls it."""
        letters = self.fontMetrics().averageCharWidth() * 42
        needed = self.content.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        self.setMinimumWidth(max(letters, needed))

    def show_playing(self, is_playing: bool) -> None:
        """Say what the button does."""
        self.play.setText("Pause" if is_playing else "Play the steps")

    def show_part(self, part: Part | None) -> None:
        """Say what the pointer is at."""
        self.pointed_title.setText(part.title if part is not None else "")
        self.pointed_title.setVisible(part is not None)
        self.pointed_facts.setText("\n".join(part.facts) if part is not None else _HINT)
