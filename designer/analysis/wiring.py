"""What the end of a wire may be plugged into, as a list that can be read: every port, and why not where it may not.

For hands that choose from a list instead of dragging. Says what ``fitting`` says of each single wire, but walks the
graph once for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from designer.analysis.analysis import Analysis
from designer.analysis.fitting import MAKES_CYCLE, READS_ITSELF, misfit_if_connected
from designer.graph.design import NodeId, PortRef
from designer.graph.tensor import TensorSpec
from designer.graph.topology import downstream


@dataclass(frozen=True)
class WireChoice:
    """One port that the other end of a wire might be plugged into.

    Attributes:
        port: The port.
        spec: What would flow, N×C×H×W or N×F; None where unknown.
        refusal: Why the wire cannot be, or None where it can.
        shape_error: What would not fit if it were there, or None; such a wire may be made.
        is_present: Whether the wire is there already.
        gives_way: The output that the port reads now and would read no longer, or None.
    """

    port: PortRef
    spec: TensorSpec | None
    refusal: str | None = None
    shape_error: str | None = None
    is_present: bool = False
    gives_way: PortRef | None = None


def sources_for(analysis: Analysis, target: PortRef) -> tuple[WireChoice, ...]:
    """Every output, as what an input might read: what fits first, the nearest before it first, refused ones last.

    Args:
        analysis: Of a design that has the input.
        target: The input.
    """
    design = analysis.design
    behind = set(downstream(design.successors, [target.node]))
    present = design.wires.get(target)
    ports = (PortRef(id, port.name) for id in design.order for port in design.nodes[id].layer.outputs)
    shape_error = _remembering(lambda source: misfit_if_connected(analysis, source, target), analysis.spec)

    def choice(source: PortRef) -> WireChoice:
        refusal = _refusal(source.node, target.node, behind)
        return WireChoice(
            source,
            analysis.spec(source),
            refusal,
            shape_error(source) if refusal is None else None,
            present is not None and present.source == source,
        )

    return _sorted(analysis, map(choice, ports), target.node)


def targets_for(analysis: Analysis, source: PortRef) -> tuple[WireChoice, ...]:
    """Every input, as what might read an output: what fits first, free ones and the nearest first, refused ones last.

    Args:
        analysis: Of a design that has the output.
        source: The output.
    """
    design = analysis.design
    before = set(downstream(design.predecessors, [source.node]))
    spec = analysis.spec(source)
    ports = (PortRef(id, port.name) for id in design.order for port in design.nodes[id].layer.inputs)

    def alike(target: PortRef) -> Hashable:
        return design.nodes[target.node].layer, analysis.node(target.node).inputs, target.port

    shape_error = _remembering(lambda target: misfit_if_connected(analysis, source, target), alike)

    def choice(target: PortRef) -> WireChoice:
        refusal = _refusal(target.node, source.node, before)
        wire = design.wires.get(target)
        is_present = wire is not None and wire.source == source
        return WireChoice(
            target,
            spec,
            refusal,
            shape_error(target) if refusal is None else None,
            is_present,
            wire.source if wire is not None and not is_present else None,
        )

    return _sorted(analysis, map(choice, ports), source.node)


def _refusal(id: NodeId, own: NodeId, blocked: set[NodeId]) -> str | None:
    if id == own:
        return READS_ITSELF
    return MAKES_CYCLE if id in blocked else None


def _remembering(
    ask: Callable[[PortRef], str | None], alike: Callable[[PortRef], Hashable]
) -> Callable[[PortRef], str | None]:
    """The same answers, asked once for ports that are alike: a network has few shapes."""
    known: dict[Hashable, str | None] = {}

    def answer(port: PortRef) -> str | None:
        key = alike(port)
        if key not in known:
            known[key] = ask(port)
        return known[key]

    return answer


def _sorted(analysis: Analysis, found: Iterable[WireChoice], own: NodeId) -> tuple[WireChoice, ...]:
    rank = analysis.design.rank

    def key(choice: WireChoice) -> tuple[bool, bool, bool, bool, int]:
        is_taken = choice.gives_way is not None
        away = abs(rank[choice.port.node] - rank[own])
        return (choice.refusal is not None, not choice.is_present, choice.shape_error is not None, is_taken, away)

    return tuple(sorted(found, key=key))
