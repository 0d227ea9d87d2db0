"""How late the window's event loop is while the worker measures MobileNetV2 on all cores: a 10 ms timer's lateness."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.rows import Lateness, MissingPeer, Row, installed

TICK_MS = 10
MEASURE_S = 12.0
START_S = 60.0


def rows(rounds: int) -> Iterator[Row]:
    """The window idle, and while its worker measures."""
    if installed("torch") is None:
        yield MissingPeer("event loop while measuring", "torch")
        return
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from designer.templates.networks import template
    from designer.ui.look.settings import Settings
    from designer.ui.look.theme import Theme
    from designer.ui.shell.main_window import MainWindow

    application = QApplication([])
    with TemporaryDirectory() as folder:
        settings = Settings(QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat))
        settings.live = False
        window = MainWindow(settings, Theme(application))
        window.show()
        window.bench.open_design(template("mobilenet_v2").build())
        window.worker.start()
        _until(lambda: window.worker.conditions is not None, START_S)
        seconds = min(MEASURE_S, 2.0 * rounds)
        yield _lateness("window's event loop, nothing measured", lambda: True, seconds / 4)
        window.bench.measure()
        running = window.bench.latency

        def goes_on() -> bool:
            if not running.is_running:
                window.bench.measure()
            return True

        yield _lateness("window's event loop while the worker measures MobileNetV2", goes_on, seconds)
        window.worker.stop()


def _until(is_so: Callable[[], bool], limit_s: float) -> None:
    from PySide6.QtWidgets import QApplication

    end = time.perf_counter() + limit_s
    while not is_so() and time.perf_counter() < end:
        QApplication.processEvents()
        time.sleep(0.01)


def _lateness(what: str, goes_on: Callable[[], object], seconds: float) -> Lateness:
    from PySide6.QtCore import QEventLoop, Qt, QTimer

    late: list[float] = []
    last = time.perf_counter()
    loop = QEventLoop()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        late.append(max(0.0, now - last - TICK_MS / 1000))
        last = now
        goes_on()

    timer = QTimer(interval=TICK_MS)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    timer.start()
    loop.exec()
    timer.stop()
    ordered = sorted(late[5:])
    return Lateness(what, ordered[int(0.95 * len(ordered))], ordered[-1], len(ordered), 0.010, 0.050)
