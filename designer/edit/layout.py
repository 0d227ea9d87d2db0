"""Automatic layout: left to right in layers, folded into one row a stage, so that a deep network fits a screen.

Only positions change, and those that need not stay: folds and orders that are as good as new ones are kept, and the
whole stands where most of it stood. Columns stand in line through all rows, so that between them and between rows
there is always a clear way for a wire.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from designer.edit import folding
from designer.edit.ordering import heights
from designer.edit.sizes import CARD_HEIGHT, ROW_GAP, STEP_X
from designer.graph.design import Design, NodeId, Point, Wire
from designer.graph.layer import Category

_FIRST_OF_A_STEP = (Category.CONVOLUTION, Category.DENSE, Category.BLOCK)
_MOST_ACROSS = 3
"""Outputs that may cross a fold where rows are short: the chain's, a residual's, and a gate's."""

Box = dict[NodeId, Point]
"""Places of nodes that hang together, the box's own corner at the origin."""


def tidy(design: Design, ids: Collection[NodeId] | None = None, folds: bool = True, together: int = 0) -> Design:
    """The design with its nodes laid out anew; of a part, laid out around where the part was.

    Args:
        design: What to lay out.
        ids: The nodes to move; None for all.
        folds: Whether what can be read in short rows is folded into them.
        together: How many nodes are laid out, in other designs too, while somebody waits: the more, the less is tried.
    """
    chosen = [id for id in design.order if ids is None or id in ids]
    if not chosen:
        return design
    places = _placed(design, chosen, folds, together)
    shift = _shift(design, places, is_part=ids is not None)
    moved = [
        replace(design.nodes[id], position=Point(place.x + shift.x, place.y + shift.y)) for id, place in places.items()
    ]
    result = design.replacing(node for node in moved if node.position != design.nodes[node.id].position)
    return _bent_as_before(design, result, set(chosen))


def _shift(design: Design, places: Box, is_part: bool) -> Point:
    """From where the layout stands by itself to where most of its nodes stood."""
    apart = Counter(
        Point(design.nodes[id].position.x - place.x, design.nodes[id].position.y - place.y)
        for id, place in places.items()
    )
    shift, count = apart.most_common(1)[0]
    if count > 1 and 3 * count >= len(places):
        return shift
    start = _corner(places.values())
    origin = _corner(design.nodes[id].position for id in places) if is_part else Point(0.0, 0.0)
    return Point(origin.x - start.x, origin.y - start.y)


def _corner(points: Iterable[Point]) -> Point:
    listed = list(points)
    return Point(min(point.x for point in listed), min(point.y for point in listed))


def _bent_as_before(before: Design, after: Design, chosen: Collection[NodeId]) -> Design:
    """Reroute dots go along where both ends of a wire moved alike; where they did not, the wire is straightened."""
    changed: list[Wire] = []
    for wire in before.wires.values():
        if wire.via and {wire.source.node, wire.target.node} <= set(chosen):
            steps = {
                Point(there.x - here.x, there.y - here.y)
                for id in (wire.source.node, wire.target.node)
                for here, there in [(before.nodes[id].position, after.nodes[id].position)]
            }
            step = steps.pop()
            via = () if steps else tuple(Point(dot.x + step.x, dot.y + step.y) for dot in wire.via)
            if via != wire.via:
                changed.append(replace(wire, via=via))
    return after.rerouted(changed) if changed else after


def _placed(design: Design, chosen: Sequence[NodeId], folds: bool, together: int) -> Box:
    inside = set(chosen)
    before = {id: [source for source in design.predecessors[id] if source in inside] for id in chosen}
    boxes = [_box(design, before, part, folds, together) for part in _components(before, chosen)]
    return _shelved(boxes)


def _components(before: Mapping[NodeId, Sequence[NodeId]], chosen: Sequence[NodeId]) -> list[list[NodeId]]:
    """The nodes that hang together by wires, each lot in order of execution."""
    head: dict[NodeId, NodeId] = {}

    def first(id: NodeId) -> NodeId:
        while head[id] != id:
            head[id] = head[head[id]]
            id = head[id]
        return id

    for id in chosen:
        head[id] = id
        for source in before[id]:
            head[first(id)] = first(source)
    found: dict[NodeId, list[NodeId]] = {}
    for id in chosen:
        found.setdefault(first(id), []).append(id)
    return list(found.values())


def _box(design: Design, before: folding.Before, part: Sequence[NodeId], folds: bool, together: int) -> Box:
    stages = [folding.columns(before, stage) for stage in folding.stages(design, before, part)]
    places: Box = {}
    top = 0.0
    members = set(part)

    def meets(left: folding.Column, right: folding.Column) -> folding.Meeting | None:
        ends, begins = ([design.nodes[id].position for id in column] for column in (left, right))
        if max(at.x for at in ends) < max(at.x for at in begins):
            return folding.Meeting.SIDE_BY_SIDE
        is_below = max(at.y for at in ends) < min(at.y for at in begins)
        return folding.Meeting.FOLD if is_below and max(at.x for at in begins) < max(at.x for at in ends) else None

    def begins(column: folding.Column) -> bool:
        kinds = {design.nodes[id].layer.category for id in column}
        return not kinds.isdisjoint(_FIRST_OF_A_STEP)

    rows = folding.short_rows(before, stages, begins) if folds else None
    if rows is None or folding.are_torn(before, rows, _MOST_ACROSS):
        rows = list(folding.rows(before, stages, meets))
        if len(rows) > 1 and folding.are_torn(before, rows):
            in_line = folding.columns(before, list(part))
            rows = [in_line] if len(in_line) <= folding.LONGEST_TANGLE else rows
    for row in rows:
        tops = heights(design, row, places, members, together)
        highest, lowest = min(tops.values()), max(tops.values())
        for index, column in enumerate(row):
            for id in column:
                places[id] = Point(index * STEP_X, top + tops[id] - highest)
        top += lowest - highest + CARD_HEIGHT + ROW_GAP
    return places


def _shelved(boxes: Sequence[Box]) -> Box:
    """What does not hang together side by side as far as the widest goes, then below each other."""
    widest = max(max(place.x for place in box.values()) for box in boxes) + STEP_X
    places: Box = {}
    left = top = below = 0.0
    for box in boxes:
        width = max(place.x for place in box.values()) + STEP_X
        height = max(place.y for place in box.values()) + CARD_HEIGHT + ROW_GAP
        if left and left + width > max(widest, folding.LONGEST_ROW / 2 * STEP_X):
            left, top = 0.0, below
        for id, place in box.items():
            places[id] = Point(left + place.x, top + place.y)
        left, below = left + width, max(below, top + height)
    return places
