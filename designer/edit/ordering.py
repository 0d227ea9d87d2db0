"""Who stands above whom in each column of a row, so that few wires cross; and at which heights, so that few bend.

A wire that passes a column takes a place in it as a card does. fast-sugiyama gives an order to begin from; it is then
improved by what it does not know: ports, and the wires that come from the row above and go to the row below. The order
that is there stays where it is as good.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from designer.edit.sizes import CARD_HEIGHT, GRID, STEP_Y
from designer.graph.design import Design, NodeId, Point, Wire

_SWEEPS = 6
_STRAIGHTENINGS = 4
_MOST_KICKS, _KICKED_NODES = 16, 3200
"""How often an order is shaken for a better one: less often the more nodes are laid out, and not at all at 1,000."""
_MANY = 1000
_WIRE_STEP, _BESIDE = 16.0, 30.0
"""Heights between two wires side by side, and between a wire and a card's edge."""
_STIFF = 8.0
"""How much more a passing wire wants to be straight than a wire between neighbours."""

Vertex = int
Order = list[list[Vertex]]


class End(NamedTuple):
    """Where a piece of a wire leads.

    Attributes:
        vertex: To which vertex of the next column.
        here: How far below this vertex' middle it starts.
        there: How far below the other's middle it ends.
    """

    vertex: Vertex
    here: float
    there: float


@dataclass
class Layers:
    """A row as columns of vertices: cards first, then places of passing wires; and pieces of wires between them.

    Attributes:
        ids: The cards, by vertex.
        columns: The vertices of each column.
        left: For each vertex, the pieces that come from the column before.
        right: The pieces that go to the column after.
        effort: How often the order may be shaken for a better one.
        level: Below 0 for what comes from the rows above, 1 for what goes to those below, 0 for all else.
    """

    ids: list[NodeId]
    columns: Order
    effort: int = 0
    left: list[list[End]] = field(default_factory=list)
    right: list[list[End]] = field(default_factory=list)
    level: list[int] = field(default_factory=list)

    def add(self, column: int, level: int = 0) -> Vertex:
        """A place for a passing wire."""
        vertex = len(self.left)
        self.columns[column].append(vertex)
        self.left.append([])
        self.right.append([])
        self.level.append(level)
        return vertex

    def join(self, a: Vertex, b: Vertex, here: float = 0.0, there: float = 0.0) -> None:
        """A piece of a wire between neighbouring columns."""
        self.right[a].append(End(b, here, there))
        self.left[b].append(End(a, there, here))

    def is_card(self, vertex: Vertex) -> bool:
        """Whether a card stands here."""
        return vertex < len(self.ids)


def heights(
    design: Design,
    row: Sequence[Sequence[NodeId]],
    placed: Mapping[NodeId, Point],
    members: Collection[NodeId],
    together: int = 0,
) -> dict[NodeId, float]:
    """The top of each card of a row, above and below the row's middle line.

    Args:
        design: What is laid out; its places say which order there is.
        row: Its columns from left to right.
        placed: Where the nodes of the rows above will stand.
        members: The nodes that are laid out at all; wires to others do not count.
        together: How many nodes are laid out while somebody waits, where they are more.
    """
    if all(len(column) == 1 for column in row):
        return {column[0]: 0.0 for column in row}
    layers = _layers(design, row, placed, members, max(together, len(members)))
    order = _ordered(design, layers)
    middles = _straightened(layers, order)
    return {id: middles[vertex] - CARD_HEIGHT / 2 for vertex, id in enumerate(layers.ids)}


def _layers(
    design: Design,
    row: Sequence[Sequence[NodeId]],
    placed: Mapping[NodeId, Point],
    members: Collection[NodeId],
    together: int,
) -> Layers:
    ids = [id for column in row for id in column]
    vertex = {id: index for index, id in enumerate(ids)}
    place = {id: index for index, column in enumerate(row) for id in column}
    # The first column is for the wires that enter from the side.
    kicks = min(_MOST_KICKS, _KICKED_NODES // together) if together < _MANY else 0
    layers = Layers(ids, [[], *([vertex[id] for id in column] for column in row)], kicks)
    layers.left, layers.right, layers.level = [[] for _ in ids], [[] for _ in ids], [0] * len(ids)
    entering = _entering(design, row[0], placed, layers)
    for id in ids:
        for wire in design.incoming(id):
            source = wire.source.node
            here, there = _offset(design, wire, True), _offset(design, wire, False)
            if source in place:
                _pass(layers, row, (vertex[source], place[source], here), (vertex[id], place[id], there))
            elif source in placed:
                passed = entering[source] if place[id] == 0 else layers.add(place[id], -1)
                layers.join(passed, vertex[id], 0.0, there)
        if place[id] < len(row) - 1:
            for wire in design.outgoing(id):
                if wire.target.node not in place and wire.target.node in members:
                    layers.join(vertex[id], layers.add(place[id] + 2, 1), _offset(design, wire, True), 0.0)
    return layers


def _entering(
    design: Design, first: Sequence[NodeId], placed: Mapping[NodeId, Point], layers: Layers
) -> dict[NodeId, Vertex]:
    """A vertex for each node above that the row's first column reads.

    They come in round the row's end, each outside what left further left: what left furthest right is uppermost.
    """
    sources = dict.fromkeys(source for id in first for source in design.predecessors[id] if source in placed)
    ordered = sorted(sources, key=lambda id: (-placed[id].x, placed[id].y))
    return {id: layers.add(0, level - len(ordered)) for level, id in enumerate(ordered)}


def _pass(
    layers: Layers,
    row: Sequence[Sequence[NodeId]],
    start: tuple[Vertex, int, float],
    end: tuple[Vertex, int, float],
) -> None:
    """Lead a wire through the columns between; over a block of single cards it goes as an arc and needs no place."""
    between = range(start[1] + 1, end[1])
    if between and all(len(row[column]) == 1 for column in range(start[1], end[1] + 1)):
        return
    at, offset = start[0], start[2]
    for column in between:
        passed = layers.add(column + 1)
        layers.join(at, passed, offset, 0.0)
        at, offset = passed, 0.0
    layers.join(at, end[0], offset, end[2])


def _offset(design: Design, wire: Wire, is_start: bool) -> float:
    """How far a wire's port is below its card's middle."""
    ref = wire.source if is_start else wire.target
    layer = design.nodes[ref.node].layer
    ports = layer.outputs if is_start else layer.inputs
    index = next(index for index, port in enumerate(ports) if port.name == ref.port)
    return CARD_HEIGHT * ((index + 1) / (len(ports) + 1) - 0.5)


# Order ----------------------------------------------------------------------------------------------------------------


def _ordered(design: Design, layers: Layers) -> Order:
    tops = [design.nodes[id].position.y for id in layers.ids]
    cards = [[v for v in column if layers.is_card(v)] for column in layers.columns]
    present = _settled(layers, [sorted(column, key=lambda v: tops[v]) for column in cards])
    fresh = _improved(layers, _library_order(layers))
    # Settled too, so that the same comes out once the cards stand in this order.
    settled = _settled(layers, [[v for v in column if layers.is_card(v)] for column in fresh])
    return min((present, settled, fresh), key=lambda order: _crossings(layers, order))


def _settled(layers: Layers, cards: Order) -> Order:
    """The cards of each column in the order that is given, and passing wires where they cross least."""
    fixed = {v: index for column in cards for index, v in enumerate(column)}
    passing = [[v for v in column if not layers.is_card(v)] for column in layers.columns]
    best = _sweep(layers, [[*a, *b] for a, b in zip(cards, passing, strict=True)], 1, fixed)
    for direction in (-1, 1):
        best = min(best, _sweep(layers, best, direction, fixed), key=lambda order: _crossings(layers, order))
    _exchange(layers, best, fixed)
    return best


def _improved(layers: Layers, order: Order) -> Order:
    best = [sorted(column, key=lambda v: layers.level[v]) for column in order]
    _exchange(layers, best)
    least = _crossings(layers, best)
    order = best
    for turn in range(_SWEEPS):
        if not least:
            break
        order = _sweep(layers, order, 1 if turn % 2 == 0 else -1)
        _exchange(layers, order)
        if layers.effort:
            _sift(layers, order)
        crossings = _crossings(layers, order)
        if crossings < least:
            best, least = order, crossings
    return _shaken(layers, best, least)


def _shaken(layers: Layers, best: Order, least: int) -> Order:
    """What a part of it shuffled and put in order again comes to, as long as that is better; the same every time."""
    chance = random.Random(0)
    tangled = [index for index, column in enumerate(best) if len(column) > 2]
    for _ in range(layers.effort if tangled else 0):
        if not least:
            break
        order = [list(column) for column in best]
        for index in chance.sample(tangled, min(2, len(tangled))):
            chance.shuffle(order[index])
            order[index].sort(key=lambda v: layers.level[v])
        order = _sweep(layers, order, chance.choice((-1, 1)))
        _exchange(layers, order)
        _sift(layers, order)
        crossings = _crossings(layers, order)
        if crossings < least:
            best, least = order, crossings
    return best


def _sweep(layers: Layers, order: Order, direction: int, fixed: Mapping[Vertex, int] | None = None) -> Order:
    """Each column in the order of the middles of what its vertices are joined to in the column before it."""
    joined = layers.left if direction > 0 else layers.right
    found = [list(column) for column in order]
    at = [0.0] * len(layers.left)
    for column in range(len(order))[::direction]:
        for index, v in enumerate(found[column]):
            at[v] = float(index)
        if column != (0 if direction > 0 else len(order) - 1):
            wanted = {
                v: sum(at[end.vertex] + end.there / STEP_Y for end in joined[v]) / len(joined[v])
                if joined[v]
                else at[v]
                for v in found[column]
            }
            _hold(found[column], wanted, fixed)
            found[column].sort(key=lambda v: (layers.level[v], wanted[v]))
        for index, v in enumerate(found[column]):
            at[v] = float(index)
    return found


def _hold(column: Sequence[Vertex], wanted: dict[Vertex, float], fixed: Mapping[Vertex, int] | None) -> None:
    """Keep cards in the order that is fixed, whatever they want."""
    if fixed is not None:
        cards = sorted((v for v in column if v in fixed), key=lambda v: fixed[v])
        for v, place in zip(cards, sorted(wanted[v] for v in cards), strict=True):
            wanted[v] = place


def _exchange(layers: Layers, order: Order, fixed: Mapping[Vertex, int] | None = None) -> None:
    """Let neighbours in a column change places as long as fewer wires cross for it."""
    at = [0.0] * len(layers.left)
    for column in order:
        for index, v in enumerate(column):
            at[v] = float(index)
    for _ in range(4):
        has_changed = False
        for column in order:
            for index in range(len(column) - 1):
                a, b = column[index], column[index + 1]
                if layers.level[a] != layers.level[b] or (fixed is not None and a in fixed and b in fixed):
                    continue
                if _gain(layers, at, a, b) > 0:
                    column[index], column[index + 1] = b, a
                    at[a], at[b] = at[b], at[a]
                    has_changed = True
        if not has_changed:
            return


def _sift(layers: Layers, order: Order) -> None:
    """Let each vertex go to the place in its column where the fewest wires cross."""
    at = [0.0] * len(layers.left)
    for column in order:
        for index, v in enumerate(column):
            at[v] = float(index)
    for column in order:
        for v in list(column):
            _move_to_best(layers, column, v, at)


def _move_to_best(layers: Layers, column: list[Vertex], v: Vertex, at: list[float]) -> None:
    start = column.index(v)
    best = most = 0
    for way in (-1, 1):
        gained, index = 0, start + way
        while 0 <= index < len(column) and layers.level[column[index]] == layers.level[v]:
            pair = (column[index], v) if way < 0 else (v, column[index])
            gained += _gain(layers, at, *pair)
            if gained > most:
                best, most = index - start, gained
            index += way
    if best:
        column.insert(start + best, column.pop(start))
        for index in range(min(start, start + best), max(start, start + best) + 1):
            at[column[index]] = float(index)


def _gain(layers: Layers, at: Sequence[float], upper: Vertex, lower: Vertex) -> int:
    """How many crossings fewer two neighbours' wires have once they change places."""
    gain = 0
    for ends in (layers.left, layers.right):
        others = [at[end.vertex] + end.there / STEP_Y for end in ends[lower]]
        for end in ends[upper] if others else ():
            place = at[end.vertex] + end.there / STEP_Y
            for other in others:
                if place > other:
                    gain += 1
                elif place < other:
                    gain -= 1
    return gain


def _crossings(layers: Layers, order: Order) -> int:
    """How many wires cross between all columns, and within the reach of one card's ports."""
    at = [0.0] * len(layers.left)
    for column in order:
        for index, v in enumerate(column):
            at[v] = float(index)
    count = 0
    for column in order:
        pieces = sorted(
            (at[v] + end.here / STEP_Y, at[end.vertex] + end.there / STEP_Y) for v in column for end in layers.right[v]
        )
        # Those of one start are in the order of their ends, so that none of them is counted against another.
        ends: list[float] = []
        for _, place in pieces:
            above = bisect_right(ends, place)
            count += len(ends) - above
            ends.insert(above, place)
    return count


def _library_order(layers: Layers) -> Order:
    from fast_sugiyama import from_edges  # only branching designs owe its import

    edges = [(v, end.vertex) for v, ends in enumerate(layers.right) for end in ends]
    across = {v: (float(len(edges)), float(v)) for v in range(len(layers.left))}
    if edges:
        for component, layout in enumerate(from_edges(list(dict.fromkeys(edges)))):
            for vertex, (x, _) in layout[0]:
                if isinstance(vertex, int) and vertex in across:
                    across[vertex] = (float(component), x)
    return [sorted(column, key=lambda v: across[v]) for column in layers.columns]


# Heights --------------------------------------------------------------------------------------------------------------


def _straightened(layers: Layers, order: Order) -> list[float]:
    """The middle of each vertex: where what it is joined to is, as far as its neighbours in the column leave room."""
    real = [[v for v in column if not layers.level[v]] for column in order]
    middles = [0.0] * len(layers.left)
    for column in real:
        _settle(layers, column, [0.0] * len(column), [1.0] * len(column), middles)
    for _ in range(_STRAIGHTENINGS):
        for column in real:
            _align(layers, column, (layers.left,), middles)
        for column in reversed(real):
            _align(layers, column, (layers.right,), middles)
    for column in real:
        _align(layers, column, (layers.left, layers.right), middles)
    return [round((middle - CARD_HEIGHT / 2) / GRID) * GRID + CARD_HEIGHT / 2 for middle in middles]


def _align(
    layers: Layers, column: Sequence[Vertex], sides: Sequence[Sequence[Sequence[End]]], middles: list[float]
) -> None:
    wanted, weights = [], []
    for v in column:
        total = weight = 0.0
        for side in sides:
            for end in side[v]:
                if layers.level[end.vertex]:
                    continue
                stiff = _STIFF if not (layers.is_card(v) or layers.is_card(end.vertex)) else 1.0
                total += stiff * (middles[end.vertex] + end.there - end.here)
                weight += stiff
        wanted.append(total / weight if weight else middles[v])
        weights.append(weight or 0.1)
    _settle(layers, column, wanted, weights, middles)


def _settle(
    layers: Layers, column: Sequence[Vertex], wanted: Sequence[float], weights: Sequence[float], middles: list[float]
) -> None:
    """As near to what is wanted as the distances allow, by least squares: pools of vertices that touch."""
    if not column:
        return
    below = [0.0]
    for a, b in pairwise(column):
        below.append(below[-1] + _distance(layers, a, b))
    pools: list[tuple[float, float, int]] = []
    for place, weight, offset in zip(wanted, weights, below, strict=True):
        pool = (place - offset, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            mean, mass, size = pools.pop()
            whole = mass + pool[1]
            pool = ((mean * mass + pool[0] * pool[1]) / whole, whole, size + pool[2])
        pools.append(pool)
    index = 0
    for mean, _, size in pools:
        for _ in range(size):
            middles[column[index]] = mean + below[index]
            index += 1


def _distance(layers: Layers, a: Vertex, b: Vertex) -> float:
    cards = layers.is_card(a) + layers.is_card(b)
    return STEP_Y if cards == 2 else CARD_HEIGHT / 2 + _BESIDE if cards == 1 else _WIRE_STEP
