"""Weights: bytes of the parameters."""

from __future__ import annotations

from designer.analysis.cost import NodeCost
from designer.analysis.figures.figure import ByteFigure
from designer.analysis.figures.registry import register
from designer.analysis.figures.summed import SummedFigure
from designer.graph.formula import Expression, Formulas, quantity


@register
class WeightBytes(ByteFigure, SummedFigure):
    """Parameters × bytes each."""

    key = "weight_bytes"
    title = "Weights"
    help = "Bytes of the parameters"
    meaning = "bytes of the parameters in their element type."
    counted = ("each parameter, in the bytes of its element type",)
    not_counted = ("running means and variances of batch norms", "what a file adds around them")
    source = "parameters × bytes each"
    order = 50
    is_headline = False

    def formula(self, formulas: Formulas, cost: NodeCost) -> Expression | None:
        if not cost.parameters:
            return None
        each = quantity("bytes each", cost.weight_bytes // cost.parameters)
        return quantity("parameters", cost.parameters) * each
