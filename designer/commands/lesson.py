"""Take a lesson: read, guess, and see the guess beside what is computed or measured here."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

from designer.commands.console import DONE, add_json, design_of, print_json, say
from designer.errors import DesignerError

MOST_SECONDS = 600.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="the lesson's name or number; without it, the list")
    parser.add_argument("--guess", type=float, metavar="N", help="your guess; without it, the lesson is told")
    parser.add_argument("--language", default="en", metavar="en|zh", help="of the texts; en")
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="of lessons of one's own")
    parser.add_argument("--design", type=Path, metavar="FILE", help="your design; the lesson's, changed, by default")
    parser.add_argument("--seconds", type=float, default=6.0, metavar="N", help="how long a measurement may take; 6")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    from designer.lessons.files import shelf

    if not 0 < options.seconds <= MOST_SECONDS:
        raise DesignerError(f"--seconds {options.seconds:g}: it takes a number above 0, at most {MOST_SECONDS:g}")
    if options.guess is not None and not math.isfinite(options.guess):
        raise DesignerError(f"--guess {options.guess}: it takes a number")
    found = shelf(options.folder)
    say(*found.refused)
    if options.name is None:
        return _list(found, options)
    lesson = found.find(options.name)
    return _tell(lesson, options) if options.guess is None else _answer(lesson, options)


def _list(found: Any, options: argparse.Namespace) -> int:
    from designer.lessons.lesson import in_language

    titles = [(name, in_language(lesson.title, options.language)) for name, lesson in found.lessons]
    if options.json:
        print_json({"lessons": [{"name": name, "title": title} for name, title in titles]})
        return DONE
    width = max((len(name) for name, _ in titles), default=0)
    for name, title in titles:
        print(f"{name:{width}}  {title}")
    return DONE


def _tell(lesson: Any, options: argparse.Namespace) -> int:
    """Everything up to the question."""
    from designer.lessons.lesson import in_language
    from designer.lessons.words import words_of

    texts = (lesson.title, lesson.text, lesson.task, lesson.question)
    title, text, task, question = (in_language(each, options.language) for each in texts)
    if options.json:
        print_json({"title": title, "text": text, "task": task, "question": question})
        return DONE
    words, scale = words_of(options.language), lesson.guess
    unit = in_language(scale.unit, options.language)
    print(f"{title}\n\n{text}\n\n{words.task}: {task}\n\n{question}")
    print(f"{words.question}: --guess {scale.low:g} … {scale.high:g} {unit}")
    return DONE


def _answer(lesson: Any, options: argparse.Namespace) -> int:
    from designer.lessons.answers import truth, wanted
    from designer.lessons.files import changed, own_folder
    from designer.lessons.files import design_of as start_of
    from designer.lessons.lesson import Outcome
    from designer.lessons.words import outcome_lines

    start = start_of(lesson, options.folder or own_folder())
    mine = changed(start, lesson) if options.design is None else design_of(options.design)
    found = [_found(want) for want in wanted(lesson, mine, options.seconds)]
    outcome = Outcome(lesson, options.guess, truth(lesson, mine, start, found))
    if options.json:
        print_json(_data(outcome, options.language))
        return DONE
    print("\n".join(outcome_lines(outcome, options.language)))
    return DONE


def _data(outcome: Any, language: str) -> Any:
    from designer.lessons.words import evidence_lines, reason

    kind = outcome.lesson.answer.kind
    return {
        "guess": outcome.guess,
        "truth": outcome.truth.value,
        "is_measured": kind.is_measured,
        "standing": outcome.standing.value,
        "claim": list(outcome.lesson.claim),
        "reason": reason(outcome, language),
        "evidence": list(evidence_lines(outcome, language)),
        "warning": outcome.truth.warning,
    }


def _found(want: Any) -> Any:
    """Run what must be run."""
    from designer.files.storage import data_folder
    from designer.lessons.answers import PairWanted, RooflineWanted
    from designer.runtime.measure.interleaved_benchmark import measure_pair
    from designer.runtime.measure.roofline_run import measure_roofline
    from designer.runtime.measure.spiral import spiral_experiment

    match want:
        case PairWanted():
            return measure_pair(want.first, want.second, want.options)
        case RooflineWanted():
            return measure_roofline(want.design, want.options, folder=data_folder())
    return spiral_experiment(want.options)
