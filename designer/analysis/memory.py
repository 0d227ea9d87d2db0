"""Peak activation memory, by the lifetimes of tensors.

A tensor lives from the step that makes it to the last step that reads it; while a step runs, what it reads and what it writes
live together. Views (flatten, dropout when running, no activation) live in their input's memory. Nothing runs in place, and
weights and a library's scratch space are not counted. What the design gives lives to the end.

A node's lifetime pattern is a ``Segment``; a design's is put together from its nodes', so a block counts exactly as its parts would.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from itertools import accumulate
from operator import add
from typing import NamedTuple

from designer.graph.design import Design, NodeId, PortRef
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec


class Segment(NamedTuple):
    """What one node does to memory when it runs.

    Attributes:
        steps: Bytes it holds in each of its steps, its inputs not among them.
        releases: For each input, the last step that reads it.
        sizes: For each output, the bytes it adds that outlive the node; 0 for a view.
        aliases: For each output, the index of the input whose memory it is, or None.
    """

    steps: tuple[int, ...]
    releases: tuple[int, ...]
    sizes: tuple[int, ...]
    aliases: tuple[int | None, ...]


def primitive_segment(layer: Layer, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Segment:
    """One step that reads its inputs and writes its output."""
    if not layer.outputs:
        return Segment((0,), (0,) * len(inputs), (), ())
    if layer.aliases_input:
        return Segment((0,), (0,) * len(inputs), (0,), (0,))
    return Segment((output.bytes,), (0,) * len(inputs), (output.bytes,), (None,))


_NOTHING = Segment((0,), (), (), ())


class MemoryPlan:
    """Lifetimes over one design; a change of sizes is followed without starting over.

    Args:
        design: Whose order of execution counts.
        segments: By node; nodes without one (unknown shapes) count as nothing.
    """

    def __init__(self, design: Design, segments: Mapping[NodeId, Segment]) -> None:
        self._order = design.order
        self._rank = design.rank
        self._inputs = {id: tuple(self._fed_by(design, id)) for id in self._order}
        self._owner: dict[PortRef, PortRef] = {}
        self._dies_at: dict[PortRef, int] = {}
        self._find_owners(design, segments)
        self._find_deaths(design)
        self._dying: dict[int, list[PortRef]] = defaultdict(list)
        for owner, rank in self._dies_at.items():
            self._dying[rank].append(owner)
        self._size: dict[PortRef, int] = {}
        count = len(self._order)
        self._births = [0] * count
        self._deaths = [0] * (count + 1)
        self._local = [0] * count
        self._kinds = {id: segment.aliases for id, segment in segments.items()}
        self._set_sizes(design, self._order, segments)
        for rank in range(count):
            self._local[rank] = self._local_peak(self._order[rank], segments)

    @staticmethod
    def _fed_by(design: Design, id: NodeId) -> list[PortRef | None]:
        sources = {wire.target.port: wire.source for wire in design.incoming(id)}
        return [sources.get(port.name) for port in design.nodes[id].layer.inputs]

    def _find_owners(self, design: Design, segments: Mapping[NodeId, Segment]) -> None:
        for id in self._order:
            segment = segments.get(id, _NOTHING)
            for index, port in enumerate(design.nodes[id].layer.outputs):
                ref = PortRef(id, port.name)
                alias = segment.aliases[index] if segment.aliases else None
                source = self._inputs[id][alias] if alias is not None else None
                self._owner[ref] = self._owner[source] if source is not None else ref

    def _find_deaths(self, design: Design) -> None:
        forever = len(self._order)
        for ref, owner in self._owner.items():
            self._dies_at[owner] = max(self._dies_at.get(owner, 0), self._rank[ref.node])
        for wire in design.wires.values():
            owner = self._owner[wire.source]
            reader = wire.target.node
            last = self._rank[reader] if design.nodes[reader].layer.outputs else forever
            self._dies_at[owner] = max(self._dies_at[owner], last)

    def _set_sizes(self, design: Design, ids: Sequence[NodeId], segments: Mapping[NodeId, Segment]) -> None:
        for id in ids:
            rank = self._rank[id]
            sizes = segments.get(id, _NOTHING).sizes
            self._births[rank] = sum(sizes)
            for port, size in zip(design.nodes[id].layer.outputs, sizes, strict=False):
                owner = PortRef(id, port.name)
                before = self._size.get(owner, 0)
                if owner in self._dies_at and before != size:
                    self._size[owner] = size
                    self._deaths[self._dies_at[owner]] += size - before

    def _released(self, id: NodeId, segment: Segment) -> list[tuple[int, int]]:
        """(step after which it is gone, bytes) of the inputs that nothing reads after this node."""
        if len(segment.steps) == 1:
            return []
        rank = self._rank[id]
        last: dict[PortRef, int] = {}
        for source, release in zip(self._inputs[id], segment.releases, strict=False):
            if source is not None:
                owner = self._owner[source]
                if self._dies_at[owner] == rank:
                    last[owner] = max(last.get(owner, 0), release)
        for index in filter(None.__ne__, segment.aliases):
            source = self._inputs[id][index] if index is not None else None
            if source is not None:
                last.pop(self._owner[source], None)
        return [(release, self._size.get(owner, 0)) for owner, release in last.items()]

    def _steps(self, id: NodeId, segments: Mapping[NodeId, Segment]) -> list[int]:
        """Bytes added in each step of the node to what lives when it begins."""
        segment = segments.get(id, _NOTHING)
        released = self._released(id, segment)
        if not released:
            return list(segment.steps)
        return [
            held - sum(size for release, size in released if release < step) for step, held in enumerate(segment.steps)
        ]

    def _local_peak(self, id: NodeId, segments: Mapping[NodeId, Segment]) -> int:
        return max(self._steps(id, segments))

    def _alive(self) -> list[int]:
        """Bytes that live when each node begins."""
        changes = [born - dead for born, dead in zip(self._births, self._deaths, strict=False)]
        return list(accumulate(changes[:-1], initial=0)) if changes else []

    def followed(
        self, design: Design, changed: Sequence[NodeId], segments: Mapping[NodeId, Segment]
    ) -> MemoryPlan | None:
        """The plan with new sizes at these nodes; None where the pattern itself changed and lifetimes must be found anew."""
        if any(self._kinds.get(id) != (segments[id].aliases if id in segments else None) for id in changed):
            return None
        plan = copy(self)
        plan._size, plan._births, plan._deaths, plan._local = (
            self._size.copy(),
            self._births.copy(),
            self._deaths.copy(),
            self._local.copy(),
        )
        plan._set_sizes(design, changed, segments)
        for id in {*changed, *(reader for id in changed for reader in design.successors[id])}:
            plan._local[self._rank[id]] = plan._local_peak(id, segments)
        return plan

    def peak_bytes(self) -> int:
        """The most bytes that live at once in any step."""
        return max(map(add, self._alive(), self._local), default=0)

    def timeline(self, segments: Mapping[NodeId, Segment]) -> list[tuple[NodeId, int]]:
        """Bytes that live in each step, with the node it belongs to, in order of execution."""
        return [
            (id, alive + held)
            for id, alive in zip(self._order, self._alive(), strict=True)
            for held in self._steps(id, segments)
        ]

    def as_segment(self, design: Design, segments: Mapping[NodeId, Segment]) -> Segment:
        """The whole design as one node of another: what a block is to the design that holds it."""
        ends = {node.id for node in design.input_nodes()}
        steps: list[int] = []
        began: dict[NodeId, int] = {}
        for id, alive in zip(self._order, self._alive(), strict=True):
            began[id] = len(steps)
            steps += [alive + held for held in self._steps(id, segments)] if id not in ends else []
        outside = [
            self._owner[PortRef(node.id, port.name)] for node in design.input_nodes() for port in node.layer.outputs
        ]
        releases = tuple(self._last_read(design, owner, began, segments) for owner in outside)
        sizes, aliases = [], []
        seen: set[PortRef] = set()
        for node in design.output_nodes():
            source = self._inputs[node.id][0] if self._inputs[node.id] else None
            owner = self._owner[source] if source is not None else None
            alias = outside.index(owner) if owner in outside else None
            fresh = owner is not None and alias is None and owner not in seen
            sizes.append(self._size.get(owner, 0) if fresh and owner is not None else 0)
            aliases.append(alias)
            if owner is not None:
                seen.add(owner)
        return Segment(tuple(steps) or (0,), releases, tuple(sizes), tuple(aliases))

    def _last_read(
        self, design: Design, owner: PortRef, began: Mapping[NodeId, int], segments: Mapping[NodeId, Segment]
    ) -> int:
        last = 0
        for wire in design.wires.values():
            if self._owner[wire.source] == owner:
                reader = wire.target.node
                releases = segments.get(reader, _NOTHING).releases
                ports = [port.name for port in design.nodes[reader].layer.inputs]
                inner = releases[ports.index(wire.target.port)] if releases else 0
                last = max(last, began[reader] + inner)
        return last
