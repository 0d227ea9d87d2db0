"""Depthwise filters: how many channels are filtered each by itself, and what binds their number."""

from __future__ import annotations

from designer.analysis.analysis import Analysis
from designer.analysis.design_features import depthwise_filters
from designer.analysis.figures.figure import Figure, Number, Scope
from designer.analysis.figures.registry import register
from designer.analysis.measured import NOTHING_MEASURED, Measured
from designer.wording import UNKNOWN


@register
class DepthwiseFilters(Figure):
    """Filters of the widest depthwise convolution."""

    key = "depthwise_filters"
    title = "Depthwise filters"
    unit = "filters"
    help = "Filters of the widest depthwise convolution, and what binds their number"
    meaning = (
        "how many channels depthwise convolutions filter, from the narrowest to the widest. Free are those before "
        "which another convolution of the same block chooses the number; the rest have what enters the block."
    )
    counted = ("filters of the widest convolution that filters each of several channels by itself",)
    not_counted = ("grouped convolutions whose groups have several channels",)
    source = "Howard et al. 2017, MobileNets, sec. 3.1"
    order = 130
    scope = Scope.DESIGN
    is_headline = False
    less_is_better = False

    def of_design(self, analysis: Analysis, measured: Measured = NOTHING_MEASURED) -> Number | None:
        filters = depthwise_filters(analysis)
        return filters.most if filters is not None else None

    def words(self, value: Number) -> str:
        return str(value)

    def said(self, analysis: Analysis, measured: Measured = NOTHING_MEASURED) -> str:
        filters = depthwise_filters(analysis)
        return filters.text if filters is not None else UNKNOWN

    def said_in_full(self, analysis: Analysis) -> str:
        return self.said(analysis)
