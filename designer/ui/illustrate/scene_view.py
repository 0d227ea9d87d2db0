"""A scene on screen: pointed at, clicked, walked step by step, and scrubbed on the numbers that stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from designer.illustration.knob import Knob, Quantity
from designer.illustration.palette import DARK, LIGHT, Ink, Palette
from designer.illustration.scene import Part, Scene, Words
from designer.ui.illustrate.painting import handle_box, paint_scene
from designer.ui.look.theme import tokens
from designer.ui.shell.plain_tips import plain_tip
from designer.ui.widgets.accessibility import announce, describe

PIXELS_A_STEP, PIXELS_A_CHOICE = 9, 26
"""How far the hand goes for the next number, and for the next of a few."""

_FEW = (Quantity.ACTIVATION, Quantity.KERNEL, Quantity.STRIDE)


@dataclass
class _Scrub:
    """A drag on a number: the knob as it was, where it began, and how many steps it went."""

    knob: Knob
    begin: float
    steps: int = 0


class SceneView(QWidget):
    """Paints a scene as large as fits.

    Signals: ``step_asked`` with how many steps on, ``step_chosen`` with a step's number, ``play_asked``;
    ``part_chosen`` with the path of a node that was clicked; ``pointed`` with the Part the pointer is at, or None;
    ``tried`` with a Knob and a value that is shown and not kept, ``kept`` and ``dropped`` after it; ``turned`` with a
    Knob and a value that the keyboard or the wheel keeps at once; ``released`` when the keyboard leaves a knob;
    ``left`` by Esc; ``room_changed`` when there is more or less room.
    """

    step_asked = Signal(int)
    step_chosen = Signal(int)
    play_asked = Signal()
    part_chosen = Signal(object)
    pointed = Signal(object)
    tried = Signal(object, object)
    kept = Signal(object)
    dropped = Signal()
    turned = Signal(object, object)
    released = Signal()
    left = Signal()
    room_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene: Scene | None = None
        self.words = ""
        self._scrub: _Scrub | None = None
        self._hovered: Knob | None = None
        self._held: tuple[object, ...] | None = None
        self._part: Part | None = None
        self._pressed: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Illustration")

    # What is shown ----------------------------------------------------------------------------------------------------

    def show_scene(self, scene: Scene, words: str = "") -> None:
        """Show a scene, with words over it where something keeps it from being the present one."""
        self.scene, self.words = scene, words
        self.setAccessibleName(scene.title)
        describe(self, words or scene.sentence)
        self.update()

    def show_words(self, words: str) -> None:
        """Say why there is no scene; the last one stays behind, paler."""
        self.words = words
        describe(self, words)
        announce(self, words)
        self.update()

    @property
    def palette_now(self) -> Palette:
        """The colours of the present look."""
        return DARK if tokens().is_dark else LIGHT

    @property
    def room(self) -> tuple[float, float]:
        """How wide and how high a scene may be."""
        return float(self.width()), float(self.height())

    @property
    def held(self) -> Knob | None:
        """The knob that the keyboard is at."""
        return next((knob for knob in self._knobs if _identity(knob) == self._held), None)

    @property
    def _knobs(self) -> tuple[Knob, ...]:
        return self.scene.knobs if self.scene is not None else ()

    @property
    def is_scrubbing(self) -> bool:
        """Whether a hand is at a number."""
        return self._scrub is not None

    def to_widget(self, x: float, y: float) -> QPointF:
        """A place of the scene as one of the widget."""
        return self._transform().map(QPointF(x, y))

    def box_of(self, quantity: Quantity) -> QRectF:
        """Where a number that can be scrubbed stands, in the widget; an empty one where there is none."""
        for words, handle in self._handles():
            if handle.knob.quantity is quantity:
                return self._transform().mapRect(handle_box(words, handle))
        return QRectF()

    def sizeHint(self) -> QSize:
        """As large as on paper."""
        return QSize(1240, 780)

    def minimumSizeHint(self) -> QSize:
        """Small, and still to be read."""
        return QSize(360, 320)

    def _transform(self) -> QTransform:
        if self.scene is None:
            return QTransform()
        scale = min(self.width() / self.scene.width, self.height() / self.scene.height, 1.6)
        left = (self.width() - self.scene.width * scale) / 2
        return QTransform.fromTranslate(max(left, 0), 0).scale(scale, scale)

    # Painting ---------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """The scene, and words over it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette_now
        painter.fillRect(self.rect(), QColor(palette.css(Ink.GROUND)))
        if self.scene is not None:
            painter.save()
            painter.setTransform(self._transform(), True)
            paint_scene(painter, self.scene, palette, self._marked())
            painter.restore()
            painter.setOpacity(1.0)
        if self.words:
            self._paint_words(painter)
        elif self.hasFocus():
            painter.setPen(QPen(tokens().accent, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _marked(self) -> set[Knob]:
        """Knobs that a hand or the keyboard is at."""
        at = self._scrub.knob if self._scrub is not None else self._hovered
        keys = {_identity(knob) for knob in (at, self.held) if knob is not None}
        return {knob for knob in self._knobs if _identity(knob) in keys}

    def _paint_words(self, painter: QPainter) -> None:
        look = tokens()
        veil = QColor(look.ground)
        veil.setAlphaF(0.78)
        painter.fillRect(self.rect(), veil)
        room = self.rect().adjusted(self.width() // 6, 0, -self.width() // 6, 0)
        flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
        box = painter.boundingRect(room, flags, self.words).adjusted(-18, -14, 18, 14)
        painter.setPen(QPen(look.edge, 1))
        painter.setBrush(look.panel)
        painter.drawRoundedRect(box, 8, 8)
        painter.setPen(look.text)
        painter.drawText(box, flags, self.words)

    # Pointing ---------------------------------------------------------------------------------------------------------

    def _handles(self) -> list[tuple[Words, Any]]:
        if self.scene is None:
            return []
        words = [shape for shape in self.scene.shapes if isinstance(shape, Words) and shape.knobs]
        return [(each, handle) for each in words for handle in each.knobs]

    def _knob_at(self, at: QPointF) -> Knob | None:
        inverse, _ = self._transform().inverted()
        place = inverse.map(at)
        for words, handle in reversed(self._handles()):
            if handle_box(words, handle).adjusted(-4, -3, 4, 3).contains(place):
                knob: Knob = handle.knob
                return knob
        return None

    def _part_at(self, at: QPointF) -> Part | None:
        if self.scene is None or self.words:
            return None
        inverse, _ = self._transform().inverted()
        place = inverse.map(at)
        return self.scene.part_at(place.x(), place.y())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a number in the hand, or begin a click."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        knob = None if self.words else self._knob_at(event.position())
        self._pressed = event.position()
        if knob is not None:
            self._scrub = _Scrub(knob, event.position().x())
            self._hold(knob)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub, or say what the pointer is at."""
        if self._scrub is not None:
            self._scrub_to(event.position().x())
            return
        knob = None if self.words else self._knob_at(event.position())
        part = self._part_at(event.position())
        if knob != self._hovered or part != self._part:
            self._hovered, self._part = knob, part
            self._show_pointer(event)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep what was scrubbed, or go to the node that was clicked."""
        if event.button() is not Qt.MouseButton.LeftButton or self._pressed is None:
            return
        pressed, self._pressed = self._pressed, None
        scrub, self._scrub = self._scrub, None
        if scrub is not None:
            if scrub.steps:
                self.kept.emit(scrub.knob)
            self.update()
            return
        part = self._part_at(event.position())
        is_click = (event.position() - pressed).manhattanLength() < 6
        if is_click and part is not None and part.path is not None:
            self.part_chosen.emit(part.path)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is at nothing."""
        self._hovered = self._part = None
        self.pointed.emit(None)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn the number under the pointer."""
        knob = None if self.words else self._knob_at(event.position())
        delta = event.angleDelta().y()
        if knob is None or not delta:
            event.ignore()
            return
        self._hold(knob)
        self._turn(1 if delta > 0 else -1)

    def _scrub_to(self, x: float) -> None:
        scrub = self._scrub
        assert scrub is not None  # the caller looked
        pixels = PIXELS_A_CHOICE if scrub.knob.quantity in _FEW else PIXELS_A_STEP
        steps = int((x - scrub.begin) / pixels)
        if steps != scrub.steps:
            scrub.steps = steps
            self.tried.emit(scrub.knob, scrub.knob.stepped(steps))

    def _show_pointer(self, event: QMouseEvent) -> None:
        part, knob = self._part, self._hovered
        self.pointed.emit(part)
        if knob is not None:
            self.setCursor(Qt.CursorShape.SizeHorCursor)
            QToolTip.showText(event.globalPosition().toPoint(), f"Drag, or turn the wheel: {knob.label}", self)
            return
        can_go = part is not None and part.path is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if can_go else Qt.CursorShape.ArrowCursor)
        words = plain_tip("\n".join([part.title, *part.facts])) if part is not None else ""
        QToolTip.showText(event.globalPosition().toPoint(), words, self)

    # Keys -------------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Tab goes from number to number, and out at the ends."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            ways = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}
            way = ways.get(Qt.Key(event.key()))
            if way is not None and self._walk(way):
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk the steps, turn the number the keyboard is at."""
        key = Qt.Key(event.key())
        if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            super().keyPressEvent(event)
            return
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_PageDown: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_PageUp: -1}
        turns = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
        if key in turns and self.held is not None:
            self._turn(turns[key])
        elif key in steps:
            self.step_asked.emit(steps[key])
        elif Qt.Key.Key_0 <= key <= Qt.Key.Key_5:
            self.step_chosen.emit(int(key) - int(Qt.Key.Key_0))
        elif key == Qt.Key.Key_Space:
            self.play_asked.emit()
        elif key == Qt.Key.Key_Escape:
            self._let_go()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keyboard leaves the number it was at."""
        if self._held is not None:
            self._hold(None)
        super().focusOutEvent(event)

    def _walk(self, way: int) -> bool:
        """Hold the next number; gives False behind the last one."""
        knobs = self._knobs
        held = self.held
        place = knobs.index(held) + way if held is not None else 0 if way > 0 else len(knobs) - 1
        if self.words or not 0 <= place < len(knobs):
            self._hold(None)
            return False
        self._hold(knobs[place])
        announce(self, f"{knobs[place].label}: {knobs[place].text}")
        return True

    def _hold(self, knob: Knob | None) -> None:
        identity = None if knob is None else _identity(knob)
        if identity != self._held and self._held is not None:
            self.released.emit()
        self._held = identity
        self.update()

    def _turn(self, steps: int) -> None:
        knob = self.held
        if knob is not None:
            self.turned.emit(knob, knob.stepped(steps))

    def _let_go(self) -> None:
        """Give up a scrub; let a number go; leave."""
        if self._scrub is not None:
            self._scrub = self._pressed = None
            self.dropped.emit()
        elif self._held is not None:
            self._hold(None)
        else:
            self.left.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There is more or less room."""
        super().resizeEvent(event)
        self.room_changed.emit()


def _identity(knob: Knob) -> tuple[object, ...]:
    """What makes it the same knob at another value."""
    return knob.quantity, knob.path, knob.names
