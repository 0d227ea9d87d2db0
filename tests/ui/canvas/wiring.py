"""What a drawing's wires do: which run under a card they have nothing to do with, and how often they cross."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from fast_sugiyama import from_edges

from designer.edit.sizes import CARD_HEIGHT, CARD_WIDTH
from designer.graph.design import Design, NodeId, PortRef, Wire
from designer.ui.canvas.drawing import Drawing, input_index, output_index
from designer.ui.canvas.geometry import port_offset

Line = Sequence[tuple[float, float]]

_SLACK = 2.0
"""How far a wire may touch a card's edge: less than the card's own outline and shadow."""
_BUCKET = 240.0


def hidden(drawing: Drawing) -> list[tuple[PortRef, NodeId]]:
    """Wires by their input, each with a card that it runs under and is not an end of it."""
    cards = {id: item.pos() for id, item in drawing.nodes.items()}
    near: dict[tuple[int, int], list[NodeId]] = defaultdict(list)
    for id, place in cards.items():
        for cell in _cells(place.x(), place.y(), place.x() + CARD_WIDTH, place.y() + CARD_HEIGHT):
            near[cell].append(id)
    found = []
    for target, item in drawing.wires.items():
        line = [(point.x(), point.y()) for point in item.line]
        ends = (item.wire.source.node, target.node)
        met = {
            id
            for (x1, y1), (x2, y2) in pairwise(line)
            for cell in _cells(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
            for id in near.get(cell, ())
            if id not in ends and _enters((x1, y1), (x2, y2), cards[id].x(), cards[id].y())
        }
        found += [(target, id) for id in sorted(met)]
    return found


def _cells(left: float, top: float, right: float, bottom: float) -> Iterator[tuple[int, int]]:
    for column in range(int(left // _BUCKET), int(right // _BUCKET) + 1):
        for row in range(int(top // _BUCKET), int(bottom // _BUCKET) + 1):
            yield column, row


def _enters(a: tuple[float, float], b: tuple[float, float], left: float, top: float) -> bool:
    """Whether a piece of a line runs under a card."""
    low, high = 0.0, 1.0
    for start, end, least, most in (
        (a[0], b[0], left + _SLACK, left + CARD_WIDTH - _SLACK),
        (a[1], b[1], top + _SLACK, top + CARD_HEIGHT - _SLACK),
    ):
        way = end - start
        if abs(way) < 1e-9:
            if not least < start < most:
                return False
            continue
        enter, leave = sorted(((least - start) / way, (most - start) / way))
        low, high = max(low, enter), min(high, leave)
    return low < high


def crossings(drawing: Drawing) -> int:
    """Points where drawn wires that have no end in common cross."""
    return counted(
        ({item.wire.source, target}, [(point.x(), point.y()) for point in item.line])
        for target, item in drawing.wires.items()
    )


def library_crossings(design: Design) -> int:
    """The same, of the same wires where fast-sugiyama alone puts nodes and wires.

    Its vertices are points; cards are put around them with wires between the same ports as on our canvas, turned to
    run left to right, and led through the library's own dummy vertices.
    """
    return counted(({wire.source, wire.target}, line) for wire, line in _library_lines(design))


def _library_lines(design: Design) -> Iterator[tuple[Wire, Line]]:
    number = {id: index for index, id in enumerate(design.order)}
    edges = list(dict.fromkeys((number[w.source.node], number[w.target.node]) for w in design.wires.values()))
    if not edges:
        return
    width, top = 4 * CARD_WIDTH, 0.0
    for vertices, across, _, pieces in from_edges(edges, vertex_spacing=2 * CARD_HEIGHT):
        # The library runs from its highest layer down: its second coordinate becomes ours from left to right.
        layers = sorted({y for _, (_, y) in vertices}, reverse=True)
        places = {int(v): (layers.index(y) * width, top + x) for v, (x, y) in vertices}
        top += across + 4 * CARD_HEIGHT
        ways = _ways(places, len(number), [(int(a), int(b)) for a, b in pieces or ()])
        for wire in design.wires.values():
            source, target = number[wire.source.node], number[wire.target.node]
            if source in places and target in places:
                start = _port(
                    places[source],
                    output_index(design.nodes[wire.source.node], wire.source.port),
                    len(design.nodes[wire.source.node].layer.outputs),
                    CARD_WIDTH / 2,
                )
                end = _port(
                    places[target],
                    input_index(design.nodes[wire.target.node], wire.target.port),
                    len(design.nodes[wire.target.node].layer.inputs),
                    -CARD_WIDTH / 2,
                )
                yield wire, [start, *(places[v] for v in ways[source, target]), end]


def _port(centre: tuple[float, float], index: int, count: int, side: float) -> tuple[float, float]:
    return centre[0] + side, centre[1] - CARD_HEIGHT / 2 + port_offset(index, count)


def _ways(
    places: Mapping[int, tuple[float, float]], nodes: int, pieces: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], list[int]]:
    """The dummy vertices between the ends of each edge; a dummy has one piece in and one out."""
    after: dict[int, int] = {}
    begins = []
    for a, b in pieces:
        if places[a][0] > places[b][0]:
            a, b = b, a
        if a >= nodes:
            after[a] = b
        else:
            begins.append((a, b))
    ways = {}
    for start, at in begins:
        way = []
        while at >= nodes:
            way.append(at)
            at = after[at]
        ways[start, at] = way
    return ways


def counted(lines: Iterable[tuple[set[PortRef], Line]]) -> int:
    """How often pieces of lines cross, of lines that share no end; a point where several pieces meet counts once."""
    pieces: list[tuple[int, tuple[float, float], tuple[float, float]]] = []
    ends: list[set[PortRef]] = []
    for number, (own, line) in enumerate(lines):
        ends.append(own)
        pieces += [(number, a, b) for a, b in pairwise(line) if a != b]
    near: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, (_, a, b) in enumerate(pieces):
        for cell in _cells(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])):
            near[cell].append(index)
    met: set[tuple[int, int, int, int]] = set()
    for together in near.values():
        for place, first in enumerate(together):
            one, a, b = pieces[first]
            for second in together[place + 1 :]:
                other, c, d = pieces[second]
                if one != other and not ends[one] & ends[other]:
                    at = _meeting(a, b, c, d)
                    if at is not None:
                        met.add((min(one, other), max(one, other), round(at[0] / 4), round(at[1] / 4)))
    return len(met)


def _meeting(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]
) -> tuple[float, float] | None:
    """Where two pieces cross; pieces along the same line do not."""
    ux, uy, vx, vy = b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]
    across = ux * vy - uy * vx
    if abs(across) < 1e-9:
        return None
    s = ((c[0] - a[0]) * vy - (c[1] - a[1]) * vx) / across
    t = ((c[0] - a[0]) * uy - (c[1] - a[1]) * ux) / across
    # Half open, so that a crossing at the joint of two pieces counts once.
    return (a[0] + s * ux, a[1] + s * uy) if 0 <= s < 1 and 0 <= t < 1 else None
