"""The whole window: a file opened until it is drawn, an edit until everything on screen follows, blocks, memory."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from designer.edit.document import Command
from designer.edit.edits import set_parameter
from designer.edit.grouping import group
from designer.edit.layout import tidy
from designer.files.design_json import save
from designer.graph.design import Design, NodeId
from tests.benchmarks.designs import bottlenecks, mobilenet_v2
from tests.benchmarks.pairs import Subject, time_alone
from tests.benchmarks.rows import Duration, Row, Size

if TYPE_CHECKING:
    from designer.ui.shell.main_window import MainWindow
    from designer.ui.views.design_tab import DesignTab

EDITS = 1000
FRAME_S = 0.016
BLOCK_GOAL_S = 0.5
STATUS = Path("/proc/self/statm")


def rows(rounds: int) -> Iterator[Row]:
    """MobileNetV2 first; then as many nodes as a person may draw."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from designer.ui.look.settings import Settings
    from designer.ui.look.theme import Theme
    from designer.ui.shell.main_window import MainWindow

    application = QApplication([])
    with TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat))
        settings.live = False
        window = MainWindow(settings, Theme(application))
        window.resize(1400, 900)
        window.show()
        yield _opening(window, folder, rounds)
        tab = window.bench.open_design(mobilenet_v2())
        yield Duration(
            "edit of a bottleneck's expansion in MobileNetV2, until everything on screen follows",
            time_alone(Subject(_editing(tab, NodeId("bottleneck_3"), "expansion", (4, 6))), rounds),
            FRAME_S,
        )
        yield from _memory(tab, rounds)
        for nodes in (2000, 10_000) if rounds > 1 else (2000,):
            yield from _large(window, nodes, max(3, rounds // 6))
        window.worker.stop()


def _opening(window: MainWindow, folder: Path, rounds: int) -> Row:
    path = folder / "mobilenet_v2.design.json"
    save(mobilenet_v2(), path)

    def close() -> None:
        for tab in window.bench.tabs:
            window.bench.close_page(tab)
        _settle()

    def open_it() -> None:
        window.bench.open_path(path)
        _drawn()

    times = time_alone(Subject(open_it, close), max(3, rounds // 3))
    return Duration("a saved MobileNetV2 opened, until it is drawn", times, 0.15)


def _editing(tab: DesignTab, id: NodeId, name: str, values: tuple[object, ...]) -> Callable[[], None]:
    """An edit, and the wait until its numbers are there and painted."""
    turn = cycle(values)

    def edit() -> None:
        value = next(turn)
        tab.document.apply(Command("Edit", lambda design: set_parameter(design, [id], name, value)))
        while tab.bridge.is_stale:
            _settle()
        _drawn()

    return edit


def _memory(tab: DesignTab, rounds: int) -> Iterator[Row]:
    if not STATUS.exists():
        return
    yield Size("the window's process with MobileNetV2 open", _resident(), 250_000_000)
    edit = _editing(tab, NodeId("bottleneck_3"), "expansion", (4, 6))
    count = EDITS if rounds > 1 else 50
    for _ in range(count):  # the first ones fill what is remembered: undo steps, layers
        edit()
    before = _resident()
    for _ in range(count):
        edit()
    yield Size(f"its growth over {count} more edits", max(0, _resident() - before), None)


def _resident() -> int:
    gc.collect()
    return int(STATUS.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _large(window: MainWindow, nodes: int, rounds: int) -> Iterator[Row]:
    design = _with_a_group(tidy(bottlenecks(nodes)))
    tab = window.bench.open_design(design)
    _drawn()
    yield Duration(
        f"edit of a kernel's size at {nodes} nodes, until everything on screen follows",
        time_alone(Subject(_editing(tab, NodeId("filter_9"), "kernel_size", (3, 5))), rounds),
    )

    def go_in() -> None:
        tab.walking.enter(NodeId("group_1"))
        _drawn()

    def come_out() -> None:
        tab.walking.leave()
        _drawn()

    yield Duration(f"into a block at {nodes} nodes", time_alone(Subject(go_in, come_out), rounds), BLOCK_GOAL_S)
    go_in()
    yield Duration(f"out of it again at {nodes} nodes", time_alone(Subject(come_out, go_in), rounds), BLOCK_GOAL_S)
    tab.document.mark_saved()  # or closing would ask
    window.bench.close_page(tab)


def _with_a_group(design: Design) -> Design:
    return group(design, [NodeId("expand_1"), NodeId("expand_norm_1"), NodeId("expand_relu_1")])[0]


def _settle() -> None:
    from PySide6.QtWidgets import QApplication

    QApplication.processEvents()


def _drawn() -> None:
    """Until nothing waits to be painted: what was asked for is painted when events are handled."""
    _settle()
    _settle()
