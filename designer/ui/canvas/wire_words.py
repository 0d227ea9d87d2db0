"""What stands on the wires: reroute dots, and shapes where the zoom lets them be read. Painted over the cards."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsScene

from designer.graph.design import PortRef
from designer.ui.canvas import painting
from designer.ui.canvas.card import card_font
from designer.ui.canvas.painting import Detail, Paints
from designer.ui.canvas.wire_item import LABEL_PIXELS, WireItem

_VEIL = 190
"""How much of what passes behind a label its ground takes away, of 255."""
_REACH = 60.0
"""How far a wire's label may stand out of its path's bounds."""


def paint_words(
    painter: QPainter,
    area: QRectF,
    scene: QGraphicsScene,
    paints: Paints,
    chosen_dot: tuple[PortRef, int] | None,
    is_stale: bool,
    has_ground: bool,
) -> None:
    """Paint dots and shapes.

    Args:
        painter: In canvas units.
        area: The part of the canvas that is painted.
        scene: Whose wires.
        paints: The pens and brushes of the present look.
        chosen_dot: The reroute dot that is chosen, by the input its wire ends at and its place, or None.
        is_stale: Whether the shapes are of an earlier design.
        has_ground: Whether the ground is painted, so that a label may veil what passes behind it.
    """
    level = painting.detail(painter.worldTransform().m11())
    if level is Detail.BLOCKS:
        return
    near = scene.items(
        area.adjusted(-_REACH, -_REACH / 2, _REACH, _REACH / 2), Qt.ItemSelectionMode.IntersectsItemBoundingRect
    )
    wires = [item for item in near if isinstance(item, WireItem)]
    for item in wires:
        for place, dot in enumerate(item.wire.via):
            painting.dot(painter, QPointF(*dot), item.pen(), (item.target, place) == chosen_dot, paints)
    if level is not Detail.EVERYTHING:
        return
    painter.setFont(card_font(LABEL_PIXELS, False))
    painter.setPen(paints.quiet)
    if is_stale:
        painter.setOpacity(painting.DIMMED)
    ground = QColor(paints.look.ground)
    ground.setAlpha(_VEIL)
    for item in wires:
        if item.label_rect.isValid() and item.label_rect.intersects(area):
            if has_ground:
                painter.fillRect(item.label_rect, ground)
            painter.drawText(item.label_rect, Qt.AlignmentFlag.AlignCenter, item.label)
