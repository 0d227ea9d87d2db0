"""What changed between two designs under a pairing of their nodes, as records in the order of execution."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from designer.graph.design import Design, Node, NodePath, Wire
from designer.graph.layer import Layer
from designer.matching.outline import NONE, InPort, Outline, Place
from designer.matching.pairing import Pairing


class ChangeKind(Enum):
    """What happened."""

    REMOVED = "removed"
    CHANGED = "changed"
    ADDED = "added"
    REWIRED = "rewired"


@dataclass(frozen=True)
class FieldChange:
    """One field of a node that differs.

    Attributes:
        name: The parameter's name; ``layer`` for the type, ``name`` for the node's name, ``title`` for a group's.
        label: The name as a person reads it.
        before: The old value as a person reads it.
        after: The new value as a person reads it.
        unit: Unit of both, or an empty text.
    """

    name: str
    label: str
    before: str
    after: str
    unit: str = ""


class PlacedWire(NamedTuple):
    """A wire, and the path of the group it is drawn in."""

    scope: NodePath
    wire: Wire


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        kind: What happened: a node removed, changed or added, or an input that reads something else.
        before: The node in the first design; None where it was added.
        after: The node in the second design; None where it was removed.
        fields: What differs, of a changed node.
        wires_removed: Wires of the first design that went with it.
        wires_added: Wires of the second design that came with it.
    """

    kind: ChangeKind
    before: NodePath | None
    after: NodePath | None
    fields: tuple[FieldChange, ...] = ()
    wires_removed: tuple[PlacedWire, ...] = ()
    wires_added: tuple[PlacedWire, ...] = ()


def changes(pairing: Pairing, before: Design, after: Design) -> tuple[Change, ...]:
    """Every change, in the order of execution.

    Applied together they make the second design of the first: what is unpaired goes or comes, fields change, and the
    wires removed and added are all that differ.
    """
    collector = _Collector(pairing)
    collector.collect()
    rank = _Rank(pairing, before, after)
    drafts = sorted(collector.drafts.values(), key=lambda draft: (*rank.of(draft), draft.kind.value))
    return tuple(
        Change(
            draft.kind,
            draft.before,
            draft.after,
            draft.fields,
            tuple(dict.fromkeys(draft.removed)),
            tuple(dict.fromkeys(draft.added)),
        )
        for draft in drafts
    )


def field_changes(before: Place, after: Place) -> tuple[FieldChange, ...]:
    """The fields in which two partners differ."""
    found = list(_layer_changes(before.node.layer, after.node.layer))
    found += _formula_changes(before.node, after.node)
    if before.node.name != after.node.name:
        found.append(FieldChange("name", "name", before.node.name or "none", after.node.name or "none"))
    return tuple(found)


def _layer_changes(before: Layer, after: Layer) -> Iterator[FieldChange]:
    if before.file_key != after.file_key:
        yield FieldChange("layer", "layer", type_title(before), type_title(after))
        return
    if before.is_bypassed != after.is_bypassed:
        yield FieldChange("bypassed", "bypassed", *("yes" if each.is_bypassed else "no" for each in (before, after)))
    if before.body is not None and after.body is not None:
        if before.body.name != after.body.name:
            yield FieldChange("title", "title", before.body.name, after.body.name)
        yield from _own_parameter_changes(before, after)
        return
    for parameter in before.parameters:
        old, new = getattr(before, parameter.name), getattr(after, parameter.name)
        if old != new:
            yield FieldChange(
                parameter.name, parameter.label.lower(), parameter.text(old), parameter.text(new), parameter.unit
            )
    if not before.parameters:  # a layer of a type that is not known here: what the file keeps of it
        old_data, new_data = before.file_data, after.file_data
        for key in dict.fromkeys((*old_data, *new_data)):
            if old_data.get(key) != new_data.get(key):
                yield FieldChange(key, key, json.dumps(old_data.get(key)), json.dumps(new_data.get(key)))


def _own_parameter_changes(before: Layer, after: Layer) -> Iterator[FieldChange]:
    """Values of a group's own parameters, and parameters that came or went."""
    olds, news = ({each.name: each for each in layer.parameters} for layer in (before, after))
    for name in dict.fromkeys((*olds, *news)):
        told = [
            own[name].text(getattr(layer, name)) if name in own else "none"
            for own, layer in ((olds, before), (news, after))
        ]
        if told[0] != told[1]:
            yield FieldChange(name, name, *told)


def _formula_changes(before: Node, after: Node) -> Iterator[FieldChange]:
    for name in dict.fromkeys(each.field for each in (*before.formulas, *after.formulas)):
        old, new = before.formula(name), after.formula(name)
        if old != new:
            label = f"formula of {name.replace('_', ' ')}"
            yield FieldChange(f"{name}.formula", label, old or "none", new or "none")
    if before.condition != after.condition:
        yield FieldChange("condition", "condition", before.condition or "none", after.condition or "none")


def type_title(layer: Layer) -> str:
    """The name of a layer's type, whatever its parameters; of a type that is not known here, its word in files."""
    return layer.title if layer.file_key == layer.key else layer.file_key


@dataclass
class _Draft:
    kind: ChangeKind
    before: NodePath | None
    after: NodePath | None
    fields: tuple[FieldChange, ...] = ()
    removed: list[PlacedWire] = field(default_factory=list)
    added: list[PlacedWire] = field(default_factory=list)


class _Collector:
    """Gathers changes, one draft each, by what tells them apart."""

    def __init__(self, pairing: Pairing) -> None:
        self._pairing, self._a, self._b = pairing, pairing.a, pairing.b
        self.drafts: dict[Hashable, _Draft] = {}

    def collect(self) -> None:
        """Gather every change."""
        for i, j in enumerate(self._pairing.to_b):
            if j == NONE:
                self._collect_removed(i)
            else:
                self._collect_fields(i, j)
                self._collect_wires(i, j)
        for j, i in enumerate(self._pairing.to_a):
            if i == NONE:
                self._collect_added(j)

    def _collect_fields(self, i: int, j: int) -> None:
        if self._a.full[i] != self._b.full[j]:
            self._changed(i, j).fields = field_changes(self._a.places[i], self._b.places[j])

    def _collect_removed(self, i: int) -> None:
        draft = self._removed(i)
        for position in range(len(self._a.ports[i])):
            placed = _placed(self._a, i, position)
            if placed is not None and not _is_inside(placed.scope, draft.before):
                draft.removed.append(placed)

    def _stays(self, i: int) -> bool:
        return self._pairing.to_b[i] != NONE

    def _collect_added(self, j: int) -> None:
        draft = self._added(j)
        for position in range(len(self._b.ports[j])):
            placed = _placed(self._b, j, position)
            if placed is not None and not _is_inside(placed.scope, draft.after):
                draft.added.append(placed)

    def _collect_wires(self, i: int, j: int) -> None:
        both = self._pairing.port_pairs(i, j)
        for p, q in both:
            self._collect_input(i, j, p, q)
        for p in sorted(set(range(len(self._a.ports[i]))) - {p for p, _ in both}):
            if self._a.ports[i][p].source != NONE:
                source = self._a.ports[i][p].source
                draft = self._changed(i, j) if self._stays(source) else self._removed(source)
                _add(draft.removed, _placed(self._a, i, p))
        for q in sorted(set(range(len(self._b.ports[j]))) - {q for _, q in both}):
            source = self._b.ports[j][q].source
            if source != NONE:
                is_new = self._pairing.to_a[source] == NONE
                draft = self._added(source) if is_new else self._rewired((i, "new", q), i, j)
                _add(draft.added, _placed(self._b, j, q))

    def _collect_input(self, i: int, j: int, p: int, q: int) -> None:
        before, after = self._a.ports[i][p], self._b.ports[j][q]
        key = self._pairing.rewiring(i, p, before, after)
        if key is not None:
            draft = self._rewired(key, i, j)
        elif self._is_kept(before, after):
            return
        elif before.source != NONE and not self._stays(before.source):
            draft = self._removed(before.source)
            if after.source != NONE and self._pairing.to_a[after.source] == NONE:
                _add(self._added(after.source).added, _placed(self._b, j, q))
                after = after._replace(source=NONE)
        else:
            draft = self._added(after.source)
        _add(draft.removed, _placed(self._a, i, p))
        if after.source != NONE:
            _add(draft.added, _placed(self._b, j, q))

    def _is_kept(self, before: InPort, after: InPort) -> bool:
        if before.source == NONE:
            return after.source == NONE
        return self._stays(before.source) and self._pairing.to_b[before.source] == after.source

    # Drafts -----------------------------------------------------------------------------------------------------------

    def _removed(self, i: int) -> _Draft:
        i = self._pairing.outermost_removed(i)
        return self._draft(("removed", i), ChangeKind.REMOVED, self._a.places[i].path, None)

    def _added(self, j: int) -> _Draft:
        j = self._pairing.outermost_added(j)
        return self._draft(("added", j), ChangeKind.ADDED, None, self._b.places[j].path)

    def _changed(self, i: int, j: int) -> _Draft:
        return self._draft(("changed", i), ChangeKind.CHANGED, self._a.places[i].path, self._b.places[j].path)

    def _rewired(self, key: Hashable, i: int, j: int) -> _Draft:
        return self._draft(("rewired", key), ChangeKind.REWIRED, self._a.places[i].path, self._b.places[j].path)

    def _draft(self, key: Hashable, kind: ChangeKind, before: NodePath | None, after: NodePath | None) -> _Draft:
        return self.drafts.setdefault(key, _Draft(kind, before, after))


def _add(wires: list[PlacedWire], wire: PlacedWire | None) -> None:
    if wire is not None:
        wires.append(wire)


def _placed(outline: Outline, index: int, position: int) -> PlacedWire | None:
    """The wire into a port, with the path of the group it is drawn in."""
    wire, path = outline.ports[index][position].wire, outline.places[index].path
    if wire is None:
        return None
    # What reaches an Input inside a group is drawn around the group.
    return PlacedWire(path[:-1] if outline.places[index].node.layer.inputs else path[:-2], wire)


def _is_inside(scope: NodePath, path: NodePath | None) -> bool:
    return path is not None and scope[: len(path)] == path


class _Rank:
    """Sorts changes by the order of execution of the second design, what is gone after what came before it."""

    def __init__(self, pairing: Pairing, before: Design, after: Design) -> None:
        self._to = {pairing.a.places[i].path: pairing.b.places[j].path for i, j in enumerate(pairing.to_b) if j != NONE}
        self._scopes_a = _scopes(pairing.a, before)
        self._scopes_b = _scopes(pairing.b, after)

    def of(self, draft: _Draft) -> tuple[tuple[tuple[int, ...], ...], int]:
        """Place of a change: the node's, and wires after what else changed there."""
        if draft.after is not None:
            return self._after(draft.after), int(draft.kind is ChangeKind.REWIRED)
        assert draft.before is not None  # of the two paths, one is always there
        return self._before(draft.before), 0

    def _after(self, path: NodePath) -> tuple[tuple[int, ...], ...]:
        ranks = (self._scopes_b[path[:depth]].rank[id] for depth, id in enumerate(path))
        return tuple((rank, 0, 0) for rank in ranks)

    def _before(self, path: NodePath) -> tuple[tuple[int, ...], ...]:
        scope = self._scopes_a[path[:-1]]
        rank = scope.rank[path[-1]]
        outside = self._to.get(path[:-1], ())
        for id in reversed(scope.order[:rank]):
            partner = self._to.get((*path[:-1], id))
            if partner is not None and partner[:-1] == outside:
                return (*self._after(partner)[:-1], (self._scopes_b[outside].rank[partner[-1]], 1, rank))
        return (*self._after(outside), (-1, 1, rank))


def _scopes(outline: Outline, design: Design) -> dict[NodePath, Design]:
    found: dict[NodePath, Design] = {(): design}
    for place in outline.places:
        if place.node.body is not None:
            found[place.path] = place.node.body
    return found
