"""Training memory: what a step of training holds."""

from __future__ import annotations

from designer.analysis.analysis import Analysis
from designer.analysis.explanation import Explanation, inside, terms_of
from designer.analysis.figures.figure import ByteFigure, Number, Scope
from designer.analysis.figures.registry import register
from designer.analysis.measured import NOTHING_MEASURED, Measured
from designer.analysis.training_memory import Optimiser, training_memory
from designer.graph.design import NodePath


@register
class TrainingBytes(ByteFigure):
    """Bytes that one training step with Adam holds."""

    key = "training_bytes"
    title = "Training memory"
    help = "Bytes that a step of training with Adam holds"
    meaning = (
        "bytes that a step of training with Adam holds: weights, their gradients, two moments a parameter, running "
        "statistics, and every activation that the backward pass may read."
    )
    counted = (
        "parameters and their gradients",
        "two numbers that Adam keeps for each parameter",
        "running means and variances of batch norms",
        "every tensor that the forward pass writes, all of them at once",
    )
    not_counted = ("scratch space of the library that runs it", "activations that no gradient needs, let go earlier")
    source = "Kingma and Ba 2015, Adam, alg. 1, for the optimiser's state"
    order = 80
    scope = Scope.DESIGN
    is_headline = False

    def of_design(self, analysis: Analysis, measured: Measured = NOTHING_MEASURED) -> Number | None:
        return training_memory(analysis).total_bytes

    def note(self, analysis: Analysis) -> str:
        return f"{Optimiser.ADAM.title}: weights, gradients, state, activations"

    def explain(self, analysis: Analysis, path: NodePath = ()) -> Explanation:
        inside(analysis, path)  # refuses a path that is none
        if not analysis.totals.complete:
            return self.unknown(analysis, ())
        held = training_memory(analysis)
        parts = (
            ("parameters", held.parameter_bytes, "", None),
            ("gradients", held.gradient_bytes, "", None),
            (f"{held.optimiser.title}'s state", held.optimiser_bytes, "", None),
            ("running statistics", held.buffer_bytes, "", None),
            ("kept activations", held.kept_activation_bytes, "", None),
        )
        return self.explained(analysis, (), held.total_bytes, terms_of(parts, self.in_full))
