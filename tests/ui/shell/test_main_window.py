"""The window by real keys and clicks: actions, undo, clipboard, files, tabs, comparing, what is remembered."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from designer import wording
from designer.analysis.figures.figure import Scope
from designer.analysis.figures.registry import figures
from designer.edit.document import Command
from designer.edit.edits import set_parameter
from designer.files import design_json
from designer.graph.design import Design, NodeId, PortRef
from designer.layers.registry import lookup
from designer.templates.networks import template
from designer.ui.actions.table import ACTIONS
from designer.ui.compare.page import ComparePage
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell import crash
from designer.ui.shell.application import open_first
from designer.ui.shell.main_window import MainWindow
from designer.ui.widgets.ask import Answer
from tests.ui.cut_off import nameless
from tests.ui.windows import FAKE_WORKER, Answers, press, shown_window

pytestmark = pytest.mark.gui


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), answers) as made:
        yield made


def opened(window: MainWindow, design: Design) -> None:
    window.bench.open_design(design)
    QApplication.processEvents()


@pytest.mark.parametrize("name", ["bottleneck", "separable", "article_bottleneck"])
def test_a_block_opens_at_a_size_that_can_be_read_and_so_does_its_inside(
    qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers, name: str
) -> None:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), answers, (1600, 1000)) as window:
        opened(window, template(name).build())
        assert window.bench.tab is not None
        assert window.bench.tab.canvas.zoom >= 0.9
        opened(window, template("mobilenet_v2").build())
        canvas = window.bench.tab.canvas
        canvas.entered.emit("bottleneck_3")
        QApplication.processEvents()
        assert len(canvas.canvas.nodes) < 20, "the inside is shown"
        assert canvas.zoom >= 0.9


def widen(window: MainWindow, channels: int) -> None:
    assert window.bench.document is not None
    edit = Command("Widen", lambda d: set_parameter(d, [NodeId("expand")], "out_channels", channels))
    window.bench.document.apply(edit)


# Actions -------------------------------------------------------------------------------------------------------------


def test_no_two_actions_share_a_shortcut_and_every_one_says_what_it_does() -> None:
    keys = [QKeySequence(key).toString() for each in ACTIONS for key in each.shortcuts]
    assert len(keys) == len(set(keys))
    assert all(each.tip for each in ACTIONS)


def test_every_action_stands_in_a_menu_and_its_tip_names_the_shortcut(window: MainWindow) -> None:
    for each in ACTIONS:
        made = window.views[each.id]
        assert made.associatedObjects()
        if each.shortcuts:
            assert QKeySequence(each.shortcuts[0]).toString(QKeySequence.SequenceFormat.NativeText) in made.toolTip()


def test_undo_and_redo_by_shortcut_with_their_names_in_the_menu(
    qtbot: QtBot, window: MainWindow, sketch: Design
) -> None:
    opened(window, sketch)
    widen(window, 96)
    document = window.bench.document
    assert document is not None
    assert window.views["undo"].text() == "&Undo widen"
    press(qtbot, window, "Ctrl+Z")
    assert document.design == sketch
    assert not window.views["undo"].isEnabled()
    assert window.views["redo"].text() == "&Redo widen"
    press(qtbot, window, "Ctrl+Shift+Z")
    assert document.design != sketch
    press(qtbot, window, "Ctrl+Z")
    press(qtbot, window, "Ctrl+Y")
    assert document.design != sketch


def test_undo_reaches_the_design_while_a_number_is_being_typed(
    qtbot: QtBot, window: MainWindow, sketch: Design
) -> None:
    opened(window, sketch)
    tab = window.bench.tab
    assert tab is not None
    tab.select([NodeId("expand")])
    box = window.inspector.fields["out_channels"].editor
    box.setFocus()
    box.selectAll()  # type: ignore[attr-defined]  # a number box
    qtbot.keyClicks(box, "96")
    assert tab.document.design != sketch
    press(qtbot, window, "Ctrl+Z")
    assert tab.document.design == sketch


def test_a_letter_typed_into_a_field_is_text_and_not_a_shortcut(
    qtbot: QtBot, window: MainWindow, sketch: Design
) -> None:
    opened(window, sketch)
    tab = window.bench.tab
    assert tab is not None
    tab.select([NodeId("expand")])
    window.inspector.name.setFocus()
    qtbot.keyClicks(window.inspector.name, "x.")
    assert window.inspector.name.text() == "x."
    assert tab.document.design == sketch


def test_delete_heals_the_chain_and_says_so_in_the_menu(qtbot: QtBot, window: MainWindow, sketch: Design) -> None:
    opened(window, sketch)
    tab = window.bench.tab
    assert tab is not None
    tab.canvas.setFocus()
    tab.select([NodeId("depthwise")])
    press(qtbot, window, "Del")
    assert "depthwise" not in tab.document.design.nodes
    assert tab.document.design.wires[PortRef(NodeId("output"), "x")].source.node == "expand"
    assert window.views["undo"].text() == "&Undo delete Depthwise 3×3"


# Clipboard -----------------------------------------------------------------------------------------------------------


def test_copy_puts_json_text_on_the_clipboard_that_pastes_into_another_design(
    qtbot: QtBot, window: MainWindow, sketch: Design
) -> None:
    opened(window, sketch)
    assert window.bench.tab is not None
    window.bench.tab.canvas.setFocus()
    window.bench.tab.select([NodeId("expand"), NodeId("depthwise")])
    press(qtbot, window, "Ctrl+C")
    assert json.loads(QGuiApplication.clipboard().text())["nodes"]
    opened(window, Design("other"))
    window.bench.tab.canvas.setFocus()
    press(qtbot, window, "Ctrl+V")
    pasted = window.bench.tab.document.design
    assert set(pasted.nodes) == {"expand", "depthwise"}
    assert len(pasted.wires) == 1
    assert set(window.bench.selection) == {"expand", "depthwise"}


def test_pasting_twice_covers_nothing(qtbot: QtBot, window: MainWindow, sketch: Design) -> None:
    opened(window, sketch)
    tab = window.bench.tab
    assert tab is not None
    tab.canvas.setFocus()
    tab.select([NodeId("expand")])
    press(qtbot, window, "Ctrl+C")
    press(qtbot, window, "Ctrl+V")
    press(qtbot, window, "Ctrl+V")
    places = [node.position for node in tab.document.design.nodes.values()]
    assert len(places) == 6
    assert len(set(places)) == 6


def test_cut_then_paste_gives_the_node_back(qtbot: QtBot, window: MainWindow, sketch: Design) -> None:
    opened(window, sketch)
    tab = window.bench.tab
    assert tab is not None
    tab.canvas.setFocus()
    tab.select([NodeId("depthwise")])
    press(qtbot, window, "Ctrl+X")
    assert "depthwise" not in tab.document.design.nodes
    press(qtbot, window, "Ctrl+V")
    assert tab.document.design.nodes[NodeId("depthwise")].layer == sketch.nodes[NodeId("depthwise")].layer


def test_a_clipboard_without_nodes_is_answered_in_words(qtbot: QtBot, window: MainWindow, sketch: Design) -> None:
    opened(window, sketch)
    assert window.bench.tab is not None
    window.bench.tab.canvas.setFocus()
    QGuiApplication.clipboard().setText("just words")
    press(qtbot, window, "Ctrl+V")
    assert window.status.currentMessage().startswith("The clipboard holds no nodes")
    assert window.bench.tab.document.design == sketch


def test_the_whole_screen_is_ticked_while_the_window_has_it(qtbot: QtBot, window: MainWindow) -> None:
    ticks = []
    for _ in range(2):
        press(qtbot, window, "F11")
        ticks.append((window.isFullScreen(), window.views["full_screen"].isChecked()))
    assert ticks == [(True, True), (False, False)]


def test_duplicate_selects_the_copy(qtbot: QtBot, window: MainWindow, sketch: Design) -> None:
    opened(window, sketch)
    tab = window.bench.tab
    assert tab is not None
    tab.canvas.setFocus()
    tab.select([NodeId("expand"), NodeId("depthwise")])
    press(qtbot, window, "Ctrl+D")
    assert len(tab.document.design.nodes) == 6
    assert set(window.bench.selection) == set(tab.document.design.nodes) - set(sketch.nodes)


# Blocks --------------------------------------------------------------------------------------------------------------


def test_group_then_expand_keeps_the_cost(qtbot: QtBot, window: MainWindow, sketch: Design) -> None:
    opened(window, sketch)
    tab = window.bench.tab
    assert tab is not None
    tab.canvas.setFocus()
    before = tab.analysis.totals
    tab.select([NodeId("expand"), NodeId("depthwise")])
    press(qtbot, window, "Ctrl+G")
    assert len(tab.document.design.nodes) == 3
    press(qtbot, window, "Ctrl+Shift+G")
    assert len(tab.document.design.nodes) == 4
    assert tab.analysis.totals == before


def test_tidy_is_one_step(qtbot: QtBot, window: MainWindow) -> None:
    scattered = template("bottleneck").build()
    opened(window, scattered)
    tab = window.bench.tab
    assert tab is not None
    tab.canvas.setFocus()
    press(qtbot, window, "Ctrl+L")
    assert tab.document.undo_label in (None, "Tidy")


# Palette -------------------------------------------------------------------------------------------------------------


def test_choosing_in_the_palette_places_wired_to_the_selection(window: MainWindow, sketch: Design) -> None:
    opened(window, sketch)
    tab = window.bench.tab
    assert tab is not None
    tab.select([NodeId("depthwise")])
    window.palette_panel.layer_chosen.emit(lookup("relu6"))
    (added,) = window.bench.selection
    assert tab.document.design.wires[PortRef(added, "x")].source == PortRef(NodeId("depthwise"), "y")
    tab.select([])
    window.palette_panel.layer_chosen.emit(lookup("relu6"))
    (loose,) = window.bench.selection
    assert PortRef(loose, "x") not in tab.document.design.wires


# Files ---------------------------------------------------------------------------------------------------------------


def test_a_merge_placed_behind_a_node_takes_it_as_its_main_path(window: MainWindow) -> None:
    tab = window.bench.open_design(template("bottleneck").build())
    for key in ("add", "multiply", "concatenate"):
        tab.select([NodeId("project_bn")])
        window.palette_panel.layer_chosen.emit(lookup(key))
        (added,) = tab.selection
        # A merge's shortcuts come first, as in every block of the catalogue.
        last = tab.document.design.nodes[added].layer.inputs[-1].name
        assert [wire.target.port for wire in tab.document.design.incoming(added)] == [last]


def test_save_open_and_what_the_title_says(
    qtbot: QtBot, window: MainWindow, answers: Answers, sketch: Design, tmp_path: Path
) -> None:
    opened(window, sketch)
    widen(window, 96)
    assert window.isWindowModified()
    answers.save = tmp_path / "mine"
    press(qtbot, window, "Ctrl+S")
    saved = tmp_path / "mine.design.json"
    assert not window.isWindowModified()
    assert window.bench.document is not None
    assert design_json.load(saved) == window.bench.document.design
    answers.open = (saved,)
    window.bench.close_page(window.bench.tabs[0])
    press(qtbot, window, "Ctrl+O")
    assert window.bench.whole is not None
    assert window.bench.whole.path == str(saved)
    assert window.settings.recent == (saved,)


def test_a_file_that_is_open_is_turned_to_and_not_opened_twice(
    window: MainWindow, sketch: Design, tmp_path: Path
) -> None:
    path = tmp_path / "a.design.json"
    design_json.save(sketch, path)
    first = window.bench.open_path(path)
    window.bench.open_design(Design("other"))
    assert window.bench.open_path(path) is first
    assert window.bench.tab is first


@pytest.mark.parametrize("content", ["{", "[1, 2]", '{"version": 999}'])
def test_a_broken_file_is_said_and_the_window_stays_as_it_was(
    window: MainWindow, answers: Answers, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "broken.design.json"
    path.write_text(content)
    assert window.bench.open_path(path) is None
    assert answers.told[0][0] == "The file could not be opened"
    assert "broken.design.json" in answers.told[0][1]
    assert not window.bench.tabs


def test_a_path_that_cannot_be_written_loses_nothing(
    qtbot: QtBot, window: MainWindow, answers: Answers, sketch: Design, tmp_path: Path
) -> None:
    opened(window, sketch)
    widen(window, 96)
    answers.save = tmp_path / "no such folder" / "mine.design.json"
    press(qtbot, window, "Ctrl+S")
    assert answers.told[0][0] == "The design was not saved"
    assert window.isWindowModified()


def test_closing_with_changes_asks_and_cancel_keeps_the_tab(
    qtbot: QtBot, window: MainWindow, answers: Answers, sketch: Design
) -> None:
    opened(window, sketch)
    widen(window, 96)
    answers.changes = Answer.CANCEL
    press(qtbot, window, "Ctrl+W")
    assert len(window.bench.tabs) == 1
    assert not window.close()
    answers.changes = Answer.DISCARD
    press(qtbot, window, "Ctrl+W")
    assert not window.bench.tabs
    assert answers.asked_about == ["sketch"] * 3


def test_closing_and_choosing_save_writes_the_file(
    window: MainWindow, answers: Answers, sketch: Design, tmp_path: Path
) -> None:
    opened(window, sketch)
    widen(window, 96)
    answers.changes, answers.save = Answer.SAVE, tmp_path / "kept.design.json"
    assert window.close()
    assert design_json.load(tmp_path / "kept.design.json").nodes[NodeId("expand")].layer.data == {"out_channels": 96}


def test_what_stood_open_comes_back_at_the_next_start(
    qtbot: QtBot, window: MainWindow, settings: Settings, theme: Theme, sketch: Design, tmp_path: Path
) -> None:
    path = tmp_path / "a.design.json"
    design_json.save(sketch, path)
    window.bench.open_path(path)
    window.palette_dock.hide()
    assert window.close()
    again = MainWindow(settings, theme, WorkerClient(FAKE_WORKER), Answers())
    qtbot.addWidget(again)
    open_first(again, [])
    again.show()
    qtbot.waitExposed(again)
    assert [tab.document.design for tab in again.bench.tabs] == [sketch]
    assert again.palette_dock.isHidden()
    assert not again.panels_dock.isHidden()


def test_the_first_start_shows_the_bottleneck_and_the_first_file_takes_its_place(
    qtbot: QtBot, window: MainWindow, sketch: Design, tmp_path: Path
) -> None:
    open_first(window, [])
    assert [tab.document.design.name for tab in window.bench.tabs] == ["Bottleneck t6"]
    path = tmp_path / "a.design.json"
    design_json.save(sketch, path)
    window.bench.open_path(path)
    qtbot.waitUntil(lambda: len(window.bench.tabs) == 1, timeout=20_000)
    assert window.bench.document is not None
    assert window.bench.document.design == sketch


# Comparing -----------------------------------------------------------------------------------------------------------


def two_open(window: MainWindow) -> ComparePage:
    opened(window, template("bottleneck").build())
    opened(window, template("bottleneck").build(expansion=4.0))
    window.views["compare"].trigger()
    view = window.bench.page
    assert isinstance(view, ComparePage)
    return view


def test_compare_shows_the_open_designs_with_ratios_to_the_first(window: MainWindow) -> None:
    view = two_open(window)
    model = view.table.figures
    rows = {model.headerData(row, Qt.Orientation.Vertical): row for row in range(model.rowCount())}
    cells = [model.data(model.index(rows["Parameters"], column)) for column in range(3)]
    # t = 6, C = 24: 24·144 + 9·144 + 144·24 weights and 2·(144 + 144 + 24) of the batch norms; with t = 4 96 for 144.
    assert cells == ["8\u202f832", "5\u202f904  ×0.668  ★", "B"]


def test_compare_follows_edits_and_goes_when_too_few_are_left(qtbot: QtBot, window: MainWindow) -> None:
    view = two_open(window)
    before = view.comparison()
    second = window.bench.tabs[1]
    edit = Command("Narrow", lambda d: set_parameter(d, [NodeId("expand")], "out_channels", 24))
    second.document.apply(edit)
    assert view.comparison().rows != before.rows
    window.bench.close_page(second)
    qtbot.waitUntil(lambda: window.bench.page is not view, timeout=20_000)
    assert window.bench.tabs[0] is window.bench.page


def test_the_table_is_copied_as_markdown(qtbot: QtBot, window: MainWindow) -> None:
    view = two_open(window)
    qtbot.mouseClick(view.buttons["Copy as Markdown"], Qt.MouseButton.LeftButton)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "|  | Bottleneck t6 | Bottleneck t4 |"
    assert set(lines[1]) <= set("|-: ")
    assert len({line.count("|") for line in lines}) == 1


def test_measuring_a_comparison_measures_each_design(qtbot: QtBot, window: MainWindow) -> None:
    view = two_open(window)
    window.views["measure"].trigger()
    qtbot.waitUntil(lambda: any(row.key == "latency_s" for row in view.comparison().rows), timeout=10_000)
    qtbot.waitUntil(lambda: not window.bench.latency.is_running, timeout=10_000)
    (latency,) = [row for row in view.comparison().rows if row.key == "latency_s"]
    qtbot.waitUntil(lambda: "in turns" in view.note, timeout=10_000)
    (latency,) = [row for row in view.comparison().rows if row.key == "latency_s"]
    # The small worker says that the second takes half of the first's 2 ms, with an interval of the ratio.
    assert latency.values == (0.002, 0.001)
    assert latency.best == 1
    assert "×0.500 [0.48, 0.52] faster" in latency.notes[1]


def test_a_comparison_has_the_window_to_itself_and_gives_the_docks_back(window: MainWindow) -> None:
    view = two_open(window)
    assert window.palette_dock.isHidden()
    window.bench.turn_to(window.bench.tabs[0])
    assert not window.palette_dock.isHidden()
    assert view.isHidden() or window.pages.currentWidget() is not view


def test_a_worker_that_dies_while_measuring_leaves_the_window_and_the_design(
    qtbot: QtBot, window: MainWindow, sketch: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_WORKER", "mortal")
    opened(window, sketch)
    window.views["measure"].trigger()
    qtbot.waitUntil(lambda: "Not measured" in window.status.currentMessage(), timeout=10_000)
    assert "ended by the system" in window.status.currentMessage()
    assert window.bench.document is not None
    assert window.bench.document.design == sketch
    assert window.views["measure"].isEnabled()
    monkeypatch.delenv("FAKE_WORKER")
    qtbot.waitUntil(lambda: window.worker.conditions is not None, timeout=10_000)


# Help, theme, the unexpected -----------------------------------------------------------------------------------------


def test_the_theme_is_taken_and_remembered(window: MainWindow, settings: Settings) -> None:
    window.views["theme_light"].trigger()
    assert window.palette().window().color().lightness() > 128
    assert settings.theme == "light"
    assert window.views["theme_light"].isChecked()
    window.views["theme_dark"].trigger()
    assert window.palette().window().color().lightness() < 128
    assert not window.views["theme_light"].isChecked()


def test_a_change_of_look_moves_nothing(window: MainWindow, sketch: Design) -> None:
    opened(window, sketch)
    places: list[dict[str, QRect]] = []
    for name in ("theme_light", "theme_dark", "theme_light", "theme_dark"):
        for _ in range(3):
            QApplication.processEvents()
        shown = {"pages": window.pages, "strip": window.strip, "palette": window.palette_panel, "status": window.status}
        places.append({word: QRect(part.mapTo(window, QPoint()), part.size()) for word, part in shown.items()})
        window.views[name].trigger()
    assert all(place == places[0] for place in places)


def test_the_unexpected_is_told_with_a_copy_beside_nothing_of_the_users(
    window: MainWindow, answers: Answers, sketch: Design, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)
    monkeypatch.setattr(crash, "recovery_folder", lambda: tmp_path / "recovery")
    opened(window, sketch)
    widen(window, 96)
    crash.catch_unexpected(window)
    sys.excepthook(RuntimeError, RuntimeError("out of cheese"), None)
    ((title, text),) = answers.told
    assert title == "Something unexpected happened"
    assert "out of cheese" in text
    (copy,) = (tmp_path / "recovery").iterdir()
    assert str(copy) in text
    assert window.bench.document is not None
    assert design_json.load(copy) == window.bench.document.design


def test_copies_of_many_faults_do_not_pile_up(
    window: MainWindow, answers: Answers, sketch: Design, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)
    monkeypatch.setattr(crash, "recovery_folder", lambda: tmp_path / "recovery")
    opened(window, sketch)
    crash.catch_unexpected(window)
    for fault in range(crash.MOST_COPIES + 5):
        widen(window, 96 + fault)
        sys.excepthook(RuntimeError, RuntimeError("out of cheese"), None)
        for copy in (tmp_path / "recovery").iterdir():  # as if the next came a minute later
            os.utime(copy, (copy.stat().st_mtime - 60, copy.stat().st_mtime - 60))
    copies = list((tmp_path / "recovery").iterdir())
    assert len(copies) == crash.MOST_COPIES
    assert window.bench.document is not None
    assert window.bench.document.design in [design_json.load(copy) for copy in copies]


# For everyone --------------------------------------------------------------------------------------------------------


def test_everything_that_takes_the_keyboard_has_a_name(window: MainWindow, sketch: Design) -> None:
    opened(window, sketch)
    tab = window.bench.tab
    assert tab is not None
    tab.select([NodeId("depthwise")])
    QApplication.processEvents()
    assert nameless(window) == []


def test_f6_goes_round_the_window(qtbot: QtBot, window: MainWindow, sketch: Design) -> None:
    opened(window, sketch)
    tab = window.bench.tab
    assert tab is not None
    tab.select([NodeId("depthwise")])
    QApplication.processEvents()
    tab.canvas.setFocus()
    visited: list[QWidget] = []
    for _ in range(3):
        press(qtbot, window, "F6")
        focused = QApplication.focusWidget()
        assert focused is not None
        visited.append(focused)
    assert window.inspector.isAncestorOf(visited[0])
    assert visited[1] is window.palette_panel.search
    assert visited[2] is tab.canvas


def test_the_wheel_setting_reaches_every_canvas_and_is_remembered(
    window: MainWindow, settings: Settings, sketch: Design
) -> None:
    opened(window, sketch)
    window.views["wheel_zooms"].trigger()
    opened(window, Design("other"))
    assert [tab.canvas.wheel_zooms for tab in window.bench.tabs] == [False, False]
    assert not settings.wheel_zooms


def test_the_heat_map_tints_by_share_of_the_largest(window: MainWindow, sketch: Design) -> None:
    opened(window, sketch)
    tab = window.bench.tab
    assert tab is not None
    window.views["heat_macs"].trigger()
    heat = {id: item.state.heat for id, item in tab.scene.nodes.items()}
    # 24·144 multiply-accumulates a position in the pointwise, 9·144 in the depthwise
    assert heat == {"input": 0.0, "expand": 1.0, "depthwise": pytest.approx(9 / 24), "output": 0.0}
    # 24·144·56² MACs of the pointwise.
    assert tab.canvas.legend.isVisible()
    assert tab.canvas.legend.text == f"MACs: {wording.short(24 * 144 * 56 * 56)} at expand"
    window.views["heat_latency_s"].trigger()
    assert tab.canvas.legend.text == "Measured time: not measured yet"
    window.views["heat_off"].trigger()
    assert not tab.canvas.legend.isVisible()
    assert {item.state.heat for item in tab.scene.nodes.values()} == {None}


def test_every_figure_of_a_node_tints_the_cards_under_a_key_of_its_own(window: MainWindow) -> None:
    window.bench.open_design(template("bottleneck").build())
    tab = window.bench.tab
    assert tab is not None
    keys = []
    for each in figures(Scope.NODE):
        action = window.views[f"heat_{each.key}"]
        keys.append(action.text().partition("&")[2][:1].lower())
        action.trigger()
        assert action.isChecked()
        shares = [item.state.heat for item in tab.scene.nodes.values()]
        assert tab.canvas.legend.text.startswith(f"{each.node_label}: ")
        assert shares.count(1.0) > 0 if not each.is_measured else set(shares) == {None}
    assert len(set(keys)) == len(keys)


def test_the_first_tab_says_its_design_even_where_it_cannot_run(window: MainWindow, sketch: Design) -> None:
    for page in window.bench.tabs:
        window.bench.close_page(page)
    window.bench.open_design(sketch.without_wires(list(sketch.wires)[:1]))
    assert window.strip.bar.tabText(0) == sketch.name
