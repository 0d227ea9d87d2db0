"""One editor for each kind of parameter; the inspector and the template dialog are made of them.

Made from ``graph.parameter`` alone: knows no layer, no design and no document. A field tells each value a person gives,
as soon as it can be understood, and says in words why it cannot.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import Enum
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from designer.errors import ExpressionError, ParameterError
from designer.graph.arithmetic import FUNCTIONS, expression, require_known
from designer.graph.parameter import Choice, Flag, Integer, Parameter, Ratio, Sides
from designer.ui.look.theme import tokens
from designer.ui.widgets.field_frames import FramedCheck, FramedCombo
from designer.ui.widgets.number_box import NumberBox, leaves_undo_to_design

MIXED_TEXT = "several values"
_PIXELS_A_STEP = 8
"""How far a label is dragged for one step."""


class Field(QWidget):
    """Edits one parameter's value.

    Signals: ``edited`` with each new value; ``retracted`` where several values that differed stand again; ``finished``
    when the person is done with the field (Enter, or focus gone); ``tried`` with a value that is looked at and not kept
    yet; ``untried`` when it shall not be kept; ``formula_given`` with what was typed behind ``=``.
    """

    edited = Signal(object)
    retracted = Signal()
    finished = Signal()
    tried = Signal(object)
    untried = Signal()
    formula_given = Signal(str)

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self.formula = ""
        """What the value follows from, as a person typed it; empty where it follows from nothing."""
        self.names: tuple[str, ...] = ()
        """What a formula can speak of; where there is nothing, the field takes none."""
        self.tries_out = False
        """Whether steps and hovering only try a value; where nobody can show what it would do, they are edits."""
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self._complaint = QLabel(self)
        self._complaint.setWordWrap(True)
        self._complaint.hide()
        self._complaint.setAccessibleName(f"{parameter.label}, problem")
        self._formula_line = QLabel(self)
        self._formula_line.setTextFormat(Qt.TextFormat.PlainText)
        self._formula_line.setWordWrap(True)
        self._formula_line.hide()
        self._formula_line.setAccessibleName(f"{parameter.label}, formula")

    @property
    def complaint(self) -> str:
        """Why what stands in the field is refused, or an empty text."""
        return self._complaint.text()

    @property
    def editor(self) -> QWidget:
        """The widget that takes the keyboard."""
        raise NotImplementedError

    def show_value(self, value: Any) -> None:
        """Show a value without telling that it was edited; None where several differ."""
        raise NotImplementedError

    def complain(self, reason: str) -> None:
        """Show why a value is refused; an empty text takes it back."""
        self._complaint.setText(reason)
        self._complaint.setVisible(bool(reason))
        colour = tokens().error_text.name()
        self._complaint.setStyleSheet(f"color: {colour}")

    def show_formula(self, formula: str, in_numbers: str) -> None:
        """Show what the value follows from, and the same in numbers; an empty text where it follows from nothing."""
        self.formula = formula
        self._formula_line.setText(f"= {formula}" if formula == in_numbers else f"= {formula} = {in_numbers}")
        self._formula_line.setVisible(bool(formula))
        self._formula_line.setStyleSheet(f"color: {tokens().quiet.name()}")

    def offer_names(self, names: tuple[str, ...]) -> None:
        """Take formulas over these names; none where there is no name."""
        self.names = names

    def _adopt(self, editor: QWidget) -> None:
        editor.setAccessibleName(self.parameter.label)
        editor.setAccessibleDescription(self.parameter.help)
        editor.setToolTip(self.parameter.help)
        self._layout.addWidget(editor)
        self._layout.addWidget(self._formula_line)
        self._layout.addWidget(self._complaint)
        self.setFocusProxy(editor)


class TypedField(Field):
    """A value that is typed: told at each key as long as the text stands for one.

    As soon as it does not, what the first keys stood for is taken back: ``99`` where 64 is the most is not 9. A run of
    typing ends with Enter, with the focus gone, or when another value is shown.
    """

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self.value: Any = parameter.default
        """What the field stands for; None where several differ."""
        self._before: Any = parameter.default
        self._typed_formula: str | None = None

    def offer_names(self, names: tuple[str, ...]) -> None:
        if names != self.names:
            super().offer_names(names)
            self._line.setCompleter(NameCompleter(names, self._line) if names else None)  # type: ignore[arg-type]

    @property
    def _line(self) -> QLineEdit:
        raise NotImplementedError

    def show_value(self, value: Any) -> None:
        if self._typed_formula is not None and self._line.hasFocus():
            return  # a formula is still being typed
        if value == self.value and self.complaint and self._line.hasFocus():
            return  # the text that is refused is still being typed
        if value != self.value:
            self._before = value
        self.value = value
        self._show(value)

    def _show(self, value: Any) -> None:
        self._line.setPlaceholderText(MIXED_TEXT if value is None else "")
        if value is None or not self._already_shows(value):
            self._line.setText("" if value is None else self.parameter.text(value))

    def _already_shows(self, value: Any) -> bool:
        # Someone typing "08" must not have it rewritten under the cursor while the value is the same.
        try:
            return bool(self.parameter.parse(self._line.text()) == value)
        except ParameterError:
            return False

    def _typed(self, text: str) -> None:
        self._typed_formula = None
        if self.names and text.lstrip().startswith("="):
            self._type_formula(text.lstrip()[1:].strip())
            return
        try:
            value = self.parameter.parse(text)
        except ParameterError as error:
            self.complain(error.reason)
        else:
            self.complain("")
            self.value = value
            self.edited.emit(value)
        if self.complaint:
            self._retract()

    def _type_formula(self, text: str) -> None:
        """Say whether it can be read so far; it counts once the person is done."""
        if not text and self.formula:
            self._line.setText(f"={self.formula}")
            self._line.setSelection(1, len(self.formula))
            text = self.formula
        self._typed_formula = text
        self.complain(formula_complaint(text, self.names))

    def _retract(self) -> None:
        """Be worth what the field was before this run of typing; the text stays as it is typed."""
        if self.value == self._before:
            return
        self.value = self._before
        if self._before is None:
            self.retracted.emit()
        else:
            self.edited.emit(self._before)

    def _done(self) -> None:
        completer = self._line.completer()
        popup = completer.popup() if completer is not None else None
        if self._typed_formula is not None and popup is not None and popup.isVisible():
            return  # the list of names took the keyboard; the person is not done
        formula, self._typed_formula = self._typed_formula, None
        if formula is not None:
            self._line.setText(self.parameter.text(self.value) if self.value is not None else "")
            if not self.complaint:
                self.formula_given.emit(formula)
        elif self.complaint:
            self._show(self.value)  # the words stay until the next edit, so that nobody wonders where the text went
        self._before = self.value
        self.finished.emit()


def formula_complaint(text: str, names: Collection[str]) -> str:
    """Why a formula cannot be, or an empty text."""
    try:
        require_known(expression(text), names, "parameter")
    except ExpressionError as error:
        return error.reason
    return ""


class NameCompleter(QCompleter):
    """Completes the name that is being typed in a formula, and nothing in a plain value."""

    def __init__(self, names: Sequence[str], line: QLineEdit) -> None:
        super().__init__(sorted((*names, *FUNCTIONS)), line)
        self._edited = line
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseSensitive)

    def splitPath(self, text: str) -> list[str]:
        """The name that ends where the cursor is."""
        before = text[: self._edited.cursorPosition()]
        found = re.search(r"[A-Za-z_]\w*$", before) if before.lstrip().startswith("=") else None
        return [found.group() if found else "\0"]

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        """The whole text with the name completed."""
        before = self._edited.text()[: self._edited.cursorPosition()]
        return re.sub(r"[A-Za-z_]\w*$", "", before) + str(index.data())


class NumberField(TypedField):
    """A whole number or a ratio: typed, stepped by its − and + buttons, by arrows, or by the wheel while focused."""

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self.box = NumberBox(parameter, self)
        self.box.lineEdit().textEdited.connect(self._typed)
        self._is_tried = False
        self.box.stepped.connect(self._typed)
        self.box.tried.connect(self._try)
        # Qt gives keys to the box, which hands them to its line of text past that line's filters.
        self.box.installEventFilter(self)
        self.box.lineEdit().installEventFilter(self)
        self.box.editingFinished.connect(self._done)
        self._adopt(self.box)
        self.show_value(parameter.default)

    @property
    def editor(self) -> QWidget:
        return self.box

    @property
    def _line(self) -> QLineEdit:
        return self.box.lineEdit()

    def scrub(self, steps: int, doubles: bool) -> None:
        """Try a value some steps on."""
        self.box.scrub(steps, doubles)

    def _try(self, text: str) -> None:
        if not self.tries_out:
            self._typed(text)
            return
        self.complain("")
        self.value = self.parameter.parse(text)
        self._is_tried = True
        self.tried.emit(self.value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc leaves what was tried out, and takes back what was typed."""
        is_press = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        if is_press and event.key() == Qt.Key.Key_Escape and self._leaves():  # type: ignore[attr-defined]  # a QKeyEvent
            return True
        return super().eventFilter(watched, event)

    def _leaves(self) -> bool:
        """Be as before the run of trying or typing; gives whether there was one that can be left."""
        if not self.tries_out or not (self._is_tried or self.complaint or self.value != self._before):
            return False
        if self._is_tried:
            self._is_tried = False
            self.untried.emit()
        self.complain("")
        self._retract()
        self._show(self.value)
        return True

    def _done(self) -> None:
        self._is_tried = False
        super()._done()


class ChoiceField(Field):
    """One of an enumeration's members."""

    def __init__(self, parameter: Choice, parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self._options: tuple[Enum, ...] = parameter.options
        self.combo = FramedCombo(self)
        self.combo.setPlaceholderText(MIXED_TEXT)
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for option in self._options:
            self.combo.addItem(parameter.text(option))
        self.combo.activated.connect(self._chosen)
        # What the pointer or the arrow keys stand on in the open list is tried out; a list that closes unchosen is not.
        self.combo.highlighted.connect(self._try)
        self.combo.closed.connect(self.untried)
        self._adopt(self.combo)
        self.show_value(parameter.default)

    @property
    def editor(self) -> QWidget:
        return self.combo

    def show_value(self, value: Any) -> None:
        self.combo.setCurrentIndex(self._options.index(value) if value in self._options else -1)

    def _try(self, index: int) -> None:
        if self.tries_out and self.combo.view().isVisible():
            self.tried.emit(self._options[index])

    def _chosen(self, index: int) -> None:
        self.complain("")
        self.edited.emit(self._options[index])
        self.finished.emit()


class FlagField(Field):
    """On or off."""

    def __init__(self, parameter: Flag, parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self.check = FramedCheck(self)
        self.check.clicked.connect(self._clicked)
        self._adopt(self.check)
        self.show_value(parameter.default)

    @property
    def editor(self) -> QWidget:
        return self.check

    def show_value(self, value: Any) -> None:
        self.check.setTristate(value is None)
        state = Qt.CheckState.PartiallyChecked if value is None else _check_state(value)
        self.check.setCheckState(state)
        self.check.setText(MIXED_TEXT if value is None else self.parameter.text(value))

    def _clicked(self) -> None:
        value = self.check.checkState() != Qt.CheckState.Unchecked
        self.show_value(value)
        self.complain("")
        self.edited.emit(value)
        self.finished.emit()


def _check_state(value: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if value else Qt.CheckState.Unchecked


class TextField(TypedField):
    """Anything that is typed as text, such as four numbers for top, bottom, left and right."""

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self.line = QLineEdit(self)
        self.line.textEdited.connect(self._typed)
        self.line.editingFinished.connect(self._done)
        self.line.installEventFilter(self)
        self._adopt(self.line)
        self.show_value(parameter.default)

    @property
    def editor(self) -> QWidget:
        return self.line

    @property
    def _line(self) -> QLineEdit:
        return self.line

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave undo and redo to the design."""
        return leaves_undo_to_design(event) or super().eventFilter(watched, event)


class NameEdit(QLineEdit):
    """A name that is told when the person is done with it: Enter, or focus gone; Escape takes the typing back."""

    renamed = Signal(str)

    def __init__(self, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(accessible_name)
        self._shown = ""
        self.editingFinished.connect(self._tell)

    def show_name(self, name: str) -> None:
        """Show a name without telling it."""
        self._shown = name
        if not (self.hasFocus() and self.isModified()):
            self.setText(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape puts back what stood there."""
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.setText(self._shown)
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select everything when reached by keyboard, as form fields do."""
        super().focusInEvent(event)
        self.setModified(False)

    def _tell(self) -> None:
        if self.text() != self._shown:
            self._shown = self.text()
            self.renamed.emit(self.text())


def field_for(parameter: Parameter, parent: QWidget | None = None) -> Field:
    """The editor that suits a parameter's kind."""
    match parameter:
        case Integer() | Ratio() | Sides():
            return NumberField(parameter, parent)
        case Choice():
            return ChoiceField(parameter, parent)
        case Flag():
            return FlagField(parameter, parent)
        case _:
            return TextField(parameter, parent)


class ScrubLabel(QLabel):
    """A number's name; dragged to the side it tries other values, with Ctrl twice or half as much a step."""

    def __init__(self, text: str, field: NumberField, parent: QWidget) -> None:
        super().__init__(text, parent)
        self._field = field
        self._from: float | None = None
        self._steps = 0
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setToolTip(
            f"{field.parameter.help}\nDrag sideways to try values, with Ctrl twice or half; Esc leaves them."
        )
        field.untried.connect(self._stop)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the number."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._from, self._steps = event.position().x(), 0
            self._field.editor.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Try the value the hand is at."""
        if self._from is None:
            return
        doubles = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        steps = int((event.position().x() - self._from) / (_PIXELS_A_STEP * (5 if doubles else 1)))
        if steps != self._steps:
            self._field.scrub(steps - self._steps, doubles)
            self._steps = steps

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep it."""
        if self._from is not None and self._steps:
            self._field.finished.emit()
        self._stop()

    def _stop(self) -> None:
        self._from = None


def labelled_row(field: Field, parent: QWidget | None = None) -> QWidget:
    """A row of a form: the parameter's name with its unit, and the field."""
    row = QWidget(parent)
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    unit = f" ({field.parameter.unit})" if field.parameter.unit else ""
    words = f"{field.parameter.label}{unit}"
    label = ScrubLabel(words, field, row) if isinstance(field, NumberField) else QLabel(words, row)
    if not label.toolTip():
        label.setToolTip(field.parameter.help)
    label.setBuddy(field.editor)
    layout.addWidget(label, 2)
    layout.addWidget(field, 3)
    return row
