"""Zoom, pan, fit, keys and the view from afar, by real events on the viewport."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from designer.edit.layout import CARD_WIDTH, GAP_X
from designer.graph.design import Design, Node, NodeId, Point, PortRef, Wire
from designer.graph.layer import Category
from designer.layers.activation import ReLU6
from designer.layers.blocks import Bottleneck
from designer.layers.convolution import DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input
from designer.ui.canvas.view import FAR_FROM
from tests.ui.canvas.bench import CONTROL, MIDDLE, NONE, SHIFT, Hand, design_of, ref

pytestmark = pytest.mark.gui


def three() -> Design:
    return design_of(
        {"input": (Input(24, 56, 56), 0, 0), "expand": (PointwiseConv2d(144), 200, 0), "act": (ReLU6(), 400, 0)},
        [("input.y", "expand.x")],
    )


def long_chain(count: int) -> Design:
    """Rows of a hundred cards."""
    nodes = [Node(NodeId("n0"), Input(8, 8, 8))]
    nodes += [Node(NodeId(f"n{i}"), ReLU6(), "", Point(i % 100 * 192, i // 100 * 144)) for i in range(1, count)]
    wires = [Wire(PortRef(NodeId(f"n{i - 1}"), "y"), PortRef(NodeId(f"n{i}"), "x")) for i in range(1, count)]
    return Design.build("chain", nodes, wires)


def near(a: QPointF, b: QPointF, most: float) -> bool:
    return abs(a.x() - b.x()) <= most and abs(a.y() - b.y()) <= most


@pytest.mark.parametrize("notches", [1, -1, 3])
def test_the_wheel_zooms_at_the_pointer(hand_on: Callable[[Design], Hand], notches: int) -> None:
    hand = hand_on(three())
    at = QPoint(311, 222)
    scale, under = hand.view.scale_now, hand.view.mapToScene(at)
    hand.wheel(at, notches)
    assert hand.view.scale_now == pytest.approx(scale * 1.0015 ** (120 * notches))
    assert near(hand.view.mapToScene(at), under, 1.5 / hand.view.scale_now)


def test_control_and_wheel_pan_and_a_setting_swaps_them(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    scale, top = hand.view.scale_now, hand.view.visible_area().top()
    hand.wheel(QPoint(300, 300), -1, CONTROL)
    assert hand.view.scale_now == scale
    assert hand.view.visible_area().top() == pytest.approx(top + 120)
    hand.view.wheel_zooms = False
    hand.wheel(QPoint(300, 300), 1)
    assert hand.view.scale_now == scale
    hand.wheel(QPoint(300, 300), 1, CONTROL)
    assert hand.view.scale_now > scale


def test_zoom_has_ends(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    for _ in range(60):
        hand.wheel(QPoint(300, 300), 3)
    largest = hand.view.scale_now
    for _ in range(120):
        hand.wheel(QPoint(300, 300), -3)
    assert largest == pytest.approx(4.0)
    assert hand.view.scale_now == pytest.approx(0.02)


def test_middle_drag_pans_and_edits_nothing(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    before, corner = hand.design, hand.view.visible_area().topLeft()
    start = hand.card("expand")
    hand.drag(start, start + QPoint(-120, 60), MIDDLE)
    assert near(hand.view.visible_area().topLeft(), corner + QPointF(120, -60), 1.0)
    assert hand.design is before


def test_space_and_drag_pans_even_over_a_card(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    before, corner = hand.design, hand.view.visible_area().topLeft()
    QTest.keyPress(hand.view, Qt.Key.Key_Space)
    start = hand.card("expand")
    hand.drag(start, start + QPoint(50, 50))
    QTest.keyRelease(hand.view, Qt.Key.Key_Space)
    assert near(hand.view.visible_area().topLeft(), corner - QPointF(50, 50), 1.0)
    assert hand.design is before
    hand.drag(start + QPoint(50, 50), start + QPoint(130, 50))
    assert hand.design is not before, "without Space the card moves again"


def test_a_cancelled_pan_goes_back(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    corner = hand.view.visible_area().topLeft()
    hand.pull(QPoint(300, 300), QPoint(420, 360), MIDDLE)
    hand.key(Qt.Key.Key_Escape)
    assert near(hand.view.visible_area().topLeft(), corner, 0.5)


def test_home_fits_all_and_period_the_selection(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(long_chain(250))
    hand.key(Qt.Key.Key_Home)
    content = hand.scene.content_rect()
    assert hand.view.visible_area().contains(content)
    shown = hand.view.visible_area()
    assert content.width() / shown.width() > 0.9 or content.height() / shown.height() > 0.9, "as large as fits"
    hand.scene.select([NodeId("n205")])
    hand.key(Qt.Key.Key_Period)
    card = hand.scene.nodes[NodeId("n205")].card_rect
    assert near(hand.view.visible_area().center(), card.center(), 20)
    assert hand.view.visible_area().width() < 2000


def test_the_view_does_not_jump_when_a_card_is_placed_far_out(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    shown = hand.view.visible_area()
    design = hand.design.with_node(Node(NodeId("far"), ReLU6(), "", Point(9000, -7000)))
    hand.scene.do("Place", lambda _: design)
    assert hand.view.visible_area() == shown
    assert NodeId("far") in hand.scene.nodes


def test_resizing_keeps_the_middle(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    middle = hand.view.visible_area().center()
    hand.view.resize(1000, 600)
    assert near(hand.view.visible_area().center(), middle, 1.5)


def test_arrows_move_by_the_grid_and_shift_by_one_and_merge_into_one_step(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    hand.scene.select([NodeId("act")])
    for _ in range(3):
        hand.key(Qt.Key.Key_Right)
    hand.key(Qt.Key.Key_Down, SHIFT)
    assert hand.design.nodes[NodeId("act")].position == Point(424, 1)
    assert hand.steps == ["Move ReLU6"]
    hand.document.undo()
    assert hand.design.nodes[NodeId("act")].position == Point(400, 0)


def test_f_wires_two_selected_nodes(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    hand.scene.select([NodeId("act"), NodeId("expand")])
    hand.key(Qt.Key.Key_F)
    assert hand.design.wires[ref("act.x")].source == ref("expand.y")
    assert hand.steps == ["Wire expand to act"]


def test_tab_places_behind_the_selected_node_already_wired(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    hand.click(hand.card("act"))
    hand.key(Qt.Key.Key_Tab)
    box = hand.view.adding.box
    assert box.isVisible()
    QTest.keyClicks(box.field, "depthw")
    assert box.offered[0] is DepthwiseConv2d
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    (added,) = hand.scene.selection
    assert hand.design.nodes[added].position == Point(400 + CARD_WIDTH + GAP_X, 0)
    assert hand.design.wires[ref(f"{added}.x")].source == ref("act.y")
    assert hand.steps == ["Place Depthwise k×k"]


@pytest.mark.parametrize("how", ["double click", "Shift+A"])
def test_quick_add_on_empty_canvas(hand_on: Callable[[Design], Hand], how: str) -> None:
    hand = hand_on(three())
    if how == "double click":
        hand.double_click(hand.at(200, 250))
    else:
        hand.key(Qt.Key.Key_A, SHIFT)
    box = hand.view.adding.box
    assert box.isVisible()
    QTest.keyClicks(box.field, "relu6")
    QTest.keyClick(box.field, Qt.Key.Key_Enter)
    (added,) = set(hand.design.nodes) - {"input", "expand", "act"}
    assert isinstance(hand.design.nodes[added].layer, ReLU6)
    assert not hand.design.incoming(added)
    if how == "double click":
        assert hand.scene.nodes[added].card_rect.contains(QPointF(200, 250))


def test_keys_walk_the_list_of_quick_add(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(three())
    hand.key(Qt.Key.Key_A, SHIFT)
    box = hand.view.adding.box
    second = box.offered[1]
    QTest.keyClick(box.field, Qt.Key.Key_Down)
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    (added,) = set(hand.design.nodes) - {"input", "expand", "act"}
    assert isinstance(hand.design.nodes[added].layer, second)
    hand.key(Qt.Key.Key_A, SHIFT)
    assert hand.view.adding.box.offered[0] is not None
    assert second in hand.view.adding.box.offered


def test_double_click_on_a_block_asks_to_go_inside(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(design_of({"block": (Bottleneck(), 0, 0)}))
    entered: list[str] = []
    hand.view.entered.connect(entered.append)
    hand.double_click(hand.card("block"))
    assert entered == ["block"]


def test_from_afar_a_large_design_is_painted_in_batches_and_can_be_edited(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(long_chain(FAR_FROM + 200))
    assert not hand.view.is_far
    hand.key(Qt.Key.Key_Home)
    hand.view.zoom_by(0.25 / hand.view.scale_now)
    assert hand.view.is_far
    card = hand.scene.nodes[NodeId("n303")]
    hand.view.look_at(card.card_rect.center())
    start = hand.view.mapFromScene(card.card_rect.center())
    colour = hand.scene.paints().look.category(Category.ACTIVATION)
    assert pixel(hand, start) == colour.name()
    hand.drag(start, start + QPoint(0, -18))
    moved = hand.design.nodes[NodeId("n303")].position
    assert moved == Point(3 * 192, 3 * 144 - 72)
    centre = hand.view.mapFromScene(card.card_rect.center())
    assert pixel(hand, centre) == colour.name(), "the batch was patched"
    assert pixel(hand, start) != colour.name()


def pixel(hand: Hand, at: QPoint) -> str:
    image: QImage = hand.view.viewport().grab().toImage()
    ratio = image.devicePixelRatio()
    return image.pixelColor(round(at.x() * ratio), round(at.y() * ratio)).name()


def test_a_fresh_view_shows_everything(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(long_chain(120))
    other = Hand(hand.design)
    other.view.resize(900, 500)
    other.view.show()
    assert other.view.visible_area().contains(other.scene.content_rect())
    other.view.close()
    other.bridge.end()


def test_the_minimap_takes_the_view_along(hand_on: Callable[[Design], Hand]) -> None:
    hand = hand_on(long_chain(300))
    minimap = hand.view.minimap
    assert minimap.isVisible()
    area = minimap.area
    goal = hand.scene.nodes[NodeId("n290")].card_rect.center()
    at = (goal - area.topLeft()) * (minimap.width() / area.width())
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, NONE, at.toPoint())
    assert near(hand.view.visible_area().center(), goal, 2 * area.width() / minimap.width())
