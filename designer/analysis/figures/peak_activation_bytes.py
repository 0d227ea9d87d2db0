"""Peak activation memory: the most bytes of tensors that live at once."""

from __future__ import annotations

from designer.analysis.analysis import Analysis
from designer.analysis.explanation import Explanation, bytes_detail
from designer.analysis.figures.figure import Number
from designer.analysis.figures.live_memory import LiveMemoryFigure
from designer.analysis.figures.registry import register
from designer.analysis.measured import NOTHING_MEASURED, Measured
from designer.analysis.memory_timeline import Span
from designer.analysis.training_memory import Optimiser, training_memory
from designer.graph.design import NodePath
from designer.wording import count, memory


@register
class PeakActivationBytes(LiveMemoryFigure):
    """Bytes of the largest live set."""

    key = "peak_activation_bytes"
    title = "Peak activation memory"
    label = "Peak memory"
    help = "The most bytes of activations that live at once"
    meaning = (
        "the most bytes of activations that are alive at once, when the nodes run in order: a tensor lives from when "
        "it is made until its last reader is done. Weights are not counted, and nothing is computed in place."
    )
    counted = (
        "every tensor from the step that makes it to the last step that reads it",
        "what a step reads and what it writes, together",
    )
    not_counted = (
        "weights",
        "scratch space of the library that runs it",
        "what running in place or joining a batch norm with its convolution would save",
    )
    source = "lifetimes of tensors in the order of execution; views live in their input's memory"
    order = 60

    def of_design(self, analysis: Analysis, measured: Measured = NOTHING_MEASURED) -> Number | None:
        return analysis.totals.peak_activation_bytes

    def of_node(self, analysis: Analysis, path: NodePath, measured: Measured = NOTHING_MEASURED) -> Number | None:
        """What lives while it runs; None for what is no step of its own."""
        return analysis.peaks_by_path.get(path) if analysis.at(path).cost is not None else None

    def note(self, analysis: Analysis) -> str:
        return f"activations, batch {analysis.batch}"

    def tip(self, analysis: Analysis) -> str:
        return f"{count(analysis.totals.peak_activation_bytes)} bytes of activations alive at once"

    def title_of(self, name: str, path: NodePath) -> str:
        return f"Memory while {name} runs" if path else super().title_of(name, path)

    def explain(self, analysis: Analysis, path: NodePath = ()) -> Explanation:
        return self.explain_live_set(analysis, path)

    def detail(self, span: Span) -> str:
        return bytes_detail(span.spec)

    def design_notes(self, analysis: Analysis) -> tuple[str, ...]:
        totals = [f"{each.title} {memory(training_memory(analysis, each).total_bytes)}" for each in Optimiser]
        formula = training_memory(analysis).formula
        return (
            f"A step of training holds more, by optimiser: {', '.join(totals)}. {Optimiser.ADAM.title}: {formula}.",
        )
