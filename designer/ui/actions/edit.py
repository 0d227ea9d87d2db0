"""The Edit menu: undo, the clipboard, the selection."""

from __future__ import annotations

from designer.ui.actions import clipboard
from designer.ui.actions.action import Action, Context, Menu, on_bench, on_tab
from designer.ui.actions.questions import has_chosen, has_design


def _open_preferences(context: Context) -> None:
    from designer.ui.dialogs.preferences_dialog import PreferencesDialog  # so that the window stands sooner

    PreferencesDialog(context.bench, context.theme, context.window).open()


def _step_text(word: str, label: str | None) -> str:
    return f"{word} {label[0].lower()}{label[1:]}" if label else word


EDIT_ACTIONS: tuple[Action, ...] = (
    Action(
        "undo",
        Menu.EDIT,
        lambda c: _step_text("&Undo", c.bench.undo_label),
        lambda c: c.bench.undo(),
        ("Ctrl+Z",),
        "Take the last change back",
        lambda c: c.bench.undo_label is not None,
        name="&Undo",
    ),
    Action(
        "redo",
        Menu.EDIT,
        lambda c: _step_text("&Redo", c.bench.redo_label),
        lambda c: c.bench.redo(),
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "Make it again",
        lambda c: c.bench.redo_label is not None,
        name="&Redo",
    ),
    Action(
        "cut",
        Menu.EDIT,
        "Cu&t",
        on_bench(clipboard.cut),
        ("Ctrl+X",),
        "Copy the selection, then delete it",
        has_chosen,
        starts_section=True,
    ),
    Action(
        "copy",
        Menu.EDIT,
        "&Copy",
        on_bench(clipboard.copy),
        ("Ctrl+C",),
        "Copy the selection, as text that pastes anywhere",
        has_chosen,
    ),
    Action(
        "paste",
        Menu.EDIT,
        "&Paste",
        on_bench(clipboard.paste_from_clipboard),
        ("Ctrl+V",),
        "Put in what the clipboard holds",
        has_design,
    ),
    Action(
        "paste_wired",
        Menu.EDIT,
        "Paste with &wires",
        lambda c: clipboard.paste_from_clipboard(c.bench, keeps_wires=True),
        ("Ctrl+Shift+V",),
        "Put in what the clipboard holds, wired to what it read where it was copied",
        has_design,
    ),
    Action(
        "duplicate",
        Menu.EDIT,
        "&Duplicate",
        on_bench(clipboard.duplicate),
        ("Ctrl+D", "Shift+D"),
        "A copy of the selection beside it",
        has_chosen,
    ),
    Action(
        "delete",
        Menu.EDIT,
        "De&lete",
        on_bench(clipboard.remove),
        ("Delete", "Backspace", "X"),
        "Delete the selection and close the chain it stood in",
        has_chosen,
    ),
    Action(
        "select_all",
        Menu.EDIT,
        "Select &all",
        on_tab("select_all"),
        ("Ctrl+A",),
        "Select every node",
        has_design,
        starts_section=True,
    ),
    Action(
        "add_node",
        Menu.EDIT,
        "&Add a node…",
        lambda c: c.bench.tab.canvas.open_quick_add() if c.bench.tab is not None else None,
        ("Shift+A",),
        "Type what to place, behind the selected node where one is; Tab on the canvas does the same",
        has_design,
    ),
    Action(
        "search_nodes",
        Menu.EDIT,
        "&Search nodes",
        lambda c: c.panels.focus_palette(),
        ("Ctrl+K",),
        "Type what to place, then Enter",
        has_design,
    ),
    Action(
        "find",
        Menu.EDIT,
        "&Find in graph…",
        on_tab("find_nodes"),
        ("Ctrl+F",),
        "Find nodes by name, type, parameter or figure, through blocks",
        has_design,
    ),
    Action(
        "commands",
        Menu.EDIT,
        "Command &palette…",
        lambda c: c.panels.show_commands(),
        ("Ctrl+Shift+P",),
        "Every command by a few letters of its name",
    ),
    Action(
        "rename",
        Menu.EDIT,
        "&Rename",
        on_tab("rename"),
        ("F2",),
        "Name the selected node; write in the chosen frame or note",
        lambda c: c.bench.tab is not None and len(c.bench.selection) + len(c.bench.tab.annotations) == 1,
    ),
    Action(
        "preferences",
        Menu.EDIT,
        "Pre&ferences…",
        _open_preferences,
        ("Ctrl+,",),
        "Colours, size of letters, numbers, wheel, measuring, copies of unsaved work",
        starts_section=True,
    ),
    Action(
        "edit_parameters",
        Menu.EDIT,
        "Edit para&meters",
        lambda c: c.panels.focus_inspector(),
        ("F4",),
        "Put the keyboard into the inspector",
        has_design,
    ),
)
