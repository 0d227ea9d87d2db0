"""A flat drawing as a person would have drawn it: known blocks recognised, the rest grouped by module, laid out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from string import ascii_uppercase

from designer.analysis.recognising import recognise
from designer.edit.grouping import group
from designer.edit.layout import tidy
from designer.errors import EditRefused
from designer.graph.design import Design, Node
from designer.graph.ids import NodeId, NodePath, PortRef
from designer.importing.drawing import Drawing, common_scope, word
from designer.layers.blocks import ConvBlock, Group

Scope = tuple[str, ...]

_FEWEST, _MOST = 3, 40
"""How many nodes make a group that helps a reader: fewer hide nothing, more are a network of their own."""

_NESTED_FROM = 13
"""Nodes of a group from which on the modules inside it become groups too."""

_LARGEST_SHARE = 0.6
"""Of all nodes in a group: a module with more is the network itself."""


def with_blocks(drawing: Drawing) -> Drawing:
    """The drawing with every block of the catalogue that is drawn in it, each called as the module it was."""
    recognition = recognise(drawing.design)
    if not recognition.found:
        return drawing
    paths: dict[NodePath, NodePath] = {}
    wanted: dict[NodeId, str] = {}
    modules = _modules({id: part.scope for (id, *_), part in drawing.parts.items()})
    for found in recognition.found:
        paths |= {(old,): (found.id, part) for part, old in found.parts.items()}
        module = _outermost(modules, frozenset(found.parts.values()))
        if module:
            wanted[found.id] = word("_".join(module))
    return _renamed(drawing.moved(recognition.design, paths), wanted)


def grouped(drawing: Drawing) -> Drawing:
    """The drawing with the modules of the original as groups; groups of the same structure have the same name."""
    modules = _modules(_scopes(drawing))
    chosen = list(_chosen(modules, (), len(drawing.design.nodes)))
    for scope in chosen:
        if modules[scope].is_sequence and _holds_blocks(drawing, modules[scope].members):
            continue  # a row of blocks is the network's own course, and reads best as it is
        drawing = _with_group(drawing, scope, modules)
    return _named_once(drawing)


def laid_out(drawing: Drawing) -> Drawing:
    """The drawing with every card in its place, inside groups too."""
    return replace(drawing, design=_tidied(drawing.design, len(drawing.parts)))


def _tidied(design: Design, together: int) -> Design:
    inner = [
        replace(node, layer=Group(_tidied(node.layer.body, together)))
        for node in design.nodes.values()
        if isinstance(node.layer, Group)
    ]
    return tidy(design.replacing(inner) if inner else design, together=together)


def _holds_blocks(drawing: Drawing, members: Collection[NodeId]) -> bool:
    """Whether one of the nodes is a block that hides more than a convolution with its norm."""
    nodes = drawing.design.nodes
    return any(
        id in nodes and nodes[id].layer.is_block and not isinstance(nodes[id].layer, ConvBlock) for id in members
    )


# Modules -------------------------------------------------------------------------------------------------------------


@dataclass
class _Module:
    """A module of the original.

    Attributes:
        members: Nodes that stand in it, at any depth.
        own: Nodes that stand in none of the modules inside it.
        inner: The modules inside it, by name.
    """

    members: set[NodeId] = field(default_factory=set)
    own: set[NodeId] = field(default_factory=set)
    inner: list[str] = field(default_factory=list)

    @property
    def is_sequence(self) -> bool:
        """Whether it only holds others in a row, by number."""
        return bool(self.inner) and not self.own and all(name.isdigit() for name in self.inner)


def _modules(scopes: Mapping[NodeId, Scope]) -> dict[Scope, _Module]:
    modules: dict[Scope, _Module] = {(): _Module()}
    for id, scope in scopes.items():
        for depth in range(len(scope) + 1):
            here = scope[:depth]
            if here not in modules:
                modules[here] = _Module()
                modules[here[:-1]].inner.append(here[-1])
            modules[here].members.add(id)
        modules[scope].own.add(id)
    return modules


def _scopes(drawing: Drawing) -> dict[NodeId, Scope]:
    """The module of each node, a block's being that of all its parts."""
    inside: dict[NodeId, list[Scope]] = {}
    for (id, *_), part in drawing.parts.items():
        inside.setdefault(id, []).append(part.scope)
    return {id: common_scope(scopes) for id, scopes in inside.items()}


def _outermost(modules: Mapping[Scope, _Module], members: Collection[NodeId]) -> Scope:
    """The outermost module that holds just these nodes; nothing where none does."""
    fitting = [scope for scope, module in modules.items() if scope and module.members == members]
    return min(fitting, key=len, default=())


def _chosen(modules: Mapping[Scope, _Module], scope: Scope, nodes: int) -> Iterator[Scope]:
    """Modules that become groups, each after those inside it."""
    module = modules[scope]
    size = len(module.members)
    inner = [(*scope, name) for name in module.inner]
    holds_groups = any(len(modules[each].members) >= _FEWEST for each in inner)
    is_group = bool(scope) and _FEWEST <= size <= min(_MOST, _LARGEST_SHARE * nodes)
    if module.is_sequence and (holds_groups or size > _NESTED_FROM):
        is_group = False
    if not is_group or size >= _NESTED_FROM:
        for each in inner:
            if modules[each].members != module.members or not is_group:
                yield from _chosen(modules, each, size if is_group else nodes)
    if is_group:
        yield scope


def _with_group(drawing: Drawing, scope: Scope, modules: Mapping[Scope, _Module]) -> Drawing:
    """The drawing with the nodes of a module in a group; unchanged where the group would read what it feeds."""
    inside = [id for id, each in _scopes(drawing).items() if each[: len(scope)] == scope]
    if len(inside) < _FEWEST:
        return drawing
    try:
        prefix = word("_".join(scope))
        design, id = group(drawing.design, inside, _title(drawing, scope), prefix)
    except EditRefused:
        return drawing
    within = design.nodes[id].layer.body
    names = _shortened(within, inside, prefix)
    design = design.with_layer(id, Group(_with_ids(within, names)))
    members = set(inside)
    moved = {path: (id, names.get(path[0], path[0]), *path[1:]) for path in drawing.parts if path[0] in members}
    return drawing.moved(design, moved)


def _title(drawing: Drawing, scope: Scope) -> str:
    """What a module is called: its class, or its own name with a number's owner before it."""
    depth = len(scope)
    for part in drawing.parts.values():
        for origin in part.origins:
            if origin.scope[:depth] == scope and len(origin.classes) >= depth and origin.classes[depth - 1]:
                return origin.classes[depth - 1]
    words = [name for name in scope if not name.isdigit()]
    return words[-1] if words else "_".join(scope)


def _shortened(body: Design, inside: Iterable[NodeId], prefix: str) -> dict[NodeId, NodeId]:
    """Names without what all in the group begin with, where they stay different."""
    names: dict[NodeId, NodeId] = {}
    taken = set(body.nodes)
    for id in inside:
        short = id.removeprefix(f"{prefix}_") if id.startswith(f"{prefix}_") else id
        short = f"n{short}" if short[:1].isdigit() else short
        if short and short not in taken:
            names[id] = NodeId(short)
            taken.add(NodeId(short))
    return names


def _named_once(drawing: Drawing) -> Drawing:
    """The drawing with a letter behind the name of groups that have another structure than the first of that name."""
    forms: dict[str, list[object]] = {}

    def renamed(design: Design) -> Design:
        changed = []
        for node in design.nodes.values():
            if isinstance(node.layer, Group):
                body = renamed(node.layer.body)
                known = forms.setdefault(body.name, [])
                form = _structure(body)
                if form not in known:
                    known.append(form)
                number = known.index(form)
                name = body.name if not number else f"{body.name} {_letter(number)}"
                changed.append(replace(node, layer=Group(body.renamed(name))))
        return design.replacing(changed) if changed else design

    return replace(drawing, design=renamed(drawing.design))


def _letter(number: int) -> str:
    return ascii_uppercase[number] if number < len(ascii_uppercase) else str(number + 1)


def _structure(body: Design) -> object:
    """What two groups of one kind share: which layers stand there and how they are wired, not how many channels."""
    place = body.rank
    wires = sorted(
        (place[wire.source.node], wire.source.port, place[wire.target.node], wire.target.port)
        for wire in body.wires.values()
        if body.nodes[wire.source.node].layer.inputs and body.nodes[wire.target.node].layer.outputs
    )
    return tuple(body.nodes[id].layer.key for id in body.order), tuple(wire[::2] for wire in wires)


# Names ---------------------------------------------------------------------------------------------------------------


def _renamed(drawing: Drawing, wanted: Mapping[NodeId, str]) -> Drawing:
    """The drawing with nodes under other ids, where those are free."""
    taken = set(drawing.design.nodes)
    names: dict[NodeId, NodeId] = {}
    for id, name in wanted.items():
        if name and name not in taken:
            names[id] = NodeId(name)
            taken.add(NodeId(name))
    paths = {path: (names[path[0]], *path[1:]) for path in drawing.parts if path[0] in names}
    return drawing.moved(_with_ids(drawing.design, names), paths)


def _with_ids(design: Design, names: Mapping[NodeId, NodeId]) -> Design:
    """A design with nodes under other ids."""
    if not names:
        return design

    def ref(port: PortRef) -> PortRef:
        return PortRef(names.get(port.node, port.node), port.port)

    nodes: list[Node] = [replace(node, id=names.get(node.id, node.id)) for node in design.nodes.values()]
    wires = [replace(wire, source=ref(wire.source), target=ref(wire.target)) for wire in design.wires.values()]
    return Design.build(design.name, nodes, wires, design.annotations.values(), design.constraints, design.parameters)


def blocks_of(design: Design) -> Counter[str]:
    """How often each block stands in a design, by its title; groups by their name, at any depth."""
    found: Counter[str] = Counter()
    for node in design.nodes.values():
        if node.layer.is_block:
            found[node.layer.card_title() if isinstance(node.layer, Group) else node.layer.title] += 1
            if isinstance(node.layer, Group):
                found += blocks_of(node.layer.body)
    return found
