"""What the comparison's charts show: figures of the analyses and measurements put into charts, one colour a design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QColor

from designer import wording
from designer.analysis.analysis import Analysis
from designer.analysis.chart_figures import KindShare, mac_shares, pareto_front, time_shares
from designer.analysis.compare import LATENCY, Comparison
from designer.graph.design import NodePath
from designer.graph.layer import Category
from designer.ui.charts.chart import Axis, Chart, Line, Piece, Spot, Stack, byte_ticks, second_ticks, whole_ticks
from designer.ui.compare.member import LETTERS
from designer.ui.look.theme import tokens
from designer.ui.panels.bars import kind_colour

_LETTER_CATEGORIES = (
    Category.ENDPOINT,
    Category.CONVOLUTION,
    Category.MERGE,
    Category.ACTIVATION,
    Category.POOLING,
    Category.DENSE,
)


def letter_colour(index: int) -> QColor:
    """The colour of a design; its letter always stands beside it."""
    return tokens().category(_LETTER_CATEGORIES[index % len(_LETTER_CATEGORIES)])


def _seconds(value: float) -> str:
    return wording.milliseconds(1000 * value)


def latency_chart(comparison: Comparison, against: str) -> Chart:
    """Latency against parameters or MACs, with the Pareto front; empty where nothing was measured."""
    rows = {row.key: row for row in comparison.rows}
    other = rows[against]
    title = f"Latency against {other.label}"
    x, y = Axis(other.label, other.unit, wording.short), Axis("Latency", "s", _seconds, second_ticks)
    if LATENCY not in rows:
        return Chart(title, x, y, note="Measure the designs to see their latencies here.")
    points = list(zip(other.values, rows[LATENCY].values, strict=True))
    front = pareto_front(points)
    spots = tuple(
        Spot(
            LETTERS[index],
            float(across),
            float(up),
            letter_colour(index),
            note=f"{LETTERS[index]} {comparison.names[index]}: {wording.short(across)}, {_seconds(up)}",
            is_marked=index in front,
        )
        for index, (across, up) in enumerate(points)
        if across is not None and up is not None
    )
    places = {spot.label: (spot.x, spot.y) for spot in spots}
    line = Line("", tuple(places[LETTERS[index]] for index in front), tokens().quiet, is_dashed=True)
    note = "No other design is both smaller and quicker than those on the dashed line." if len(spots) > 1 else ""
    return Chart(title, x, y, spots, (line,) if len(front) > 1 else (), note=note)


def mac_chart(analyses: Sequence[Analysis]) -> Chart:
    """MACs by type of layer, a bar a design."""
    return _by_kind("MACs by kind", Axis("MACs", "", wording.short), [mac_shares(analysis) for analysis in analyses])


def time_chart(analyses: Sequence[Analysis], times_s: Sequence[Mapping[NodePath, float]]) -> Chart:
    """Measured time by type of layer, a bar a design; empty where nothing was measured."""
    shares = [time_shares(analysis, times) for analysis, times in zip(analyses, times_s, strict=True)]
    note = "" if any(shares) else "Measure the designs to see where their time goes."
    return _by_kind("Time by kind", Axis("Time", "s", _seconds, second_ticks), shares, note)


def _by_kind(title: str, axis: Axis, shares: Sequence[Sequence[KindShare]], note: str = "") -> Chart:
    stacks = tuple(
        Stack(LETTERS[index], tuple(Piece(kind.title, kind.value, kind_colour(kind.key)) for kind in found))
        for index, found in enumerate(shares)
    )
    return Chart(title, axis, Axis("design"), stacks=stacks, note=note)


def memory_chart(analyses: Sequence[Analysis]) -> Chart:
    """Bytes of activations held at each step, a line a design."""
    lines = []
    for index, analysis in enumerate(analyses):
        if not analysis.totals.complete:
            continue
        timeline = analysis.memory_timeline
        notes = tuple(f"{LETTERS[index]} {'/'.join(path)}: {wording.memory(held)}" for path, held in timeline)
        points = [(float(step), float(held)) for step, (_, held) in enumerate(timeline)]
        if points:
            points.append((float(len(points)), points[-1][1]))
            lines.append(Line(LETTERS[index], tuple(points), letter_colour(index), is_stepped=True, notes=notes))
    return Chart(
        "Activation memory over the run",
        Axis("Step", "", lambda value: f"{value:.0f}", whole_ticks),
        Axis("Held", "B", wording.memory, byte_ticks),
        lines=tuple(lines),
    )
