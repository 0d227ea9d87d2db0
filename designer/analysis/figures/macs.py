"""MACs: multiply-accumulates of convolutions and fully connected layers."""

from __future__ import annotations

from designer.analysis.analysis import Analysis
from designer.analysis.cost import NodeCost
from designer.analysis.figures.registry import register
from designer.analysis.figures.summed import SummedFigure
from designer.graph.formula import Expression, Formulas
from designer.wording import count, short


@register
class Macs(SummedFigure):
    """Multiply-accumulates."""

    key = "macs"
    title = "MACs"
    unit = "MACs"
    help = "Multiply-accumulates of one forward pass"
    meaning = (
        "multiply-accumulates of convolutions and fully connected layers, for the batch shown; one multiplication and "
        "one addition together are one. Adding a bias is not among them."
    )
    counted = ("each multiplication together with its addition, in convolutions and fully connected layers",)
    not_counted = ("biases", "batch norms", "activations", "additions and products of tensors", "pooling")
    source = "Howard et al. 2017, MobileNets, sec. 3.1 (Mult-Adds)"
    order = 20
    follows_conventions = True

    def note(self, analysis: Analysis) -> str:
        return f"FLOPs {short(analysis.totals.flops)}"

    def tip(self, analysis: Analysis) -> str:
        totals = analysis.totals
        return (
            f"{count(totals.macs)} multiply-accumulates\n{count(totals.flops)} FLOPs "
            f"= 2 × MACs + {count(totals.elementwise)} element-wise operations"
        )

    def formula(self, formulas: Formulas, cost: NodeCost) -> Expression | None:
        return formulas.macs
