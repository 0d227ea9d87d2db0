"""Lessons as files: read without trust, found by name, and the designs that they speak of.

A lesson is a JSON file; whatever does not hold in it is refused with the file and what would mend it.
"""

from __future__ import annotations

import json
import os
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from designer.analysis.figures.registry import figure
from designer.errors import DesignerError, DesignFileError, ParameterError, RecordError, near
from designer.files import design_json
from designer.files.atomic import read_whole
from designer.graph.design import Design
from designer.graph.ids import NodeId
from designer.lessons.lesson import Answer, AnswerKind, GuessScale, Lesson, LessonDesign
from designer.record import Record
from designer.templates.networks import template

ENDING = ".lesson.json"
MOST_BYTES = 1_000_000
MOST_LESSONS = 500
_IN_PLACES = (
    Path(__file__).parents[2] / "resources" / "lessons",
    Path(sysconfig.get_path("data")) / "share" / "bottleneck-designer" / "lessons",
)
"""In a checkout, and where an installed wheel puts them."""


class Shelf(NamedTuple):
    """The lessons of a folder.

    Attributes:
        lessons: Each with its name, in their order.
        refused: Why others are left out, a sentence each.
    """

    lessons: tuple[tuple[str, Lesson], ...]
    refused: tuple[str, ...]

    def find(self, name: str) -> Lesson:
        """The lesson of a name, or of a number as people count.

        Raises:
            DesignerError: There is none; the text guesses what was meant.
        """
        for key, lesson in self.lessons:
            if name in (key, key.removeprefix(f"{lesson.order}-"), str(lesson.order)):
                return lesson
        names = [key for key, _ in self.lessons]
        raise DesignerError(f"there is no lesson '{name}'{near(name, names)}; there are: {', '.join(names) or 'none'}")


def own_folder() -> Path:
    """Where the program's own lessons lie."""
    return next((place for place in _IN_PLACES if place.is_dir()), _IN_PLACES[0])


def shelf(folder: Path | None = None) -> Shelf:
    """The lessons of a folder, or the program's own; a file that is none is left out, with the reason.

    Raises:
        DesignFileError: The folder cannot be read.
    """
    place = own_folder() if folder is None else folder
    try:
        files = sorted(each for each in place.iterdir() if each.name.endswith(ENDING))[:MOST_LESSONS]
    except OSError as error:
        reason = f"the folder cannot be read: {(error.strerror or str(error)).lower()}"
        raise DesignFileError(os.fspath(place), "", reason) from error
    lessons, refused = [], []
    for file in files:
        try:
            lessons.append((file.name.removesuffix(ENDING), read_lesson(file)))
        except DesignerError as error:
            refused.append(str(error))
    return Shelf(tuple(sorted(lessons, key=lambda each: (each[1].order, each[0]))), tuple(refused))


def read_lesson(path: Path) -> Lesson:
    """A lesson from its file.

    Raises:
        DesignFileError: The file cannot be read, or is no lesson; the text says what is wrong with it.
    """
    name = os.fspath(path)
    try:
        data = json.loads(read_whole(path, MOST_BYTES).decode("utf-8"))
        lesson = Lesson.from_data(data)
        for problem in _problems(lesson, data):
            raise DesignFileError(name, "", problem)
        start = design_of(lesson, path.parent)
        changed(start, lesson)
    except (ValueError, RecursionError) as error:
        raise DesignFileError(name, "", f"it is no JSON of a lesson: {error}") from error
    except DesignFileError:
        raise
    except (RecordError, DesignerError, KeyError) as error:
        text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
        raise DesignFileError(name, "", f"it is no lesson: {text}") from error
    return lesson


def design_of(lesson: Lesson, folder: Path) -> Design:
    """The design that a lesson begins with.

    Args:
        lesson: The lesson.
        folder: Where its file lies.

    Raises:
        DesignerError: The design cannot be read, or there is no such template.
    """
    made = lesson.design
    if made.file:
        if Path(made.file).name != made.file:
            raise DesignerError(f"its design '{made.file}' must lie in the lesson's own folder; name the file only")
        return design_json.load(folder / made.file)
    return template(made.template).build(**made.values)


def changed(design: Design, lesson: Lesson) -> Design:
    """A lesson's design with what a person is asked to change.

    Raises:
        DesignerError: There is no such node or field, or the value does not suit it.
    """
    for change in lesson.change:
        node = design.node(NodeId(change.node))
        parameter = next((each for each in node.layer.parameters if each.name == change.field), None)
        if parameter is None:
            names = [each.name for each in node.layer.parameters]
            raise ParameterError(change.field, f"{change.node} has no such field{near(change.field, names)}")
        layer = node.layer.with_parameter(change.field, parameter.parse(change.value))
        design = design.with_layer(node.id, layer)
    return design


def _problems(lesson: Lesson, data: Mapping[str, Any]) -> Iterator[str]:
    """What a record of the right kinds still cannot mean."""
    yield from _unknown(Lesson, data)
    for name, part in (("design", LessonDesign), ("guess", GuessScale), ("answer", Answer)):
        yield from _unknown(part, data[name])
    scale, (low, high) = lesson.guess, lesson.claim
    if not scale.low < scale.high or not 0 < scale.step <= scale.high - scale.low:
        yield f"its guess goes from {scale.low:g} to {scale.high:g} by {scale.step:g}; give low < high and a step"
    if low > high:
        yield f"its claim goes from {low:g} to {high:g}; give the least first"
    if not lesson.languages:
        yield "no language has all of its texts"
    if bool(lesson.design.file) == bool(lesson.design.template):
        yield "its design has neither a file nor a template, or both; give one"
    answer = lesson.answer
    if answer.kind is AnswerKind.FIGURE:
        if figure(answer.figure).is_measured:
            yield f"the figure '{answer.figure}' is measured; ask for a time by time_of_standard or time_of_backend"
    elif answer.figure:
        yield f"an answer of the kind {answer.kind.value} takes no figure"
    if answer.kind in (AnswerKind.KEPT, AnswerKind.PEAK_SHARE) and not answer.node:
        yield f"an answer of the kind {answer.kind.value} needs a node"
    if answer.kind is AnswerKind.TIME_OF_BACKEND and not answer.backend:
        yield "an answer of the kind time_of_backend needs a backend"


def _unknown(kind: type[Record], data: Mapping[str, Any]) -> Iterator[str]:
    """Keys that a record does not have, which may be mistyped."""
    names = [each.name for each in fields(kind)]  # type: ignore[arg-type]  # every record is a dataclass
    for key in data:
        if key not in names:
            yield f"there is no '{key}'{near(key, names)} in a {kind.__name__}; it takes {', '.join(names)}"
