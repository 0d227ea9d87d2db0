"""The few words around a lesson, in its languages: guess, truth, how far apart they are."""

from __future__ import annotations

from typing import NamedTuple

from designer.lessons.lesson import Lesson, Outcome, Standing, in_language


class LessonWords(NamedTuple):
    """What is said around a lesson.

    Attributes:
        language: The language's own name.
        task: Above what is to be done.
        question: Above what is asked.
        guess: Before the guess.
        computed: Before a truth that was computed.
        measured: Before a truth that was measured.
        close: Where the guess is near the truth.
        above: Where it is too large.
        below: Where it is too small.
        why: Above the reason.
        evidence: Above where the truth comes from.
        open: On what opens the design of a lesson.
        commit: On what commits a guess.
        again: On what lets one guess again.
        closed: Where a guess is committed and no design is open.
        unsure: Where a measurement does not say whether the lesson's claim holds here.
    """

    language: str
    task: str
    question: str
    guess: str
    computed: str
    measured: str
    close: str
    above: str
    below: str
    why: str
    evidence: str
    open: str
    commit: str
    again: str
    closed: str
    unsure: str


WORDS = {
    "en": LessonWords(
        "English",
        "Do this",
        "Your guess",
        "You guessed",
        "Computed",
        "Measured here",
        "Close.",
        "Less than you guessed.",
        "More than you guessed.",
        "Why",
        "Where it comes from",
        "Open the design",
        "Commit my guess",
        "Guess again",
        "Open the lesson's design first, by the button above.",
        "This measurement is too uncertain to say whether it is so on this machine; what is expected: ",
    ),
    "zh": LessonWords(
        "中文",
        "动手",
        "你的猜测",
        "你猜的是",
        "计算结果",
        "本机实测",
        "很接近。",
        "比你猜的少。",
        "比你猜的多。",
        "为什么",
        "依据",
        "打开设计",
        "提交猜测",
        "再猜一次",
        "请先用上面的按钮打开本课的设计。",
        "这次测量的不确定度太大，无法判断这台机器上是否如此；预期的情况是：",
    ),
}
"""By language; a lesson in another one has the English words around it."""

_NEAR = 0.05
"""Of the scale, within which a guess is close."""


def words_of(language: str) -> LessonWords:
    """The words of a language, or the English ones."""
    return WORDS.get(language, WORDS["en"])


def in_unit(lesson: Lesson, value: float, language: str) -> str:
    """A value with the lesson's unit: ``15.3 %``."""
    return f"{value:.3g} {in_language(lesson.guess.unit, language)}" if value < 1000 else f"{value:.0f}"


def verdict(outcome: Outcome, language: str) -> str:
    """How far the guess is from the truth, in a few words."""
    words, scale = words_of(language), outcome.lesson.guess
    difference = outcome.guess - outcome.truth.value
    if abs(difference) <= _NEAR * (scale.high - scale.low):
        return words.close
    return words.above if difference > 0 else words.below


def reason(outcome: Outcome, language: str) -> str:
    """Why it is so, that it is otherwise here, or that the measurement does not say."""
    lesson = outcome.lesson
    if outcome.standing is Standing.OTHERWISE:
        return in_language(lesson.otherwise, language)
    unsure = words_of(language).unsure if outcome.standing is Standing.UNSURE else ""
    return unsure + in_language(lesson.reason, language)


def evidence_lines(outcome: Outcome, language: str) -> tuple[str, ...]:
    """Where the truth comes from, a line each."""
    return tuple(in_language(line, language) for line in outcome.truth.evidence)


def outcome_lines(outcome: Outcome, language: str) -> tuple[str, ...]:
    """Guess and truth side by side, with the reason, a line each."""
    words, lesson = words_of(language), outcome.lesson
    how = words.measured if lesson.answer.kind.is_measured else words.computed
    lines = [
        f"{words.guess}: {in_unit(lesson, outcome.guess, language)}",
        f"{how}: {in_unit(lesson, outcome.truth.value, language)}",
        verdict(outcome, language),
        "",
        f"{words.why}: {reason(outcome, language)}",
        "",
        f"{words.evidence}:",
        *(f"  {line}" for line in evidence_lines(outcome, language)),
    ]
    return (*lines, outcome.truth.warning) if outcome.truth.warning else tuple(lines)
