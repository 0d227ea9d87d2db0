"""Receptive fields of a design's nodes: worked out when one is asked for, and kept over edits that come after it.

Knows reports and windows; explains nothing (``receptive`` does that).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from designer.analysis.shapes import ReceptiveField, widest
from designer.graph.design import Design, NodeId

if TYPE_CHECKING:
    from designer.analysis.analysis import NodeReport


class ReceptiveFields:
    """How much of a design's input each node's output sees.

    Args:
        design: Whose nodes.
        reports: What is known about them; only what is inside a block is asked.
        known: Fields that still hold of an earlier state of the design: those of the first nodes in order of execution.
    """

    def __init__(
        self,
        design: Design,
        reports: Mapping[NodeId, NodeReport],
        known: dict[NodeId, ReceptiveField] | None = None,
    ) -> None:
        self._design = design
        self._reports = reports
        self._known = {} if known is None else known

    def of(self, id: NodeId) -> ReceptiveField:
        """The field of one position of a node's output."""
        known, design = self._known, self._design
        if id not in known:
            # In the order of execution, so that as many are known as have been gone through.
            before = design.predecessors
            for node in design.order[len(known) : design.rank[id] + 1]:
                known[node] = self._after(node, widest([known[source] for source in before[node]]))
        return known[id]

    def at_end(self) -> ReceptiveField:
        """What one position at the outputs sees of the inputs."""
        return widest([self.of(node.id) for node in self._design.output_nodes()])

    def _after(self, id: NodeId, field: ReceptiveField) -> ReceptiveField:
        layer, inner = self._design.nodes[id].layer, self._reports[id].inner
        if inner is not None:
            return field.followed_by(inner.field_at_end)
        return ReceptiveField(None, field.jump) if layer.sees_everything else field.through(layer.window())

    def followed(
        self, design: Design, reports: Mapping[NodeId, NodeReport], touched: Iterable[NodeId]
    ) -> ReceptiveFields:
        """The same after an edit of parameters: what runs before the first node that sees otherwise is kept.

        Args:
            design: With the same ids and wires.
            reports: What is known now.
            touched: The nodes whose layer or report became another.
        """
        rank = design.rank
        places = [rank[id] for id in touched if self._sees_otherwise(design, reports, id)]
        if not places:
            return ReceptiveFields(design, reports, self._known)
        first, known = min(places), tuple(self._known.items())  # at once: another thread may be asking for more
        return ReceptiveFields(design, reports, {id: field for id, field in known if rank[id] < first})

    def _sees_otherwise(self, design: Design, reports: Mapping[NodeId, NodeReport], id: NodeId) -> bool:
        if reports[id].inner is not None or self._reports[id].inner is not None:
            return reports[id].inner is not self._reports[id].inner
        before, after = self._design.nodes[id].layer, design.nodes[id].layer
        if before is after:
            return False
        return before.window() != after.window() or before.sees_everything != after.sees_everything
