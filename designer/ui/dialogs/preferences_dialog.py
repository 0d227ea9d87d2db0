"""Preferences: everything the window remembers of how somebody likes to work, in one place.

Each is applied when it is changed; those that every text on screen was made with are from the next start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from designer import wording
from designer.edit.document import USUAL_HISTORY_BYTES
from designer.graph.parameter import Integer
from designer.ui.look.settings import AUTOSAVE_S, TEXT_PERCENT, THOUSANDS
from designer.ui.look.theme import Theme
from designer.ui.panels.cards import quiet
from designer.ui.widgets.field_frames import FramedCombo
from designer.ui.widgets.fields import NumberField
from designer.ui.workbench.workbench import Workbench

_AUTOSAVE = Integer(
    "autosave",
    AUTOSAVE_S.usual,
    "Seconds of work that a crash can cost at most.",
    low=AUTOSAVE_S.low,
    high=AUTOSAVE_S.high,
)
_TEXT = Integer(
    "text", TEXT_PERCENT.usual, "Letters of panels and menus.", unit="%", low=TEXT_PERCENT.low, high=TEXT_PERCENT.high
)
_THEMES = (("system", "As the system"), ("light", "Light"), ("dark", "Dark"))
_WHEEL = ((True, "The wheel zooms, Ctrl with it scrolls"), (False, "The wheel scrolls, Ctrl with it zooms"))
_NUMBERS = (("thin", "1\u202f234\u202f567"), ("comma", "1,234,567"), ("none", "1234567"))
assert {key for key, _ in _NUMBERS} == set(THOUSANDS)


class PreferencesDialog(QDialog):
    """The choices, each applied at once.

    Args:
        bench: Whose settings and canvases the choices change.
        theme: The colours.
        parent: The window.
    """

    def __init__(self, bench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        settings = bench.settings
        self.theme = self._choice(_THEMES, settings.theme, theme.choose)
        self.text = self._number(_TEXT, settings.text_percent, lambda value: setattr(settings, "text_percent", value))
        self.numbers = self._choice(_NUMBERS, settings.thousands, lambda key: setattr(settings, "thousands", key))
        self.wheel = self._choice(_WHEEL, settings.wheel_zooms, bench.set_wheel_zooms)
        self.snaps = self._flag("Dragged cards snap to the grid and their neighbours", settings.snaps, bench.set_snaps)
        self.minimap = self._flag("The whole design small in a corner", settings.minimap, bench.set_minimap)
        self.animations = self._flag(
            "Cards glide where they give way", settings.animations, lambda on: setattr(settings, "animations", on)
        )
        self.live = self._flag("Measure by itself when editing pauses", bench.latency.is_live, bench.latency.set_live)
        self.autosave = self._number(
            _AUTOSAVE, settings.autosave_s, lambda value: setattr(settings, "autosave_s", value)
        )
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("&Colours", self.theme),
            ("&Text size, %", self.text),
            ("&Numbers", self.numbers),
            ("", quiet("Text size and numbers are so from the next start.", self)),
            ("&Wheel on the canvas", self.wheel),
            ("", self.snaps),
            ("", self.minimap),
            ("", self.animations),
            ("&Measuring", self.live),
            ("Copies of &unsaved work, s", self.autosave),
            ("", quiet("Seconds between two copies; they are offered at the next start after a crash.", self)),
            ("Undo", quiet(_undo_words(), self)),
        )
        for name, field in rows:
            if name and not isinstance(field, QCheckBox):
                field.setAccessibleName(name.replace("&", ""))
            form.addRow(name, field)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(buttons)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("m" * 36))

    def _choice(
        self, entries: tuple[tuple[Any, str], ...], present: Any, apply: Callable[[Any], object]
    ) -> FramedCombo:
        field = FramedCombo(self)
        for value, title in entries:
            field.addItem(title, value)
        field.setCurrentIndex(max(field.findData(present), 0))
        field.currentIndexChanged.connect(lambda index: apply(field.itemData(index)))
        return field

    def _flag(self, title: str, is_on: bool, apply: Callable[[bool], object]) -> QCheckBox:
        field = QCheckBox(title, self)
        field.setChecked(is_on)
        field.toggled.connect(apply)
        return field

    def _number(self, parameter: Integer, present: int, apply: Callable[[int], object]) -> NumberField:
        field = NumberField(parameter, self)
        field.show_value(present)
        field.edited.connect(apply)
        return field


def _undo_words() -> str:
    return (
        f"Earlier states of a design are kept up to {wording.memory(USUAL_HISTORY_BYTES)} of memory; "
        "beyond that the oldest are forgotten first."
    )
