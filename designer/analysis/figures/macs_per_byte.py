"""MACs per byte: how much is computed with what is moved."""

from __future__ import annotations

from designer.analysis.analysis import Analysis
from designer.analysis.explanation import Explanation, inside
from designer.analysis.figures.figure import Figure, Number
from designer.analysis.figures.registry import register
from designer.analysis.measured import NOTHING_MEASURED, Measured
from designer.graph.design import NodePath
from designer.wording import count


@register
class MacsPerByte(Figure):
    """MACs by bytes moved."""

    key = "macs_per_byte"
    title = "MACs per byte"
    label = "MACs/B"
    unit = "MACs a byte"
    symbol = "MACs/B"
    help = "MACs for each byte of input, weights and output moved once"
    meaning = (
        "arithmetic intensity, MACs for each byte of input, weights and output moved once: a node with few waits for "
        "memory."
    )
    counted = ("MACs, divided by the bytes moved",)
    not_counted = ("element-wise operations",)
    source = "Williams et al. 2009, Roofline, sec. 3: operational intensity, in MACs instead of FLOPs"
    order = 95
    is_headline = False
    less_is_better = False

    def of_design(self, analysis: Analysis, measured: Measured = NOTHING_MEASURED) -> Number | None:
        return analysis.cost.intensity

    def of_node(self, analysis: Analysis, path: NodePath, measured: Measured = NOTHING_MEASURED) -> Number | None:
        """None where it is unknown, and where nothing is moved."""
        cost = analysis.at(path).cost
        return None if cost is None else cost.intensity

    def words(self, value: Number) -> str:
        return f"{value:.1f}"

    in_full = words

    def tip(self, analysis: Analysis) -> str:
        return f"{self.said(analysis)} {self.unit}"

    def explain(self, analysis: Analysis, path: NodePath = ()) -> Explanation:
        within = inside(analysis, path)
        cost = within.cost if within is not None else analysis.at(path).cost
        if cost is None:
            return self.unknown(analysis, path)
        if cost.intensity is None:
            return self.explained(analysis, path, None, notes=("No byte is moved.",), text="none")
        formula = ("MACs / bytes moved", f"{count(cost.macs)} / {count(cost.bytes_moved)}")
        text = f"{self.words(cost.intensity)} {self.unit}"
        return self.explained(analysis, path, cost.intensity, formula=formula, text=text)
