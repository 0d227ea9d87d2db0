"""The comparison's measured row: a design wins only where no other's interval reaches into its own."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from designer.edit.document import Document
from designer.graph.design import Design
from designer.templates.networks import template
from designer.ui.live_latency import Measurement
from designer.ui.theme import Theme
from designer.ui.views.compare_view import LATENCY, CompareView
from designer.ui.views.design_tab import DesignTab

pytestmark = [pytest.mark.gui, pytest.mark.usefixtures("theme")]


def figure(median_ms: float, spread_ms: float) -> Measurement:
    return Measurement(
        digest="",
        median_ms=median_ms,
        low_ms=median_ms - spread_ms,
        high_ms=median_ms + spread_ms,
        rounds=100,
        device="cpu",
        threads=2,
        batch=1,
        dtype="float32",
        node_ms={},
    )


def compared(qtbot: QtBot, figures: dict[str, Measurement]) -> CompareView:
    tabs = [DesignTab(Document(template(key).build())) for key in ("separable", "bottleneck")]
    for tab in tabs:
        qtbot.addWidget(tab)

    def measured(design: Design) -> Measurement | None:
        return figures.get(design.name)

    view = CompareView(tabs, measured)
    qtbot.addWidget(view)
    return view


@pytest.mark.parametrize(("spread_ms", "best"), [(0.1, 0), (0.6, None)])
def test_the_quicker_one_wins_only_beyond_the_noise(
    qtbot: QtBot, theme: Theme, spread_ms: float, best: int | None
) -> None:
    names = [template(key).build().name for key in ("separable", "bottleneck")]
    view = compared(qtbot, {names[0]: figure(1.0, spread_ms), names[1]: figure(2.0, spread_ms)})
    (row,) = [row for row in view.comparison().rows if row.key == LATENCY]
    assert row.best == best
    assert row.ratios == (1.0, 2.0)
    assert ("The intervals overlap" in view.note) == (best is None)
    assert "cpu×2 · batch 1 · float32" in view.note


def test_without_a_measurement_there_is_no_such_row(qtbot: QtBot, theme: Theme) -> None:
    view = compared(qtbot, {})
    assert LATENCY not in {row.key for row in view.comparison().rows}
    assert "Measure the designs" in view.note
