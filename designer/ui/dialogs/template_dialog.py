"""New from template: a list of templates, and a form made of the chosen one's settings. Knows no particular one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QListWidget, QVBoxLayout, QWidget

from designer.errors import DesignerError
from designer.templates.networks import templates
from designer.templates.table import Template
from designer.ui.panels.cards import TonedLabel, clear, quiet
from designer.ui.widgets.fields import Field, field_for, labelled_row


class TemplateDialog(QDialog):
    """Choose and set a template.

    Signals: ``built`` with the Design, when the dialog is accepted.
    """

    built = Signal(object)

    def __init__(self, chosen: Template | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("New from template")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._templates = templates()
        self._values: dict[str, Any] = {}
        self.fields: dict[str, Field] = {}
        self.list = QListWidget(self)
        self.list.setAccessibleName("Templates")
        self.list.addItems([template.title for template in self._templates])
        self.list.setFixedWidth(self.fontMetrics().horizontalAdvance("m" * 16))
        self._about = QLabel(self)
        self._about.setWordWrap(True)
        self._source = quiet("", self)
        self._form = QVBoxLayout()
        self._trouble = TonedLabel("error", "", self)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, Qt.Orientation.Horizontal, self
        )
        self.create_button = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.create_button.setText("Create")
        buttons.accepted.connect(self._create)
        buttons.rejected.connect(self.reject)
        right = QVBoxLayout()
        for part in (self._about, self._source):
            right.addWidget(part)
        right.addLayout(self._form)
        right.addWidget(self._trouble)
        right.addStretch(1)
        right.addWidget(buttons)
        layout = QHBoxLayout(self)
        layout.addWidget(self.list)
        layout.addLayout(right, 1)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("m" * 56))
        self.setMinimumHeight(self.fontMetrics().height() * 24)
        self.list.currentRowChanged.connect(self._show)
        self.list.setCurrentRow(self._templates.index(chosen) if chosen in self._templates else 0)
        first = next(iter(self.fields.values()), None)
        if chosen is not None and first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def template(self) -> Template:
        """The template that is chosen."""
        return self._templates[self.list.currentRow()]

    def _show(self, row: int) -> None:
        template = self._templates[row]
        self._values = {setting.name: setting.default for setting in template.settings}
        self._about.setText(template.help)
        self._source.setText(template.source)
        clear(self._form)
        self.fields = {}
        for setting in template.settings:
            field = field_for(setting, self)
            field.edited.connect(lambda value, name=setting.name: self._set(name, value))
            self.fields[setting.name] = field
            self._form.addWidget(labelled_row(field, self))
        self._trouble.setText("")

    def _set(self, name: str, value: Any) -> None:
        self._values[name] = value
        self._trouble.setText("")

    def _create(self) -> None:
        wrong = next((field for field in self.fields.values() if field.complaint), None)
        if wrong is not None:
            wrong.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        try:
            design = self.template.build(**self._values)
        except DesignerError as error:
            self._trouble.setText(str(error))
            return
        self.built.emit(design)
        self.accept()
