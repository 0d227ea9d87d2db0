"""Edits a path: typed, or chosen in a dialog."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from designer.errors import ParameterError
from designer.graph.parameter import Location, Parameter
from designer.ui.widgets.ask import Ask
from designer.ui.widgets.fields import Field


class LocationField(Field):
    """A line for a path, with a button that asks for one."""

    def __init__(self, parameter: Location, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self._ask = ask
        self._is_folder = parameter.is_folder
        self._endings = parameter.endings
        holder = QWidget(self)
        self.line = QLineEdit(holder)
        self.line.setPlaceholderText("none")
        self.line.textEdited.connect(self._typed)
        self.button = QPushButton("Choose…", holder)
        self.button.setAccessibleName(f"Choose {parameter.label.lower()}")
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._choose)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self._adopt(holder)
        self.line.setAccessibleName(parameter.label)
        self.line.setToolTip(parameter.help)
        self.setFocusProxy(self.line)
        self.show_value(parameter.default)

    @classmethod
    def make(cls, parameter: Parameter, ask: Ask, parent: QWidget) -> LocationField | None:
        """A field where the parameter is a path, else None."""
        return cls(parameter, ask, parent) if isinstance(parameter, Location) else None

    @property
    def editor(self) -> QWidget:
        return self.line

    def show_value(self, value: Any) -> None:
        self.line.setText(value or "")

    def _typed(self, text: str) -> None:
        try:
            value = self.parameter.parse(text)
        except ParameterError as error:
            self.complain(error.reason)
            return
        self.complain("")
        self.edited.emit(value)

    def _choose(self) -> None:
        folder = Path(self.line.text() or Path.home())
        found = (
            self._ask.folder(self.parameter.label, folder)
            if self._is_folder
            else self._ask.path_to_read(self.parameter.label, folder, self._endings)
        )
        if found is not None:
            self.show_value(str(found))
            self._typed(str(found))
