"""The stage table in its dock: each edit is one undo step of what is on the canvas, and knobs stand above it.

Reads a design only while it is seen, so that it costs nothing while its dock is hidden.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QMetaObject, QObject, QPoint, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from designer.analysis.analysis import Analysis
from designer.edit.document import Command
from designer.errors import DesignerError
from designer.graph.design import Design
from designer.redesign.redesign import analysed
from designer.stage_table.columns import Column
from designer.stage_table.formats import TableFormat, formatted
from designer.stage_table.knobs import Knobs, resolution_of, turned
from designer.stage_table.parsing import design_of
from designer.stage_table.writing import EDITABLE, add, change, delete_rows, duplicate, fill_down, move
from designer.ui.stage_table.model import COLUMNS, StageModel
from designer.ui.stage_table.view import StageView
from designer.ui.views.design_tab import DesignTab
from designer.ui.widgets.fields import Field, field_for
from designer.wording import plural


class StagePanel(QWidget):
    """The stage table of what is on the canvas.

    Signals: ``status_message`` with a line for the status bar.
    """

    status_message = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tab: DesignTab | None = None
        self._heard: list[QMetaObject.Connection] = []
        self.model = StageModel(self)
        self.view = StageView(self.model, self)
        self.trouble = QLabel(self)
        self.trouble.setWordWrap(True)
        self.trouble.setVisible(False)
        self.trouble.setAccessibleName("Why an edit of the table was refused")
        self.fields: dict[str, Field] = {}
        self._knobs = Knobs()
        layout = QVBoxLayout(self)
        gap = self.fontMetrics().height() // 3
        layout.setContentsMargins(gap, gap, gap, gap)
        layout.addLayout(self._knob_row())
        layout.addWidget(self.trouble)
        layout.addWidget(self.view)
        self.setFocusProxy(self.view)
        self.model.typed.connect(self._type)
        view = self.view
        view.row_dragged.connect(self._move)
        view.move_asked.connect(self._move_by)
        view.copy_asked.connect(lambda: self.copy(TableFormat.TSV))
        view.paste_asked.connect(self._paste)
        view.fill_asked.connect(self._fill)
        view.delete_asked.connect(self._delete)
        view.duplicate_asked.connect(self._duplicate)
        view.menu_asked.connect(self._open_menu)
        view.rows_chosen.connect(self._select_nodes)

    def _knob_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for parameter in Knobs.parameters:
            field = field_for(parameter, self)
            field.show_value(parameter.default)
            field.edited.connect(partial(self._keep_knob, parameter.name))
            label = QLabel(f"{parameter.label}", self)
            label.setBuddy(field.editor)
            label.setToolTip(parameter.help)
            row.addWidget(label)
            row.addWidget(field)
            self.fields[parameter.name] = field
        self.apply = QPushButton("&Apply", self)
        self.apply.setToolTip("Scale widths, set the input, round: one undo step")
        self.apply.clicked.connect(self._turn)
        row.addWidget(self.apply)
        row.addStretch(1)
        return row

    # Following --------------------------------------------------------------------------------------------------------

    def show_tab(self, tab: DesignTab | None) -> None:
        """Turn to another design, or to none."""
        if tab is not self._tab:
            self._tab = tab
            self._say("")
            self._begin_or_end()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up, and listen from now on."""
        super().showEvent(event)
        self._begin_or_end()

    def hideEvent(self, event: QHideEvent) -> None:
        """Listen no longer."""
        super().hideEvent(event)
        self._begin_or_end()

    def _begin_or_end(self) -> None:
        for connection in self._heard:
            QObject.disconnect(connection)
        tab = self._tab if self.isVisible() else None
        self._heard = (
            [] if tab is None else [tab.analysed.connect(self._follow), tab.level_changed.connect(self._follow)]
        )
        self._follow()

    def _follow(self) -> None:
        analysis = self._tab.shown_analysis if self._tab is not None and self.isVisible() else None
        self.model.show_analysis(analysis)
        if analysis is not None:
            self.fields["resolution"].show_value(resolution_of(analysis.design))

    def _select_nodes(self) -> None:
        """Select the nodes of the chosen rows on the canvas."""
        if self._tab is not None and self.view.hasFocus():
            self._tab.select(id for place in self.view.chosen for id in self.model.row(place).ids)

    # Edits ------------------------------------------------------------------------------------------------------------

    def _do(self, label: str, edit: Callable[[Analysis], Design]) -> None:
        """Make one undo step; where it is refused, say why."""
        tab = self._tab
        if tab is None:
            return
        before = tab.shown_analysis
        try:
            tab.shown.apply(Command(label, lambda design: edit(analysed(design, before))))
        except DesignerError as error:
            self._say(str(error))
        else:
            self._say("")

    def _say(self, trouble: str) -> None:
        self.trouble.setText(trouble)
        self.trouble.setVisible(bool(trouble))
        if trouble:
            self.status_message.emit(trouble)

    def _type(self, row: int, column: Column, text: str) -> None:
        self._do(f"Set {column.title} of row {row + 1}", lambda analysis: change(analysis, row, column, text))

    def _move(self, row: int, to: int) -> None:
        self._do(f"Move row {row + 1}", lambda analysis: move(analysis, row, to))
        self.view.setCurrentIndex(self.model.index(to, max(self.view.currentIndex().column(), 0)))

    def _move_by(self, step: int) -> None:
        row = self.view.currentIndex().row()
        if row >= 0 and 0 <= row + step < self.model.rowCount():
            self._move(row, row + step)

    def _fill(self) -> None:
        rows, at = self.view.chosen, self.view.currentIndex()
        if at.isValid():
            column = COLUMNS[at.column()]
            self._do(f"Fill down {column.title}", lambda analysis: fill_down(analysis, rows, column))

    def _delete(self) -> None:
        rows = self.view.chosen
        if rows:
            self._do(f"Delete {plural(len(rows), 'row')}", lambda analysis: delete_rows(analysis, rows))

    def _duplicate(self) -> None:
        row = self.view.currentIndex().row()
        if row >= 0:
            self._do(f"Copy row {row + 1}", lambda analysis: duplicate(analysis, row))

    def _paste(self) -> None:
        """One value goes into the cell; rows come behind the current one; into an empty design, a whole network."""
        text, at = QGuiApplication.clipboard().text(), self.view.currentIndex()
        if self._tab is not None and not self._tab.shown.design.nodes:
            self._do("Paste a table", lambda analysis: design_of(text, analysis.design.name))
            return
        if at.isValid() and len(text.split()) == 1 and COLUMNS[at.column()] in EDITABLE:
            self._type(at.row(), COLUMNS[at.column()], text.strip())
            return
        row = at.row() if at.isValid() else self.model.rowCount() - 1
        self._do("Paste rows", lambda analysis: add(analysis, row, text))

    def _keep_knob(self, name: str, value: object) -> None:
        values: dict[str, Any] = {name: value}
        self._knobs = replace(self._knobs, **values)

    def _turn(self) -> None:
        knobs, self._knobs = self._knobs, Knobs()
        self._do("Width, resolution, rounding", lambda analysis: turned(analysis, knobs))
        for parameter in Knobs.parameters:
            if parameter.name != "resolution":
                self.fields[parameter.name].show_value(parameter.default)

    # Copying ----------------------------------------------------------------------------------------------------------

    def copy(self, format: TableFormat, with_costs: bool = False) -> None:
        """Put the whole table on the clipboard as text."""
        tab = self._tab
        if tab is None:
            return
        text = formatted(self.model.table, format, with_costs, tab.shown.design.name)
        QGuiApplication.clipboard().setText(text)
        self.status_message.emit(f"Copied {plural(self.model.rowCount(), 'row')} as {format.title}")

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAccessibleName("What can be done with these rows")
        entries: tuple[tuple[str, Callable[[], None]], ...] = (
            ("&Paste\tCtrl+V", self._paste),
            ("&Fill down\tCtrl+D", self._fill),
            ("Copy the &row behind itself\tIns", self._duplicate),
            ("Move &up\tAlt+Up", partial(self._move_by, -1)),
            ("Move dow&n\tAlt+Down", partial(self._move_by, 1)),
            ("&Delete rows\tDel", self._delete),
        )
        for title, call in entries:
            menu.addAction(title, call)
        menu.addSeparator()
        for format in TableFormat:
            keys = "\tCtrl+C" if format is TableFormat.TSV else ""
            menu.addAction(f"Copy table as {format.title}{keys}", partial(self.copy, format))
            menu.addAction(f"Copy table with costs as {format.title}", partial(self.copy, format, with_costs=True))
        menu.popup(at)
        self.menu = menu
