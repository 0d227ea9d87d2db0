"""Blocks of one's own by hand: kept, found in palette and quick add, placed, dragged, renamed and deleted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.analysis.analysis import analyse
from designer.edit.grouping import group
from designer.files.block_library import BlockLibrary, LibraryBlock
from designer.files.storage import data_folder
from designer.graph.design import Design, NodeId, PortRef
from designer.layers.activation import ReLU6
from designer.layers.blocks import Bottleneck, Group
from designer.layers.convolution import DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.templates.networks import template
from designer.ui.canvas.dropping import dropped
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.panels.palette import Heading
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from tests.ui.canvas.bench import design_of
from tests.ui.conftest import chain
from tests.ui.windows import FAKE_WORKER, Answers, card_pixel, press, shown_window

pytestmark = pytest.mark.gui

DW, ACT, BLOCK = map(NodeId, ("dw", "act", "block"))


def design() -> Design:
    return chain(
        ("input", Input(24, 56, 56)),
        ("block", Bottleneck(6, 32)),
        ("dw", DepthwiseConv2d()),
        ("act", ReLU6()),
        ("output", Output()),
    )


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


@pytest.fixture
def library(window: MainWindow) -> BlockLibrary:
    """As another program would read it."""
    return BlockLibrary(data_folder())


def keep(window: MainWindow, tab: DesignTab, answers: Answers, name: str = "Filter") -> LibraryBlock:
    """Select depthwise and ReLU6 and keep them under a name."""
    tab.select([DW, ACT])
    answers.text_answer = name
    window.views["save_as_block"].trigger()
    return next(block for block in window.bench.library.blocks if block.name == name)


def own_row(window: MainWindow, name: str) -> int:
    rows = window.palette_panel.list.rows
    entries = [rows.entry(rows.index(row)) for row in range(rows.rowCount())]
    return next(row for row, entry in enumerate(entries) if isinstance(entry, LibraryBlock) and entry.name == name)


def headings(window: MainWindow) -> list[str]:
    rows = window.palette_panel.list.rows
    entries = [rows.entry(rows.index(row)) for row in range(rows.rowCount())]
    return [entry.title for entry in entries if isinstance(entry, Heading)]


# Keeping -------------------------------------------------------------------------------------------------------------


def test_selected_nodes_are_kept_by_shortcut_and_the_design_stays(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, answers: Answers, library: BlockLibrary
) -> None:
    assert "Your blocks" not in headings(window)
    assert not window.views["save_as_block"].isEnabled()
    tab.select([DW, ACT])
    tab.canvas.setFocus()
    answers.text_answer = "  My   filter "
    press(qtbot, window, "Ctrl+Alt+B")
    assert [block.name for block in library.blocks()] == ["My filter"]
    kept = {id: node.layer for id, node in library.load("My filter").body.nodes.items() if id in (DW, ACT)}
    assert kept == {DW: DepthwiseConv2d(), ACT: ReLU6()}
    assert tab.document.design == design()
    assert tab.document.history == ()
    assert "Your blocks" in headings(window)


def test_a_block_with_parameters_is_kept_with_the_parts_it_has_here(
    window: MainWindow, tab: DesignTab, answers: Answers, library: BlockLibrary
) -> None:
    tab.select([BLOCK])
    answers.text_answer = "Wide"
    window.views["save_as_block"].trigger()
    group_layer = library.load("Wide")
    again = design().with_layer(BLOCK, group_layer)
    assert analyse(again).node(BLOCK).cost == analyse(design()).node(BLOCK).cost


def test_the_block_that_is_open_is_kept_where_nothing_is_selected(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, answers: Answers, library: BlockLibrary
) -> None:
    tab.walking.enter(BLOCK)
    answers.text_answer = "Open"
    window.views["save_as_block"].trigger()
    assert library.load("Open").body.nodes.keys() == tab.shown.design.nodes.keys()


def test_a_name_that_is_taken_is_asked_about(
    window: MainWindow, tab: DesignTab, answers: Answers, library: BlockLibrary
) -> None:
    keep(window, tab, answers)
    answers.is_sure = False
    tab.select([BLOCK])
    answers.text_answer = "Filter"
    window.views["save_as_block"].trigger()
    assert DW in library.load("Filter").body.nodes, "no means no"
    answers.is_sure = True
    window.views["save_as_block"].trigger()
    assert DW not in library.load("Filter").body.nodes
    assert len(library.blocks()) == 1


def test_what_cannot_be_one_block_says_why_and_no_name_keeps_nothing(
    window: MainWindow, tab: DesignTab, answers: Answers, library: BlockLibrary
) -> None:
    tab.select([NodeId("input"), DW])
    window.views["save_as_block"].trigger()
    assert "begins or ends" in window.status.currentMessage()
    tab.select([DW])
    answers.text_answer = None
    window.views["save_as_block"].trigger()
    answers.text_answer = "   "
    window.views["save_as_block"].trigger()
    assert answers.told
    assert "needs a name" in answers.told[-1][1]
    assert library.blocks() == ()


# Placing -------------------------------------------------------------------------------------------------------------


def test_it_is_placed_from_the_palette_by_double_click_and_by_drag(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, answers: Answers
) -> None:
    block = keep(window, tab, answers)
    palette = window.palette_panel.list
    index = palette.rows.index(own_row(window, "Filter"))
    palette.scrollTo(index)
    tab.select([ACT])
    spot = palette.visualRect(index).center()
    qtbot.mouseClick(palette.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    qtbot.mouseDClick(palette.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    (placed,) = tab.selection
    layer = tab.document.design.nodes[placed].layer
    assert isinstance(layer, Group)
    assert tab.document.design.nodes[placed].title == "Filter"
    assert tab.document.design.wires[PortRef(placed, "x_1")].source == PortRef(ACT, "y")
    mime = palette.rows.mimeData([index])
    assert dropped(mime) == layer
    viewport, at = tab.canvas.viewport(), QPoint(80, 60)
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(viewport, QDragEnterEvent(at, copy, mime, left, none))
    QApplication.sendEvent(viewport, QDragMoveEvent(at, copy, mime, left, none))
    QApplication.sendEvent(viewport, QDropEvent(QPointF(at), copy, mime, left, none))
    (second,) = set(tab.document.design.nodes) - {*design().nodes, placed}
    assert tab.document.design.nodes[second].layer == layer
    assert block.name in tab.document.undo_label if tab.document.undo_label else False


def test_quick_add_finds_it_by_a_few_letters_and_enter_places_it(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, answers: Answers
) -> None:
    keep(window, tab, answers, "Squashed filter")
    tab.canvas.setFocus()
    qtbot.mouseClick(tab.canvas.viewport(), Qt.MouseButton.LeftButton, pos=card_pixel(tab, ACT))
    press(qtbot, window, "Tab")
    box = tab.canvas.adding.box
    qtbot.keyClicks(box.field, "squash")
    assert isinstance(box.offered[0], LibraryBlock)
    qtbot.keyClick(box.field, Qt.Key.Key_Return)
    (placed,) = tab.selection
    assert tab.document.design.nodes[placed].title == "Squashed filter"
    assert tab.document.undo_label == "Place Squashed filter"
    tab.canvas.open_quick_add()
    assert isinstance(box.offered[0], LibraryBlock), "what was placed lately comes first"


def test_a_block_whose_file_went_says_so(qtbot: QtBot, window: MainWindow, tab: DesignTab, answers: Answers) -> None:
    block = keep(window, tab, answers)
    block.path.unlink()
    before = tab.document.design
    palette = window.palette_panel.list
    palette.setCurrentIndex(palette.rows.index(own_row(window, "Filter")))
    assert dropped(palette.rows.mimeData([palette.currentIndex()])) is None
    qtbot.keyClick(palette, Qt.Key.Key_Return)
    assert tab.document.design is before
    assert "no block 'Filter'" in window.status.currentMessage()
    assert "Your blocks" not in headings(window)


# Renaming and deleting -----------------------------------------------------------------------------------------------


def test_f2_renames_and_delete_deletes_the_row_and_not_the_canvas_selection(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, answers: Answers, library: BlockLibrary
) -> None:
    keep(window, tab, answers)
    palette = window.palette_panel.list
    palette.setFocus()
    palette.setCurrentIndex(palette.rows.index(own_row(window, "Filter")))
    answers.text_answer = "Better"
    press(qtbot, window, "F2")
    assert [block.name for block in library.blocks()] == ["Better"]
    assert library.load("Better").body.name == "Better"
    palette.setCurrentIndex(palette.rows.index(own_row(window, "Better")))
    answers.is_sure = False
    press(qtbot, window, "Delete")
    assert len(library.blocks()) == 1
    answers.is_sure = True
    press(qtbot, window, "Delete")
    assert library.blocks() == ()
    assert tab.document.design == design(), "the selected nodes are still there"
    assert "Your blocks" not in headings(window)


def test_the_menu_of_a_row_does_the_same(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, answers: Answers, library: BlockLibrary
) -> None:
    block = keep(window, tab, answers)
    menu = window.palette_panel.list.menu_for(block)
    place, rename, delete = menu.actions()
    tab.select([])
    place.trigger()
    assert len(tab.document.design.nodes) == len(design().nodes) + 1
    answers.text_answer = "Other"
    rename.trigger()
    assert [each.name for each in library.blocks()] == ["Other"]
    delete.trigger()
    assert answers.told, "the row's block is called Other by now"


# Templates and what was placed lately --------------------------------------------------------------------------------


def test_a_template_goes_behind_a_node_as_a_group_of_its_name(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    press_tab_behind(qtbot, tab, ACT)
    box = tab.canvas.adding.box
    qtbot.keyClicks(box.field, "mobilenetv1")
    qtbot.keyClick(box.field, Qt.Key.Key_Return)
    (placed,) = tab.selection
    node = tab.document.design.nodes[placed]
    assert node.title == "MobileNetV1"
    assert isinstance(node.layer, Group)
    (port,) = node.layer.inputs
    assert tab.document.design.wires[PortRef(placed, port.name)].source == PortRef(ACT, "y")
    cost = tab.analysis.node(placed).cost
    assert cost is not None
    assert cost.macs > 0


def test_on_an_empty_canvas_a_template_is_the_design(qtbot: QtBot, window: MainWindow) -> None:
    tab = window.bench.open_design(Design("new"))
    QApplication.processEvents()
    tab.canvas.setFocus()
    qtbot.keyClick(tab.canvas, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    box = tab.canvas.adding.box
    qtbot.keyClicks(box.field, "mobilenetv2")
    qtbot.keyClick(box.field, Qt.Key.Key_Return)
    assert tab.analysis.totals == analyse(template("mobilenet_v2").build()).totals
    assert [label for label, _ in tab.document.history] == ["Place MobileNetV2"]
    tab.document.undo()
    assert tab.document.design.nodes == {}


def test_a_loose_wire_is_offered_only_blocks_and_templates_that_fit(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, answers: Answers
) -> None:
    narrow, id = group(
        design_of({"a": (Input(8, 4, 4), 0, 0), "p": (PointwiseConv2d(4), 200, 0), "b": (Output(), 400, 0)},
                  [("a.y", "p.x"), ("p.y", "b.x")]),
        [NodeId("p")],
    )  # fmt: skip
    window.bench.library.keep("Fits", narrow.nodes[id].layer.body or Design())
    classifier, head = group(template("mobilenet_v2").build(), [NodeId("classifier")])
    window.bench.library.keep("Vectors only", classifier.nodes[head].layer.body or Design())
    press_tab_behind(qtbot, tab, ACT)
    offered = [entry.name for entry in tab.canvas.adding.box.offered if isinstance(entry, LibraryBlock)]
    assert offered == ["Fits"], "a fully connected layer takes no map"


def test_what_was_placed_lately_is_remembered_over_starts(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, settings: Settings, theme: Theme
) -> None:
    press_tab_behind(qtbot, tab, DW)
    box = tab.canvas.adding.box
    qtbot.keyClicks(box.field, "hard-swish")
    chosen = box.offered[0]
    qtbot.keyClick(box.field, Qt.Key.Key_Return)
    assert settings.placed_lately
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as second:
        again = second.bench.open_design(design())
        again.canvas.open_quick_add(QPointF(0, 0))
        assert again.canvas.adding.box.offered[0] is chosen
        qtbot.keyClicks(again.canvas.adding.box.field, "conv")
        assert again.canvas.adding.box.offered[0] is not chosen, "what matches better goes before what was used"


def press_tab_behind(qtbot: QtBot, tab: DesignTab, id: NodeId) -> None:
    """Select a card and press Tab."""
    tab.canvas.setFocus()
    qtbot.mouseClick(tab.canvas.viewport(), Qt.MouseButton.LeftButton, pos=card_pixel(tab, id))
    qtbot.keyClick(tab.canvas, Qt.Key.Key_Tab)
