"""Receptive fields of a design's nodes: worked out when one is asked for, and kept over edits that come after it.

Knows windows; explains nothing (``field_origin`` does that).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from designer.analysis.shapes import MOST_COUNTED
from designer.graph.design import Design, NodeId
from designer.graph.layer import Layer
from designer.graph.window import Pair, Window, size_text


class ReceptiveField(NamedTuple):
    """How much of the input one output position sees, along the way that sees most.

    Attributes:
        size: Rows and columns in input pixels, or None where it sees everything.
        jump: Input pixels between neighbouring output positions, down and across.
    """

    size: Pair | None
    jump: Pair

    @property
    def label(self) -> str:
        """``3×3``, or ``all``."""
        return "all" if self.size is None else size_text(self.size)

    def through(self, window: Window) -> ReceptiveField:
        """After a window slides: size + (extent − 1)·jump, jump·stride.

        Source: Araujo et al. 2019, Computing Receptive Fields of Convolutional Neural Networks, Distill, eq. 2.
        """
        return self._grown(window.extent, window.stride)

    def followed_by(self, other: ReceptiveField) -> ReceptiveField:
        """After something that sees ``other`` of its own input: growth counts in this field's jumps."""
        return self._grown(other.size, other.jump)

    def _grown(self, size: Pair | None, then: Pair) -> ReceptiveField:
        down, across = self.jump
        jump = min(down * then[0], MOST_COUNTED), min(across * then[1], MOST_COUNTED)
        if self.size is None or size is None:
            return ReceptiveField(None, jump)
        rows, columns = self.size
        return ReceptiveField((rows + (size[0] - 1) * down, columns + (size[1] - 1) * across), jump)


POINT = ReceptiveField((1, 1), (1, 1))


def widest(fields: list[ReceptiveField]) -> ReceptiveField:
    """The largest of several that meet; one position alone where there is none."""
    if len(fields) < 2:
        return fields[0] if fields else POINT
    sizes = [field.size for field in fields]
    known = [size for size in sizes if size is not None]
    jumps = [field.jump for field in fields]
    return ReceptiveField(_largest(known) if len(known) == len(sizes) else None, _largest(jumps))


def _largest(pairs: list[Pair]) -> Pair:
    rows, columns = zip(*pairs, strict=True)
    return max(rows), max(columns)


class ReceptiveFields:
    """How much of a design's input each node's output sees.

    Args:
        design: Whose nodes.
        within: What a block sees of its own input; None of a node that is no block, or where it is unknown.
        known: Fields that still hold of an earlier state of the design: those of the first nodes in order of execution.
    """

    def __init__(
        self,
        design: Design,
        within: Callable[[NodeId], ReceptiveField | None],
        known: dict[NodeId, ReceptiveField] | None = None,
    ) -> None:
        self._design = design
        self._within = within
        self._known = {} if known is None else known

    def of(self, id: NodeId) -> ReceptiveField:
        """The field of one position of a node's output."""
        known, design = self._known, self._design
        if id not in known:
            # In the order of execution, so that as many are known as have been gone through.
            before = design.predecessors
            for node in design.order[len(known) : design.rank[id] + 1]:
                sources = before[node]
                reached = known[sources[0]] if len(sources) == 1 else widest([known[source] for source in sources])
                known[node] = self._after(node, reached)
        return known[id]

    def at_end(self) -> ReceptiveField:
        """What one position at the outputs sees of the inputs."""
        return widest([self.of(node.id) for node in self._design.output_nodes()])

    def _after(self, id: NodeId, field: ReceptiveField) -> ReceptiveField:
        layer = self._design.nodes[id].layer
        inner = self._within(id) if layer.is_block else None
        if inner is not None:
            return field.followed_by(inner)
        if layer.sees_everything:
            return ReceptiveField(None, field.jump)
        window = layer.window()
        return field if window is None else field.through(window)

    def followed(
        self, design: Design, within: Callable[[NodeId], ReceptiveField | None], otherwise: Iterable[NodeId]
    ) -> ReceptiveFields:
        """The same after an edit of parameters: what runs before the first node that sees otherwise is kept.

        Args:
            design: With the same ids and wires.
            within: What a block sees of its own input now.
            otherwise: The nodes that may see otherwise.
        """
        rank = design.rank
        first = min((rank[id] for id in otherwise), default=None)
        if first is None:
            return ReceptiveFields(design, within, self._known)
        known = tuple(self._known.items())  # at once: another thread may be asking for more
        return ReceptiveFields(design, within, {id: field for id, field in known if rank[id] < first})


def see_alike(before: Layer, after: Layer) -> bool:
    """Whether two layers that are no blocks see as much of their inputs."""
    if before is after:
        return True
    return before.window() == after.window() and before.sees_everything == after.sees_everything
