"""The bridge: changes and analyses as signals, at once where they are small, from a thread where they are large."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from designer.analysis.analysis import Analysis, analyse
from designer.edit.document import Command, Document
from designer.edit.edits import delete, move, set_parameter
from designer.graph.design import Design, NodeId, Point
from designer.graph.difference import Difference
from designer.templates.networks import template
from designer.ui.workbench import document_bridge
from designer.ui.workbench.document_bridge import AT_ONCE, DocumentBridge
from tests.benchmarks.designs import bottlenecks

pytestmark = pytest.mark.gui


class Ear:
    """Hears a bridge."""

    def __init__(self, bridge: DocumentBridge) -> None:
        self.changes: list[Difference] = []
        self.analyses: list[Analysis] = []
        self.stale = 0
        bridge.design_changed.connect(self.changes.append)
        bridge.analysed.connect(self.analyses.append)
        bridge.stale.connect(self._count)

    def _count(self) -> None:
        self.stale += 1


def widen(design: Design, channels: int = 96) -> Design:
    return set_parameter(design, [NodeId("expand")], "out_channels", channels)


def widen_third(design: Design, channels: int) -> Design:
    return set_parameter(design, [NodeId("expand_3")], "out_channels", channels)


def test_a_small_change_is_known_in_the_same_event(qtbot: QtBot) -> None:
    document = Document(template("bottleneck").build())
    bridge = DocumentBridge(document)
    ear = Ear(bridge)
    document.apply(Command("Widen", widen))
    assert [node.id for _, node in ear.changes[0].changed_nodes] == ["expand"]
    assert ear.analyses[-1].design is document.design
    assert ear.analyses[-1].totals == analyse(document.design).totals
    assert ear.stale == 0
    assert not bridge.is_stale


def test_previews_and_their_end_are_told(qtbot: QtBot) -> None:
    document = Document(template("bottleneck").build())
    bridge = DocumentBridge(document)
    ear = Ear(bridge)
    document.preview(widen)
    assert bridge.analysis.design is document.design
    document.cancel_preview()
    assert len(ear.changes) == 2
    assert bridge.analysis.totals == analyse(document.committed_design).totals
    assert document.history == ()


def test_a_closed_bridge_hears_nothing(qtbot: QtBot) -> None:
    document = Document(template("bottleneck").build())
    bridge = DocumentBridge(document)
    ear = Ear(bridge)
    bridge.end()
    document.apply(Command("Widen", widen))
    assert ear.changes == []


def test_a_large_change_is_analysed_aside_and_looks_stale_meanwhile(qtbot: QtBot) -> None:
    document = Document(bottlenecks(AT_ONCE + 200))
    bridge = DocumentBridge(document)
    ear = Ear(bridge)
    with qtbot.waitSignal(bridge.analysed, timeout=20_000):
        document.apply(Command("Widen", lambda d: set_parameter(d, [NodeId("expand_3")], "out_channels", 96)))
        assert bridge.is_stale
        assert ear.stale == 1
        assert ear.analyses == []
    assert ear.analyses[-1].design is document.design
    assert ear.analyses[-1].totals == analyse(document.design).totals


def test_of_a_run_of_large_changes_the_last_one_is_published(qtbot: QtBot) -> None:
    document = Document(bottlenecks(AT_ONCE + 200))
    bridge = DocumentBridge(document)
    ear = Ear(bridge)
    with qtbot.waitSignal(bridge.analysed, timeout=20_000):
        for channels in (40, 50, 60, 70):
            document.apply(Command("Widen", partial(widen_third, channels=channels)))
    qtbot.waitUntil(lambda: not bridge.is_stale, timeout=20_000)
    assert all(found.design is document.design for found in ear.analyses), "nothing of an earlier state is published"
    expected = analyse(document.design)
    assert bridge.analysis.totals == expected.totals


def test_moving_nodes_of_a_large_design_never_waits(qtbot: QtBot) -> None:
    document = Document(bottlenecks(AT_ONCE + 200))
    bridge = DocumentBridge(document)
    ear = Ear(bridge)
    document.apply(Command("Move", lambda d: move(d, {NodeId("expand_3"): Point(5, 5)})))
    assert ear.stale == 0
    assert bridge.analysis.design is document.design


def test_the_event_loop_keeps_running_while_a_large_design_is_analysed(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The analysis waits for the loop's timer: were the loop standing still, it would wait in vain."""
    document = Document(bottlenecks(AT_ONCE + 200))
    bridge = DocumentBridge(document)
    ticked = threading.Event()
    came: list[bool] = []

    def patient(*given: Any) -> Analysis:
        came.append(ticked.wait(30.0))
        return analyse(*given)

    monkeypatch.setattr(document_bridge, "analyse", patient)
    timer = QTimer()
    timer.timeout.connect(ticked.set)
    with qtbot.waitSignal(bridge.analysed, timeout=60_000):
        document.apply(Command("Delete", lambda d: delete(d, [NodeId("filter_relu_2")])))
        timer.start(1)
    assert came == [True]
    assert bridge.analysis.design is document.design


def test_wait_makes_it_known_now(qtbot: QtBot) -> None:
    document = Document(bottlenecks(AT_ONCE + 200))
    bridge = DocumentBridge(document)
    document.apply(Command("Delete", lambda d: delete(d, [NodeId("filter_2")])))
    assert bridge.is_stale
    bridge.wait()
    assert not bridge.is_stale
    assert bridge.analysis.totals == analyse(document.design).totals
