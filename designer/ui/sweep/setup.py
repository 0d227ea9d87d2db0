"""What is swept and how: the space, what it keeps to, what is looked for, how it is walked through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QCompleter,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from designer.analysis.figures.registry import figure
from designer.errors import DesignerError
from designer.files.design_json import dumps
from designer.graph.design import Design
from designer.sweeps.objective import objective_keys
from designer.sweeps.plan import Plan, SpaceSource, Way
from designer.sweeps.search import SAMPLERS
from designer.sweeps.space import Space, marked
from designer.templates.networks import templates
from designer.ui.panels.cards import TonedLabel, clear, heading, quiet
from designer.ui.widgets.action_button import icon_button
from designer.ui.widgets.field_frames import FramedCombo
from designer.wording import count

_WAYS = (
    ("Every point", Way.GRID, ""),
    ("Some at random", Way.RANDOM, ""),
    *(
        (f"Search for the front ({title})", Way.SEARCH, key)
        for title, key in zip(("NSGA-II", "TPE"), SAMPLERS, strict=True)
    ),
)
_NOTHING = "–"


class _Varied(QWidget):
    """One row: what varies, its values, and a button that takes it out."""

    def __init__(self, name: str, values: str, is_marked: bool, words: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.is_marked = is_marked
        self.name, self.values = QLineEdit(name, self), QLineEdit(values, self)
        self.name.setReadOnly(is_marked)
        self.name.setAccessibleName("What varies")
        self.name.setPlaceholderText("node.field")
        self.name.setToolTip(name)
        self.name.setCursorPosition(0)
        self.values.setAccessibleName(f"Values of {name or 'it'}")
        self.values.setPlaceholderText("2, 4, 6")
        completer = QCompleter(list(words), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.name.setCompleter(completer)
        self.out = icon_button("close", "Hold it still" if is_marked else "Take it out", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.name, 5)
        row.addWidget(self.values, 4)
        row.addWidget(self.out)


class SweepSetup(QWidget):
    """A form whose answer is a space's source and a plan.

    Signals: ``changed`` when either may be another; ``hold_asked`` with the name of a marked variable that shall be
    held still; ``constraints_changed`` with the design's constraints as they were typed.
    """

    changed = Signal()
    hold_asked = Signal(str)
    constraints_changed = Signal(object)

    def __init__(self, design: Callable[[], Design], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._design = design
        self.source = self._combo("Around", ["This design", *(each.title for each in templates())])
        self.source.currentIndexChanged.connect(lambda _row: self._turn_to_source())
        self._rows = QVBoxLayout()
        self.add = QPushButton("&Add a field", self)
        self.add.clicked.connect(lambda: self._add("", ""))
        self.size_label = quiet("", self)
        self.trouble = TonedLabel("error", "", self)
        self.constraints = QPlainTextEdit(self)
        self.constraints.setAccessibleName("Constraints, one a line")
        self.constraints.setPlaceholderText("parameters <= 3.5e6\nc3 <= c4\nfits.microcontroller_256k")
        self.constraints.setTabChangesFocus(True)
        self.constraints.setFixedHeight(self.fontMetrics().height() * 4)
        self.constraints.textChanged.connect(self._constraints_typed)
        titles = [figure(key).title for key in objective_keys()]
        self.objectives = [self._combo(f"Objective {n + 1}", [_NOTHING, *titles]) for n in range(3)]
        self.wants_more = [QCheckBox("more", self) for _ in self.objectives]
        for check in self.wants_more:
            check.setToolTip("More of it is better")
            check.toggled.connect(self.changed)
        for box, key in zip(self.objectives, ("macs", "parameters"), strict=False):
            box.setCurrentIndex(1 + objective_keys().index(key))
        self.wants_more[1].setChecked(True)
        self.way = self._combo("Walk", [title for title, _, _ in _WAYS])
        self.points = QSpinBox(self)
        self.points.setAccessibleName("Points")
        self.points.setRange(1, 1_000_000)
        self.points.setValue(1000)
        self.measures = QCheckBox("&Measure what keeps the constraints", self)
        self.measures.toggled.connect(self.changed)
        self.seconds = QDoubleSpinBox(self)
        self.seconds.setAccessibleName("Seconds a point")
        self.seconds.setRange(0.1, 3600.0)
        self.seconds.setValue(3.0)
        self.seconds.setSuffix(" s a point")
        self._build()
        for box in (*self.objectives, self.way):
            box.currentIndexChanged.connect(lambda _row: self._follow())
        self.follow_design()

    def _combo(self, name: str, titles: Sequence[str]) -> FramedCombo:
        box = FramedCombo(self)
        box.setAccessibleName(name)
        box.addItems(titles)
        return box

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(heading("Space", self))
        layout.addWidget(self.source)
        layout.addLayout(self._rows)
        layout.addWidget(self.add)
        layout.addWidget(self.size_label)
        layout.addWidget(self.trouble)
        layout.addWidget(heading("Keep to", self))
        layout.addWidget(self.constraints)
        layout.addWidget(heading("Look for", self))
        for box, more in zip(self.objectives, self.wants_more, strict=True):
            row = QHBoxLayout()
            row.addWidget(box, 1)
            row.addWidget(more)
            layout.addLayout(row)
        form = QFormLayout()
        form.addRow("&Walk", self.way)
        form.addRow("&Points", self.points)
        layout.addWidget(heading("Walk", self))
        layout.addLayout(form)
        layout.addWidget(self.measures)
        layout.addWidget(self.seconds)

    # What is said -----------------------------------------------------------------------------------------------------

    def plan(self) -> Plan:
        """How the sweep goes."""
        _, way, sampler = _WAYS[self.way.currentIndex()]
        keys = objective_keys()
        chosen = [
            ("max:" if more.isChecked() else "") + keys[box.currentIndex() - 1]
            for box, more in zip(self.objectives, self.wants_more, strict=True)
            if box.currentIndex() > 0
        ]
        return Plan(tuple(chosen), way, self.points.value(), sampler or "nsga2", 0, self.measures.isChecked())

    def space_source(self) -> SpaceSource:
        """What the space is made of."""
        rows = [row for row in self._varied() if row.name.text().strip()]
        vary = tuple((row.name.text().strip(), row.values.text()) for row in rows)
        constraints = tuple(line.strip() for line in self.constraints.toPlainText().splitlines() if line.strip())
        if self.source.currentIndex() == 0:
            return SpaceSource(dumps(self._design().constrained(())), "", (), vary, constraints)
        return SpaceSource("", templates()[self.source.currentIndex() - 1].key, (), vary, constraints)

    def space(self) -> Space | None:
        """The space, its size said; None where there is none, the reason said."""
        self.trouble.setText("")
        self.size_label.setText("")
        if not self._varied():
            self.size_label.setText("Nothing varies yet. Right click a field in the inspector, or add one here.")
            return None
        try:
            space = self.space_source().space()
        except (DesignerError, KeyError) as error:
            self.trouble.setText(str(error))
            return None
        sizes = " × ".join(str(len(each.values)) for each in space.variables)
        self.size_label.setText(f"{count(space.size)} points: {sizes}")
        return space

    def _varied(self) -> list[_Varied]:
        items = [self._rows.itemAt(index) for index in range(self._rows.count())]
        return [row for item in items if item is not None and isinstance(row := item.widget(), _Varied)]

    # Following --------------------------------------------------------------------------------------------------------

    def follow_design(self) -> None:
        """Show the fields that the design marks, and its constraints; what was added here stays."""
        if self.source.currentIndex() == 0:
            self._show_rows(self._own_rows())
            text = "\n".join(self._design().constraints)
            lines = self.constraints.toPlainText()
            if [line.strip() for line in lines.splitlines() if line.strip()] != list(self._design().constraints):
                self.constraints.blockSignals(True)
                self.constraints.setPlainText(text)
                self.constraints.blockSignals(False)
        self._follow()

    def _own_rows(self) -> list[tuple[str, str]]:
        return [(row.name.text(), row.values.text()) for row in self._varied() if not row.is_marked]

    def _show_rows(self, own: Sequence[tuple[str, str]]) -> None:
        clear(self._rows)
        if self.source.currentIndex() == 0:
            marks: dict[str, str] = {}
            for target, values, variable in marked(self._design()):
                marks.setdefault(variable or ".".join((*target.path, target.field)), values)
            for name, values in marks.items():
                self._place(name, values, is_marked=True)
        for name, values in own:
            self._place(name, values, is_marked=False)

    def _turn_to_source(self) -> None:
        self._show_rows(())
        self.constraints.setPlainText("")
        if self.source.currentIndex() == 0:
            self.follow_design()
            return
        for setting in templates()[self.source.currentIndex() - 1].settings[:2]:
            self._place(setting.name, setting.text(setting.default), is_marked=False)
        self._follow()

    def _add(self, name: str, values: str) -> None:
        self._place(name, values, is_marked=False).name.setFocus(Qt.FocusReason.OtherFocusReason)
        self._follow()

    def _place(self, name: str, values: str, is_marked: bool) -> _Varied:
        row = _Varied(name, values, is_marked, self._words(), self)
        row.values.textChanged.connect(lambda _text: self._follow())
        row.name.textChanged.connect(lambda _text: self._follow())
        row.out.clicked.connect(partial(self._take_out, row))
        self._rows.addWidget(row)
        return row

    def _words(self) -> list[str]:
        """What can vary: settings of the template, and fields of nodes."""
        index = self.source.currentIndex()
        design = self._design() if index == 0 else templates()[index - 1].unplaced()
        settings = [] if index == 0 else [setting.name for setting in templates()[index - 1].settings]
        fields = [f"{id}.{each.name}" for id, node in design.nodes.items() for each in node.layer.parameters]
        return [*settings, *fields]

    def _take_out(self, row: _Varied) -> None:
        if row.is_marked:
            self.hold_asked.emit(row.name.text())
            return
        self._rows.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._follow()

    def _constraints_typed(self) -> None:
        if self.source.currentIndex() == 0:
            lines = self.constraints.toPlainText().splitlines()
            self.constraints_changed.emit(tuple(line.strip() for line in lines if line.strip()))
        self._follow()

    def _follow(self) -> None:
        self.points.setEnabled(_WAYS[self.way.currentIndex()][1] is not Way.GRID)
        for box, more in zip(self.objectives, self.wants_more, strict=True):
            more.setEnabled(box.currentIndex() > 0)
        self.seconds.setEnabled(self.measures.isChecked())
        self.changed.emit()
