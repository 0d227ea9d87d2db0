"""The outline of a network: how large its maps are from the input to the end, how wide, and where it adds its input."""

from __future__ import annotations

from dataclasses import dataclass

from designer.analysis.analysis import Analysis
from designer.graph.design import Design
from designer.graph.layer import Category


@dataclass(frozen=True)
class Column:
    """One node of the network.

    Attributes:
        side: Height of the map that it gives, in pixels; 1 of a vector.
        channels: How many channels that has.
        category: What kind of layer it is.
        is_residual: Whether it is a block that adds, joins or multiplies what came in.
    """

    side: int
    channels: int
    category: Category
    is_residual: bool


def silhouette(analysis: Analysis) -> tuple[Column, ...]:
    """A column for every node that gives a tensor, in order of execution; those of unknown shape are left out."""
    found = []
    for id in analysis.design.order:
        node, report = analysis.design.nodes[id], analysis.node(id)
        if not report.outputs:
            continue
        spec, inner = report.outputs[0], report.inner
        is_residual = inner is not None and _meets_its_input(inner.design)
        side = max(spec.sides, default=1)
        found.append(Column(side, spec.channels, node.layer.category, is_residual))
    return tuple(found)


def _meets_its_input(body: Design) -> bool:
    entrances = {node.id for node in body.input_nodes()}
    merges = (node.id for node in body.nodes.values() if node.layer.category is Category.MERGE)
    return any(wire.source.node in entrances for id in merges for wire in body.incoming(id))
