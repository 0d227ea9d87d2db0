"""What a lesson is: a data file of texts by language, designs, a question, and what answers it.

A person reads, changes something, commits a guess, and sees it beside what was computed or measured. Knows no Qt and
no PyTorch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from designer.record import Record

Texts = Mapping[str, str]
"""A text by language, ``en`` and ``zh``."""

MINE = "mine"
"""The design on the canvas, where a lesson names one of its designs."""


def in_language(texts: Texts, language: str) -> str:
    """A text in a language, or in English where it is not there, or in the first that is."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


@dataclass(frozen=True)
class FieldChange(Record):
    """What a person is asked to do on the canvas.

    Attributes:
        node: The node.
        field: Its field.
        value: As it is typed.
    """

    node: str
    field: str
    value: str


@dataclass(frozen=True)
class LessonDesign(Record):
    """A design of a lesson, from a file beside it or from a template.

    Attributes:
        file: The name of a design file in the lesson's folder.
        template: The key of a template, where there is no file.
        values: The template's settings, as they are typed.
    """

    file: str = ""
    template: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class GuessScale(Record):
    """What can be guessed.

    Attributes:
        low: The least.
        high: The most.
        step: From one guess to the next on the slider.
        unit: What it is counted in, by language.
    """

    low: float
    high: float
    step: float
    unit: Texts


class AnswerKind(Enum):
    """How the truth comes about."""

    FIGURE = "figure"
    SAVING = "saving"
    PEAK_IN_INPUTS = "peak_in_inputs"
    PEAK_SHARE = "peak_share"
    KEPT = "kept"
    TIME_OF_STANDARD = "time_of_standard"
    TIME_OF_BACKEND = "time_of_backend"

    @property
    def is_measured(self) -> bool:
        """Whether this machine's time decides, so that the claim may not hold here."""
        return self in (AnswerKind.TIME_OF_STANDARD, AnswerKind.TIME_OF_BACKEND)


@dataclass(frozen=True)
class Answer(Record):
    """What answers the question, of the design on the canvas.

    Attributes:
        kind: ``figure``: a figure of it, as a share of the first design's where ``is_share`` says so, in percent.
            ``saving``: MACs of its separable convolution in percent of the standard one's. ``peak_in_inputs``: its peak
            memory, in multiples of its input. ``peak_share``: the share of ``node``'s tensor in the peak, in percent.
            ``kept``: what ReLU keeps of a spiral in as many channels as ``node`` gives, in percent.
            ``time_of_standard``: its time in percent of the standard convolution's that makes the same map.
            ``time_of_backend``: its time on ``backend`` in percent of the eager one.
        figure: The figure's key.
        is_share: Whether the figure is in percent of the first design's.
        node: A node of the design.
        backend: Of a measured answer.
    """

    kind: AnswerKind
    figure: str = ""
    is_share: bool = False
    node: str = ""
    backend: str = ""


@dataclass(frozen=True)
class Lesson(Record):
    """A lesson.

    Attributes:
        order: Where it stands among the others.
        title: What it is called.
        text: What is read first; an empty line stands between paragraphs.
        design: What is opened on the canvas.
        task: What to do there.
        change: The same as fields, for who has no canvas.
        question: What to guess.
        guess: What can be guessed.
        answer: What answers it.
        claim: The least and the most that the truth is, where the task was done.
        reason: Why it is so.
        otherwise: What is said where the truth is outside the claim: something else was changed, or this machine shows
            otherwise.
    """

    order: int
    title: Texts
    text: Texts
    design: LessonDesign
    task: Texts
    change: tuple[FieldChange, ...]
    question: Texts
    guess: GuessScale
    answer: Answer
    claim: tuple[float, float]
    reason: Texts
    otherwise: Texts

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that all of its texts are in."""
        texts = (self.title, self.text, self.task, self.question, self.reason, self.otherwise, self.guess.unit)
        return tuple(language for language in self.title if all(language in each for each in texts))


class Truth(NamedTuple):
    """What was computed or measured.

    Attributes:
        value: The answer.
        evidence: Where it comes from: a formula, a live set, what was measured under which conditions; a line each, by
            language, in English where it is the program's own.
        warning: Why it is doubtful, or an empty text.
        low: The least that it may be, where it was measured; minus infinity where there were too few rounds to say.
        high: The most.
    """

    value: float
    evidence: tuple[Texts, ...]
    warning: str = ""
    low: float | None = None
    high: float | None = None


class Standing(Enum):
    """How a truth stands to what a lesson claims."""

    HOLDS = "holds"
    OTHERWISE = "otherwise"
    UNSURE = "unsure"


class Outcome(NamedTuple):
    """A guess beside the truth.

    Attributes:
        lesson: Of which.
        guess: What was guessed.
        truth: What it is.
    """

    lesson: Lesson
    guess: float
    truth: Truth

    @property
    def standing(self) -> Standing:
        """Whether the truth is what the lesson claims; of what was measured, its whole interval must be."""
        least, most = self.lesson.claim
        low = self.truth.value if self.truth.low is None else self.truth.low
        high = self.truth.value if self.truth.high is None else self.truth.high
        if least <= low and high <= most:
            return Standing.HOLDS
        return Standing.OTHERWISE if high < least or most < low else Standing.UNSURE
