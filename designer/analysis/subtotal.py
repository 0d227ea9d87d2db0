"""What some nodes of a design cost together, and what share of the whole that is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from designer.analysis.analysis import Analysis
from designer.analysis.figures.figure import Figure, Scope
from designer.analysis.figures.registry import figures
from designer.analysis.measured import Measured
from designer.graph.design import NodeId


class Part(NamedTuple):
    """One figure of some nodes.

    Attributes:
        value: Their sum; None where it is not known of any.
        share: Of the whole design's, 0 to 1, or of all nodes' times together; None where the whole has none.
    """

    value: float | None
    share: float | None


class Subtotal(NamedTuple):
    """Figures of some nodes together, for one forward pass.

    Attributes:
        parts: By the keys of the figures.
        is_complete: Whether the cost of each of them is known.
    """

    parts: Mapping[str, Part]
    is_complete: bool


def added_figures() -> tuple[Figure, ...]:
    """Headline figures that nodes have a sum of."""
    return tuple(each for each in figures(Scope.NODE) if each.is_headline and each.adds_up)


def subtotal(analysis: Analysis, ids: Collection[NodeId], node_ms: Mapping[str, float]) -> Subtotal:
    """What nodes cost together.

    Args:
        analysis: Of the design they are in.
        ids: The nodes; those that are not in the design do not count.
        node_ms: Measured milliseconds by node; empty where nothing is measured.
    """
    present = [id for id in ids if id in analysis.design.nodes]
    measured = Measured(node_ms=node_ms)
    parts = {each.key: _part(each, analysis, present, measured) for each in added_figures()}
    return Subtotal(parts, all(analysis.node(id).cost is not None for id in present))


def _part(figure: Figure, analysis: Analysis, ids: Collection[NodeId], measured: Measured) -> Part:
    known = _known(figure, analysis, ids, measured)
    if figure.is_measured and not known:
        return Part(None, None)
    # A design is timed without looking inside, so what its nodes take together is another figure.
    everything = analysis.design.nodes
    whole = sum(_known(figure, analysis, everything, measured)) if figure.is_measured else figure.of_design(analysis)
    return Part(sum(known), sum(known) / whole if whole else None)


def _known(figure: Figure, analysis: Analysis, ids: Collection[NodeId], measured: Measured) -> list[float]:
    values = (figure.of_node(analysis, (id,), measured) for id in ids)
    return [value for value in values if value is not None]
