"""The main job by real events: draw a bottleneck, see its cost, fix, keep, compare, measure and export it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from designer.files import design_json
from designer.graph.design import NodeId, PortRef
from designer.ui.compare.page import ComparePage
from designer.ui.dialogs.export_dialog import ExportDialog
from designer.ui.dialogs.template_dialog import TemplateDialog
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from designer.ui.widgets.fields import NumberField
from tests.ui.windows import Answers, card_pixel, drag, drop, port_pixel, press, shown_window, wire

pytestmark = pytest.mark.gui

CHAIN = ("input", "pointwise_conv2d", "relu6", "depthwise_conv2d", "relu6", "pointwise_conv2d", "add", "output")

# By hand, for 24×56×56, t = 6: weights 24·144 + 9·144 + 144·24; a multiply-accumulate for each weight and position; two
# comparisons for each of 2·144·56² activations and one addition for each of 24·56² sums.
PARAMETERS = 24 * 144 + 9 * 144 + 144 * 24
MACS = PARAMETERS * 56 * 56
FLOPS = 2 * MACS + 2 * 2 * 144 * 56 * 56 + 24 * 56 * 56


class Person:
    """Somebody at the window, with mouse and keyboard."""

    def __init__(self, qtbot: QtBot, window: MainWindow, answers: Answers) -> None:
        self.qtbot = qtbot
        self.window = window
        self.answers = answers

    @property
    def tab(self) -> DesignTab:
        tab = self.window.bench.tab
        assert tab is not None
        return tab

    def press(self, keys: str) -> None:
        press(self.qtbot, self.window, keys)

    def place_chain(self) -> list[NodeId]:
        """Drag the eight nodes of a bottleneck from the palette, in two rows."""
        self.tab.canvas.zoom_to(0.8)
        spots = [QPoint(120 + 220 * (index % 4), 180 + 260 * (index // 4)) for index in range(len(CHAIN))]
        return [drop(self.tab, key, spot) for key, spot in zip(CHAIN, spots, strict=True)]

    def wire(self, source: NodeId, target: NodeId, port: str = "x") -> None:
        wire(self.qtbot, self.tab, PortRef(source, "y"), PortRef(target, port))

    def select(self, id: NodeId) -> None:
        self.qtbot.mouseClick(self.tab.canvas.viewport(), Qt.MouseButton.LeftButton, pos=card_pixel(self.tab, id))
        assert self.window.bench.selection == (id,)

    def type(self, name: str, value: int) -> None:
        """Type a number into a field of the inspector and press Enter."""
        field = self.window.inspector.fields[name]
        assert isinstance(field, NumberField)
        field.box.setFocus()
        field.box.selectAll()
        self.qtbot.keyClicks(field.box, str(value))
        self.qtbot.keyClick(field.box, Qt.Key.Key_Return)

    def draw_bottleneck(self) -> list[NodeId]:
        """The whole drawing, from nothing."""
        ids = self.place_chain()
        start, expand, act_1, depthwise, act_2, project, add, end = ids
        for source, target in (
            (start, expand),
            (expand, act_1),
            (act_1, depthwise),
            (depthwise, act_2),
            (act_2, project),
        ):
            self.wire(source, target)
        self.wire(start, add, "a")
        self.wire(project, add, "b")
        self.wire(add, end)
        self.select(start)
        for name, value in (("channels", 24), ("height", 56), ("width", 56)):
            self.type(name, value)
        self.select(expand)
        self.type("out_channels", 144)
        self.select(project)
        self.type("out_channels", 24)
        return ids


@pytest.fixture
def person(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[Person]:
    answers = Answers()
    # The real worker; it is started only where a journey measures or exports.
    with shown_window(qtbot, settings, theme, WorkerClient(), answers, (1600, 1000)) as window:
        made = Person(qtbot, window, answers)
        made.press("Ctrl+N")
        yield made


def test_a_bottleneck_drawn_by_hand_has_the_papers_costs(person: Person) -> None:
    person.draw_bottleneck()
    analysis = person.tab.analysis
    assert analysis.is_valid, analysis.issues
    totals = analysis.totals
    assert (totals.parameters, totals.macs, totals.flops) == (PARAMETERS, MACS, FLOPS)
    assert person.window.costs.tiles["parameters"].value.text() == "8\u202f208"
    assert person.window.costs.tiles["macs"].value.text() == "25.7\u202fM"
    assert person.window.status.validity.text().startswith("● Valid")


def test_numbers_follow_each_edit_and_shapes_stand_on_the_wires(person: Person) -> None:
    ids = person.draw_bottleneck()
    person.select(ids[1])
    person.type("out_channels", 96)
    assert person.window.costs.tiles["parameters"].value.text() == "5\u202f472"  # 24·96 + 9·96 + 96·24
    into_depthwise = person.tab.scene.wires[PortRef(ids[3], "x")]
    assert into_depthwise.label == "96×56²"


def test_a_wire_that_would_close_a_circle_is_refused(person: Person) -> None:
    ids = person.draw_bottleneck()
    before = person.tab.document.design
    drag(
        person.qtbot,
        person.tab,
        port_pixel(person.tab, PortRef(ids[5], "y")),
        port_pixel(person.tab, PortRef(ids[1], "x")),
    )
    after = person.tab.document.design
    assert after.wires[PortRef(ids[1], "x")] == before.wires[PortRef(ids[1], "x")]


def test_a_stride_of_two_is_shown_at_the_add_and_the_button_fixes_it(person: Person) -> None:
    ids = person.draw_bottleneck()
    depthwise, add = ids[3], ids[6]
    person.select(depthwise)
    person.type("stride", 2)
    (card,) = person.window.problems.cards
    assert card.problem.node == add
    assert "24×56²" in card.problem.line()
    assert "24×28²" in card.problem.line()
    assert person.window.status.validity.text().startswith("● 1 problem")
    # the rest keeps its numbers
    cost = person.tab.analysis.node(depthwise).cost
    assert cost is not None
    assert cost.macs == 9 * 144 * 28 * 28
    person.qtbot.mouseClick(card.show_button, Qt.MouseButton.LeftButton)
    assert person.window.bench.selection == (add,)
    person.qtbot.mouseClick(person.window.problems.cards[0].fix_buttons[0], Qt.MouseButton.LeftButton)
    assert person.tab.analysis.is_valid
    assert person.window.problems.cards == []


def test_everything_can_be_taken_back_and_made_again(person: Person) -> None:
    person.draw_bottleneck()
    drawn = person.tab.document.design
    steps = len(person.tab.document.history)
    assert steps == len(CHAIN) + 8 + 5  # placed, wired, typed: one step each
    person.tab.canvas.setFocus()
    for _ in range(steps):
        person.press("Ctrl+Z")
    assert person.tab.document.design.nodes == {}
    for _ in range(steps):
        person.press("Ctrl+Shift+Z")
    assert person.tab.document.design == drawn


def test_what_was_drawn_is_saved_and_opens_as_it_was(person: Person, tmp_path: Path) -> None:
    person.draw_bottleneck()
    person.answers.save = tmp_path / "mine.design.json"
    person.press("Ctrl+S")
    drawn = person.tab.document.design
    assert design_json.load(person.answers.save) == drawn
    person.press("Ctrl+W")
    person.answers.open = (person.answers.save,)
    person.press("Ctrl+O")
    assert person.tab.document.design == drawn


def test_a_template_opens_and_is_compared_with_the_drawing(person: Person) -> None:
    person.draw_bottleneck()
    person.press("Ctrl+Shift+N")
    (dialog,) = person.window.findChildren(TemplateDialog)
    person.qtbot.mouseClick(dialog.create_button, Qt.MouseButton.LeftButton)
    assert person.tab.analysis.totals.parameters == 3_504_872
    person.press("Ctrl+Shift+K")
    view = person.window.bench.page
    assert isinstance(view, ComparePage)
    parameters = next(row for row in view.comparison().rows if row.key == "parameters")
    assert parameters.values == (PARAMETERS, 3_504_872)
    assert parameters.best == 0


@pytest.mark.torch
@pytest.mark.slow
def test_the_drawing_is_measured_and_exported_by_the_real_worker(person: Person, tmp_path: Path) -> None:
    person.draw_bottleneck()
    latency = person.window.bench.latency
    person.press("Ctrl+Return")
    person.qtbot.waitUntil(lambda: latency.is_current, timeout=120_000)
    assert latency.shown is not None
    assert 0 < latency.shown.low_ms <= latency.shown.median_ms <= latency.shown.high_ms
    assert latency.shown.digest == person.tab.document.design.digest
    assert "ms" in person.window.costs.tiles["latency_s"].value.text()
    assert not person.window.costs.tiles["latency_s"].is_stale
    assert person.window.costs.time_bars.bars
    person.press("Ctrl+E")
    (dialog,) = person.window.findChildren(ExportDialog)
    dialog.path.selectAll()
    person.qtbot.keyClicks(dialog.path, str(tmp_path / "mine.onnx"))
    person.qtbot.keyClick(dialog.path, Qt.Key.Key_Return)
    person.qtbot.waitUntil(lambda: dialog.proof is not None, timeout=120_000)
    proof = dialog.proof
    assert proof is not None
    assert (tmp_path / "mine.onnx").stat().st_size == proof.file_bytes
    assert proof.comparisons
    assert proof.max_abs_difference <= 1e-4 * max(1.0, proof.max_abs_output)
    dialog.accept()


@pytest.mark.torch
@pytest.mark.slow
def test_an_edit_makes_the_measured_figure_look_old(person: Person) -> None:
    ids = person.draw_bottleneck()
    person.window.bench.latency.set_live(True)
    person.qtbot.waitUntil(lambda: person.window.bench.latency.is_current, timeout=120_000)
    person.select(ids[1])
    person.type("out_channels", 48)
    assert person.window.costs.tiles["latency_s"].is_stale
    person.qtbot.waitUntil(lambda: not person.window.costs.tiles["latency_s"].is_stale, timeout=120_000)
