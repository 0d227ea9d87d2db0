"""A family of designs from one: choose a field of the selection and type values; says at once what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from designer import wording
from designer.edit.variants import Variant, shared_parameters, variants
from designer.errors import DesignerError
from designer.graph.design import Design, NodeId
from designer.graph.parameter import Parameter
from designer.ui.panels.cards import TonedLabel, quiet
from designer.ui.widgets.field_frames import FramedCombo


class VariantsDialog(QDialog):
    """Choose a field and its values.

    Args:
        design: What the designs are variants of.
        ids: The nodes whose field takes the values; at least one, with a field in common.
        most: How many designs there is room for.

    Signals: ``made`` with the variants, when the dialog is accepted.
    """

    made = Signal(object)

    def __init__(self, design: Design, ids: Sequence[NodeId], most: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Variants")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._design, self._ids, self._most = design, tuple(ids), most
        self._parameters: tuple[Parameter, ...] = shared_parameters(design, self._ids)
        self.field = FramedCombo(self)
        self.field.setAccessibleName("Field")
        self.field.addItems([parameter.label for parameter in self._parameters])
        self.values = QLineEdit(self)
        self.values.setAccessibleName("Values")
        self.values.setPlaceholderText("1, 2, 4, 6   or   16..64 step 16")
        self.says = quiet("", self)
        self.trouble = TonedLabel("error", "", self)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, parent=self
        )
        self.ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText("Compare")
        buttons.accepted.connect(self._make)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.addRow(quiet(self._subject(), self))
        form.addRow("&Field", self.field)
        form.addRow("&Values", self.values)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        for part in (self.says, self.trouble, buttons):
            layout.addWidget(part)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("m" * 36))
        self.field.currentIndexChanged.connect(lambda _row: self._check())
        self.values.textChanged.connect(lambda _text: self._check())
        self._check()
        self.values.setFocus(Qt.FocusReason.OtherFocusReason)

    def _subject(self) -> str:
        if len(self._ids) == 1:
            return f"Of {self._design.nodes[self._ids[0]].title} in {self._design.name}"
        return f"Of {wording.plural(len(self._ids), 'node')} in {self._design.name}, all given the same value"

    def _family(self) -> tuple[Variant, ...]:
        parameter = self._parameters[self.field.currentIndex()]
        return variants(self._design, self._ids, parameter.name, self.values.text())

    def _check(self) -> None:
        """Say what would be made, or what is wrong."""
        self.trouble.setText("")
        self.says.setText("")
        self.ok.setEnabled(False)
        if not self.values.text().strip():
            present = self._parameters[self.field.currentIndex()]
            now = present.text(getattr(self._design.nodes[self._ids[0]].layer, present.name))
            self.says.setText(f"It is {now} now. {present.help}")
            return
        try:
            family = self._family()
        except DesignerError as error:
            self.trouble.setText(str(error))
            return
        if len(family) > self._most:
            self.trouble.setText(f"{len(family)} designs, and there is room for {self._most} more; type fewer values.")
            return
        self.says.setText(f"{wording.plural(len(family), 'design')}: " + ", ".join(each.label for each in family))
        self.ok.setEnabled(True)

    def _make(self) -> None:
        if self.ok.isEnabled():
            self.made.emit(self._family())
            self.accept()
