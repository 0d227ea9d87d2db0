"""Element-wise operations: what is done to each element by itself."""

from __future__ import annotations

from designer.analysis.cost import NodeCost
from designer.analysis.figures.registry import register
from designer.analysis.figures.summed import SummedFigure
from designer.graph.formula import Expression, Formulas


@register
class Elementwise(SummedFigure):
    """Operations on single elements."""

    key = "elementwise"
    title = "Element-wise operations"
    label = "Element-wise"
    unit = "operations"
    help = "Operations on single elements in one forward pass"
    meaning = (
        "each addition, multiplication, division, comparison or exponential on one element counts as one; the table "
        "below says how many each layer does."
    )
    counted = (
        "each addition, multiplication, division, comparison or exponential on one element, as one",
        "biases, batch norms, activations, additions and products of tensors, pooling",
    )
    not_counted = ("multiply-accumulates", "moving memory: joining, flattening, padding")
    source = "each layer's own definition"
    order = 40
    is_headline = False

    def formula(self, formulas: Formulas, cost: NodeCost) -> Expression | None:
        return formulas.elementwise
