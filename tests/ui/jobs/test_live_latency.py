"""Live measuring: after a pause, of valid designs only; a figure of another design is never taken for this one's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from designer.analysis.analysis import analyse
from designer.edit.edits import set_parameter
from designer.graph.design import Design, NodeId
from designer.ui.jobs.live_latency import PAUSE_MS, LiveLatency
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from tests.ui.windows import FAKE_WORKER

pytestmark = pytest.mark.gui


@pytest.fixture
def live(qtbot: QtBot, settings: Settings) -> Iterator[LiveLatency]:
    settings.live = True
    worker = WorkerClient(FAKE_WORKER)
    made = LiveLatency(worker, settings)
    yield made
    worker.stop()


def wider(design: Design, channels: int) -> Design:
    return set_parameter(design, [NodeId("expand")], "out_channels", channels)


def test_a_pause_brings_a_figure(qtbot: QtBot, live: LiveLatency, sketch: Design) -> None:
    live.follow(analyse(sketch))
    assert not live.is_current
    qtbot.waitUntil(lambda: live.is_current, timeout=10_000)
    assert live.shown is not None
    assert live.shown.digest == sketch.digest
    assert live.shown.text == "cpu×2 · batch 1 · float32"


def test_it_says_how_it_stands_with_measuring(qtbot: QtBot, live: LiveLatency, sketch: Design) -> None:
    live.set_live(False)
    live.follow(analyse(sketch))
    assert live.state.words == "not live"
    live.follow(analyse(Design()))
    live.set_live(True)
    assert live.state == ("waits until it is drawn", "todo")
    live.follow(analyse(set_parameter(sketch, [NodeId("depthwise")], "kernel_size", 4)))
    assert live.state == ("waits until it is valid", "warning")
    live.follow(analyse(sketch))
    assert live.state == ("live", "ok")
    live.measure_now()
    assert live.state == ("measuring…", "hint")
    qtbot.waitUntil(lambda: live.is_current, timeout=10_000)
    qtbot.waitUntil(lambda: live.state == ("live", "ok"))


def test_an_edit_makes_the_figure_old_until_its_successor_is_there(
    qtbot: QtBot, live: LiveLatency, sketch: Design
) -> None:
    live.follow(analyse(sketch))
    qtbot.waitUntil(lambda: live.is_current, timeout=10_000)
    edited = wider(sketch, 96)
    live.follow(analyse(edited))
    assert not live.is_current
    assert live.shown is not None
    assert live.shown.digest == sketch.digest
    qtbot.waitUntil(lambda: live.is_current, timeout=10_000)
    assert live.shown.digest == edited.digest


def test_going_back_finds_the_figure_again_at_once(qtbot: QtBot, live: LiveLatency, sketch: Design) -> None:
    live.follow(analyse(sketch))
    qtbot.waitUntil(lambda: live.is_current, timeout=10_000)
    live.follow(analyse(wider(sketch, 96)))
    live.follow(analyse(sketch))
    assert live.is_current


def test_moving_a_node_leaves_the_figure_as_it_is(qtbot: QtBot, live: LiveLatency, sketch: Design) -> None:
    live.follow(analyse(sketch))
    qtbot.waitUntil(lambda: live.is_current, timeout=10_000)
    live.follow(analyse(sketch.renamed("another name")))
    assert live.is_current


def test_an_invalid_design_is_not_measured(qtbot: QtBot, live: LiveLatency, sketch: Design) -> None:
    live.follow(analyse(sketch.without_wires(list(sketch.wires)[:1])))
    assert not live._pause.isActive()
    assert not live.is_running
    live.measure_now()
    assert not live.is_running


def test_editing_without_a_pause_measures_nothing(
    live: LiveLatency, sketch: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert live._pause.interval() == PAUSE_MS
    assert live._pause.isSingleShot()
    begun: list[str] = []
    monkeypatch.setattr(live._pause, "start", lambda: begun.append(live._digest))
    designs = [wider(sketch, channels) for channels in range(100, 108)]
    for design in designs:
        live.follow(analyse(design))
        assert not live.is_running
    assert begun == [design.digest for design in designs], "each edit begins the pause anew"


def test_switched_off_it_measures_only_when_told(qtbot: QtBot, live: LiveLatency, sketch: Design) -> None:
    live.set_live(False)
    live.follow(analyse(sketch))
    assert not live._pause.isActive()
    assert live.shown is None
    live.measure_now()
    assert live.is_running
    qtbot.waitUntil(lambda: live.is_current, timeout=10_000)


def test_other_conditions_make_the_figure_old(
    qtbot: QtBot, live: LiveLatency, settings: Settings, sketch: Design
) -> None:
    live.set_live(False)
    live.follow(analyse(sketch))
    live.measure_now()
    qtbot.waitUntil(lambda: live.is_current, timeout=10_000)
    settings.measuring = replace(settings.measuring, batch=8)
    live.conditions_changed()
    assert not live.is_current
    assert live.shown is not None


def test_another_tab_does_not_show_this_ones_figure(qtbot: QtBot, live: LiveLatency, sketch: Design) -> None:
    live.follow(analyse(sketch))
    qtbot.waitUntil(lambda: live.is_current, timeout=10_000)
    live.follow(analyse(wider(sketch, 8)), is_other_design=True)
    assert live.shown is None


def test_a_failed_measurement_is_told_and_not_tried_again_by_itself(
    qtbot: QtBot, live: LiveLatency, sketch: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_WORKER", "out of memory")
    failures: list[object] = []
    live.failed.connect(failures.append)
    live.follow(analyse(sketch))
    qtbot.waitUntil(lambda: bool(failures), timeout=10_000)
    assert not live._pause.isActive()
    assert len(failures) == 1
    assert not live.is_running
