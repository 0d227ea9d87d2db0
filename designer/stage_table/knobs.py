"""The knobs above a stage table: width multiplier, resolution, and what widths are rounded to."""

from __future__ import annotations

from math import lcm

from designer.analysis.analysis import Analysis
from designer.errors import EditRefused
from designer.graph.arithmetic import round_channels
from designer.graph.design import Design
from designer.graph.option_set import OptionSet, option_set
from designer.graph.parameter import integer, ratio
from designer.layers.endpoints import Input
from designer.redesign.redesign import analysed, require_sound
from designer.redesign.widths import WidthRule, rewidened

USUAL_ROUNDING = 8


@option_set
class Knobs(OptionSet):
    """What is turned."""

    width: float = ratio(default=1.0, low=0.05, high=16.0, help="Multiplier of every number of channels, as it is now.")
    resolution: int = integer(
        default=0, low=0, high=4096, unit="px", help="Height and width of the input; 0 leaves them."
    )
    rounding: int = integer(default=USUAL_ROUNDING, low=1, high=1024, help="Widths become multiples of this.")


def resolution_of(design: Design) -> int:
    """Height of the first input that is a picture; 0 where there is none."""
    inputs = [node.layer for node in design.input_nodes() if isinstance(node.layer, Input)]
    return inputs[0].height if inputs else 0


def turned(analysis: Analysis, knobs: Knobs) -> Design:
    """The design with its widths times a number, rounded as the MobileNets round them, and another input.

    Raises:
        EditRefused: A sum, groups or a window would break; the text says where.
        ParameterError: A width would be out of its range.
    """
    title = "Width, resolution, rounding"
    after = analysis
    if knobs.width != 1 or knobs.rounding != USUAL_ROUNDING:
        after = rewidened(analysis, analysis.design.nodes, _rule(knobs), title).after
    if knobs.resolution:
        if analysis.given is not None:
            raise EditRefused("inside a block the resolution is that of the design around it; set it there")
        sized = [
            (node, node.layer.with_parameter("height", knobs.resolution).with_parameter("width", knobs.resolution))
            for node in after.design.input_nodes()
            if isinstance(node.layer, Input)
        ]
        design = after.design
        for node, layer in sized:
            design = design.with_layer(node.id, layer)
        after = analysed(design, after)
    require_sound(analysis, after, title)
    return after.design


def _rule(knobs: Knobs) -> WidthRule:
    return WidthRule(
        outer=lambda width, divisor: round_channels(width * knobs.width, lcm(knobs.rounding, divisor)),
        inner=lambda width, grown, divisor: max(divisor, round(width * grown / divisor) * divisor),
    )
