"""What an edit would change of the figures that decide: parameters, MACs, peak memory; each old → new."""

from __future__ import annotations

from dataclasses import dataclass

from designer.analysis.analysis import Analysis
from designer.analysis.figures.registry import figure

SHOWN = ("parameters", "macs", "peak_activation_bytes")
"""Keys of the figures."""


@dataclass(frozen=True)
class TotalChange:
    """One figure before and after.

    Attributes:
        key: The figure's.
        title: Its name.
        before: Its value, None where unknown.
        after: Its value then.
        words: Both, worded: ``3.5 M → 4.1 M (+17 %)``.
    """

    key: str
    title: str
    before: float | None
    after: float | None
    words: str

    def line(self) -> str:
        """``parameters: 3.5 M → 4.1 M (+17 %)``."""
        return f"{self.title}: {self.words}"


def totals_changed(before: Analysis, after: Analysis) -> tuple[TotalChange, ...]:
    """The figures of a design before and after an edit."""
    return tuple(_change(key, before, after) for key in SHOWN)


def _change(key: str, before: Analysis, after: Analysis) -> TotalChange:
    of = figure(key)
    old, new = of.of_design(before), of.of_design(after)
    words = f"{of.words(old) if old is not None else 'unknown'} → {of.words(new) if new is not None else 'unknown'}"
    if old and new is not None:
        share = 100 * (new - old) / old
        words += f" ({share:+.1f} %)".replace("-", "−") if abs(share) >= 0.05 else " (as before)" if new == old else ""
    return TotalChange(key, of.title, old, new, words)
