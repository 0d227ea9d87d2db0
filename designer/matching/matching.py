"""Which node of one design is which of another, and what changed on the way, as data.

Nodes are matched by layer type, parameters and neighbourhood, through groups; ids only decide between matchings that
are equally good, so designs match that were drawn twice, renamed throughout or shuffled. Where nodes are placed counts
for nothing.

Aimed at is the matching with the fewest changes, which in general nobody knows how to find quickly. What is given has
at most as many changes as any of: nodes paired by their ids alone; by their ids and then by structure; by structure
alone. Hence at most as many as there were edits, where edits kept ids (counted one by one: place, delete, connect,
disconnect, insert on a wire, set a layer, set a parameter, rename; a group that is placed counts with every node in
it). Where ids were lost as well, the search of ``pair_search`` goes on from the best of these, and ``is_minimal`` says
whether it proved that no matching has fewer changes: always where none is found, and for nearly all of up to 18 nodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from designer.graph.design import Design, NodePath
from designer.matching.alignment import aligned
from designer.matching.changes import Change, changes
from designer.matching.outline import NONE, Outline, Words
from designer.matching.pair_search import improved
from designer.matching.pairing import Pairing


@dataclass(frozen=True)
class Matching:
    """Two designs held against each other.

    Attributes:
        pairs: From the path of each node of the first that has a partner to the partner's path in the second.
        removed: Paths in the first of nodes without partner, those in removed groups left out.
        added: Paths in the second of nodes without partner, those in added groups left out.
        changes: What changed, in order of execution; empty where the designs are equal up to ids, order and places.
        is_minimal: Whether it is proven that no matching has fewer changes.
    """

    pairs: Mapping[NodePath, NodePath]
    removed: tuple[NodePath, ...]
    added: tuple[NodePath, ...]
    changes: tuple[Change, ...]
    is_minimal: bool

    @property
    def is_same(self) -> bool:
        """Whether nothing changed."""
        return not self.changes

    def partner(self, path: NodePath) -> NodePath | None:
        """The node of the second design that answers one of the first."""
        return self.pairs.get(path)

    def source(self, path: NodePath) -> NodePath | None:
        """The node of the first design that answers one of the second."""
        return self._sources.get(path)

    @cached_property
    def _sources(self) -> Mapping[NodePath, NodePath]:
        return {after: before for before, after in self.pairs.items()}


def match_designs(before: Design, after: Design) -> Matching:
    """Match the nodes of two designs."""
    words = Words()
    found = improved(_best_start(Outline(before, words), Outline(after, words)))
    pairing = found.pairing
    a, b = pairing.a, pairing.b
    return Matching(
        pairs={a.places[i].path: b.places[j].path for i, j in enumerate(pairing.to_b) if j != NONE},
        removed=tuple(
            a.places[i].path for i, j in enumerate(pairing.to_b) if j == NONE and not pairing.goes_with_group(i)
        ),
        added=tuple(
            b.places[j].path for j, i in enumerate(pairing.to_a) if i == NONE and not pairing.comes_with_group(j)
        ),
        changes=changes(pairing, before, after),
        is_minimal=found.is_minimal,
    )


def _best_start(a: Outline, b: Outline) -> Pairing:
    by_id = Pairing(a, b)
    for i, place in enumerate(a.places):
        j = b.index.get(place.path, NONE)
        if j != NONE and by_id.may_join(i, j):
            by_id.join(i, j)
    starts = [by_id, aligned(by_id), aligned(Pairing(a, b))]
    return min(starts, key=lambda start: start.weight())
