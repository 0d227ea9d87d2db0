"""The Block menu: what is done to nodes together."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint

from designer.edit.alignment import Alignment
from designer.graph.design import NodeId
from designer.ui.actions import blocks as block_actions
from designer.ui.actions import bypass as bypassing
from designer.ui.actions import own_blocks
from designer.ui.actions.action import Action, Call, Context, Menu
from designer.ui.actions.questions import has_design, has_one_node, has_selection
from designer.ui.canvas.scene import CanvasScene
from designer.ui.views.wiring_by_list import Wiring


def _align(by: Alignment) -> Action:
    return Action(
        f"align_{by.value}",
        Menu.BLOCK,
        f"&{by.value.capitalize()}",
        lambda c: block_actions.align(c.bench, by),
        tip=f"Line the selected nodes up by their {by.value}",
        enabled=lambda c: len(c.bench.selection) >= 2,
        submenu="&Align",
    )


def _distribute(word: str, across: bool) -> Action:
    return Action(
        f"distribute_{word}",
        Menu.BLOCK,
        f"Distribute {word}",
        lambda c: block_actions.distribute(c.bench, across),
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
        lambda c: block_actions.group(c.bench),
        ("Ctrl+G",),
        "The selected nodes become one block",
        has_selection,
        starts_section=True,
    ),
    Action(
        "expand",
        Menu.BLOCK,
        "&Expand block",
        lambda c: block_actions.expand(c.bench),
        ("Ctrl+Shift+G",),
        "Put the block's parts in its place",
        lambda c: block_actions.selected_block(c.bench) is not None,
    ),
    Action(
        "enter_block",
        Menu.BLOCK,
        "Go &inside",
        lambda c: block_actions.enter(c.bench),
        ("Alt+Down",),
        "Show what is inside the selected block; Enter or a double click on it does the same",
        lambda c: block_actions.selected_block(c.bench) is not None,
        starts_section=True,
    ),
    Action(
        "leave_block",
        Menu.BLOCK,
        "Come &out",
        lambda c: block_actions.leave(c.bench),
        ("Alt+Up",),
        "Show what holds the block that is open; Esc does the same",
        lambda c: block_actions.is_inside(c.bench),
    ),
    Action(
        "make_group",
        Menu.BLOCK,
        "&Make it a group to edit",
        lambda c: block_actions.make_group(c.bench),
        (),
        "Replace the selected block, or the one that is open, by a group of the same parts",
        lambda c: block_actions.path_of_fixed(c.bench) is not None,
    ),
    Action(
        "save_as_block",
        Menu.BLOCK,
        "&Save as a block…",
        lambda c: own_blocks.save_as_block(c.bench),
        ("Ctrl+Alt+B",),
        "Keep the selection, or the block that is open, under a name, to place it in any design",
        lambda c: own_blocks.can_save(c.bench),
        starts_section=True,
    ),
    Action(
        "bypass",
        Menu.BLOCK,
        "&Bypass",
        lambda c: bypassing.toggle(c.bench),
        ("M", "Ctrl+B"),
        "Switch the selection off, so that its input passes through, or on again; says what that changes of the cost",
        has_selection,
        starts_section=True,
    ),
    *(_align(by) for by in Alignment),
    _distribute("across", across=True),
    _distribute("down", across=False),
    Action(
        "tidy",
        Menu.BLOCK,
        "&Tidy",
        lambda c: block_actions.tidy(c.bench),
        ("Ctrl+L",),
        "Lay the design out anew; the selection only, if there is one",
        has_design,
        starts_section=True,
    ),
)
