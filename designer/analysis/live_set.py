"""Which tensors live in the step of execution that needs most memory: what stands behind the peak.

Reads the memory plan that the peak comes from, through blocks, so that the sizes add up to the figure.
"""

from __future__ import annotations

from dataclasses import dataclass

from designer.analysis.analysis import Analysis
from designer.analysis.memory import Held, Moment
from designer.graph.design import NodePath
from designer.graph.tensor import TensorSpec


@dataclass(frozen=True)
class LiveTensor:
    """One tensor that is in memory.

    Attributes:
        path: The node that made it.
        spec: Its shape.
        bytes: Its size.
        until: The last node that reads it; None where it is what the design gives.
        is_made_now: Whether the step itself makes it.
    """

    path: NodePath
    spec: TensorSpec
    bytes: int
    until: NodePath | None
    is_made_now: bool


@dataclass(frozen=True)
class LiveSet:
    """What lives together in one step.

    Attributes:
        path: The node whose step it is.
        bytes: The sum over the tensors.
        tensors: Largest first.
    """

    path: NodePath
    bytes: int
    tensors: tuple[LiveTensor, ...]


def largest_live_set(analysis: Analysis, path: NodePath = ()) -> LiveSet | None:
    """What lives in the step that needs most memory; None where there is no such step.

    Args:
        analysis: Of the whole design.
        path: A node, or a block: only its steps are looked at. Empty for every step of the design.
    """
    steps = zip(analysis.memory_plan.moments(), analysis.memory_timeline, strict=True)
    found = [(moment, reached) for moment, (reached, _) in steps if reached[: len(path)] == path]
    if not found:
        return None
    moment, reached = max(found, key=lambda entry: entry[0].bytes)
    tensors = sorted(_living(analysis, moment, ()), key=lambda tensor: -tensor.bytes)
    return LiveSet(reached, moment.bytes, tuple(tensors))


def _inside(analysis: Analysis, moment: Moment) -> tuple[Analysis, Moment] | None:
    """The same step seen from inside the block it belongs to; None where it belongs to no block."""
    inner = analysis.node(analysis.design.order[moment.place]).inner
    if inner is None:
        return None
    moments = inner.memory_plan.inner_moments()
    return (inner, moments[moment.step]) if moments else None


def _living(analysis: Analysis, moment: Moment, prefix: NodePath) -> list[LiveTensor]:
    before = [_tensor(analysis, held, prefix, False) for held in analysis.memory_plan.made_before(moment)]
    deeper = _inside(analysis, moment)
    if deeper is not None:
        return before + _living(*deeper, (*prefix, analysis.design.order[moment.place]))
    now = [_tensor(analysis, held, prefix, True) for held in analysis.memory_plan.made_at(moment.place)]
    return before + now


def _tensor(analysis: Analysis, held: Held, prefix: NodePath, is_made_now: bool) -> LiveTensor:
    order = analysis.design.order
    outputs = analysis.node(order[held.place]).outputs or ()
    until = (*prefix, order[held.dies_at]) if held.dies_at < len(order) else prefix or None
    return LiveTensor((*prefix, order[held.place]), outputs[held.output], held.bytes, until, is_made_now)
