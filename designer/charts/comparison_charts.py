"""What the comparison's charts show: figures of the analyses and measurements put into charts, one colour a design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from designer import wording
from designer.analysis.analysis import Analysis
from designer.analysis.chart_figures import KindShare, mac_shares, time_shares
from designer.analysis.compare import LATENCY, Comparison
from designer.analysis.pareto import pareto_front
from designer.charts import ticks
from designer.charts.chart import Axis, Chart, DesignColour, Ink, LayerColour, Line, Piece, Spot, Stack
from designer.graph.design import NodePath


def _seconds(value: float) -> str:
    return wording.milliseconds(1000 * value)


def latency_chart(comparison: Comparison, against: str) -> Chart:
    """Latency against parameters or MACs, with the Pareto front; empty where nothing was measured."""
    rows = {row.key: row for row in comparison.rows}
    other = rows[against]
    title = f"Latency against {other.label}"
    x, y = Axis(other.label, other.unit, wording.short), Axis("Latency", "s", _seconds, ticks.seconds)
    if LATENCY not in rows:
        return Chart(title, x, y, note="Measure the designs to see their latencies here.")
    points = list(zip(other.values, rows[LATENCY].values, strict=True))
    front = pareto_front(points)
    spots = tuple(
        Spot(
            wording.letter(index),
            float(across),
            float(up),
            DesignColour(index),
            note=f"{wording.letter(index)} {comparison.names[index]}: {wording.short(across)}, {_seconds(up)}"
            f"{', on the front' if index in front else ''}",
            is_marked=index in front,
        )
        for index, (across, up) in enumerate(points)
        if across is not None and up is not None
    )
    # Right, then down: between two designs there is none.
    corners = [(float(x), float(y)) for x, y in (points[index] for index in front) if x is not None and y is not None]
    line = Line("", (*corners, *corners[-1:]), Ink.QUIET, is_stepped=True, is_dashed=True)
    note = "No other design is both smaller and quicker than those on the dashed line." if len(spots) > 1 else ""
    return Chart(title, x, y, spots, (line,) if len(front) > 1 else (), note=note)


def mac_chart(analyses: Sequence[Analysis]) -> Chart:
    """MACs by type of layer, a bar a design."""
    return _by_kind("MACs by kind", Axis("MACs", "", wording.short), [mac_shares(analysis) for analysis in analyses])


def time_chart(analyses: Sequence[Analysis], times_s: Sequence[Mapping[NodePath, float]]) -> Chart:
    """Measured time by type of layer, a bar a design; empty where nothing was measured."""
    shares = [time_shares(analysis, times) for analysis, times in zip(analyses, times_s, strict=True)]
    note = "" if any(shares) else "Measure the designs to see where their time goes."
    return _by_kind("Time by kind", Axis("Time", "s", _seconds, ticks.seconds), shares, note)


def _by_kind(title: str, axis: Axis, shares: Sequence[Sequence[KindShare]], note: str = "") -> Chart:
    stacks = tuple(
        Stack(wording.letter(index), tuple(Piece(kind.title, kind.value, LayerColour(kind.key)) for kind in found))
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
        notes = tuple(f"{wording.letter(index)} {'/'.join(path)}: {wording.memory(held)}" for path, held in timeline)
        points = [(float(step), float(held)) for step, (_, held) in enumerate(timeline)]
        if points:
            points.append((float(len(points)), points[-1][1]))
            lines.append(Line(wording.letter(index), tuple(points), DesignColour(index), is_stepped=True, notes=notes))
    return Chart(
        "Activation memory over the run",
        Axis("Step", "", lambda value: f"{value:.0f}", ticks.wholes),
        Axis("Held", "B", wording.memory, ticks.memory),
        lines=tuple(lines),
    )
