"""The illustration in the window: opened, walked, pointed at, scrubbed, saved; by hand and by keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from designer.edit.document import Command
from designer.graph.design import NodeId
from designer.graph.window import Padding
from designer.illustration.illustration import Step
from designer.illustration.knob import Quantity
from designer.illustration.scene import Words
from designer.layers.activation import ReLU6
from designer.layers.blocks import Bottleneck
from designer.layers.convolution import Conv2d
from designer.layers.dense import Flatten
from designer.layers.endpoints import Input, Output
from designer.templates.networks import template
from designer.ui.illustrate import page as page_module
from designer.ui.illustrate.page import IllustratePage
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from tests.small_designs import row
from tests.ui.illustrate.conftest import illustrated, one_block
from tests.ui.windows import Answers, press

BLOCK = NodeId("block")


def texts(page: IllustratePage) -> list[str]:
    assert page.scene is not None
    return [shape.text for shape in page.scene.shapes if isinstance(shape, Words)]


def block(page: IllustratePage) -> Bottleneck:
    layer = page.tab.document.design.nodes[BLOCK].layer
    assert isinstance(layer, Bottleneck)
    return layer


def part_pixel(page: IllustratePage, title: str) -> QPoint:
    """The middle of a part that can be pointed at."""
    assert page.scene is not None
    part = next(part for part in page.scene.parts if part.title.startswith(title))
    return page.view.to_widget(*part.box.middle).toPoint()


def knob_pixel(page: IllustratePage, quantity: Quantity) -> QPoint:
    box = page.view.box_of(quantity)
    assert not box.isEmpty()
    return box.center().toPoint()


def drag(qtbot: QtBot, page: IllustratePage, start: QPoint, pixels: int, is_kept: bool = True) -> None:
    """Press, go there in two moves, and let go unless told otherwise."""
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(page.view, left, pos=start)
    for part in (pixels // 2, pixels):
        qtbot.mouseMove(page.view, start + QPoint(part, 0))
    if is_kept:
        qtbot.mouseRelease(page.view, left, pos=start + QPoint(pixels, 0))


# Opening --------------------------------------------------------------------------------------------------------------


def test_f8_shows_the_selected_block_and_goes_back(qtbot: QtBot, window: MainWindow, page: IllustratePage) -> None:
    assert window.strip.bar.tabText(1) == "Illustrate: block"
    assert "144×56×56" in texts(page)
    assert not window.panels_dock.isVisible()
    press(qtbot, window, "F8")
    assert window.bench.page is page.tab
    assert window.panels_dock.isVisible()
    press(qtbot, window, "F8")
    assert window.strip.bar.currentIndex() == 1
    assert len(window.bench.companions) == 1


def test_the_inspector_has_a_button_for_a_block_only(qtbot: QtBot, window: MainWindow) -> None:
    tab = window.bench.open_design(one_block())
    tab.select([NodeId("input")])
    assert not window.inspector.illustrate.isVisible()
    tab.select([BLOCK])
    qtbot.mouseClick(window.inspector.illustrate, Qt.MouseButton.LeftButton)
    assert isinstance(window.bench.page, IllustratePage)


def test_without_a_selection_the_whole_is_shown(qtbot: QtBot, window: MainWindow) -> None:
    page = illustrated(qtbot, window, template("mobilenet_v2").build())
    assert "bottleneck_17" in texts(page)
    assert not page.column.cards[Step.FREEDOM].isEnabled()
    qtbot.keyClick(page.view, Qt.Key.Key_2)
    assert page.step is Step.OVERVIEW


def test_selected_nodes_are_a_chain_of_their_own(qtbot: QtBot, window: MainWindow) -> None:
    page = illustrated(qtbot, window, template("separable").build(), "depthwise", "depthwise_bn", "depthwise_act")
    assert page.scene is not None
    assert sum(part.title.startswith("depthwise:") for part in page.scene.parts) == 1


def test_closing_the_design_closes_its_picture(window: MainWindow, page: IllustratePage) -> None:
    window.bench.close_page(page.tab)
    assert window.bench.companions == ()


# Walking --------------------------------------------------------------------------------------------------------------


def test_steps_by_keys_clicks_and_cards(qtbot: QtBot, page: IllustratePage) -> None:
    qtbot.keyClick(page.view, Qt.Key.Key_Right)
    assert page.column.cards[Step.SEPARABLE].isChecked()
    assert "1/C' + 1/k² = 1/24 + 1/9 = 0.153" in texts(page)
    qtbot.keyClick(page.view, Qt.Key.Key_4)
    assert page.column.cards[Step.RESIDUAL].isChecked()
    for _ in range(2):
        qtbot.keyClick(page.view, Qt.Key.Key_Right)
        assert page.column.cards[Step.KEPT].isChecked()
    for step in (Step.RESIDUAL, Step.ACTIVATION):
        qtbot.keyClick(page.view, Qt.Key.Key_Left)
        assert page.column.cards[step].isChecked()
    qtbot.mouseClick(page.column.cards[Step.FREEDOM], Qt.MouseButton.LeftButton)
    assert page.step is Step.FREEDOM
    assert page.column.cards[Step.FREEDOM].brief == "24 bound, 144 free"


def test_each_step_has_its_sentence_for_a_screen_reader(qtbot: QtBot, page: IllustratePage) -> None:
    heard = set()
    for key in (Qt.Key.Key_0, Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_5, Qt.Key.Key_4):
        qtbot.keyClick(page.view, key)
        heard.add(page.view.accessibleDescription())
    assert len(heard) == 6
    assert page.view.accessibleName() == "block: 4 The residual"


def test_steps_are_played_to_the_end(qtbot: QtBot, page: IllustratePage) -> None:
    page._player.setInterval(1)
    qtbot.keyClick(page.view, Qt.Key.Key_Space)
    assert page.column.play.text() == "Pause"
    qtbot.waitUntil(lambda: page.step is Step.RESIDUAL and not page.is_playing)
    qtbot.keyClick(page.view, Qt.Key.Key_Space)
    assert (page.step, page.is_playing) == (Step.SEPARABLE, True)
    qtbot.keyClick(page.view, Qt.Key.Key_Left)
    assert not page.is_playing
    assert page_module.PLAY_MS >= 3000


# Pointing -------------------------------------------------------------------------------------------------------------


def test_pointing_at_a_slab_tells_its_facts(qtbot: QtBot, page: IllustratePage) -> None:
    qtbot.mouseMove(page.view, part_pixel(page, "expanded"))
    assert page.column.pointed_title.text() == "expanded"
    assert "451\u202f584 numbers, 1.81\u202fMB" in page.column.pointed_facts.text()
    qtbot.mouseMove(page.view, part_pixel(page, "depthwise:"))
    assert "k²·C·H·W = 3²·144·56·56" in page.column.pointed_facts.text()
    qtbot.mouseMove(page.view, QPoint(3, 3))
    assert "Drag a number" in page.column.pointed_facts.text()
    QToolTip.hideText()


def test_a_click_goes_to_the_node(qtbot: QtBot, window: MainWindow, page: IllustratePage) -> None:
    qtbot.mouseClick(page.view, Qt.MouseButton.LeftButton, pos=part_pixel(page, "depthwise:"))
    assert window.bench.page is page.tab
    assert (page.tab.path, page.tab.selection) == ((BLOCK,), (NodeId("depthwise"),))


# Scrubbing ------------------------------------------------------------------------------------------------------------


def test_a_drag_on_a_number_turns_it_in_one_undo_step(qtbot: QtBot, window: MainWindow, page: IllustratePage) -> None:
    start = knob_pixel(page, Quantity.EXPANSION)
    drag(qtbot, page, start, -36, is_kept=False)
    assert (block(page).expansion, page.tab.document.undo_label) == (4.0, None)
    assert "96×56×56" in texts(page)
    qtbot.mouseRelease(page.view, Qt.MouseButton.LeftButton, pos=start - QPoint(36, 0))
    assert page.tab.document.undo_label == "Set expansion t of block"
    press(qtbot, window, "Ctrl+Z")
    assert block(page).expansion == 6
    assert page.tab.document.undo_label is None
    assert "144×56×56" in texts(page)


@pytest.mark.parametrize(
    ("quantity", "pixels", "name", "value"),
    [
        (Quantity.OUT_CHANNELS, 72, "out_channels", 32),
        (Quantity.KERNEL, 30, "kernel_size", 5),
        (Quantity.STRIDE, 30, "stride", 2),
    ],
)
def test_every_number_of_a_block_can_be_scrubbed(
    qtbot: QtBot, page: IllustratePage, quantity: Quantity, pixels: int, name: str, value: int
) -> None:
    drag(qtbot, page, knob_pixel(page, quantity), pixels)
    assert getattr(block(page), name) == value


def test_channels_and_resolution_of_the_input_and_the_activation(qtbot: QtBot, page: IllustratePage) -> None:
    drag(qtbot, page, knob_pixel(page, Quantity.CHANNELS), -18)
    drag(qtbot, page, knob_pixel(page, Quantity.RESOLUTION), 18)
    drag(qtbot, page, knob_pixel(page, Quantity.ACTIVATION), 30)
    assert page.tab.document.design.nodes[NodeId("input")].layer == Input(22, 72, 72)
    assert block(page).activation.title == "ReLU"
    assert "22×72×72" in texts(page)
    assert "1×1 conv, ReLU" in texts(page)


def test_a_residual_goes_while_the_stride_is_scrubbed(qtbot: QtBot, page: IllustratePage) -> None:
    words = "residual: input + output, same shape, added element by element"
    assert words in texts(page)
    drag(qtbot, page, knob_pixel(page, Quantity.STRIDE), 30, is_kept=False)
    assert words not in texts(page)
    qtbot.keyClick(page.view, Qt.Key.Key_Escape)
    assert words in texts(page)
    assert page.tab.document.undo_label is None


def test_by_keyboard_numbers_are_walked_and_turned(qtbot: QtBot, window: MainWindow, page: IllustratePage) -> None:
    seen = []
    for _ in range(20):
        qtbot.keyClick(page.view, Qt.Key.Key_Tab)
        if page.view.held is None:
            break
        seen.append(page.view.held.quantity)
    assert set(seen) == set(Quantity)
    page.view.setFocus()
    while page.view.held is None or page.view.held.quantity is not Quantity.EXPANSION:
        qtbot.keyClick(page.view, Qt.Key.Key_Tab)
    for _ in range(4):
        qtbot.keyClick(page.view, Qt.Key.Key_Up)
    assert block(page).expansion == 8.0
    assert page.view.held is not None
    qtbot.keyClick(page.view, Qt.Key.Key_Tab)
    press(qtbot, window, "Ctrl+Z")
    assert block(page).expansion == 6.0


def test_the_wheel_turns_what_is_under_it(qtbot: QtBot, page: IllustratePage) -> None:
    at = QPointF(knob_pixel(page, Quantity.EXPANSION))
    for _ in range(2):
        none = Qt.KeyboardModifier.NoModifier
        place = page.view.mapToGlobal(at)
        event = QWheelEvent(
            at, place, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, none, Qt.ScrollPhase.NoScrollPhase, False
        )
        QApplication.sendEvent(page.view, event)
    assert block(page).expansion == 7.0
    page.tab.document.undo()
    assert block(page).expansion == 6.0


def test_bare_keys_do_nothing_to_what_is_not_in_sight(qtbot: QtBot, window: MainWindow, page: IllustratePage) -> None:
    page.tab.select([BLOCK])
    before = page.tab.document.design
    for keys in ("Delete", "X", "M", "N", "Ctrl+G", "Ctrl+D"):
        press(qtbot, window, keys)
    assert page.tab.document.design is before


def test_esc_goes_back_to_the_canvas(qtbot: QtBot, window: MainWindow, page: IllustratePage) -> None:
    qtbot.keyClick(page.view, Qt.Key.Key_Escape)
    assert isinstance(window.bench.page, DesignTab)


def test_an_edit_on_the_canvas_is_drawn_when_it_is_seen(qtbot: QtBot, window: MainWindow, page: IllustratePage) -> None:
    window.bench.turn_to(page.tab)
    page.tab.document.apply(Command("wider", lambda design: design.with_layer(BLOCK, Bottleneck(3, 24))))
    window.bench.turn_to(page)
    qtbot.waitUntil(lambda: "72×56×56" in texts(page))


# Bad cases ------------------------------------------------------------------------------------------------------------


def test_a_design_with_problems_says_so_in_the_picture(qtbot: QtBot, window: MainWindow) -> None:
    page = illustrated(qtbot, window, template("article_bottleneck").build(depth=32))
    assert page.view.words.startswith("The design has a problem, and nothing is drawn before it is mended:")
    assert not page.column.cards[Step.OVERVIEW].isEnabled()
    assert page.save() is None


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([Conv2d(4), Flatten()], "an illustration shows maps"),
        ([Conv2d(200_000), ReLU6()], "200\u202f000 channels"),
        ([], "holds no layer that computes"),
    ],
)
def test_what_cannot_be_drawn_says_why(qtbot: QtBot, window: MainWindow, layers: list, words: str) -> None:
    page = illustrated(qtbot, window, row(Input(3, 8, 8), *layers, Output()))
    assert words in page.view.words
    assert page.view.accessibleDescription() == page.view.words


def test_a_block_that_is_gone_is_said_and_comes_back_by_undo(qtbot: QtBot, page: IllustratePage) -> None:
    design = page.tab.document.design
    page.tab.document.apply(Command("gone", lambda before: before.without_nodes([BLOCK])))
    assert page.view.words
    page.tab.document.undo()
    assert page.tab.document.design == design
    assert page.view.words == ""
    assert "144×56×56" in texts(page)


def test_a_scrub_into_a_problem_shows_it_and_out_of_it_the_picture(qtbot: QtBot, window: MainWindow) -> None:
    small = row(Input(24, 3, 3), Bottleneck(6, 24, padding=Padding.NONE), Output(), names=["input", "block", "out"])
    page = illustrated(qtbot, window, small, "block")
    start = knob_pixel(page, Quantity.KERNEL)
    qtbot.mousePress(page.view, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(page.view, start + QPoint(30, 0))
    assert "problem" in page.view.words
    qtbot.mouseMove(page.view, start + QPoint(1, 0))
    assert page.view.words == ""
    qtbot.mouseRelease(page.view, Qt.MouseButton.LeftButton, pos=start)


# Saving ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "start"), [("a.svg", "<svg"), ("a.pdf", "%PDF"), ("a.png", "\x89PNG"), ("a.html", "<!DOCTYPE html>")]
)
def test_saving_by_ending(
    qtbot: QtBot, page: IllustratePage, answers: Answers, tmp_path: Path, name: str, start: str
) -> None:
    answers.save = tmp_path / name
    qtbot.mouseClick(page.column.save, Qt.MouseButton.LeftButton)
    assert (tmp_path / name).read_bytes().startswith(start.encode("latin-1"))


def test_saving_what_cannot_be_written_says_why(page: IllustratePage, answers: Answers, tmp_path: Path) -> None:
    answers.save = tmp_path / "a.gif"
    assert page.save("print") is None
    assert "'.gif' is no kind of illustration" in answers.told[0][1]


def test_colours_follow_the_look(window: MainWindow, page: IllustratePage) -> None:
    dark = page.view.grab().toImage().pixelColor(4, 4)
    window.theme.choose("light")
    light = page.view.grab().toImage().pixelColor(4, 4)
    assert dark.lightness() < 60 < 200 < light.lightness()
