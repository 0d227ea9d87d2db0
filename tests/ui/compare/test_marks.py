"""Marks on cards: what was added, what changed and by how much more, what others lack; none inside a block."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.edit.document import Command
from designer.edit.edits import delete, set_parameter
from designer.edit.grouping import group
from designer.edit.splice import place_on_wire
from designer.graph.design import Design, NodeId, PortRef
from designer.layers.activation import ReLU6
from designer.layers.blocks import Group
from designer.ui.compare.marks import Mark, MarkItem, marks_of
from designer.ui.compare.member import Member
from designer.ui.compare.page import ComparePage
from designer.ui.shell.main_window import MainWindow

pytestmark = pytest.mark.gui

Compared = Callable[..., ComparePage]


@pytest.fixture
def compared(qtbot: QtBot, window: MainWindow) -> Compared:
    """A comparison of designs, the first being the baseline, once it is known which node is which."""

    def opened(*designs: Design) -> ComparePage:
        for number, design in enumerate(designs):
            window.bench.open_design(design.renamed(f"number {number}"))
        page = window.bench.compare_tabs()
        assert page is not None
        others = page.comparing.members[1:]
        qtbot.waitUntil(lambda: all(page.comparing.matching(each) is not None for each in others))
        QApplication.processEvents()
        return page

    return opened


def drawn(member: Member) -> dict[NodeId, Mark]:
    """The marks that are on the cards."""
    return {
        id: item.mark
        for id, card in member.view.scene.nodes.items()
        for item in card.childItems()
        if isinstance(item, MarkItem)
    }


def test_added_changed_and_missing_are_told_apart(compared: Compared, sketch: Design) -> None:
    longer, added = place_on_wire(sketch, ReLU6(), PortRef(NodeId("output"), "x"))
    longer = set_parameter(longer, [NodeId("expand")], "out_channels", 96)
    base, other, _shorter = compared(sketch, longer, delete(sketch, [NodeId("depthwise")])).comparing.members
    marks = drawn(other)
    assert {id: (mark.word, mark.tone) for id, mark in marks.items()} == {
        NodeId("expand"): ("out channels 144 → 96", "warning"),
        added: ("added", "ok"),
    }
    assert marks[NodeId("expand")].brief == "144 → 96"
    assert {id: (mark.word, mark.tone) for id, mark in drawn(base).items()} == {
        NodeId("depthwise"): ("not in C", "error")
    }


def test_several_changes_of_a_node_are_counted_and_told_in_the_tip(compared: Compared, sketch: Design) -> None:
    other = set_parameter(sketch, [NodeId("depthwise")], "kernel_size", 5)
    other = set_parameter(other, [NodeId("depthwise")], "stride", 2)
    mark = drawn(compared(sketch, other).comparing.members[1])[NodeId("depthwise")]
    assert mark.word.endswith(" +1")
    assert mark.note.splitlines()[0] == "Against A:"
    assert {line.split()[0] for line in mark.note.splitlines()[1:]} == {"kernel", "stride"}


def test_what_is_inside_a_group_is_marked_on_its_card_and_not_within(
    qtbot: QtBot, compared: Compared, sketch: Design
) -> None:
    sketch, inner = place_on_wire(sketch, ReLU6(), PortRef(NodeId("depthwise"), "x"))
    before, block = group(sketch, [NodeId("expand"), inner, NodeId("depthwise")])
    body = before.nodes[block].layer.body
    assert body is not None
    after = before.with_layer(block, Group(set_parameter(body, [NodeId("depthwise")], "kernel_size", 5)))
    after, outer = place_on_wire(after, ReLU6(), PortRef(NodeId("output"), "x"))
    assert outer == inner, "what is added has the id of a node inside"
    page = compared(before, after)
    member = page.comparing.members[1]
    assert drawn(member)[block].word == "depthwise: kernel size 3 → 5"
    member.view.show_inside((block, NodeId("depthwise")))
    qtbot.waitUntil(lambda: member.view.path == (block,))
    page.comparing.matched.emit()
    assert drawn(member) == {}


def test_designs_that_are_the_same_have_no_marks(compared: Compared, sketch: Design) -> None:
    page = compared(sketch, sketch)
    assert [marks_of(page.comparing, member) for member in page.comparing.members] == [{}, {}]


def test_a_mark_goes_when_the_difference_does(qtbot: QtBot, compared: Compared, sketch: Design) -> None:
    page = compared(sketch, set_parameter(sketch, [NodeId("expand")], "out_channels", 96))
    member = page.comparing.members[1]
    assert set(drawn(member)) == {NodeId("expand")}
    member.document.apply(Command("Widen", lambda d: set_parameter(d, [NodeId("expand")], "out_channels", 144)))
    qtbot.waitUntil(lambda: drawn(member) == {})
