"""Cost tiles and bars: totals as the analysis says, shares by kind, a figure of an earlier design looks old."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
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
    assert panel.tiles["parameters"].value.text() == "3\u202f504\u202f872"
    assert panel.tiles["macs"].value.text() == "301\u202fM"
    assert "300\u202f774\u202f272" in panel.tiles["macs"].toolTip()
    assert "FLOPs" in panel.tiles["macs"].note.text()


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
    assert "incomplete" in panel.tiles["parameters"].note.text()


def test_latency_carries_spread_and_conditions(panel: CostsPanel, sketch: Design) -> None:
    panel.show_latency(analyse(sketch), FIGURE, True, "live", "ok")
    assert panel.tiles["latency_s"].value.text() == "0.61\u202fms"
    assert panel.tiles["latency_s"].note.text() == "±0.02 · cpu×2"
    assert "120 rounds" in panel.tiles["latency_s"].toolTip()
    assert "batch 1 · float32" in panel.tiles["latency_s"].toolTip()
    assert not panel.tiles["latency_s"].is_stale


def test_one_round_has_no_spread(panel: CostsPanel, sketch: Design) -> None:
    warning = "only 1 round fitted into 5 s"
    once = replace(FIGURE, rounds_ms=(51.4,), warning=warning)
    panel.show_latency(analyse(sketch), once, True, "live", "ok")
    assert panel.tiles["latency_s"].value.text() == "51.4\u202fms"
    assert panel.tiles["latency_s"].note.text() == "1 round · cpu×2 · noisy"


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
    assert panel.tiles["latency_s"].is_stale
    assert "of an earlier state" in panel.tiles["latency_s"].accessibleName()
    panel.show_latency(analyse(sketch), FIGURE, True, "live", "ok")
    assert not panel.tiles["latency_s"].is_stale
    assert "of an earlier state" not in panel.tiles["latency_s"].accessibleName()


def test_times_are_added_up_by_kind_through_blocks() -> None:
    analysis = analyse(template("mobilenet_v2").build())
    node_ms = {".".join(path): 0.5 for path, node, _ in analysis.primitives() if node.layer.key == "depthwise_conv2d"}
    (share,) = times_by_kind(analysis, node_ms)
    assert (share.title, share.value) == ("Depthwise k×k", 17 * 0.5)  # the network has seventeen bottlenecks


def test_nothing_measured_shows_no_number(panel: CostsPanel, sketch: Design) -> None:
    panel.show_latency(analyse(sketch), None, False, "live", "ok")
    assert panel.tiles["latency_s"].value.text() == "–"
    assert panel.time_bars.bars == ()


def ticked(panel: CostsPanel, tile: str, entry: str) -> None:
    """The menu key on a tile, and an entry of what comes."""
    at = panel.tiles[tile].rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, panel.tiles[tile].mapToGlobal(at))
    QApplication.sendEvent(panel.tiles[tile], event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.text() == entry).trigger()
    menu.close()


def test_any_figure_gets_a_tile_and_any_tile_goes(panel: CostsPanel, qtbot: QtBot) -> None:
    analysis = analyse(template("mobilenet_v2").build())
    panel.show_analysis(analysis)
    panel.show_latency(analysis, FIGURE, True, "live", "ok")
    chosen: list[tuple[str, ...]] = []
    panel.figures_chosen.connect(chosen.append)
    ticked(panel, "macs", "FLOPs")
    ticked(panel, "macs", "Time per MAC")
    ticked(panel, "macs", "Parameters")
    assert panel.tiles["flops"].value.text() == "627\u202fM"
    # 0.61 ms by 300 774 272 MACs.
    assert panel.tiles["time_per_mac_s"].value.text() == "2.03\u202fps/MAC"
    assert panel.tiles["latency_s"].value.text() == "0.61\u202fms", "a tile that stays says what it said"
    assert "parameters" not in panel.tiles
    assert set(chosen[-1]) == {"flops", "time_per_mac_s", "parameters"}
    again = CostsPanel()
    qtbot.addWidget(again)
    again.show_figures(chosen[-1])
    assert list(again.tiles) == list(panel.tiles)


def test_a_last_tile_by_itself_has_the_whole_row(panel: CostsPanel) -> None:
    panel.show_figures(("flops",) if len(panel.tiles) % 2 == 0 else ())
    QApplication.processEvents()
    *others, last = panel.tiles.values()
    assert len(others) % 2 == 0
    assert last.width() > others[0].width() + others[1].width()
