"""Menus and shortcuts as views of the table of actions: made once, and brought up to date when the state changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from designer.files.examples import example_title, examples
from designer.ui.actions.action import Action, Context, Menu
from designer.ui.actions.table import ACTIONS
from designer.ui.look.settings import Settings
from designer.ui.shell.plain_tips import plain_tip
from designer.ui.widgets.key_positions import latin_sequence


class ActionViews:
    """A QAction for each action of the table, and the menu bar they stand in."""

    def __init__(self, window: QMainWindow, context: Context, settings: Settings) -> None:
        self._context = context
        self._settings = settings
        self._made = {each.id: self._qt_action(each, window) for each in ACTIONS}
        self._menus = {menu: window.menuBar().addMenu(menu.value) for menu in Menu}
        self._submenus: dict[str, QMenu] = {}
        self.recent_menu = QMenu("Open &recent", window)
        self.recent_menu.aboutToShow.connect(self._fill_recent)
        self.examples_menu = QMenu("E&xamples", window)
        self._fill_examples()
        for each in ACTIONS:
            self._put(each)

    def __getitem__(self, id: str) -> QAction:
        """The QAction of an action's id."""
        return self._made[id]

    def meant_by(self, event: QKeyEvent) -> QAction | None:
        """The action that a key of another script stands for by its place; Qt has looked at Latin keys itself."""
        keys = latin_sequence(event)
        if keys is None:
            return None
        return next((made for made in self._made.values() if made.isEnabled() and keys in made.shortcuts()), None)

    def menu(self, menu: Menu) -> QMenu:
        """One of the menus."""
        return self._menus[menu]

    def submenu(self, title: str) -> QMenu:
        """One of the submenus, by its title with the access key."""
        return self._submenus[title]

    def refresh(self) -> None:
        """Bring titles, ticks and what is enabled up to date."""
        for each in ACTIONS:
            made = self._made[each.id]
            made.setEnabled(each.enabled(self._context))
            made.setText(each.title(self._context))
            if each.checked is not None:
                made.setChecked(each.checked(self._context))

    def _qt_action(self, each: Action, window: QMainWindow) -> QAction:
        made = QAction(each.title(self._context), window)
        made.setObjectName(each.id)
        made.setShortcuts([QKeySequence(keys) for keys in each.shortcuts])
        made.setCheckable(each.checked is not None)
        made.setToolTip(_tool_tip(each))
        made.setStatusTip(each.tip)
        made.triggered.connect(lambda: each.call(self._context))
        window.addAction(made)
        return made

    def _put(self, each: Action) -> None:
        menu = self._menus[each.menu]
        if each.submenu:
            if each.submenu not in self._submenus:
                menu.addSeparator()
                self._submenus[each.submenu] = menu.addMenu(each.submenu)
            menu = self._submenus[each.submenu]
        if each.starts_section:
            menu.addSeparator()
        menu.addAction(self._made[each.id])
        if each.id == "open":
            menu.addMenu(self.recent_menu)
            menu.addMenu(self.examples_menu)

    def _fill_recent(self) -> None:
        self.recent_menu.clear()
        for path in self._settings.recent:
            entry = self.recent_menu.addAction(path.name)
            entry.setToolTip(plain_tip(str(path)))
            entry.triggered.connect(self._opener(path))
        if not self._settings.recent:
            self.recent_menu.addAction("nothing yet").setEnabled(False)

    def _fill_examples(self) -> None:
        found = examples()
        for path in found:
            entry = self.examples_menu.addAction(example_title(path))
            entry.triggered.connect(self._copy_opener(path))
        self.examples_menu.setEnabled(bool(found))

    def _copy_opener(self, path: Path) -> Callable[[], object]:
        return lambda: self._context.bench.open_copy(path)

    def _opener(self, path: Path) -> Callable[[], object]:
        return lambda: self._context.bench.open_path(path)


def _tool_tip(each: Action) -> str:
    keys = ", ".join(QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText) for keys in each.shortcuts)
    return f"{each.tip} ({keys})" if keys else each.tip
