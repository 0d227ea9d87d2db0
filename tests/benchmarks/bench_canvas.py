"""The canvas at 1400×900 on an offscreen raster: open, pan, zoom step, drag at 1:1, repaint and drag at fit-all.

Hand movements are mouse and wheel events on the viewport, timed until the last pixel they cause is painted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import cycle

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from designer.edit.document import Document
from designer.edit.layout import tidy
from designer.graph.design import Design
from designer.ui.canvas.scene import CanvasScene
from designer.ui.canvas.view import CanvasView
from designer.ui.look import theme
from designer.ui.workbench.document_bridge import DocumentBridge
from tests.benchmarks.designs import bottlenecks
from tests.benchmarks.pairs import Subject, time_alone
from tests.benchmarks.rows import Duration, Row

FRAME_S = 0.016
SIZES = (170, 2_000, 10_000)


class Canvas:
    """A shown canvas and what a hand does to it, each movement until it is painted."""

    def __init__(self, design: Design) -> None:
        self.app = QApplication.instance() or QApplication([])
        theme.apply(QApplication.instance(), theme.DARK)  # type: ignore[arg-type]  # it is one, we have just made it
        self.bridge = DocumentBridge(Document(design))
        self.view = CanvasView(CanvasScene(self.bridge))
        self.view.resize(1400, 900)
        self.view.show()
        QApplication.processEvents()

    def at_actual_size(self) -> None:
        """Scale 1, the middle of the design in the middle."""
        self.view.zoom_by(1.0 / self.view.scale_now)
        middle = list(self.view.canvas.nodes.values())[len(self.view.canvas.nodes) // 2]
        self.view.look_at(middle.card_rect.center())
        QApplication.processEvents()

    def at_fit_all(self) -> None:
        """Everything on screen."""
        self.view.fit_all()
        QApplication.processEvents()

    def repaint(self) -> None:
        """Paint every pixel anew."""
        self.view.viewport().repaint()

    def panning(self) -> Callable[[], None]:
        """Steps of a middle drag."""
        start = QPoint(700, 450)
        self._mouse(QEvent.Type.MouseButtonPress, start, Qt.MouseButton.MiddleButton)
        places = cycle([start + QPoint(18 * step, 7 * step) for step in (1, 2, 3, 2, 1, 0)])

        def step() -> None:
            self._mouse(QEvent.Type.MouseMove, next(places), Qt.MouseButton.MiddleButton)
            QApplication.processEvents()

        return step

    def zooming(self) -> Callable[[], None]:
        """Notches of the wheel, in and out in turns."""
        turns = cycle((1, -1))

        def step() -> None:
            at = QPointF(700, 450)
            event = QWheelEvent(
                at,
                at,
                QPoint(),
                QPoint(0, 120 * next(turns)),
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            QApplication.sendEvent(self.view.viewport(), event)
            QApplication.processEvents()

        return step

    def dragging(self) -> Callable[[], None]:
        """Steps of a drag of the card nearest to the middle of the view."""
        centre = self.view.visible_area().center()
        items = self.view.visible_nodes()
        item = min(items, key=lambda each: (each.card_rect.center() - centre).manhattanLength())
        start = self.view.mapFromScene(item.card_rect.center() + QPointF(0, 12))
        self._mouse(QEvent.Type.MouseButtonPress, start, Qt.MouseButton.LeftButton)
        places = cycle([start + QPoint(17 * step, 11 * step) for step in (1, 2, 3, 2)])

        def step() -> None:
            self._mouse(QEvent.Type.MouseMove, next(places), Qt.MouseButton.LeftButton)
            QApplication.processEvents()

        return step

    def let_go(self) -> None:
        """End a movement and leave the design as it was."""
        self.view.cancel_gesture()
        QApplication.processEvents()

    def close(self) -> None:
        """End."""
        self.view.close()
        self.bridge.end()

    def _mouse(self, kind: QEvent.Type, at: QPoint, button: Qt.MouseButton) -> None:
        place, everywhere = QPointF(at), QPointF(self.view.viewport().mapToGlobal(at))
        pressed = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else button
        keys = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(self.view.viewport(), QMouseEvent(kind, place, everywhere, pressed, button, keys))


def rows(rounds: int) -> Iterator[Row]:
    """All movements at three sizes."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for nodes in SIZES if rounds > 1 else SIZES[:-1]:
        design = tidy(bottlenecks(nodes))
        canvas = Canvas(design)
        another = _scene_of(canvas)
        yield Duration(f"{nodes} nodes: a scene of them", time_alone(another, min(rounds, 3)))
        if another.prepare is not None:
            another.prepare()
        canvas.at_actual_size()
        yield Duration(f"{nodes} nodes: repaint at 1:1", time_alone(Subject(canvas.repaint), rounds), FRAME_S)
        for name, movement in (("pan", canvas.panning), ("drag", canvas.dragging), ("zoom step", canvas.zooming)):
            yield Duration(f"{nodes} nodes: {name} at 1:1", time_alone(Subject(movement()), rounds), FRAME_S)
            canvas.let_go()
        canvas.at_fit_all()
        fit_goal_s = 0.033 if nodes > 2_000 else FRAME_S
        yield Duration(f"{nodes} nodes: repaint at fit-all", time_alone(Subject(canvas.repaint), rounds), fit_goal_s)
        yield Duration(f"{nodes} nodes: drag at fit-all", time_alone(Subject(canvas.dragging()), rounds), fit_goal_s)
        canvas.let_go()
        zoom = Subject(canvas.zooming())
        yield Duration(f"{nodes} nodes: zoom step at fit-all", time_alone(zoom, rounds), fit_goal_s)
        canvas.close()


def _scene_of(canvas: Canvas) -> Subject:
    made: list[CanvasScene] = []

    def gone() -> None:
        """Without the one before: it would follow the bridge as well."""
        while made:
            made.pop().deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    return Subject(lambda: made.append(CanvasScene(canvas.bridge)), gone)
