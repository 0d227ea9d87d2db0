"""Colours of an illustration by what they stand for: light, dark, and for print. Knows no Qt.

The light and the dark ones are the window's own where it has such a colour, which a test holds them to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from designer.illustration.chain import Form


class Ink(Enum):
    """What a colour stands for."""

    GROUND = auto()
    PANEL = auto()
    EDGE = auto()
    TEXT = auto()
    QUIET = auto()
    ACCENT = auto()
    INPUT = auto()
    POINTWISE = auto()
    DEPTHWISE = auto()
    STANDARD = auto()
    OTHER = auto()
    RESIDUAL = auto()
    BOUND = auto()
    FREE = auto()
    SIGNAL = auto()


FORMS: Mapping[Form, Ink] = {
    Form.INPUT: Ink.INPUT,
    Form.POINTWISE: Ink.POINTWISE,
    Form.DEPTHWISE: Ink.DEPTHWISE,
    Form.STANDARD: Ink.STANDARD,
    Form.GROUPED: Ink.STANDARD,
    Form.MERGE: Ink.RESIDUAL,
    Form.OTHER: Ink.OTHER,
}
"""The colour of a tensor, by what made it."""


@dataclass(frozen=True)
class Palette:
    """A set of colours.

    Attributes:
        name: ``light``, ``dark`` or ``print``.
        colours: Six hexadecimal digits by what they stand for.
        outlines: Whether every face has an edge, so that it stays apart in grey.
    """

    name: str
    colours: Mapping[Ink, str]
    outlines: bool = False

    def css(self, ink: Ink, strength: float = 1.0) -> str:
        """``#3fb27f``; of less than full strength, so much of the colour in the ground's."""
        colour = self.colours[ink]
        if strength >= 1:
            return colour
        ground = self.colours[Ink.GROUND]
        parts = [
            round(int(ground[at : at + 2], 16) * (1 - strength) + int(colour[at : at + 2], 16) * strength)
            for at in (1, 3, 5)
        ]
        return "#" + "".join(f"{part:02x}" for part in parts)


DARK = Palette(
    "dark",
    {
        Ink.GROUND: "#17191d",
        Ink.PANEL: "#22252b",
        Ink.EDGE: "#3b414c",
        Ink.TEXT: "#e8eaee",
        Ink.QUIET: "#9ea6b4",
        Ink.ACCENT: "#4c8dff",
        Ink.INPUT: "#3fb27f",
        Ink.POINTWISE: "#4c8dff",
        Ink.DEPTHWISE: "#2fb5c4",
        Ink.STANDARD: "#8b95a8",
        Ink.OTHER: "#d3679a",
        Ink.RESIDUAL: "#9d6cf0",
        Ink.BOUND: "#ecb95c",
        Ink.FREE: "#57c795",
        Ink.SIGNAL: "#e0a33b",
    },
)

LIGHT = Palette(
    "light",
    {
        Ink.GROUND: "#f7f8fa",
        Ink.PANEL: "#ffffff",
        Ink.EDGE: "#c3c9d3",
        Ink.TEXT: "#1b1f27",
        Ink.QUIET: "#545d6c",
        Ink.ACCENT: "#2563d9",
        Ink.INPUT: "#22905f",
        Ink.POINTWISE: "#2f74ee",
        Ink.DEPTHWISE: "#12909f",
        Ink.STANDARD: "#6c788b",
        Ink.OTHER: "#b8457c",
        Ink.RESIDUAL: "#8451e0",
        Ink.BOUND: "#7d4e00",
        Ink.FREE: "#136b43",
        Ink.SIGNAL: "#c9810c",
    },
)

PRINT = Palette(
    "print",
    {
        Ink.GROUND: "#ffffff",
        Ink.PANEL: "#ffffff",
        Ink.EDGE: "#8a8f98",
        Ink.TEXT: "#000000",
        Ink.QUIET: "#404040",
        Ink.ACCENT: "#000000",
        Ink.INPUT: "#7fbf9f",
        Ink.POINTWISE: "#5b8fd9",
        Ink.DEPTHWISE: "#a6dbe0",
        Ink.STANDARD: "#9a9a9a",
        Ink.OTHER: "#e0b0c8",
        Ink.RESIDUAL: "#5a2fb0",
        Ink.BOUND: "#7d4e00",
        Ink.FREE: "#0e5a37",
        Ink.SIGNAL: "#9a5f00",
    },
    outlines=True,
)

PALETTES: Mapping[str, Palette] = {palette.name: palette for palette in (LIGHT, DARK, PRINT)}
