"""The fields of the experiments: how many channels, through what, which seeds, and what the design is shown."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from designer.measurement.activity import ActivityOptions
from designer.measurement.spiral import SpiralOptions
from designer.ui.panels.cards import heading
from designer.ui.widgets.ask import Ask
from designer.ui.widgets.fields import Field, field_for, labelled_row
from designer.ui.widgets.location_field import LocationField


class ExperimentForm(QWidget):
    """A field for each option.

    Signals: ``chosen`` with SpiralOptions and ActivityOptions; ``again_asked``.
    """

    chosen = Signal(object, object)
    again_asked = Signal()

    def __init__(self, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[str, Field] = {}
        self._values: dict[str, Any] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(heading("Spiral", self))
        self._add("spiral", SpiralOptions, ask)
        self._column.addWidget(heading("This design's activations", self))
        self._add("activity", ActivityOptions, ask)
        self.again = QPushButton("Run again", self)
        self.again.setToolTip("Run the experiments once more")
        self.again.clicked.connect(self.again_asked)
        self._column.addWidget(self.again)

    def _add(self, set_name: str, options: type[SpiralOptions] | type[ActivityOptions], ask: Ask) -> None:
        for parameter in options.parameters:
            name = f"{set_name}.{parameter.name}"
            field = LocationField.make(parameter, ask, self) or field_for(parameter, self)
            field.edited.connect(lambda value, name=name: self._set(name, value))
            self.fields[name] = field
            self._values[name] = parameter.default
            self._column.addWidget(labelled_row(field, self))

    def show_options(self, spiral: SpiralOptions, activity: ActivityOptions) -> None:
        """Show what is chosen."""
        for set_name, options in (("spiral", spiral), ("activity", activity)):
            for parameter in options.parameters:
                name, value = f"{set_name}.{parameter.name}", getattr(options, parameter.name)
                self._values[name] = value
                self.fields[name].show_value(value)

    def _set(self, name: str, value: Any) -> None:
        self._values[name] = value
        self.chosen.emit(SpiralOptions(**self._of("spiral")), ActivityOptions(**self._of("activity")))

    def _of(self, set_name: str) -> dict[str, Any]:
        start = f"{set_name}."
        return {name.removeprefix(start): value for name, value in self._values.items() if name.startswith(start)}
