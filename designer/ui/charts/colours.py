"""What the colours of a chart look like in the window."""

from __future__ import annotations

from PySide6.QtGui import QColor

from designer.charts.chart import Colour, DesignColour, Ink, LayerColour
from designer.graph.layer import Category
from designer.ui.look.theme import tokens
from designer.ui.panels.bars import kind_colour

_DESIGNS = (
    Category.ENDPOINT,
    Category.CONVOLUTION,
    Category.MERGE,
    Category.ACTIVATION,
    Category.POOLING,
    Category.DENSE,
)


def colour_of(colour: Colour) -> QColor:
    """A colour in the present look."""
    look = tokens()
    match colour:
        case DesignColour(place):  # its letter always stands beside it
            return look.category(_DESIGNS[place % len(_DESIGNS)])
        case LayerColour(key):
            return kind_colour(key)
    return {
        Ink.TEXT: look.text,
        Ink.QUIET: look.quiet,
        Ink.ACCENT: look.accent,
        Ink.WARNING: look.tone("warning"),
        Ink.ERROR: look.error,
        Ink.WIRE: look.wire,
    }[colour]
