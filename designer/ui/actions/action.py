"""What an action is: the record that the table of actions is made of, and what an action can reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QWidget

from designer.ui.look.theme import Theme
from designer.ui.workbench.workbench import Workbench


class Menu(Enum):
    """The menus, in their order; the value is the title with its access key."""

    FILE = "&File"
    EDIT = "&Edit"
    VIEW = "&View"
    BLOCK = "&Block"
    RUN = "&Run"
    HELP = "&Help"


class Panels(Protocol):
    """Parts of the window that an action turns to."""

    def focus_palette(self) -> None: ...
    def focus_inspector(self) -> None: ...
    def focus_next_panel(self) -> None: ...
    def show_table(self) -> None: ...
    def show_stages(self) -> None: ...
    def show_commands(self) -> None: ...
    def show_help(self, page: str) -> None: ...
    def show_lessons(self, folder: Path | None = None) -> None: ...
    def show_targets(self) -> None: ...
    def explain(self) -> None: ...


@dataclass(frozen=True)
class Context:
    """What actions are done with; most need the workbench only.

    Attributes:
        bench: The open designs.
        window: Over which dialogs open.
        panels: Where the keyboard is put, and what is shown beside the designs.
        theme: The colours.
    """

    bench: Workbench
    window: QWidget
    panels: Panels
    theme: Theme


Call = Callable[[Context], object]
Question = Callable[[Context], bool]


@dataclass(frozen=True)
class Action:
    """One thing a person can do.

    Attributes:
        id: Stable name.
        menu: Where it stands.
        text: Title, or how to make it from the present state.
        call: What it does.
        shortcuts: Keys, the first one shown.
        tip: One sentence; the tool tip adds the shortcut.
        enabled: Whether it can be done now.
        checked: For a toggle, whether it is on.
        starts_section: Whether a line stands above it.
        submenu: Title of the submenu it stands in, or an empty text.
        name: Its title in a list of keys, where the text is made from the present state.
    """

    id: str
    menu: Menu
    text: str | Callable[[Context], str]
    call: Call
    shortcuts: tuple[str, ...] = ()
    tip: str = ""
    enabled: Question = field(default=lambda _context: True)
    checked: Question | None = None
    starts_section: bool = False
    submenu: str = ""
    name: str = ""

    def title(self, context: Context) -> str:
        """The text now."""
        return self.text if isinstance(self.text, str) else self.text(context)

    @property
    def plain_title(self) -> str:
        """The text that does not depend on what is on screen, as a list of keys has it."""
        return self.text if isinstance(self.text, str) else self.name


def on_bench(body: Callable[[Workbench], object]) -> Call:
    """Do what needs the open designs only."""
    return lambda context: body(context.bench)


def over_window(body: Callable[[Workbench, QWidget], object]) -> Call:
    """Do what opens a dialog."""
    return lambda context: body(context.bench, context.window)


def on_tab(name: str) -> Call:
    """Call a method of the design on screen."""

    def call(context: Context) -> None:
        if context.bench.tab is not None:
            getattr(context.bench.tab, name)()

    return call
