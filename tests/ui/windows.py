"""A window for tests: shown, with answers instead of dialogs, and gone afterwards; and what hands do to it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.graph.design import NodeId, PortRef
from designer.layers.registry import lookup
from designer.ui.canvas.dropping import make_mime
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from designer.ui.widgets.ask import Answer

FAKE_WORKER = (sys.executable, str(Path(__file__).with_name("fake_worker.py")))
"""The command of a worker that imports no torch and answers what a job's kind says."""


class Answers:
    """Answers for the questions the window asks, and what it told."""

    def __init__(self) -> None:
        self.open: tuple[Path, ...] = ()
        self.save: Path | None = None
        self.text_answer: str | None = None
        self.changes = Answer.DISCARD
        self.is_sure = True
        self.asked_about: list[str] = []
        self.told: list[tuple[str, str]] = []

    def paths_to_open(self, folder: Path) -> tuple[Path, ...]:
        return self.open

    def path_to_save(self, title: str, suggested: Path, file_filter: str) -> Path | None:
        return self.save

    def folder(self, title: str, present: Path) -> Path | None:
        return self.save

    def path_to_read(self, title: str, folder: Path, endings: tuple[str, ...]) -> Path | None:
        return next(iter(self.open), None)

    def about_changes(self, name: str) -> Answer:
        self.asked_about.append(name)
        return self.changes

    def about_all_changes(self, names: Sequence[str]) -> Answer:
        self.asked_about.append(", ".join(names))
        return self.changes

    def text(self, title: str, question: str, present: str = "") -> str | None:
        self.asked_about.append(title)
        return self.text_answer

    def sure(self, title: str, text: str, verb: str) -> bool:
        self.asked_about.append(title)
        return self.is_sure

    def tell(self, title: str, text: str, details: str = "") -> None:
        self.told.append((title, text))


@contextmanager
def shown_window(
    qtbot: QtBot,
    settings: Settings,
    theme: Theme,
    worker: WorkerClient,
    answers: Answers,
    size: tuple[int, int] = (1280, 800),
) -> Iterator[MainWindow]:
    """A window on screen that is deleted afterwards.

    Without a running loop nobody deletes it: each later test would dress all the windows of the tests before it.
    """
    window = MainWindow(settings, theme, worker, answers)
    window.resize(*size)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    yield window
    answers.changes = Answer.DISCARD
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def press(qtbot: QtBot, window: MainWindow, keys: str) -> None:
    """Press a shortcut where the keyboard is."""
    combination = QKeySequence(keys)[0]  # type: ignore[index]  # Qt's stubs lack it
    target = QApplication.focusWidget() or window
    qtbot.keyPress(target, combination.key(), combination.keyboardModifiers())
    qtbot.keyRelease(target, combination.key(), combination.keyboardModifiers())


def drop(tab: DesignTab, key: str, at: QPoint) -> NodeId:
    """Drag a layer from the palette to a pixel of the canvas and let go; gives the node it became."""
    before = set(tab.shown.design.nodes)
    viewport, mime = tab.canvas.viewport(), make_mime(lookup(key))
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(viewport, QDragEnterEvent(at - QPoint(60, 40), copy, mime, left, none))
    for step in (QPoint(30, 20), QPoint(0, 0)):
        QApplication.sendEvent(viewport, QDragMoveEvent(at - step, copy, mime, left, none))
    QApplication.sendEvent(viewport, QDropEvent(QPointF(at), copy, mime, left, none))
    (added,) = set(tab.shown.design.nodes) - before
    return added


def port_pixel(tab: DesignTab, ref: PortRef) -> QPoint:
    """The pixel a port is at."""
    item, layer = tab.scene.nodes[ref.node], tab.shown.design.nodes[ref.node].layer
    outputs, inputs = ([port.name for port in ports] for ports in (layer.outputs, layer.inputs))
    place = item.output_at(outputs.index(ref.port)) if ref.port in outputs else item.input_at(inputs.index(ref.port))
    return tab.canvas.mapFromScene(place)


def card_pixel(tab: DesignTab, id: NodeId) -> QPoint:
    """A pixel in the middle of a card."""
    return tab.canvas.mapFromScene(tab.scene.nodes[id].sceneBoundingRect().center())


def drag(qtbot: QtBot, tab: DesignTab, start: QPoint, end: QPoint) -> None:
    """Press, move in a few steps, release."""
    viewport = tab.canvas.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        qtbot.mouseMove(viewport, start + (end - start) * step / 5)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=end)


def wire(qtbot: QtBot, tab: DesignTab, source: PortRef, target: PortRef) -> None:
    """Wire port to port with the mouse."""
    drag(qtbot, tab, port_pixel(tab, source), port_pixel(tab, target))
