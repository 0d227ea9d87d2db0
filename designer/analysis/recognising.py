"""Blocks of the catalogue found in their own expansions, whatever their parts are called and however they are ordered.

A block is known where what is drawn between one tensor and one node is equal to what the block expands to; there is no
second description of it. Which parameters it has is tried out: values that the parts have under the same name, shares
of channels that occur, and the members of its choices that stand there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from heapq import merge
from itertools import islice, product
from typing import Any, NamedTuple

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.shapes import expanded
from designer.errors import DesignerError
from designer.graph.design import Design, Node, Wire
from designer.graph.ids import NodeId, PortRef
from designer.graph.layer import Category, Layer
from designer.graph.parameter import Choice, Flag, Integer, Numbers, Parameter, Ratio, Sides
from designer.graph.tensor import TensorSpec
from designer.layers.merge import Add, Multiply
from designer.layers.registry import catalogue, lookup

Form = frozenset[tuple[str, int]]
"""How many parts of each kind something has."""

_Form = frozenset[tuple[bool | None, ...]]
"""What gives a block its form: for each parameter what its value decides, in every way that gives this form."""

_Marks = Mapping[NodeId, int]
"""What each part computes, whatever it is called."""

_Known = dict[tuple[str, TensorSpec, tuple[int, ...]], Layer | None]
"""The block of a class, for what it reads and what each part of a region computes; None where there is none."""

_MOST_TRIES = 4_000
_FEW = 8
_PROBES = (TensorSpec((1, 8, 16, 16)), TensorSpec((1, 16, 8), channel_axis=2))
"""Inputs for which the forms of blocks are learned: a map, and a sequence."""


class Region(NamedTuple):
    """Nodes that read one tensor from outside and give one.

    Attributes:
        entry: The tensor they read.
        parts: The nodes, in order of execution; the last gives.
        form: How many of each kind there are.
    """

    entry: PortRef
    parts: tuple[NodeId, ...]
    form: Form

    @property
    def end(self) -> NodeId:
        """The node that gives."""
        return self.parts[-1]


class Found(NamedTuple):
    """A block that stands in the place of its parts.

    Attributes:
        id: The block's node.
        parts: The node that each of them was, by its name in what the block expands to.
    """

    id: NodeId
    parts: Mapping[NodeId, NodeId]


class Recognition(NamedTuple):
    """A design in which blocks were recognised.

    Attributes:
        design: The design with them.
        found: Each of them, in order of execution.
    """

    design: Design
    found: tuple[Found, ...]


def recognise(design: Design) -> Recognition:
    """The design with a block of the catalogue in the place of its parts, wherever one is drawn.

    Goes from the end to the beginning; of several blocks that end at a node it takes the one of most parts, and of
    several that are equal in these one without branches for training, as their deployed form is a plain convolution,
    and then the one of fewest parameters. What is no block stays as it is.
    """
    analysis = analyse(design)
    taken: set[NodeId] = set()
    drawn: list[_Drawn] = []
    known: _Known = {}
    for id in reversed(design.order):
        fitting = [
            block
            for region in _regions(design, id, taken)
            for cls in _blocks_of_form(region.form)
            if (block := _block_at(analysis, region, cls, known)) is not None
        ]
        if fitting:
            largest = max(fitting, key=_rank)
            drawn.append(largest)
            taken |= set(largest.region.parts)
    drawn.reverse()
    return _with_blocks(design, drawn)


class _Drawn(NamedTuple):
    """A block and where it is drawn.

    Attributes:
        region: The nodes.
        block: What they are.
        parts: Which of them is which of the block's, by its name there.
    """

    region: Region
    block: Layer
    parts: Mapping[NodeId, NodeId]


def _rank(drawn: _Drawn) -> tuple[int, bool, int]:
    """How well a block says what is drawn: the largest of several is taken."""
    names = [each.name for each in drawn.block.parameters]
    return len(drawn.parts), "deployed" not in names, -len(names)


def _with_blocks(design: Design, drawn: Sequence[_Drawn]) -> Recognition:
    """The design with a node in the place of each region."""
    numbers: Counter[str] = Counter()
    nodes, wires = dict(design.nodes), dict(design.wires)
    sources: dict[PortRef, PortRef] = {}
    found = []
    for region, block, parts in drawn:
        numbers[block.key] += 1
        id = _free(design, f"{block.key}_{numbers[block.key]}")
        found.append(Found(id, parts))
        sources[PortRef(region.end, "y")] = PortRef(id, block.outputs[0].name)
        for part in region.parts:
            for wire in design.incoming(part):
                del wires[wire.target]
        target = PortRef(id, block.inputs[0].name)
        wires[target] = Wire(region.entry, target)
        node = Node(id, block, "", design.nodes[region.parts[0]].position)
        nodes = {
            (id if each == region.parts[0] else each): (node if each == region.parts[0] else kept)
            for each, kept in nodes.items()
            if each == region.parts[0] or each not in region.parts
        }
    moved = [
        replace(wire, source=sources[wire.source], via=()) if wire.source in sources else wire
        for wire in wires.values()
    ]
    made = (
        Design.build(
            design.name, nodes.values(), moved, design.annotations.values(), design.constraints, design.parameters
        )
        if found
        else design
    )
    return Recognition(made, tuple(found))


@cache
def _blocks() -> tuple[type[Layer], ...]:
    return tuple(cls for cls in catalogue() if cls.is_block and cls().body is None)


@cache
def _blocks_by_form() -> Mapping[Form, tuple[type[Layer], ...]]:
    """The kinds of blocks that have a form, for every form that any has."""
    forms: dict[Form, tuple[type[Layer], ...]] = {}
    for cls in _blocks():
        for form in _forms(cls.key):
            forms[form] = (*forms.get(form, ()), cls)
    return forms


def _blocks_of_form(form: Form) -> tuple[type[Layer], ...]:
    return _blocks_by_form().get(form, ())


@cache
def _most_parts() -> int:
    """How many parts the largest block has."""
    return max(sum(count for _, count in form) for form in _blocks_by_form())


def _switch(parameter: Parameter, value: Any) -> bool | None:
    """What a value decides of the parts that a block has: a flag, whether a choice is none; None where it decides none.

    Of the other parameters only the numbers in the parts follow.
    """
    if isinstance(parameter, Choice):
        return _stands_for_none(value)
    return value if isinstance(parameter, Flag) else None


def _choices(parameters: Sequence[Parameter], values: Sequence[Sequence[Any]], form: _Form) -> Iterator[Sequence[Any]]:
    """Values for a block's parameters that give it a form, in the order of all their combinations."""
    switches = [
        [_switch(parameter, value) for value in found] for parameter, found in zip(parameters, values, strict=True)
    ]
    orders = [
        product(
            *[
                [place for place, each in enumerate(row) if each == wanted]
                for row, wanted in zip(switches, one, strict=True)
            ]
        )
        for one in form
    ]
    for places in merge(*orders):
        yield [found[place] for found, place in zip(values, places, strict=True)]


def _regions(design: Design, end: NodeId, taken: set[NodeId]) -> Iterator[Region]:
    """Every region that a node ends and that has the form of a block, from the smallest on."""
    rank = design.rank
    parts: set[NodeId] = set()
    kinds: Counter[str] = Counter()
    waiting = {end}
    most = _most_parts()
    while waiting and len(parts) < most:
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
        kinds[_kind(layer)] += 1
        waiting |= {feed.node for feed in feeds if feed is not None}
        form = frozenset(kinds.items())
        if len(parts) == 1 or not _blocks_of_form(form):  # one part alone is a layer already
            continue
        entries = {
            feed.ref for part in parts for feed in design.feeds[part] if feed is not None and feed.node not in parts
        }
        if len(entries) == 1:
            yield Region(entries.pop(), tuple(sorted(parts, key=rank.__getitem__)), form)


def _block_at(analysis: Analysis, region: Region, cls: type[Layer], known: _Known) -> _Drawn | None:
    """The block of a class that is drawn in a region, or None; what was found of an equal region is remembered."""
    x = analysis.spec(region.entry)
    if x is None or analysis.node(region.end).outputs is None:
        return None
    wanted = _marks(analysis.design, region.parts, region.entry)
    key = (cls.key, x, tuple(wanted.values()))
    if key not in known:
        known[key] = _block_of(analysis, region, cls, x, wanted)
    block = known[key]
    if block is None:
        return None
    body = expanded(block, (x,))
    marks, end = _marks_inside(body)
    return _Drawn(region, block, _answering(body, marks, end, analysis.design, wanted, region.end))


def _block_of(analysis: Analysis, region: Region, cls: type[Layer], x: TensorSpec, wanted: _Marks) -> Layer | None:
    """The block of a class whose parts are those of a region."""
    layers = [analysis.design.nodes[id].layer for id in region.parts]
    alike, counted = Counter(map(_alike, layers)), Counter(wanted.values())
    values = [_candidates(parameter, layers, analysis, region, x) for parameter in cls.parameters]
    names = [each.name for each in cls.parameters]
    for chosen in islice(_choices(cls.parameters, values, _forms(cls.key)[region.form]), _MOST_TRIES):
        try:
            block = cls(**dict(zip(names, chosen, strict=True)))
            body = expanded(block, (x,))
        except DesignerError:
            continue
        inside = [node.layer for node in body.nodes.values() if node.layer.inputs and node.layer.outputs]
        if len(inside) != len(layers) or Counter(map(_alike, inside)) != alike:
            continue
        marks, end = _marks_inside(body)
        if Counter(marks.values()) == counted and marks[end] == wanted[region.end]:
            return block
    return None


def _marks_inside(body: Design) -> tuple[_Marks, NodeId]:
    """What each part of a block's body computes, and the part that gives."""
    parts = [id for id in body.order if body.nodes[id].layer.inputs and body.nodes[id].layer.outputs]
    (end,) = (feed.node for feed in body.feeds[body.output_nodes()[0].id] if feed is not None)
    return _marks(body, parts, PortRef(body.input_nodes()[0].id, "y")), end


def _answering(
    body: Design, marks: _Marks, end: NodeId, design: Design, wanted: _Marks, drawn_end: NodeId
) -> dict[NodeId, NodeId]:
    """Which drawn node answers each part of a body, from the end on: parts of one mark differ in who reads them."""
    found = {end: drawn_end}
    waiting = [end]
    while waiting:
        part = waiting.pop()
        reads = [feed.node for feed in body.feeds[part] if feed is not None]
        drawn = [feed.node for feed in design.feeds[found[part]] if feed is not None]
        for one, other in _paired(reads, marks, drawn, wanted):
            if one not in found:
                found[one] = other
                waiting.append(one)
    return found


def _paired(
    reads: Sequence[NodeId], marks: _Marks, drawn: Sequence[NodeId], wanted: _Marks
) -> Iterator[tuple[NodeId, NodeId]]:
    """What a part reads and what a drawn node reads, in pairs of one mark; in the order of ports where marks agree."""
    left = list(drawn)
    for one in reads:
        if one in marks:
            other = next(each for each in left if wanted.get(each) == marks[one])
            left.remove(other)
            yield one, other


def _candidates(
    parameter: Parameter, layers: Sequence[Layer], analysis: Analysis, region: Region, x: TensorSpec
) -> list[Any]:
    """Values of a block's parameter that its parts may come from."""
    if isinstance(parameter, Flag):
        return [parameter.default, not parameter.default]
    if isinstance(parameter, Choice):
        keys = {layer.key for layer in layers}
        named = [each for each in parameter.options if each.value in keys or _stands_for_none(each)]
        by_name = _values(layers, parameter.name)
        return list(dict.fromkeys([*(each for each in by_name if each in parameter.options), *named])) or [
            parameter.default
        ]
    found = _values(layers, parameter.name)
    made = [spec.channels for id in region.parts for spec in analysis.node(id).outputs or ()]
    if parameter.name == "out_channels":
        found += [spec.channels for spec in analysis.node(region.end).outputs or ()]  # what parts give may be joined
    if not found and parameter.name in _names_of_parts():
        return [parameter.default]  # it is for a part that does not stand here
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
        found = [parameter.default, parameter.low, *lists, *made, *_few(parameter)]
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


@cache
def _names_of_parts() -> frozenset[str]:
    """Names of real numbers that layers which are no blocks take: a block hands these on to its parts."""
    layers = [cls for cls in catalogue() if not cls.is_block]
    return frozenset(each.name for cls in layers for each in cls.parameters if isinstance(each, Ratio))


def _own_name(layer: Layer, name: str) -> str | None:
    """What the layer calls a parameter that a block calls so: the same, or without what says of which part it is."""
    fitting = [own for each in layer.parameters if name == (own := each.name) or name.endswith(f"_{own}")]
    return max(fitting, key=len, default=None)


def _few(parameter: Integer) -> Sequence[int]:
    """All values of a whole number that has few, such as how many branches there are; nothing where it has many."""
    values = range(int(parameter.low), int(parameter.high) + 1)
    return values if len(values) <= _FEW else ()


def _values(layers: Sequence[Layer], name: str) -> list[Any]:
    """The values that parts have of what a block calls so."""
    return [getattr(layer, own) for layer in layers if (own := _own_name(layer, name)) is not None]


def _stands_for_none(choice: Any) -> bool:
    """Whether a choice of a layer, such as an activation's, means that there is none."""
    make = getattr(choice, "layer", None)
    return callable(make) and make() is None


def _kind(layer: Layer) -> str:
    """What a part is counted as: any activation is one kind."""
    return "activation" if layer.category is Category.ACTIVATION else layer.key


def _form(layers: Iterable[Layer]) -> Form:
    """How many parts of each kind there are."""
    return frozenset(Counter(map(_kind, layers)).items())


@cache
def _forms(key: str) -> Mapping[Form, _Form]:
    """The forms that a kind of block has, each with the switches that give it.

    Learned from its expansions with every flag and some of every choice.
    """
    cls = lookup(key)
    options: list[list[Any]] = []
    for parameter in cls.parameters:
        if isinstance(parameter, Flag):
            options.append([False, True])
        elif isinstance(parameter, Choice):
            nothing = [each for each in parameter.options if _stands_for_none(each)]
            options.append(list(dict.fromkeys([parameter.default, *parameter.options[-1:], *nothing])))
        elif parameter.name in {"out_channels"}:
            options.append([8, 12])
        elif isinstance(parameter, Ratio) and parameter.low <= 1.0 <= parameter.high:
            options.append([parameter.default, 1.0])
        elif parameter.name == "kernel_size":
            options.append([parameter.default, 1])
        elif parameter.name in {"groups", "stride"}:
            options.append([1, 2])
        elif isinstance(parameter, Integer) and _few(parameter):
            options.append(list(_few(parameter)))
        else:
            options.append([parameter.default])
    found: dict[Form, set[tuple[bool | None, ...]]] = {}
    for chosen in product(*options):
        for probe in _PROBES:
            try:
                block = cls(**dict(zip((each.name for each in cls.parameters), chosen, strict=True)))
                body = expanded(block, (probe,))
            except DesignerError:
                continue
            form = _form([node.layer for node in body.nodes.values() if node.layer.inputs and node.layer.outputs])
            found.setdefault(form, set()).add(tuple(map(_switch, cls.parameters, chosen)))
    return {form: frozenset(switches) for form, switches in found.items()}


def _marks(design: Design, parts: Sequence[NodeId], entry: PortRef) -> _Marks:
    """What each part computes, whatever its nodes are called: its layer and what it reads, in depth.

    What is added or multiplied may come in any order.
    """
    tensors: dict[PortRef, int] = {entry: 0}
    marks: dict[NodeId, int] = {}
    for id in parts:
        layer = design.nodes[id].layer
        reads = [tensors[feed.ref] for feed in design.feeds[id] if feed is not None]
        if isinstance(layer, (Add, Multiply)):
            reads.sort()
        marks[id] = hash((_alike(layer), tuple(reads)))
        for port in layer.outputs:
            tensors[PortRef(id, port.name)] = hash((marks[id], port.name))
    return marks


def _alike(layer: Layer) -> tuple[type[Layer], tuple[tuple[str, Any], ...]]:
    """What makes two layers one."""
    return type(layer), tuple((each.name, getattr(layer, each.name)) for each in layer.shown_parameters())


def _free(design: Design, wanted: str) -> NodeId:
    """An id that no node of the design has."""
    while wanted in design.nodes:
        wanted += "_"
    return NodeId(wanted)
