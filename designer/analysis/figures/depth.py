"""Depth: the most layers with MACs on any way from input to output."""

from __future__ import annotations

from designer.analysis.analysis import Analysis
from designer.analysis.figures.figure import Figure, Number, Scope
from designer.analysis.figures.registry import register
from designer.analysis.measured import NOTHING_MEASURED, Measured


@register
class Depth(Figure):
    """Weighted layers on the longest way."""

    key = "depth"
    title = "Weighted layers deep"
    unit = "layers"
    help = "Layers with MACs on the longest way from input to output"
    meaning = "the most layers with MACs that stand behind one another on any way from input to output."
    counted = ("convolutions and fully connected layers on the way that has most, through blocks",)
    not_counted = ("norms, activations, pooling, additions and products of tensors",)
    source = "He et al. 2016, Deep Residual Learning, sec. 3.3: weighted layers"
    order = 100
    scope = Scope.DESIGN
    is_headline = False
    less_is_better = False
    needs_every_shape = False

    def of_design(self, analysis: Analysis, measured: Measured = NOTHING_MEASURED) -> Number | None:
        return analysis.depth

    def words(self, value: Number) -> str:
        return str(value)
