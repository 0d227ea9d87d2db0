"""Blocks of one's own: kept under a name, renamed and deleted, with the questions that takes. Draws nothing."""

from __future__ import annotations

from designer.edit.grouping import as_group, group
from designer.errors import DesignerError, DesignFileError
from designer.files.block_library import LibraryBlock
from designer.graph.design import Design
from designer.ui.panels.node_library import OWN_BLOCKS
from designer.ui.workbench.workbench import Workbench


def can_save(bench: Workbench) -> bool:
    """Whether something is selected, or a block is open."""
    return bench.tab is not None and (bench.tab.has_selection or bool(bench.tab.path))


def save_as_block(bench: Workbench) -> LibraryBlock | None:
    """Ask for a name and keep the selected block, the selected nodes, or the block that is open, under it."""
    try:
        body = _chosen_body(bench)
    except DesignerError as error:
        bench.status_message.emit(str(error))
        return None
    if body is None:
        return None
    name = bench.ask.text("Save as a block", "What to call it:", body.name)
    return _keep(bench, " ".join(name.split()), body) if name is not None else None


def _chosen_body(bench: Workbench) -> Design | None:
    """What would be inside the block.

    Raises:
        DesignerError: The selected nodes cannot stand in one block.
    """
    tab, ids = bench.tab, bench.selection
    if tab is None:
        return None
    shown = tab.shown.design
    if not ids:
        return shown if tab.path else None
    if len(ids) == 1 and shown.nodes[ids[0]].layer.is_block:
        node = shown.nodes[ids[0]]
        if node.body is None:
            inputs = tab.shown_analysis.node(node.id).known_inputs
            if inputs is None:
                bench.status_message.emit(f"{node.id} cannot be kept before its input's shape is known: wire it first")
                return None
            node = as_group(shown, node.id, inputs).nodes[node.id]
        return node.body.renamed(node.title) if node.body is not None else None
    grouped, made = group(shown, ids)
    return grouped.nodes[made].body


def _keep(bench: Workbench, name: str, body: Design) -> LibraryBlock | None:
    taken = any(block.name == name for block in bench.library.blocks)
    if taken and not bench.ask.sure(
        "Replace the block?",
        f"There is a block “{name}” already. Designs that it was placed in keep theirs.",
        "Replace",
    ):
        return None
    try:
        kept = bench.library.keep(name, body, replace=taken)
    except DesignFileError as error:
        bench.ask.tell("The block was not kept", str(error))
        return None
    bench.status_message.emit(f"Kept {kept.name}: it stands in the palette under {OWN_BLOCKS}, and in quick add")
    return kept


def rename_block(bench: Workbench, block: LibraryBlock) -> None:
    """Ask for another name of a block and give it that."""
    name = bench.ask.text("Rename the block", "What to call it:", block.name)
    if name is None or " ".join(name.split()) == block.name:
        return
    try:
        bench.library.rename(block, name)
    except DesignFileError as error:
        bench.ask.tell("The block was not renamed", str(error))


def delete_block(bench: Workbench, block: LibraryBlock) -> None:
    """Ask, and take a block out of the library."""
    text = f"“{block.name}” leaves the palette for good. Designs that it was placed in keep theirs."
    if not bench.ask.sure("Delete the block?", text, "Delete"):
        return
    try:
        bench.library.delete(block)
    except DesignFileError as error:
        bench.ask.tell("The block was not deleted", str(error))
