"""A design read as a stage table: a row a run of equal blocks, as papers print networks.

A *segment* is a stretch of layers, each with one input and one output, in which each reads the one before and nothing
else reads between. Whatever joins or splits tensors ends a segment and stands as a row of its own that says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from designer.analysis.analysis import Analysis
from designer.analysis.cost import NodeCost, added
from designer.graph.design import Design, NodeId, PortRef
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec
from designer.stage_table.columns import BLANK, Column, cell_text, more_text, own_parameter
from designer.stage_table.operators import printed_operator
from designer.wording import plural, short

_OF_A_BLOCK = (Column.T, Column.C, Column.S, Column.K, Column.ACTIVATION, Column.SE)


@dataclass(frozen=True)
class Segment:
    """Layers in a row.

    Attributes:
        ids: The layers, in the order of execution.
        source: What the first one reads; None where nothing is wired to it.
        targets: The inputs that read the last one.
    """

    ids: tuple[NodeId, ...]
    source: PortRef | None
    targets: tuple[PortRef, ...]


@dataclass(frozen=True)
class StageRow:
    """A run of equal blocks, of which the first may have its own stride.

    Attributes:
        ids: The blocks, n of them.
        layers: What each computes.
        given: The shape N×C×H×W that reaches each; None where unknown.
        gives: The shape that each gives; None where unknown.
        cost: Of all of them; None where unknown.
        segment: Place of its segment in the table; None where it is in none.
        reason: Why the row cannot be edited here; empty where it can.
    """

    ids: tuple[NodeId, ...]
    layers: tuple[Layer, ...]
    given: tuple[TensorSpec | None, ...]
    gives: tuple[TensorSpec | None, ...]
    cost: NodeCost | None
    segment: int | None
    reason: str = ""

    def text(self, column: Column) -> str:
        """What stands in a cell."""
        if column is Column.INPUT:
            return _shape(self.given[0])
        if column is Column.OPERATOR:
            return printed_operator(self.layers[0])
        if column is Column.N:
            return str(len(self.ids))
        if column is Column.MORE:
            return more_text(self.layers[0], self.given[0])
        if column in (Column.PARAMETERS, Column.MACS):
            number = self.number(column)
            return BLANK if number is None else short(number)
        each = list(map(cell_text, self.layers, [column] * len(self.ids), self.given, self.gives))
        if column is Column.SE and len(set(each)) > 1:
            return ", ".join(each[:2])  # the repeats have one more value at most
        return each[0]

    def number(self, column: Column) -> int | None:
        """Parameters or MACs of the whole row; None where unknown."""
        if self.cost is None:
            return None
        return self.cost.parameters if column is Column.PARAMETERS else self.cost.macs


@dataclass(frozen=True)
class StageTable:
    """The rows of a design.

    Attributes:
        rows: In the order of execution.
        segments: The stretches that can be edited as rows.
    """

    rows: tuple[StageRow, ...]
    segments: tuple[Segment, ...]

    @property
    def is_sequence(self) -> bool:
        """Whether the whole design is one row of layers."""
        return len(self.segments) == 1 and all(not row.reason for row in self.rows)


def read(analysis: Analysis) -> StageTable:
    """The stage table of a design."""
    segments = tuple(_segments(analysis.design))
    place = {id: number for number, segment in enumerate(segments) for id in segment.ids}
    rows: list[StageRow] = []
    taken: set[NodeId] = set()
    for id in analysis.design.order:
        if id in taken:
            continue
        if id not in place:
            layer = analysis.design.nodes[id].layer
            if layer.inputs and layer.outputs:
                rows.append(_row(analysis, (id,), None, _why_alone(analysis.design, id)))
            continue
        segment = segments[place[id]]
        taken |= set(segment.ids)
        rows += [_row(analysis, run, place[id]) for run in _runs(analysis, segment)]
    return StageTable(tuple(rows), segments)


def _is_single(design: Design, id: NodeId) -> bool:
    layer = design.nodes[id].layer
    return len(layer.inputs) == 1 and len(layer.outputs) == 1


def _segments(design: Design) -> Iterator[Segment]:
    begun: set[NodeId] = set()
    for id in design.order:
        if id in begun or not _is_single(design, id):
            continue
        ids = [id]
        while True:
            readers = design.successors[ids[-1]]
            if len(readers) != 1 or not _is_single(design, readers[0]):
                break
            ids.append(readers[0])
        begun |= set(ids)
        incoming = design.incoming(id)
        targets = tuple(wire.target for wire in design.outgoing(ids[-1]))
        yield Segment(tuple(ids), incoming[0].source if incoming else None, targets)


def _why_alone(design: Design, id: NodeId) -> str:
    layer = design.nodes[id].layer
    if len(layer.inputs) > 1:
        sources = ", ".join(dict.fromkeys(design.predecessors[id])) or "nothing"
        return f"{id} joins {plural(len(layer.inputs), 'tensor')} (from {sources}); a row of a table has one input"
    return f"{id} gives {plural(len(layer.outputs), 'tensor')}; a row of a table has one output"


def _runs(analysis: Analysis, segment: Segment) -> Iterator[tuple[NodeId, ...]]:
    run: list[NodeId] = []
    for id in segment.ids:
        if run and not _repeats(analysis, run, id):
            yield tuple(run)
            run = []
        run.append(id)
    if run:
        yield tuple(run)


def _repeats(analysis: Analysis, run: list[NodeId], id: NodeId) -> bool:
    """Whether a layer continues a run: a block equal to those before but for the first's stride and squeeze."""
    nodes = analysis.design.nodes
    first, layer = nodes[run[0]].layer, nodes[id].layer
    if not layer.is_block or type(first) is not type(layer) or first.body != layer.body:
        return False
    stride = own_parameter(layer, "stride")
    if stride is not None:
        if layer.with_parameter(stride.name, 1) != layer:
            return False
        first = first.with_parameter(stride.name, 1)
    if len(run) > 1:  # the second settles what repeats
        return nodes[run[1]].layer == layer
    if own_parameter(layer, "gate") is not None and _same_share(analysis, run[0], id):
        first = first.with_parameter("squeezed_channels", _squeezed(layer))
    return first == layer


def _squeezed(layer: Layer) -> int:
    value: int = getattr(layer, "squeezed_channels")  # noqa: B009  # declared by the blocks that have a gate
    return value


def _same_share(analysis: Analysis, first: NodeId, second: NodeId) -> bool:
    """Whether two blocks squeeze to the same share of what comes in, as EfficientNet's do, to a whole channel."""
    shares = []
    for id in (first, second):
        inputs, layer = analysis.node(id).known_inputs, analysis.design.nodes[id].layer
        if not inputs:
            return False
        shares.append((_squeezed(layer), inputs[0].channels))
    (one, wide), (other, wider) = shares
    return abs(one * wider / wide - other) < max(1.0, wider / wide)


def _row(analysis: Analysis, ids: tuple[NodeId, ...], segment: int | None, reason: str = "") -> StageRow:
    reports = [analysis.node(id) for id in ids]
    costs = [report.cost for report in reports]
    known = [cost for cost in costs if cost is not None]
    return StageRow(
        ids,
        tuple(analysis.design.nodes[id].layer for id in ids),
        tuple(report.known_inputs[0] if report.known_inputs else None for report in reports),
        tuple(report.outputs[0] if report.outputs else None for report in reports),
        added(known) if len(known) == len(costs) else None,
        segment,
        reason,
    )


def _shape(spec: TensorSpec | None) -> str:
    """``224² × 3``, as papers print a map of N×C×H×W; channels alone of a vector."""
    if spec is None:
        return BLANK
    if len(spec.shape) != 4:
        return " × ".join(map(str, spec.shape[1:]))
    height, width = spec.sides
    sides = f"{height}²" if height == width else f"{height} × {width}"
    return f"{sides} × {spec.channels}"
