"""A wire as a path item. Its painting stays Qt's own: thousands of wires must not cost a Python call each."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from math import inf

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPen
from PySide6.QtWidgets import QGraphicsPathItem

from designer.edit.sizes import DETAILS_TYPE
from designer.graph.design import Design, PortRef, Wire
from designer.graph.difference import Difference
from designer.graph.tensor import TensorSpec
from designer.ui.canvas.card import card_font
from designer.ui.canvas.geometry import PORT_RADIUS, WireRoute, dot_radius, polyline, wire_width
from designer.ui.canvas.node_item import WIRES_Z

LABEL_PIXELS = DETAILS_TYPE
LIT_Z = WIRES_Z + 0.5
_THICKER, _DASH = 2.0, 8.0
"""By how much a wire that stands out is wider, and how long the dashes of one that will be cut are."""


class Standing(Enum):
    """How a wire stands out."""

    PLAIN = auto()
    LIT = auto()
    DOOMED = auto()


class WireItem(QGraphicsPathItem):
    """One tensor's way.

    Attributes:
        wire: The wire as it is shown.
        spec: The shape that flows, or None where unknown.
        is_shortcut: Whether it skips layers, as a residual does.
        is_broken: Whether it ends at a card that is wrong.
        standing: Whether it stands out for a moment.
        label: What stands on it.
        label_rect: Where that stands, on the canvas.
    """

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self.wire = wire
        self.spec: TensorSpec | None = None
        self.is_shortcut = False
        self.is_broken = False
        self.standing = Standing.PLAIN
        self.label = ""
        self.label_rect = QRectF()
        self.label_at = QPointF()
        self._line: list[QPointF] | None = None
        self._room = inf
        self.setZValue(WIRES_Z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    @property
    def target(self) -> PortRef:
        """The input it ends at, which names it."""
        return self.wire.target

    @property
    def width(self) -> float:
        """How wide it is drawn."""
        return wire_width(self.spec.channels if self.spec is not None else None)

    @property
    def area(self) -> QRectF:
        """All that is painted of it, with its label and its dots, which stand out of the way itself."""
        reach = dot_radius(self.width) + 2.0
        return self.boundingRect().adjusted(-reach, -reach, reach, reach).united(self.label_rect)

    @property
    def line(self) -> list[QPointF]:
        """Its way as straight pieces, for what asks how near it runs."""
        if self._line is None:
            self._line = polyline(self.path())
        return self._line

    def run(self, route: WireRoute) -> None:
        """Take a way."""
        self._line = None
        self.setPath(route.path)
        self.label_at = route.label_at
        # Between neighbours there is only so much room; over cards and along channels there is enough.
        start, end = route.path.elementAt(0), route.path.currentPosition()
        self._room = inf if route.is_arc else end.x() - start.x - 2 * PORT_RADIUS
        self._place_label()

    def carry(self, spec: TensorSpec | None) -> None:
        """Take the shape that flows."""
        self.spec = spec
        self.label = spec.label if spec is not None else ""
        self._place_label()

    def colour(self, colour: QColor) -> None:
        """Take a colour; dashed while the shape is unknown, or the wire is about to go."""
        pen = QPen(colour, self.width if self.standing is Standing.PLAIN else self.width + _THICKER)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if self.standing is Standing.DOOMED:
            pen.setDashPattern([_DASH / pen.widthF(), _DASH / pen.widthF()])
        elif self.spec is None:
            pen.setDashPattern([4.0, 3.0])
        self.setZValue(WIRES_Z if self.standing is Standing.PLAIN else LIT_Z)
        self.setPen(pen)

    def _place_label(self) -> None:
        metrics = QFontMetricsF(card_font(LABEL_PIXELS, False))
        width, height = metrics.horizontalAdvance(self.label), metrics.height()
        if not self.label or width > self._room:
            self.label_rect = QRectF()
            return
        bottom = self.label_at.y() - self.width / 2 - 2.0
        self.label_rect = QRectF(self.label_at.x() - width / 2, bottom - height, width, height)


def shortcuts(design: Design, changes: Difference) -> Iterator[tuple[Wire, bool]]:
    """The wires that pass by a wire that came or went, each with whether it is a shortcut now."""
    rank = design.rank
    touched = [*changes.added_wires, *changes.removed_wires, *(after for _, after in changes.changed_wires)]
    last = max(rank.get(wire.source.node, len(rank)) for wire in touched)
    first = min(rank.get(wire.target.node, 0) for wire in touched)
    for wire in design.wires.values():
        if rank[wire.target.node] >= first and rank[wire.source.node] <= last:
            yield wire, is_shortcut(design, wire)


def is_shortcut(design: Design, wire: Wire) -> bool:
    """Whether a wire brings to a merge what another of its wires was made of: a residual's identity."""
    rank, start = design.rank, wire.source.node
    waiting = [id for id in design.predecessors[wire.target.node] if rank[id] > rank[start]]
    seen = set(waiting)
    while waiting:
        for before in design.predecessors[waiting.pop()]:
            if before == start:
                return True
            if before not in seen and rank[before] > rank[start]:
                seen.add(before)
                waiting.append(before)
    return False
