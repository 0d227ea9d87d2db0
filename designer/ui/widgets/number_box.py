"""A spin box whose range and words are a parameter's: typed, stepped by buttons, arrows or wheel. Knows no design."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QToolButton, QWidget

from designer.errors import ParameterError
from designer.graph.parameter import Integer, Parameter, Ratio, Sides
from designer.ui.look import icons
from designer.ui.look.theme import metrics
from designer.ui.widgets.field_frames import draw_frame, field_height
from designer.ui.widgets.wheel import Notches

_DESIGN_KEYS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class NumberBox(QAbstractSpinBox):
    """A spin box that leaves ranges to the parameter, so that a number out of range can be answered in words.

    ``passes_over`` says which values stepping does not stop at; they can be typed all the same.

    Signals: ``stepped`` by a button; ``tried`` by arrow keys, by the wheel, or by ``scrub``: shown, and not kept yet.
    """

    stepped = Signal(str)
    tried = Signal(str)

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parameter = parameter
        self._notches = Notches()
        self._spread = 0  # how many more columns than rows there are
        self.passes_over: Callable[[Any], bool] = lambda _value: False
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.lineEdit().installEventFilter(self)
        self.lineEdit().setFrame(False)
        self.lineEdit().setAccessibleName(parameter.label)
        self.minus = self._button("less", "Decrease", -1)
        self.plus = self._button("new", "Increase", 1)

    def stepBy(self, steps: int) -> None:
        """Try the value some whole steps on, within the range; asked by Qt at arrow keys and wheel."""
        self.tried.emit(self._stepped(steps))

    def scrub(self, steps: int, doubles: bool = False) -> None:
        """Try a value some steps on; with ``doubles`` each step is twice or half as much."""
        self.tried.emit(self._doubled(steps) if doubles else self._stepped(steps))

    def _doubled(self, steps: int) -> str:
        low, high = _range(self._parameter)
        value = min(max(self._value() * 2.0**steps, low), high)
        return self._shown(self._free(value, 1 if steps > 0 else -1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """With Ctrl the arrow keys double and halve."""
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
        if steps and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.scrub(steps, doubles=True)
            return
        super().keyPressEvent(event)

    def _stepped(self, steps: int) -> str:
        way = 1 if steps > 0 else -1
        value = self._value()
        for _ in range(abs(steps)):
            value = self._free(value + way * self._size, way)
        return self._shown(value)

    @property
    def _size(self) -> float:
        return 0.05 if isinstance(self._parameter, Ratio) else 1

    def _free(self, value: float, way: int) -> float:
        """The value, or the next one that way where it is passed over; the present one where the range ends before."""
        low, high = _range(self._parameter)
        value = min(max(value, low), high)
        after = value + way * self._size
        if not self.passes_over(self._typed_value(value)):
            return value
        if not low <= after <= high:
            return self._value()
        return value if self.passes_over(self._typed_value(after)) else after  # then it is not this value's doing

    def _typed_value(self, value: float) -> Any:
        if isinstance(self._parameter, Ratio):
            return round(value, 4)
        if not isinstance(self._parameter, Sides) or not self._spread:
            return int(value)
        rows, columns = int(value), int(value) + self._spread
        return rows, min(max(columns, self._parameter.low), self._parameter.high)

    def _shown(self, value: float) -> str:
        text = self._parameter.text(self._typed_value(value))
        self.lineEdit().setText(text)
        return text

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Which ways there is room."""
        low, high = _range(self._parameter)
        enabled = QAbstractSpinBox.StepEnabledFlag.StepNone
        if self._value() > low:
            enabled |= QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        if self._value() < high:
            enabled |= QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        return enabled

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Let anything be typed; the field says what is wrong with it."""
        return QValidator.State.Acceptable, text, position

    def _value(self) -> float:
        """The number that stands there; of rows and columns the rows, and the columns go along."""
        try:
            value = self._parameter.parse(self.lineEdit().text())
        except ParameterError:
            low, _high = _range(self._parameter)
            value = self._parameter.default if self._parameter.default is not None else low
        rows, columns = value if isinstance(value, tuple) else (value, value)
        self._spread = columns - rows
        return float(rows)

    def _button(self, icon: str, name: str, steps: int) -> QToolButton:
        button = QToolButton(self)
        icons.dress(button, icon)
        button.setIconSize(button.iconSize() * 0.6)
        button.setAutoRaise(True)
        button.setAutoRepeat(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setCursor(Qt.CursorShape.ArrowCursor)
        button.setAccessibleName(f"{name} {self._parameter.label.lower()}")
        button.clicked.connect(lambda: self.stepped.emit(self._stepped(steps)))
        return button

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the two buttons at the right end, inside the frame."""
        super().resizeEvent(event)
        side, gap = self.height() - 4, round(metrics(self.font()).gap)
        self.plus.setGeometry(self.width() - side - 2, 2, side, side)
        self.minus.setGeometry(self.width() - 2 * side - 2, 2, side, side)
        self.lineEdit().setGeometry(gap, 2, self.width() - 2 * side - gap - 4, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the common frame; the text is the line edit's own."""
        draw_frame(QPainter(self), self, QRectF(self.rect()), self.hasFocus() or self.lineEdit().hasFocus())

    def sizeHint(self) -> QSize:
        """Room for seven digits and the buttons."""
        height = field_height(self)
        return QSize(self.fontMetrics().horizontalAdvance("0000000") + 3 * height, height)

    def minimumSizeHint(self) -> QSize:
        """Room for four digits and the buttons."""
        height = field_height(self)
        return QSize(self.fontMetrics().horizontalAdvance("0000") + 2 * height, height)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step only while focused, so that scrolling the panel changes nothing by accident."""
        if self.hasFocus() or self.lineEdit().hasFocus():
            if notches := self._notches.take(event):
                self.scrub(notches, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
            event.accept()
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        """Qt asks the line of text past its filters whether it keeps undo; it does not."""
        return leaves_undo_to_design(event) or super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave undo and redo to the design: what is typed here is an edit of it already."""
        return leaves_undo_to_design(event) or super().eventFilter(watched, event)


def leaves_undo_to_design(event: QEvent) -> bool:
    """Whether this is the question of a text field if it may keep undo or redo to itself; it may not."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    if any(event.matches(key) for key in _DESIGN_KEYS):
        event.ignore()
        return True
    return False


def _range(parameter: Parameter) -> tuple[float, float]:
    if isinstance(parameter, (Integer, Ratio, Sides)):
        return parameter.low, parameter.high
    return 0.0, 0.0
