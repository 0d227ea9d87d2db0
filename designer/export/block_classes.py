"""Which blocks of a design can be one class, and what differs between them; nothing about how that is written down.

Blocks of one layer type are one kind when each has the parts of the longest among them, some of which may be missing
and are then passed by (a bottleneck with t = 1 has no expansion, one with a stride has no residual). What differs
between them becomes constructor arguments; places that always agree share one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from designer.analysis.analysis import Analysis
from designer.analysis.torch_calls import Call, layer_calls
from designer.graph.design import Design, Feed, NodeId

CallsOf = Callable[[Analysis, NodeId], tuple[Call, ...]]
"""The calls that compute a part, in the words of one framework; none for a block."""

DEFAULTS: Mapping[str, Any] = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": True}
"""PyTorch's own, of the arguments that our calls leave out where they have them."""


class Place(NamedTuple):
    """One argument of one call of a part."""

    part: NodeId
    call: int
    argument: str


@dataclass
class Kind:
    """Blocks that are one class.

    Attributes:
        title: What the layer type is called.
        doc: The layer's first sentence.
        pattern: The block that has every part.
        blocks: All of them, the pattern among them, in the order met.
        flags: Optional parts, and the name of the flag that says whether they are there.
        arguments: Constructor arguments, and the value each has for each block.
        at: Which argument stands at a place; a place without one has the same value everywhere.
        calls: What computes a part.
    """

    title: str
    doc: str
    pattern: Analysis
    blocks: list[Analysis]
    flags: dict[NodeId, str] = field(default_factory=dict)
    arguments: dict[str, list[Any]] = field(default_factory=dict)
    at: dict[Place, str] = field(default_factory=dict)
    calls: CallsOf = field(kw_only=True)

    def values(self, block: Analysis) -> list[Any]:
        """The constructor's arguments for one of the blocks."""
        index = next(index for index, known in enumerate(self.blocks) if known is block)
        return [column[index] for column in self.arguments.values()]


def inner_parts(design: Design) -> list[NodeId]:
    """Nodes that compute, in order of execution."""
    return [id for id in design.order if design.nodes[id].layer.inputs and design.nodes[id].layer.outputs]


def calls_of(analysis: Analysis, id: NodeId) -> tuple[Call, ...]:
    """PyTorch calls of a part that is no block."""
    report = analysis.node(id)
    inputs = report.known_inputs
    return () if report.inner is not None or inputs is None else layer_calls(analysis.design.nodes[id].layer, inputs)


def kinds_of(whole: Analysis, calls: CallsOf = calls_of) -> list[Kind]:
    """The kinds of block in a design, in the order met; what is inside blocks of a kind comes before the kind.

    Args:
        whole: The design.
        calls: What computes a part; PyTorch's calls unless said.
    """
    found: list[Kind] = []
    for id in inner_parts(whole.design):
        inner = whole.node(id).inner
        if inner is None:
            continue
        for kind in kinds_of(inner, calls):
            _join(found, kind.title, kind.doc, kind.blocks, calls)
        layer = whole.design.nodes[id].layer
        doc = (type(layer).__doc__ or layer.title).splitlines()[0]
        _join(found, layer.card_title() if layer.body is not None else type(layer).__name__, doc, [inner], calls)
    for kind in found:
        _find_flags(kind)
        _find_arguments(kind)
    return found


def _join(found: list[Kind], title: str, doc: str, blocks: Sequence[Analysis], calls: CallsOf) -> None:
    for block in blocks:
        for kind in found:
            if kind.title == title and (pattern := _common_pattern(kind, block)) is not None:
                kind.pattern = pattern
                if not any(known is block for known in kind.blocks):
                    kind.blocks.append(block)
                break
        else:
            found.append(Kind(title, doc, block, [block], calls=calls))


def _common_pattern(kind: Kind, block: Analysis) -> Analysis | None:
    """The block, of these, that has every part of the others; None where there is none."""
    for pattern in (kind.pattern, block):
        if all(_is_part_of(other, pattern, kind.calls) for other in (*kind.blocks, block)):
            return pattern
    return None


def _is_part_of(block: Analysis, pattern: Analysis, calls: CallsOf) -> bool:
    """Whether a block is the pattern with some parts passed by."""
    if block is pattern:
        return True
    parts, all_parts = inner_parts(block.design), inner_parts(pattern.design)
    missing = set(all_parts) - set(parts)
    if not set(parts) <= set(all_parts) or any(_holds_blocks(which) for which in (block, pattern)):
        return False
    if [id for id in all_parts if id not in missing] != parts:
        return False
    if any(_call_shape(calls(block, id)) != _call_shape(calls(pattern, id)) for id in parts):
        return False
    ends = [node.id for node in pattern.design.output_nodes()]
    wanted = {id: _feeds_past(pattern.design, id, missing) for id in (*parts, *ends)}
    return all(block.design.feeds.get(id) == feeds for id, feeds in wanted.items())


def _holds_blocks(block: Analysis) -> bool:
    return any(block.node(id).inner is not None for id in inner_parts(block.design))


def _call_shape(calls: Sequence[Call]) -> tuple[Any, ...]:
    return tuple((call.target, call.inputs, call.result) for call in calls)


def passed_by(design: Design, id: NodeId) -> Feed | None:
    """What stands for a part's result where the part is missing: the last thing it reads."""
    return design.feeds[id][-1]


def _feeds_past(design: Design, id: NodeId, missing: set[NodeId]) -> tuple[Feed | None, ...]:
    def past(feed: Feed | None) -> Feed | None:
        while feed is not None and feed.node in missing:
            feed = passed_by(design, feed.node)
        return feed

    return tuple(map(past, design.feeds[id]))


def _find_flags(kind: Kind) -> None:
    names: dict[tuple[bool, ...], str] = {}
    parts = inner_parts(kind.pattern.design)
    for id in inner_parts(kind.pattern.design):
        present = tuple(id in block.design.nodes for block in kind.blocks)
        if not all(present):
            kind.flags[id] = names.setdefault(present, _free(f"has_{id}", parts))
    for present, name in names.items():
        kind.arguments[name] = list(present)


def _find_arguments(kind: Kind) -> None:
    columns: dict[str, list[Any]] = {}
    for place in _places(kind):
        values = [_value(kind, block, place) for block in kind.blocks]
        known = [value for value in values if value is not None]
        if all(value == known[0] for value in known):
            continue
        name = next((name for name, column in columns.items() if _agree(column, values)), None)
        if name is None:
            # A module keeps its parts and some of its arguments side by side, under one name each.
            name = _argument_name(kind, place, {*columns, *kind.arguments, *inner_parts(kind.pattern.design)})
            columns[name] = values
        else:
            columns[name] = [a if a is not None else b for a, b in zip(columns[name], values, strict=True)]
        kind.at[place] = name
    filled = {
        name: [_filler(column) if value is None else value for value in column] for name, column in columns.items()
    }
    kind.arguments = dict(sorted(filled.items(), key=lambda entry: _place_in_signature(entry[0]))) | kind.arguments


_SIGNATURE = ("in_channels", "hidden_channels", "out_channels", "kernel_size", "stride", "strides", "padding")


def _place_in_signature(name: str) -> int:
    return _SIGNATURE.index(name) if name in _SIGNATURE else len(_SIGNATURE)


def _filler(column: Sequence[Any]) -> Any:
    """What stands where a part is missing and its argument is not used."""
    return next(value for value in column if value is not None)


def _places(kind: Kind) -> Iterator[Place]:
    for id in inner_parts(kind.pattern.design):
        for index in range(len(kind.calls(kind.pattern, id))):
            for name in _argument_names(kind, id, index):
                yield Place(id, index, name)


def _argument_names(kind: Kind, id: NodeId, call: int) -> Iterable[str]:
    """Every argument that the call has in some block."""
    names: dict[str, None] = {}
    for block in (kind.pattern, *kind.blocks):
        if id in block.design.nodes:
            names |= dict.fromkeys(name for name, _ in kind.calls(block, id)[call].arguments)
    return names


def _value(kind: Kind, block: Analysis, place: Place) -> Any:
    if place.part not in block.design.nodes:
        return None
    return dict(kind.calls(block, place.part)[place.call].arguments).get(place.argument, DEFAULTS.get(place.argument))


def _agree(one: Sequence[Any], other: Sequence[Any]) -> bool:
    both = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    return bool(both) and all(a == b and type(a) is type(b) for a, b in both)


_CHANNEL_WORDS = ("in_channels", "out_channels", "num_features", "groups", "filters")
_OUT_WORDS = ("out_channels", "filters")


def _argument_name(kind: Kind, place: Place, taken: set[str]) -> str:
    wanted = place.argument
    if place.argument in _CHANNEL_WORDS:
        first = _convolutions(kind)[0]
        if place.part == first and place.argument == "in_channels":
            wanted = "in_channels"
        elif place.part == _convolutions(kind)[-1] and place.argument in _OUT_WORDS:
            wanted = "out_channels"
        else:
            wanted = "hidden_channels"
    return wanted if wanted not in taken else _free(f"{place.part}_{place.argument}", taken)


def _free(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _convolutions(kind: Kind) -> list[NodeId]:
    parts = inner_parts(kind.pattern.design)
    return [id for id in parts if any(_has_channels(call) for call in kind.calls(kind.pattern, id))] or parts


def _has_channels(call: Call) -> bool:
    return any(name in ("in_channels", *_OUT_WORDS) for name, _ in call.arguments)
