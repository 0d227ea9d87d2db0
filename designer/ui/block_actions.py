"""What the Block menu does: group, expand and tidy, each one undo step in the design on screen."""

from __future__ import annotations

from designer import wording
from designer.edit import grouping, layout
from designer.graph.design import Design, NodeId
from designer.ui.workbench import Workbench


def selected_block(bench: Workbench) -> NodeId | None:
    """The one selected node, where it is a block."""
    document, selection = bench.document, bench.selection
    if document is None or len(selection) != 1 or selection[0] not in document.design.nodes:
        return None
    return selection[0] if document.design.nodes[selection[0]].layer.is_block else None


def group(bench: Workbench) -> None:
    """Put the selected nodes into one block, and select it."""
    ids = bench.selection
    made: list[NodeId] = []

    def edit(design: Design) -> Design:
        after, block = grouping.group(design, ids)
        made.append(block)
        return after

    if bench.apply(f"Group {wording.plural(len(ids), 'node')}", edit) and bench.tab is not None:
        bench.tab.select(made[-1:])


def expand(bench: Workbench) -> None:
    """Put the parts of the selected block in its place, and select them."""
    id = selected_block(bench)
    if id is None or bench.analysis is None or bench.tab is None:
        return
    inputs = bench.analysis.node(id).known_inputs
    if inputs is None:
        bench.said.emit(f"{id} cannot be expanded before its input's shape is known: wire it first")
        return
    parts: list[NodeId] = []

    def edit(design: Design) -> Design:
        after, ids = grouping.expand_block(design, id, inputs)
        parts[:] = ids
        return after

    if bench.apply(f"Expand {id}", edit):
        bench.tab.select(parts)


def tidy(bench: Workbench) -> None:
    """Lay the design out anew; the selection only, where more than one node is selected."""
    ids = bench.selection if len(bench.selection) > 1 else None
    label = "Tidy the selection" if ids else "Tidy"
    if bench.apply(label, lambda design: layout.tidy(design, ids)) and bench.tab is not None and not ids:
        bench.tab.fit_all()
