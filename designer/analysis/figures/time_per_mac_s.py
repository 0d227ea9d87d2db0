"""Time per MAC: how well a design uses the machine it was measured on."""

from __future__ import annotations

from designer.analysis.analysis import Analysis
from designer.analysis.figures.figure import Figure, Number, Scope
from designer.analysis.figures.registry import register
from designer.analysis.measured import NOTHING_MEASURED, Measured
from designer.wording import duration


@register
class TimePerMac(Figure):
    """Latency by MACs."""

    key = "time_per_mac_s"
    title = "Time per MAC"
    unit = "seconds"
    symbol = "s"
    help = "Measured latency by MACs"
    meaning = "the measured latency divided by the MACs: the less, the better the design uses the machine."
    counted = ("the latency of one forward pass, and its MACs",)
    not_counted = ("element-wise operations: their time is in it, though they are not divided by",)
    source = "measured here"
    order = 150
    scope = Scope.DESIGN
    is_headline = False
    is_measured = True

    def of_design(self, analysis: Analysis, measured: Measured = NOTHING_MEASURED) -> Number | None:
        macs = analysis.totals.macs
        return measured.latency.median_s / macs if measured.latency is not None and macs else None

    def words(self, value: Number) -> str:
        return f"{duration(value)}/MAC"

    in_full = words
