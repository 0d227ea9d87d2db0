"""The comparison by hand: panes that are edited, partners that light up, rows, budgets, undo, files that leave."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.analysis.analysis import analyse
from designer.edit.document import Command
from designer.edit.edits import move
from designer.graph.design import Design, NodeId, Point
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.targets.comparing import TARGET_ROW
from designer.targets.profile_files import target
from designer.targets.verdict import Fits, verdict_of
from designer.ui.compare.marks import marks_of
from designer.ui.compare.member import Member
from designer.ui.compare.page import ComparePage
from designer.ui.look.settings import Settings
from designer.ui.shell.main_window import MainWindow
from tests.ui.conftest import chain
from tests.ui.windows import Answers, card_pixel, press

pytestmark = pytest.mark.gui


def click(qtbot: QtBot, member: Member, id: str) -> None:
    qtbot.mouseClick(member.view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=card_pixel(member.view, NodeId(id)))


def cells(page: ComparePage, label: str) -> list[str]:
    model = page.table.figures
    for row in range(model.rowCount()):
        if str(model.headerData(row, Qt.Orientation.Vertical)).startswith(label):
            return [str(model.data(model.index(row, column))) for column in range(model.columnCount())]
    raise AssertionError(label)


def rows(page: ComparePage) -> list[str]:
    model = page.table.figures
    return [str(model.headerData(row, Qt.Orientation.Vertical)) for row in range(model.rowCount())]


def test_figures_are_those_of_each_design_alone(page: ComparePage) -> None:
    comparison = page.comparison()
    by_key = {row.key: row.values for row in comparison.rows}
    for index, member in enumerate(page.comparing.members):
        alone = analyse(member.design).totals
        assert by_key["parameters"][index] == alone.parameters
        assert by_key["macs"][index] == alone.macs
        assert by_key["flops"][index] == alone.flops
        assert by_key["peak_activation_bytes"][index] == alone.peak_activation_bytes


def test_a_click_on_a_node_lights_its_partners_in_all_panes(qtbot: QtBot, page: ComparePage) -> None:
    a, b, c = page.comparing.members
    click(qtbot, b, "depthwise")
    assert page.active is b
    assert b.view.selection == (NodeId("depthwise"),)
    for other in (a, c):
        (partner,) = other.view.selection
        assert other.design.nodes[partner].layer.key == "depthwise_conv2d"
    click(qtbot, b, "expand")
    assert a.view.selection == ()
    assert c.view.selection == (NodeId("expand"),)


def test_an_edit_in_a_pane_is_an_edit_of_the_tab_and_everything_follows(
    qtbot: QtBot, window: MainWindow, page: ComparePage
) -> None:
    b, c = page.comparing.members[1:]
    before = cells(page, "Parameters")
    click(qtbot, c, "expand")
    window.panels_dock.show()
    box = window.inspector.fields["out_channels"].editor
    box.setFocus()
    box.selectAll()  # type: ignore[attr-defined]  # a number box
    qtbot.keyClicks(box, "144")
    assert c.tab is not None
    assert c.tab.document.design is c.document.design
    qtbot.waitUntil(lambda: page.comparing.matching(b) is not None and page.comparing.matching(c) is not None)
    assert cells(page, "Parameters") != before
    # t = 4 with 144 channels is t = 6: the two bottlenecks now have the same parameters.
    assert cells(page, "Parameters")[1].split()[0] == cells(page, "Parameters")[2].split()[0]


def test_marks_say_what_was_added_and_what_changed(qtbot: QtBot, page: ComparePage) -> None:
    _a, b, c = page.comparing.members
    page.comparing.set_baseline(b)
    qtbot.waitUntil(lambda: page.comparing.matching(c) is not None)
    assert {id: mark.word for id, mark in marks_of(page.comparing, c).items()} == {
        NodeId("expand"): "out channels 144 → 96"
    }
    missing = {id for id, mark in marks_of(page.comparing, b).items() if mark.word == "not in A"}
    assert NodeId("expand") in missing
    assert NodeId("depthwise") not in missing


def test_cameras_look_at_partners(qtbot: QtBot, page: ComparePage) -> None:
    _a, b, c = page.comparing.members
    page.comparing.set_baseline(b)
    qtbot.waitUntil(lambda: page.comparing.matching(c) is not None)
    c.document.apply(_shifted(c))
    canvas = b.view.canvas
    canvas.zoom_by(2.0)
    start = QPoint(200, 60)
    qtbot.mousePress(canvas.viewport(), Qt.MouseButton.MiddleButton, pos=start)
    for step in range(1, 5):
        qtbot.mouseMove(canvas.viewport(), start + QPoint(-20 * step, 4 * step))
    qtbot.mouseRelease(canvas.viewport(), Qt.MouseButton.MiddleButton, pos=start + QPoint(-80, 16))
    assert c.view.canvas.scale_now == pytest.approx(canvas.scale_now)
    near = min(canvas.visible_nodes(), key=lambda card: abs(card.pos().x() - canvas.centre.x))
    partner = page.comparing.partner(b, near.id, c)
    assert partner is not None
    ours = card_pixel(b.view, near.id)
    theirs = card_pixel(c.view, partner)
    assert abs(ours.x() - theirs.x()) <= 2
    assert abs(ours.y() - theirs.y()) <= 2


def _shifted(member: Member) -> Command:
    places = {id: Point(node.position.x + 700, node.position.y - 300) for id, node in member.design.nodes.items()}
    return Command("Shift", lambda design: move(design, places))


def test_undo_takes_back_steps_of_the_set_and_of_designs_in_turn(
    qtbot: QtBot, window: MainWindow, page: ComparePage
) -> None:
    a, _b, c = page.comparing.members
    click(qtbot, c, "project")
    press(qtbot, window, "Delete")
    assert NodeId("project") not in c.design.nodes
    page.comparing.remove(a)
    assert len(page.comparing.members) == 2
    press(qtbot, window, "Ctrl+Z")
    assert page.comparing.members[0] is a
    press(qtbot, window, "Ctrl+Z")
    assert NodeId("project") in c.design.nodes
    press(qtbot, window, "Ctrl+Shift+Z")
    assert NodeId("project") not in c.design.nodes
    press(qtbot, window, "Ctrl+Shift+Z")
    assert a not in page.comparing.members


def test_rows_are_moved_hidden_and_brought_back_by_keys(qtbot: QtBot, page: ComparePage) -> None:
    own = rows(page)
    page.table.setFocus()
    page.table.setCurrentIndex(page.table.figures.index(1, 0))
    qtbot.keyClick(page.table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert rows(page)[:2] == [own[1], own[0]]
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    assert own[1] not in rows(page)
    menu = page.table.menu_for(0, is_row=True)
    next(each for each in menu.actions() if "all rows" in each.text()).trigger()
    assert rows(page) == own


def test_a_budget_turns_cells_red_and_says_so(qtbot: QtBot, page: ComparePage, answers: Answers) -> None:
    page.table.setFocus()
    page.table.setCurrentIndex(page.table.figures.index(rows(page).index("Parameters"), 0))
    answers.text_answer = "6000"
    qtbot.keyClick(page.table, Qt.Key.Key_B)
    assert ["over" in cell for cell in cells(page, "Parameters")[:3]] == [False, True, False]
    assert "A budget is broken" in page.note
    answers.text_answer = "many"
    qtbot.keyClick(page.table, Qt.Key.Key_B)
    assert answers.told
    answers.text_answer = ""
    qtbot.keyClick(page.table, Qt.Key.Key_B)
    assert not any("over" in cell for cell in cells(page, "Parameters"))


def test_designs_are_sorted_by_a_row(page: ComparePage) -> None:
    page.table.sort_designs_asked.emit("parameters")
    values = next(row.values for row in page.comparison().rows if row.key == "parameters")
    known = [value for value in values if value is not None]
    assert known == sorted(known)
    assert len(known) == 3


def test_the_table_leaves_as_csv(qtbot: QtBot, page: ComparePage) -> None:
    qtbot.mouseClick(page.buttons["Copy as CSV"], Qt.MouseButton.LeftButton)
    read = list(csv.reader(io.StringIO(QGuiApplication.clipboard().text())))
    assert read[0] == ["figure", "unit", *(member.name for member in page.comparing.members)]
    parameters = next(line for line in read if line[0] == "parameters")
    assert parameters[2:] == [str(analyse(member.design).totals.parameters) for member in page.comparing.members]


def test_the_report_is_one_page_with_pictures(
    qtbot: QtBot, page: ComparePage, answers: Answers, tmp_path: Path
) -> None:
    answers.save = tmp_path / "out.html"
    qtbot.mouseClick(page.buttons["Report (HTML)…"], Qt.MouseButton.LeftButton)
    text = answers.save.read_text()
    assert text.count("<svg") >= 2 * len(page.comparing.members)
    assert all(member.name in text for member in page.comparing.members)
    answers.save = tmp_path / "no such folder" / "out.html"
    qtbot.mouseClick(page.buttons["Report (HTML)…"], Qt.MouseButton.LeftButton)
    assert answers.told[-1][0] == "out.html was not written"


def test_a_closed_tab_leaves_and_two_are_the_least(window: MainWindow, page: ComparePage) -> None:
    first, second, third = window.bench.tabs
    window.bench.close_page(first)
    assert [member.tab for member in page.comparing.members] == [second, third]
    window.bench.close_page(second)
    QApplication.processEvents()
    assert window.bench.page is not page


def long_chain(length: int) -> Design:
    layers = [("input", Input(8, 16, 16)), *((f"step_{i}", PointwiseConv2d(8 + i % 5)) for i in range(length))]
    return chain(*layers, ("output", Output()))


def test_a_large_design_is_matched_in_a_thread_and_the_page_stays_alive(qtbot: QtBot, window: MainWindow) -> None:
    window.bench.open_design(long_chain(150))
    window.bench.open_design(long_chain(151))
    window.views["compare"].trigger()
    page = window.bench.page
    assert isinstance(page, ComparePage)
    member = page.comparing.members[1]
    qtbot.waitUntil(lambda: page.comparing.matching(member) is not None, timeout=20_000)
    found = page.comparing.matching(member)
    assert found is not None
    assert len(found.added) == 1
    assert not found.removed


def test_a_chosen_target_has_a_row_and_can_be_a_budget(
    qtbot: QtBot, window: MainWindow, settings: Settings, page: ComparePage
) -> None:
    assert not [row for row in page.comparison().rows if row.key.startswith(TARGET_ROW)]
    settings.targets = ("microcontroller_256k", "microcontroller_512k")
    page.refresh()
    profiles = [target(key) for key in settings.targets]
    rows = [row for row in page.comparison().rows if row.key.startswith(TARGET_ROW)]
    assert [row.label for row in rows] == [profile.name for profile in profiles]
    for row, profile in zip(rows, profiles, strict=True):
        verdicts = [verdict_of(analysis, profile) for analysis in page.comparing.analyses]
        assert list(row.texts) == [verdict.short for verdict in verdicts]
        assert row.limit is None
    shown = [page.table.figures.rows[place].label for place in range(page.table.figures.rowCount())]
    assert {row.label for row in rows} <= set(shown)
    for is_asked in (True, False, True):
        page.ask_for_budget(rows[0].key)
        (again,) = (row for row in page.comparison().rows if row.key == rows[0].key)
        assert (again.limit is not None) == is_asked
    assert list(again.broken) == [
        verdict_of(analysis, profiles[0]).fits is Fits.NO for analysis in page.comparing.analyses
    ]
