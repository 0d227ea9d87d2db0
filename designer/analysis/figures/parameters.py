"""Parameters: how many numbers training changes."""

from __future__ import annotations

from designer.analysis.analysis import Analysis, NodeReport
from designer.analysis.cost import NodeCost
from designer.analysis.figures.figure import Number
from designer.analysis.figures.registry import register
from designer.analysis.figures.summed import SummedFigure
from designer.graph.design import Node
from designer.graph.formula import Expression, Formulas
from designer.wording import count, memory, plural


@register
class Parameters(SummedFigure):
    """Trained numbers."""

    key = "parameters"
    title = "Parameters"
    unit = "parameters"
    help = "Trained numbers"
    meaning = (
        "numbers that training changes. Running statistics of batch norms are kept with them in files, but are not "
        "counted."
    )
    counted = ("weights of convolutions and fully connected layers", "their biases", "scale and shift of batch norms")
    not_counted = ("running means and variances of batch norms: they are kept, but not trained",)
    source = "as PyTorch's Module.parameters() gives them"
    order = 10

    def words(self, value: Number) -> str:
        return count(round(value))

    def note(self, analysis: Analysis) -> str:
        weighted = sum(kind.count for kind in analysis.by_layer_type if kind.cost.parameters)
        return plural(weighted, "weighted layer")

    def tip(self, analysis: Analysis) -> str:
        return f"{memory(analysis.totals.weight_bytes)} of weights"

    def formula(self, formulas: Formulas, cost: NodeCost) -> Expression | None:
        return formulas.parameters

    def node_notes(self, node: Node, report: NodeReport) -> tuple[str, ...]:
        """The tensors behind them."""
        return tuple(
            f"{weight.name}: {'×'.join(map(str, weight.shape)) or '1'}"
            + (", kept but not trained" if weight.is_buffer else "")
            for weight in node.layer.weights(*(report.known_inputs or ()))
        )
