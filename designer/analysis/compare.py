"""Several designs side by side: one table of figures, ratios to the first, the best of each row marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from designer.analysis.receptive import last_bounded_node
from designer.analysis.snapshot import Analysis
from designer.wording import count, memory, milliseconds, short

Number = int | float


@dataclass(frozen=True)
class Row:
    """One figure of every design.

    Attributes:
        key: The figure's word in JSON.
        label: Its name on screen.
        unit: Its unit, or an empty text.
        values: One a design, None where unknown.
        texts: The values as people read them.
        ratios: Each value by the first design's, None where either is unknown or the first is 0.
        best: Index of the smallest, None where fewer is not better or two share it.
    """

    key: str
    label: str
    unit: str
    values: tuple[Number | None, ...]
    texts: tuple[str, ...]
    ratios: tuple[float | None, ...]
    best: int | None


@dataclass(frozen=True)
class Comparison:
    """The table.

    Attributes:
        names: The designs' names.
        rows: One a figure.
    """

    names: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class _Figure:
    key: str
    label: str
    unit: str
    value: Callable[[Analysis], Number | None]
    text: Callable[[Number], str]
    less_is_better: bool = True


def _receptive_field(analysis: Analysis) -> Number | None:
    node = last_bounded_node(analysis)
    return analysis.receptive_field(node).size if node is not None else None


def _side(value: Number) -> str:
    return f"{value}×{value}"


def _complete(figure: Callable[[Analysis], Number]) -> Callable[[Analysis], Number | None]:
    return lambda analysis: figure(analysis) if analysis.totals.complete else None


FIGURES = (
    _Figure("parameters", "Parameters", "", _complete(lambda a: a.totals.parameters), lambda v: count(int(v))),
    _Figure("macs", "MACs", "", _complete(lambda a: a.totals.macs), short),
    _Figure("flops", "FLOPs", "", _complete(lambda a: a.totals.flops), short),
    _Figure("weight_bytes", "Weights", "B", _complete(lambda a: a.totals.weight_bytes), memory),
    _Figure(
        "peak_activation_bytes",
        "Peak memory",
        "B",
        _complete(lambda a: a.totals.peak_activation_bytes),
        memory,
    ),
    _Figure("depth", "Weighted layers deep", "", lambda a: a.depth, lambda v: str(v), less_is_better=False),
    _Figure("receptive_field", "Receptive field", "px", _receptive_field, _side, less_is_better=False),
)


def compare(analyses: Sequence[Analysis], latencies_s: Mapping[int, float] | None = None) -> Comparison:
    """The table of several designs.

    Args:
        analyses: The designs' analyses, the first the one that ratios refer to.
        latencies_s: Measured medians in seconds, by place in ``analyses``, as far as there are any.
    """
    rows = [
        _row(
            figure.key,
            figure.label,
            figure.unit,
            [figure.value(a) for a in analyses],
            figure.text,
            figure.less_is_better,
        )
        for figure in FIGURES
    ]
    if latencies_s:
        times = [latencies_s.get(index) for index in range(len(analyses))]
        rows.append(_row("latency_s", "Latency", "s", times, lambda v: milliseconds(1000 * v), True))
    return Comparison(tuple(analysis.design.name for analysis in analyses), tuple(rows))


def _row(
    key: str,
    label: str,
    unit: str,
    values: Sequence[Number | None],
    text: Callable[[Number], str],
    less_is_better: bool,
) -> Row:
    first = values[0]
    ratios = tuple(None if value is None or not first else value / first for value in values)
    texts = tuple("–" if value is None else text(value) for value in values)
    return Row(key, label, unit, tuple(values), texts, ratios, _smallest(values) if less_is_better else None)


def _smallest(values: Sequence[Number | None]) -> int | None:
    known = [value for value in values if value is not None]
    if len(known) < 2 or known.count(min(known)) > 1:
        return None
    return list(values).index(min(known))
