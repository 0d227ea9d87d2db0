"""Residual: whether somewhere a tensor is added to what was made of it."""

from __future__ import annotations

from designer.analysis.analysis import Analysis
from designer.analysis.design_features import has_residual
from designer.analysis.figures.figure import Figure, Number, Scope
from designer.analysis.figures.registry import register
from designer.analysis.measured import NOTHING_MEASURED, Measured


@register
class Residual(Figure):
    """Yes or no."""

    key = "residual"
    title = "Residual"
    unit = "yes or no"
    help = "Whether a tensor is added to what was made of it"
    meaning = "whether somewhere a tensor is added to what was made of it."
    counted = ("an addition one of whose inputs was made of the other, inside blocks too",)
    not_counted = ("joining and multiplying, which keep no identity",)
    source = "He et al. 2016, Deep Residual Learning, eq. 1"
    order = 120
    scope = Scope.DESIGN
    is_headline = False
    is_quantity = False
    less_is_better = False

    def of_design(self, analysis: Analysis, measured: Measured = NOTHING_MEASURED) -> Number | None:
        return has_residual(analysis)

    def words(self, value: Number) -> str:
        return "yes" if value else "no"

    in_full = words
