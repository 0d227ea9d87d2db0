"""The Block menu: what is done to nodes together."""

from __future__ import annotations

from designer.ui import block_actions
from designer.ui.actions.action import Action, Menu
from designer.ui.actions.questions import has_design, has_selection

BLOCK_ACTIONS: tuple[Action, ...] = (
    Action(
        "group",
        Menu.BLOCK,
        "&Group into a block",
        lambda c: block_actions.group(c.bench),
        ("Ctrl+G",),
        "The selected nodes become one block",
        has_selection,
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
