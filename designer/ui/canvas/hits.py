"""What is under the pointer: a port, a wire's end, a fix, a card, a wire, an annotation, or nothing.

Reads places only.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt

from designer.analysis.fixes import Fix
from designer.graph.annotation import AnnotationId
from designer.graph.design import NodeId, PortRef
from designer.ui.canvas.drawing import Drawing
from designer.ui.canvas.geometry import PORT_REACH, WIRE_REACH, distance_to
from designer.ui.canvas.node_item import BubbleItem, NodeItem
from designer.ui.canvas.wire_item import WireItem

DOT_REACH = 8.0
_BORDER_REACH = 5.0
END_LENGTH = 30.0
"""How much of a wire, from the input it ends at, can be taken by hand to unplug it."""


class Under(Enum):
    """Kinds of things under a pointer."""

    NOTHING = auto()
    NODE = auto()
    INPUT = auto()
    OUTPUT = auto()
    WIRE = auto()
    WIRE_END = auto()
    FIX = auto()
    DOT = auto()
    ANNOTATION = auto()
    ANNOTATION_CORNER = auto()


class Hit(NamedTuple):
    """What a point means.

    Attributes:
        under: The kind of thing.
        node: The node, of a card, port or fix.
        port: The port; of a wire the input it ends at.
        fix: The fix.
        dot: Which reroute dot of the wire, along its way.
        annotation: The frame or note.
    """

    under: Under
    node: NodeId | None = None
    port: PortRef | None = None
    fix: Fix | None = None
    dot: int | None = None
    annotation: AnnotationId | None = None


NOTHING = Hit(Under.NOTHING)


def hit(scene: Drawing, at: QPointF, scale: float = 1.0) -> Hit:
    """What is at a point of the canvas; ports before cards, cards before wires, wires before frames and notes.

    Args:
        scene: The canvas.
        at: The point, in canvas units.
        scale: Pixels a canvas unit; from afar ports keep a reach of some pixels, yet never more than half a card.
    """
    reach = min(PORT_REACH / min(scale, 1.0), 26.0)
    found = _items_around(scene, at, reach)
    return (
        _port_hit(found, at, reach)
        or _card_hit(found, at)
        or _dot_hit(found, at, DOT_REACH / min(scale, 1.0))
        or _wire_hit(scene, at, WIRE_REACH / min(scale, 1.0))
        or _annotation_hit(scene, at, _BORDER_REACH / min(scale, 1.0))
        or NOTHING
    )


def nearest_port(scene: Drawing, at: QPointF, reach: float, is_input: bool) -> PortRef | None:
    """The port of one side that is nearest to a point, within a reach in canvas units."""
    best: PortRef | None = None
    least = reach
    for item in _items_around(scene, at, reach):
        if not isinstance(item, NodeItem):
            continue
        for port, centre in _inputs(item) if is_input else _outputs(item):
            away = _distance(centre, at)
            if away <= least:
                best, least = port, away
    return best


def _items_around(scene: Drawing, at: QPointF, reach: float) -> list[object]:
    area = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
    return list(scene.items(area, Qt.ItemSelectionMode.IntersectsItemBoundingRect))


def _port_hit(found: list[object], at: QPointF, reach: float) -> Hit | None:
    for item in found:
        if isinstance(item, NodeItem):
            for under, ports in ((Under.INPUT, _inputs(item)), (Under.OUTPUT, _outputs(item))):
                for port, centre in ports:
                    if _distance(centre, at) <= reach and not _deep_inside(item, at):
                        return Hit(under, item.id, port)
    return None


def _deep_inside(item: NodeItem, at: QPointF) -> bool:
    """Whether a point is so far inside the card that it means the card, however far the ports reach."""
    return item.card_rect.adjusted(9.0, 0.0, -9.0, 0.0).contains(at)


def _card_hit(found: list[object], at: QPointF) -> Hit | None:
    for item in found:
        if isinstance(item, BubbleItem) and item.mapRectToScene(item.fix_rect).contains(at):
            return Hit(Under.FIX, item.card.id, fix=item.fix)
        if isinstance(item, NodeItem) and item.card_rect.contains(at):
            return Hit(Under.NODE, item.id)
    return None


def _dot_hit(found: list[object], at: QPointF, reach: float) -> Hit | None:
    for item in found:
        if isinstance(item, WireItem):
            for place, dot in enumerate(item.wire.via):
                if _distance(QPointF(*dot), at) <= reach:
                    return Hit(Under.DOT, None, item.target, dot=place)
    return None


def place_on_way(item: WireItem, at: QPointF) -> int:
    """How many reroute dots of a wire come before the point of its way that is nearest to a place."""
    line = item.line
    nearest = _nearest_corner(line, at)
    return sum(_nearest_corner(line, QPointF(*dot)) < nearest for dot in item.wire.via)


def _nearest_corner(line: Sequence[QPointF], at: QPointF) -> int:
    return min(range(len(line)), key=lambda index: _distance(line[index], at))


def _wire_hit(scene: Drawing, at: QPointF, reach: float) -> Hit | None:
    target = wire_at(scene, at, reach)
    if target is None:
        return None
    end = scene.wires[target].path().currentPosition()
    return Hit(Under.WIRE_END if _distance(end, at) <= END_LENGTH else Under.WIRE, None, target)


def _annotation_hit(scene: Drawing, at: QPointF, reach: float) -> Hit | None:
    found = scene.annotations.at(at, reach)
    if found is None:
        return None
    id, is_corner = found
    return Hit(Under.ANNOTATION_CORNER if is_corner else Under.ANNOTATION, annotation=id)


def wire_at(scene: Drawing, at: QPointF, reach: float) -> PortRef | None:
    """The wire within a reach of a point, by the input it ends at; cards do not hide it."""
    area = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
    near = [
        item
        for item in scene.items(area, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
        if isinstance(item, WireItem)
    ]
    away, target = min(
        ((distance_to(item.line, at) - item.width / 2, item.target) for item in near), default=(reach, None)
    )
    return target if away < reach else None


def _inputs(item: NodeItem) -> list[tuple[PortRef, QPointF]]:
    return [(PortRef(item.id, port.name), item.input_at(index)) for index, port in enumerate(item.node.layer.inputs)]


def _outputs(item: NodeItem) -> list[tuple[PortRef, QPointF]]:
    return [(PortRef(item.id, port.name), item.output_at(index)) for index, port in enumerate(item.node.layer.outputs)]


def _distance(a: QPointF, b: QPointF) -> float:
    return float(((a.x() - b.x()) ** 2 + (a.y() - b.y()) ** 2) ** 0.5)
