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
