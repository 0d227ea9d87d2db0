"""What changed between two designs, as data; drives canvas updates and "diff" badges. Computed, never kept by hand."""

from __future__ import annotations

from dataclasses import dataclass

from designer.graph.design import Design, Node, Wire


@dataclass(frozen=True)
class Difference:
    """Nodes and wires added, changed (from, to) and removed on the way from one design to another.

    Frames, notes and constraints are few, so it only says whether any of them differs.
    """

    added_nodes: tuple[Node, ...] = ()
    removed_nodes: tuple[Node, ...] = ()
    changed_nodes: tuple[tuple[Node, Node], ...] = ()
    added_wires: tuple[Wire, ...] = ()
    removed_wires: tuple[Wire, ...] = ()
    changed_wires: tuple[tuple[Wire, Wire], ...] = ()
    has_other_annotations: bool = False

    def __bool__(self) -> bool:
        return any(
            (
                self.added_nodes,
                self.removed_nodes,
                self.changed_nodes,
                self.added_wires,
                self.removed_wires,
                self.changed_wires,
                self.has_other_annotations,
            )
        )

    @property
    def keeps_structure(self) -> bool:
        """Whether ids and wires are the same, and the ways that wires take."""
        wires = self.added_wires or self.removed_wires or self.changed_wires
        return not (wires or self.added_nodes or self.removed_nodes)

    @property
    def keeps_meaning(self) -> bool:
        """Whether only names, places and reroute dots changed: every number stays as it was."""
        grew_or_shrank = self.added_nodes or self.removed_nodes or self.added_wires or self.removed_wires
        rewired = any(before.source != after.source for before, after in self.changed_wires)
        return not (grew_or_shrank or rewired) and all(
            before.layer is after.layer or before.layer == after.layer for before, after in self.changed_nodes
        )


def difference(before: Design, after: Design) -> Difference:
    """The difference by id; values that are the same object are not compared, so its cost follows what changed."""
    old, new = before.nodes, after.nodes
    added = tuple(node for id, node in new.items() if id not in old)
    changed = tuple(
        (old[id], node) for id, node in new.items() if id in old and old[id] is not node and old[id] != node
    )
    removed = tuple(node for id, node in old.items() if id not in new)
    other_annotations = _beside(before) != _beside(after)
    if before.wires is after.wires:
        return Difference(added, removed, changed, has_other_annotations=other_annotations)
    lost, won = before.wires, after.wires
    return Difference(
        added,
        removed,
        changed,
        tuple(wire for target, wire in won.items() if target not in lost),
        tuple(wire for target, wire in lost.items() if target not in won),
        tuple((lost[t], wire) for t, wire in won.items() if t in lost and lost[t] is not wire and lost[t] != wire),
        other_annotations,
    )


def _beside(design: Design) -> tuple[object, ...]:
    """What a design says beside its nodes and wires."""
    return design.annotations, design.constraints, design.parameters
