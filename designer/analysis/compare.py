"""Several designs side by side: one table of figures, ratios to one of them, the best of each row, broken budgets."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from designer.analysis.analysis import Analysis
from designer.analysis.design_features import depthwise_filters, has_residual
from designer.analysis.field_origin import last_bounded_node
from designer.errors import ParameterError, near
from designer.graph.numerals import real_number
from designer.wording import UNKNOWN, count, duration, memory, milliseconds, ratio, ratio_interval, short

Number = int | float

LEAST_ROUNDS = 6
"""Rounds below which even the whole range holds the true median with less than 95 %: 1 − 2/2ⁿ."""


@dataclass(frozen=True)
class PairedLatency:
    """How a latency compares with the baseline's, both measured in turns.

    Attributes:
        ratio: Median of the pairs' ratios, to the baseline.
        low: Lower end of its interval.
        high: Upper end of its interval.
        verdict: What may be claimed, in words.
        is_claimed: Whether that is a difference.
        pairs: How many pairs there were, where that is known.
    """

    ratio: float
    low: float
    high: float
    verdict: str
    is_claimed: bool
    pairs: int | None = None

    @property
    def text(self) -> str:
        """``×5.41 [5.2, 5.7] slower``."""
        return f"{ratio(self.ratio)} {ratio_interval(self.low, self.high, self.pairs)} {self.verdict}"


@dataclass(frozen=True)
class Latency:
    """A measured latency.

    Attributes:
        median_s: Median, in seconds.
        low_s: Lower end of the median's interval, in seconds.
        high_s: Upper end of the median's interval, in seconds.
        paired: Against the baseline, where they were measured in turns.
        rounds: How many rounds the median is of, where that is known.
    """

    median_s: float
    low_s: float | None = None
    high_s: float | None = None
    paired: PairedLatency | None = None
    rounds: int | None = None

    @property
    def is_of_too_few(self) -> bool:
        """Whether it is known to be of so few rounds that nothing may be claimed of it."""
        return self.rounds is not None and self.rounds < LEAST_ROUNDS


@dataclass(frozen=True)
class Row:
    """One figure of every design.

    Attributes:
        key: The figure's word in JSON.
        label: Its name on screen.
        unit: Its unit, or an empty text.
        values: One a design, None where unknown; flags for what is there or not.
        texts: The values as people read them.
        ratios: Each value by the baseline's; None where either is unknown, the baseline's is 0, or it is no quantity.
        best: Index of the smallest, None where fewer is not better or two share it.
        limit: The budget for this figure, or None.
        broken: For each design, whether it is known to need more than the budget; empty where there is none.
        notes: For each design, more to say of the value (an interval and a verdict), or an empty text; may be empty.
    """

    key: str
    label: str
    unit: str
    values: tuple[Number | None, ...]
    texts: tuple[str, ...]
    ratios: tuple[float | None, ...]
    best: int | None
    limit: Number | None = None
    broken: tuple[bool, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every design is known to keep within the budget, where there is one."""
        return self.limit is None or not (any(self.broken) or None in self.values)


@dataclass(frozen=True)
class Comparison:
    """The table.

    Attributes:
        names: The designs' names.
        rows: One a figure.
        baseline: Index of the design that ratios refer to.
    """

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    baseline: int = 0

    @property
    def told_apart(self) -> tuple[str, ...]:
        """The names, with its place as a letter behind each that another design has as well."""
        return tuple(
            f"{name} ({ascii_uppercase[index % 26]})" if self.names.count(name) > 1 else name
            for index, name in enumerate(self.names)
        )

    @property
    def holds_budgets(self) -> bool:
        """Whether every design keeps within every budget; what is not known does not hold."""
        return all(row.holds for row in self.rows)


@dataclass(frozen=True)
class _Figure:
    key: str
    label: str
    unit: str
    value: Callable[[Analysis], Number | None]
    text: Callable[[Number], str]
    less_is_better: bool = True
    is_quantity: bool = True
    words: Callable[[Analysis], str | None] | None = None
    """Says more of the value than ``text`` can, of the whole design."""

    def said(self, analysis: Analysis) -> str:
        """The value as people read it."""
        value = self.value(analysis)
        if value is None:
            return UNKNOWN
        return (self.words and self.words(analysis)) or self.text(value)


def _receptive_field(analysis: Analysis) -> Number | None:
    node = last_bounded_node(analysis)
    size = analysis.receptive_field(node).size if node is not None else None
    return size[1] if size is not None else None


def _widest_depthwise(analysis: Analysis) -> Number | None:
    filters = depthwise_filters(analysis)
    return filters.most if filters is not None else None


def _depthwise_words(analysis: Analysis) -> str | None:
    filters = depthwise_filters(analysis)
    return filters.text if filters is not None else None


def _side(value: Number) -> str:
    return f"{value}×{value}"


def _complete(figure: Callable[[Analysis], Number]) -> Callable[[Analysis], Number | None]:
    return lambda analysis: figure(analysis) if analysis.totals.complete else None


def _yes_or_no(value: Number) -> str:
    return "yes" if value else "no"


FIGURES = (
    _Figure("parameters", "Parameters", "", _complete(lambda a: a.totals.parameters), lambda v: count(int(v))),
    _Figure("macs", "MACs", "", _complete(lambda a: a.totals.macs), short),
    _Figure("flops", "FLOPs", "", _complete(lambda a: a.totals.flops), short),
    _Figure("weight_bytes", "Weights", "B", _complete(lambda a: a.totals.weight_bytes), memory),
    _Figure("peak_activation_bytes", "Peak memory", "B", _complete(lambda a: a.totals.peak_activation_bytes), memory),
    _Figure("depth", "Weighted layers deep", "", lambda a: a.depth, str, less_is_better=False),
    _Figure("receptive_field", "Receptive field", "px", _receptive_field, _side, less_is_better=False),
    _Figure("residual", "Residual", "", has_residual, _yes_or_no, less_is_better=False, is_quantity=False),
    _Figure("depthwise_filters", "Depthwise filters", "", _widest_depthwise, str, False, words=_depthwise_words),
)
LATENCY, TIME_PER_MAC = "latency_s", "time_per_mac_s"
"""Keys of the rows that are there where something was measured."""


def compare(
    analyses: Sequence[Analysis],
    latencies_s: Mapping[int, float | Latency] | None = None,
    *,
    baseline: int = 0,
    budgets: Mapping[str, float] | None = None,
) -> Comparison:
    """The table of several designs.

    Args:
        analyses: The designs' analyses.
        latencies_s: Measured latencies, or their medians in seconds, by place in ``analyses``, as far as there are any.
        baseline: Place in ``analyses`` of the design that ratios refer to.
        budgets: By a row's key, the most that a design may have there.

    Raises:
        ParameterError: A budget is for a row that cannot have one.
    """
    limits = dict(budgets or {})
    for key in limits:
        check_budget(key)
    rows = [_figure_row(figure, analyses, baseline, limits) for figure in FIGURES]
    measured = {
        index: each if isinstance(each, Latency) else Latency(each) for index, each in (latencies_s or {}).items()
    }
    if measured or limits.keys() & {LATENCY, TIME_PER_MAC}:
        rows += _latency_rows(analyses, measured, baseline, limits)
    return Comparison(tuple(analysis.design.name for analysis in analyses), tuple(rows), baseline)


def budget_keys() -> tuple[str, ...]:
    """Keys of the rows that can have a budget."""
    return (*(figure.key for figure in FIGURES if figure.is_quantity), LATENCY, TIME_PER_MAC)


def check_budget(key: str) -> None:
    """Raise ParameterError unless a row of this key can have a budget."""
    if key not in budget_keys():
        known = budget_keys()
        raise ParameterError(key, f"there is no such figure{near(key, known)}; a budget is for {', '.join(known)}")


def parse_budget(text: str) -> tuple[str, float]:
    """Key and limit of ``parameters=3.5e6``.

    Raises:
        ParameterError: It is not NAME=VALUE, there is no such figure, or the value is no number that can be kept.
    """
    key, equals, value = (part.strip() for part in text.partition("="))
    if not equals:
        raise ParameterError(text, "a budget is NAME=VALUE, such as parameters=3.5e6")
    check_budget(key)
    try:
        limit = real_number(value)
    except ValueError:
        limit = math.nan
    if not 0 <= limit < math.inf:
        raise ParameterError(key, f"'{value}' is no limit; it takes a number from 0 up, such as 300e6")
    return key, limit


def _figure_row(figure: _Figure, analyses: Sequence[Analysis], baseline: int, limits: Mapping[str, float]) -> Row:
    values = tuple(figure.value(analysis) for analysis in analyses)
    texts = tuple(figure.said(analysis) for analysis in analyses)
    ratios = _ratios(values, baseline) if figure.is_quantity else (None,) * len(values)
    best = _smallest(values) if figure.less_is_better else None
    limit = limits.get(figure.key)
    return Row(figure.key, figure.label, figure.unit, values, texts, ratios, best, limit, _broken(values, limit))


def _latency_rows(
    analyses: Sequence[Analysis], measured: Mapping[int, Latency], baseline: int, limits: Mapping[str, float]
) -> list[Row]:
    found = [measured.get(index) for index in range(len(analyses))]
    times = tuple(None if each is None else each.median_s for each in found)
    texts = tuple(UNKNOWN if each is None else _milliseconds(each) for each in found)
    paired = [None if each is None else each.paired for each in found]
    ratios = tuple(
        plain if pair is None else pair.ratio for plain, pair in zip(_ratios(times, baseline), paired, strict=True)
    )
    notes = tuple("" if pair is None else pair.text for pair in paired)
    limit = limits.get(LATENCY)
    best = _claimed_best(times, found, baseline)
    rows = [Row(LATENCY, "Latency", "s", times, texts, ratios, best, limit, _broken(times, limit), notes)]
    rates = tuple(
        None if time is None or not macs else time / macs
        for time, macs in zip(times, (_macs(analysis) for analysis in analyses), strict=True)
    )
    texts = tuple(UNKNOWN if rate is None else f"{duration(rate)}/MAC" for rate in rates)
    limit, broken = limits.get(TIME_PER_MAC), _broken(rates, limits.get(TIME_PER_MAC))
    label, best = "Time per MAC", _smallest(rates)
    return [*rows, Row(TIME_PER_MAC, label, "s", rates, texts, _ratios(rates, baseline), best, limit, broken)]


def _macs(analysis: Analysis) -> int | None:
    return analysis.totals.macs if analysis.totals.complete else None


def _milliseconds(latency: Latency) -> str:
    low, high = (None if end is None else 1000 * end for end in (latency.low_s, latency.high_s))
    return milliseconds(1000 * latency.median_s, low, high, latency.rounds)


def _claimed_best(times: Sequence[float | None], found: Sequence[Latency | None], baseline: int) -> int | None:
    """The quickest, where a difference may be claimed.

    Measured in turns with the baseline, the pairs say whether; else its interval must not reach into another's, and
    each must be of rounds enough to have one.
    """
    best = _smallest(times)
    if best is None:
        return None
    paired = [None if each is None else each.paired for each in found]
    if not any(paired):
        if any(each is not None and each.is_of_too_few for each in found):
            return None
        high = next((each.high_s for each in found[best : best + 1] if each is not None), None)
        lows = [each.low_s for index, each in enumerate(found) if each is not None and index != best]
        return None if any(high is not None and low is not None and low <= high for low in lows) else best
    others = [pair for index, pair in enumerate(paired) if index != baseline and pair is not None]
    pairs = others if best == baseline else [pair for pair in (paired[best],) if pair is not None]
    return best if all(pair.is_claimed for pair in pairs) else None


def _ratios(values: Sequence[Number | None], baseline: int) -> tuple[float | None, ...]:
    base = values[baseline]
    return tuple(None if value is None or not base else value / base for value in values)


def _broken(values: Sequence[Number | None], limit: float | None) -> tuple[bool, ...]:
    return () if limit is None else tuple(value is not None and value > limit for value in values)


def _smallest(values: Sequence[Number | None]) -> int | None:
    known = [value for value in values if value is not None]
    if len(known) < 2 or known.count(min(known)) > 1:
        return None
    return list(values).index(min(known))
