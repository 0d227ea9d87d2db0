"""The drawing follows a design by differences and an analysis by what became another."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF

from designer.analysis.analysis import analyse
from designer.edit.edits import connect, delete, set_parameter
from designer.errors import EditRefused
from designer.graph.design import Design, NodeId, Point, Wire
from designer.layers.activation import ReLU6
from designer.layers.blocks import Bottleneck
from designer.layers.convolution import DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add, Concatenate
from designer.templates.networks import template
from designer.ui.canvas.drawing import Drawing
from designer.ui.canvas.node_item import BubbleItem
from designer.ui.canvas.tips import tip_at
from designer.ui.canvas.wire_item import WireItem, is_shortcut
from designer.ui.look.theme import DARK, LIGHT
from tests.ui.canvas.bench import Hand, design_of, ref

pytestmark = pytest.mark.gui


def residual() -> Design:
    return design_of(
        {
            "input": (Input(24, 56, 56), 0, 0),
            "expand": (PointwiseConv2d(144), 200, 0),
            "filter": (DepthwiseConv2d(), 400, 0),
            "project": (PointwiseConv2d(24), 600, 0),
            "add": (Add(), 800, 0),
            "output": (Output(), 1000, 0),
        },
        [
            ("input.y", "expand.x"),
            ("expand.y", "filter.x"),
            ("filter.y", "project.x"),
            ("input.y", "add.a"),
            ("project.y", "add.b"),
            ("add.y", "output.x"),
        ],
    )


def test_items_that_stay_are_the_same_items(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(residual())
    nodes, wires = dict(hand.scene.nodes), dict(hand.scene.wires)
    hand.scene.do("Delete", lambda design: delete(design, [NodeId("filter")]))
    assert hand.scene.nodes.keys() == nodes.keys() - {"filter"}
    assert all(hand.scene.nodes[id] is nodes[id] for id in hand.scene.nodes)
    assert hand.scene.wires[ref("add.a")] is wires[ref("add.a")]
    assert hand.scene.wires[ref("project.x")].wire == Wire(ref("expand.y"), ref("project.x")), "healed"
    hand.document.undo()
    assert hand.scene.nodes.keys() == nodes.keys()
    assert hand.scene.wires.keys() == wires.keys()


def test_after_any_edits_and_undos_the_items_are_the_designs(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(residual())
    scene = hand.scene
    scene.do("1", lambda d: set_parameter(d, [NodeId("expand")], "out_channels", 96))
    scene.do("2", lambda d: delete(d, [NodeId("project")]))
    scene.do("3", lambda d: set_parameter(d, [NodeId("add")], "count", 3))
    scene.do("4", lambda d: connect(d, ref("expand.y"), ref("add.c")))
    for step in ("undo", "undo", "redo", "undo", "undo", "undo", "redo", "redo", "redo", "redo"):
        getattr(hand.document, step)()
        design = hand.document.design
        assert {id: item.node for id, item in scene.nodes.items()} == dict(design.nodes)
        assert {target: item.wire for target, item in scene.wires.items()} == dict(design.wires)
        for target, item in scene.wires.items():
            start, end, _ = scene.ends(design.wires[target])
            assert item.path().currentPosition() == end
            assert QPointF(item.path().elementAt(0).x, item.path().elementAt(0).y) == start
        drawn = [item for item in scene.items() if isinstance(item, WireItem)]
        assert len(drawn) == len(design.wires), "no wire is left over in the scene"


def test_shapes_stand_on_wires_and_their_width_follows_the_channels(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(residual())
    thin, thick = hand.scene.wires[ref("expand.x")], hand.scene.wires[ref("filter.x")]
    assert (thin.label, thick.label) == ("24×56²", "144×56²")
    before = thick.pen().widthF()
    assert before > 2 * thin.pen().widthF()
    hand.scene.do("Widen", lambda d: set_parameter(d, [NodeId("expand")], "out_channels", 288))
    assert thick.label == "288×56²"
    assert thick.pen().widthF() > before, "twice the channels are a thicker wire"


def test_only_what_changed_is_worded_anew(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(residual())
    faces = {id: item.face for id, item in hand.scene.nodes.items()}
    hand.scene.do("Kernel", lambda d: set_parameter(d, [NodeId("filter")], "kernel_size", 5))
    changed = {id for id, item in hand.scene.nodes.items() if item.face is not faces[id]}
    assert changed == {"filter"}, "its output has the same shape, so nothing after it is touched"


def test_the_identity_is_an_arc_over_the_block_in_its_own_colour(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(residual())
    arc = hand.scene.wires[ref("add.a")]
    assert arc.is_shortcut
    assert arc.path().boundingRect().top() < 0, "over the cards, whose top is at 0"
    look = hand.scene.paints().look
    assert arc.pen().color() == look.residual
    assert hand.scene.wires[ref("add.b")].pen().color() == look.wire


def test_parallel_branches_are_no_shortcuts_and_dense_ones_are() -> None:
    branches = design_of(
        {"x": (Input(), 0, 0), "a": (ReLU6(), 1, 0), "b": (ReLU6(), 1, 1), "cat": (Concatenate(), 2, 0)},
        [("x.y", "a.x"), ("x.y", "b.x"), ("a.y", "cat.a"), ("b.y", "cat.b")],
    )
    assert not any(is_shortcut(branches, wire) for wire in branches.wires.values())
    dense = branches.without_wires([ref("b.x")]).with_wire(Wire(ref("a.y"), ref("b.x")))
    assert {str(target) for target, wire in dense.wires.items() if is_shortcut(dense, wire)} == {"cat.a"}


def test_a_mismatch_is_framed_and_said_under_the_card(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(residual())
    hand.scene.do("Stride", lambda d: set_parameter(d, [NodeId("filter")], "stride", 2))
    add = hand.scene.nodes[NodeId("add")]
    assert add.is_broken
    assert add.bubble is not None
    assert "24×56² ≠ 24×28²" in add.bubble.issue.what
    assert hand.scene.wires[ref("add.b")].pen().color() == hand.scene.paints().look.error
    assert hand.scene.nodes[NodeId("project")].face.is_known, "the rest keeps its numbers"
    assert not hand.scene.nodes[NodeId("output")].face.is_known
    assert hand.scene.nodes[NodeId("output")].bubble is None, "only the root cause is said"
    hand.document.undo()
    assert add.bubble is None
    assert not any(isinstance(item, BubbleItem) for item in hand.scene.items())


def test_words_under_a_card_grow_against_it_when_the_zoom_shrinks(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(residual())
    hand.scene.do("Stride", lambda d: set_parameter(d, [NodeId("filter")], "stride", 2))
    bubble = hand.scene.nodes[NodeId("add")].bubble
    assert bubble is not None
    hand.view.zoom_to(1.0)
    assert bubble.scale() == 1.0
    hand.view.zoom_to(0.5)
    assert bubble.scale() == pytest.approx(1.8)


def test_measured_times_come_and_go(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(design_of({"input": (Input(24, 56, 56), 0, 0), "block": (Bottleneck(), 200, 0)}))
    block = NodeId("block")
    hand.scene.set_node_times({(block, NodeId("expand")): 0.2, (block, NodeId("depthwise")): 0.3})
    assert hand.scene.nodes[block].face.time == "0.500\u202fms", "a block's time is the sum of what is inside"
    hand.scene.set_node_times({})
    assert hand.scene.nodes[block].face.time == ""


def test_heat_reaches_each_card(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(residual())
    hand.scene.set_heat({NodeId("filter"): 1.0})
    assert hand.scene.nodes[NodeId("filter")].state.heat == 1.0
    assert hand.scene.nodes[NodeId("add")].state.heat == 0.0
    hand.scene.set_heat(None)
    assert hand.scene.nodes[NodeId("filter")].state.heat is None


def test_another_look_recolours_what_is_there(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(residual())
    for look in (DARK, LIGHT):
        hand.scene.set_look(look)
        assert hand.scene.wires[ref("filter.x")].pen().color() == look.wire
        assert hand.scene.paints().look is look


def test_tool_tips_tell_in_full(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(residual())
    wire = hand.scene.wires[ref("filter.x")].path().pointAtPercent(0.5)
    assert "1×144×56×56" in tip_at(hand.scene, wire, 1.0)
    card = hand.scene.nodes[NodeId("filter")].card_rect.center() + QPointF(0, 10)
    assert "receptive field 3×3" in tip_at(hand.scene, card, 1.0)
    port = hand.scene.nodes[NodeId("expand")].output_at(0)
    assert "output expand.y" in tip_at(hand.scene, port, 1.0)
    assert tip_at(hand.scene, QPointF(0, 900), 1.0) == ""


def test_a_refused_edit_is_said_and_changes_nothing(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(residual())
    before = hand.design

    def refuse(design: Design) -> Design:
        raise EditRefused("no")

    assert not hand.scene.do("Try", refuse)
    assert hand.status_message == ["no"]
    assert hand.design is before


def test_a_drawing_needs_no_document(qapp: object) -> None:
    design = template("mobilenet_v2").build()
    drawing = Drawing(design, analyse(design))
    assert len(drawing.nodes) == len(design.nodes)
    profiles = {item.face.profile for item in drawing.nodes.values() if item.node.layer.key == "bottleneck"}
    assert any(profile[0] < profile[1] > profile[2] for profile in profiles if len(profile) == 3)


def test_renamed_and_moved_cards_follow(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(residual())
    node = hand.design.nodes[NodeId("filter")]
    hand.scene.do("Name", lambda d: d.replacing([replace(node, name="mine", position=Point(408, 160))]))
    item = hand.scene.nodes[NodeId("filter")]
    assert item.face.title.text == "mine"
    assert item.pos() == QPointF(408, 160)
