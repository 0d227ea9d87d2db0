"""What some nodes of a design cost together, and what share of the whole that is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from designer.analysis.analysis import Analysis
from designer.graph.design import NodeId


class Part(NamedTuple):
    """One figure of some nodes.

    Attributes:
        value: Their sum; None where it is not known of any.
        share: Of the whole design's, 0 to 1; None where the whole has none.
    """

    value: float | None
    share: float | None


class Subtotal(NamedTuple):
    """Figures of some nodes together, for one forward pass.

    Attributes:
        parameters: Trained numbers.
        macs: Multiply-accumulates.
        milliseconds: Measured time; its share is of all nodes' times together.
        is_complete: Whether the cost of each of them is known.
    """

    parameters: Part
    macs: Part
    milliseconds: Part
    is_complete: bool


def subtotal(analysis: Analysis, ids: Collection[NodeId], node_ms: Mapping[str, float]) -> Subtotal:
    """What nodes cost together.

    Args:
        analysis: Of the design they are in.
        ids: The nodes; those that are not in the design do not count.
        node_ms: Measured milliseconds by node; empty where nothing is measured.
    """
    present = [id for id in ids if id in analysis.design.nodes]
    costs = [analysis.node(id).cost for id in present]
    known = [cost for cost in costs if cost is not None]
    totals = analysis.totals
    timed = [node_ms[id] for id in present if id in node_ms]
    whole_ms = sum(node_ms[id] for id in analysis.design.nodes if id in node_ms)
    return Subtotal(
        _part(sum(cost.parameters for cost in known), totals.parameters),
        _part(sum(cost.macs for cost in known), totals.macs),
        _part(sum(timed), whole_ms) if timed else Part(None, None),
        len(known) == len(costs),
    )


def _part(value: float, whole: float) -> Part:
    return Part(value, value / whole if whole else None)
