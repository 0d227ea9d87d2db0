"""Latency: how long one forward pass takes, as measured."""

from __future__ import annotations

from collections.abc import Sequence

from designer.analysis.analysis import Analysis
from designer.analysis.figures.figure import Figure, Number
from designer.analysis.figures.registry import register
from designer.analysis.measured import NOTHING_MEASURED, Latency, Measured
from designer.graph.design import NodePath
from designer.timing.statistics import PairedRatio
from designer.wording import UNKNOWN, milliseconds, ratio, ratio_interval


@register
class LatencyFigure(Figure):
    """Median of many timed runs; of a node, its time within them."""

    key = "latency_s"
    title = "Latency"
    node_label = "Measured time"
    unit = "seconds"
    symbol = "s"
    help = "Measured time"
    meaning = (
        "the median of many timed runs in the worker process, after a warm-up, with half the width of its 95 % "
        "interval; measured on the device, threads, batch and element type that stand beside it. A dimmed figure "
        "belongs to an earlier state of the design. Before a backend is timed, its outputs are compared with the eager "
        "module's; one that computes something else is refused. Every round is kept: outliers are marked, never left "
        "out."
    )
    counted = ("one forward pass, from the input in memory to the output in memory",)
    not_counted = ("loading, compiling and warming up",)
    source = "measured here"
    order = 140
    is_measured = True
    adds_up = True
    needs_every_shape = False

    def of_design(self, analysis: Analysis, measured: Measured = NOTHING_MEASURED) -> Number | None:
        return None if measured.latency is None else measured.latency.median_s

    def of_node(self, analysis: Analysis, path: NodePath, measured: Measured = NOTHING_MEASURED) -> Number | None:
        return measured.seconds(path)

    def words(self, value: Number) -> str:
        return milliseconds(1000 * value)

    in_full = words

    def said(self, analysis: Analysis, measured: Measured = NOTHING_MEASURED) -> str:
        """With how far its interval reaches."""
        found = measured.latency
        if found is None:
            return UNKNOWN
        low, high = (None if end is None else 1000 * end for end in (found.low_s, found.high_s))
        return milliseconds(1000 * found.median_s, low, high, found.rounds)

    def ratios(
        self, values: Sequence[Number | None], measured: Sequence[Measured], baseline: int
    ) -> tuple[float | None, ...]:
        """The pairs' ratio where it was measured in turns with the baseline's."""
        paired = [_pair(each.latency) for each in measured]
        plain = super().ratios(values, measured, baseline)
        return tuple(alone if pair is None else pair.ratio for alone, pair in zip(plain, paired, strict=True))

    def comparison_note(self, measured: Measured) -> str:
        """``×5.41 [5.2, 5.7] slower``, where it was measured in turns with the baseline's."""
        pair = _pair(measured.latency)
        if pair is None:
            return ""
        return f"{ratio(pair.ratio)} {ratio_interval(pair.low, pair.high, pair.pairs)} {pair.verdict.value}"

    def best(self, values: Sequence[Number | None], measured: Sequence[Measured], baseline: int) -> int | None:
        """The quickest, where a difference may be claimed.

        Measured in turns with the baseline, the pairs say whether; else its interval must not reach into another's,
        and each must be of rounds enough to have one.
        """
        best = super().best(values, measured, baseline)
        if best is None:
            return None
        found = [each.latency for each in measured]
        paired = [_pair(each) for each in found]
        if not any(paired):
            if any(each is not None and each.is_of_too_few for each in found):
                return None
            high = next((each.high_s for each in found[best : best + 1] if each is not None), None)
            lows = [each.low_s for index, each in enumerate(found) if each is not None and index != best]
            return None if any(high is not None and low is not None and low <= high for low in lows) else best
        others = [pair for index, pair in enumerate(paired) if index != baseline and pair is not None]
        pairs = others if best == baseline else [pair for pair in (paired[best],) if pair is not None]
        return best if all(pair.is_claimed for pair in pairs) else None


def _pair(latency: Latency | None) -> PairedRatio | None:
    return latency.paired if latency is not None else None
