"""Switch nodes off, so that what reaches them passes through, and on again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from designer.graph.bypass import bypassed, restored
from designer.graph.design import Design, NodeId


def toggle_bypass(design: Design, ids: Iterable[NodeId]) -> Design:
    """Bypass these nodes; where all of them are bypassed already, switch them on again.

    Raises:
        EditRefused: There is no such node, or one has nothing that could pass it.
    """
    nodes = [design.node(id) for id in ids]
    change = restored if all(node.layer.is_bypassed for node in nodes) else bypassed
    return design.replacing([replace(node, layer=change(node.layer)) for node in nodes])
