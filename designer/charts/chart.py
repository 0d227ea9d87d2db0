"""What a chart shows, as data: axes, spots, lines, bars; and the same as comma-separated values.

Knows no plotting: the window draws it with pyqtgraph, the report as SVG text, each in its own colours.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from designer.charts.ticks import Ticks, counts

Words = Callable[[float], str]


class Ink(Enum):
    """A colour by what it is for."""

    TEXT = auto()
    QUIET = auto()
    ACCENT = auto()
    WARNING = auto()
    ERROR = auto()
    WIRE = auto()


@dataclass(frozen=True)
class DesignColour:
    """The colour of one design among others, by its place."""

    place: int


@dataclass(frozen=True)
class LayerColour:
    """The colour of a type of layer, by its word in files."""

    key: str


Colour = Ink | DesignColour | LayerColour
"""What a colour stands for; whoever draws says what it looks like, in light and in dark."""


@dataclass(frozen=True)
class Axis:
    """One axis.

    Attributes:
        label: What it measures.
        unit: Of the values in the CSV; the words carry theirs.
        words: A value as people read it.
        ticks: What stands at the ticks of an axis that is not logarithmic; decades have their words.
        is_log: Whether decades are equally far apart; values of 0 and below are then left out.
    """

    label: str
    unit: str = ""
    words: Words = str
    ticks: Ticks = counts
    is_log: bool = False

    @property
    def title(self) -> str:
        """Label and unit, for a column."""
        return f"{self.label} [{self.unit}]" if self.unit else self.label

    def shows(self, value: float) -> bool:
        """Whether a value has a place on the axis."""
        return math.isfinite(value) and (value > 0 or not self.is_log)


@dataclass(frozen=True)
class Spot:
    """One point.

    Attributes:
        label: A letter or short name that stands in or beside it.
        x: Where.
        y: Where.
        colour: Of the spot.
        low: Lower end of the interval of ``y``, None where there is none.
        high: Upper end of it.
        note: More words, for its tool tip.
        is_marked: Whether it has a ring, such as one on the Pareto front.
    """

    label: str
    x: float
    y: float
    colour: Colour
    low: float | None = None
    high: float | None = None
    note: str = ""
    is_marked: bool = False


@dataclass(frozen=True)
class Line:
    """One line through points.

    Attributes:
        label: Its name in the legend; empty for none.
        points: Its corners.
        colour: Of the line.
        is_stepped: Whether a value holds until the next one, as in a timeline; it then has a last corner for the end.
        is_dashed: Whether it is drawn in dashes.
        notes: A word for each point, for tool tips; none or one a point.
    """

    label: str
    points: tuple[tuple[float, float], ...]
    colour: Colour
    is_stepped: bool = False
    is_dashed: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Piece:
    """One part of a bar: what it is of, how much, its colour."""

    label: str
    value: float
    colour: Colour


@dataclass(frozen=True)
class Stack:
    """One horizontal bar: its name and the parts it is put together from, left to right."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Chart:
    """A chart: spots and lines over two axes, or bars along the first.

    Attributes:
        title: What stands above it.
        x: The axis along the bottom.
        y: The axis at the left; of bars nothing but the label is used.
        spots: Points.
        lines: Lines.
        stacks: Bars, the first on top.
        note: A sentence that says what to see.
    """

    title: str
    x: Axis
    y: Axis
    spots: tuple[Spot, ...] = ()
    lines: tuple[Line, ...] = ()
    stacks: tuple[Stack, ...] = ()
    note: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not (self.spots or self.lines or any(stack.pieces for stack in self.stacks))

    @property
    def legend(self) -> dict[str, Colour]:
        """The colour of each kind of piece, by its first appearance."""
        return {piece.label: piece.colour for stack in self.stacks for piece in stack.pieces}

    @property
    def description(self) -> str:
        """Its figures in words, for those who do not see it."""
        said = [f"{spot.label}: {self.x.words(spot.x)}, {self.y.words(spot.y)}" for spot in self.spots]
        said += [
            f"{stack.label}: " + ", ".join(f"{piece.label} {self.x.words(piece.value)}" for piece in stack.pieces)
            for stack in self.stacks
        ]
        for line in self.lines:
            values = [y for _, y in line.points]
            if line.label and values:
                said.append(f"{line.label}: {self.y.words(min(values))} to {self.y.words(max(values))}")
        return "; ".join((*said, self.note) if self.note else said)


def csv_text(chart: Chart) -> str:
    """The chart's figures as comma-separated values, unrounded, a row a spot, a corner or a piece of a bar."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if chart.stacks:
        writer.writerow([chart.y.label or "bar", "part", chart.x.title])
        writer.writerows([stack.label, piece.label, piece.value] for stack in chart.stacks for piece in stack.pieces)
    if chart.spots:
        writer.writerow(["name", chart.x.title, chart.y.title, "low", "high", "note"])
        writer.writerows([spot.label, spot.x, spot.y, spot.low, spot.high, spot.note] for spot in chart.spots)
    if chart.lines:
        writer.writerow(["line", chart.x.title, chart.y.title, "note"])
        for line in chart.lines:
            notes = line.notes or ("",) * len(line.points)
            # A stepped line may have one corner more than notes: its end.
            notes += ("",) * (len(line.points) - len(notes))
            writer.writerows([line.label, x, y, note] for (x, y), note in zip(line.points, notes, strict=True))
    return text.getvalue()
