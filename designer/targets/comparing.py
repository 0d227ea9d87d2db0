"""Targets in the comparison of designs: a row a target, and a budget that names one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from designer.analysis.analysis import Analysis
from designer.analysis.compare import Comparison, Row
from designer.targets.profile import Profile
from designer.targets.verdict import Fits, Verdict, verdict_of
from designer.wording import UNKNOWN

TARGET_ROW = "target_"
"""What the keys of targets' rows begin with."""


def row_key(profile: Profile) -> str:
    """The key of a target's row."""
    return f"{TARGET_ROW}{profile.key}"


def with_targets(
    table: Comparison, analyses: Sequence[Analysis], profiles: Sequence[Profile], budgets: Sequence[Profile] = ()
) -> Comparison:
    """The table with a row for each target: the memory that each design needs there, and whether it fits.

    Args:
        table: The table of the designs.
        analyses: The designs, in the table's order.
        profiles: The targets to have a row.
        budgets: The targets that every design must fit; they have a row in any case.
    """
    rows = [_row(each, analyses, table.baseline, each in budgets) for each in dict.fromkeys((*profiles, *budgets))]
    return replace(table, rows=(*table.rows, *rows))


def _row(profile: Profile, analyses: Sequence[Analysis], baseline: int, is_budget: bool) -> Row:
    verdicts = [verdict_of(each, profile) if each.is_valid else None for each in analyses]
    values = tuple(map(_needed, verdicts))
    base = values[baseline]
    ratios = tuple(None if value is None or not base else value / base for value in values)
    known = [value for value in values if value is not None]
    is_best = len(known) == len(values) > 1 and values.count(min(known)) == 1
    return Row(
        row_key(profile),
        profile.name,
        "B",
        values,
        tuple(UNKNOWN if each is None else each.short for each in verdicts),
        ratios,
        values.index(min(known)) if is_best else None,
        (profile.ram_bytes or 0) if is_budget else None,
        tuple(each is not None and each.fits is Fits.NO for each in verdicts) if is_budget else (),
        tuple("" if each is None else each.note for each in verdicts),
    )


def _needed(verdict: Verdict | None) -> int | None:
    """Bytes of memory at most; None where it is unknown whether the design fits."""
    return None if verdict is None or verdict.fits is Fits.UNKNOWN else verdict.ram.high
