"""New from template: cards to choose from, and a form made of the chosen one's settings. Knows no particular one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.figures.registry import figure
from designer.errors import DesignerError
from designer.graph.design import Design
from designer.templates.networks import templates
from designer.templates.table import Template
from designer.ui.dialogs.template_cards import TemplateList
from designer.ui.panels.cards import PanelScroll, TonedLabel, clear, heading, quiet
from designer.ui.widgets.field_frames import FramedCombo
from designer.ui.widgets.fields import Field, field_for, labelled_row

ALL = "All families"
_FIGURES = ("parameters", "macs", "peak_activation_bytes", "depth")
_PAUSE_MS = 30
"""How long typing rests before what it makes is counted."""


class TemplateDialog(QDialog):
    """Choose and set a template.

    Args:
        chosen: The template that is chosen at first; the first one where None.
        most_compared: How many can be marked for a comparison; none where 0.
        parent: The window.

    Signals: ``built`` with the Design, when the dialog is accepted; ``compared`` with a tuple of Designs instead.
    """

    built = Signal(object)
    compared = Signal(object)

    def __init__(self, chosen: Template | None = None, parent: QWidget | None = None, most_compared: int = 0) -> None:
        super().__init__(parent)
        self.setWindowTitle("New from template")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._templates = templates()
        self._most = most_compared
        self._set_values: dict[str, dict[str, Any]] = {}
        self.fields: dict[str, Field] = {}
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search: name, author, year")
        self.search.setAccessibleName("Search templates")
        self.search.setClearButtonEnabled(True)
        self.search.installEventFilter(self)
        self.family = FramedCombo(self)
        self.family.setAccessibleName("Family")
        self.family.addItems([ALL, *dict.fromkeys(template.family for template in self._templates)])
        self.list = TemplateList(self._templates, bool(most_compared), self)
        self._nothing = quiet("No template is called so; fewer letters, or another family, find more.", self)
        self._about = QLabel(self)
        self._about.setWordWrap(True)
        self._source = quiet("", self)
        self._settings = PanelScroll(self)
        self._form = self._settings.column
        self._form.setContentsMargins(0, 0, 0, 0)
        self._figures: dict[str, QLabel] = {}
        self._trouble = TonedLabel("error", "", self)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, Qt.Orientation.Horizontal, self
        )
        self.create_button = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.create_button.setText("Create")
        self.compare_button = QPushButton("Co&mpare these", self)
        self.compare_button.setAutoDefault(False)
        self.compare_button.setToolTip("Build those that are marked, and put them side by side")
        if most_compared:
            buttons.addButton(self.compare_button, QDialogButtonBox.ButtonRole.ActionRole)
        else:
            self.compare_button.hide()
        buttons.accepted.connect(self._create)
        buttons.rejected.connect(self.reject)
        self._put_together(buttons)
        self._counting = QTimer(self)
        self._counting.setSingleShot(True)
        self._counting.setInterval(_PAUSE_MS)
        self._counting.timeout.connect(self._count)
        self.compare_button.clicked.connect(self._compare)
        self.search.textChanged.connect(lambda _text: self._filter())
        self.family.currentIndexChanged.connect(lambda _row: self._filter())
        self.list.marked.connect(self._show_marks)
        self.list.itemDoubleClicked.connect(lambda _item: self._create())
        self.list.currentRowChanged.connect(self._show)
        self.list.setCurrentRow(self._templates.index(chosen) if chosen in self._templates else 0)
        self._show_marks()
        self._filter()
        first = next(iter(self.fields.values()), None)
        if chosen is not None and first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _put_together(self, buttons: QDialogButtonBox) -> None:
        top = QHBoxLayout()
        top.addWidget(self.search, 3)
        top.addWidget(self.family, 2)
        left = QVBoxLayout()
        left.addLayout(top)
        left.addWidget(self._nothing)
        left.addWidget(self.list, 1)
        right = QVBoxLayout()
        for part in (self._about, self._source, self._settings):
            right.addWidget(part, 1 if part is self._settings else 0)
        right.addWidget(heading("What it costs", self))
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        for row, key in enumerate(_FIGURES):
            value = QLabel(self)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setAccessibleName(figure(key).title)
            self._figures[key] = value
            grid.addWidget(QLabel(figure(key).title, self), row, 0)
            grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignRight)
        right.addLayout(grid)
        right.addWidget(self._trouble)
        columns = QHBoxLayout()
        columns.addLayout(left, 3)
        columns.addLayout(right, 2)
        whole = QVBoxLayout(self)
        whole.addLayout(columns, 1)
        whole.addWidget(buttons)
        letters = self.fontMetrics()
        self.setMinimumSize(letters.horizontalAdvance("m" * 56), letters.height() * 24)
        self.resize(self._size_wanted())

    def _size_wanted(self) -> QSize:
        """Three cards beside each other where the screen has room."""
        letters, screen = self.fontMetrics(), self.screen().availableSize()
        wanted = QSize(letters.horizontalAdvance("m" * 84), letters.height() * 38)
        return wanted.boundedTo(screen * 0.94)

    @property
    def template(self) -> Template:
        """The template that is chosen."""
        return self._templates[self.list.currentRow()]

    @property
    def _values(self) -> dict[str, Any]:
        """What stands in the form of the chosen template; kept while others are looked at."""
        return self._values_of(self.template)

    def _values_of(self, template: Template) -> dict[str, Any]:
        usual = {setting.name: setting.default for setting in template.settings}
        return self._set_values.setdefault(template.key, usual)

    def figure(self, key: str) -> str:
        """What stands beside a figure now."""
        return self._figures[key].text()

    # Finding ----------------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """From the search, Down leads into the cards."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                self.list.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _filter(self) -> None:
        """Show the cards that are asked for, and choose one of them."""
        words, family = self.search.text().casefold().split(), self.family.currentText()
        shown = []
        for row, template in enumerate(self._templates):
            text = f"{template.title} {template.key} {template.help} {template.source} {template.family}".casefold()
            fits = family in (ALL, template.family) and all(word in text for word in words)
            self.list.item(row).setHidden(not fits)
            if fits:
                shown.append(row)
        self._nothing.setVisible(not shown)
        self.create_button.setEnabled(bool(shown))
        if shown and self.list.currentRow() not in shown:
            self.list.setCurrentRow(shown[0])

    # The form ---------------------------------------------------------------------------------------------------------

    def _show(self, row: int) -> None:
        if row < 0:
            return
        template = self._templates[row]
        self._about.setText(template.help)
        self._source.setText(template.source)
        clear(self._form)
        self.fields = {}
        for setting in template.settings:
            field = field_for(setting, self)
            field.show_value(self._values[setting.name])
            field.edited.connect(lambda value, name=setting.name: self._set(name, value))
            self.fields[setting.name] = field
            self._form.addWidget(labelled_row(field, self))
        self._form.addStretch(1)
        self._trouble.setText("")
        self._count()

    def _set(self, name: str, value: Any) -> None:
        self._values[name] = value
        self._counting.start()

    def _count(self) -> None:
        """Say what the network costs with what stands in the form."""
        try:
            analysis: Analysis | None = analyse(self.template.unplaced(**self._values))
            self._trouble.setText("")
        except DesignerError as error:
            analysis = None
            self._trouble.setText(str(error))
        for key, label in self._figures.items():
            label.setText(figure(key).said(analysis) if analysis is not None else "")
        if analysis is not None and analysis.issues:
            issue = analysis.issues[0]
            self._trouble.setText(f"{' / '.join(issue.path) or self.template.title}: {issue.what}, {issue.why}")

    # The end ----------------------------------------------------------------------------------------------------------

    def _is_complete(self) -> bool:
        wrong = next((field for field in self.fields.values() if field.complaint), None)
        if wrong is not None:
            wrong.setFocus(Qt.FocusReason.OtherFocusReason)
        return wrong is None

    def _design(self, template: Template) -> Design | None:
        try:
            return template.build(**self._values_of(template))
        except DesignerError as error:
            self._trouble.setText(str(error))
            return None

    def _create(self) -> None:
        design = self._design(self.template) if self._is_complete() else None
        if design is not None:
            self.built.emit(design)
            self.accept()

    def _show_marks(self) -> None:
        number = len(self.list.marks)
        self.compare_button.setEnabled(2 <= number <= self._most)
        words = "Co&mpare these" if number < 2 else f"Co&mpare these {number}"
        self.compare_button.setText(words if number <= self._most else f"At most {self._most} side by side")

    def _compare(self) -> None:
        if not self._is_complete():
            return
        designs = [self._design(self._templates[row]) for row in self.list.marks]
        found = tuple(design for design in designs if design is not None)
        if len(found) == len(designs):
            self.compared.emit(found)
            self.accept()
