"""Cost tiles and bars: totals as the analysis says, shares by kind, a figure of an earlier design looks old."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from designer.analysis.analysis import analyse
from designer.graph.design import Design, NodeId
from designer.templates.networks import template
from designer.ui.look.theme import Theme
from designer.ui.panels.costs import CostsPanel, times_by_kind
from tests.measurement import samples

pytestmark = [pytest.mark.gui, pytest.mark.usefixtures("theme")]

FIGURE = replace(
    samples.latency(node_ms={"expand": 0.2, "depthwise": 0.3}),
    rounds_ms=(0.6,) * 50 + (0.61,) * 20 + (0.63,) * 50,
)


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> CostsPanel:
    made = CostsPanel()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_mobilenet_v2_shows_the_papers_totals(panel: CostsPanel) -> None:
    panel.show_analysis(analyse(template("mobilenet_v2").build()))
    assert panel.parameters.value.text() == "3\u202f504\u202f872"
    assert panel.macs.value.text() == "301\u202fM"
    assert "300\u202f774\u202f272" in panel.macs.toolTip()
    assert "FLOPs" in panel.macs.note.text()


def test_bars_add_up_to_all_macs_largest_first(panel: CostsPanel) -> None:
    panel.show_analysis(analyse(template("mobilenet_v2").build()))
    values = [bar.value for bar in panel.mac_bars.bars]
    assert sum(values) == 300_774_272
    assert values == sorted(values, reverse=True)
    assert panel.mac_bars.bars[0].label == "Pointwise 1×1"
    assert "Pointwise 1×1" in panel.mac_bars.accessibleDescription()


def test_a_sum_with_unknown_parts_says_so(panel: CostsPanel, sketch: Design) -> None:
    cut = sketch.without_wires(list(sketch.wires)[:1])
    panel.show_analysis(analyse(cut))
    assert "incomplete" in panel.parameters.note.text()


def test_latency_carries_spread_and_conditions(panel: CostsPanel, sketch: Design) -> None:
    panel.show_latency(analyse(sketch), FIGURE, True, "live", "ok")
    assert panel.latency.value.text() == "0.61\u202fms"
    assert panel.latency.note.text() == "±0.02 · cpu×2"
    assert "120 rounds" in panel.latency.toolTip()
    assert "batch 1 · float32" in panel.latency.toolTip()
    assert not panel.latency.is_stale


def test_one_round_has_no_spread(panel: CostsPanel, sketch: Design) -> None:
    warning = "only 1 round fitted into 5 s"
    once = replace(FIGURE, rounds_ms=(51.4,), warning=warning)
    panel.show_latency(analyse(sketch), once, True, "live", "ok")
    assert panel.latency.value.text() == "51.4\u202fms"
    assert panel.latency.note.text() == "1 round · cpu×2 · noisy"


def test_bars_that_sum_to_less_than_the_tile_say_why_and_move_nothing(panel: CostsPanel, sketch: Design) -> None:
    shares = panel.shares
    panel.show_latency(analyse(sketch), None, True, "live", "ok")
    height = shares.sizeHint().height()
    whole = replace(FIGURE, rounds_ms=(51.4,) * 12)
    panel.show_latency(analyse(sketch), whole, True, "live", "ok")
    assert shares.sum.text().startswith("The nodes take 0.500\u202fms together, 50.9\u202fms")
    assert shares.sizeHint().height() == height
    of_block = whole.block((NodeId("expand"),))
    assert of_block is not None
    panel.show_latency(analyse(sketch), of_block, True, "live", "ok")
    assert shares.sum.text() == "", "of a block only its nodes were timed, and the tile says so"


def test_an_old_figure_is_dimmed_and_says_so_to_a_screen_reader(panel: CostsPanel, sketch: Design) -> None:
    panel.show_latency(analyse(sketch), FIGURE, False, "measuring…", "hint")
    assert panel.latency.is_stale
    assert "of an earlier state" in panel.latency.accessibleName()
    panel.show_latency(analyse(sketch), FIGURE, True, "live", "ok")
    assert not panel.latency.is_stale
    assert "of an earlier state" not in panel.latency.accessibleName()


def test_times_are_added_up_by_kind_through_blocks() -> None:
    analysis = analyse(template("mobilenet_v2").build())
    node_ms = {".".join(path): 0.5 for path, node, _ in analysis.primitives() if node.layer.key == "depthwise_conv2d"}
    (share,) = times_by_kind(analysis, node_ms)
    assert (share.title, share.value) == ("Depthwise k×k", 17 * 0.5)  # the network has seventeen bottlenecks


def test_nothing_measured_shows_no_number(panel: CostsPanel, sketch: Design) -> None:
    panel.show_latency(analyse(sketch), None, False, "live", "ok")
    assert panel.latency.value.text() == "–"
    assert panel.time_bars.bars == ()
