"""What a gesture sees of the canvas it happens on: the drawing, where one looks from, and words at the pointer."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QWidget

from designer.graph.design import PortRef
from designer.ui.canvas.emphasis import Emphasis
from designer.ui.canvas.node_item import NodeItem
from designer.ui.canvas.placing import LooseEnd
from designer.ui.canvas.scene import CanvasScene

Dot = tuple[PortRef, int]
"""A reroute dot: the input its wire ends at, and its place along the way."""


class Surface(Protocol):
    """A canvas on screen, to a gesture.

    Attributes:
        canvas: The drawing; the document and the analysis are reached through it.
        emphasis: Lets parts of the drawing stand out.
        snaps: Whether cards snap to the grid and to each other by themselves.
    """

    canvas: CanvasScene
    emphasis: Emphasis
    snaps: bool

    @property
    def scale_now(self) -> float:
        """Pixels a canvas unit."""

    @property
    def standing(self) -> QPoint:
        """Where the view is scrolled to, in pixels."""

    def scroll_by(self, pixels: QPoint) -> None:
        """Look elsewhere by so many pixels."""

    def visible_nodes(self) -> list[NodeItem]:
        """Cards on screen."""

    def viewport(self) -> QWidget:
        """What the pointer is over; it wears the cursor."""

    def show_note(self, text: str, tone: str, at: QPoint) -> None:
        """Say something beside the pointer."""

    def hide_note(self) -> None:
        """Say nothing beside the pointer."""

    def choose_dot(self, dot: Dot | None) -> None:
        """Choose a reroute dot; None for none."""

    def open_quick_add(self, at: QPointF | None = None, end: LooseEnd | None = None) -> None:
        """Search for a layer to place at a point, wired to a loose end where one is given."""

    def setFocus(self) -> None:
        """Have the keyboard from now on."""
