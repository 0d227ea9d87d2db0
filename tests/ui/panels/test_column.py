"""The column at the right: fields stay where they are whatever becomes known, or unknown, above and below them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QScrollArea, QScrollBar
from pytestqt.qtbot import QtBot

from designer.edit.document import Command
from designer.edit.edits import set_parameter
from designer.graph.design import NodeId
from designer.templates.networks import template
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from tests.measurement import samples
from tests.ui.windows import FAKE_WORKER, Answers, shown_window

pytestmark = pytest.mark.gui

EXPAND = NodeId("expand")
FIGURE = replace(
    samples.latency(),
    rounds_ms=(1000.0,) * 50 + (1234.56,) * 20 + (2345.67,) * 50,
    conditions=replace(samples.CONDITIONS, device="an accelerator with a long name", threads=128),
    warning="Other programs were running",
)


@pytest.fixture(params=[(1280, 720), (1600, 1000)], ids=["720 high", "1000 high"])
def window(qtbot: QtBot, settings: Settings, theme: Theme, request: pytest.FixtureRequest) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers(), request.param) as made:
        yield made


@pytest.fixture
def tab(window: MainWindow) -> DesignTab:
    made = window.bench.open_design(template("bottleneck").build())
    made.select([EXPAND])
    QApplication.processEvents()
    return made


def places(window: MainWindow) -> dict[str, QPoint]:
    """Where each field is in the window, once everything is laid out."""
    for _ in range(3):
        QApplication.processEvents()
    return {name: field.mapTo(window, QPoint()) for name, field in window.inspector.fields.items()}


def measured(window: MainWindow, tab: DesignTab) -> None:
    """A measurement arrives, with a time for every node."""
    times = {str(id): 1.0 + place for place, id in enumerate(tab.document.design.nodes)}
    window.costs.show_latency(tab.analysis, replace(FIGURE, node_ms=times), True, "live", "ok")
    assert len(window.costs.time_bars.bars) > 3


def not_measured(window: MainWindow, tab: DesignTab) -> None:
    """What was measured is gone."""
    measured(window, tab)
    window.costs.show_latency(tab.analysis, None, False, "waits until it is valid", "warning")


def incomplete(window: MainWindow, tab: DesignTab) -> None:
    """No shape is known behind the node that is edited."""
    design = tab.document.design
    tab.document.apply(Command("Cut", lambda _: design.without_wires(list(design.wires))))
    assert "incomplete" in window.costs.tiles["peak_activation_bytes"].note.text()
    assert window.costs.mac_bars.bars == ()


def tried(window: MainWindow, tab: DesignTab) -> None:
    """Tiles show a difference that is not kept."""
    tab.document.preview(lambda design: set_parameter(design, [EXPAND], "out_channels", 1_234_567))
    assert "not kept" in window.costs.tiles["peak_activation_bytes"].note.text()


@pytest.mark.parametrize("happens", [measured, not_measured, incomplete, tried])
def test_fields_stay_under_the_pointer(
    window: MainWindow, tab: DesignTab, happens: Callable[[MainWindow, DesignTab], None]
) -> None:
    before = places(window)
    assert before
    happens(window, tab)
    assert places(window) == before


def scroller(window: MainWindow) -> QScrollBar:
    """The bar of the column that the inspector stands in."""
    (area,) = (each for each in window.findChildren(QScrollArea) if each.isAncestorOf(window.inspector))
    return area.verticalScrollBar()


def test_scrolled_to_the_end_fields_stay_when_the_problems_go(window: MainWindow, tab: DesignTab) -> None:
    tab.document.apply(Command("Cut", lambda design: design.without_wires(list(design.wires))))
    places(window)
    bar = scroller(window)
    bar.setValue(bar.maximum())
    before, was_at = places(window), bar.value()
    assert was_at > 0
    tab.document.undo()
    assert window.problems.cards == []
    assert places(window) == before
    assert bar.value() == was_at


def test_scrolled_back_up_nothing_is_left_below(window: MainWindow, tab: DesignTab) -> None:
    bar = scroller(window)
    places(window)
    most = bar.maximum()
    tab.document.apply(Command("Cut", lambda design: design.without_wires(list(design.wires))))
    places(window)
    bar.setValue(bar.maximum())
    places(window)
    tab.document.undo()
    places(window)
    bar.setValue(0)
    places(window)
    assert bar.maximum() == most


def test_the_first_field_is_in_sight_without_scrolling(window: MainWindow, tab: DesignTab) -> None:
    first = window.inspector.first_field
    assert not first.visibleRegion().isEmpty()
