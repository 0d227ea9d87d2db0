"""One page of the export dialog: a format's options as a form, made of what the format declares. Knows no format."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from designer.errors import ParameterError
from designer.export.formats import Format
from designer.export.options import Options
from designer.ui.panels.cards import TonedLabel, quiet
from designer.ui.widgets.ask import Ask
from designer.ui.widgets.fields import Field, field_for, labelled_row
from designer.ui.widgets.location_field import LocationField


class ExportPage(QWidget):
    """The form of one format.

    Args:
        format: What is declared.
        blocked: By an option's name, why it cannot be had for this design.
        ask: Where folders are asked for.

    Signals: ``edited`` whenever an option may be another.
    """

    edited = Signal()

    def __init__(self, format: Format, blocked: dict[str, str], ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.format = format
        self._values: dict[str, Any] = {each.name: each.default for each in format.parameters}
        self.fields: dict[str, Field] = {}
        self._rows: dict[str, QWidget] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        title = QLabel(format.title, self)
        font = title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.2)
        title.setFont(font)
        about = QLabel(format.help, self)
        about.setWordWrap(True)
        layout.addWidget(title)
        layout.addWidget(about)
        layout.addWidget(quiet(f"Proof: {format.proof}" if format.proof else "", self))
        if not format.is_available:
            layout.addWidget(TonedLabel("warning", format.unavailable_reason, self))
        for parameter in format.parameters:
            field = LocationField.make(parameter, ask, self) or field_for(parameter, self)
            field.edited.connect(lambda value, name=parameter.name: self._set(name, value))
            self.fields[parameter.name] = field
            row = labelled_row(field, self)
            row.setEnabled(format.is_available)
            layout.addWidget(row)
            self._rows[parameter.name] = row
            # What an option means is said under it: an export is rare, and nobody should have to hover.
            words = quiet(blocked.get(parameter.name, parameter.help), self, 0.85)
            layout.addWidget(words)
            self._rows[f"{parameter.name} help"] = words
            if parameter.name in blocked:
                field.setEnabled(False)
        layout.addStretch(1)
        self._show_rows()

    def _set(self, name: str, value: Any) -> None:
        self._values[name] = value
        self._show_rows()
        self.edited.emit()

    def _show_rows(self) -> None:
        """Hide what another option makes meaningless."""
        for parameter in self.format.parameters:
            when = parameter.shown_when
            is_shown = when is None or self._values[when[0]] == when[1]
            for row in (self._rows[parameter.name], self._rows[f"{parameter.name} help"]):
                row.setVisible(is_shown)

    @property
    def trouble(self) -> str:
        """Why the form cannot be taken as it is, or an empty text."""
        wrong = next((field for field in self.fields.values() if field.complaint), None)
        return f"{wrong.parameter.label}: {wrong.complaint}" if wrong is not None else ""

    def options(self) -> Options:
        """What was chosen.

        Raises:
            ParameterError: A value does not suit its option.
        """
        if self.trouble:
            raise ParameterError(self.format.key, self.trouble)
        return self.format.options(**self._values)
