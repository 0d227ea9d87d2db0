"""What starting loads: the window no PyTorch, the library nothing heavy, the worker no Qt; and Qt keeps references."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
QT = {"PySide6", "shiboken6"}
TENSORS = {"torch", "numpy", "onnx", "onnxruntime"}
GRAPHS = {"networkx", "fast_sugiyama"}
PAGES = {"jinja2", "markupsafe"}

STARTS = [
    pytest.param("designer", QT | TENSORS | GRAPHS | PAGES, id="library"),
    pytest.param("designer.__main__", QT | TENSORS | GRAPHS | PAGES, id="command line"),
    pytest.param("designer.analysis.analysis", QT | TENSORS | GRAPHS, id="analysis"),
    pytest.param("designer.templates.networks", QT | TENSORS, id="templates"),
    pytest.param("designer.files.design_json", QT | TENSORS, id="files"),
    pytest.param("designer.ui.shell.application", QT | TENSORS | PAGES, id="boot, before it asks for Qt's libraries"),
    pytest.param("designer.ui.shell.main_window", TENSORS | PAGES, id="window"),
    pytest.param("designer.export.report", QT | TENSORS | PAGES, id="report, before one is written"),
    pytest.param("designer.worker.__main__", QT, id="worker"),
]


def loaded_by(module: str) -> set[str]:
    """Top-level names of the modules that a fresh interpreter holds after importing one."""
    code = f"import {module}, json, sys; print(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return set(json.loads(finished.stdout))


@pytest.mark.parametrize(("module", "heavy"), STARTS)
def test_starting_loads_nothing_it_need_not(module, heavy):
    loaded = loaded_by(module)

    assert "designer" in loaded
    assert loaded & heavy == set()


@pytest.mark.gui
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None and True are immortal from Python 3.12 on")
def test_qt_keeps_the_references_it_borrows(qtbot):
    from PySide6.QtCore import QObject, Signal
    from PySide6.QtWidgets import QWidget

    class Sender(QObject):
        sent = Signal()

    calls = 1000
    widget, sender = QWidget(), Sender()
    qtbot.addWidget(widget)
    nones, trues = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(calls):
        widget.update()
        sender.sent.emit()

    # A build that drops one reference a call would be short by the number of calls; other code moves it by a few.
    assert sys.getrefcount(None) > nones - calls // 2
    assert sys.getrefcount(True) > trues - calls // 2
