"""From the start of the process to a window that shows MobileNetV2, against ``import torch`` alone.

The window is shown on the platform that QT_QPA_PLATFORM names (offscreen where there is no display), with settings of
its own. Timed is the start of the interpreter to the line that each process prints; ending it is off the clock.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from designer.files.design_json import save
from tests.benchmarks.designs import mobilenet_v2
from tests.benchmarks.pairs import Subject, time_pairs
from tests.benchmarks.rows import Comparison, MissingPeer, Row, installed

ROOT = Path(__file__).resolve().parents[2]

# The program's own boot, but for the event loop: this one ends once the window is exposed and painted.
SHOW = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from designer.ui.shell import application

def until_visible(*_):
    app = QApplication.instance()
    while not any(w.windowHandle() and w.windowHandle().isExposed() for w in app.topLevelWidgets()):
        app.processEvents()
    app.processEvents()
    print("there", flush=True)
    for window in app.topLevelWidgets():
        window.close()
    return 0

QApplication.exec = until_visible
sys.exit(application.run([Path(sys.argv[1])]))
"""
IMPORT = "import torch; print('there', flush=True)"


class Starter:
    """Starts one process at a time and waits for its line."""

    def __init__(self, folder: Path) -> None:
        self._environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            self._environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        self._running: subprocess.Popen[str] | None = None

    def subject(self, code: str, *arguments: str) -> Subject:
        """A process that runs the code, timed to its line."""
        return Subject(self._start(code, arguments), self.finish)

    def _start(self, code: str, arguments: tuple[str, ...]) -> Callable[[], object]:
        def start() -> None:
            self._running = subprocess.Popen(
                [sys.executable, "-c", code, *arguments],
                cwd=ROOT,
                env=self._environment,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert self._running.stdout is not None
            line = self._running.stdout.readline()
            if line != "there\n":
                raise RuntimeError(f"the process ended before its line: {line!r}")

        return start

    def finish(self) -> None:
        """Wait until the process has ended, so that it does not disturb the next."""
        if self._running is not None:
            self._running.communicate(timeout=60)
            self._running = None


def rows(rounds: int) -> Iterator[Row]:
    """The window with MobileNetV2 in it."""
    what, peer = "start to a window that shows MobileNetV2", installed("torch")
    if peer is None:
        yield MissingPeer(what, "torch")
        return
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "mobilenet_v2.design.json"
        save(mobilenet_v2(), path)
        starter = Starter(folder)
        times = time_pairs(starter.subject(SHOW, str(path)), starter.subject(IMPORT), rounds)
        starter.finish()
    yield Comparison(what, f"import torch, {peer}", times, 1.0)
