"""The charts of a comparison: which tab has which, and that they follow the designs on the page."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from designer.ui.charts.chart_view import ChartView
from designer.ui.compare.chart_tabs import ChartTabs
from designer.ui.compare.page import ComparePage

pytestmark = pytest.mark.gui


@pytest.fixture
def tabs(qtbot: QtBot, page: ComparePage) -> ChartTabs:
    (found,) = page.findChildren(ChartTabs)
    qtbot.waitUntil(lambda: all(view.chart is not None for view in found.charts.values()))
    return found


def titles(tabs: ChartTabs) -> list[str]:
    return [view.chart.title for view in tabs.currentWidget().findChildren(ChartView) if view.chart is not None]


def test_a_click_on_a_tab_shows_its_charts(qtbot: QtBot, tabs: ChartTabs) -> None:
    bar = tabs.tabBar()
    seen = {}
    for place in range(tabs.count()):
        qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(place).center())
        assert tabs.currentIndex() == place
        seen[tabs.tabText(place)] = titles(tabs)
    assert list(seen) == ["Overview", "Time", "Memory"]
    assert "Latency against Parameters" in seen["Overview"]
    assert "Latency against MACs" in seen["Time"]
    assert len({title for each in seen.values() for title in each}) == sum(map(len, seen.values())) == len(tabs.charts)


def test_the_sums_by_kind_have_a_stack_a_design(page: ComparePage, tabs: ChartTabs) -> None:
    chart = tabs.charts["kinds"].chart
    assert chart is not None
    assert len(chart.stacks) == len(page.comparing.members) == 3
    for stack, analysis in zip(chart.stacks, page.comparing.analyses, strict=True):
        assert sum(piece.value for piece in stack.pieces) == analysis.totals.macs


def test_a_design_less_is_a_stack_less(qtbot: QtBot, page: ComparePage, tabs: ChartTabs) -> None:
    page.comparing.remove(page.comparing.members[2])

    def has_two() -> bool:
        chart = tabs.charts["kinds"].chart
        return chart is not None and len(chart.stacks) == 2

    qtbot.waitUntil(has_two)


def test_without_a_measurement_the_charts_of_latency_say_so(tabs: ChartTabs) -> None:
    for name in ("parameters", "macs"):
        chart = tabs.charts[name].chart
        assert chart is not None
        assert chart.is_empty
        assert "Measure the designs" in chart.note
