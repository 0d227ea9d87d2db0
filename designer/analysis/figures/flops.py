"""FLOPs: two for each multiply-accumulate, and one for each element-wise operation."""

from __future__ import annotations

from collections.abc import Sequence

from designer.analysis.analysis import Analysis, NodeReport
from designer.analysis.cost import NodeCost
from designer.analysis.explanation import Part
from designer.analysis.figures.registry import register
from designer.analysis.figures.summed import SummedFigure, formulas_of
from designer.graph.design import Node
from designer.graph.formula import Expression, Formulas, constant, quantity
from designer.wording import count, short


@register
class Flops(SummedFigure):
    """2 × MACs + element-wise operations."""

    key = "flops"
    title = "FLOPs"
    unit = "FLOPs"
    help = "2 × MACs + element-wise operations of one forward pass"
    meaning = (
        "2 × MACs + element-wise operations. MACs are never called FLOPs here; other tools do, so their figures can "
        "differ by a factor of two."
    )
    counted = ("two for each multiply-accumulate", "one for each element-wise operation")
    not_counted = ("moving memory: joining, flattening, padding",)
    source = "2 × MACs + element-wise operations"
    order = 30
    is_headline = False
    follows_conventions = True

    def note(self, analysis: Analysis) -> str:
        return f"2 × MACs + {short(analysis.totals.elementwise)} element-wise"

    def formula(self, formulas: Formulas, cost: NodeCost) -> Expression | None:
        if not cost.flops:
            return None
        other = quantity("element-wise", cost.elementwise)
        return constant(2) * quantity("MACs", cost.macs) + other

    def parts(self, node: Node, report: NodeReport, cost: NodeCost) -> Sequence[Part]:
        formulas = formulas_of(node, report)
        return (
            ("2 × MACs", 2 * cost.macs, _line(formulas.macs, "MACs"), None),
            ("element-wise operations", cost.elementwise, _line(formulas.elementwise, "operations"), None),
        )

    def sum_notes(self, cost: NodeCost) -> tuple[str, ...]:
        return (f"2 × {count(cost.macs)} MACs + {count(cost.elementwise)} element-wise operations.",)


def _line(expression: Expression | None, unit: str) -> str:
    return expression.line(unit) if expression is not None else ""
