"""Mark a field of the selection for a sweep: which field, which values, and whether it varies with others."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from designer import wording
from designer.edit.document import Command
from designer.edit.editable import Editable
from designer.edit.edits import hold, vary
from designer.edit.variants import shared_parameters
from designer.errors import DesignerError
from designer.graph.design import NodeId
from designer.graph.parameter import Parameter
from designer.graph.values import MOST_SWEPT, parse_values
from designer.graph.variation import Variation
from designer.ui.panels.cards import TonedLabel, quiet
from designer.ui.widgets.field_frames import FramedCombo


class VaryDialog(QDialog):
    """Choose a field and the values that a sweep gives it.

    Args:
        document: What is edited.
        ids: The nodes whose field varies, all of them together; at least one, with a field in common.
        field: The field that is asked about first; any where empty.
    """

    def __init__(
        self, document: Editable, ids: Sequence[NodeId], field: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Vary")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._document, self._ids = document, tuple(ids)
        self._parameters: tuple[Parameter, ...] = shared_parameters(document.design, self._ids)
        self.field = FramedCombo(self)
        self.field.setAccessibleName("Field")
        self.field.addItems([parameter.label for parameter in self._parameters])
        names = [parameter.name for parameter in self._parameters]
        self.field.setCurrentIndex(names.index(field) if field in names else 0)
        self.values, self.variable = QLineEdit(self), QLineEdit(self)
        self.values.setAccessibleName("Values")
        self.values.setPlaceholderText("2, 4, 6   or   0.25..1 step 0.25")
        self.variable.setAccessibleName("Variable")
        self.variable.setPlaceholderText("varies by itself")
        self.variable.setToolTip("Fields of one variable take the same value at a time, in whatever node they are")
        self.says, self.trouble = quiet("", self), TonedLabel("error", "", self)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, parent=self
        )
        self.ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText("&Vary")
        self.hold = buttons.addButton("&Hold still", QDialogButtonBox.ButtonRole.ResetRole)
        self.hold.setToolTip("Take the mark away")
        self.hold.clicked.connect(self._hold)
        buttons.accepted.connect(self._vary)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.addRow(quiet(self._subject(), self))
        form.addRow("&Field", self.field)
        form.addRow("&Values", self.values)
        form.addRow("Varia&ble", self.variable)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        for part in (self.says, self.trouble, buttons):
            layout.addWidget(part)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("m" * 36))
        self.field.currentIndexChanged.connect(lambda _row: self._show_present())
        self.values.textChanged.connect(lambda _text: self._check())
        self._show_present()
        self.values.setFocus(Qt.FocusReason.OtherFocusReason)

    def _subject(self) -> str:
        nodes = self._document.design.nodes
        if len(self._ids) == 1:
            return f"Of {nodes[self._ids[0]].title}"
        return f"Of {wording.plural(len(self._ids), 'node')}, all given the same value"

    @property
    def _parameter(self) -> Parameter:
        return self._parameters[self.field.currentIndex()]

    def _present(self) -> Variation | None:
        marks = self._document.design.nodes[self._ids[0]].varied
        return next((each for each in marks if each.field == self._parameter.name), None)

    def _show_present(self) -> None:
        present = self._present()
        self.values.setText(present.values if present is not None else "")
        shared = self._parameter.name if len(self._ids) > 1 else ""
        self.variable.setText(present.variable if present is not None else shared)
        self.hold.setEnabled(present is not None)
        self._check()

    def _check(self) -> None:
        """Say how many values there are, or what is wrong."""
        parameter = self._parameter
        self.trouble.setText("")
        self.says.setText("")
        self.ok.setEnabled(False)
        if not self.values.text().strip():
            now = parameter.text(getattr(self._document.design.nodes[self._ids[0]].layer, parameter.name))
            self.says.setText(f"It is {now} now. {parameter.help}")
            return
        try:
            values = parse_values(parameter, self.values.text(), MOST_SWEPT)
        except DesignerError as error:
            self.trouble.setText(str(error))
            return
        self.says.setText(wording.plural(len(values), "value"))
        self.ok.setEnabled(True)

    def _vary(self) -> None:
        if not self.ok.isEnabled():
            return
        ids, name = self._ids, self._parameter.name
        values, variable = self.values.text(), self.variable.text()
        self._apply(
            Command(f"Vary {self._parameter.label.lower()}", lambda design: vary(design, ids, name, values, variable))
        )

    def _hold(self) -> None:
        ids, name = self._ids, self._parameter.name
        self._apply(Command(f"Hold {self._parameter.label.lower()} still", lambda design: hold(design, ids, name)))

    def _apply(self, command: Command) -> None:
        try:
            self._document.apply(command)
        except DesignerError as error:
            self.trouble.setText(str(error))
            return
        self.accept()
