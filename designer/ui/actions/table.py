"""Every action once: id, menu, text, shortcut, tool tip, when enabled, what it calls. Menus are views of this.

An action works on the workbench, opens a dialog over the window, or turns to a panel. Each menu has a file of its own;
what stands first there stands first in the menu.
"""

from __future__ import annotations

from designer.ui.actions.action import Action
from designer.ui.actions.annotations import ANNOTATION_ACTIONS
from designer.ui.actions.block import BLOCK_ACTIONS
from designer.ui.actions.edit import EDIT_ACTIONS
from designer.ui.actions.file import FILE_ACTIONS
from designer.ui.actions.help import HELP_ACTIONS
from designer.ui.actions.redesign import REDESIGN_ACTIONS
from designer.ui.actions.run import RUN_ACTIONS
from designer.ui.actions.view import VIEW_ACTIONS

ACTIONS: tuple[Action, ...] = (
    *FILE_ACTIONS,
    *EDIT_ACTIONS,
    *VIEW_ACTIONS,
    *BLOCK_ACTIONS,
    *REDESIGN_ACTIONS,
    *ANNOTATION_ACTIONS,
    *RUN_ACTIONS,
    *HELP_ACTIONS,
)
