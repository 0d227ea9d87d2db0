"""What is said below the chain: two rows to compare, curves of activations, bars of other ways to the same map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from designer.illustration.anatomy import Freedom, Other, Saving, Twins
from designer.illustration.chain import Chain
from designer.illustration.curves import Function, curve
from designer.illustration.palette import FORMS, Ink
from designer.illustration.row import BRIEF, Row
from designer.illustration.scene import Anchor, Box, Drawn, Line, Panel, Part, Shape, Spot, Words, text_width, wrapped
from designer.illustration.slabs import Depth, scale_for
from designer.illustration.words import operation_words
from designer.wording import count, short

PADDING = 20.0
_LABEL, _FIGURES = 176.0, 240.0
_LEAST_LABEL, _LEAST_FIGURES = 150.0, 160.0
"""Beside rows to compare: what they are at the left and their costs at the right; the least in a narrow panel."""

_PAIR_WIDE = 1060.0
"""A panel as wide as this has room for both as they are."""

_BAR = 14.0
_NARROW = 520.0
"""Bars in less than this have their MACs beside them, and no weights."""
_TWO_BARS = 60.0
"""As much room for each, and weights have a bar as well."""

_REACH = 8.0
"""Activations are drawn from −8 to 8, which holds ReLU6's clip."""


class Pair(NamedTuple):
    """A chain to compare with another.

    Attributes:
        title: What it is.
        note: What is said of it, in a few words.
        chain: What it is made of.
        is_own: Whether it is what the design has.
        marked: Stages whose number of kernels is what matters.
    """

    title: str
    note: str
    chain: Chain
    is_own: bool
    marked: tuple[int, ...] = ()


def heading(box: Box, title: str, sentence: str) -> tuple[list[Shape], float]:
    """A panel with a title and a sentence; gives where the rest begins."""
    shapes: list[Shape] = [Panel(box)]
    y = box.y + PADDING + 8
    shapes.append(Words(Spot(box.x + PADDING, y), title, 14, is_bold=True))
    for line in wrapped(sentence, box.width - 2 * PADDING, 12):
        y += 18
        shapes.append(Words(Spot(box.x + PADDING, y), line, 12, ink=Ink.QUIET))
    return shapes, y + 12


def saving_pair(saving: Saving) -> tuple[Pair, Pair]:
    """Standard above separable."""
    own = saving.is_separable
    return (
        Pair("standard", "one kernel reads all channels", saving.standard, not own),
        Pair("separable", "one kernel a channel, then 1×1", saving.separable, own),
    )


def freedom_pair(freedom: Freedom) -> tuple[Pair, Pair]:
    """V1 above V2."""
    return (
        Pair("separable, V1", "the filter's number is bound", freedom.bound, not freedom.is_freed, (0,)),
        Pair("bottleneck, V2", "a 1×1 in front frees it", freedom.freed, freedom.is_freed, (0,)),
    )


def twin_pair(found: Twins, chain: Chain) -> tuple[Pair, Pair]:
    """With the residual above without."""
    own = chain.tensors[-1].shape
    return (
        Pair("stride 1", "C' = C: the input is added", found.kept, own == found.kept.tensors[-1].shape),
        Pair("stride 2", "other sides: no residual", found.gone, own == found.gone.tensors[-1].shape),
    )


def comparison(
    box: Box, title: str, sentence: str, pairs: Sequence[Pair], depth: Depth | None, last: str = ""
) -> Drawn:
    """Two rows one above the other, with what each costs.

    Args:
        box: Where.
        title: The panel's title.
        sentence: What it says.
        pairs: The rows.
        depth: How depth goes with channels.
        last: A line below them.
    """
    shapes, top = heading(box, title, sentence)
    bottom = box.bottom - (34 if last else 12)
    each = (bottom - top) / len(pairs)
    most = max(pair.chain.cost.macs for pair in pairs)
    is_wide = box.width >= _PAIR_WIDE
    label, figures = (_LABEL, _FIGURES) if is_wide else (_LEAST_LABEL, _LEAST_FIGURES)
    left, right = box.x + PADDING + label, box.right - PADDING - figures
    parts: list[Part] = []
    bases = [top + (index + 1) * each - 24 for index in range(len(pairs))]
    rows = _rows(pairs, left, right, bases, each, depth)
    for index, (pair, row) in enumerate(zip(pairs, rows, strict=True)):
        row.draw()
        shapes += row.shapes
        parts += row.parts
        middle = row.middle
        shapes += _label(box.x + PADDING, middle, label, pair)
        shapes += _figures(Box(right + 24, middle - 24, figures - 24, 48), pair.chain, most)
        if index:
            y = top + index * each - 2
            shapes.append(Line((Spot(box.x + PADDING, y), Spot(box.right - PADDING, y)), Ink.EDGE, is_dashed=True))
    if last:
        shapes.append(Words(Spot(box.x + PADDING, box.bottom - 16), last, 13, is_bold=True, is_mono=True))
    return Drawn(tuple(shapes), tuple(parts))


def _rows(
    pairs: Sequence[Pair], left: float, right: float, bases: Sequence[float], each: float, depth: Depth | None
) -> list[Row]:
    """The rows in one scale, which is smaller where the words between tensors need the room."""
    specs = [spec for pair in pairs for spec in pair.chain.tensors]
    rows: list[Row] = []
    for share in (1.0, 0.85, 0.7, 0.55, 0.4):
        scale = scale_for(specs, share * min(each * 0.44, 100), share * min(each * 0.3, 62), 8.0, depth)
        rows = [
            Row(pair.chain, scale, left, right, base, BRIEF, marked=pair.marked, is_of_design=False)
            for pair, base in zip(pairs, bases, strict=True)
        ]
        if not any(row.is_cramped for row in rows):
            break
    return rows


def _label(x: float, middle: float, width: float, pair: Pair) -> Iterator[Shape]:
    yield Words(Spot(x, middle - 6), pair.title, 13, is_bold=True)
    for index, line in enumerate(wrapped(pair.note, width - 12, 11)):
        yield Words(Spot(x, middle + 11 + 14 * index), line, 11, ink=Ink.QUIET)
    if pair.is_own:
        yield Words(Spot(x, middle - 24), "this design", 10, ink=Ink.ACCENT, is_bold=True)


def _figures(box: Box, chain: Chain, most: int) -> Iterator[Shape]:
    """A bar of MACs, with the numbers."""
    cost = chain.cost
    yield bar(Box(box.x, box.y, box.width, _BAR), cost.macs / most if most else 0.0, FORMS[chain.stages[-1].form])
    yield Words(Spot(box.x, box.y + _BAR + 16), f"{short(cost.macs)} MACs", 12, is_bold=True)
    yield Words(Spot(box.x, box.y + _BAR + 32), f"{count(cost.parameters)} weights", 11, ink=Ink.QUIET)


def bar(box: Box, share: float, ink: Ink) -> Shape:
    """A bar that fills a share of a box, and never less than a line."""
    return Panel(box._replace(width=max(box.width * share, 2.0)), ink, None, 2.0)


def bars(box: Box, title: str, others: Sequence[Other]) -> Drawn:
    """Other ways to the same map, each with its MACs and weights; where there is room, weights have bars as well."""
    shapes: list[Shape] = [Panel(box), Words(Spot(box.x + PADDING, box.y + PADDING + 8), title, 14, is_bold=True)]
    label = max(text_width(other.label, 12) for other in others) + 24
    has_two = (box.height - 64) / len(others) >= _TWO_BARS
    is_narrow = box.width < _NARROW
    numbers = 110.0 if is_narrow or has_two else 236.0
    room = Box(box.x + PADDING + label, 0, box.width - 2 * PADDING - label - numbers, 16)
    most_macs = max(other.chain.cost.macs for other in others) or 1
    most_weights = max(other.chain.cost.parameters for other in others) or 1
    step = min((box.height - 64) / len(others), 84 if has_two else 44)
    for index, other in enumerate(others):
        y, cost = box.y + 72 + index * step, other.chain.cost
        shapes.append(Words(Spot(box.x + PADDING, y), other.label, 12, is_bold=other.is_own))
        ink = Ink.ACCENT if other.is_own else Ink.STANDARD if len(other.chain.stages) == 1 else Ink.DEPTHWISE
        macs, weights = f"{short(cost.macs)} MACs", f"{count(cost.parameters)} weights"
        words = macs if is_narrow or has_two else f"{macs} · {weights}"
        shapes += _numbered_bar(room._replace(y=y - 12), cost.macs / most_macs, ink, words)
        if has_two:
            shapes += _numbered_bar(room._replace(y=y + 10, height=8), cost.parameters / most_weights, ink, weights)
    return Drawn(tuple(shapes))


def _numbered_bar(box: Box, share: float, ink: Ink, words: str) -> Iterator[Shape]:
    """A bar with its number behind it."""
    yield bar(box, share, ink)
    yield Words(Spot(box.x + max(box.width * share, 2) + 12, box.middle.y + 4), words, 11, ink=Ink.TEXT)


def curves(box: Box, title: str, sentence: str, chain: Chain) -> Drawn:
    """Each convolution's activation as a curve, with how many channels it stands behind."""
    shapes, top = heading(box, title, sentence)
    stages = [stage for stage in chain.stages if stage.kernels is not None]
    room = (box.width - 2 * PADDING) / max(len(stages), 1)
    side = min(box.bottom - top - 74, room - 60, 190)
    for index, stage in enumerate(stages):
        left = box.x + PADDING + index * room + (room - side) / 2
        frame = Box(left, top + 8, side, side)
        operation = stage.activation.operation if stage.activation is not None else None
        shapes += _plot(frame, curve(operation), Ink.SIGNAL if operation is not None else Ink.FREE)
        middle, below = frame.middle.x, frame.bottom
        shapes.append(Words(Spot(middle, below + 20), operation_words(stage), 12, Anchor.MIDDLE, is_bold=True))
        words = f"behind {count(stage.gives.channels)} channels"
        shapes.append(Words(Spot(middle, below + 37), words, 11, Anchor.MIDDLE, Ink.QUIET))
        why = _why(stage is stages[-1], operation is None)
        shapes.append(Words(Spot(middle, below + 53), why, 11, Anchor.MIDDLE, Ink.QUIET))
    return Drawn(tuple(shapes))


def _why(is_last: bool, is_linear: bool) -> str:
    if is_linear:
        return "nothing is clipped" if is_last else "one linear map with the next"
    return "few channels: what is clipped is lost" if is_last else "what one channel loses, others keep"


def _plot(box: Box, function: Function | None, ink: Ink) -> Iterator[Shape]:
    """A curve between two axes."""
    yield Panel(box, Ink.GROUND, Ink.EDGE, 4.0)
    middle = box.middle
    yield Line((Spot(box.x, middle.y), Spot(box.right, middle.y)), Ink.EDGE)
    yield Line((Spot(middle.x, box.y), Spot(middle.x, box.bottom)), Ink.EDGE)
    if function is None:
        yield Words(middle, "no curve", 11, Anchor.MIDDLE, Ink.QUIET)
        return
    scale = box.width / 2 / _REACH
    points = []
    for index in range(65):
        x = -_REACH + 2 * _REACH * index / 64
        points.append((x, function(x)))
    spots = tuple(Spot(middle.x + x * scale, middle.y - y * scale) for x, y in points if abs(y) <= _REACH)
    yield Line(spots, ink, 2.4)
