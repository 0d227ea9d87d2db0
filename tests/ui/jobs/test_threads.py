"""What threads send to a window that may be gone."""

from __future__ import annotations

import subprocess
import sys
from threading import Event
from typing import Any

import pytest
from PySide6.QtCore import QObject, QThreadPool, Signal
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from designer.analysis.analysis import analyse
from designer.edit.document import Command, Document
from designer.edit.edits import set_parameter
from designer.graph.design import NodeId
from designer.ui.jobs.threads import unless_gone
from designer.ui.workbench import document_bridge
from designer.ui.workbench.document_bridge import DocumentBridge
from tests.benchmarks.designs import bottlenecks

pytestmark = pytest.mark.gui


class Answer(QObject):
    ready = Signal(int)


def test_an_answer_reaches_whoever_is_there(qtbot: QtBot) -> None:
    answer = Answer()
    with qtbot.waitSignal(answer.ready) as blocker, unless_gone(answer):
        answer.ready.emit(3)
    assert blocker.args == [3]


def test_nothing_is_raised_where_nobody_is_left(qtbot: QtBot) -> None:
    answer = Answer()
    bound = answer.ready
    delete(answer)
    with unless_gone(answer):
        bound.emit(3)
    with unless_gone(answer):
        answer.ready.emit(3)


def test_an_error_of_another_kind_is_not_swallowed(qtbot: QtBot) -> None:
    answer = Answer()
    with pytest.raises(RuntimeError, match="of the counting"), unless_gone(answer):
        raise RuntimeError("of the counting")


ENDED = """
import threading
from PySide6.QtWidgets import QApplication
from designer.charts.chart import Axis, Chart, Ink, Spot
from designer.ui.charts import chart_view

begun, gone = threading.Event(), threading.Event()

def slowly(name):
    begun.set()
    gone.wait(20)

chart_view.import_module = slowly
application = QApplication([])
view = chart_view.ChartView(None)
view.show_chart(Chart("Latency", Axis("MACs"), Axis("Latency", "s"), (Spot("A", 10, 1.0, Ink.ERROR),)))
view.show()
while not begun.is_set():
    application.processEvents()
application.shutdown()
gone.set()
for thread in threading.enumerate():
    if thread is not threading.main_thread():
        thread.join(20)
print("ended")
"""


def test_a_window_closed_while_charts_are_being_loaded_ends_without_a_word() -> None:
    done = subprocess.run([sys.executable, "-c", ENDED], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "ended"
    assert "Traceback" not in done.stderr


def test_an_analysis_that_nobody_waits_for_raises_nothing(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    document = Document(bottlenecks(2 * document_bridge.AT_ONCE))
    bridge = DocumentBridge(document)
    begun, gone = Event(), Event()

    def slowly(*given: Any) -> Any:
        begun.set()
        gone.wait(20)
        return analyse(*given)

    monkeypatch.setattr(document_bridge, "analyse", slowly)
    with qtbot.captureExceptions() as caught:
        document.apply(Command("Widen", lambda design: set_parameter(design, [NodeId("expand_3")], "out_channels", 96)))
        assert begun.wait(20)
        for waiting in bridge.children():
            if not isinstance(waiting, QThreadPool):
                delete(waiting)
        gone.set()
        bridge.end()
    assert caught == []
