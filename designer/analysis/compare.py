"""Several designs side by side: one table of figures, ratios to one of them, the best of each row, broken budgets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from designer.analysis.analysis import Analysis
from designer.analysis.figures.figure import Figure, Number, Scope
from designer.analysis.figures.registry import figure, figures
from designer.analysis.measured import Latency, Measured
from designer.errors import ParameterError, near
from designer.graph.numerals import real_number


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


LATENCY = "latency_s"
"""Key of the row that charts put others against."""


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
    known = {i: each if isinstance(each, Latency) else Latency(each) for i, each in (latencies_s or {}).items()}
    measured = [Measured(known.get(index)) for index in range(len(analyses))]
    has_times = bool(known) or any(figure(key).is_measured for key in limits)
    rows = [
        _row(each, analyses, measured, baseline, limits.get(each.key))
        for each in figures(Scope.DESIGN)
        if has_times or not each.is_measured
    ]
    return Comparison(tuple(analysis.design.name for analysis in analyses), tuple(rows), baseline)


def budget_keys() -> tuple[str, ...]:
    """Keys of the rows that can have a budget."""
    return tuple(each.key for each in figures(Scope.DESIGN) if each.is_quantity)


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


def _row(
    which: Figure,
    analyses: Sequence[Analysis],
    measured: Sequence[Measured],
    baseline: int,
    limit: Number | None,
) -> Row:
    pairs = list(zip(analyses, measured, strict=True))
    values = tuple(which.known_of_design(*pair) for pair in pairs)
    broken = () if limit is None else tuple(value is not None and value > limit for value in values)
    return Row(
        which.key,
        which.label,
        which.symbol,
        values,
        tuple(which.said(*pair) for pair in pairs),
        which.ratios(values, measured, baseline),
        which.best(values, measured, baseline),
        limit,
        broken,
        tuple(map(which.comparison_note, measured)),
    )
