"""Channels taken out of a design, with everything that must shrink with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from designer.analysis.analysis import Analysis, analyse, facts
from designer.analysis.program import Stretch, program_of
from designer.edit.grouping import as_group
from designer.edit.inside import drawn_inside
from designer.errors import DesignerError, EditRefused
from designer.graph.design import Design, NodeId, NodePath
from designer.graph.layer import Layer
from designer.graph.option_set import OptionSet, option_set
from designer.graph.parameter import integer, ratio, word
from designer.graph.tensor import TensorSpec
from designer.layers.blocks import Group
from designer.redesign.channels import Channels, KeptChannels, Slot, channels_out, is_mixing
from designer.redesign.redesign import Left, Redesign, RepeatedEdit
from designer.redesign.widths import outer_width

_MOST_LISTED = 1_000_000


@option_set
class PruningOptions(OptionSet):
    """How many channels go, or which."""

    share: float = ratio(
        default=0.25, low=0.0, high=0.99, help="Share of the channels that go, of every width that is selected."
    )
    multiple: int = integer(
        default=1, low=1, high=256, help="What stays is a multiple of it, such as 8, where that many are there."
    )
    channels: str = word(
        default="",
        title="Or just these",
        help="Channels of the one selected node, counted from 0, instead of a share: 0, 3, 8-15.",
        such_as="0,3,8-15",
    )


@dataclass(frozen=True)
class ChannelNorms:
    """How large the filters of a node are.

    Attributes:
        path: The node, through blocks.
        squares: For each output channel the sum of the squares of its weights.
    """

    path: NodePath
    squares: tuple[float, ...]


@dataclass(frozen=True)
class Pruned:
    """A design without some of its channels.

    Attributes:
        redesign: The design, and what it left.
        kept: What stays of each node's weights.
    """

    redesign: Redesign
    kept: tuple[KeptChannels, ...]


def pruned(
    analysis: Analysis, ids: Collection[NodeId], options: PruningOptions, norms: Sequence[ChannelNorms] = ()
) -> Pruned:
    """Take channels out of the widths of nodes, and whatever hangs on them.

    Args:
        analysis: Of the whole design.
        ids: The nodes; what is inside blocks is meant too.
        options: How many go, or which.
        norms: Of the weights, so that those with the least norm go; without any, the last ones go.

    Raises:
        InvalidDesign: The design has problems.
        EditRefused: There is nothing to take, or a channel cannot go; the text says why.
    """
    channels = Channels(analysis)
    chosen, left = _gone(channels, ids, options, norms)
    gone = frozenset(chosen)
    if not gone:
        reason = f": {left[0].line()}" if left else ""
        raise EditRefused(f"no channel of what is selected can go{reason}")
    shrinking = _Shrinking(channels, gone)
    after = analyse(shrinking.shrunk(analysis.design, analysis, ()), None, analysis.batch, analysis.given)
    _require_as_planned(shrinking.out, after)
    notes = () if norms or options.channels.strip() else ("Without weights beside the design, the last channels go.",)
    return Pruned(Redesign(after, left, notes), channels.kept_weights(gone))


# Which go -------------------------------------------------------------------------------------------------------------


def _gone(
    channels: Channels, ids: Collection[NodeId], options: PruningOptions, norms: Sequence[ChannelNorms]
) -> tuple[set[Slot], tuple[Left, ...]]:
    """The slots that go, and the nodes whose channels cannot."""
    if options.channels.strip():
        return _chosen(channels, ids, options.channels), ()
    sizes = _norms_of_slots(channels, norms)
    gone: set[Slot] = set()
    seen: set[Slot] = set()
    left: list[Left] = []
    for producer in channels.producers:
        if producer.path[0] not in ids:
            continue
        slots = tuple(dict.fromkeys(channels.slots(producer.target)))
        if seen & set(slots):
            continue  # a width that another selected node shares, through a residual
        seen |= set(slots)
        reason = channels.fixed(slots)
        if reason:
            left.append(Left(producer.path, reason))
            continue
        by_size = sorted(slots, key=lambda slot: (sizes.get(slot, 0.0), -slot))
        gone |= set(by_size[: len(slots) - _stay(len(slots), options)])
    return gone, tuple(left)


def _stay(number: int, options: PruningOptions) -> int:
    """How many of so many channels stay: one at least, and a multiple where there are enough."""
    wanted = max(1, ceil(number * (1 - options.share) - 1e-9))
    return min(number, ceil(wanted / options.multiple) * options.multiple)


def _norms_of_slots(channels: Channels, norms: Sequence[ChannelNorms]) -> Mapping[Slot, float]:
    """The squares of all filters that make a slot, summed."""
    by_path = {each.path: each.squares for each in norms}
    found: dict[Slot, float] = {}
    for producer in channels.producers:
        squares = by_path.get(producer.path, ())
        for slot, square in zip(channels.slots(producer.target), squares, strict=False):
            found[slot] = found.get(slot, 0.0) + square
    return found


def _chosen(channels: Channels, ids: Collection[NodeId], text: str) -> set[Slot]:
    """The slots of channels of one node's output, as a person counts them out.

    Raises:
        EditRefused: Several nodes are selected, there is no such channel, one of them cannot go, or none would be left.
    """
    if len(ids) != 1:
        raise EditRefused("channels are counted in one node; select just that one")
    (id,) = ids
    last = [each for each in channels.program.instructions if each.path[0] == id]
    if not last:
        raise EditRefused(f"{id} computes nothing; select a convolution or a block")
    slots = channels.slots(last[-1].target)
    found = set()
    for place in _places(text):
        if place >= len(slots):
            raise EditRefused(f"{id} has no channel {place}; it gives {len(slots)}, counted from 0")
        found.add(slots[place])
    reason = channels.fixed(found)
    if reason:
        raise EditRefused(f"channels of {id} cannot go: {reason}")
    if not set(slots) - found:
        raise EditRefused(f"{id} would have no channel left; leave one at least")
    return found


def _places(text: str) -> Iterator[int]:
    """The numbers of ``0, 3, 8-15``.

    Raises:
        EditRefused: A word is no number and no range.
    """
    for part in text.replace(",", " ").split():
        first, dash, last = part.partition("-")
        if not _is_number(first) or (dash and not _is_number(last)):
            raise EditRefused(f"'{part}' is no channel and no range of them; write 0, 3, 8-15")
        yield from range(int(first), (int(last) if dash else int(first)) + 1)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) < _MOST_LISTED


# What is left ---------------------------------------------------------------------------------------------------------


class _Shrinking:
    """Sets every layer to the channels that stay.

    Args:
        channels: The slots.
        gone: Those that go.
    """

    def __init__(self, channels: Channels, gone: Collection[Slot]) -> None:
        self._channels, self._gone = channels, frozenset(gone)
        self.out = channels_out(channels, gone)
        self._mixing = {each.path for each in channels.program.instructions if is_mixing(each.step.operation)}
        self._stretches: dict[NodePath, Stretch] = {each.path: each for each in channels.program.stretches}

    def shrunk(self, design: Design, analysis: Analysis, prefix: NodePath) -> Design:
        """A design at a path, with its channels."""
        for id in design.order:
            node, path, report = analysis.design.nodes[id], (*prefix, id), analysis.node(id)
            inputs, body = report.known_inputs, drawn_inside(node)
            if body is not None and report.inner is not None:
                design = design.with_layer(id, Group(self.shrunk(body, report.inner, path)))
            elif report.inner is not None and inputs is not None:
                design = self._block(design, id, path, inputs)
            elif inputs is not None and path in self.out:
                design = design.with_layer(id, self._plain(node.layer, inputs, path))
        return design

    def _plain(self, layer: Layer, inputs: tuple[TensorSpec, ...], path: NodePath) -> Layer:
        """A layer that is no block, with its output channels; a depthwise drawn as groups has as many groups."""
        outer, wanted = outer_width(layer, inputs), self.out[path]
        if outer is None or getattr(layer, outer.name) == wanted:
            return layer
        if path not in self._mixing and any(parameter.name == "groups" for parameter in layer.parameters):
            times = getattr(layer, outer.name) // inputs[0].channels
            layer = layer.with_parameter("groups", wanted // times)
        return layer.with_parameter(outer.name, wanted)

    def _block(self, design: Design, id: NodeId, path: NodePath, inputs: tuple[TensorSpec, ...]) -> Design:
        """A declared block with other parameters, where it can have these channels; else a group of its parts."""
        layer = design.nodes[id].layer
        stretch = self._stretches[path]
        entering = tuple(
            spec.with_channels(len(self._channels.kept(value, self._gone)))
            for spec, value in zip(inputs, stretch.inputs, strict=True)
        )
        wanted = {each[len(path) :]: out for each, out in self.out.items() if each[: len(path)] == path}
        before = _widths(facts(layer, inputs).inner)
        if entering == inputs and wanted == before:
            return design
        candidate = _with_widths(layer, inputs, entering, before, wanted)
        if candidate is not None:
            return design.with_layer(id, candidate)
        opened = as_group(design, id, inputs)
        body = opened.nodes[id].body
        inner = facts(layer, inputs).inner
        assert body is not None  # it was just made a group
        assert inner is not None  # a block that runs has an inside
        return opened.with_layer(id, Group(self.shrunk(body, inner, path)))


def _widths(inner: Analysis | None, prefix: NodePath = ()) -> dict[NodePath, int]:
    """How many channels each part of a block gives, through blocks inside it."""
    found: dict[NodePath, int] = {}
    if inner is None:
        return found
    for id in inner.design.order:
        layer, report = inner.design.nodes[id].layer, inner.node(id)
        if report.inner is not None:
            found |= _widths(report.inner, (*prefix, id))
        elif report.outputs and layer.inputs and layer.outputs:
            found[*prefix, id] = report.outputs[0].channels
    return found


def _with_widths(
    layer: Layer,
    inputs: tuple[TensorSpec, ...],
    entering: tuple[TensorSpec, ...],
    before: Mapping[NodePath, int],
    wanted: Mapping[NodePath, int],
) -> Layer | None:
    """A block with the parameters that give its parts these channels; None where it has none that do."""
    made = layer
    try:
        for parameter in layer.parameters:
            if not (parameter.is_width or parameter.is_expansion):
                continue
            value = getattr(layer, parameter.name)
            doubled = _widths(facts(layer.with_parameter(parameter.name, 2 * value), inputs).inner)
            follows = next((path for path in before if doubled.get(path, before[path]) != before[path]), None)
            if follows is None:
                continue
            if parameter.is_expansion:
                made = made.with_parameter(parameter.name, wanted[follows] / entering[0].channels)
            else:
                made = made.with_parameter(parameter.name, value * wanted[follows] // before[follows])
    except DesignerError:  # out of a parameter's range
        return None
    return made if _widths(facts(made, entering).inner) == wanted else None


def _require_as_planned(planned: Mapping[NodePath, int], after: Analysis) -> None:
    """Refuse a design that has not just the channels that stay.

    Raises:
        EditRefused: It has others; the text names the node.
    """
    if not after.is_valid:
        issue = after.issues[0]
        raise EditRefused(f"these channels cannot go: at {' / '.join(issue.path)}, {issue.what}; {issue.why}")
    program = program_of(after)
    present = {each.path: program.specs[each.target].channels for each in program.instructions}
    for path, number in planned.items():
        if present.get(path) != number:
            raise EditRefused(f"these channels cannot go: {' / '.join(path)} would not have {number} channels")


class Prune(RepeatedEdit):
    """Fewer channels in what is selected."""

    key = "prune"
    title = "Prune channels"
    help = (
        "Channels of what is selected go, and all that hangs on them: through residuals, depthwise filters, norms, "
        "gates and groups. Weights beside the design are sliced along; those of the least norm go first."
    )
    source = "Li et al. 2017, Pruning Filters for Efficient ConvNets, sec. 3"
    options = PruningOptions
    takes_all = False
    slices_weights = True

    def redesign(
        self, analysis: Analysis, ids: Collection[NodeId], options: OptionSet, ticked: Sequence[int] | None = None
    ) -> Redesign:
        assert isinstance(options, PruningOptions)
        return pruned(analysis, self.chosen(analysis, ids), options).redesign
