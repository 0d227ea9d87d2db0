"""The Block menu: what is done to nodes together; each edit is one undo step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint

from designer import wording
from designer.analysis.analysis import Analysis, analyse
from designer.edit import alignment, grouping, layout
from designer.edit.alignment import Alignment
from designer.edit.annotations import refitted
from designer.edit.bypass import toggle_bypass
from designer.edit.document import Edit
from designer.errors import DesignerError, EditRefused
from designer.graph.design import Design, NodeId, NodePath
from designer.ui.actions import importing, own_blocks, own_parameters
from designer.ui.actions.action import Action, Call, Context, Menu, on_bench, over_window
from designer.ui.actions.questions import has_design, has_one_node, has_selection
from designer.ui.canvas.scene import CanvasScene
from designer.ui.views.wiring_by_list import Wiring
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


def toggle_bypassed(bench: Workbench) -> None:
    """Switch the selected nodes off so that their input passes, or on again where all of them are off."""
    document, ids, before = bench.document, bench.selection, bench.analysis
    if document is None or before is None or not ids:
        return
    is_restoring = all(document.design.nodes[id].layer.is_bypassed for id in ids)
    what = document.design.nodes[ids[0]].title if len(ids) == 1 else wording.plural(len(ids), "node")
    try:
        after = analyse(toggle_bypass(document.committed_design, ids), before)
        if not is_restoring:
            _refuse_new_problems(before, after, what)
    except DesignerError as error:
        bench.status_message.emit(str(error))
        return
    verb = "Restore" if is_restoring else "Bypass"

    def edit(design: Design) -> Design:
        return toggle_bypass(design, ids)

    kept: Edit = edit
    if bench.apply(f"{verb} {what}", kept):
        bench.status_message.emit(f"{verb} {what}: {change_words(before, after)}")


def _refuse_new_problems(before: Analysis, after: Analysis, what: str) -> None:
    """Raise EditRefused where what passes does not suit those that read it."""
    known = set(before.issues)
    for issue in after.issues:
        if issue.is_blocking and issue not in known:
            raise EditRefused(f"{what} cannot be bypassed: {issue.what}, {issue.why}")


def change_words(before: Analysis, after: Analysis) -> str:
    """What an edit changes of the totals, signed: ``−1 296 parameters, −4.06 M MACs``."""
    parameters = after.totals.parameters - before.totals.parameters
    macs = after.totals.macs - before.totals.macs
    if not parameters and not macs:
        return "no change in parameters and MACs"
    return f"{wording.signed(parameters, wording.count)} parameters, {wording.signed(macs)} MACs"


def _align(by: Alignment) -> Action:
    return Action(
        f"align_{by.value}",
        Menu.BLOCK,
        f"&{by.value.capitalize()}",
        lambda c: align(c.bench, by),
        tip=f"Line the selected nodes up by their {by.value}",
        enabled=lambda c: len(c.bench.selection) >= 2,
        submenu="&Align",
    )


def _distribute(word: str, across: bool) -> Action:
    return Action(
        f"distribute_{word}",
        Menu.BLOCK,
        f"Distribute {word}",
        lambda c: distribute(c.bench, across),
        tip=f"Spread the selected nodes evenly {word}",
        enabled=lambda c: len(c.bench.selection) >= 3,
        submenu="&Align",
    )


def _wiring(ask: Callable[[Wiring, CanvasScene, NodeId, QPoint], None]) -> Call:
    """Ask about the wires of the one selected node."""

    def call(context: Context) -> None:
        tab = context.bench.tab
        if tab is not None and len(tab.selection) == 1:
            ask(tab.wiring, tab.scene, tab.selection[0], tab.canvas.walk.place())

    return call


BLOCK_ACTIONS: tuple[Action, ...] = (
    Action(
        "wire_to",
        Menu.BLOCK,
        "&Wire to…",
        _wiring(Wiring.choose_target),
        ("W",),
        "Choose from a list which node reads the selected one; it says what fits, and why not what does not",
        has_one_node,
    ),
    Action(
        "read_from",
        Menu.BLOCK,
        "&Read from…",
        _wiring(Wiring.choose_source),
        ("Shift+W",),
        "Choose from a list what an input of the selected node reads",
        has_one_node,
    ),
    Action(
        "unplug",
        Menu.BLOCK,
        "&Unplug…",
        _wiring(Wiring.choose_unplugged),
        ("U",),
        "Take a wire of the selected node away",
        has_one_node,
    ),
    Action(
        "group",
        Menu.BLOCK,
        "&Group into a block",
        on_bench(group),
        ("Ctrl+G",),
        "The selected nodes become one block",
        has_selection,
        starts_section=True,
    ),
    Action(
        "expand",
        Menu.BLOCK,
        "&Expand block",
        on_bench(expand),
        ("Ctrl+Shift+G",),
        "Put the block's parts in its place",
        lambda c: selected_block(c.bench) is not None,
    ),
    Action(
        "enter_block",
        Menu.BLOCK,
        "Go &inside",
        on_bench(enter),
        ("Alt+Down",),
        "Show what is inside the selected block; Enter or a double click on it does the same",
        lambda c: selected_block(c.bench) is not None,
        starts_section=True,
    ),
    Action(
        "leave_block",
        Menu.BLOCK,
        "Come &out",
        on_bench(leave),
        ("Alt+Up",),
        "Show what holds the block that is open; Esc does the same",
        lambda c: is_inside(c.bench),
    ),
    Action(
        "make_group",
        Menu.BLOCK,
        "&Make it a group to edit",
        on_bench(make_group),
        (),
        "Replace the selected block, or the one that is open, by a group of the same parts",
        lambda c: path_of_fixed(c.bench) is not None,
    ),
    Action(
        "own_parameters",
        Menu.BLOCK,
        "&Parameters of the group…",
        own_parameters.ask_for_parameters,
        (),
        "What the fields inside the selected group, or the one that is open, follow from",
        own_parameters.has_group,
    ),
    Action(
        "condition",
        Menu.BLOCK,
        "There &only if…",
        own_parameters.ask_for_condition,
        (),
        "When the selected nodes of the group that is open are there; else their input passes through",
        own_parameters.can_be_conditional,
    ),
    Action(
        "save_as_block",
        Menu.BLOCK,
        "&Save as a block…",
        on_bench(own_blocks.save_as_block),
        ("Ctrl+Alt+B",),
        "Keep the selection, or the block that is open, under a name, to place it in any design",
        lambda c: own_blocks.can_save(c.bench),
        starts_section=True,
    ),
    Action(
        "bypass",
        Menu.BLOCK,
        "&Bypass",
        on_bench(toggle_bypassed),
        ("M", "Ctrl+B"),
        "Switch the selection off, so that its input passes through, or on again; says what that changes of the cost",
        has_selection,
        starts_section=True,
    ),
    Action(
        "show_original",
        Menu.BLOCK,
        "Show in o&riginal…",
        over_window(importing.show_original),
        (),
        "The operators of the imported network that the selected node was drawn from",
        importing.has_imported_node,
    ),
    *(_align(by) for by in Alignment),
    _distribute("across", across=True),
    _distribute("down", across=False),
    Action(
        "tidy",
        Menu.BLOCK,
        "&Tidy",
        on_bench(tidy),
        ("Ctrl+L",),
        "Lay the design out anew; the selection only, if there is one",
        has_design,
        starts_section=True,
    ),
)
