"""Every selected block of one kind by another kind, with the same channels and the same stride."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from designer.analysis.analysis import Analysis, facts
from designer.errors import DesignerError, EditRefused, near
from designer.graph.design import NodeId, NodePath
from designer.graph.layer import Category, Layer
from designer.graph.option_set import OptionSet, option_set
from designer.graph.parameter import Flag, Parameter, word
from designer.graph.tensor import TensorSpec
from designer.layers.registry import catalogue
from designer.redesign.redesign import (
    Left,
    Offer,
    Redesign,
    RepeatedEdit,
    analysed,
    drawn_nodes,
    require_sound,
    with_layers,
)
from designer.redesign.widths import outer_width


def kinds() -> tuple[type[Layer], ...]:
    """The declared blocks that can take another's place: one tensor in, one out."""
    return tuple(cls for cls in catalogue() if cls.category is Category.BLOCK and cls.is_block and cls().body is None)


def kind_of(text: str) -> type[Layer]:
    """The block of a key or a title.

    Raises:
        EditRefused: There is none; the text guesses what was meant.
    """
    wanted = text.strip().casefold()
    for cls in kinds():
        if wanted in (cls.key, cls.title.casefold()):
            return cls
    keys = [cls.key for cls in kinds()]
    raise EditRefused(f"there is no block '{text}'{near(wanted, keys)}; there are: {', '.join(keys)}")


@option_set
class ReplacingOptions(OptionSet):
    """Which kind comes, and which goes."""

    by: str = word(default="", title="New kind", help="The kind of block that comes.", such_as="KIND")
    of: str = word(
        default="",
        title="Which blocks",
        help="The kind that goes; every selected block where left out.",
        such_as="KIND",
    )


def successor(layer: Layer, inputs: tuple[TensorSpec, ...], cls: type[Layer]) -> tuple[Layer, tuple[str, ...]]:
    """A block of another kind in a block's place, and the parameters it has no place for.

    Parameters of the same name mean the same in this catalogue, and are carried over where the new kind takes their
    value; then the outer width is set so that as many channels come out.

    Raises:
        EditRefused: It cannot give the same shape; the text says which it gives.
    """
    wanted = facts(layer, inputs).outputs
    if not wanted:
        raise EditRefused("its shapes are unknown")
    made, taken = cls(), set()
    for parameter in cls.parameters:
        if any(own.name == parameter.name for own in layer.parameters):
            try:
                made = made.with_parameter(parameter.name, getattr(layer, parameter.name))
                taken.add(parameter.name)
            except DesignerError:
                continue  # such as an activation that the new kind does not offer: its own default stands
    made = widened_to(made, inputs, wanted[0].channels)
    lost = tuple(
        f"{parameter.label.lower()} {parameter.text(getattr(layer, parameter.name))}"
        for parameter in layer.shown_parameters()
        if parameter.name not in taken and not _is_met(layer, parameter, made, inputs)
    )
    given = facts(made, inputs)
    if given.outputs is None or given.outputs != wanted:
        gives = given.outputs[0].label if given.outputs else str(given.shape_error or "nothing")
        raise EditRefused(f"{cls.title} gives {gives} here, and {wanted[0].label} is needed")
    return made, lost


def widened_to(layer: Layer, inputs: tuple[TensorSpec, ...], channels: int) -> Layer:
    """The layer with the outer width that gives so many channels, where there is one."""
    outer, given = outer_width(layer, inputs), facts(layer, inputs).outputs
    if outer is None or not given or given[0].channels == channels:
        return layer
    value = getattr(layer, outer.name)
    more = facts(layer.with_parameter(outer.name, 2 * value), inputs).outputs
    if not more:
        return layer
    each = (more[0].channels - given[0].channels) / value  # channels that come out for one of it
    needed = value + (channels - given[0].channels) / each
    if needed != int(needed):
        return layer
    try:
        return layer.with_parameter(outer.name, int(needed))
    except DesignerError:
        return layer


def _is_met(old: Layer, parameter: Parameter, made: Layer, inputs: tuple[TensorSpec, ...]) -> bool:
    """Whether what a parameter said holds although the new kind has none of that name.

    So it is with the channels that come out, and with what a switch says by default, such as that there are norms.
    """
    if isinstance(parameter, Flag):
        return bool(getattr(old, parameter.name) == parameter.default)
    return parameter == outer_width(old, inputs) and outer_width(made, inputs) is not None


class ReplaceBlocks(RepeatedEdit):
    """Another kind of block wherever one stands."""

    key = "replace"
    title = "Replace blocks"
    help = (
        "Every selected block by one of another kind that gives the same shape. Parameters of the same name are "
        "carried over; what has no place is named, and so is a block that cannot be replaced."
    )
    options = ReplacingOptions
    takes_all = False

    def label(self, options: OptionSet) -> str:
        assert isinstance(options, ReplacingOptions)
        return f"{self.title} by {kind_of(options.by).title}"

    def offers(self, name: str, analysis: Analysis, ids: Collection[NodeId]) -> tuple[Offer, ...]:
        present = {type(node.layer) for _, node, _ in drawn_nodes(analysis, ids)}
        if name == "of":
            found = [Offer(cls.key, cls.title) for cls in kinds() if cls in present]
            return (Offer("", "every selected block"), *found)
        return tuple(Offer(cls.key, cls.title) for cls in kinds())

    def redesign(
        self, analysis: Analysis, ids: Collection[NodeId], options: OptionSet, ticked: Sequence[int] | None = None
    ) -> Redesign:
        assert isinstance(options, ReplacingOptions)
        if not options.by:
            raise EditRefused(f"say which kind comes: {', '.join(cls.key for cls in kinds())}")
        cls = kind_of(options.by)
        goes = kind_of(options.of) if options.of else None
        layers: dict[NodePath, Layer] = {}
        left: list[Left] = []
        lost: dict[tuple[str, ...], list[str]] = {}
        for path, node, inputs in drawn_nodes(analysis, self.chosen(analysis, ids)):
            if not _is_meant(node.layer, goes, cls):
                continue
            try:
                layer, without = successor(node.layer, inputs or (), cls)
            except DesignerError as error:
                left.append(Left(path, str(error)))
                continue
            layers[path] = layer
            if without:
                lost.setdefault(without, []).append(" / ".join(path))
        if not layers and not left:
            what = f"{goes.title} is" if goes is not None else f"block of another kind than {cls.title} is"
            raise EditRefused(f"{self.title}: no {what} selected; select the blocks that shall go")
        after = analysed(with_layers(analysis.design, layers), analysis)
        require_sound(analysis, after, self.title)
        return Redesign(after, tuple(left), tuple(_lost_words(cls, *each) for each in lost.items()))


def _is_meant(layer: Layer, goes: type[Layer] | None, comes: type[Layer]) -> bool:
    if not layer.is_block or layer.body is not None or isinstance(layer, comes):
        return False
    return goes is None or isinstance(layer, goes)


def _lost_words(cls: type[Layer], lost: tuple[str, ...], names: list[str]) -> str:
    of: Any = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
    return f"{cls.title} has no place for {', '.join(lost)} of {of}."
