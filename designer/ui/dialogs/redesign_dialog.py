"""An edit that designers repeat, with what it would make of the totals before it is made. Knows no particular one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from designer import wording
from designer.analysis.analysis import Analysis
from designer.edit.document import Command
from designer.edit.editable import Editable
from designer.errors import DesignerError
from designer.graph.design import Design, NodeId
from designer.graph.option_set import OptionSet
from designer.graph.parameter import Choice, Parameter, Word
from designer.matching.differences_in_words import difference_lines
from designer.redesign.redesign import Redesign, RepeatedEdit, analysed
from designer.redesign.totals import SHOWN, totals_changed
from designer.ui.panels.cards import Card, TonedLabel, clear, heading, quiet
from designer.ui.widgets.accessibility import describe
from designer.ui.widgets.field_frames import FramedCheck
from designer.ui.widgets.fields import Field, field_for, labelled_row

_MOST_LINES = 200


class _Offered(Enum):
    """Words offered for an option; made of what an edit says, each with its title."""

    @property
    def title(self) -> str:
        """What a person reads."""
        return self.name


def _offered(values: Mapping[str, str]) -> type[_Offered]:
    """Words by their titles as members; Enum's functional form, which type checkers take for making a member."""
    made: Any = _Offered
    kind: type[_Offered] = made("Offered", dict(values))
    return kind


class RedesignDialog(QDialog):
    """Set an edit, see what it changes, and make it one undo step.

    Args:
        edit: What is done.
        document: What is edited.
        analysis: Of what is edited.
        ids: The selected nodes.
        parent: The window.
        carry_out: Does the edit elsewhere instead, as where weights go along; told what was chosen.
    """

    def __init__(
        self,
        edit: RepeatedEdit,
        document: Editable,
        analysis: Analysis,
        ids: Sequence[NodeId],
        parent: QWidget | None = None,
        carry_out: Callable[[OptionSet], object] | None = None,
    ) -> None:
        super().__init__(parent)
        self._carry_out = carry_out
        self.setWindowTitle(edit.title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._edit, self._document, self._analysis, self._ids = edit, document, analysis, tuple(ids)
        self._values: dict[str, Any] = {each.name: each.default for each in edit.options.parameters}
        self._made: Redesign | None = None
        self.fields: dict[str, Field] = {}
        self._rows: dict[str, QWidget] = {}
        column = QVBoxLayout(self)
        about = QLabel(edit.help, self)
        about.setWordWrap(True)
        column.addWidget(about)
        column.addWidget(quiet(" ".join(part for part in (self._subject(), self._source()) if part), self))
        for parameter in edit.options.parameters:
            self._add_field(parameter, column)
        self.boxes: list[FramedCheck] = []
        self._tick_column = QVBoxLayout()
        column.addLayout(self._tick_column)
        self._totals: dict[str, QLabel] = {}
        column.addWidget(self._ghost())
        self.changes = QListWidget(self)
        self.changes.setAccessibleName("Changes")
        self.changes.setWordWrap(True)
        self.changes.setMinimumHeight(self.fontMetrics().height() * 7)
        column.addWidget(self.changes, 1)
        self.trouble = TonedLabel("error", "", self)
        column.addWidget(self.trouble)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, parent=self
        )
        self.ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText("&Apply")
        buttons.accepted.connect(self._apply)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        letters = self.fontMetrics()
        self.setMinimumWidth(letters.horizontalAdvance("m" * 44))
        self.resize(letters.horizontalAdvance("m" * 50), letters.height() * 34)
        self._show_rows()
        self._show_ticks()
        first = next(iter(self.fields.values()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _subject(self) -> str:
        name = self._analysis.design.name
        if self._ids:
            return f"Of {wording.plural(len(self._ids), 'selected node')} in {name}."
        return f"Of all nodes in {name}." if self._edit.takes_all else ""

    def _source(self) -> str:
        return f"Source: {self._edit.source}." if self._edit.source else ""

    # The form ---------------------------------------------------------------------------------------------------------

    def _add_field(self, parameter: Parameter, column: QVBoxLayout) -> None:
        offers = self._edit.offers(parameter.name, self._analysis, self._ids)
        if offers:
            kind: type[_Offered] = _offered({each.title: each.value for each in offers})
            options: tuple[_Offered, ...] = tuple(kind)
            parameter = Choice(parameter.name, options[0], parameter.help, title=parameter.title, options=options)
            self._values[parameter.name] = options[0].value
        field = field_for(parameter, self)
        field.show_value(parameter.default)
        if isinstance(parameter, Word) and isinstance(field.editor, QLineEdit):
            field.editor.setPlaceholderText(parameter.such_as)
        field.edited.connect(lambda value, name=parameter.name: self._set(name, value))
        self.fields[parameter.name] = field
        self._rows[parameter.name] = labelled_row(field, self)
        column.addWidget(self._rows[parameter.name])

    def _set(self, name: str, value: Any) -> None:
        self._values[name] = value.value if isinstance(value, _Offered) else value
        self._show_rows()
        self._show_ticks()

    def _show_rows(self) -> None:
        """Hide what another option makes meaningless."""
        for parameter in self._edit.options.parameters:
            when = parameter.shown_when
            self._rows[parameter.name].setVisible(when is None or self._values[when[0]] == when[1])

    def _options(self) -> OptionSet:
        return self._edit.options(**self._values)

    def _show_ticks(self) -> None:
        """List what can be ticked anew, as what is proposed follows from the form."""
        try:
            ticks = self._edit.ticks(self._analysis, self._ids, self._options())
        except DesignerError:
            ticks = ()
        if [each.text for each in ticks] != [box.text() for box in self.boxes]:
            clear(self._tick_column)
            self.boxes = [FramedCheck(each.text, self) for each in ticks]
            for box in self.boxes:
                self._tick_column.addWidget(box)
                box.toggled.connect(lambda _on: self._show_outcome())
        for box, each in zip(self.boxes, ticks, strict=True):
            with QSignalBlocker(box):
                box.setChecked(each.is_proposed)
        self._show_outcome()

    def _ticked(self) -> tuple[int, ...] | None:
        if not self.boxes:
            return None
        return tuple(place for place, box in enumerate(self.boxes) if box.isChecked())

    # What it would make -----------------------------------------------------------------------------------------------

    def _ghost(self) -> Card:
        card = Card(parent=self)
        card.column.addWidget(heading("What it would change", card))
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        for row, change in enumerate(totals_changed(self._analysis, self._analysis)):
            words = QLabel(card)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.setAccessibleName(change.title)
            self._totals[change.key] = words
            grid.addWidget(QLabel(change.title, card), row, 0)
            grid.addWidget(words, row, 1, Qt.AlignmentFlag.AlignRight)
        card.column.addLayout(grid)
        return card

    def total(self, key: str) -> str:
        """What stands beside a figure: ``3.50 M → 4.10 M (+17.1 %)``."""
        return self._totals[key].text()

    def _show_outcome(self) -> None:
        """Work out what would be made, and say it, or why it cannot be."""
        self.changes.clear()
        self.trouble.setText("")
        self.ok.setEnabled(False)
        try:
            self._made = self._edit.redesign(self._analysis, self._ids, self._options(), self._ticked())
        except DesignerError as error:
            self._made = None
            self.trouble.setText(str(error))
        after = self._made.after if self._made is not None else self._analysis
        for change in totals_changed(self._analysis, after):
            self._totals[change.key].setText(change.words)
            describe(self._totals[change.key], change.line())
        assert set(self._totals) == set(SHOWN)
        if self._made is None:
            return
        lines = difference_lines(self._analysis.design, self._made.design)
        # What is said of weights holds where nobody else takes care of them.
        notes = self._made.notes if self._carry_out is None else ("The weights beside the design go along.",)
        said = [*notes, *lines[:_MOST_LINES], *(f"stays: {each.line()}" for each in self._made.left)]
        if len(lines) > _MOST_LINES:
            said.append(f"… and {len(lines) - _MOST_LINES} changes more")
        self.changes.addItems(said)
        self.ok.setEnabled(bool(lines))
        if not lines:
            self.trouble.setText("Nothing would change: it is so already.")

    def _apply(self) -> None:
        if self._made is None or not self.ok.isEnabled():
            return
        if self._carry_out is not None:
            self._carry_out(self._options())
            self.accept()
            return
        try:
            options, ticked = self._options(), self._ticked()
            edit, ids, before = self._edit, self._ids, self._analysis

            def made(design: Design) -> Design:
                return edit.redesign(analysed(design, before), ids, options, ticked).design

            self._document.apply(Command(edit.label(options), made))
        except DesignerError as error:
            self.trouble.setText(str(error))
            return
        self.accept()
