"""A pairing of two outlines' nodes, and how many changes lead from one to the other under it.

What is counted: a node removed (with its wires, and with the wires that deleting it draws anew, as
``edit.edits.delete`` does), a node added (with its wires; a group counts every node in it), a node changed (however
many of its fields), and an input of a node that stays which reads another node that stays, or reads one no more.
Where the readers of a removed node read something else than deleting it would give, that is one change for all of
them: the removed node was rewired before.
"""

from __future__ import annotations

from collections.abc import Hashable
from copy import copy
from typing import NamedTuple

from designer.matching.outline import NONE, InPort, Outline

UNDECIDED = -2
"""Of a node of which a search has not yet said whether it has a partner."""


class Weight(NamedTuple):
    """How far apart two designs are under a pairing; less is better, the first figure first.

    Attributes:
        changes: How many changes, a group that is added counted by its nodes.
        types: Partners of different layer types.
        fields: Partners of different parameters, and of different names.
        ids: Partners of different ids: a tie-breaker and no more.
    """

    changes: int
    types: int
    fields: int
    ids: int


class Pairing:
    """Who is whose partner.

    Attributes:
        a: The outline before.
        b: The outline after.
        to_b: By index in ``a``, the partner's index in ``b``, or NONE.
        to_a: The other way round.
    """

    def __init__(self, a: Outline, b: Outline) -> None:
        self.a, self.b = a, b
        self.to_b = [NONE] * len(a)
        self.to_a = [NONE] * len(b)
        self._port_pairs: dict[tuple[int, int], tuple[tuple[int, int], ...]] = {}

    def copy(self) -> Pairing:
        """The same, to go on from."""
        other = copy(self)
        other.to_b, other.to_a = self.to_b.copy(), self.to_a.copy()
        return other

    def join(self, i: int, j: int) -> None:
        """Make two nodes partners."""
        self.to_b[i], self.to_a[j] = j, i

    def part(self, i: int) -> None:
        """Leave a node of ``a`` without its partner."""
        j, self.to_b[i] = self.to_b[i], NONE
        if j >= 0:
            self.to_a[j] = NONE

    def may_join(self, i: int, j: int) -> bool:
        """Whether two nodes without partners may be partners: alike in shape, and their groups are partners."""
        if self.a.shape[i] != self.b.shape[j]:
            return False
        group, other = self.a.parent[i], self.b.parent[j]
        return self.to_b[group] == other if group != NONE and other != NONE else group == other

    def goes_with_group(self, i: int) -> bool:
        """Whether a node is gone because the group it is in is gone."""
        group = self.a.parent[i]
        return group != NONE and self.to_b[group] == NONE

    def comes_with_group(self, j: int) -> bool:
        """Whether a node is new because the group it is in is new."""
        group = self.b.parent[j]
        return group != NONE and self.to_a[group] == NONE

    def outermost_removed(self, i: int) -> int:
        """The removed node that takes a removed node along: itself, or the outermost group around it that goes."""
        while self.goes_with_group(i):
            i = self.a.parent[i]
        return i

    def outermost_added(self, j: int) -> int:
        """The added node that brings an added node along: itself, or the outermost group around it that is new."""
        while self.comes_with_group(j):
            j = self.b.parent[j]
        return j

    # Wires ------------------------------------------------------------------------------------------------------------

    def port_pairs(self, i: int, j: int) -> tuple[tuple[int, int], ...]:
        """Positions of the input ports that two partners both have."""
        sockets = self.a.socket[i], self.b.socket[j]
        found = self._port_pairs.get(sockets)
        if found is None:
            places = {port.label: position for position, port in enumerate(self.b.ports[j])}
            both = [(position, places.get(port.label, NONE)) for position, port in enumerate(self.a.ports[i])]
            found = self._port_pairs[sockets] = tuple(pair for pair in both if pair[1] != NONE)
        return found

    def rewiring(self, i: int, position: int, before: InPort, after: InPort) -> Hashable | None:
        """What change of wires an input of partners stands for: equal answers are one change, None is none."""
        old, new = before.source, after.source
        if new != NONE and self.to_a[new] == NONE:
            return None  # goes with the node that is added
        if old == NONE:
            return None if new == NONE else (i, position)
        if self.to_b[old] != NONE:
            return None if self.to_b[old] == new and self._same_output(before, after) else (i, position)
        if new == NONE:
            return None  # goes with the node that is removed
        root, last = self.healed(old)
        if root != NONE and self.to_b[root] == new:
            return None
        return "healed", last, new, after.output

    def _same_output(self, before: InPort, after: InPort) -> bool:
        if before.output == after.output:
            return True
        a, b = self.a.places[before.source].node.layer, self.b.places[after.source].node.layer
        return a.file_key != b.file_key and len(a.outputs) == len(b.outputs) == 1

    def healed(self, i: int) -> tuple[int, int]:
        """What takes a removed node's place for its readers, or NONE; and the last removed node on the way there."""
        a = self.a
        while True:
            last = i
            if a.gives[i]:
                # The Output of a group that is gone: its readers go to what the group itself read.
                while a.parent[i] != NONE and self.to_b[a.parent[i]] == NONE:
                    i = a.parent[i]
                last = i
            i = a.heal[i]
            if i == NONE or self.to_b[i] != NONE:
                return i, last

    def rewirings(self, i: int) -> list[Hashable]:
        """The changes of wires at a node that has a partner."""
        j = self.to_b[i]
        before, after = self.a.ports[i], self.b.ports[j]
        found = [self.rewiring(i, p, before[p], after[q]) for p, q in self.port_pairs(i, j)]
        return [*(key for key in found if key is not None), *self._on_new_ports(i, j)]

    def _on_new_ports(self, i: int, j: int) -> list[Hashable]:
        """Wires into ports that only the partner has, from nodes that stay."""
        if len(self.b.ports[j]) <= len(self.a.ports[i]) and self.a.kind[i] == self.b.kind[j]:
            return []
        known = {port.label for port in self.a.ports[i]}
        return [
            (i, "new", position)
            for position, port in enumerate(self.b.ports[j])
            if port.label not in known and port.source != NONE and self.to_a[port.source] >= 0
        ]

    # Weight -----------------------------------------------------------------------------------------------------------

    def weight(self) -> Weight:
        """How far apart the two are."""
        a, b = self.a, self.b
        changes = self.to_a.count(NONE)
        types = fields = ids = 0
        rewired: set[Hashable] = set()
        for i, j in enumerate(self.to_b):
            if j == NONE:
                changes += not self.goes_with_group(i)
                continue
            if a.full[i] != b.full[j]:
                changes += 1
                types += a.kind[i] != b.kind[j]
                fields += (a.content[i] != b.content[j]) + (a.places[i].node.name != b.places[j].node.name)
            ids += a.places[i].node.id != b.places[j].node.id
            rewired.update(self.rewirings(i))
        return Weight(changes + len(rewired), types, fields, ids)
