"""What the Block menu does: group, expand, go in and out, and tidy; each edit is one undo step."""

from __future__ import annotations

from designer import wording
from designer.edit import alignment, grouping, layout
from designer.edit.alignment import Alignment
from designer.edit.annotations import refitted
from designer.graph.design import Design, NodeId, NodePath
from designer.ui.workbench.workbench import Workbench


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
    if inputs is None and bench.analysis.design.nodes[id].body is None:
        bench.status_message.emit(f"{id} cannot be expanded before its input's shape is known: wire it first")
        return
    parts: list[NodeId] = []

    def edit(design: Design) -> Design:
        after, ids = grouping.expand_block(design, id, inputs or ())
        parts[:] = ids
        return after

    if bench.apply(f"Expand {id}", edit):
        bench.tab.select(parts)


def align(bench: Workbench, by: Alignment) -> None:
    """Put the selected nodes on one line."""
    ids = bench.selection
    bench.apply(f"Align {wording.plural(len(ids), 'node')} {by.value}", lambda design: alignment.align(design, ids, by))


def distribute(bench: Workbench, across: bool) -> None:
    """Spread the selected nodes evenly."""
    ids = bench.selection
    label = f"Distribute {wording.plural(len(ids), 'node')} {'across' if across else 'down'}"
    bench.apply(label, lambda design: alignment.distribute(design, ids, across))


def enter(bench: Workbench) -> None:
    """Show what is inside the selected block."""
    id = selected_block(bench)
    if id is not None and bench.tab is not None:
        bench.tab.walking.enter(id)


def is_inside(bench: Workbench) -> bool:
    """Whether what is inside a block is on the canvas."""
    return bench.tab is not None and bool(bench.tab.path)


def leave(bench: Workbench) -> None:
    """Show what holds the block that is open."""
    if bench.tab is not None:
        bench.tab.walking.leave()


def path_of_fixed(bench: Workbench) -> NodePath | None:
    """The block whose parts follow from its parameters: the one selected node, else the one that is open."""
    tab = bench.tab
    if tab is None:
        return None
    id = selected_block(bench)
    if id is not None and tab.shown.design.nodes[id].body is None:
        return (*tab.path, id)
    return None if tab.shown.is_editable else tab.path


def make_group(bench: Workbench) -> None:
    """Replace a block whose parts follow from its parameters by a group of the same parts."""
    path = path_of_fixed(bench)
    if path is not None and bench.tab is not None:
        bench.tab.walking.make_editable(path)


def tidy(bench: Workbench) -> None:
    """Lay the design out anew; the selection only, where more than one node is selected."""
    ids = bench.selection if len(bench.selection) > 1 else None
    label = "Tidy the selection" if ids else "Tidy"
    tab = bench.tab
    if tab is None:
        return
    before = {id: node.position for id, node in tab.shown.design.nodes.items()}
    if bench.apply(label, lambda design: refitted(design, layout.tidy(design, ids))):
        if not ids:
            tab.fit_all()
        tab.scene.gliding.glide_from(before)
