"""The table in its dock by real keys: one selection with the canvas, and every edit a named undo step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from designer.analysis.fixes import problems
from designer.edit.document import Command
from designer.edit.edits import set_parameter
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.layers.activation import ReLU
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Concatenate
from designer.templates.networks import template
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.table.columns import COLUMNS, FIGURES, Column
from designer.ui.table.view import GraphTableView
from designer.ui.views.design_tab import DesignTab
from tests.ui.windows import FAKE_WORKER, Answers, card_pixel, press, shown_window

pytestmark = pytest.mark.gui

DEPTHWISE, EXPAND = NodeId("depthwise"), NodeId("expand")


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as made:
        yield made


def opened(qtbot: QtBot, window: MainWindow, design: Design) -> tuple[DesignTab, GraphTableView]:
    """A design with the keyboard in its table."""
    tab = window.bench.open_design(design)
    QApplication.processEvents()
    press(qtbot, window, "F7")
    view = window.table.view
    qtbot.waitUntil(view.hasFocus)
    return tab, view


@pytest.fixture
def shown(qtbot: QtBot, window: MainWindow) -> tuple[DesignTab, GraphTableView]:
    return opened(qtbot, window, template("bottleneck").build(batch_norm=False))


def stand_at(view: GraphTableView, column: int, *path: str) -> None:
    row = view.table.row_of(tuple(map(NodeId, path)))
    assert row is not None
    view.setCurrentIndex(view.table.index_of(row, column))


def test_the_dock_is_hidden_until_its_key_and_goes_by_it(qtbot: QtBot, window: MainWindow) -> None:
    window.bench.open_design(template("bottleneck").build())
    assert not window.table_dock.isVisible()
    assert window.table.table.rowCount() == 0, "while it is hidden it holds nothing"
    press(qtbot, window, "F7")
    qtbot.waitUntil(window.table.view.hasFocus)
    assert window.table.table.rowCount() > 0
    press(qtbot, window, "F7")
    assert not window.table_dock.isVisible()
    assert window.table.table.rowCount() == 0
    qtbot.waitUntil(lambda: window.bench.tab is not None and window.bench.tab.canvas.hasFocus())


def test_walking_rows_selects_on_the_canvas_and_clicks_there_choose_rows(
    qtbot: QtBot, shown: tuple[DesignTab, GraphTableView]
) -> None:
    tab, view = shown
    order = tab.document.design.order
    stand_at(view, Column.NAME, order[0])
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert list(tab.selection) == [order[1]]
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert list(tab.selection) == [order[1], order[2]]
    tab.canvas.ensure_visible([DEPTHWISE])
    qtbot.mouseClick(tab.canvas.viewport(), Qt.MouseButton.LeftButton, pos=card_pixel(tab, DEPTHWISE))
    assert [row.id for row in view.chosen] == [DEPTHWISE]
    assert view.current is not None
    assert view.current.id == DEPTHWISE


def test_right_and_left_walk_the_cells_of_a_row(qtbot: QtBot, shown: tuple[DesignTab, GraphTableView]) -> None:
    _, view = shown
    stand_at(view, Column.NAME, "depthwise")
    for column in view.columns_shown[1:]:
        qtbot.keyClick(view, Qt.Key.Key_Right)
        assert view.currentIndex().column() == column
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.currentIndex().column() == Column.of("latency_s")
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.currentIndex().column() == Column.of("latency_s"), "down keeps the column"


def test_the_canvas_goes_into_a_block_whose_rows_are_walked(qtbot: QtBot, window: MainWindow) -> None:
    tab, view = opened(qtbot, window, template("mobilenet_v2").build())
    stand_at(view, Column.NAME, "bottleneck_2")
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert tab.path == ("bottleneck_2",)
    assert view.hasFocus(), "the keyboard stays in the table"
    assert view.current is not None
    assert list(tab.selection) == [view.current.id]
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert not list(tab.path)
    assert list(tab.selection) == [NodeId("bottleneck_2")]
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert not view.isExpanded(view.currentIndex())


def test_f2_names_the_node_in_its_row(
    qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, GraphTableView]
) -> None:
    tab, view = shown
    stand_at(view, Column.of("macs"), "depthwise")
    press(qtbot, window, "F2")
    line = view.findChild(QLineEdit)
    assert line is not None
    assert line.accessibleName() == "Name of depthwise"
    qtbot.keyClicks(line, "filter m")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tab.document.design.nodes[DEPTHWISE].name == "filter m")  # letters, also M, are letters
    assert tab.document.undo_label == "Rename Depthwise 3×3"
    assert view.hasFocus()


def test_enter_on_settings_edits_each_parameter(
    qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, GraphTableView]
) -> None:
    tab, view = shown
    stand_at(view, Column.SETTINGS, "depthwise")
    qtbot.keyClick(view, Qt.Key.Key_Return)
    form = window.table.form
    assert form.isVisible()
    assert set(form.fields) == {p.name for p in tab.document.design.nodes[DEPTHWISE].layer.shown_parameters()}
    box = form.fields["kernel_size"].editor
    assert box.accessibleName() == "Kernel size"
    qtbot.keyClick(box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(box, "5")
    assert tab.document.design.nodes[DEPTHWISE].layer.kernel_size == 5  # type: ignore[attr-defined]
    assert tab.document.undo_label == "Set kernel size of Depthwise 3×3"
    assert view.table.data(view.currentIndex().siblingAtColumn(Column.of("parameters"))) == "3\u202f600"
    qtbot.keyClicks(box, "00")
    assert "out of range" in form.fields["kernel_size"].complaint
    qtbot.keyClick(form, Qt.Key.Key_Escape)
    assert not form.isVisible()
    assert view.hasFocus()
    press(qtbot, window, "Ctrl+Z")
    assert tab.document.design.nodes[DEPTHWISE].layer.kernel_size == 3  # type: ignore[attr-defined]


def test_enter_on_reads_rewires_from_a_list_with_reasons(
    qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, GraphTableView]
) -> None:
    tab, view = shown
    stand_at(view, Column.INPUTS, "depthwise")
    qtbot.keyClick(view, Qt.Key.Key_Return)
    chooser = window.table.wiring.picker
    assert chooser.isVisible()
    listed = [chooser.rows.item(row).text() for row in range(chooser.rows.count())]
    lines = {line.split(" (")[0].split("  ·")[0]: line for line in listed}
    assert lines["project"].endswith("  ·  would make a cycle")
    assert lines["expand_act"].endswith("as it is")
    qtbot.keyClicks(chooser.field, "project")
    before = tab.document.design
    qtbot.keyClick(chooser.field, Qt.Key.Key_Return)
    assert chooser.isVisible(), "what may not be is not chosen"
    assert "would make a cycle" in chooser.words.text()
    assert tab.document.design is before
    chooser.field.clear()
    qtbot.keyClicks(chooser.field, "expand pointwise")
    qtbot.keyClick(chooser.field, Qt.Key.Key_Return)
    assert tab.document.design.incoming(DEPTHWISE)[0].source == PortRef(EXPAND, "y")
    assert tab.document.undo_label == "Wire expand to depthwise"
    assert view.currentIndex().data() == "expand"
    assert view.hasFocus()


def test_insert_adds_behind_and_delete_deletes(
    qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, GraphTableView]
) -> None:
    tab, view = shown
    stand_at(view, Column.NAME, "project")
    qtbot.keyClick(view, Qt.Key.Key_Insert)
    box = tab.canvas.adding.box
    assert box.isVisible()
    qtbot.keyClicks(box.field, "silu")
    qtbot.keyClick(box.field, Qt.Key.Key_Return)
    (added,) = tab.selection
    assert tab.document.design.incoming(added)[0].source.node == "project"
    assert view.hasFocus()
    assert view.current is not None
    assert view.current.id == added
    press(qtbot, window, "Delete")
    assert added not in tab.document.design.nodes
    assert tab.document.undo_label == "Delete SiLU"


def test_letters_look_for_a_name_and_are_no_shortcuts(
    qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, GraphTableView]
) -> None:
    tab, view = shown
    before = tab.document.design
    stand_at(view, Column.NAME, "input")
    press(qtbot, window, "X")
    press(qtbot, window, "M")
    assert tab.document.design is before
    view.keyboardSearch("")
    press(qtbot, window, "P")
    assert view.current is not None
    assert view.current.id == "project"


@pytest.mark.parametrize(
    "keys", [(Qt.Key.Key_Menu, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)]
)
def test_the_menu_key_tells_what_else(
    qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, GraphTableView], keys: tuple[Qt.Key, Qt.KeyboardModifier]
) -> None:
    _, view = shown
    stand_at(view, Column.NAME, "depthwise")
    qtbot.keyClick(view, *keys)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    texts = {action.text().replace("&", "") for action in menu.actions()}
    assert {"Rename", "Bypass", "Delete", "Wire to…", "Read from…", "Copy table"} <= texts
    menu.close()


def test_rows_are_copied_for_a_spreadsheet_and_for_markdown(
    qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, GraphTableView]
) -> None:
    _, view = shown
    stand_at(view, Column.NAME, "depthwise")
    press(qtbot, window, "Ctrl+Shift+C")
    head, row, _end = QGuiApplication.clipboard().text().split("\n")
    cells = dict(zip(head.split("\t"), row.split("\t"), strict=True))
    assert cells["Name"] == "depthwise"
    assert cells["MACs"] == "4064256", "bare digits"
    assert cells["Measured time"] == ""
    menu = QMenu()
    window.table.add_choices(menu)
    inner = menu.actions()[1].menu()
    assert isinstance(inner, QMenu)
    next(action for action in inner.actions() if action.text() == "All rows as Markdown").trigger()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].startswith("| Name | Type |")
    assert len(lines) == 2 + len(list(view.table.rows_in_order()))


def test_an_edit_elsewhere_is_seen_and_costs_nothing_while_hidden(
    qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, GraphTableView]
) -> None:
    tab, view = shown
    told: list[int] = []
    view.table.dataChanged.connect(lambda first, _last: told.append(first.row()))
    tab.document.apply(Command("Widen", lambda d: set_parameter(d, [DEPTHWISE], "kernel_size", 5)))
    assert set(told) == {tab.document.design.rank[DEPTHWISE]}
    press(qtbot, window, "F7")
    told.clear()
    tab.document.apply(Command("Widen", lambda d: set_parameter(d, [DEPTHWISE], "kernel_size", 7)))
    assert told == []
    press(qtbot, window, "F7")
    row = view.table.row_of((DEPTHWISE,))
    assert row is not None
    assert view.table.index_of(row, Column.of("parameters")).data() == "7\u202f056", "7²·144"


def test_a_problem_is_fixed_from_its_cell(qtbot: QtBot, window: MainWindow) -> None:
    design = template("bottleneck").build(batch_norm=False)
    tab, view = opened(qtbot, window, set_parameter(design, [DEPTHWISE], "stride", 2))
    (issue,) = [issue for issue in problems(tab.analysis) if issue.fixes]
    assert issue.node is not None
    stand_at(view, Column.PROBLEMS, issue.node)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    fixes = [action for action in menu.actions() if action.text().startswith("Fix: ")]
    assert [action.text() for action in fixes] == [f"Fix: {fix.label}" for fix in issue.fixes]
    fixes[0].trigger()
    menu.close()
    assert tab.document.undo_label == issue.fixes[0].label
    assert issue.line() not in [each.line() for each in problems(tab.analysis)]


def test_the_header_sorts(qtbot: QtBot, shown: tuple[DesignTab, GraphTableView]) -> None:
    tab, view = shown
    header = view.header()
    x = header.sectionViewportPosition(Column.of("parameters")) + header.sectionSize(Column.of("parameters")) // 2
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, header.height() // 2))
    ids = [row.id for row in view.table.rows_in_order()]
    costs = [tab.analysis.node(id).cost for id in ids]
    counts = [cost.parameters for cost in costs if cost is not None]
    assert counts == sorted(counts)
    assert ids != list(tab.document.design.order)


def test_figures_are_chosen_on_the_headings_and_remembered(
    qtbot: QtBot, window: MainWindow, settings: Settings, shown: tuple[DesignTab, GraphTableView]
) -> None:
    _, view = shown
    seen = [COLUMNS[column].figure for column in view.columns_shown]
    assert [each for each in seen if each is not None] == [each for each in FIGURES if each.is_headline]
    column = Column.of("flops")
    view.header().customContextMenuRequested.emit(QPoint(5, 5))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.text() == "FLOPs").trigger()
    menu.close()
    assert not view.isColumnHidden(column)
    stand_at(view, column, "depthwise")
    assert view.currentIndex().data() == "8\u202f128\u202f512", "2·3²·144·56²"
    again = GraphTableView(view.table)
    qtbot.addWidget(again)
    again.show_figures(settings.columns_changed)
    assert not again.isColumnHidden(column)
    assert again.isColumnHidden(Column.of("weight_bytes"))


def test_a_hidden_column_is_neither_walked_nor_copied(
    qtbot: QtBot, window: MainWindow, shown: tuple[DesignTab, GraphTableView]
) -> None:
    _, view = shown
    stand_at(view, Column.of("macs"), "depthwise")
    assert view.isColumnHidden(Column.of("flops"))
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.currentIndex().column() > Column.of("flops")
    press(qtbot, window, "Ctrl+Shift+C")
    assert "FLOPs" not in QGuiApplication.clipboard().text()


def test_a_figure_that_follows_from_elsewhere_is_painted_anew(qtbot: QtBot, window: MainWindow) -> None:
    # What stands beside a way lives while it runs.
    nodes = [
        Node(NodeId("x"), Input(8, 16, 16)),
        Node(NodeId("c"), PointwiseConv2d(8)),
        Node(NodeId("a"), ReLU()),
        Node(NodeId("b"), ReLU()),
        Node(NodeId("cat"), Concatenate()),
        Node(NodeId("out"), Output()),
    ]
    chain = ["x c.x", "x a.x", "a b.x", "c cat.a", "b cat.b", "cat out.x"]
    ends = [(source, *target.split(".")) for source, target in (pair.split() for pair in chain)]
    wires = [Wire(PortRef(NodeId(source), "y"), PortRef(NodeId(id), port)) for source, id, port in ends]
    tab, view = opened(qtbot, window, Design.build("two ways", nodes, wires))
    column = Column.of("peak_activation_bytes")
    rows = [row for id in ("a", "b") if (row := view.table.row_of((NodeId(id),))) is not None]
    before = [(row.report, view.table.index_of(row, column).data()) for row in rows]
    QApplication.processEvents()
    painted = Painted()
    view.viewport().installEventFilter(painted)
    tab.document.apply(Command("Widen", lambda d: set_parameter(d, [NodeId("c")], "out_channels", 64)))
    others = [
        index
        for row, (report, text) in zip(rows, before, strict=True)
        if row.report is report and (index := view.table.index_of(row, column)).data() != text
    ]
    assert others, "a node that was not touched has another peak"
    qtbot.waitUntil(lambda: all(painted.region.contains(view.visualRect(index)) for index in others), timeout=2000)


class Painted(QObject):
    """Which part of a widget was painted."""

    def __init__(self) -> None:
        super().__init__()
        self.region = QRegion()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region = self.region.united(event.region())
        return super().eventFilter(watched, event)
