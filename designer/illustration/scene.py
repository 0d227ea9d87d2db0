"""A scene: shapes and words at places, without a painter. What is drawn, hovered, clicked and scrubbed stands in it.

Lengths are in units of one pixel at actual size; x grows to the right, y downwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from designer.graph.design import NodePath
from designer.illustration.knob import Knob
from designer.illustration.palette import Ink


class Spot(NamedTuple):
    """A place."""

    x: float
    y: float


class Box(NamedTuple):
    """An upright rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.y + self.height

    @property
    def middle(self) -> Spot:
        """Its centre."""
        return Spot(self.x + self.width / 2, self.y + self.height / 2)

    def holds(self, x: float, y: float) -> bool:
        """Whether a place lies in it."""
        return self.x <= x <= self.right and self.y <= y <= self.bottom

    def inset(self, by: float) -> Box:
        """The same, smaller on all sides."""
        return Box(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)


class Anchor(Enum):
    """Which end of words stands at their place; the value is SVG's word."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


class Polygon(NamedTuple):
    """A filled polygon.

    Attributes:
        points: Its corners.
        ink: Its colour.
        strength: How much of the colour there is in the ground's.
        lit: Whether it belongs to what is being said; the others step back.
    """

    points: tuple[Spot, ...]
    ink: Ink
    strength: float = 1.0
    lit: bool = True


class Panel(NamedTuple):
    """A rounded rectangle behind other things."""

    box: Box
    ink: Ink = Ink.PANEL
    edge: Ink | None = Ink.EDGE
    radius: float = 8.0
    lit: bool = True


class Line(NamedTuple):
    """A line through several points.

    Attributes:
        points: Where it goes.
        ink: Its colour.
        width: How wide it is.
        is_dashed: Whether it is broken.
        has_head: Whether an arrow's head ends it.
        lit: Whether it belongs to what is being said.
    """

    points: tuple[Spot, ...]
    ink: Ink
    width: float = 1.0
    is_dashed: bool = False
    has_head: bool = False
    lit: bool = True


class Arc(NamedTuple):
    """A line that rises, goes across and comes down, with round corners.

    Attributes:
        start: Where it begins.
        end: Where it ends.
        top: How high it goes.
        ink: Its colour.
        is_dashed: Whether it is broken.
        lit: Whether it belongs to what is being said.
    """

    start: Spot
    end: Spot
    top: float
    ink: Ink
    is_dashed: bool = False
    lit: bool = True

    @property
    def bend(self) -> float:
        """How wide its corners are."""
        return max(min(0.4 * (self.end.x - self.start.x), 1.2 * (self.start.y - self.top)), 0.0)


class Handle(NamedTuple):
    """A piece of words on which something is scrubbed.

    Attributes:
        begin: Its first letter.
        end: The letter behind its last one.
        knob: What is scrubbed.
    """

    begin: int
    end: int
    knob: Knob


class Words(NamedTuple):
    """A line of text; its place is on its base line.

    Attributes:
        place: Where it stands.
        text: What it says.
        size: Its height.
        anchor: Which end stands at the place.
        ink: Its colour.
        is_bold: Whether it is bold.
        is_mono: Whether all letters are of one width.
        lit: Whether it belongs to what is being said.
        knobs: What is scrubbed on parts of it.
    """

    place: Spot
    text: str
    size: float = 12.0
    anchor: Anchor = Anchor.START
    ink: Ink = Ink.TEXT
    is_bold: bool = False
    is_mono: bool = False
    lit: bool = True
    knobs: tuple[Handle, ...] = ()

    @property
    def box(self) -> Box:
        """About where it stands."""
        width = text_width(self.text, self.size, self.is_bold, self.is_mono)
        return Box(self.place.x - width * self.before, self.place.y - self.size, width, self.size * 1.3)

    @property
    def before(self) -> float:
        """How much of it stands before its place, as a share."""
        return {Anchor.START: 0.0, Anchor.MIDDLE: 0.5, Anchor.END: 1.0}[self.anchor]


Shape = Polygon | Panel | Line | Arc | Words


class Part(NamedTuple):
    """What can be pointed at.

    Attributes:
        box: Where it is.
        title: What it is.
        facts: What is to say about it, a line each.
        path: The node to go to; None where it is in no design.
    """

    box: Box
    title: str
    facts: tuple[str, ...]
    path: NodePath | None = None


class Drawn(NamedTuple):
    """A piece of a picture: shapes, and what of them can be pointed at."""

    shapes: tuple[Shape, ...]
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Scene:
    """A finished picture.

    Attributes:
        width: Its width.
        height: Its height.
        shapes: What is drawn, the lowest first.
        parts: What can be pointed at, the lowest first.
        title: What it shows.
        sentence: The same in a sentence, for who does not see it.
        scale: What lengths mean.
    """

    width: float
    height: float
    shapes: tuple[Shape, ...]
    parts: tuple[Part, ...]
    title: str
    sentence: str
    scale: str

    def part_at(self, x: float, y: float) -> Part | None:
        """The topmost part at a place."""
        return next((part for part in reversed(self.parts) if part.box.holds(x, y)), None)

    @property
    def knobs(self) -> tuple[Knob, ...]:
        """What can be scrubbed, each once, in the order it is drawn in."""
        words = (shape for shape in self.shapes if isinstance(shape, Words))
        return tuple(dict.fromkeys(handle.knob for each in words for handle in each.knobs))


_WIDE = frozenset("mwMW@%—…")
_NARROW = frozenset("iljtfrI.,:;'|!()[]·²³ \u202f\u2009")


def text_width(text: str, size: float, is_bold: bool = False, is_mono: bool = False) -> float:
    """About how wide a text is; from the metrics of DejaVu Sans, which is among the widest."""
    if is_mono:
        return 0.602 * size * len(text)
    width = sum(0.95 if letter in _WIDE else 0.37 if letter in _NARROW else 0.62 for letter in text)
    return width * size * (1.1 if is_bold else 1.0)


def wrapped(text: str, width: float, size: float) -> list[str]:
    """A text in lines no wider than this."""
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and text_width(longer, size) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line] if line else lines
