"""What charts of a comparison draw: shares by kind of layer, and which designs no other beats in two figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from designer.analysis.analysis import Analysis
from designer.graph.design import NodePath
from designer.graph.layer import Category


@dataclass(frozen=True)
class KindShare:
    """One type of layer in a design.

    Attributes:
        key: Its word in files.
        title: Its name.
        category: Its group in the palette, by which charts colour it.
        value: What all of it costs, in the figure's unit.
        share: That by the whole design's; 0 where the whole is 0.
    """

    key: str
    title: str
    category: Category
    value: float
    share: float


def mac_shares(analysis: Analysis) -> tuple[KindShare, ...]:
    """MACs by type of layer, through blocks, most first; types without MACs are left out."""
    found = [(kind.key, kind.title, kind.category, float(kind.cost.macs)) for kind in analysis.by_layer_type]
    return _shares(found)


def time_shares(analysis: Analysis, times_s: Mapping[NodePath, float]) -> tuple[KindShare, ...]:
    """Measured seconds by type of layer, most first.

    Args:
        analysis: Of the design that was measured.
        times_s: Seconds by node, through blocks; nodes that were not measured count as nothing.
    """
    sums: dict[str, tuple[str, str, Category, float]] = {}
    for path, node, _ in analysis.primitives():
        key = node.layer.key
        before = sums[key][3] if key in sums else 0.0
        sums[key] = (key, node.layer.title, node.layer.category, before + times_s.get(path, 0.0))
    return _shares(list(sums.values()))


def _shares(found: Sequence[tuple[str, str, Category, float]]) -> tuple[KindShare, ...]:
    total = sum(value for *_, value in found)
    kinds = [KindShare(*entry, entry[3] / total if total else 0.0) for entry in found if entry[3]]
    return tuple(sorted(kinds, key=lambda kind: (-kind.value, kind.key)))
