"""How two designs differ, in words: one line a change, in the order of execution.

``bottleneck_3: expansion 6 → 4`` · ``+ silu_1 (SiLU) after expand`` · ``- relu_1 (ReLU6) after expand`` ·
``wire into add.b: expand → project``. Nodes have the second design's ids; one that was called otherwise says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from designer.graph.design import Design, Node, NodeId, NodePath, PortRef
from designer.matching.changes import Change, ChangeKind, PlacedWire
from designer.matching.design_in_words import (
    layer_words,
    one_line,
    path_words,
    set_parameters,
    source_words,
    target_words,
)
from designer.matching.matching import Matching, match_designs

NOTHING = "nothing"


def difference_lines(before: Design, after: Design, matching: Matching | None = None) -> tuple[str, ...]:
    """A line for each change; none where the designs are equal up to ids, order and places.

    Args:
        before: The first design.
        after: The second.
        matching: Of these two, where it is there already.
    """
    matching = matching or match_designs(before, after)
    return tuple(change_line(change, before, after, matching) for change in matching.changes)


def change_line(change: Change, before: Design, after: Design, matching: Matching) -> str:
    """One change of a matching of two designs, in words and on one line."""
    match change:
        case Change(ChangeKind.ADDED, after=path) if path is not None:
            displaced = {matching.partner((*scope, wire.source.node)) for scope, wire in change.wires_removed}
            sources = {(*scope, wire.source.node) for scope, wire in change.wires_added if wire.target.node == path[-1]}
            place = _place(after, path, change.wires_added, says_readers=len(sources) != 1 or displaced != sources)
            return f"+ {_named(after, path)}{place}"
        case Change(ChangeKind.REMOVED, before=path) if path is not None:
            place = _place(before, path, change.wires_removed, says_readers=False)
            return f"- {_named(before, path)}{place}{_unfed(change, path, after, matching)}"
        case Change(ChangeKind.REWIRED):
            return _rewired(change, before, after)
    fields = ", ".join(
        f"{item.label} {one_line(item.before)} → {one_line(item.after)}{' ' + item.unit if item.unit else ''}"
        for item in change.fields
    )
    lost = [source_words(scope_of(before, scope), wire.source) for scope, wire in change.wires_removed]
    gone = f", no longer reads {_listed(lost)}" if lost else ""
    return f"{_renamed(change)}: {fields}{gone}"


def _renamed(change: Change) -> str:
    path = path_words(change.after or ())
    return path if change.before == change.after else f"{path} (was {path_words(change.before or ())})"


def _named(design: Design, path: NodePath) -> str:
    """``bottleneck_3 (Bottleneck (V2), out channels 32)``."""
    node = node_at(design, path)
    layer = node.layer
    words = [layer_words(layer, set_parameters(layer))]
    if layer.body is not None:
        words.append(f"{len(layer.body.nodes)} nodes inside")
    if node.name:
        words.append(f"“{one_line(node.name)}”")
    return f"{path_words(path)} ({', '.join(words)})"


def _place(design: Design, path: NodePath, wires: Sequence[PlacedWire], says_readers: bool) -> str:
    """`` after expand``, and where asked or where it reads nothing, `` before project``."""
    scope, around = scope_of(design, path[:-1]), [wire for prefix, wire in wires if prefix == path[:-1]]
    after = [source_words(scope, wire.source) for wire in around if wire.target.node == path[-1]]
    before = [target_words(scope, wire.target) for wire in around if wire.source.node == path[-1]]
    words = f" after {_listed(after)}" if after else ""
    if before and (says_readers or not after):
        words += f"{',' if after else ''} before {_listed(before)}"
    return words


def _unfed(change: Change, path: NodePath, after: Design, matching: Matching) -> str:
    """What read the removed node and now reads nothing."""
    found = []
    for scope, wire in change.wires_removed:
        if wire.source.node != path[-1] or scope != path[:-1]:
            continue
        reader = matching.partner((*scope, wire.target.node))
        inner = matching.partner((*scope, wire.target.node, NodeId(wire.target.port)))
        if reader is not None:
            inside = scope_of(after, reader[:-1])
            port = PortRef(reader[-1], inner[-1] if inner else wire.target.port)
            if port not in inside.wires and any(
                port.port == each.name for each in inside.nodes[port.node].layer.inputs
            ):
                found.append(target_words(inside, port))
    return f"; {_listed(found)} {'reads' if len(found) == 1 else 'read'} {NOTHING}" if found else ""


def _rewired(change: Change, before: Design, after: Design) -> str:
    old = _sources(before, change.wires_removed) or [NOTHING]
    new = _sources(after, change.wires_added) or [NOTHING]
    targets = _targets(after, change.wires_added) or _targets(before, change.wires_removed)
    scope = (change.wires_added or change.wires_removed)[0].scope
    inside = f"{path_words(scope)} / " if scope else ""
    return f"wire into {inside}{_listed(targets)}: {_listed(old)} → {_listed(new)}"


def _sources(design: Design, wires: Iterable[PlacedWire]) -> list[str]:
    return list(dict.fromkeys(source_words(scope_of(design, scope), wire.source) for scope, wire in wires))


def _targets(design: Design, wires: Iterable[PlacedWire]) -> list[str]:
    return list(dict.fromkeys(target_words(scope_of(design, scope), wire.target) for scope, wire in wires))


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def node_at(design: Design, path: NodePath) -> Node:
    """The node at a path through groups."""
    return scope_of(design, path[:-1]).nodes[path[-1]]


def scope_of(design: Design, path: NodePath) -> Design:
    """The design inside a group; the whole one for an empty path.

    Raises:
        KeyError: There is no group at the path.
    """
    for id in path:
        body = design.nodes[id].body
        if body is None:
            raise KeyError(path)
        design = body
    return design
