"""Strides taken away for small inputs: which halvings a network of 224×224 does without at 32×32."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from designer.analysis.analysis import Analysis
from designer.errors import EditRefused
from designer.graph.design import NodeId, NodePath
from designer.graph.layer import Layer
from designer.graph.option_set import OptionSet, option_set
from designer.graph.parameter import integer
from designer.layers.endpoints import Input
from designer.redesign.redesign import Redesign, RepeatedEdit, Tick, analysed, drawn_nodes, require_sound, with_layers
from designer.wording import plural


@option_set
class StridesOptions(OptionSet):
    """The input that the network is for, and how small its maps may become."""

    side: int = integer(
        default=32, low=4, high=4096, unit="px", title="Input's side", help="Height and width of the input it is for."
    )
    least: int = integer(
        default=4,
        low=1,
        high=64,
        unit="px",
        title="Least last map",
        help="How small the last map may be, in what is proposed.",
    )


@dataclass(frozen=True)
class Reduction:
    """A place where maps become smaller: all layers with a stride that read maps of one size.

    Attributes:
        paths: The layers, through groups; several where branches run side by side.
        before: Height and width that come in.
        after: Height and width that go out.
    """

    paths: tuple[NodePath, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def factor(self) -> int:
        """By how much the height shrinks."""
        return max(1, round(self.before[0] / max(self.after[0], 1)))


def reductions(analysis: Analysis, ids: Collection[NodeId]) -> tuple[Reduction, ...]:
    """Where maps become smaller, in order of execution."""
    found: dict[tuple[int, ...], tuple[list[NodePath], tuple[int, ...]]] = {}
    for path, node, inputs in drawn_nodes(analysis, ids):
        outputs = analysis.at(path).outputs
        if not inputs or not outputs or not _has_stride(node.layer) or not (inputs[0].is_map and outputs[0].is_map):
            continue
        paths, _ = found.setdefault(inputs[0].sides, ([], outputs[0].sides))
        paths.append(path)
    return tuple(Reduction(tuple(paths), before, after) for before, (paths, after) in found.items())


def _has_stride(layer: Layer) -> bool:
    return layer.downsampling > 1 and any(parameter.name == "stride" for parameter in layer.parameters)


def proposed(steps: Sequence[Reduction], side: int, least: int) -> tuple[bool, ...]:
    """Which of them to do without, the first before the last, so that the last map keeps the least side."""
    total = 1
    for step in steps:
        total *= step.factor
    chosen = []
    for step in steps:
        goes = side // total < least
        total = total // step.factor if goes else total
        chosen.append(goes)
    return tuple(chosen)


class DropStrides(RepeatedEdit):
    """The input becomes small, and the first strides become 1 so that the last maps do not vanish."""

    key = "strides"
    title = "Drop strides for small inputs"
    help = (
        "The input gets this side, and the strides that are ticked become 1. Proposed are the first ones, as many as "
        "it takes for the last map to keep its least side. Weights stay as they are: no kernel changes."
    )
    options = StridesOptions

    def ticks(self, analysis: Analysis, ids: Collection[NodeId], options: OptionSet) -> tuple[Tick, ...]:
        assert isinstance(options, StridesOptions)
        steps = reductions(analysis, self.chosen(analysis, ids))
        marks = proposed(steps, options.side, options.least)
        return tuple(Tick(_words(step), mark) for step, mark in zip(steps, marks, strict=True))

    def redesign(
        self, analysis: Analysis, ids: Collection[NodeId], options: OptionSet, ticked: Sequence[int] | None = None
    ) -> Redesign:
        assert isinstance(options, StridesOptions)
        steps = reductions(analysis, self.chosen(analysis, ids))
        marks = proposed(steps, options.side, options.least)
        wanted = [index for index, mark in enumerate(marks) if mark] if ticked is None else ticked
        layers: dict[NodePath, Layer] = {}
        nodes = {path: node for path, node, _ in drawn_nodes(analysis, analysis.design.nodes)}
        for index in wanted:
            if not 0 <= index < len(steps):
                raise EditRefused(f"{self.title}: there is no stride {index + 1}; there are {len(steps)}")
            for path in steps[index].paths:
                layers[path] = nodes[path].layer.with_parameter("stride", 1)
        for node in analysis.design.input_nodes() if analysis.given is None else ():
            if isinstance(node.layer, Input):
                layers[node.id,] = _sized(node.layer, options.side)
        after = analysed(with_layers(analysis.design, layers), analysis)
        require_sound(analysis, after, self.title)
        return Redesign(after, notes=(_last_map(after),))


def _sized(layer: Input, side: int) -> Any:
    return layer.with_parameter("height", side).with_parameter("width", side)


def _words(step: Reduction) -> str:
    names = " and ".join(" / ".join(path) for path in step.paths[:2])
    more = f" and {plural(len(step.paths) - 2, 'more')}" if len(step.paths) > 2 else ""
    return f"{names}{more}: {_sides(step.before)} → {_sides(step.after)}"


def _sides(sides: Sequence[int]) -> str:
    return "×".join(map(str, sides))


def _last_map(analysis: Analysis) -> str:
    """How large the last map is before it is pooled or laid out."""
    sides: tuple[int, ...] = ()
    for id in analysis.design.order:
        outputs = analysis.node(id).outputs
        if analysis.design.nodes[id].layer.sees_everything:
            break
        if outputs and outputs[0].is_map:
            sides = outputs[0].sides
    return f"The last map is {_sides(sides)}." if sides else "No map is left."
