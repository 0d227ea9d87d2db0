"""Hands that know nothing: clicks, drags, wheels and keys at random on the real window, offscreen, from a seed.

After each piece of it the design must save and load as it is, and nothing may have been raised on the way.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import traceback
from pathlib import Path
from random import Random
from types import TracebackType

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from designer.files.design_json import dumps, loads
from designer.templates.networks import template
from designer.ui.actions.table import ACTIONS as EVERY_ACTION
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Choice, Theme
from designer.ui.shell.main_window import MainWindow
from tests.ui.windows import FAKE_WORKER, Answers

NONE, SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
KEYS = (
    *((getattr(Qt.Key, f"Key_{letter}"), NONE) for letter in "MFWAGXCVZ"),
    *((getattr(Qt.Key, f"Key_{letter}"), CTRL) for letter in "ZZZYGACVXDEFTL"),
    *(
        (getattr(Qt.Key, f"Key_{word}"), NONE)
        for word in ["Delete", "Tab", "Escape", "Return", "Left", "Right", "Up", "F2", "F7"]
    ),
    (Qt.Key.Key_Z, CTRL | SHIFT),
    (Qt.Key.Key_G, CTRL | SHIFT),
    (Qt.Key.Key_A, SHIFT),
    (Qt.Key.Key_Tab, CTRL),
)
LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton


class Monkey:
    """One window and hands on it.

    Args:
        source: Of chance.
        folder: For settings.
    """

    def __init__(self, source: Random, folder: Path) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.source = source
        self.faults: list[str] = []
        self.done: list[str] = []
        settings = Settings(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat))
        settings.live = False
        self.window = MainWindow(settings, Theme(app, Choice.LIGHT), WorkerClient(FAKE_WORKER), Answers())
        self.window.resize(1280, 800)
        self.window.show()
        for key in ("bottleneck", "mobilenet_v2"):
            self.window.bench.open_design(template(key).build())
        self._hook, sys.excepthook = sys.excepthook, self._raised

    def _raised(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        said = "".join(traceback.format_exception(kind, error, trace))
        self.faults.append(f"after {', '.join(self.done[-6:])}:\n{said}")

    def act(self) -> None:
        """Do one thing, and see that nothing is lost."""
        action = self.source.choice(ACTIONS)
        self.done.append(action.__name__.strip("_"))
        action(self)
        QApplication.processEvents()
        tab = self.window.bench.tab
        if tab is not None and self.source.random() < 0.1:
            design = tab.document.committed_design
            if loads(dumps(design)) != design:
                self.faults.append(f"after {', '.join(self.done[-6:])}: the design does not save as it is")
        self._close_what_opened()

    def _close_what_opened(self) -> None:
        menu = QApplication.activePopupWidget()
        if menu is not None:
            if isinstance(menu, QMenu) and self.source.random() < 0.3:
                self._choose(menu)
            menu.close()
        for dialog in self.window.findChildren(QDialog):
            if dialog.isVisible() and self.source.random() < 0.5:
                dialog.reject()
        if not self.window.bench.tabs:
            self.window.bench.open_design(template("bottleneck").build())

    def _choose(self, menu: QMenu) -> None:
        """Trigger an entry, but those that leave the window."""
        entries = [each for each in menu.actions() if each.isEnabled() and not each.menu() and not each.isSeparator()]
        entries = [each for each in entries if not any(word in each.text() for word in ("uit", "rint", "ull screen"))]
        if entries:
            self.done.append(self.source.choice(entries).text())
            self.source.choice(entries).trigger()

    def end(self) -> None:
        """Leave."""
        sys.excepthook = self._hook
        self.window.worker.stop()
        for tab in list(self.window.bench.tabs):
            tab.document.mark_saved()
        self.window.hide()
        self.window.deleteLater()
        QApplication.processEvents()

    # What hands do ---------------------------------------------------------------------------------------------------

    def _somewhere(self) -> tuple[QWidget, QPoint] | None:
        tab = self.window.bench.tab
        if tab is None:
            return None
        view = tab.canvas.viewport()
        if self.source.random() < 0.6 and tab.scene.nodes:
            item = self.source.choice(list(tab.scene.nodes.values()))
            spread = QPointF(self.source.uniform(-10, 170), self.source.uniform(-10, 90))
            at = tab.canvas.mapFromScene(item.scenePos() + spread)
            if view.rect().contains(at):
                return view, at
        return view, QPoint(self.source.randrange(view.width()), self.source.randrange(view.height()))

    def _modifiers(self) -> Qt.KeyboardModifier:
        return self.source.choice((NONE, NONE, NONE, SHIFT, CTRL, ALT))

    def click(self) -> None:
        """On the canvas."""
        if (place := self._somewhere()) is not None:
            QTest.mouseClick(place[0], LEFT, self._modifiers(), place[1])

    def double_click(self) -> None:
        """On the canvas."""
        if (place := self._somewhere()) is not None:
            QTest.mouseDClick(place[0], LEFT, NONE, place[1])

    def right_click(self) -> None:
        """On the canvas, and perhaps something of the menu."""
        if (place := self._somewhere()) is not None:
            QTest.mouseClick(place[0], RIGHT, NONE, place[1])

    def drag(self) -> None:
        """From somewhere to somewhere, perhaps left by Escape."""
        begin, end = self._somewhere(), self._somewhere()
        if begin is None or end is None:
            return
        button, held = self.source.choice((LEFT, LEFT, LEFT, MIDDLE)), self._modifiers()
        QTest.mousePress(begin[0], button, held, begin[1])
        for step in range(1, 5):
            QTest.mouseMove(begin[0], begin[1] + (end[1] - begin[1]) * (step / 4))
            QApplication.processEvents()
        if self.source.random() < 0.15:
            QTest.keyClick(begin[0], Qt.Key.Key_Escape)
        QTest.mouseRelease(begin[0], button, held, end[1])

    def wheel(self) -> None:
        """Over the canvas."""
        if (place := self._somewhere()) is None:
            return
        at = QPointF(place[1])
        turn = QPoint(self.source.choice((0, 0, 40)), self.source.choice((-240, -120, -7, 7, 120, 240)))
        event = QWheelEvent(
            at, QPointF(place[0].mapToGlobal(place[1])), QPoint(), turn, Qt.MouseButton.NoButton, self._modifiers(),
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(place[0], event)

    def key(self) -> None:
        """Where the keyboard is, or on the canvas."""
        tab = self.window.bench.tab
        target = QApplication.focusWidget() if self.source.random() < 0.3 else tab.canvas if tab is not None else None
        key, held = self.source.choice(KEYS)
        QTest.keyClick(target or self.window, key, held)

    def action(self) -> None:
        """Something of the menus, but what leaves the window."""
        names = [each.id for each in EVERY_ACTION if each.id not in ("quit", "print", "full_screen")]
        view = self.window.views[self.source.choice(names)]
        self.done.append(view.text())
        if view.isEnabled():
            view.trigger()

    def type_in(self) -> None:
        """Letters and figures into whatever field has the keyboard."""
        target = QApplication.focusWidget()
        if target is not None:
            QTest.keyClicks(target, self.source.choice(("6", "48", "relu", "-1", "1e9", "add", "   ", "9" * 12)))
            QTest.keyClick(target, self.source.choice((Qt.Key.Key_Return, Qt.Key.Key_Escape)))


ACTIONS = (
    Monkey.click,
    Monkey.click,
    Monkey.double_click,
    Monkey.right_click,
    Monkey.right_click,
    Monkey.drag,
    Monkey.drag,
    Monkey.wheel,
    Monkey.key,
    Monkey.key,
    Monkey.key,
    Monkey.action,
    Monkey.type_in,
)


def run(seconds: float, seed: int = 0) -> tuple[int, list[str]]:
    """Play for so long; gives how much was done and what went wrong."""
    app = QApplication.instance() or QApplication([])
    acts = 0
    with tempfile.TemporaryDirectory() as folder:
        monkey = Monkey(Random(seed), Path(folder))
        end = time.monotonic() + seconds
        while time.monotonic() < end and len(monkey.faults) < 20:
            try:
                monkey.act()
            except Exception:  # noqa: BLE001  # what is raised straight into the hand is a fault like any other
                monkey.faults.append(f"after {', '.join(monkey.done[-6:])}:\n{traceback.format_exc()}")
            acts += 1
        monkey.end()
    del app
    return acts, monkey.faults


def main() -> int:
    """Run by hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    acts, faults = run(options.seconds, options.seed)
    print(*faults, sep="\n")
    print(f"{acts} things done in {options.seconds:g} s: {len(faults)} went wrong")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
