"""Which rows of the table of figures are seen and in what order: a person's choice, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from designer.analysis.compare import Row


@dataclass(frozen=True)
class RowOrder:
    """What a person chose of the rows; a row that was never moved stands where the table has it.

    Attributes:
        keys: Keys in the chosen order; empty for the table's own.
        hidden: Keys of rows that are not seen.
        budgets: The most that a design may have, by key.
    """

    keys: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    budgets: Mapping[str, float] = field(default_factory=dict)

    def of(self, rows: Sequence[Row]) -> list[Row]:
        """The rows that are seen, in order."""
        own = [row.key for row in rows]
        wanted = [key for key in self.keys if key in own]
        wanted += [key for key in own if key not in wanted]
        by_key = {row.key: row for row in rows}
        return [by_key[key] for key in wanted if key not in self.hidden]

    def hide(self, key: str) -> RowOrder:
        """Without one more row."""
        return replace(self, hidden=self.hidden | {key})

    def move(self, key: str, by: int, rows: Sequence[Row]) -> RowOrder:
        """With a row moved up or down among those seen."""
        seen = [row.key for row in self.of(rows)]
        place = min(max(0, seen.index(key) + by), len(seen) - 1)
        seen.remove(key)
        seen.insert(place, key)
        return replace(self, keys=tuple(seen))

    def sort(self, column: int, rows: Sequence[Row]) -> RowOrder:
        """By how many times the baseline a design has of each figure, the most first; what has no ratio comes last."""
        ratios = {row.key: row.ratios[column] for row in rows}
        seen = sorted((row.key for row in self.of(rows)), key=lambda key: (ratios[key] is None, -(ratios[key] or 0.0)))
        return replace(self, keys=tuple(seen))

    def all_rows(self) -> RowOrder:
        """Every row in the table's own order; budgets stay."""
        return RowOrder(budgets=self.budgets)

    def with_budget(self, key: str, limit: float | None) -> RowOrder:
        """With a limit on a row, or without one."""
        others = {name: value for name, value in self.budgets.items() if name != key}
        return replace(self, budgets=others if limit is None else {**others, key: limit})
