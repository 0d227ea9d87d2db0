"""A network scaled in width, depth and resolution: all three by EfficientNet's rule, or each by itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from enum import Enum
from itertools import pairwise
from math import ceil, gcd, lcm
from typing import NamedTuple

from designer.analysis.analysis import Analysis, facts
from designer.edit.edits import delete
from designer.edit.layout import tidy
from designer.errors import DesignerError, EditRefused
from designer.graph.arithmetic import round_channels
from designer.graph.design import Design, Node, NodeId, NodePath, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.option_set import OptionSet, option_set
from designer.graph.parameter import choice, ratio
from designer.graph.tensor import TensorSpec
from designer.layers.endpoints import Input
from designer.redesign.redesign import Left, Redesign, RepeatedEdit, analysed, require_sound, with_layers
from designer.redesign.widths import WidthRule, outer_width, rewidened

DEPTH, WIDTH, RESOLUTION = 1.2, 1.1, 1.15
"""α, β and γ of Tan and Le 2019, EfficientNet, sec. 3.3: α·β²·γ² is about 2, so each φ more doubles the FLOPs."""

_MOST_REPEATS = 256


class Rule(Enum):
    """How the three multipliers are had."""

    COMPOUND = "compound"
    FREE = "free"

    @property
    def title(self) -> str:
        """The word on screen."""
        return "compound φ" if self is Rule.COMPOUND else "each by itself"


_WHERE_COMPOUND, _WHERE_FREE = ("rule", Rule.COMPOUND), ("rule", Rule.FREE)


@option_set
class ScalingOptions(OptionSet):
    """One coefficient, or three multipliers."""

    rule: Rule = choice(default=Rule.COMPOUND, help="EfficientNet's one coefficient for all three, or each by itself.")
    phi: float = ratio(
        default=1.0,
        low=-8.0,
        high=8.0,
        title="Coefficient φ",
        help="Depth times 1.2^φ, width times 1.1^φ, resolution times 1.15^φ; each step doubles the FLOPs, about.",
        shown_when=_WHERE_COMPOUND,
    )
    width: float = ratio(
        default=1.0, low=0.05, high=16.0, help="Multiplier of every number of channels.", shown_when=_WHERE_FREE
    )
    depth: float = ratio(
        default=1.0, low=0.05, high=16.0, help="Multiplier of every run of repeated blocks.", shown_when=_WHERE_FREE
    )
    resolution: float = ratio(
        default=1.0, low=0.02, high=16.0, help="Multiplier of the input's height and width.", shown_when=_WHERE_FREE
    )

    @property
    def multipliers(self) -> tuple[float, float, float]:
        """Of width, depth and resolution."""
        if self.rule is Rule.COMPOUND:
            return WIDTH**self.phi, DEPTH**self.phi, RESOLUTION**self.phi
        return self.width, self.depth, self.resolution


class Stage(NamedTuple):
    """Blocks of one kind in a row, of which all but the first keep the shape: a row of a paper's table.

    Attributes:
        ids: The blocks, n of them.
        spec: The shape N×C×H×W that each gives.
    """

    ids: tuple[NodeId, ...]
    spec: TensorSpec


def stages(analysis: Analysis) -> tuple[Stage, ...]:
    """Runs of repeated blocks, in order of execution; kinds of which no two stand in a row are stems and heads."""
    found: list[Stage] = []
    design = analysis.design
    for id in design.order:
        node, inputs, outputs = design.nodes[id], analysis.node(id).known_inputs, analysis.node(id).outputs
        if not node.layer.is_block or not inputs or not outputs or len(inputs) != 1 or len(outputs) != 1:
            continue
        before = found[-1] if found else None
        feeds = design.predecessors[id]
        if (
            before is not None
            and feeds == [before.ids[-1]]
            and design.successors[before.ids[-1]] == [id]
            and type(design.nodes[before.ids[-1]].layer) is type(node.layer)
            and inputs == outputs
        ):
            found[-1] = before._replace(ids=(*before.ids, id))
        else:
            found.append(Stage((id,), outputs[0]))
    repeated = {type(design.nodes[stage.ids[0]].layer) for stage in found if len(stage.ids) > 1}
    return tuple(stage for stage in found if type(design.nodes[stage.ids[0]].layer) in repeated)


def deepened(analysis: Analysis, times: float) -> tuple[Design, tuple[Left, ...]]:
    """The design with ⌈n·times⌉ blocks for every n in a row, as EfficientNet has it, and what could not be repeated.

    Raises:
        EditRefused: A row would become longer than any network's.
    """
    design, left = analysis.design, []
    for stage in stages(analysis):
        wanted = max(1, ceil(len(stage.ids) * times - 1e-9))
        if wanted > _MOST_REPEATS:
            raise EditRefused(f"{stage.ids[0]} would be repeated {wanted} times; {_MOST_REPEATS} is the most")
        if wanted < len(stage.ids):
            design = delete(design, stage.ids[wanted:])
        elif wanted > len(stage.ids):
            layer = _repeat(analysis, stage)
            if layer is None:
                left.append(Left((stage.ids[0],), "it cannot be repeated, as its output does not fit its input"))
            else:
                design = _with_copies(design, stage.ids[-1], layer, wanted - len(stage.ids))
    return design, tuple(left)


def _repeat(analysis: Analysis, stage: Stage) -> Layer | None:
    """The block that comes once more: the last as it is, or the only one with stride 1 and inner widths that fit."""
    id = stage.ids[-1]
    layer, inputs = analysis.design.nodes[id].layer, analysis.node(id).known_inputs or ()
    if len(stage.ids) == 1:
        outer, times = outer_width(layer, inputs), stage.spec.channels / inputs[0].channels
        # Where hidden channels follow what comes in, what is squeezed of them does as well.
        follows = any(parameter.is_expansion for parameter in layer.parameters)
        for parameter in layer.parameters:
            if parameter.name == "stride":
                layer = layer.with_parameter("stride", 1)
            elif follows and parameter.is_width and parameter != outer:
                value = max(1, round(getattr(layer, parameter.name) * times))
                layer = layer.with_parameter(parameter.name, value)
    return layer if facts(layer, (stage.spec,)).outputs == (stage.spec,) else None


def _with_copies(design: Design, last: NodeId, layer: Layer, number: int) -> Design:
    """Put blocks behind another, each reading the one before."""
    stem = last.rpartition("_")[0] if last.rpartition("_")[2].isdigit() else last
    source, out = design.nodes[last], design.nodes[last].layer.outputs[0].name
    copies: list[Node] = []
    for _ in range(number):
        id = design.fresh_id(stem, [each.id for each in copies])
        copies.append(replace(source, id=id, layer=layer, name=""))
    nodes = list(design.nodes.values())
    place = nodes.index(source) + 1
    nodes[place:place] = copies
    chain = [last, *(each.id for each in copies)]
    entry = layer.inputs[0].name
    wires = [
        replace(wire, source=PortRef(chain[-1], wire.source.port)) if wire.source.node == last else wire
        for wire in design.wires.values()
    ]
    wires += [Wire(PortRef(before, out), PortRef(after, entry)) for before, after in pairwise(chain)]
    return Design.build(design.name, nodes, wires, design.annotations.values(), design.constraints, design.parameters)


class Scale(RepeatedEdit):
    """More or fewer channels, blocks and pixels."""

    key = "scale"
    title = "Scale width, depth, resolution"
    help = (
        "Channels times the width, to multiples of 8 where they were; rows of n blocks become ⌈n·depth⌉; the input's "
        "sides times the resolution. Classes, stem and head are not repeated."
    )
    source = "Tan and Le 2019, EfficientNet, sec. 3.3: α 1.2, β 1.1, γ 1.15"
    options = ScalingOptions

    def redesign(
        self, analysis: Analysis, ids: Collection[NodeId], options: OptionSet, ticked: Sequence[int] | None = None
    ) -> Redesign:
        assert isinstance(options, ScalingOptions)
        width, depth, resolution = options.multipliers
        design, left = deepened(analysis, depth)
        deep = analysed(tidy(design) if len(design.nodes) != len(analysis.design.nodes) else design, analysis)
        wide = rewidened(deep, deep.design.nodes, _by(width), self.title) if width != 1 else Redesign(deep)
        sized: dict[NodePath, Layer] = {}
        for node in wide.design.input_nodes() if analysis.given is None else ():
            if isinstance(node.layer, Input):
                sized[node.id,] = _resized(node.layer, resolution)
        after = analysed(with_layers(wide.design, sized), wide.after)
        require_sound(analysis, after, self.title)
        return Redesign(after, left + wide.left)


def _by(times: float) -> WidthRule:
    """Widths times a number: to eights where they were eights, to what divides them else; what is inside follows."""
    return WidthRule(
        outer=lambda width, divisor: round_channels(width * times, lcm(gcd(8, width), divisor)),
        inner=lambda width, grown, divisor: max(divisor, round(width * grown / divisor) * divisor),
    )


def _resized(layer: Input, times: float) -> Layer:
    try:
        return layer.with_parameter("height", round(layer.height * times)).with_parameter(
            "width", round(layer.width * times)
        )
    except DesignerError as error:
        raise EditRefused(
            f"the input of {layer.height}×{layer.width} cannot be scaled by {times:.3g}: {error}"
        ) from error
