"""Into blocks and out again with real keys and clicks: what is shown there, what edits do, where undo takes one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.analysis.analysis import analyse
from designer.edit.document import Command
from designer.edit.grouping import group
from designer.files import design_json
from designer.graph.design import Design, NodeId, NodePath, PortRef
from designer.layers.activation import ReLU6
from designer.layers.blocks import Bottleneck, Group
from designer.layers.convolution import DepthwiseConv2d, GroupedConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.ui.jobs.worker_client import Job, WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from designer.worker.orders import MeasureOrder, Order
from tests.measurement import samples
from tests.ui.conftest import chain
from tests.ui.windows import FAKE_WORKER, Answers, card_pixel, drag, drop, press, shown_window, wire

pytestmark = pytest.mark.gui

IN, GROUP, BLOCK, DW, ACT = map(NodeId, ("input", "group_1", "block", "dw", "act"))


def design() -> Design:
    """24×56×56 → a bottleneck → a group of depthwise and ReLU6 → output."""
    drawn = chain(
        ("input", Input(24, 56, 56)),
        ("block", Bottleneck(6, 32)),
        ("dw", DepthwiseConv2d()),
        ("act", ReLU6()),
        ("output", Output()),
    )
    grouped, id = group(drawn, [DW, ACT], "Filter")
    assert id == GROUP
    return grouped


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), answers) as made:
        made.bench.open_design(design())
        QApplication.processEvents()
        yield made


@pytest.fixture
def tab(window: MainWindow) -> DesignTab:
    assert window.bench.tab is not None
    return window.bench.tab


def click(qtbot: QtBot, tab: DesignTab, id: NodeId) -> None:
    qtbot.mouseClick(tab.canvas.viewport(), Qt.MouseButton.LeftButton, pos=card_pixel(tab, id))


def double_click(tab: DesignTab, at: QPoint) -> None:
    QTest.mouseClick(tab.canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(tab.canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)


def enter(qtbot: QtBot, tab: DesignTab, id: NodeId) -> None:
    tab.canvas.setFocus()
    click(qtbot, tab, id)
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Return)


def body(tab: DesignTab, id: NodeId = GROUP) -> Design:
    found = tab.document.committed_design.nodes[id].layer.body
    assert found is not None
    return found


def step(label: str, after: Design) -> Command:
    return Command(label, lambda _: after)


def path(tab: DesignTab) -> NodePath:
    return tab.path


def labels(tab: DesignTab) -> list[str]:
    return [label for label, _ in tab.document.history]


# In and out ----------------------------------------------------------------------------------------------------------


def test_enter_shows_the_parts_with_the_shapes_that_reach_them(
    qtbot: QtBot, window: MainWindow, tab: DesignTab
) -> None:
    enter(qtbot, tab, GROUP)
    assert path(tab) == (GROUP,)
    assert set(tab.scene.nodes) == {"x_1", DW, ACT, "y_1"}
    assert tab.scene.nodes[NodeId("x_1")].face.summary.text == "32×56×56"
    assert tab.scene.wires[PortRef(DW, "x")].label == "32×56²"
    assert tab.shown_analysis.node(DW).cost == analyse(design()).at((GROUP, DW)).cost
    assert tab.document.design == design(), "looking is no edit"
    assert labels(tab) == []
    assert tab.document.is_saved


def test_a_double_click_goes_inside_and_escape_comes_out(qtbot: QtBot, tab: DesignTab) -> None:
    double_click(tab, card_pixel(tab, GROUP))
    assert path(tab) == (GROUP,)
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Escape)
    assert path(tab) == ()
    assert tab.selection == (GROUP,)


def test_escape_first_lets_go_of_the_selection(qtbot: QtBot, tab: DesignTab) -> None:
    enter(qtbot, tab, GROUP)
    click(qtbot, tab, DW)
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Escape)
    assert (path(tab), tab.selection) == ((GROUP,), ())
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Escape)
    assert path(tab) == ()


def test_the_menu_and_alt_arrows_go_in_and_out(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    assert not window.views["enter_block"].isEnabled()
    assert not window.views["leave_block"].isEnabled()
    tab.canvas.setFocus()
    click(qtbot, tab, GROUP)
    press(qtbot, window, "Alt+Down")
    assert path(tab) == (GROUP,)
    press(qtbot, window, "Alt+Up")
    assert path(tab) == ()
    window.views["enter_block"].trigger()
    assert path(tab) == (GROUP,)
    window.views["leave_block"].trigger()
    assert path(tab) == ()


def test_leaving_returns_to_where_one_looked_from(qtbot: QtBot, tab: DesignTab) -> None:
    tab.canvas.zoom_by(1.7, QPoint(90, 120))
    tab.canvas.ensure_visible([GROUP])
    stood = tab.canvas.standpoint
    enter(qtbot, tab, GROUP)
    QApplication.processEvents()
    tab.canvas.zoom_by(0.6)
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Escape)
    QApplication.processEvents()
    back = tab.canvas.standpoint
    assert back.scale == pytest.approx(stood.scale)
    assert back.centre.x == pytest.approx(stood.centre.x, abs=2 / stood.scale)
    assert back.centre.y == pytest.approx(stood.centre.y, abs=2 / stood.scale)
    assert tab.selection == (GROUP,)


def test_the_breadcrumb_names_the_way_and_goes_out_by_mouse_and_keyboard(qtbot: QtBot, tab: DesignTab) -> None:
    bar = tab.walking.bar
    assert not bar.isVisible()
    tab.select([BLOCK, GROUP])
    nested, outer = group(tab.document.design, [BLOCK, GROUP], "Both")
    tab.document.apply(step("Group", nested))
    enter(qtbot, tab, outer)
    enter(qtbot, tab, GROUP)
    assert path(tab) == (outer, GROUP)
    assert bar.isVisible()
    assert [step.text() for step in bar.steps] == ["sketch", "Both"]
    qtbot.mouseClick(bar.steps[1], Qt.MouseButton.LeftButton)
    assert path(tab) == (outer,)
    assert tab.selection == (GROUP,)
    enter(qtbot, tab, GROUP)
    QApplication.processEvents()
    bar.steps[0].setFocus(Qt.FocusReason.TabFocusReason)
    assert bar.steps[0].hasFocus()
    qtbot.keyClick(bar.steps[0], Qt.Key.Key_Space)
    assert path(tab) == ()
    assert tab.selection == (outer,)
    assert not bar.isVisible()
    assert tab.canvas.hasFocus()


def test_a_block_whose_shapes_are_unknown_says_so_and_a_group_opens_all_the_same(
    qtbot: QtBot, window: MainWindow, tab: DesignTab
) -> None:
    tab.document.apply(step("Cut", tab.document.design.without_wires([PortRef(BLOCK, "x")])))
    enter(qtbot, tab, BLOCK)
    assert path(tab) == ()
    assert "wire it first" in window.status.currentMessage()
    enter(qtbot, tab, GROUP)
    assert path(tab) == (GROUP,)
    assert tab.shown_analysis.node(DW).cost is None


# Editing inside ------------------------------------------------------------------------------------------------------


def test_dragging_dropping_wiring_and_typing_inside_are_steps_of_the_design(
    qtbot: QtBot, window: MainWindow, tab: DesignTab
) -> None:
    enter(qtbot, tab, GROUP)
    before = body(tab).nodes[DW].position
    start = card_pixel(tab, DW)
    drag(qtbot, tab, start, start + QPoint(0, 90))
    assert body(tab).nodes[DW].position.y > before.y
    act = card_pixel(tab, ACT)
    added = drop(tab, "pointwise_conv2d", act + QPoint(0, 150))
    wire(qtbot, tab, PortRef(ACT, "y"), PortRef(added, "x"))
    wire(qtbot, tab, PortRef(added, "y"), PortRef(NodeId("y_1"), "x"))
    click(qtbot, tab, added)
    box = window.inspector.fields["out_channels"].editor
    box.setFocus()
    box.selectAll()  # type: ignore[attr-defined]  # a number box
    qtbot.keyClicks(box, "48")
    assert tab.analysis.spec(PortRef(GROUP, "y_1")) == tab.shown_analysis.spec(PortRef(added, "y"))
    spec = tab.analysis.spec(PortRef(GROUP, "y_1"))
    assert spec is not None
    assert spec.channels == 48
    assert len(labels(tab)) == 5
    tab.canvas.setFocus()
    for _ in range(5):
        press(qtbot, window, "Ctrl+Z")
    assert tab.document.design == design()
    assert path(tab) == (GROUP,)
    for _ in range(5):
        press(qtbot, window, "Ctrl+Y")
    assert body(tab).nodes[added].layer == PointwiseConv2d(48)


def test_escape_in_the_middle_of_a_drag_inside_leaves_everything(qtbot: QtBot, tab: DesignTab) -> None:
    enter(qtbot, tab, GROUP)
    viewport, start = tab.canvas.viewport(), card_pixel(tab, DW)
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(viewport, start + QPoint(0, 50))
    qtbot.mouseMove(viewport, start + QPoint(0, 90))
    assert tab.document.design != design(), "a preview is under way"
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Escape)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(0, 90))
    assert tab.document.design == design()
    assert (path(tab), labels(tab)) == ((GROUP,), [])


def test_delete_copy_paste_group_and_tidy_work_inside(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    enter(qtbot, tab, GROUP)
    click(qtbot, tab, ACT)
    press(qtbot, window, "Ctrl+C")
    press(qtbot, window, "Ctrl+V")
    (copied,) = tab.selection
    assert body(tab).nodes[copied].layer == ReLU6()
    press(qtbot, window, "Delete")
    assert copied not in body(tab).nodes
    click(qtbot, tab, DW)
    press(qtbot, window, "Delete")
    assert body(tab).wires[PortRef(ACT, "x")].source == PortRef(NodeId("x_1"), "y"), "the chain closes"
    press(qtbot, window, "Ctrl+Z")
    tab.select([DW, ACT])
    press(qtbot, window, "Ctrl+G")
    (inner,) = tab.selection
    assert set(body(tab).nodes) == {"x_1", inner, "y_1"}
    press(qtbot, window, "Ctrl+Shift+G")
    assert set(body(tab).nodes) == {"x_1", DW, ACT, "y_1"}
    tab.canvas.setFocus()
    press(qtbot, window, "Ctrl+A")
    assert set(tab.selection) == {"x_1", DW, ACT, "y_1"}
    press(qtbot, window, "Ctrl+L")
    assert labels(tab)[-1].startswith("Tidy")
    assert tab.document.design.nodes.keys() == design().nodes.keys()


def test_quick_add_inside_places_inside(qtbot: QtBot, tab: DesignTab) -> None:
    enter(qtbot, tab, GROUP)
    click(qtbot, tab, ACT)
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Tab)
    box = tab.canvas.adding.box
    qtbot.keyClicks(box.field, "pointwise")
    qtbot.keyClick(box.field, Qt.Key.Key_Return)
    (added,) = tab.selection
    assert body(tab).wires[PortRef(added, "x")].source == PortRef(ACT, "y")


def test_a_gone_input_takes_the_wire_outside_with_it_and_undo_brings_both(
    qtbot: QtBot, window: MainWindow, tab: DesignTab
) -> None:
    enter(qtbot, tab, GROUP)
    click(qtbot, tab, NodeId("x_1"))
    press(qtbot, window, "Delete")
    assert tab.document.design.incoming(GROUP) == ()
    press(qtbot, window, "Ctrl+Z")
    assert tab.document.design == design()
    assert path(tab) == (GROUP,)


# Undo across levels --------------------------------------------------------------------------------------------------


def test_undo_goes_to_where_the_step_was_made_and_redo_as_well(
    qtbot: QtBot, window: MainWindow, tab: DesignTab
) -> None:
    start = card_pixel(tab, IN)
    drag(qtbot, tab, start, start + QPoint(0, 120))
    enter(qtbot, tab, GROUP)
    click(qtbot, tab, ACT)
    press(qtbot, window, "Delete")
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Escape)
    assert path(tab) == ()
    press(qtbot, window, "Ctrl+Z")
    assert (path(tab), tab.selection) == ((GROUP,), (ACT,)), "what came back is shown"
    press(qtbot, window, "Ctrl+Z")
    assert (path(tab), tab.selection) == ((), (IN,))
    assert tab.document.design == design()
    press(qtbot, window, "Ctrl+Y")
    assert path(tab) == ()
    press(qtbot, window, "Ctrl+Y")
    assert path(tab) == (GROUP,)
    assert ACT not in body(tab).nodes


def test_undoing_the_group_one_is_in_takes_one_out_of_it(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    tab.select([BLOCK, GROUP])
    tab.canvas.setFocus()
    press(qtbot, window, "Ctrl+G")
    (outer,) = tab.selection
    enter(qtbot, tab, outer)
    enter(qtbot, tab, GROUP)
    assert path(tab) == (outer, GROUP)
    press(qtbot, window, "Ctrl+Z")
    assert path(tab) == ()
    assert set(tab.scene.nodes) == set(design().nodes)
    assert tab.document.design == design()
    assert not tab.walking.bar.isVisible()


def test_a_step_in_another_block_is_undone_there(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    more, other = group(tab.document.design, [BLOCK], "Other")
    tab.document.apply(step("Group", more))
    enter(qtbot, tab, GROUP)
    click(qtbot, tab, ACT)
    press(qtbot, window, "Delete")
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Escape)
    enter(qtbot, tab, other)
    press(qtbot, window, "Ctrl+Z")
    assert path(tab) == (GROUP,)
    assert ACT in tab.scene.nodes


# Blocks with parameters ----------------------------------------------------------------------------------------------


def test_what_follows_from_parameters_is_shown_and_not_edited(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    enter(qtbot, tab, BLOCK)
    assert path(tab) == (BLOCK,)
    assert tab.scene.wires[PortRef(NodeId("depthwise"), "x")].label == "144×56²"
    places = [node.position for node in tab.shown.design.nodes.values()]
    assert len(set(places)) == len(places)
    bar = tab.walking.bar
    assert bar.edit.isVisible()
    assert "read only" in bar.note.text()
    viewport, card = tab.canvas.viewport(), card_pixel(tab, NodeId("expand"))
    drag(qtbot, tab, card, card + QPoint(0, 120))
    drag(qtbot, tab, card, card + QPoint(5, 5))
    click(qtbot, tab, NodeId("expand"))
    assert tab.selection == (NodeId("expand"),)
    assert not window.inspector.fields["out_channels"].isEnabled()
    for keys in ("Delete", "Ctrl+D", "Ctrl+G", "Ctrl+L", "Down", "Ctrl+V", "Ctrl+Shift+V", "M", "F2", "Ctrl+X"):
        press(qtbot, window, keys)
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Tab)
    assert not tab.canvas.adding.box.isVisible()
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=QPoint(15, viewport.height() - 15))
    assert not tab.canvas.adding.box.isVisible()
    assert tab.document.design == design()
    assert [node.position for node in tab.shown.design.nodes.values()] == places


def test_making_it_a_group_is_one_step_and_lets_it_be_edited(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    enter(qtbot, tab, BLOCK)
    qtbot.mouseClick(tab.walking.bar.edit, Qt.MouseButton.LeftButton)
    assert labels(tab) == ["Make block a group"]
    assert path(tab) == (BLOCK,)
    assert not tab.walking.bar.edit.isVisible()
    made, old = tab.document.design.nodes[BLOCK], design().nodes[BLOCK]
    assert (made.title, made.position, made.id) == (old.title, old.position, old.id)
    assert tab.analysis.totals == analyse(design()).totals
    click(qtbot, tab, NodeId("depthwise_act"))
    press(qtbot, window, "Delete")
    assert NodeId("depthwise_act") not in body(tab, BLOCK).nodes
    press(qtbot, window, "Ctrl+Z")
    press(qtbot, window, "Ctrl+Z")
    assert tab.document.design == design()
    assert path(tab) == (BLOCK,), "what is shown changed back before one's eyes"
    assert tab.walking.bar.edit.isVisible()


def test_the_menu_makes_the_selected_block_a_group(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    click(qtbot, tab, BLOCK)
    window.views["make_group"].trigger()
    assert isinstance(tab.document.design.nodes[BLOCK].layer, Group)
    assert not window.views["make_group"].isEnabled()
    assert tab.document.design.wires.keys() == design().wires.keys()


# Panels, files, figures ----------------------------------------------------------------------------------------------


def test_panels_speak_of_the_inside_and_files_hold_the_whole(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, answers: Answers, tmp_path: Path
) -> None:
    outside = window.costs.tiles["macs"].value.text()
    enter(qtbot, tab, GROUP)
    inside = window.costs.tiles["macs"].value.text()
    assert inside != outside
    click(qtbot, tab, ACT)
    press(qtbot, window, "Delete")
    answers.save = tmp_path / "whole"
    press(qtbot, window, "Ctrl+S")
    saved = design_json.load(tmp_path / "whole.design.json")
    assert saved == tab.document.design
    assert IN in saved.nodes
    assert not window.isWindowModified()
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Escape)
    assert window.costs.tiles["macs"].value.text() == outside


def test_problems_inside_can_be_shown_and_fixed_there(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    enter(qtbot, tab, GROUP)
    click(qtbot, tab, DW)
    tab.document.apply(
        Command("Cut", lambda _: design().with_layer(GROUP, Group(body(tab).without_wires([PortRef(DW, "x")]))))
    )
    assert window.problems.cards[0].problem.path == (DW,)
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Escape)
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Escape)
    assert path(tab) == ()
    (card,) = [card for card in window.problems.cards if card.problem.path == (GROUP, DW)]
    card.show_button.click()
    assert (path(tab), tab.selection) == ((GROUP,), (DW,))


def test_a_fix_reaches_into_a_group_from_outside_and_not_into_a_block(
    qtbot: QtBot, window: MainWindow, tab: DesignTab
) -> None:
    wide = design().with_layer(GROUP, Group(body(tab).with_layer(DW, GroupedConv2d(32, groups=5))))
    tab.document.apply(step("Break", wide))
    card = next(card for card in window.problems.cards if card.problem.path == (GROUP, DW))
    qtbot.mouseClick(card.fix_buttons[0], Qt.MouseButton.LeftButton)
    assert tab.analysis.is_valid
    assert path(tab) == ()
    assert body(tab).nodes[DW].layer != GroupedConv2d(32, groups=5)


def test_times_and_heat_follow_inside(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    analysis = tab.analysis
    latency = window.bench.latency
    times = {"block": 1.25, "group_1": 0.5, "group_1.dw": 0.375, "group_1.act": 0.125}
    figure = samples.latency(analysis.digest, 2.0, node_ms=times)
    latency._take(latency._key(analysis.digest), figure)
    latency.changed.emit()
    window.bench.set_heat("latency_s")
    assert tab.scene.nodes[GROUP].face.time.startswith("0.5")
    enter(qtbot, tab, GROUP)
    assert tab.scene.nodes[DW].face.time.startswith("0.375")
    assert tab.scene.nodes[ACT].face.time.startswith("0.125")
    assert tab.scene.nodes[DW].state.heat == 1.0
    assert tab.scene.nodes[ACT].state.heat == pytest.approx(1 / 3)
    assert window.costs.tiles["latency_s"].value.text().startswith("0.5")
    assert "together" in window.costs.tiles["latency_s"].note.text()
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Escape)
    assert window.costs.tiles["latency_s"].value.text().startswith("2")
    assert tab.scene.nodes[GROUP].state.heat == pytest.approx(0.4)


def test_what_is_measured_is_the_whole(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Order] = []
    submit = window.worker.submit

    def listening(order: Order) -> Job:
        sent.append(order)
        return submit(order)

    monkeypatch.setattr(window.worker, "submit", listening)
    enter(qtbot, tab, GROUP)
    press(qtbot, window, "Ctrl+Return")
    (order,) = sent
    assert isinstance(order, MeasureOrder)
    assert design_json.loads(order.design).digest == tab.document.design.digest
    window.bench.latency.stop()


def test_backtab_goes_from_the_canvas_to_the_bar_above_it(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    enter(qtbot, tab, BLOCK)
    QApplication.processEvents()
    bar = tab.walking.bar
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert bar.edit.hasFocus()
    qtbot.keyClick(bar.edit, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert bar.steps[-1].hasFocus()
    qtbot.keyClick(bar.steps[-1], Qt.Key.Key_Space)
    assert path(tab) == ()


def test_the_small_picture_is_of_the_inside(qtbot: QtBot, tab: DesignTab) -> None:
    minimap = tab.canvas.minimap
    outside = tab.scene.content_rect()
    assert minimap.area.contains(outside)
    enter(qtbot, tab, GROUP)
    assert minimap.area.contains(tab.scene.content_rect())
    assert not minimap.area.contains(outside)


def test_in_a_comparison_blocks_are_entered_too_and_undo_finds_its_pane(
    qtbot: QtBot, window: MainWindow, tab: DesignTab
) -> None:
    window.bench.open_design(design())
    page = window.bench.compare_tabs()
    assert page is not None
    QApplication.processEvents()
    first, second = (member.view for member in page.comparing.members)
    first.canvas.setFocus()
    first.walking.enter(GROUP)
    assert path(second) == ()
    click(qtbot, first, ACT)
    assert window.bench.selection == (ACT,)
    press(qtbot, window, "Delete")
    assert ACT not in body(first).nodes
    assert path(tab) == (), "the tab of the same design stays where it was"
    first.walking.leave()
    press(qtbot, window, "Ctrl+Z")
    assert ACT in body(first).nodes
    assert (path(first), path(second)) == ((GROUP,), ())
