"""Blocks of the catalogue found in their own expansions, whatever their parts are called and however they are ordered.

A block is known where what is drawn between one tensor and one node is equal to what the block expands to; there is no
second description of it. Which parameters it has is tried out: values that the parts have under the same name, shares
of channels that occur, and the members of its choices that stand there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice, product
from typing import Any, NamedTuple

from designer.analysis.analysis import Analysis, analyse, facts
from designer.analysis.shapes import expanded
from designer.errors import DesignerError
from designer.graph.design import Design, Node, Wire
from designer.graph.ids import NodeId, PortRef
from designer.graph.layer import Category, Layer
from designer.graph.parameter import Choice, Flag, Integer, Numbers, Parameter, Ratio, Sides
from designer.graph.tensor import TensorSpec
from designer.layers.registry import catalogue, lookup

_MOST_PARTS = 24
_MOST_TRIES = 4_000
_PROBES = (TensorSpec((1, 8, 16, 16)), TensorSpec((1, 16, 8), channel_axis=2))
"""Inputs for which the forms of blocks are learned: a map, and a sequence."""


class Region(NamedTuple):
    """Nodes that read one tensor from outside and give one.

    Attributes:
        entry: The tensor they read.
        parts: The nodes, in order of execution; the last gives.
    """

    entry: PortRef
    parts: tuple[NodeId, ...]

    @property
    def end(self) -> NodeId:
        """The node that gives."""
        return self.parts[-1]


def recognise(design: Design) -> Design:
    """The design with a block of the catalogue in the place of its parts, wherever one is drawn.

    Goes from the end to the beginning; of several blocks that end at a node it takes the one of most parts. What is no
    block stays as it is.
    """
    analysis = analyse(design)
    taken: set[NodeId] = set()
    found: list[tuple[Region, Layer]] = []
    for id in reversed(design.order):
        fitting = [
            (region, block)
            for region in _regions(design, id, taken)
            for cls in _blocks()
            if (block := _block_at(analysis, region, cls)) is not None
        ]
        if fitting:
            largest = max(fitting, key=lambda each: len(each[0].parts))
            found.append(largest)
            taken |= set(largest[0].parts)
    numbers: Counter[str] = Counter()
    ids = []
    for _, block in reversed(found):
        numbers[block.key] += 1
        ids.append(_free(design, f"{block.key}_{numbers[block.key]}"))
    for (region, block), id in zip(found, reversed(ids), strict=True):
        design = _replaced(design, region, Node(id, block, "", design.nodes[region.parts[0]].position))
    return design


@cache
def _blocks() -> tuple[type[Layer], ...]:
    return tuple(cls for cls in catalogue() if cls.is_block and cls().body is None)


def _regions(design: Design, end: NodeId, taken: set[NodeId]) -> Iterator[Region]:
    """Every region that a node ends, from the smallest on."""
    rank = design.rank
    parts: set[NodeId] = set()
    waiting = {end}
    while waiting and len(parts) < _MOST_PARTS:
        id = max(waiting, key=rank.__getitem__)
        layer = design.nodes[id].layer
        readers = {wire.target.node for wire in design.outgoing(id)}
        if id in taken or not layer.inputs or not layer.outputs or (id != end and not readers <= parts):
            return
        feeds = design.feeds[id]
        if None in feeds:
            return
        waiting.discard(id)
        parts.add(id)
        waiting |= {feed.node for feed in feeds if feed is not None}
        entries = {
            feed.ref for part in parts for feed in design.feeds[part] if feed is not None and feed.node not in parts
        }
        if len(entries) == 1 and len(parts) > 1:  # one part alone is a layer already
            yield Region(entries.pop(), tuple(sorted(parts, key=rank.__getitem__)))


def _block_at(analysis: Analysis, region: Region, cls: type[Layer]) -> Layer | None:
    """The block of a class that is drawn in a region, or None."""
    design = analysis.design
    x, given = analysis.spec(region.entry), analysis.node(region.end).outputs
    layers = [design.nodes[id].layer for id in region.parts]
    if x is None or given is None or _form(layers) not in _forms(cls.key):
        return None
    wanted = _mark(design, region.parts, region.entry)
    values = [_candidates(parameter, layers, analysis, region, x) for parameter in cls.parameters]
    for chosen in islice(product(*values), _MOST_TRIES):
        try:
            block = cls(**dict(zip((each.name for each in cls.parameters), chosen, strict=True)))
            if facts(block, (x,)).outputs != given:
                continue
            body = expanded(block, (x,))
        except DesignerError:
            continue
        parts = [id for id in body.order if body.nodes[id].layer.inputs and body.nodes[id].layer.outputs]
        if len(parts) == len(layers) and _mark(body, parts, PortRef(body.input_nodes()[0].id, "y")) == wanted:
            return block
    return None


def _candidates(
    parameter: Parameter, layers: Sequence[Layer], analysis: Analysis, region: Region, x: TensorSpec
) -> list[Any]:
    """Values of a block's parameter that its parts may come from."""
    if isinstance(parameter, Flag):
        return [parameter.default, not parameter.default]
    if isinstance(parameter, Choice):
        keys = {layer.key for layer in layers}
        named = [each for each in parameter.options if each.value in keys or _stands_for_none(each)]
        by_name = [getattr(layer, parameter.name) for layer in layers if _has(layer, parameter.name)]
        return list(dict.fromkeys([*(each for each in by_name if each in parameter.options), *named])) or [
            parameter.default
        ]
    found = [getattr(layer, parameter.name) for layer in layers if _has(layer, parameter.name)]
    made = [spec.channels for id in region.parts for spec in analysis.node(id).outputs or ()]
    if not found and isinstance(parameter, Ratio):
        # A share of exactly 1 can mean something else than one that only rounds to it.
        found = [share for each in made for share in (each / x.channels, (each + 0.25) / x.channels)]
        found.append(parameter.low)
    if not found and isinstance(parameter, Integer):
        lists = [
            value
            for layer in layers
            for each in layer.parameters
            if isinstance(each, Numbers)
            for value in getattr(layer, each.name)
        ]
        found = [parameter.default, *lists, *made]
    if not found and isinstance(parameter, Sides):
        found = [parameter.low, parameter.default]
    fitting = []
    for value in dict.fromkeys(found or [parameter.default]):
        try:
            parameter.check(value)
        except DesignerError:
            continue
        fitting.append(value)
    return fitting or [parameter.default]


def _has(layer: Layer, name: str) -> bool:
    return any(parameter.name == name for parameter in layer.parameters)


def _stands_for_none(choice: Any) -> bool:
    """Whether a choice of a layer, such as an activation's, means that there is none."""
    make = getattr(choice, "layer", None)
    return callable(make) and make() is None


Form = Counter[str]


def _form(layers: Sequence[Layer]) -> Form:
    """How many parts of each kind there are, any activation being one kind."""
    return Counter("activation" if each.category is Category.ACTIVATION else each.key for each in layers)


@cache
def _forms(key: str) -> list[Form]:
    """The forms that a kind of block has, learned from its expansions with every flag and some of every choice."""
    cls = lookup(key)
    options: list[list[Any]] = []
    for parameter in cls.parameters:
        if isinstance(parameter, Flag):
            options.append([False, True])
        elif isinstance(parameter, Choice):
            options.append([parameter.default, *parameter.options[-1:]])
        elif parameter.name in {"out_channels"}:
            options.append([8, 12])
        elif isinstance(parameter, Ratio) and parameter.low <= 1.0 <= parameter.high:
            options.append([parameter.default, 1.0])
        elif parameter.name == "kernel_size":
            options.append([parameter.default, 1])
        else:
            options.append([parameter.default])
    found: list[Form] = []
    for chosen in product(*options):
        for probe in _PROBES:
            try:
                block = cls(**dict(zip((each.name for each in cls.parameters), chosen, strict=True)))
                body = expanded(block, (probe,))
            except DesignerError:
                continue
            form = _form([node.layer for node in body.nodes.values() if node.layer.inputs and node.layer.outputs])
            if form not in found:
                found.append(form)
    return found


def _mark(design: Design, parts: Sequence[NodeId], entry: PortRef) -> tuple[Counter[int], int]:
    """What a region computes, whatever its nodes are called: for each node its layer and what it reads, in depth."""
    marks: dict[PortRef, int] = {entry: 0}
    counted: Counter[int] = Counter()
    last = 0
    for id in parts:
        layer = design.nodes[id].layer
        reads = tuple(marks[feed.ref] for feed in design.feeds[id] if feed is not None)
        for port in layer.outputs:
            last = hash((_alike(layer), reads, port.name))
            marks[PortRef(id, port.name)] = last
        counted[last] += 1
    return counted, last


def _alike(layer: Layer) -> tuple[type[Layer], tuple[tuple[str, Any], ...]]:
    """What makes two layers one."""
    return type(layer), tuple((each.name, getattr(layer, each.name)) for each in layer.shown_parameters())


def _replaced(design: Design, region: Region, node: Node) -> Design:
    """One node in the place of a region's."""
    block, outgoing = node.layer, list(design.outgoing(region.end))
    made = design.without_nodes(region.parts).with_node(node)
    made = made.with_wire(Wire(region.entry, PortRef(node.id, block.inputs[0].name)))
    for wire in outgoing:
        made = made.with_wire(replace(wire, source=PortRef(node.id, block.outputs[0].name), via=()))
    return made


def _free(design: Design, wanted: str) -> NodeId:
    """An id that no node of the design has."""
    while wanted in design.nodes:
        wanted += "_"
    return NodeId(wanted)
