"""File → Examples: each opens as a design of its own, and nothing that is saved goes over the example."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from designer.files.design_json import load
from designer.files.examples import example_title, examples
from designer.ui.actions.action import Menu
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from tests.ui.windows import FAKE_WORKER, Answers, press, shown_window


def choose(qtbot: QtBot, window: MainWindow, title: str) -> None:
    """Click an entry of File → Examples in the menus as they stand on screen."""
    menu = window.views.menu(Menu.FILE)
    menu.popup(window.mapToGlobal(window.rect().topLeft()))
    qtbot.waitUntil(menu.isVisible)
    submenu = window.views.examples_menu
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(submenu.menuAction()).center())
    qtbot.waitUntil(submenu.isVisible)
    entry = next(action for action in submenu.actions() if action.text() == title)
    qtbot.mouseClick(submenu, Qt.MouseButton.LeftButton, pos=submenu.actionGeometry(entry).center())


def test_every_example_opens_from_the_menu_twice(qtbot: QtBot, settings: Settings, theme: Theme) -> None:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as window:
        for path in (*examples()[:2], examples()[0]):
            choose(qtbot, window, example_title(path))
            assert window.bench.tab is not None
            assert window.bench.tab.document.design == load(path)
            assert window.bench.tab.document.path is None
            assert window.bench.tab.document.is_saved


def test_saving_an_example_asks_where(qtbot: QtBot, settings: Settings, theme: Theme) -> None:
    answers = Answers()
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), answers) as window:
        choose(qtbot, window, example_title(examples()[0]))
        before = examples()[0].read_bytes()
        answers.save = None
        press(qtbot, window, "Ctrl+S")
        assert examples()[0].read_bytes() == before
        assert window.bench.tab is not None
        assert window.bench.tab.document.path is None
