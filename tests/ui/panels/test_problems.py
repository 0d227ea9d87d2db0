"""Problems: what, where and why are read, a click shows the node, the button fixes through the caller."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from designer.analysis.analysis import analyse
from designer.analysis.fixes import Fix, Problem, problems
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.layers.convolution import DepthwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.ui.look.theme import Theme
from designer.ui.panels.cards import PanelScroll
from designer.ui.panels.problems import SHOWN_AT_MOST, ProblemsPanel

pytestmark = [pytest.mark.gui, pytest.mark.usefixtures("theme")]


def shape_error() -> Design:
    """A residual add after a stride of 2: 24×56² against 24×28²."""
    ids = [NodeId(id) for id in ("input", "depthwise", "add", "output")]
    layers = (Input(24, 56, 56), DepthwiseConv2d(stride=2), Add(), Output())
    nodes = [Node(id, layer) for id, layer in zip(ids, layers, strict=True)]
    wires = [
        Wire(PortRef(ids[0], "y"), PortRef(ids[1], "x")),
        Wire(PortRef(ids[0], "y"), PortRef(ids[2], "a")),
        Wire(PortRef(ids[1], "y"), PortRef(ids[2], "b")),
        Wire(PortRef(ids[2], "y"), PortRef(ids[3], "x")),
    ]
    return Design.build("shape_error", nodes, wires)


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> ProblemsPanel:
    made = ProblemsPanel()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_a_mismatch_is_read_with_place_and_shapes(panel: ProblemsPanel) -> None:
    panel.show_problems(problems(analyse(shape_error())))
    (card,) = panel.cards
    words = " ".join(label.text() for label in card.findChildren(QLabel))
    assert "add" in words
    assert "24×56²" in words
    assert "24×28²" in words
    assert panel.count.text() == "1"


def test_the_button_fixes_it(qtbot: QtBot, panel: ProblemsPanel) -> None:
    design = shape_error()
    panel.show_problems(problems(analyse(design)))
    chosen: list[Fix] = []
    panel.fix_requested.connect(lambda _issue, fix: chosen.append(fix))
    qtbot.mouseClick(panel.cards[0].fix_buttons[0], Qt.MouseButton.LeftButton)
    assert analyse(chosen[0].edit(design)).is_valid


def test_a_click_on_the_card_or_enter_shows_the_node(qtbot: QtBot, panel: ProblemsPanel) -> None:
    panel.show_problems(problems(analyse(shape_error())))
    shown: list[Problem] = []
    panel.show_requested.connect(shown.append)
    card = panel.cards[0]
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    qtbot.keyClick(card, Qt.Key.Key_Return)
    qtbot.mouseClick(card.show_button, Qt.MouseButton.LeftButton)
    assert [issue.node for issue in shown] == ["add"] * 3


def test_the_same_problems_keep_their_buttons_yet_fix_the_present_design(qtbot: QtBot, panel: ProblemsPanel) -> None:
    panel.show_problems(problems(analyse(shape_error())))
    card = panel.cards[0]
    changed = shape_error().renamed("later")
    panel.show_problems(problems(analyse(changed)))
    assert panel.cards[0] is card
    chosen: list[Fix] = []
    panel.fix_requested.connect(lambda _issue, fix: chosen.append(fix))
    qtbot.mouseClick(card.fix_buttons[0], Qt.MouseButton.LeftButton)
    assert chosen[0].edit(changed).name == "later"


def test_no_problem_is_said_too(panel: ProblemsPanel, sketch: Design) -> None:
    panel.show_problems(problems(analyse(shape_error())))
    panel.show_problems(problems(analyse(sketch)))
    assert panel.cards == []
    assert panel.count.text() == ""


def test_many_problems_end_in_a_count(panel: ProblemsPanel) -> None:
    nodes = [Node(NodeId(f"n_{index}"), DepthwiseConv2d()) for index in range(40)]
    issues = problems(analyse(Design.build("loose", nodes, [])))
    panel.show_problems(issues)
    assert len(panel.cards) == SHOWN_AT_MOST
    words = " ".join(label.text() for label in panel.findChildren(QLabel))
    assert f"and {len(issues) - SHOWN_AT_MOST} more problems" in words


@pytest.mark.parametrize("width", [160, 200, 240, 320])
def test_nothing_on_a_card_is_cut_and_fixes_stand_whole(qtbot: QtBot, theme: Theme, width: int) -> None:
    scroll = PanelScroll()
    qtbot.addWidget(scroll)
    panel = ProblemsPanel(scroll.content)
    scroll.column.addWidget(panel)
    scroll.resize(width, 700)
    scroll.show()
    qtbot.waitExposed(scroll)
    issues = problems(analyse(shape_error()))
    for _ in range(2):  # the second time after it was empty
        panel.show_problems(())
        panel.show_problems(issues)
        qtbot.waitUntil(lambda: all(card.isVisible() for card in panel.cards))
        qtbot.wait(20)  # a broken line asks for another height, which is given by the event after
        card = panel.cards[0]
        labels = [label for label in card.findChildren(QLabel) if label.hasHeightForWidth()]
        assert labels
        assert all(label.height() >= label.heightForWidth(label.width()) for label in labels)
        words = [button.text().replace("\n", " ") for button in card.fix_buttons]
        assert words == [fix.label for fix in issues[0].fixes]
        assert len(set(words)) == len(words)
        for button in card.fix_buttons:
            lines = button.text().split("\n")
            assert all(button.fontMetrics().horizontalAdvance(line) <= button.width() for line in lines)
            assert button.height() >= len(lines) * button.fontMetrics().lineSpacing()
            assert card.rect().contains(button.geometry())
