"""Fields by real keys and clicks: values told at once, refusals in words, steps within the range."""

from __future__ import annotations

from enum import Enum

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from designer.graph.parameter import Choice, Flag, Integer, Integers, Parameter, Ratio
from designer.ui.widgets.fields import ChoiceField, Field, FlagField, NameEdit, NumberField, TextField, field_for

pytestmark = pytest.mark.gui


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


KERNEL = Integer("kernel_size", 3, "Side of the square kernel.", low=1, high=63)
WIDTH = Ratio("width", 1.0, "Width multiplier.", low=0.05, high=16.0)
BIAS = Flag("bias", False, "One number added.")
COLOUR = Choice("colour", Colour.RED, "Which.", options=tuple(Colour))
PADS = Integers("explicit_padding", (1, 1, 1, 1), "Zeros.", parts=("top", "bottom", "left", "right"))


def shown(qtbot: QtBot, parameter: Parameter) -> tuple[Field, list[object]]:
    field = field_for(parameter)
    qtbot.addWidget(field)
    told: list[object] = []
    field.edited.connect(told.append)
    with qtbot.waitActive(field):
        field.show()
        field.activateWindow()
    return field, told


@pytest.mark.parametrize(
    ("parameter", "kind"),
    [(KERNEL, NumberField), (WIDTH, NumberField), (BIAS, FlagField), (COLOUR, ChoiceField), (PADS, TextField)],
)
def test_each_kind_of_parameter_has_its_field_with_name_and_help(
    qtbot: QtBot, parameter: Parameter, kind: type[Field]
) -> None:
    field, _ = shown(qtbot, parameter)
    assert type(field) is kind
    assert field.editor.accessibleName() == parameter.label
    assert field.editor.toolTip() == parameter.help


def test_typing_tells_every_value_that_can_be_understood(qtbot: QtBot) -> None:
    field, told = shown(qtbot, KERNEL)
    assert isinstance(field, NumberField)
    field.box.selectAll()
    qtbot.keyClicks(field.box, "17")
    assert told == [1, 17]


@pytest.mark.parametrize(
    ("typed", "words", "told_before"),
    [
        ("99", "99 is out of range; it takes 1 to 63", [9, 3]),
        ("4,5", "'4,5' is not a whole number", [4, 3]),
        ("1.280", "'1.280' may mean 1280 or 1.280; write 1280", [1, 3]),
        ("0", "0 is out of range; it takes 1 to 63", []),
        ("x", "'x' is not a whole number", []),
    ],
)
def test_what_is_refused_is_said_in_words_and_what_its_first_digits_meant_is_taken_back(
    qtbot: QtBot, typed: str, words: str, told_before: list[int]
) -> None:
    field, told = shown(qtbot, KERNEL)
    assert isinstance(field, NumberField)
    field.box.selectAll()
    qtbot.keyClicks(field.box, typed)
    assert field.complaint == words
    assert told == told_before


def test_leaving_a_refused_text_puts_the_last_good_value_back_and_keeps_the_words(qtbot: QtBot) -> None:
    field, told = shown(qtbot, KERNEL)
    assert isinstance(field, NumberField)
    field.box.selectAll()
    qtbot.keyClicks(field.box, "640")
    qtbot.keyClick(field.box, Qt.Key.Key_Return)
    assert field.box.lineEdit().text() == "3"
    assert field.value == 3
    assert told == [6, 3]
    assert field.complaint == "640 is out of range; it takes 1 to 63"


def test_a_run_of_typing_ends_with_enter(qtbot: QtBot) -> None:
    field, told = shown(qtbot, KERNEL)
    assert isinstance(field, NumberField)
    field.box.selectAll()
    qtbot.keyClicks(field.box, "5")
    qtbot.keyClick(field.box, Qt.Key.Key_Return)
    qtbot.keyClicks(field.box, "00")
    assert field.value == told[-1] == 5
    qtbot.keyClick(field.box, Qt.Key.Key_Return)
    assert field.box.lineEdit().text() == "5"


def test_numbers_of_several_sides_go_back_too(qtbot: QtBot) -> None:
    field, told = shown(qtbot, PADS)
    assert isinstance(field, TextField)
    field.line.selectAll()
    qtbot.keyClicks(field.line, "2, 2x")
    assert told[-1] == (1, 1, 1, 1)
    assert field.line.text() == "2, 2x"
    qtbot.keyClick(field.line, Qt.Key.Key_Return)
    assert field.line.text() == "1, 1, 1, 1"


@pytest.mark.parametrize("pasted", ["1\u202f280", "1\u2009280", "1\u00a0280", "1\u2007280", " 1280\n", "1_280"])
def test_a_number_is_pasted_with_any_space_in_it(qtbot: QtBot, pasted: str) -> None:
    field, told = shown(qtbot, Integer("channels", 3, "How many.", low=1, high=4096))
    assert isinstance(field, NumberField)
    QApplication.clipboard().setText(pasted)
    field.box.selectAll()
    field.box.lineEdit().paste()
    assert told == [1280]
    assert field.complaint == ""


def test_a_ratio_takes_a_comma_for_the_point(qtbot: QtBot) -> None:
    field, told = shown(qtbot, WIDTH)
    field.setFocus()
    assert isinstance(field, NumberField)
    field.box.selectAll()
    qtbot.keyClicks(field.box, "0,75")
    assert told[-1] == 0.75
    assert field.complaint == ""


def test_the_buttons_and_arrows_step_and_stop_at_the_ends(qtbot: QtBot) -> None:
    field, told = shown(qtbot, KERNEL)
    assert isinstance(field, NumberField)
    qtbot.mouseClick(field.box.plus, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(field.box.minus, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(field.box.minus, Qt.MouseButton.LeftButton)
    qtbot.keyClick(field.box, Qt.Key.Key_Down)
    qtbot.keyClick(field.box, Qt.Key.Key_Down)
    assert told == [4, 3, 2, 1]


def test_stepping_passes_over_what_is_refused_and_typing_does_not(qtbot: QtBot) -> None:
    field, told = shown(qtbot, KERNEL)
    assert isinstance(field, NumberField)
    field.box.passes_over = lambda value: value % 2 == 0
    for _ in range(2):
        qtbot.mouseClick(field.box.plus, Qt.MouseButton.LeftButton)
    qtbot.keyClick(field.box, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    for _ in range(7):
        qtbot.keyClick(field.box, Qt.Key.Key_Down)
    assert told == [5, 7, 15, 13, 11, 9, 7, 5, 3, 1]
    field.box.selectAll()
    qtbot.keyClicks(field.box, "62")
    assert field.value == 62
    qtbot.mouseClick(field.box.plus, Qt.MouseButton.LeftButton)
    assert field.value == 63
    qtbot.mouseClick(field.box.plus, Qt.MouseButton.LeftButton)
    assert field.value == 63


def test_a_ratio_steps_by_a_twentieth(qtbot: QtBot) -> None:
    field, told = shown(qtbot, WIDTH)
    qtbot.keyClick(field.editor, Qt.Key.Key_Down)
    assert told == [0.95]


def wheel(
    widget: QWidget, turned: int = 120, aside: int = 0, phase: Qt.ScrollPhase = Qt.ScrollPhase.NoScrollPhase
) -> None:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(0, 0),
        QPoint(aside, turned),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        phase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_the_wheel_changes_nothing_in_passing(qtbot: QtBot) -> None:
    for parameter in (KERNEL, COLOUR):
        field, told = shown(qtbot, parameter)
        field.editor.clearFocus()
        wheel(field.editor)
        assert told == []


@pytest.mark.parametrize(
    ("parameter", "up", "down"), [(KERNEL, [4], [2]), (WIDTH, [1.05], [0.95]), (COLOUR, [], [Colour.BLUE])]
)
def test_many_small_turns_of_a_touchpad_are_one_notch_of_a_wheel(
    qtbot: QtBot, parameter: Parameter, up: list[object], down: list[object]
) -> None:
    for turned, expected in ((6, up), (-6, down)):
        field, told = shown(qtbot, parameter)
        field.editor.setFocus()
        for _ in range(19):
            wheel(field.editor, turned)
        assert told == []
        wheel(field.editor, turned)
        assert told == expected


@pytest.mark.parametrize("parameter", [KERNEL, WIDTH, COLOUR])
@pytest.mark.parametrize(
    ("turned", "aside", "phase"),
    [
        (0, 0, Qt.ScrollPhase.ScrollBegin),
        (0, 0, Qt.ScrollPhase.ScrollEnd),
        (0, 0, Qt.ScrollPhase.NoScrollPhase),
        (0, -480, Qt.ScrollPhase.ScrollUpdate),
        (-130, -480, Qt.ScrollPhase.ScrollUpdate),
        (-480, 0, Qt.ScrollPhase.ScrollMomentum),
    ],
)
def test_what_is_no_turn_up_or_down_changes_nothing(
    qtbot: QtBot, parameter: Parameter, turned: int, aside: int, phase: Qt.ScrollPhase
) -> None:
    field, told = shown(qtbot, parameter)
    field.editor.setFocus()
    for _ in range(3):
        wheel(field.editor, turned, aside, phase)
    assert told == []


def test_turning_back_begins_from_nothing(qtbot: QtBot) -> None:
    field, told = shown(qtbot, KERNEL)
    field.editor.setFocus()
    wheel(field.editor, 100)
    for _ in range(11):
        wheel(field.editor, -10)
    assert told == []
    wheel(field.editor, -10)
    assert told == [2]


def test_several_values_show_as_such(qtbot: QtBot) -> None:
    for parameter in (KERNEL, BIAS, COLOUR, PADS):
        field, told = shown(qtbot, parameter)
        field.show_value(None)
        assert told == []
    field, told = shown(qtbot, BIAS)
    field.show_value(None)
    qtbot.keyClick(field.editor, Qt.Key.Key_Space)
    assert told in ([True], [False])


def test_a_choice_by_keys(qtbot: QtBot) -> None:
    field, told = shown(qtbot, COLOUR)
    assert isinstance(field, ChoiceField)
    field.combo.setFocus()
    qtbot.keyClick(field.combo, Qt.Key.Key_Down)
    assert field.combo.currentText() == "blue"
    assert told == [Colour.BLUE]


def test_numbers_for_four_sides_are_typed_as_text(qtbot: QtBot) -> None:
    field, told = shown(qtbot, PADS)
    assert isinstance(field, TextField)
    field.line.selectAll()
    qtbot.keyClicks(field.line, "0 1 0 1")
    assert told[-1] == (0, 1, 0, 1)
    qtbot.keyClicks(field.line, " 7")
    assert "4 numbers" in field.complaint


def test_a_name_is_told_on_enter_and_escape_takes_it_back(qtbot: QtBot) -> None:
    edit = NameEdit("Name")
    qtbot.addWidget(edit)
    told: list[str] = []
    edit.renamed.connect(told.append)
    edit.show_name("before")
    edit.show()
    qtbot.waitExposed(edit)
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "nonsense")
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert edit.text() == "before"
    edit.selectAll()
    qtbot.keyClicks(edit, "after")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert told == ["after"]
