"""Menus and dialogs twice in a row, and files that another program or a careless hand would lose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu, QTabBar
from pytestqt.qtbot import QtBot

from designer.edit.document import Command
from designer.files import design_json
from designer.graph.design import Design, NodeId
from designer.templates.networks import template
from designer.ui.compare.page import ComparePage
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from designer.ui.widgets.ask import Answer
from tests.ui.windows import FAKE_WORKER, Answers, card_pixel, drag, press, shown_window

pytestmark = pytest.mark.gui


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), answers) as made:
        yield made


def opened(window: MainWindow, design: Design, path: Path | None = None) -> DesignTab:
    tab = window.bench.open_design(design, path)
    QApplication.processEvents()
    tab.fit_all()
    QApplication.processEvents()
    return tab


def popup(qtbot: QtBot) -> QMenu:
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def closed(qtbot: QtBot, menu: QMenu) -> None:
    """Press Escape until no menu is open, and let what is deleted be deleted."""
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)
    for _ in range(3):
        QApplication.sendPostedEvents(None, 0)
        QApplication.processEvents()
    qtbot.wait(20)


def right_click(qtbot: QtBot, tab: DesignTab, at: QPoint) -> None:
    viewport = tab.canvas.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.RightButton, pos=at)
    qtbot.mouseRelease(viewport, Qt.MouseButton.RightButton, pos=at)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, viewport.mapToGlobal(at))
    QApplication.sendEvent(viewport, event)


# Menus ---------------------------------------------------------------------------------------------------------------


def test_the_menu_of_the_canvas_and_of_a_node_opens_again_and_again(
    qtbot: QtBot, window: MainWindow, sketch: Design
) -> None:
    first = opened(window, sketch)
    second = opened(window, template("separable").build())
    for tab in (first, second, first):
        window.bench.turn_to(tab)
        QApplication.processEvents()
        id = next(iter(tab.shown.design.nodes))
        for place in (card_pixel(tab, id), QPoint(5, 5), card_pixel(tab, id)):
            right_click(qtbot, tab, place)
            menu = popup(qtbot)
            titles = [action.text() for action in menu.actions()]
            assert "&Frames and notes" in titles
            inner = next(action.menu() for action in menu.actions() if action.text() == "&Frames and notes")
            assert isinstance(inner, QMenu)
            assert inner.actions()
            closed(qtbot, menu)
        tab.document.apply(Command("Rename", lambda design: design.renamed(design.name + "!")))
        window.bench.undo()


def test_the_menu_of_a_tab_opens_twice_and_is_the_tabs_own(qtbot: QtBot, window: MainWindow, sketch: Design) -> None:
    opened(window, sketch)
    opened(window, template("separable").build())
    bar = window.strip.bar
    for index in (0, 1, 0):
        at = bar.tabRect(index).center()
        QApplication.sendEvent(bar, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, bar.mapToGlobal(at)))
        menu = popup(qtbot)
        assert [action.text() for action in menu.actions() if action.text()] == [
            "&Rename…",
            "&Save",
            "Copy the file's &path",
            "&Close",
            "Close the &others",
        ]
        closed(qtbot, menu)


def test_undo_can_be_pressed_right_after_the_first_drag_of_a_card(qtbot: QtBot, window: MainWindow) -> None:
    tab = opened(window, template("bottleneck").build())
    assert not window.views["undo"].isEnabled()
    id = next(iter(tab.shown.design.nodes))
    at = card_pixel(tab, id)
    drag(qtbot, tab, at, at + QPoint(40, 60))
    assert window.views["undo"].isEnabled()
    assert "ove" in window.views["undo"].text()
    moved = tab.document.design.nodes[id].position
    press(qtbot, window, "Ctrl+Z")
    assert tab.document.design.nodes[id].position != moved
    assert not window.views["undo"].isEnabled()
    assert window.views["redo"].isEnabled()


# Tabs ----------------------------------------------------------------------------------------------------------------


def test_new_designs_are_numbered_and_take_the_name_of_their_file(
    qtbot: QtBot, window: MainWindow, answers: Answers, tmp_path: Path
) -> None:
    press(qtbot, window, "Ctrl+N")
    press(qtbot, window, "Ctrl+N")
    names = [tab.document.design.name for tab in window.bench.tabs]
    assert names == ["untitled", "untitled 2"]
    answers.save = tmp_path / "mine.design.json"
    press(qtbot, window, "Ctrl+Shift+S")
    assert window.strip.bar.tabText(1) == "mine"
    assert window.windowTitle().startswith("mine")
    assert design_json.load(answers.save).name == "mine"


def test_a_double_click_on_a_tab_renames_its_design(
    qtbot: QtBot, window: MainWindow, answers: Answers, sketch: Design
) -> None:
    tab = opened(window, sketch)
    bar = window.strip.bar
    answers.text_answer = "slim"
    qtbot.mouseDClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(0).center())
    assert tab.document.design.name == "slim"
    assert bar.tabText(0).startswith("slim")
    press(qtbot, window, "Ctrl+Z")
    assert tab.document.design.name == sketch.name


def test_keys_turn_to_the_next_tab_and_back_round_the_end(qtbot: QtBot, window: MainWindow, sketch: Design) -> None:
    first, second = opened(window, sketch), opened(window, template("separable").build())
    for keys, shown in (("Ctrl+PgDown", first), ("Ctrl+PgDown", second), ("Ctrl+PgUp", first), ("Ctrl+Tab", second)):
        press(qtbot, window, keys)
        assert window.bench.page is shown


def test_a_long_title_leaves_room_for_the_others(window: MainWindow, sketch: Design) -> None:
    opened(window, sketch.renamed("a name that nobody would ever want to read on a tab of its own " * 3))
    bar: QTabBar = window.strip.bar
    assert bar.tabRect(0).width() < window.width() / 3
    assert "ever want to read" in bar.tabToolTip(0)


def test_closing_a_comparison_lands_where_it_was_opened_from(window: MainWindow, sketch: Design) -> None:
    first = opened(window, sketch)
    opened(window, template("separable").build())
    opened(window, template("bottleneck").build())
    window.bench.turn_to(first)
    page = window.bench.compare_tabs()
    assert isinstance(page, ComparePage)
    window.bench.close_page(page)
    assert window.bench.page is first


def test_leaving_asks_once_about_all_that_is_unsaved(window: MainWindow, answers: Answers, sketch: Design) -> None:
    for name in ("one", "two", "three"):
        window.bench.open_design(sketch.renamed(name), is_saved=False)
    answers.changes = Answer.CANCEL
    window.close()
    assert window.isVisible()
    assert answers.asked_about == ["one, two, three"]
    answers.changes = Answer.DISCARD
    window.close()
    assert not window.isVisible()


# Files ---------------------------------------------------------------------------------------------------------------


def test_a_file_that_another_program_changed_is_not_saved_over_without_a_word(
    qtbot: QtBot, window: MainWindow, answers: Answers, sketch: Design, tmp_path: Path
) -> None:
    path = tmp_path / "net.design.json"
    design_json.save(sketch, path)
    tab = window.bench.open_path(path)
    assert tab is not None
    design_json.save(sketch.renamed("theirs"), path)
    window.bench.disk.look()
    assert tab.notice.isVisible()
    assert [button.text() for button in tab.notice.buttons] == ["&Reload", "&Keep mine", "&Compare"]
    tab.document.apply(Command("Rename", lambda design: design.renamed("mine")))
    answers.is_sure = False
    press(qtbot, window, "Ctrl+S")
    assert design_json.load(path).name == "theirs", "nobody agreed"
    answers.is_sure = True
    press(qtbot, window, "Ctrl+S")
    assert design_json.load(path).name == "mine"
    assert not tab.notice.isVisible()
    press(qtbot, window, "Ctrl+S")
    assert len(answers.asked_about) == 2, "what this program wrote itself is no change of another's"


def test_reload_takes_what_the_file_holds_and_undo_gives_back(
    qtbot: QtBot, window: MainWindow, sketch: Design, tmp_path: Path
) -> None:
    path = tmp_path / "net.design.json"
    design_json.save(sketch, path)
    tab = window.bench.open_path(path)
    assert tab is not None
    for name in ("theirs", "theirs again"):
        design_json.save(sketch.renamed(name), path)
        window.bench.disk.look()
        qtbot.mouseClick(tab.notice.buttons[0], Qt.MouseButton.LeftButton)
        assert tab.document.design.name == name
        assert tab.document.is_saved
        assert not tab.notice.isVisible()
    press(qtbot, window, "Ctrl+Z")
    assert tab.document.design.name == "theirs"


def test_a_changed_file_can_be_compared_with_what_is_open(
    qtbot: QtBot, window: MainWindow, sketch: Design, tmp_path: Path
) -> None:
    path = tmp_path / "net.design.json"
    design_json.save(sketch, path)
    tab = window.bench.open_path(path)
    assert tab is not None
    design_json.save(sketch.without_nodes([NodeId("depthwise")]), path)
    window.bench.disk.look()
    qtbot.mouseClick(tab.notice.buttons[2], Qt.MouseButton.LeftButton)
    page = window.bench.comparison
    assert page is not None
    assert [len(member.design.nodes) for member in page.comparing.members] == [4, 3]


def test_a_file_that_is_gone_is_said_and_written_anew(
    qtbot: QtBot, window: MainWindow, sketch: Design, tmp_path: Path
) -> None:
    path = tmp_path / "net.design.json"
    design_json.save(sketch, path)
    tab = window.bench.open_path(path)
    assert tab is not None
    path.unlink()
    window.bench.disk.look()
    assert "not there any more" in tab.notice.label.text()
    assert not tab.document.is_saved
    press(qtbot, window, "Ctrl+S")
    assert design_json.load(path) == sketch


def test_a_file_that_was_only_touched_is_no_changed_one(window: MainWindow, sketch: Design, tmp_path: Path) -> None:
    path = tmp_path / "net.design.json"
    design_json.save(sketch, path)
    tab = window.bench.open_path(path)
    assert tab is not None
    path.touch()
    window.bench.disk.look()
    assert not tab.notice.isVisible()


def test_save_as_takes_no_place_of_another_open_design_or_another_kind(
    window: MainWindow, answers: Answers, sketch: Design, tmp_path: Path
) -> None:
    other = tmp_path / "other.design.json"
    design_json.save(sketch.renamed("other"), other)
    window.bench.open_path(other)
    window.bench.open_design(sketch)
    answers.save = other
    assert not window.bench.save_as()
    assert "would be lost" in answers.told[-1][1]
    assert design_json.load(other).name == "other"
