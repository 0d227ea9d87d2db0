"""What an activation keeps, drawn: spirals that came back, the share by channels, and a design's own activations.

Drawn from records of what was run; nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log2
from typing import NamedTuple

from designer.illustration.chain import Chain
from designer.illustration.palette import Ink
from designer.illustration.scene import (
    Anchor,
    Box,
    Drawn,
    Line,
    Panel,
    Part,
    Polygon,
    Shape,
    Spot,
    Words,
    text_width,
    wrapped,
)
from designer.measurement.activity import ActivityReport, LayerActivity
from designer.measurement.spiral import DEFINITION, REMARKS, SOURCE, SpiralPicture, SpiralReport
from designer.wording import count, percentage

_PADDING = 20.0
_LINE = 16.0
_ROW, _LEAST_ROW = 44.0, 15.0
_LEFT_SHARE = 0.54
_CURVE_HIGH = 240.0


class Kept(NamedTuple):
    """What was run of the experiments.

    Attributes:
        spiral: The spiral, where it was run.
        activity: The design's own activations, where they were watched.
        words: What is to say of the experiments: that they run, or why they did not run through.
        is_outdated: Whether the design has been changed since its activations were watched.
    """

    spiral: SpiralReport | None = None
    activity: ActivityReport | None = None
    words: str = ""
    is_outdated: bool = False


NOTHING_RUN = Kept()


def kept_channels(chain: Chain | None) -> tuple[int, ...]:
    """Dimensions worth a picture: a few of the paper's, and how thin and how thick a chain is."""
    own = {spec.channels for spec in chain.tensors} if chain is not None else set()
    return tuple(sorted({2, 3, 15, *(n for n in (min(own), max(own)) if 2 <= n <= 4096)} if own else {2, 3, 5, 15, 30}))


def kept_sentence(kept: Kept) -> str:
    """What both experiments say, in words."""
    said = [kept.words] if kept.words else []
    if kept.spiral is not None:
        few, many = (kept.spiral.spread(each) for each in _ends(kept.spiral))
        title = kept.spiral.options.activation.title
        times = f"in the middle of {len(few.shares)} random matrices"
        said.append(
            f"Of a spiral in two dimensions, {title} keeps {percentage(few.median)} in {few.channels} channels and "
            f"{percentage(many.median)} in {many.channels}, {times}."
        )
    if kept.activity is not None:
        widest = max(kept.activity.layers, key=lambda layer: layer.rank_after - layer.rank_before)
        said.append(f"With {kept.activity.weights}: {widest.sentence}.")
    return " ".join(said) or "The experiment has not been run yet."


def kept_brief(kept: Kept) -> str:
    """The same in a few words."""
    if kept.spiral is None:
        return "a spiral through few channels and many"
    few, many = (kept.spiral.spread(each) for each in _ends(kept.spiral))
    return f"{percentage(few.median)} in {few.channels}, {percentage(many.median)} in {many.channels} channels"


def _ends(report: SpiralReport) -> tuple[int, int]:
    asked = report.options.channels
    return min(asked), max(asked)


def least_height(kept: Kept) -> float:
    """How high the panel must be at least."""
    layers = len(kept.activity.layers) if kept.activity is not None else 0
    return max(430.0, 300.0 + layers * _LEAST_ROW)


def kept_panel(box: Box, title: str, kept: Kept) -> Drawn:
    """Both experiments in a panel: spirals and their curve at the left, activations and remarks at the right."""
    shapes: list[Shape] = [Panel(box), Words(Spot(box.x + _PADDING, box.y + 28), title, 14, is_bold=True)]
    y = box.y + 28.0
    for line in wrapped(kept_sentence(kept), box.width - 2 * _PADDING, 12):
        y += 18
        shapes.append(Words(Spot(box.x + _PADDING, y), line, 12, ink=Ink.QUIET))
    inner = Box(box.x + _PADDING, y + 14, box.width - 2 * _PADDING, box.bottom - y - 14 - 14)
    left = inner._replace(width=inner.width * _LEFT_SHARE - 14)
    right = inner._replace(x=inner.x + inner.width * _LEFT_SHARE + 14, width=inner.width * (1 - _LEFT_SHARE) - 14)
    parts: list[Part] = []
    if kept.spiral is not None:
        below = left.y + min(116.0, left.height * 0.36) + 62
        curve = _curve(left._replace(y=below, height=left.bottom - below), kept.spiral)
        for drawn in (_spirals(left, kept.spiral), curve):
            shapes += drawn.shapes
            parts += drawn.parts
    bottom = _remarks(right)
    shapes += bottom
    top = min((shape.place.y for shape in bottom if isinstance(shape, Words)), default=right.bottom) - 22
    if kept.activity is not None:
        drawn = _activity(right._replace(height=top - right.y), kept.activity, kept.is_outdated)
        shapes += drawn.shapes
        parts += drawn.parts
    return Drawn(tuple(shapes), tuple(parts))


def small_panel(box: Box, title: str, kept: Kept) -> Drawn:
    """The spirals and their curve, as beside the whole."""
    shapes: list[Shape] = [Panel(box), Words(Spot(box.x + _PADDING, box.y + 28), title, 14, is_bold=True)]
    assert kept.spiral is not None  # the caller looked
    inner = Box(box.x + _PADDING, box.y + 52, box.width - 2 * _PADDING, box.height - 66)
    drawn = _spirals(inner, kept.spiral, has_original=False)
    shapes += drawn.shapes
    y = max(shape.place.y for shape in drawn.shapes if isinstance(shape, Words)) + 28
    for line in wrapped(
        f"A spiral of two dimensions, lifted to n channels, through "
        f"{kept.spiral.options.activation.title} and brought back. {REMARKS[1]}",
        inner.width,
        12,
    ):
        if y < box.bottom - 8:
            shapes.append(Words(Spot(inner.x, y), line, 12, ink=Ink.QUIET))
        y += 18
    curve = _curve(inner._replace(y=y, height=min(inner.bottom - y, _CURVE_HIGH)), kept.spiral)
    return Drawn((*shapes, *curve.shapes), (*drawn.parts, *curve.parts))


# Spirals --------------------------------------------------------------------------------------------------------------


def _spirals(box: Box, report: SpiralReport, has_original: bool = True) -> Drawn:
    shown: list[SpiralPicture | None] = [None] if has_original else []
    shown += report.pictures
    each = box.width / len(shown)
    side = min(each - 12, 116.0, box.height * 0.36)
    shapes: list[Shape] = []
    parts = []
    for place, picture in enumerate(shown):
        frame = Box(box.x + place * each + (each - side) / 2, box.y, side, side)
        points = report.spiral if picture is None else picture.points
        shapes.append(Line(_fitted(points, frame), Ink.INPUT if picture is None else Ink.SIGNAL, 2.0))
        below = Spot(frame.middle.x, frame.bottom + 18)
        if picture is None:
            shapes.append(Words(below, "as it was", 11, Anchor.MIDDLE, Ink.QUIET))
            continue
        shapes.append(Words(below, f"{count(picture.channels)} channels", 11, Anchor.MIDDLE, Ink.QUIET))
        kept = f"{percentage(picture.kept)} kept"
        shapes.append(Words(below._replace(y=below.y + _LINE), kept, 11, Anchor.MIDDLE, is_bold=True, is_mono=True))
        parts.append(Part(frame, f"{count(picture.channels)} channels", _picture_facts(report, picture)))
    return Drawn(tuple(shapes), tuple(parts))


def _picture_facts(report: SpiralReport, picture: SpiralPicture) -> tuple[str, ...]:
    spread = report.spread(picture.channels)
    return (
        f"{percentage(picture.kept)} kept with the matrix of seed {picture.seed}",
        f"{percentage(spread.low)} to {percentage(spread.high)} over {len(spread.shares)} seeds, "
        f"{percentage(spread.median)} in the middle",
        f"back by the {report.options.way_back.title}",
        DEFINITION,
    )


def _fitted(points: Sequence[tuple[float, float]], frame: Box) -> tuple[Spot, ...]:
    """Points as large as fits a frame, as wide as high."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    reach = max(max(xs) - min(xs), max(ys) - min(ys)) or 1.0
    scale = min(frame.width, frame.height) / reach
    middle, (x0, y0) = frame.middle, ((max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2)
    return tuple(Spot(middle.x + (x - x0) * scale, middle.y - (y - y0) * scale) for x, y in points)


# The curve ------------------------------------------------------------------------------------------------------------


def _curve(box: Box, report: SpiralReport) -> Drawn:
    """The share over n: the middle of all seeds as a line, the least and the greatest as a band."""
    frame = Box(box.x + 44, box.y, box.width - 52, box.height - 36)
    if frame.height < 40:
        return Drawn(())
    dimensions = [each.channels for each in report.curve]
    first, last = log2(dimensions[0]), log2(dimensions[-1])

    def place(channels: int, share: float) -> Spot:
        across = (log2(channels) - first) / (last - first) if last > first else 0.5
        return Spot(frame.x + frame.width * across, frame.bottom - frame.height * share)

    shapes: list[Shape] = [Panel(frame, Ink.GROUND, Ink.EDGE, 4.0)]
    for share in (0.0, 0.5, 1.0):
        y = place(dimensions[0], share).y
        shapes.append(Line((Spot(frame.x, y), Spot(frame.right, y)), Ink.EDGE, is_dashed=True))
        shapes.append(Words(Spot(frame.x - 6, y + 4), percentage(share), 10, Anchor.END, Ink.QUIET))
    lows = [place(each.channels, each.low) for each in report.curve]
    highs = [place(each.channels, each.high) for each in report.curve]
    if len(lows) > 1:
        shapes.append(Polygon((*highs, *reversed(lows)), Ink.SIGNAL, 0.3))
        shapes.append(Line(tuple(place(each.channels, each.median) for each in report.curve), Ink.SIGNAL, 2.0))
    parts = []
    taken = frame.x - 40
    for each in report.curve:
        at = place(each.channels, each.median)
        shapes.append(Panel(Box(at.x - 2.5, at.y - 2.5, 5, 5), Ink.SIGNAL, None, 2.5))
        spot = Box(at.x - 7, frame.y, 14, frame.height)
        said = f"{percentage(each.low)} to {percentage(each.high)}, {percentage(each.median)} in the middle"
        parts.append(Part(spot, f"{count(each.channels)} channels", (said, f"{len(each.shares)} seeds")))
        if at.x - taken > 30:
            shapes.append(Words(Spot(at.x, frame.bottom + 14), str(each.channels), 10, Anchor.MIDDLE, Ink.QUIET))
            taken = at.x
    options = report.options
    seeds = (
        f"seeds {options.seed} to {options.seed + options.seeds - 1}" if options.seeds > 1 else f"seed {options.seed}"
    )
    words = f"share kept by channels n, {seeds}: middle, least and greatest; pictures: seed {options.seed}"
    shapes.append(Words(Spot(frame.x, frame.bottom + 29), words, 10, ink=Ink.QUIET))
    return Drawn(tuple(shapes), tuple(parts))


# Activations of a design ----------------------------------------------------------------------------------------------


_KINDS = (
    ("always off", Ink.BOUND),
    ("off at times", Ink.STANDARD),
    ("clipped above at times", Ink.RESIDUAL),
    ("always on", Ink.FREE),
)


def _counts(layer: LayerActivity) -> tuple[int, ...]:
    return layer.off, layer.mixed, layer.clipped, layer.on


def _activity(box: Box, report: ActivityReport, is_outdated: bool) -> Drawn:
    """A bar of channels for each activation, with the ranks before and after."""
    title = "Channels by what the activation does to them" + ", before the last edit" * is_outdated
    shapes: list[Shape] = [Words(Spot(box.x, box.y + 10), title, 12, is_bold=True)]
    said = f"{report.inputs}; {report.weights}"
    if any(layer.has_few_rows for layer in report.layers):
        said += "; * more positions might show a higher rank"
    shapes.append(Words(Spot(box.x, box.y + 26), wrapped(said, box.width, 10)[0], 10, ink=Ink.QUIET))
    shapes += _legend(Spot(box.x, box.y + 44))
    top = box.y + 56
    row = min(_ROW, max((box.bottom - top) / len(report.layers), _LEAST_ROW))
    parts = []
    for place, layer in enumerate(report.layers):
        line = Box(box.x, top + place * row, box.width, row)
        shapes += _layer(line, layer)
        facts = (layer.sentence, f"{percentage(layer.numbers_off)} of all numbers are clipped below")
        parts.append(Part(line, layer.name, facts))
    return Drawn(tuple(shapes), tuple(parts))


def _legend(at: Spot) -> Iterator[Shape]:
    x = at.x
    for word, ink in _KINDS:
        yield Panel(Box(x, at.y - 8, 9, 9), ink, None, 2.0)
        yield Words(Spot(x + 13, at.y), word, 10, ink=Ink.QUIET)
        x += 13 + text_width(word, 10) + 8


def _layer(line: Box, layer: LayerActivity) -> Iterator[Shape]:
    """Its name and ranks above its bar; in a low row beside it."""
    is_low = line.height < 30
    ranks = f"rank {layer.rank_before} → {layer.rank_after}{'*' if layer.has_few_rows else ''} of {layer.channels}"
    size = 9 if is_low else 11
    base = line.y + (line.height / 2 + 3 if is_low else 14)
    yield Words(Spot(line.x, base), layer.name, size)
    yield Words(Spot(line.right, base), ranks, size, Anchor.END, Ink.QUIET)
    if is_low:
        name, number = line.width * 0.42, line.width * 0.3
        bar = Box(line.x + name, line.y + 3, line.width - name - number, line.height - 6)
    else:
        bar = Box(line.x, line.y + 20, line.width, 12)
    x = bar.x
    for channels, (_, ink) in zip(_counts(layer), _KINDS, strict=True):
        width = bar.width * channels / layer.channels
        if width:
            yield Panel(Box(x, bar.y, width, bar.height), ink, None, 0.0)
        x += width


def _remarks(box: Box) -> list[Shape]:
    """The authors' two remarks in our words, their source, and what the number is; they stand at the foot."""
    lines: list[tuple[str, Ink]] = []
    for place, remark in enumerate(REMARKS, start=1):
        lines += [(line, Ink.TEXT) for line in wrapped(f"{place}  {remark}", box.width, 11)]
    lines += [(f"Source: {SOURCE}", Ink.QUIET)]
    lines += [(line, Ink.QUIET) for line in wrapped(DEFINITION, box.width, 10)]
    top = box.bottom - 15 * len(lines) + 11
    return [
        Words(Spot(box.x, top + 15 * place), line, 11 if ink is Ink.TEXT else 10, ink=ink)
        for place, (line, ink) in enumerate(lines)
    ]
