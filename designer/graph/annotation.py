"""Frames and notes: what a person writes on the canvas beside the design. They compute nothing and cost nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NewType

from designer.errors import EditRefused

AnnotationId = NewType("AnnotationId", str)

LEAST_SIDE = 24.0
MOST_SIDE = 1e6
BLUE, GREEN, AMBER, RED, GREY = TONES = ("blue", "green", "amber", "red", "grey")
"""Colours by name; which ones they are is the theme's."""


@dataclass(frozen=True)
class Annotation:
    """A titled frame around nodes, or a note.

    Attributes:
        id: Unique among the annotations of its design.
        text: The frame's title, or the note's words.
        x: Left edge on the canvas.
        y: Upper edge.
        width: In canvas units.
        height: In canvas units.
        is_frame: Whether it is a frame; a frame takes along what stands in it.
        tone: Its colour, one of ``TONES``.
    """

    id: AnnotationId
    text: str
    x: float
    y: float
    width: float
    height: float
    is_frame: bool
    tone: str = GREY

    def __post_init__(self) -> None:
        """Raise EditRefused where it has no size that can be drawn, or no such colour."""
        numbers = (self.x, self.y, self.width, self.height)
        if not all(map(math.isfinite, numbers)) or not all(
            LEAST_SIDE <= side <= MOST_SIDE for side in (self.width, self.height)
        ):
            raise EditRefused(
                f"an annotation is {LEAST_SIDE:g} to {MOST_SIDE:g} wide and high, at a place on the canvas"
            )
        if self.tone not in TONES:
            raise EditRefused(f"there is no colour '{self.tone}'; there are {', '.join(TONES)}")

    def holds(self, x: float, y: float) -> bool:
        """Whether a place is inside."""
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height
