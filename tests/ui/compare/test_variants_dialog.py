"""The dialog of variants says what is there, what would be made and what is wrong, before anything is made."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from designer.edit.variants import Variant
from designer.graph.design import Design, NodeId
from designer.ui.compare.variants_dialog import VariantsDialog

pytestmark = pytest.mark.gui

Open = Callable[..., VariantsDialog]


@pytest.fixture
def open_dialog(qtbot: QtBot, sketch: Design) -> Open:
    holder = QWidget()
    qtbot.addWidget(holder)

    def opened(*ids: str, most: int = 5, field: str = "Out channels") -> VariantsDialog:
        dialog = VariantsDialog(sketch, [NodeId(id) for id in ids], most, holder)
        dialog.field.setCurrentText(field)
        dialog.open()
        return dialog

    return opened


def families(dialog: VariantsDialog) -> list[list[Variant]]:
    found: list[list[Variant]] = []
    dialog.made.connect(lambda family: found.append(list(family)))
    return found


def test_before_anything_is_typed_it_says_what_is_there(open_dialog: Open) -> None:
    dialog = open_dialog("expand")
    assert dialog.says.text().startswith("It is 144 now.")
    assert not dialog.ok.isEnabled()


def test_a_range_makes_a_design_a_value(qtbot: QtBot, open_dialog: Open) -> None:
    dialog = open_dialog("expand")
    made = families(dialog)
    qtbot.keyClicks(dialog.values, "32..96 step 32")
    assert dialog.says.text().startswith("3 designs: ")
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    ((first, second, third),) = made
    assert [each.value for each in (first, second, third)] == [32, 64, 96]
    wide = [getattr(each.design.nodes[NodeId("expand")].layer, "out_channels") for each in (first, second, third)]  # noqa: B009
    assert wide == [32, 64, 96]


def test_more_than_there_is_room_for_is_said_and_not_made(qtbot: QtBot, open_dialog: Open) -> None:
    dialog = open_dialog("expand", most=2)
    made = families(dialog)
    qtbot.keyClicks(dialog.values, "8, 16, 24")
    assert dialog.trouble.text() == "3 designs, and there is room for 2 more; type fewer values."
    qtbot.keyClick(dialog.values, Qt.Key.Key_Return)
    assert made == []
    for _ in ", 24":
        qtbot.keyClick(dialog.values, Qt.Key.Key_Backspace)
    assert dialog.trouble.text() == ""
    assert dialog.ok.isEnabled()


@pytest.mark.parametrize("typed", ["0", "many", "8..4"])
def test_what_the_field_does_not_take_is_said_as_it_is_typed(qtbot: QtBot, open_dialog: Open, typed: str) -> None:
    dialog = open_dialog("expand")
    qtbot.keyClicks(dialog.values, typed)
    assert dialog.trouble.text()
    assert not dialog.ok.isEnabled()


def test_another_field_reads_the_values_anew(qtbot: QtBot, open_dialog: Open) -> None:
    dialog = open_dialog("depthwise", field="Kernel size")
    qtbot.keyClicks(dialog.values, "3, 5")
    assert dialog.ok.isEnabled()
    dialog.field.setCurrentText("Bias")
    assert dialog.trouble.text(), "3 is neither on nor off"
    assert not dialog.ok.isEnabled()


def test_of_several_nodes_the_fields_in_common_are_offered(open_dialog: Open) -> None:
    alone, together = open_dialog("depthwise"), open_dialog("expand", "depthwise")

    def offered(dialog: VariantsDialog) -> set[str]:
        return {dialog.field.itemText(row) for row in range(dialog.field.count())}

    assert "Kernel size" in offered(alone)
    assert "Bias" in offered(alone) & offered(together)
    assert "Kernel size" not in offered(together), "a pointwise convolution has none"
    assert any("2 nodes" in label.text() for label in together.findChildren(QLabel))


def test_escape_makes_nothing(qtbot: QtBot, open_dialog: Open) -> None:
    dialog = open_dialog("expand")
    made = families(dialog)
    qtbot.keyClicks(dialog.values, "8")
    with qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog.values, Qt.Key.Key_Escape)
    assert made == []
