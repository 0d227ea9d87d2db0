"""The level on the canvas keeps up with the document, whatever is edited, undone, entered and left."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from designer.analysis.analysis import analyse
from designer.analysis.fixes import problems
from designer.edit.bypass import toggle_bypass
from designer.edit.document import Command, Document, Edit
from designer.edit.edits import delete, disconnect, move, set_parameter
from designer.edit.grouping import expand_block, group
from designer.errors import DesignerError
from designer.graph.design import Design, NodeId, Point, PortRef
from designer.layers.blocks import Bottleneck, Group
from designer.layers.endpoints import Input, Output
from designer.ui.canvas.drawing import Drawing
from designer.ui.canvas.scene import CanvasScene
from designer.ui.canvas.view import CanvasView
from designer.ui.canvas.wire_item import Standing
from designer.ui.look.theme import DARK
from designer.ui.views.subgraph_navigation import SubgraphNavigation
from designer.ui.workbench.document_bridge import AT_ONCE, DocumentBridge
from designer.ui.workbench.levels import level_at, made_editable
from tests.small_designs import chain, row
from tests.sound_designs import grouped_designs
from tests.ui.canvas.bench import long_chain

pytestmark = pytest.mark.gui


def test_what_is_inside_is_known_by_the_shapes_that_reach_it() -> None:
    grouped, id = group(row(Input(24, 56, 56), Bottleneck(), Output()), [NodeId("n1")])
    document = Document(grouped)
    level = level_at(document, analyse(grouped), (id, NodeId("n1")))
    assert level is not None
    assert not level.document.is_editable
    assert level.names == ("row", id, "n1")
    spec = level.analysis.node(NodeId("x")).outputs
    assert spec is not None
    assert spec[0].shape == (1, 24, 56, 56)
    assert level.analysis.totals.macs == analyse(grouped).totals.macs


def test_what_nothing_reaches_is_unknown_inside_a_group_and_not_shown_inside_a_block() -> None:
    loose = row(Bottleneck(), Output())
    grouped, id = group(loose, [NodeId("n0")])
    level = level_at(Document(grouped), analyse(grouped), (id,))
    assert level is not None
    assert level.analysis.node(NodeId("n0")).outputs is None
    assert not level.analysis.totals.complete
    assert level_at(Document(loose), analyse(loose), (NodeId("n0"),)) is None
    with pytest.raises(DesignerError, match="n0 cannot be made a group before its input's shape is known"):
        made_editable(loose, analyse(loose), (NodeId("n0"),))


class Walker:
    """Somebody who walks and edits at random, on a canvas."""

    def __init__(self, design: Design, data: st.DataObject) -> None:
        self.data = data
        self.document = Document(design)
        self.bridge = DocumentBridge(self.document)
        self.scene = CanvasScene(self.bridge)
        self.scene.gliding.is_wanted = lambda: False
        self.view = CanvasView(self.scene)
        self.walking = SubgraphNavigation(self.bridge, self.view)

    def check(self) -> None:
        """The canvas shows the level, and what is known of it is true."""
        shown = self.bridge.design
        assert self.scene.design is shown
        assert self.scene.nodes.keys() == shown.nodes.keys()
        assert self.scene.wires.keys() == shown.wires.keys()
        assert all(item.node == shown.nodes[id] for id, item in self.scene.nodes.items())
        assert self.bridge.analysis.design is shown
        assert self.bridge.whole_analysis.design is self.document.design
        assert self.bridge.whole_analysis.totals == analyse(self.document.design).totals
        level = level_at(self.document, analyse(self.document.design), self.bridge.path)
        assert level is not None, "what is shown is there"
        assert level.document.design == shown
        assert level.analysis.totals == self.bridge.analysis.totals
        anew, known = ([each.line() for each in problems(seen)] for seen in (level.analysis, self.bridge.analysis))
        assert anew == known
        assert self.walking.bar.isHidden() == (self.bridge.path == ())
        self._check_looks()

    def _check_looks(self) -> None:
        """What is drawn is what a drawing that begins now would draw."""
        anew = Drawing(self.bridge.design, self.bridge.analysis)
        assert len(self.scene.items()) == len(anew.items())
        for id, item in self.scene.nodes.items():
            other = anew.nodes[id]
            assert (item.face, item.state, item.pos()) == (other.face, other.state, other.pos())
            assert item.scene() is self.scene
        for target, wire in self.scene.wires.items():
            same = anew.wires[target]
            assert (wire.path(), wire.label, wire.pen()) == (same.path(), same.label, same.pen())

    def act(self) -> None:
        """Do one thing."""
        kind = self.data.draw(
            st.sampled_from(
                (
                    "enter",
                    "enter",
                    "leave",
                    "undo",
                    "redo",
                    "group",
                    "expand",
                    "open",
                    "move",
                    "delete",
                    "cut",
                    "bypass",
                )
            )
        )
        if kind == "leave":
            self.walking.leave()
        elif kind == "undo":
            self.walking.undo()
        elif kind == "redo":
            self.walking.redo()
        elif kind == "open":
            if not self.bridge.document.is_editable:
                self.walking.make_editable(self.bridge.path)
        elif self.bridge.design.nodes:
            self._act_on(kind, self.data.draw(st.sampled_from(list(self.bridge.design.nodes))))

    def _act_on(self, kind: str, id: NodeId) -> None:
        blocks = [each for each, node in self.bridge.design.nodes.items() if node.layer.is_block]
        if kind == "enter" and blocks:
            self.walking.enter(self.data.draw(st.sampled_from(blocks)))
        elif kind == "group":
            self._do(lambda design: group(design, [id])[0])
        elif kind == "expand" and blocks:
            known = self.bridge.analysis.node(blocks[0]).known_inputs
            if known is not None:
                self._do(lambda design: expand_block(design, blocks[0], known)[0])
        elif kind == "move":
            self._do(lambda design: move(design, {id: Point(5.0, len(design.nodes) * 10.0)}))
        elif kind == "delete":
            self._do(lambda design: delete(design, [id]))
        elif kind == "bypass":
            self._do(lambda design: toggle_bypass(design, [id]))
        elif kind == "cut":
            self._do(lambda design: disconnect(design, list(design.wires)[:1]))

    def _do(self, edit: Edit) -> None:
        with suppress(DesignerError):  # what is refused is refused
            self.bridge.document.apply(Command("Edit", edit))


@pytest.mark.usefixtures("qapp")
@settings(max_examples=120, deadline=None)
@given(grouped_designs(), st.data())
def test_the_canvas_keeps_up_with_any_walk(design: Design, data: st.DataObject) -> None:
    walker = Walker(design, data)
    walker.check()
    for _ in range(data.draw(st.integers(3, 15))):
        walker.act()
        walker.check()
    while walker.walking.undo_label is not None:
        walker.walking.undo()
    walker.check()
    assert walker.document.design == design
    walker.bridge.end()


@pytest.mark.usefixtures("qapp")
def test_what_is_drawn_around_a_block_comes_back_without_what_stood_out_for_a_moment() -> None:
    grouped, id = group(chain(), [NodeId("a"), NodeId("b")])
    document = Document(grouped)
    bridge = DocumentBridge(document)
    scene = CanvasScene(bridge)
    cards, wires = dict(scene.nodes), dict(scene.wires)
    scene.set_heat({id: 1.0})
    scene.set_found([])
    scene.let_stand_out(wires[PortRef(NodeId("out"), "x")], Standing.LIT)
    scene.select([id])
    assert bridge.go((id,))
    scene.set_look(DARK)
    assert not any(item.scene() for item in (*cards.values(), *wires.values()))
    assert bridge.go(())
    assert scene.nodes == cards
    assert scene.wires == wires
    assert scene.selection == ()
    assert all(card.state.heat is None and not card.state.is_faded for card in cards.values())
    assert all(wire.pen().color() == DARK.wire for wire in wires.values())
    bridge.end()


def test_a_block_is_entered_and_left_while_a_large_design_is_still_being_counted(qtbot: QtBot) -> None:
    large, id = group(long_chain(AT_ONCE + 100), [NodeId(f"n{index}") for index in range(50, 60)])
    document = Document(large)
    bridge = DocumentBridge(document)
    document.apply(Command("Narrow", lambda design: set_parameter(design, [NodeId("n0")], "channels", 5)))
    document.apply(Command("Wide", lambda design: disconnect(design, [PortRef(NodeId("n99"), "x")])))
    assert bridge.is_stale
    assert bridge.go((id,))
    assert bridge.analysis.design is bridge.design
    entering = bridge.analysis.node(NodeId("x_1")).outputs
    assert entering is not None
    assert entering[0].channels == 5
    bridge.document.apply(Command("Delete", lambda design: delete(design, [NodeId("n55")])))
    qtbot.wait(50)  # the thread's answer comes home, and is too old
    assert bridge.go(())
    assert bridge.analysis.design is document.design
    assert bridge.analysis.totals == analyse(document.design).totals
    bridge.end()


@pytest.mark.usefixtures("qapp")
def test_an_edit_outside_takes_what_is_gone_off_the_canvas() -> None:
    inner, inside = group(chain(), [NodeId("a"), NodeId("b")])
    document = Document(inner)
    bridge = DocumentBridge(document)
    scene = CanvasScene(bridge)
    levels: list[tuple[object, object]] = []
    bridge.level_changed.connect(lambda before, now: levels.append((before, now)))
    assert bridge.go((inside,))
    document.apply(Command("Delete", lambda design: delete(design, [inside])))
    assert levels == [((), (inside,)), ((inside,), ())]
    assert scene.nodes.keys() == {"in", "out"}
    assert isinstance(inner.nodes[inside].layer, Group)
    bridge.end()
