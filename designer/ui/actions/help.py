"""The Help menu."""

from __future__ import annotations

from pathlib import Path

from designer.errors import DesignerError
from designer.ui.actions.action import Action, Context, Menu
from designer.ui.actions.questions import has_design


def _lessons_from_folder(context: Context) -> None:
    folder = context.bench.ask.folder("Lessons", Path.home())
    if folder is None:
        return
    try:
        context.panels.show_lessons(folder)
    except DesignerError as error:
        context.bench.ask.tell("The lessons were not opened", str(error))


HELP_ACTIONS: tuple[Action, ...] = (
    Action(
        "help_layer",
        Menu.HELP,
        "&This layer",
        lambda c: c.panels.show_help("layer"),
        ("F1",),
        "What the selected layer computes and costs",
    ),
    Action(
        "explain",
        Menu.HELP,
        "&Explain this number…",
        lambda c: c.panels.explain(),
        ("Ctrl+I",),
        "Where a figure of the selection, or of the design, comes from, by your choice of counting",
        has_design,
    ),
    Action(
        "help_numbers",
        Menu.HELP,
        "How each &number is defined",
        lambda c: c.panels.show_help("numbers"),
        (),
        "What is counted, and what is not",
    ),
    Action(
        "lessons",
        Menu.HELP,
        "&Lessons",
        lambda c: c.panels.show_lessons(),
        ("F12",),
        "Read a little, change something, commit a guess, and see what is computed or measured here",
        starts_section=True,
    ),
    Action(
        "lessons_from_folder",
        Menu.HELP,
        "Lessons from a &folder…",
        _lessons_from_folder,
        (),
        "Lessons of your own: data files, written without code",
    ),
    Action("help_keys", Menu.HELP, "&Keys and mouse", lambda c: c.panels.show_help("keys"), (), "Every shortcut"),
    Action(
        "about",
        Menu.HELP,
        "&About",
        lambda c: c.panels.show_help("about"),
        (),
        "Version and parts",
        starts_section=True,
    ),
)
