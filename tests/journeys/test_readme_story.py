"""README's five minutes, followed to the letter, with every setting that it does not name left as it comes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from designer.analysis.issues import Severity
from designer.graph.design import NodeId, PortRef
from designer.layers.registry import catalogue
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from designer.ui.widgets.fields import NumberField
from tests.ui.windows import Answers, card_pixel, drop, press, shown_window, wire

pytestmark = pytest.mark.gui

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def step(number: int) -> str:
    """The words of a step, on one line."""
    story = README.partition("## Five minutes to a first bottleneck")[2]
    found = re.search(rf"^{number}\. (.*?)(?=^\d+\. |^## )", story, re.MULTILINE | re.DOTALL)
    assert found is not None
    return " ".join(found[1].split())


def titles(number: int) -> list[str]:
    """The layers that a step names, in its order."""
    known = {cls.title for cls in catalogue()}
    return [word for word in re.findall(r"\*([^*]+)\*", step(number)) if word in known]


class Reader:
    """Somebody who does what README says."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot = qtbot
        self.window = window
        self.ids: list[NodeId] = []

    @property
    def tab(self) -> DesignTab:
        tab = self.window.bench.tab
        assert tab is not None
        return tab

    @property
    def contradictions(self) -> list[str]:
        return [card.problem.what for card in self.window.problems.cards if card.problem.severity is Severity.ERROR]

    def drag_the_layers(self) -> None:
        keys = {cls.title: cls.key for cls in catalogue()}
        self.tab.canvas.zoom_to(0.8)
        for index, title in enumerate(titles(2)):
            spot = QPoint(120 + 220 * (index % 4), 180 + 260 * (index // 4))
            self.ids.append(drop(self.tab, keys[title], spot))
            assert self.contradictions == []

    def type(self, id: NodeId, name: str, value: int) -> None:
        viewport = self.tab.canvas.viewport()
        self.qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=card_pixel(self.tab, id))
        field = self.window.inspector.fields[name]
        assert isinstance(field, NumberField)
        field.box.setFocus()
        field.box.selectAll()
        self.qtbot.keyClicks(field.box, str(value))
        self.qtbot.keyClick(field.box, Qt.Key.Key_Return)
        assert field.complaint == ""

    def type_the_numbers(self) -> None:
        found = re.search(
            r"(\d+) channels, height (\d+) and width (\d+) for the \*Input\*, "
            r"(\d+) out channels for the first .* and (\d+) for the second",
            step(3),
        )
        assert found is not None
        channels, height, width, wide, narrow = map(int, found.groups())
        start, first, second = self.ids[0], self.ids[1], self.ids[5]
        for id, name, value in (
            (start, "channels", channels),
            (start, "height", height),
            (start, "width", width),
            (first, "out_channels", wide),
            (second, "out_channels", narrow),
        ):
            self.type(id, name, value)
            assert self.contradictions == []

    def wire(self, source: NodeId, target: NodeId, port: str) -> None:
        wire(self.qtbot, self.tab, PortRef(source, "y"), PortRef(target, port))
        assert self.tab.document.design.wires[PortRef(target, port)].source.node == source
        assert self.contradictions == []

    def wire_the_cards(self) -> None:
        upper, lower = self.tab.document.design.nodes[self.ids[6]].layer.inputs
        for source, target in zip(self.ids, self.ids[1:], strict=False):
            self.wire(source, target, lower.name if target == self.ids[6] else "x")
        self.wire(self.ids[0], self.ids[6], upper.name)


@pytest.fixture
def reader(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[Reader]:
    with shown_window(qtbot, settings, theme, WorkerClient(), Answers(), (1600, 1000)) as window:
        made = Reader(qtbot, window)
        press(qtbot, window, "Ctrl+N")
        yield made


def test_nothing_is_wrong_before_the_step_that_says_so(reader: Reader) -> None:
    assert reader.tab.beginning.isVisible()
    reader.drag_the_layers()
    assert len(reader.ids) == 8
    reader.type_the_numbers()
    reader.wire_the_cards()
    assert reader.tab.analysis.issues == ()
    found = re.search(r"([\d ]+) parameters", step(4))
    assert found is not None
    shown = reader.window.costs.tiles["parameters"].value.text()
    assert "".join(shown.split()) == "".join(found[1].split())


def test_a_stride_tears_the_residual_and_each_button_fixes_it(reader: Reader) -> None:
    assert "stride of 2" in step(5)
    reader.drag_the_layers()
    reader.type_the_numbers()
    reader.wire_the_cards()
    depthwise, add = reader.ids[3], reader.ids[6]
    reader.type(depthwise, "stride", 2)
    (card,) = reader.window.problems.cards
    assert (card.problem.node, card.problem.severity) == (add, Severity.ERROR)
    assert reader.tab.scene.nodes[add].bubble is not None
    count = len(card.fix_buttons)
    assert count > 1
    for place in range(count):
        (card,) = reader.window.problems.cards
        reader.qtbot.mouseClick(card.fix_buttons[place], Qt.MouseButton.LeftButton)
        assert reader.tab.analysis.is_valid
        press(reader.qtbot, reader.window, "Ctrl+Z")
        assert not reader.tab.analysis.is_valid
