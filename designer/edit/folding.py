"""Where a long network is folded into rows, so that it fits a screen: at its stages, and where few wires cross.

A stage begins where height and width shrink. Knows columns of nodes and the wires between them, and no coordinate but
the shape of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from itertools import accumulate, pairwise
from math import sqrt
from typing import NamedTuple

from designer.edit.sizes import GAP_X, GAP_Y, ROW_GAP, SCREEN_HEIGHT, SCREEN_WIDTH, STEP_X, STEP_Y
from designer.graph.design import Design, NodeId

ASPECT = 1.7
"""Width to height of the drawing that is aimed for: a screen less its panels."""

SHORT_ROW = int((SCREEN_WIDTH + GAP_X) // STEP_X)
"""Columns of a row that can be read where the whole design is on screen."""

LONGEST_ROW = 14
"""Columns of a single row that need no folding, of a design too large to be read as a whole."""

LONGEST_TANGLE = 24
"""The same where any fold would be crossed by wires besides the main one: more can still be read on a wide screen."""

_PRELUDE = 3
"""Nodes before the first stage that need no row of their own."""

_LONG_WAY = 5
"""Columns to its reader from which on a node of one input stands there, and not by what it reads."""

_TORN, _AMISS, _ROW_COST, _UNFILLED = 2.0, 1.0, 1.5, 0.3
"""What short rows cost: an output more across a fold, a fold in the middle of a step, a row, and the square of each
row's empty columns."""

_PATIENCE = 1.5
"""By what factor folds that are there may miss the shape aimed for more than the best would, and still stay."""


class Size(NamedTuple):
    """Of a row or a piece of one: its columns, and the cards of its fullest column."""

    columns: int
    lanes: int


class Meeting(Enum):
    """How two columns that follow each other stand: in one row, or with a fold between them."""

    SIDE_BY_SIDE = auto()
    FOLD = auto()


Column = list[NodeId]
Row = list[Column]
Part = list[NodeId]
Before = Mapping[NodeId, list[NodeId]]
Meets = Callable[[Column, Column], Meeting | None]


def stages(design: Design, before: Before, part: Sequence[NodeId]) -> list[Part]:
    """The nodes by stage: how many layers that shrink the map stand on the way to them."""
    stage: dict[NodeId, int] = {}
    for id in part:
        shrinks = bool(before[id]) and design.nodes[id].layer.downsampling > 1
        stage[id] = max((stage[source] for source in before[id]), default=0) + shrinks
    found: dict[int, Part] = {}
    for id in part:
        found.setdefault(stage[id], []).append(id)
    # A design that shrinks the map at once would leave its input alone in a row: it joins the row below.
    if len(found) > 1 and len(found[0]) <= _PRELUDE:
        found[1] = found.pop(0) + found[1]
    return [found[key] for key in sorted(found)]


def columns(before: Before, stage: Part) -> list[Column]:
    """A stage's nodes in columns from left to right, each as far left as the wires let it, or by its reader."""
    inside = set(stage)
    place: dict[NodeId, int] = {}
    for id in stage:
        place[id] = max((place[source] + 1 for source in before[id] if source in inside), default=0)
    nearest: dict[NodeId, int] = {}
    for id in reversed(stage):
        # One wire in, one wire out: by its reader, so that of many that read one node a single way is long.
        if id in nearest and (not before[id] or (len(before[id]) == 1 and nearest[id] - 1 - place[id] >= _LONG_WAY)):
            place[id] = nearest[id] - 1
        for source in before[id]:
            if source in inside:
                nearest[source] = min(nearest.get(source, place[id]), place[id])
    first = min(place.values())
    found: list[Column] = [[] for _ in range(max(place.values()) - first + 1)]
    for id in stage:
        found[place[id] - first].append(id)
    return found


def rows(before: Before, parts: Sequence[Sequence[Column]], meets: Meets) -> list[Row]:
    """The columns of each stage put into rows.

    Args:
        before: What each node reads.
        parts: The columns of each stage.
        meets: How two columns that follow each other stand now. Folds that are there stay while the shape allows.
    """
    pieces = [_pieces(before, part) for part in parts]
    if len(parts) == 1 and len(parts[0]) <= LONGEST_ROW:
        return [list(parts[0])]
    sizes = [[Size(len(piece), max(map(len, piece))) for piece in part] for part in pieces]
    wrap = _wrap_at(sizes)
    fresh = [_packed(part, wrap) for part in sizes]
    longest = int(_PATIENCE * max(size.columns for size in _sizes(sizes, fresh)))
    kept = [_kept(part, of_part, wrap, longest, meets) for part, of_part in zip(pieces, sizes, strict=True)]
    is_fine = _is_laid_out(parts, meets) and _miss(_sizes(sizes, kept)) <= _PATIENCE * _miss(_sizes(sizes, fresh))
    chosen = kept if is_fine else fresh
    found: list[Row] = []
    for part, counts in zip(pieces, chosen, strict=True):
        first = 0
        for count in counts:
            found.append(_entered(before, [column for piece in part[first : first + count] for column in piece]))
            first += count
    return found


def short_rows(before: Before, parts: Sequence[Sequence[Column]], begins: Callable[[Column], bool]) -> list[Row] | None:
    """The columns in rows so short that all can be read where the whole is on screen; None where it is too much.

    Args:
        before: What each node reads.
        parts: The columns of each stage.
        begins: Whether a step of what is computed begins with a column, so that a row should.
    """
    if sum(map(len, parts)) <= SHORT_ROW:
        return [[column for part in parts for column in part]]
    if sum(map(len, parts)) > SHORT_ROW * (SCREEN_HEIGHT + ROW_GAP) // (STEP_Y - GAP_Y + ROW_GAP):
        return None
    found = [row for part in parts for row in _cut_short(before, part, begins)]
    height = sum(max(map(len, row)) * STEP_Y - GAP_Y + ROW_GAP for row in found) - ROW_GAP
    return [_entered(before, row) for row in found] if height <= SCREEN_HEIGHT else None


def _cut_short(before: Before, part: Sequence[Column], begins: Callable[[Column], bool]) -> list[Row]:
    """A stage cut into short rows: at the least cost of all ways to cut it."""
    outputs, _ = _crossing(before, part)
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(part) + 1):
        ways = []
        for first in range(max(0, end - SHORT_ROW), end):
            torn = _TORN * (outputs[first] - 1) if first else 0.0
            amiss = 0.0 if not first or begins(part[first]) else _AMISS
            ways.append((best[first][0] + torn + amiss + _ROW_COST + _UNFILLED * (SHORT_ROW - end + first) ** 2, first))
        best.append(min(ways))
    rows: list[Row] = []
    end = len(part)
    while end:
        first = best[end][1]
        rows.insert(0, list(part[first:end]))
        end = first
    return rows


def are_torn(before: Before, rows: Sequence[Row], most: int = 1) -> bool:
    """Whether some fold is crossed by more nodes' outputs than ``most``, so that wires cross each other around it."""
    row_of = {id: index for index, row in enumerate(rows) for column in row for id in column}
    torn: dict[int, set[NodeId]] = {}
    for id, index in row_of.items():
        for source in before[id]:
            for fold in range(row_of[source], index):
                torn.setdefault(fold, set()).add(source)
    return any(len(sources) > most for sources in torn.values())


def _is_laid_out(parts: Sequence[Sequence[Column]], meets: Meets) -> bool:
    """Whether the columns stand as rows of some kind already, but for a few that were dropped among them."""
    found = [meets(left, right) is not None for part in parts for left, right in pairwise(part)]
    return 4 * sum(found) >= 3 * len(found)


def _entered(before: Before, row: Row) -> Row:
    """What reads rows above alone comes first, so that wires from there enter from the side and cross nothing."""
    inside = {id for column in row for id in column}
    moved = {id for column in row[1:] for id in column if len(before[id]) == 1 and before[id][0] not in inside}
    kept = [[id for id in column if id not in moved] for column in row]
    kept[0] += [id for column in row[1:] for id in column if id in moved]
    return [column for column in kept if column]


def _pieces(before: Before, part: Sequence[Column]) -> list[Row]:
    """A stage cut wherever only one output is wanted further: no fold then tears a block under its residual.

    A piece that is longer than a row is cut where the fewest wires cross.
    """
    outputs, wires = _crossing(before, part)
    pieces: list[Row] = []
    first = 0
    for end in range(1, len(part) + 1):
        if end == len(part) or outputs[end] <= 1:
            pieces += _shortened(part, first, end, wires)
            first = end
    return pieces


def _crossing(before: Before, part: Sequence[Column]) -> tuple[list[int], list[int]]:
    """In front of each column: how many nodes' outputs are still wanted, and how many wires cross.

    At a block's end one output is wanted, though its next block may be skipped by a second wire from there.
    """
    place = {id: index for index, column in enumerate(part) for id in column}
    reach: dict[NodeId, int] = {}
    outputs, wires = ([0] * (len(part) + 1) for _ in range(2))
    for id, end in place.items():
        for source in before[id]:
            if source in place:
                reach[source] = max(reach.get(source, 0), end)
                wires[place[source] + 1] += 1
                wires[end + 1] -= 1
    for source, end in reach.items():
        outputs[place[source] + 1] += 1
        outputs[end + 1] -= 1
    return list(accumulate(outputs)), list(accumulate(wires))


def _shortened(part: Sequence[Column], first: int, end: int, wires: Sequence[int]) -> list[Row]:
    found: list[Row] = []
    height = max(map(len, part[first:end])) * STEP_Y - GAP_Y + ROW_GAP
    wanted = sqrt((end - first) * ASPECT * height / STEP_X)
    longest = min(LONGEST_ROW, max(LONGEST_ROW // 2, round(wanted)))
    while end - first > LONGEST_ROW:
        cut = min(range(first + longest // 2, first + longest + 1), key=lambda at: (wires[at], -at))
        found.append(list(part[first:cut]))
        first = cut
    return [*found, list(part[first:end])]


def _packed(pieces: Sequence[Size], wrap: int) -> list[int]:
    """How many pieces go into each row of at most so many columns; a longer piece has a row of its own."""
    groups: list[list[Size]] = []
    filled = 0
    for piece in pieces:
        # A single column does not make a row.
        if groups and (filled + piece.columns <= wrap or filled == 1):
            groups[-1].append(piece)
            filled += piece.columns
        else:
            groups.append([piece])
            filled = piece.columns
    return [len(group) for group in _joined(groups)]


def _joined(groups: list[list[Size]]) -> list[list[Size]]:
    """With a lone column put at the end of the row before: it is an end, or what was dropped on the wire there."""
    for index in reversed(range(1, len(groups))):
        if sum(size.columns for size in groups[index]) == 1:
            groups[index - 1] += groups.pop(index)
    return groups


def _kept(pieces: Sequence[Row], sizes: Sequence[Size], wrap: int, longest: int, meets: Meets) -> list[int]:
    """The same with the folds that are there; a row that grew too long for them is folded once more."""
    groups: list[list[Size]] = []
    for index, piece in enumerate(pieces):
        if index == 0 or meets(pieces[index - 1][-1], piece[0]) is Meeting.FOLD:
            groups.append([])
        groups[-1].append(sizes[index])
    counts: list[int] = []
    for group in _joined(groups):
        counts += [len(group)] if sum(size.columns for size in group) <= longest else _packed(group, wrap)
    return counts


def _sizes(pieces: Sequence[Sequence[Size]], counts: Sequence[Sequence[int]]) -> list[Size]:
    """Of each row."""
    found = []
    for part, rows_of in zip(pieces, counts, strict=True):
        first = 0
        for count in rows_of:
            together = part[first : first + count]
            found.append(Size(sum(size.columns for size in together), max(size.lanes for size in together)))
            first += count
    return found


def _wrap_at(pieces: Sequence[Sequence[Size]]) -> int:
    """Columns in a row, so that the whole comes near the aspect aimed for."""
    longest = max(sum(size.columns for size in part) for part in pieces)
    candidates, wrap = [], 4
    while wrap < longest:
        candidates.append(wrap)
        wrap += max(1, wrap // 8)
    return min([*candidates, longest], key=lambda wrap: _miss(_sizes(pieces, [_packed(part, wrap) for part in pieces])))


def _miss(sizes: Sequence[Size]) -> float:
    """By what factor rows of such sizes would miss the aspect."""
    width = max(size.columns for size in sizes) * STEP_X
    shape = width / sum(size.lanes * STEP_Y - GAP_Y + ROW_GAP for size in sizes)
    return max(shape / ASPECT, ASPECT / shape)
