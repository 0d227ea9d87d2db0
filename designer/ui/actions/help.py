"""The Help menu."""

from __future__ import annotations

from designer.ui.actions.action import Action, Menu
from designer.ui.actions.questions import has_design

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
