"""What the charts of one design show: its memory over the run, time beside MACs, and the rounds of its measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from designer import wording
from designer.analysis.analysis import Analysis
from designer.analysis.memory_timeline import MemoryTimeline, Span, Step, memory_timeline_of
from designer.analysis.training_memory import training_memory
from designer.charts import ticks
from designer.charts.chart import Axis, Chart, Ink, Line, Piece, Spot, Stack
from designer.graph.design import NodeId

MOST_SPANS, MOST_NAMED = 10, 5
"""How many tensors the chart of memory draws one by one, and how many it names of one step."""
MOST_NODES = 6
"""How many nodes the chart of shares has room for."""


def memory_chart(analysis: Analysis) -> Chart:
    """Bytes of activations that are held while each primitive node runs, by whom, with the peak marked.

    The largest tensors are lines of their own: each as high as its bytes, as long as it lives.
    """
    title, x = "Activation memory over the run", Axis("Step", "", _whole, ticks.wholes)
    y = Axis("Held", "B", wording.memory, ticks.memory)
    if not analysis.totals.complete or not analysis.memory_timeline:
        return Chart(title, x, y, note="It is known when every shape is.")
    held = memory_timeline_of(analysis)
    notes = _who_holds(held)
    points = [(float(place), float(step.bytes)) for place, step in enumerate(held.steps)]
    points.append((float(len(points)), points[-1][1]))
    peak = held.peak or 0
    spot = Spot("peak", peak + 0.5, float(held.peak_bytes), Ink.ERROR, note=notes[peak])
    whole = Line("", tuple(points), Ink.ACCENT, is_stepped=True, notes=notes)
    largest = sorted(held.spans, key=lambda span: -span.bytes)[:MOST_SPANS]
    training = training_memory(analysis)
    note = (
        f"Most is held while {'/'.join(held.steps[peak].path)} runs: {wording.memory(held.peak_bytes)}. "
        "Click a step to see its node. "
        f"Training with {training.optimiser.title} holds {wording.memory(training.total_bytes)}."
    )
    return Chart(title, x, y, (spot,), (whole, *map(_life, largest)), note=note)


def _life(span: Span) -> Line:
    """One tensor: as high as its bytes, from the step that makes it to the end of the last in which it lives."""
    text = f"{'/'.join(span.path)} holds {wording.memory(span.bytes)} over {wording.plural(_steps(span), 'step')}"
    points = tuple((float(place), float(span.bytes)) for place in range(span.first, span.last + 2))
    return Line("", points, Ink.WIRE, notes=(text,) * len(points))


def _steps(span: Span) -> int:
    return span.last - span.first + 1


def _who_holds(held: MemoryTimeline) -> tuple[str, ...]:
    """For each step the node that runs, what is held, and the nodes that hold it, most first."""
    alive: list[list[Span]] = [[] for _ in held.steps]
    for span in held.spans:
        for place in range(span.first, span.last + 1):
            alive[place].append(span)
    return tuple(map(_words_of_step, held.steps, alive))


def _words_of_step(step: Step, alive: list[Span]) -> str:
    by_size = sorted(alive, key=lambda span: -span.bytes)
    lines = [f"{'/'.join(span.path)} {wording.memory(span.bytes)}" for span in by_size[:MOST_NAMED]]
    rest = [f"{len(alive) - MOST_NAMED} more"] if len(alive) > MOST_NAMED else []
    return "\n  ".join([f"{'/'.join(step.path)} runs: {wording.memory(step.bytes)} held", *lines, *rest])


def _whole(value: float) -> str:
    return f"{value:.0f}"


def shares_chart(analysis: Analysis, node_ms: Mapping[str, float]) -> Chart:
    """Share of time beside share of MACs, of the nodes that take most time; empty where nothing was measured."""
    x, y = Axis("Share", "", wording.percentage, ticks.percentages), Axis("node")
    title = "Share of time beside share of MACs"
    times = {id: node_ms[id] for id in analysis.design.order if id in node_ms}
    whole, macs = sum(times.values()), analysis.totals.macs
    if not whole:
        return Chart(title, x, y, note="Measure the design to see where its time goes.")
    stacks: list[Stack] = []
    chosen = sorted(times, key=lambda id: -times[id])[:MOST_NODES]
    for id in chosen:
        stacks.append(Stack(id, (Piece("time", times[id] / whole, Ink.WARNING),)))
        stacks.append(Stack("", (Piece("MACs", _macs(analysis, id) / macs if macs else 0.0, Ink.ACCENT),)))
    return Chart(title, x, y, stacks=tuple(stacks), note=_unlike(analysis, times))


def _macs(analysis: Analysis, id: NodeId) -> int:
    cost = analysis.node(id).cost
    return cost.macs if cost is not None else 0


def _unlike(analysis: Analysis, times: Mapping[NodeId, float]) -> str:
    """A sentence on the node whose time is most out of proportion to its MACs."""
    whole, macs = sum(times.values()), analysis.totals.macs
    found = [
        (times[id] / whole / (_macs(analysis, id) / macs), id)
        for id in times
        if macs and _macs(analysis, id) and times[id] / whole > 0.03
    ]
    if not found:
        return ""
    factor, id = max(found)
    if factor < 1.5:
        return ""
    return (
        f"{id} takes {wording.percentage(times[id] / whole)} of the time for "
        f"{wording.percentage(_macs(analysis, id) / macs)} of the MACs, {wording.ratio(factor)} its share."
    )


def rounds_chart(rounds_ms: Sequence[float], median_ms: float, low_ms: float, high_ms: float) -> Chart:
    """Every round of a measurement in its order, with the median and its interval; nothing is left out."""
    title, x = "Rounds as measured", Axis("Round", "", _whole, ticks.wholes)
    y = Axis("Time", "ms", wording.milliseconds, ticks.milliseconds)
    if not rounds_ms:
        return Chart(title, x, y, note="Measure the design to see its rounds.")
    last = float(len(rounds_ms) - 1)
    points = tuple((float(place), ms) for place, ms in enumerate(rounds_ms))
    lines = (
        Line("rounds", points, Ink.ACCENT, notes=_round_notes(rounds_ms)),
        Line("median", ((0.0, median_ms), (last, median_ms)), Ink.TEXT),
        Line("95 % interval", ((0.0, low_ms), (last, low_ms)), Ink.QUIET, is_dashed=True),
        Line("", ((0.0, high_ms), (last, high_ms)), Ink.QUIET, is_dashed=True),
    )
    return Chart(title, x, y, lines=lines, note=_outliers(rounds_ms, median_ms))


def _round_notes(rounds_ms: Sequence[float]) -> tuple[str, ...]:
    return tuple(f"round {place + 1}: {wording.milliseconds(ms)}" for place, ms in enumerate(rounds_ms))


def _outliers(rounds_ms: Sequence[float], median_ms: float) -> str:
    """How many rounds are far from the others, by the rule of the box plot: 1.5 quartile ranges beyond a quartile.

    Source: J. W. Tukey, Exploratory Data Analysis, 1977.
    """
    ordered = sorted(rounds_ms)
    low, high = ordered[len(ordered) // 4], ordered[3 * len(ordered) // 4]
    reach = 1.5 * (high - low)
    far = sum(ms < low - reach or ms > high + reach for ms in rounds_ms)
    if not far:
        return f"{wording.plural(len(rounds_ms), 'round')}, none of them far from the others."
    return (
        f"{far} of {wording.plural(len(rounds_ms), 'round')} lie far from the others, the slowest at "
        f"{wording.ratio(ordered[-1] / median_ms)} the median; they are kept."
    )
