"""Widths to multiples of a number that hardware likes: 8, 16, 4."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import lcm

from designer.analysis.analysis import Analysis
from designer.graph.arithmetic import round_channels
from designer.graph.design import NodeId
from designer.graph.option_set import OptionSet, option_set
from designer.graph.parameter import integer
from designer.redesign.redesign import Redesign, RepeatedEdit
from designer.redesign.widths import WidthRule, rewidened


@option_set
class MultiplesOptions(OptionSet):
    """Of what number widths become multiples."""

    multiple: int = integer(
        default=8, low=2, high=256, help="Every width becomes a multiple of it; 8, 16 and 4 are usual."
    )


class Multiples(RepeatedEdit):
    """Every number of channels becomes the nearest multiple, and never less than nine tenths of what it was."""

    key = "multiples"
    title = "Widths to multiples"
    help = (
        "Output, hidden and squeezed channels become the nearest multiple, and never less than nine tenths of what "
        "they were. What is summed with them, and what groups must divide, follows; classes stay."
    )
    source = "the rounding of Sandler et al. 2018, MobileNetV2, in their published code"
    options = MultiplesOptions

    def label(self, options: OptionSet) -> str:
        assert isinstance(options, MultiplesOptions)
        return f"{self.title} of {options.multiple}"

    def redesign(
        self, analysis: Analysis, ids: Collection[NodeId], options: OptionSet, ticked: Sequence[int] | None = None
    ) -> Redesign:
        assert isinstance(options, MultiplesOptions)
        multiple = options.multiple
        rule = WidthRule(
            outer=lambda width, divisor: round_channels(width, lcm(multiple, divisor)),
            inner=lambda width, times, divisor: round_channels(width, lcm(multiple, divisor)),
            hidden=multiple,
        )
        return rewidened(analysis, self.chosen(analysis, ids), rule, self.title)
