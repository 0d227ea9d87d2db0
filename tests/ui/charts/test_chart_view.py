"""A chart on screen: drawn by the plotting library, told by its tool tips, saved as SVG and PNG."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from designer import wording
from designer.charts import ticks
from designer.charts.chart import Axis, Chart, Ink, Line, Piece, Spot, Stack
from designer.ui.charts.chart_view import ChartView
from designer.ui.charts.colours import colour_of
from designer.ui.look.theme import DARK, LIGHT, Choice, Theme, Tokens
from tests.ui.windows import Answers

pytestmark = [pytest.mark.gui, pytest.mark.usefixtures("theme")]

RED, BLUE = Ink.ERROR, Ink.ACCENT
SPOTS = Chart(
    "Latency against MACs",
    Axis("MACs"),
    Axis("Latency", "s"),
    (Spot("A", 10, 1.0, RED), Spot("B", 20, 2.0, BLUE, note="the larger one")),
)
STACKS = Chart(
    "By kind", Axis("MACs"), Axis("design"), stacks=(Stack("A", (Piece("DW", 1, RED), Piece("PW", 3, BLUE))),)
)
STEPS = Chart(
    "Memory", Axis("Step"), Axis("Held", "B"), lines=(Line("A", ((0, 5.0), (1, 7.0), (2, 7.0)), RED, is_stepped=True),)
)
LOG = Chart(
    "Roofline",
    Axis("x", is_log=True),
    Axis("y", is_log=True),
    (Spot("conv", 8, 1e9, RED),),
    (Line("peak", ((1, 1e8), (100, 1e10)), BLUE),),
)


@pytest.fixture
def answers() -> Answers:
    return Answers()


def shown(qtbot: QtBot, answers: Answers, chart: Chart) -> ChartView:
    view = ChartView(answers)
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show_chart(chart)
    view.show()
    # The plotting library comes in its own time, and then the layout.
    qtbot.waitUntil(lambda: view.plot is not None and view.plot.width() > view.width() // 2, timeout=20_000)
    return view


@pytest.mark.parametrize("chart", [SPOTS, STACKS, STEPS, LOG], ids=lambda chart: chart.title)
def test_a_chart_is_drawn_and_saved(qtbot: QtBot, answers: Answers, tmp_path: Path, chart: Chart) -> None:
    view = shown(qtbot, answers, chart)
    actions = {action.text().replace("&", ""): action for action in view.menu().actions()}
    answers.save = tmp_path / "chart.svg"
    actions["Save as SVG…"].trigger()
    assert ElementTree.parse(answers.save).getroot().tag.endswith("svg")
    answers.save = tmp_path / "chart.png"
    actions["Save as PNG…"].trigger()
    picture = QImage(str(answers.save))
    assert picture.width() >= 2 * 300
    colours = {
        picture.pixelColor(x, y).name() for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2)
    }
    wanted = [spot.colour for spot in chart.spots] + [p.colour for s in chart.stacks for p in s.pieces]
    assert {colour_of(colour).name() for colour in wanted} <= colours


@pytest.mark.parametrize("look", [DARK, LIGHT], ids=["dark", "light"])
def test_it_follows_the_look(qtbot: QtBot, answers: Answers, theme: Theme, look: Tokens) -> None:
    theme.choose(Choice.LIGHT if look is DARK else Choice.DARK)
    view = shown(qtbot, answers, STACKS)
    theme.choose(Choice.DARK if look is DARK else Choice.LIGHT)
    view.follow_theme()
    QApplication.processEvents()
    assert view.plot is not None
    picture = view.plot.grab().toImage()
    colours = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    assert {look.error.name(), look.accent.name(), look.ground.name()} <= colours
    (legend,) = [label.text() for label in view.findChildren(QLabel) if "■" in label.text()]
    assert look.error.name() in legend


def test_figures_go_to_the_clipboard(qtbot: QtBot, answers: Answers) -> None:
    view = shown(qtbot, answers, SPOTS)
    view.copy_csv()
    assert QGuiApplication.clipboard().text().splitlines()[1].startswith("A,10,1.0")


def test_tool_tips_tell_pieces_and_spots(qtbot: QtBot, answers: Answers) -> None:
    view = shown(qtbot, answers, STACKS)
    assert view.plot is not None

    def pixel(x: float, y: float) -> QPointF:
        assert view.plot is not None
        return QPointF(view.plot.mapFromScene(view.plot.plotItem.vb.mapViewToScene(QPointF(x, y))))

    assert view.plot.text_at(pixel(0.5, 0)) == "DW: 1"
    assert view.plot.text_at(pixel(2.0, 0)) == "PW: 3"
    view.show_chart(SPOTS)
    QApplication.processEvents()
    assert view.plot.text_at(pixel(20, 2)) == "the larger one"
    assert view.plot.text_at(pixel(2, 2)) == ""


def test_an_empty_chart_says_why(qtbot: QtBot, answers: Answers) -> None:
    view = shown(qtbot, answers, SPOTS)
    view.show_chart(Chart("Latency", Axis("x"), Axis("y"), note="Measure first."))
    assert view.plot is None
    assert view.accessibleDescription() == "Measure first."


def test_the_plotting_library_is_not_loaded_with_the_window() -> None:
    code = "import sys, designer.ui.shell.main_window; print([n for n in ('pyqtgraph', 'numpy') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_it_can_be_reached_and_named_without_a_mouse(qtbot: QtBot, answers: Answers) -> None:
    view = shown(qtbot, answers, SPOTS)
    assert view.menu_button.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert "Latency against MACs" in view.menu_button.accessibleName()


NARROW = {
    "counts": (Axis("MACs", "", wording.short), 3_499_700.0, 3_500_300.0),
    "bytes": (Axis("Held", "B", wording.memory, ticks.memory), 9_630_000.0, 9_631_000.0),
    "seconds": (Axis("Latency", "s", str, ticks.seconds), 0.35990, 0.36010),
    "milliseconds": (Axis("Time", "ms", wording.milliseconds, ticks.milliseconds), 359.9, 360.1),
    "shares": (Axis("Share", "", wording.percentage, ticks.percentages), 0.1200, 0.1205),
    "wholes": (Axis("Step", "", str, ticks.wholes), 0.0, 2.0),
}


@pytest.mark.parametrize("kind", NARROW)
def test_no_label_stands_twice_on_an_axis(qtbot: QtBot, answers: Answers, kind: str) -> None:
    axis, low, high = NARROW[kind]
    points = ((low, low), ((low + high) / 2, high), (high, low))
    view = shown(qtbot, answers, Chart("narrow", axis, axis, lines=(Line("", points, RED),)))
    assert view.plot is not None
    for side, length in (("left", 300), ("bottom", 400)):
        drawn = view.plot.plotItem.getAxis(side)
        levels = drawn.tickValues(*drawn.range, length)
        texts = [text for spacing, values in levels for text in drawn.tickStrings(values, 1.0, spacing) if text]
        assert len(texts) >= 2
        assert len(set(texts)) == len(texts), texts
