"""Automatic layout: left to right in layers, folded into one row a stage, so that a deep network fits a screen.

A stage begins where height and width shrink. The order within a layer, where there is more than one node, is
fast-sugiyama's. Only positions change. The sizes below are the canvas' units; its geometry reads them from here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

from designer.graph.design import Design, NodeId, Point

CARD_WIDTH = 136.0
CARD_HEIGHT = 72.0
GAP_X = 48.0
GAP_Y = 40.0
ROW_GAP = 72.0
GRID = 8.0
ASPECT = 1.7
"""Width to height of the drawing that is aimed for: a screen less its panels."""

LONGEST_ROW = 14
"""Columns of a single row that need no folding."""

Column = list[NodeId]
Row = list[Column]

_STEP_X = CARD_WIDTH + GAP_X
_STEP_Y = CARD_HEIGHT + GAP_Y


def tidy(design: Design, ids: Collection[NodeId] | None = None) -> Design:
    """The design with its nodes laid out anew; of a part, laid out around where the part was.

    Args:
        design: What to lay out.
        ids: The nodes to move; None for all.
    """
    chosen = [id for id in design.order if ids is None or id in ids]
    if not chosen:
        return design
    places = _rows_placed(design, chosen)
    origin = Point(0.0, 0.0) if ids is None else _corner(design.nodes[id].position for id in chosen)
    start = _corner(places.values())
    moved = [
        replace(
            design.nodes[id],
            position=Point(place.x - start.x + origin.x, place.y - start.y + origin.y),
        )
        for id, place in places.items()
    ]
    result = design.replacing(moved)
    inside = set(chosen)
    straight = [
        replace(wire, via=())
        for wire in design.wires.values()
        if wire.via and {wire.source.node, wire.target.node} <= inside
    ]
    return result.rerouted(straight) if straight else result


def _corner(points: Iterable[Point]) -> Point:
    listed = list(points)
    return Point(min(point.x for point in listed), min(point.y for point in listed))


def _rows_placed(design: Design, chosen: Sequence[NodeId]) -> dict[NodeId, Point]:
    stages = [_unbroken(design, _stage_layers(design, members)) for members in _stages(design, chosen)]
    columns = sum(len(piece) for pieces in stages for piece in pieces)
    wrap = columns if len(stages) == 1 and columns <= LONGEST_ROW else _wrap_at(stages)
    places: dict[NodeId, Point] = {}
    top = 0.0
    for row in (row for pieces in stages for row in _packed(pieces, wrap)):
        lanes = max(len(column) for column in row)
        for index, column in enumerate(row):
            for lane, id in enumerate(column):
                offset = (lanes - len(column)) / 2 + lane
                places[id] = Point(index * _STEP_X, top + offset * _STEP_Y)
        top += lanes * _STEP_Y - GAP_Y + ROW_GAP
    return places


def _unbroken(design: Design, columns: Sequence[Column]) -> list[Row]:
    """A stage cut wherever only one wire crosses: pieces that a fold would not tear, as a block under its residual."""
    place = {id: index for index, column in enumerate(columns) for id in column}
    crossing = [0] * (len(columns) + 1)
    for id, end in place.items():
        for source in design.predecessors[id]:
            if source in place:
                crossing[place[source] + 1] += 1
                crossing[end + 1] -= 1
    pieces: list[Row] = []
    for index, count in enumerate(accumulate(crossing[:-1])):
        if index == 0 or count <= 1 or len(pieces[-1]) >= LONGEST_ROW:
            pieces.append([])
        pieces[-1].append(columns[index])
    return pieces


def _packed(pieces: Sequence[Row], wrap: int) -> list[Row]:
    """The pieces put into rows of at most so many columns; a piece that is longer has a row of its own."""
    rows: list[Row] = []
    for piece in pieces:
        if rows and len(rows[-1]) + len(piece) <= wrap:
            rows[-1] = [*rows[-1], *piece]
        else:
            rows.append(piece)
    return rows


def _stages(design: Design, chosen: Sequence[NodeId]) -> list[list[NodeId]]:
    """The nodes by stage: how many layers that shrink the map stand on the way to them."""
    inside = set(chosen)
    stage: dict[NodeId, int] = {}
    for id in chosen:
        before = max((stage[source] for source in design.predecessors[id] if source in inside), default=0)
        shrinks = design.nodes[id].layer.downsampling > 1 and any(
            source in inside for source in design.predecessors[id]
        )
        stage[id] = before + shrinks
    found: dict[int, list[NodeId]] = defaultdict(list)
    for id in chosen:
        found[stage[id]].append(id)
    # A design whose first layer already shrinks would leave its input alone in a row: it joins the row below.
    if len(found) > 1 and len(found[0]) == 1:
        found[1] = found.pop(0) + found[1]
    return [found[key] for key in sorted(found)]


def _wrap_at(stages: Sequence[Sequence[Row]]) -> int:
    """Columns in a row, so that the whole comes near the aspect aimed for."""
    longest = max(sum(len(piece) for piece in pieces) for pieces in stages)
    candidates, columns = [], 4
    while columns < longest:
        candidates.append(columns)
        columns += max(1, columns // 8)
    return min([*candidates, longest], key=lambda wrap: _miss(stages, wrap))


def _miss(stages: Sequence[Sequence[Row]], wrap: int) -> float:
    """By what factor the aspect would miss."""
    rows = [row for pieces in stages for row in _packed_lengths([len(piece) for piece in pieces], wrap)]
    shape = (max(rows) * _STEP_X) / (len(rows) * (CARD_HEIGHT + ROW_GAP))
    return max(shape / ASPECT, ASPECT / shape)


def _packed_lengths(pieces: Sequence[int], wrap: int) -> list[int]:
    rows: list[int] = []
    for piece in pieces:
        if rows and rows[-1] + piece <= wrap:
            rows[-1] += piece
        else:
            rows.append(piece)
    return rows


def _stage_layers(design: Design, members: Sequence[NodeId]) -> list[list[NodeId]]:
    """The stage's nodes in columns from left to right, each column ordered from top to bottom."""
    inside = set(members)
    column: dict[NodeId, int] = {}
    for id in members:
        column[id] = max((column[source] + 1 for source in design.predecessors[id] if source in inside), default=0)
    layers: list[list[NodeId]] = [[] for _ in range(max(column.values()) + 1)]
    for id in members:
        layers[column[id]].append(id)
    if all(len(layer) == 1 for layer in layers):
        return layers
    heights = _sugiyama_heights(design, members, column)
    for layer in layers:
        layer.sort(key=lambda id: heights[id])
    return layers


def _sugiyama_heights(
    design: Design, members: Sequence[NodeId], column: Mapping[NodeId, int]
) -> dict[NodeId, tuple[int, float]]:
    """Where each node stands across the flow, by component and then by fast-sugiyama's order."""
    from fast_sugiyama import from_edges  # only branching designs owe its import

    inside = set(members)
    number = {id: index for index, id in enumerate(members)}
    edges = [
        (number[source], number[id])
        for id in members
        for source in dict.fromkeys(design.predecessors[id])
        # An arc over a block is drawn over it; it must not push the block out of its row.
        if source in inside and column[id] - column[source] == 1
    ]
    heights = {id: (len(members), float(index)) for id, index in number.items()}
    if not edges:
        return heights
    for component, layout in enumerate(from_edges(edges)):
        for vertex, (x, _) in layout[0]:
            if isinstance(vertex, int) and vertex < len(members):
                heights[members[vertex]] = (component, x)
    return heights
