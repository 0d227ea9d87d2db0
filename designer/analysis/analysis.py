"""Analysis: everything known about one design, of one value. An edit recounts only what it touched."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from heapq import heappop, heappush
from operator import sub
from typing import NamedTuple

from designer.analysis.by_layer_type import Tallies, Tally, listed, retallied, tallied
from designer.analysis.cost import LayerTypeCost, NodeCost, added
from designer.analysis.issues import Issue
from designer.analysis.memory import MemoryPlan, Segment
from designer.analysis.receptive_field import ReceptiveField, ReceptiveFields, see_alike
from designer.analysis.rules import misfit_issue, structure_issues
from designer.analysis.shapes import expanded, layer_facts, source_facts
from designer.errors import DesignerError, ShapeError
from designer.graph.design import Design, Feed, Node, NodeId, NodePath, PortRef
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec
from designer.issue_code import IssueCode

Given = tuple[TensorSpec | None, ...] | None
"""Shapes for the Input nodes of what is inside a block, None for one that is unknown; None where they say their own."""


_STEPS_REMEMBERED, _MOST_REMEMBERED = 16, 2_000
"""How many edits back what changed is remembered, and of how many nodes at most."""


class Facts(NamedTuple):
    """What follows from a layer and the shapes that reach it.

    Attributes:
        outputs: A shape for each output port, or None where the layer cannot take the inputs.
        cost: What it costs, or None likewise.
        segment: What it does to memory, or None likewise.
        inner: The analysis of what is inside a block.
        shape_error: Why it cannot take the inputs.
    """

    outputs: tuple[TensorSpec, ...] | None
    cost: NodeCost | None = None
    segment: Segment | None = None
    inner: Analysis | None = None
    shape_error: ShapeError | None = None


class NodeReport(NamedTuple):
    """What is known about one node.

    Attributes:
        inputs: The shape that reaches each input port, None where it is unknown.
        facts: What follows from them, or None while an input is unknown.
    """

    inputs: tuple[TensorSpec | None, ...]
    facts: Facts | None

    @property
    def known_inputs(self) -> tuple[TensorSpec, ...] | None:
        """The shapes that reach the inputs, or None while one is unknown."""
        known = tuple(spec for spec in self.inputs if spec is not None)
        return known if len(known) == len(self.inputs) else None

    @property
    def outputs(self) -> tuple[TensorSpec, ...] | None:
        """A shape for each output port, or None where unknown."""
        return self.facts.outputs if self.facts else None

    @property
    def cost(self) -> NodeCost | None:
        """What it costs, or None where unknown."""
        return self.facts.cost if self.facts else None

    @property
    def is_view(self) -> bool:
        """Whether its outputs are all its inputs' own memory."""
        segment = self.facts.segment if self.facts else None
        return segment is not None and bool(segment.aliases) and None not in segment.aliases

    @property
    def inner(self) -> Analysis | None:
        """The analysis of what is inside a block."""
        return self.facts.inner if self.facts else None


@dataclass(frozen=True)
class Totals:
    """Sums over a design, for one forward pass.

    Attributes:
        parameters: Trained numbers.
        macs: Multiply-accumulates of convolutions and fully connected layers.
        elementwise: Element-wise operations.
        flops: 2 × MACs + element-wise operations.
        weight_bytes: Bytes of the parameters.
        peak_activation_bytes: The most bytes of tensors that live at once.
        complete: Whether every node is counted; False while some node's shapes are unknown.
    """

    parameters: int
    macs: int
    elementwise: int
    flops: int
    weight_bytes: int
    peak_activation_bytes: int
    complete: bool


class Analysis:
    """What a design means. Make one with ``analyse``."""

    def __init__(
        self,
        design: Design,
        batch: int,
        given: Given,
        reports: Mapping[NodeId, NodeReport],
        cost: NodeCost,
        unknown: int,
        plan: MemoryPlan,
        segments: Mapping[NodeId, Segment],
        structure: tuple[Issue, ...],
        faulty: frozenset[NodeId],
    ) -> None:
        self.design = design
        self.batch = batch
        self.given = given
        self._reports = reports
        self.cost = cost
        self._unknown = unknown
        self.memory_plan = plan
        self._segments = segments
        self._structure = structure
        self._faulty = faulty
        self._receptive_fields = ReceptiveFields(design, partial(_seen_within, reports))
        self._mark = object()
        self._trail: tuple[tuple[object, frozenset[NodeId]], ...] = ()

    def node(self, id: NodeId) -> NodeReport:
        """What is known about a node."""
        return self._reports[id]

    def at(self, path: NodePath) -> NodeReport:
        """What is known about a node inside blocks.

        Raises:
            KeyError: There is no such node, or its block's shapes are unknown.
        """
        report = self._reports[path[0]]
        if len(path) == 1:
            return report
        if report.inner is None:
            raise KeyError(path)
        return report.inner.at(path[1:])

    def spec(self, ref: PortRef) -> TensorSpec | None:
        """The shape at an output port, or None where unknown."""
        outputs = self._reports[ref.node].outputs
        if outputs is None:
            return None
        for port, spec in zip(self.design.nodes[ref.node].layer.outputs, outputs, strict=True):
            if port.name == ref.port:
                return spec
        return None

    @cached_property
    def totals(self) -> Totals:
        """Sums over the design."""
        cost = self.cost
        peak = self.memory_plan.peak_bytes()
        return Totals(
            cost.parameters, cost.macs, cost.elementwise, cost.flops, cost.weight_bytes, peak, self._unknown == 0
        )

    @cached_property
    def issues(self) -> tuple[Issue, ...]:
        """Problems, those of nodes in order of execution, then the design's own."""
        in_order = sorted(self._faulty, key=lambda id: self.design.rank[id])
        return (*(issue for id in in_order for issue in self._node_issues(id)), *self._structure)

    def _node_issues(self, id: NodeId) -> tuple[Issue, ...]:
        report = self._reports[id]
        if report.facts is not None and report.facts.shape_error is not None:
            return (misfit_issue(id, report.facts.shape_error),)
        return () if report.inner is None else tuple(issue.inside(id) for issue in report.inner.issues)

    @property
    def structure_issues(self) -> tuple[Issue, ...]:
        """Problems that follow from nodes and wires alone, inside blocks left out."""
        return self._structure

    @property
    def entering(self) -> Mapping[NodeId, TensorSpec | None] | None:
        """The shape given to each Input node; None where they say their own."""
        if self.given is None:
            return None
        return {node.id: spec for node, spec in zip(self.design.input_nodes(), self.given, strict=True)}

    @property
    def is_valid(self) -> bool:
        """Whether nothing keeps it from running."""
        return not self._faulty and not any(issue.is_blocking for issue in self._structure)

    @property
    def digest(self) -> str:
        """The design's digest, by which a measurement knows what it measured."""
        return self.design.digest

    def given_out(self) -> tuple[TensorSpec, ...] | None:
        """The shape at each Output node, or None while one is unknown."""
        found = [self._reports[node.id].known_inputs for node in self.design.output_nodes()]
        shapes = tuple(inputs[0] for inputs in found if inputs)
        return shapes if len(shapes) == len(found) else None

    @cached_property
    def segment(self) -> Segment:
        """The whole as one node of another design, for the lifetimes of its memory."""
        return self.memory_plan.as_segment()

    @cached_property
    def memory_timeline(self) -> tuple[tuple[NodePath, int], ...]:
        """Bytes that live in each step of execution, with the primitive node that runs, through blocks."""
        return tuple(zip(self._step_paths(()), self.memory_plan.timeline(), strict=True))

    def _step_paths(self, prefix: NodePath) -> Iterator[NodePath]:
        for id in self.design.order:
            report = self._reports[id]
            if report.inner is not None and id in self._segments:
                yield from report.inner._step_paths((*prefix, id))
            elif not prefix or self.design.nodes[id].layer.inputs:
                yield (*prefix, id)

    @cached_property
    def peaks_by_path(self) -> Mapping[NodePath, int]:
        """The most bytes that live while each node or block runs; what only brings inputs into a block runs not."""
        peaks: dict[NodePath, int] = {}
        for path, size in self.memory_timeline:
            for depth in range(1, len(path) + 1):
                peaks[path[:depth]] = max(peaks.get(path[:depth], 0), size)
        return peaks

    @cached_property
    def field_at_end(self) -> ReceptiveField:
        """What one position at the outputs sees of the inputs."""
        return self._receptive_fields.at_end()

    def receptive_field(self, id: NodeId) -> ReceptiveField:
        """How much of the design's input one position of a node's output sees."""
        return self._receptive_fields.of(id)

    @cached_property
    def depth(self) -> int:
        """The most layers with MACs on any way from input to output."""
        return max(self._depths((0,) * len(self.design.input_nodes())), default=0)

    def _depths(self, entering: tuple[int, ...]) -> tuple[int, ...]:
        """Depth at each Output node, for the depth at each Input node."""
        design = self.design
        reached: dict[NodeId, tuple[int, ...]] = {
            node.id: (depth,) for node, depth in zip(design.input_nodes(), entering, strict=True)
        }
        for id in design.order:
            if id not in reached:
                before = tuple(reached[feed.node][feed.output] if feed else 0 for feed in design.feeds[id])
                reached[id] = self._depths_after(id, before)
        return tuple(reached[node.id][0] for node in design.output_nodes())

    def _depths_after(self, id: NodeId, before: tuple[int, ...]) -> tuple[int, ...]:
        report, layer = self._reports[id], self.design.nodes[id].layer
        if report.inner is not None:
            return report.inner._depths(before)
        own = int(bool(report.cost and report.cost.macs))
        return (max(before, default=0) + own,) * max(len(layer.outputs), 1)

    def primitives(self, prefix: NodePath = ()) -> Iterator[tuple[NodePath, Node, NodeReport]]:
        """Every node that is no block, through blocks, in order of execution; a block's own ends are left out."""
        for id in self.design.order:
            node, report = self.design.nodes[id], self._reports[id]
            if report.inner is not None:
                yield from report.inner.primitives((*prefix, id))
            elif not prefix or (node.layer.inputs and node.layer.outputs):
                yield (*prefix, id), node, report

    @cached_property
    def by_layer_type(self) -> tuple[LayerTypeCost, ...]:
        """Cost by type of layer, through blocks, most MACs first."""
        return listed(self.tallies)

    @cached_property
    def tallies(self) -> Tallies:
        """The same by the types' keys."""
        return tallied(tally for id, node in self.design.nodes.items() for tally in _tallies(node, self._reports[id]))

    def changed_since(self, earlier: Analysis) -> Collection[NodeId] | None:
        """The nodes whose layer, report or problems may differ from an earlier state of the design.

        None where that is not known: another structure, or longer ago than is remembered.
        """
        found: set[NodeId] = set()
        if earlier._mark is self._mark:
            return found
        for mark, ids in self._trail:
            found |= ids
            if mark is earlier._mark:
                return found
        return None

    def _carry(self, previous: Analysis, touched: Collection[NodeId]) -> None:
        """Take over what an edit of some nodes leaves as it was, and remember which these are."""
        design, before = self.design, previous.design
        otherwise = (id for id in touched if self._sees_otherwise(previous, id))
        within = partial(_seen_within, self._reports)
        self._receptive_fields = previous._receptive_fields.followed(design, within, otherwise)
        if "tallies" in vars(previous) and 2 * len(touched) < len(design.nodes):
            self.tallies = retallied(
                previous.tallies,
                (
                    (_tallies(before.nodes[id], previous._reports[id]), _tallies(design.nodes[id], self._reports[id]))
                    for id in touched
                ),
            )
        if len(touched) <= _MOST_REMEMBERED:
            ids = previous._faulty | self._faulty | frozenset(touched)
            self._trail = ((previous._mark, ids), *previous._trail[: _STEPS_REMEMBERED - 1])

    def _sees_otherwise(self, previous: Analysis, id: NodeId) -> bool:
        before, after = previous._reports[id].inner, self._reports[id].inner
        if before is not None or after is not None:
            return before is not after
        return not see_alike(previous.design.nodes[id].layer, self.design.nodes[id].layer)


def _seen_within(reports: Mapping[NodeId, NodeReport], id: NodeId) -> ReceptiveField | None:
    """What a block sees of its own input; None of a node that is no block, or where it is unknown."""
    inner = reports[id].inner
    return None if inner is None else inner.field_at_end


def _tallies(node: Node, report: NodeReport) -> Iterable[Tally]:
    """What a node counts as, by type; a block as what is inside it."""
    if report.inner is not None:
        return report.inner.tallies.values()
    is_counted = report.cost is not None and node.layer.inputs and node.layer.outputs
    return (Tally(node.layer.declared, 1, report.cost),) if report.cost is not None and is_counted else ()


@lru_cache(maxsize=1 << 16)
def facts(layer: Layer, inputs: tuple[TensorSpec, ...]) -> Facts:
    """Facts of a layer for its input shapes, one a port.

    They depend on these alone, so they are remembered by them, whatever design asks.
    """
    try:
        return _block_facts(layer, inputs) if layer.is_block else Facts(*layer_facts(layer, inputs))
    except ShapeError as shape_error:
        return Facts(None, shape_error=shape_error)
    except DesignerError as error:
        return Facts(
            None, shape_error=ShapeError(IssueCode.PARAMETERS, "its parameters do not go together", str(error))
        )


def _block_facts(layer: Layer, inputs: tuple[TensorSpec, ...]) -> Facts:
    inner = _complete(expanded(layer, inputs), 1, inputs)
    outputs = inner.given_out()
    if outputs is None or not inner.is_valid:
        return Facts(None, inner=inner)
    return Facts(outputs, inner.cost, inner.segment, inner)


def analyse(
    design: Design,
    previous: Analysis | None = None,
    batch: int = 1,
    given: Given = None,
) -> Analysis:
    """Work out shapes, costs, memory and problems of a design.

    Args:
        design: What to analyse.
        previous: The analysis of the design before an edit; only what differs is worked out anew.
        batch: Pictures at once, N.
        given: Shapes for the Input nodes in their order, for what is inside a block; None where they say their own.
    """
    # An analysis makes no cycles and keeps nearly all that it makes, so the garbage collector waits until it is there:
    # at 10,000 nodes it would look through everything the process holds, for as long as the counting takes.
    collects = gc.isenabled()
    gc.disable()
    try:
        if previous is not None and _can_follow(design, previous, batch, given):
            return _followed(design, previous)
        return _complete(design, batch, given)
    finally:
        if collects:
            gc.enable()


def _can_follow(design: Design, previous: Analysis, batch: int, given: Given) -> bool:
    return design.same_structure(previous.design) and batch == previous.batch and given == previous.given


def _complete(design: Design, batch: int, given: Given) -> Analysis:
    sources = _sources(design)
    reports: dict[NodeId, NodeReport] = {}
    segments: dict[NodeId, Segment] = {}
    costs: list[NodeCost] = []
    faulty: list[NodeId] = []
    nodes, feeds = design.nodes, design.feeds
    for id in design.order:
        layer = nodes[id].layer
        if id in sources:
            report = _source_report(layer, sources[id], batch, given)
        else:
            report = _report(layer, feeds[id], reports)
        reports[id] = report
        found = report.facts
        if found is None:
            continue
        if found.outputs is None:
            faulty.append(id)
        if found.cost is not None:
            costs.append(found.cost)
        if found.segment is not None:
            segments[id] = found.segment
    return Analysis(
        design,
        batch,
        given,
        reports,
        added(costs),
        len(reports) - len(costs),
        MemoryPlan(design, segments),
        segments,
        design.of_structure(("issues", given is not None), lambda: structure_issues(design, is_body=given is not None)),
        frozenset(faulty),
    )


def _followed(design: Design, previous: Analysis) -> Analysis:
    """The analysis after parameters, names or places changed, from the one before."""
    old_nodes = previous.design.nodes
    changed = [
        id for id, node in design.nodes.items() if old_nodes[id] is not node and old_nodes[id].layer != node.layer
    ]
    if not changed:
        return _with(previous, design)
    sources = _sources(design)
    reports = dict(previous._reports)
    touched = _propagate(design, changed, reports, sources, previous)
    segments = dict(previous._segments)
    faulty = (previous._faulty - set(touched)) | {id for id in touched if _is_faulty(reports[id])}
    befores = [cost for id in touched if (cost := previous._reports[id].cost) is not None]
    afters = [cost for id in touched if (cost := reports[id].cost) is not None]
    cost = NodeCost(*map(sub, added([previous.cost, *afters]), added(befores)))
    unknown = previous._unknown + len(befores) - len(afters)
    for id in touched:
        found = reports[id].facts
        if found is not None and found.segment is not None:
            segments[id] = found.segment
        else:
            segments.pop(id, None)
    plan = previous.memory_plan.followed(design, touched, segments) or MemoryPlan(design, segments)
    analysis = Analysis(
        design, previous.batch, previous.given, reports, cost, unknown, plan, segments, previous._structure, faulty
    )
    analysis._carry(previous, touched)
    return analysis


def _with(previous: Analysis, design: Design) -> Analysis:
    p = previous
    counted = (p._reports, p.cost, p._unknown, p.memory_plan, p._segments, p._structure, p._faulty)
    analysis = Analysis(design, p.batch, p.given, *counted)
    analysis._carry(previous, ())
    return analysis


def _propagate(
    design: Design,
    changed: Sequence[NodeId],
    reports: dict[NodeId, NodeReport],
    sources: Mapping[NodeId, int],
    previous: Analysis,
) -> list[NodeId]:
    """Work out the changed nodes and, in order of execution, every reader whose input shapes became others."""
    rank, nodes, feeds = design.rank, design.nodes, design.feeds
    waiting = [(rank[id], id) for id in changed]
    waiting.sort()
    queued = set(changed)
    touched = []
    while waiting:
        _, id = heappop(waiting)
        before, layer = reports[id].outputs, nodes[id].layer
        if id in sources:
            reports[id] = _source_report(layer, sources[id], previous.batch, previous.given)
        else:
            reports[id] = _report(layer, feeds[id], reports)
        touched.append(id)
        if reports[id].outputs != before:
            for reader in design.successors[id]:
                if reader not in queued:
                    queued.add(reader)
                    heappush(waiting, (rank[reader], reader))
    return touched


def _sources(design: Design) -> Mapping[NodeId, int]:
    """The place of each Input node among them."""
    return {node.id: index for index, node in enumerate(design.input_nodes())}


def _source_report(layer: Layer, place: int, batch: int, given: Given) -> NodeReport:
    if given is None:
        return NodeReport((), _source_facts(layer, None, batch))
    # An Input that was added inside a block is fed by no wire outside as yet.
    shape = given[place] if place < len(given) else None
    return NodeReport((), None if shape is None else _source_facts(layer, shape, batch))


def _report(layer: Layer, feeds: Sequence[Feed | None], reports: Mapping[NodeId, NodeReport]) -> NodeReport:
    if len(feeds) == 1 and (feed := feeds[0]) is not None:  # most nodes; a recount asks for hundreds
        before = reports[feed.node].facts
        if before is None or before.outputs is None:
            return NodeReport((None,), None)
        inputs = (before.outputs[feed.output],)
        return NodeReport(inputs, facts(layer, inputs))
    reached: list[TensorSpec | None] = []
    for feed in feeds:
        before = None if feed is None else reports[feed.node].facts
        if feed is None or before is None or before.outputs is None:
            reached.append(None)
        else:
            reached.append(before.outputs[feed.output])
    taken = tuple(reached)
    return NodeReport(taken, None if None in taken else facts(layer, taken))


def _source_facts(layer: Layer, given: TensorSpec | None, batch: int) -> Facts:
    try:
        return Facts(*source_facts(layer, given, batch))
    except ShapeError as shape_error:
        return Facts(None, shape_error=shape_error)


def _is_faulty(report: NodeReport) -> bool:
    """Whether the trouble is this node's own: its inputs are known and its outputs are not."""
    return report.facts is not None and report.facts.outputs is None
