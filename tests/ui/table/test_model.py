"""The rows follow the document step by step: what stayed is not made anew, and nothing is lost on the way."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from designer.analysis.analysis import analyse
from designer.edit.document import Command, Document
from designer.edit.edits import connect, delete, disconnect, place_after, rename, set_parameter
from designer.graph.design import Design, Node, NodeId, Point, PortRef, Wire
from designer.layers.activation import ReLU6
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.templates.networks import template
from designer.ui.table.columns import COLUMNS, Column
from designer.ui.table.model import GraphTable
from tests.sound_designs import grouped_designs

pytestmark = pytest.mark.gui

DEPTHWISE = NodeId("depthwise")


class Followed:
    """A table over a document, and what it told."""

    def __init__(self, design: Design) -> None:
        self.document = Document(design)
        self.analysis = analyse(design)
        self.table = GraphTable()
        self.tester = QAbstractItemModelTester(
            self.table, QAbstractItemModelTester.FailureReportingMode.Fatal, self.table
        )
        self.table.show_document(self.document, self.analysis)
        self.changed: list[tuple[str, int, int]] = []
        self.resets = 0
        self.table.dataChanged.connect(self._changed)
        self.table.rowsInserted.connect(lambda _above, first, last: self.changed.append(("in", first, last)))
        self.table.rowsRemoved.connect(lambda _above, first, last: self.changed.append(("out", first, last)))
        self.table.modelReset.connect(self._reset)

    def _changed(self, first: QModelIndex, last: QModelIndex) -> None:
        self.changed.append(("new", first.row(), last.row()))

    def _reset(self) -> None:
        self.resets += 1

    def do(self, edit: object) -> None:
        self.document.apply(Command("Edit", edit))  # type: ignore[arg-type]
        self.follow()

    def follow(self) -> None:
        self.analysis = analyse(self.document.design, self.analysis)
        self.table.follow(self.analysis)

    def texts(self, column: int, above: QModelIndex | None = None) -> list[str]:
        above = above or QModelIndex()
        return [str(self.table.index(row, column, above).data()) for row in range(self.table.rowCount(above))]

    def index(self, *path: str, column: int = Column.NAME) -> QModelIndex:
        row = self.table.row_of(tuple(map(NodeId, path)))
        assert row is not None
        return self.table.index_of(row, column)


@pytest.fixture
def bottleneck(qapp: QApplication) -> Followed:
    return Followed(template("bottleneck").build(batch_norm=False))


def test_cells_say_what_is_known_of_a_node(bottleneck: Followed) -> None:
    row = {column: bottleneck.index("depthwise", column=column).data() for column in range(len(COLUMNS))}
    assert row[Column.NAME] == "depthwise"
    assert row[Column.TYPE] == "Depthwise k×k"
    assert row[Column.INPUTS] == "expand_act"
    assert row[Column.OUTPUT] == "144×56²"
    assert row[Column.of("parameters")] == "1\u202f296", "3²·144"
    assert row[Column.of("macs")] == "4\u202f064\u202f256", "3²·144·56²"
    assert row[Column.of("latency_s")] == "–"
    assert row[Column.PROBLEMS] == ""


def test_rows_stand_in_order_of_execution(bottleneck: Followed) -> None:
    assert bottleneck.texts(Column.NAME) == list(bottleneck.document.design.order)


def test_a_screen_reader_hears_the_node_and_the_heading_with_each_figure(bottleneck: Followed) -> None:
    role = Qt.ItemDataRole.AccessibleTextRole
    assert bottleneck.index("depthwise").data(role) == "depthwise, Depthwise k×k, gives 144×56²"
    macs = bottleneck.index("depthwise", column=Column.of("macs"))
    assert macs.data(role) == "depthwise, MACs: 4\u202f064\u202f256"
    for column in range(len(COLUMNS)):
        assert bottleneck.index("output", column=column).data(role)


def test_a_parameter_tells_the_rows_it_changed_and_moves_none(bottleneck: Followed) -> None:
    places = {id: place for place, id in enumerate(bottleneck.document.design.order)}
    bottleneck.do(lambda design: set_parameter(design, [DEPTHWISE], "kernel_size", 5))
    place = places[DEPTHWISE]
    assert bottleneck.changed == [("new", place, place)]
    assert bottleneck.index("depthwise", column=Column.of("parameters")).data() == "3\u202f600", "5²·144"


def test_a_node_that_comes_is_inserted_where_it_stands_and_goes_again(bottleneck: Followed) -> None:
    held = QPersistentModelIndex(bottleneck.index("output"))
    bottleneck.do(lambda design: place_after(design, DEPTHWISE, ReLU6(), Point(0, 0))[0])
    assert [entry[0] for entry in bottleneck.changed].count("in") == 1
    assert held.data() == "output"
    bottleneck.document.undo()
    bottleneck.follow()
    assert bottleneck.resets == 0
    assert bottleneck.texts(Column.NAME) == list(bottleneck.document.design.order)


def test_deleting_names_what_the_next_one_reads_now(bottleneck: Followed) -> None:
    bottleneck.do(lambda design: delete(design, [NodeId("expand_act")]))
    assert bottleneck.index("depthwise", column=Column.INPUTS).data() == "expand"


def test_a_name_is_typed_as_one_named_step(bottleneck: Followed) -> None:
    assert bottleneck.table.setData(bottleneck.index("depthwise"), "  filter ", Qt.ItemDataRole.EditRole)
    assert bottleneck.document.undo_label == "Rename Depthwise 3×3"
    bottleneck.follow()
    assert bottleneck.index("depthwise").data() == "filter"
    assert bottleneck.index("depthwise_act", column=Column.INPUTS).data() == "filter"
    assert not bottleneck.table.setData(bottleneck.index("depthwise"), "filter", Qt.ItemDataRole.EditRole)
    assert not bottleneck.table.setData(bottleneck.index("depthwise", column=Column.of("macs")), "1")


def test_a_problem_is_in_its_row_and_unknown_is_not_nought(bottleneck: Followed) -> None:
    wire = bottleneck.document.design.incoming(DEPTHWISE)[0]
    bottleneck.do(lambda design: disconnect(design, [wire.target]))
    assert str(bottleneck.index("depthwise", column=Column.PROBLEMS).data()).startswith("to do: ")
    assert bottleneck.index("depthwise", column=Column.INPUTS).data() == "–"
    assert bottleneck.index("depthwise", column=Column.of("macs")).data() == "–"


def test_sorting_moves_rows_and_who_holds_one_keeps_it(bottleneck: Followed) -> None:
    held = QPersistentModelIndex(bottleneck.index("project", column=Column.of("macs")))
    bottleneck.table.sort(Column.of("macs"), Qt.SortOrder.DescendingOrder)
    cost = {id: bottleneck.analysis.node(id).cost for id in bottleneck.document.design.nodes}
    macs = [cost[NodeId(name)] for name in bottleneck.texts(Column.NAME)]
    known = [each.macs for each in macs if each is not None]
    assert known == sorted(known, reverse=True)
    assert held.row() in (0, 1), "expand and project have the most, and alike"
    assert held.data() == bottleneck.index("project", column=Column.of("macs")).data()
    bottleneck.table.sort(-1)
    assert bottleneck.texts(Column.NAME) == list(bottleneck.document.design.order)


def test_what_is_inside_a_block_stands_below_it_and_follows_its_parameters(qapp: QApplication) -> None:
    network = Followed(template("mobilenet_v2").build())
    block = network.index("bottleneck_2")
    assert network.table.hasChildren(block)
    before = network.texts(Column.of("macs"), block)
    assert network.texts(Column.NAME, block)[0] == "x"
    network.do(lambda design: set_parameter(design, [NodeId("bottleneck_2")], "expansion", 3.0))
    after = network.texts(Column.of("macs"), network.index("bottleneck_2"))
    assert len(after) == len(before)
    assert after != before
    inner = network.index("bottleneck_2", "depthwise")
    assert not inner.flags() & Qt.ItemFlag.ItemIsEditable, "it follows from the block"


def test_measured_times_are_found_through_blocks(qapp: QApplication) -> None:
    network = Followed(template("mobilenet_v2").build())
    network.texts(Column.of("latency_s"), network.index("bottleneck_2"))
    network.table.show_times({"stem": 0.5, "bottleneck_2.depthwise": 0.25})
    assert network.index("stem", column=Column.of("latency_s")).data() == "0.500\u202fms"
    assert network.index("bottleneck_2", "depthwise", column=Column.of("latency_s")).data() == "0.250\u202fms"


def test_an_edit_of_one_of_ten_thousand_rows_touches_one(qapp: QApplication) -> None:
    ids = [NodeId(f"n{number}") for number in range(10_000)]
    nodes = [Node(ids[0], Input(8, 4, 4)), *(Node(id, PointwiseConv2d(8)) for id in ids[1:-1]), Node(ids[-1], Output())]
    wires = [Wire(PortRef(a, "y"), PortRef(b, "x")) for a, b in pairwise(ids)]
    table, document = GraphTable(), Document(Design.build("long", nodes, wires))
    analysis = analyse(document.design)
    table.show_document(document, analysis)
    told: list[tuple[int, int]] = []
    table.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    resets: list[bool] = []
    table.modelReset.connect(lambda: resets.append(True))
    document.apply(Command("Bias", lambda design: set_parameter(design, [ids[5000]], "bias", True)))
    table.follow(analyse(document.design, analysis))
    assert told == [(5000, 5000)]
    assert resets == []


EDITS = st.lists(
    st.tuples(st.sampled_from(["delete", "rename", "behind", "rewire", "undo", "sort"]), st.integers(0, 999))
)


@given(grouped_designs(), EDITS)
def test_whatever_is_done_the_rows_are_the_design(
    qapp: QApplication, design: Design, edits: list[tuple[str, int]]
) -> None:
    followed = Followed(design)
    _open_all(followed.table, QModelIndex())
    for what, number in edits:
        _edit(followed, what, number)
        _same(followed, followed.document.design, QModelIndex())


def _edit(followed: Followed, what: str, number: int) -> None:
    design = followed.document.design
    ids = list(design.nodes)
    if what == "undo":
        followed.document.undo()
        followed.follow()
    elif what == "sort":
        followed.table.sort(number % (len(COLUMNS) + 1) - 1)
    elif not ids:
        return
    else:
        id = ids[number % len(ids)]
        followed.do(
            {
                "delete": lambda d: delete(d, [id]),
                "rename": lambda d: rename(d, id, f"name {number}"),
                "behind": lambda d: place_after(d, id, ReLU6(), Point(0, 0))[0],
                "rewire": lambda d: _rewired(d, id),
            }[what]
        )


def _rewired(design: Design, id: NodeId) -> Design:
    """The node reads the first output before it in order of execution."""
    layer = design.nodes[id].layer
    first = design.order[0]
    outputs = design.nodes[first].layer.outputs
    if not layer.inputs or not outputs or first == id:
        return design
    return connect(design, PortRef(first, outputs[0].name), PortRef(id, layer.inputs[0].name))


def _open_all(table: GraphTable, above: QModelIndex) -> None:
    for place in range(table.rowCount(above)):
        _open_all(table, table.index(place, 0, above))


def _same(followed: Followed, design: Design, above: QModelIndex) -> None:
    table = followed.table
    rows = [table.row_at(table.index(place, 0, above)) for place in range(table.rowCount(above))]
    assert sorted(row.id for row in rows if row is not None) == sorted(design.nodes)
    for place, row in enumerate(rows):
        assert row is not None
        assert row.place == place
        index = table.index(place, 0, above)
        assert table.parent(index) == above
        node = design.nodes[row.id]
        assert index.data() == (node.name or node.id)
        inner = row.content
        if inner is not None:
            _same(followed, inner.design, index)
