"""The table of the graph in its dock: rows and canvas choose the same nodes, and what keys in the table mean is done.

Listens to a design only while it is seen, so that it costs nothing while its dock is hidden.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QMetaObject, QModelIndex, QObject, QPoint, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from designer import wording
from designer.edit.document import Edit
from designer.ui.table.columns import Column, NodeTimes
from designer.ui.table.copying import TextForm, rows_as_text
from designer.ui.table.form import ParameterForm
from designer.ui.table.model import GraphTable
from designer.ui.table.rows import Row
from designer.ui.table.view import GraphTableView
from designer.ui.views.design_tab import DesignTab
from designer.ui.views.wiring_by_list import Wiring


class TablePanel(QWidget):
    """The table of the design on screen, through its blocks.

    The canvas follows into a block whose rows are walked, so that what is chosen here is what every action means.

    Signals: ``status_message`` with a line for the status bar; ``menu_asked`` with a place on the screen.
    """

    status_message = Signal(str)
    menu_asked = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tab: DesignTab | None = None
        self._heard: list[QMetaObject.Connection] = []
        self._times: NodeTimes = {}
        self._is_choosing = False
        self.table = GraphTable(self)
        self.view = GraphTableView(self.table, self)
        self.wiring = Wiring(self.view)
        self.form = ParameterForm(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.setFocusProxy(self.view)
        self.table.refused.connect(self.status_message)
        self.view.rows_chosen.connect(self._choose_nodes)
        self.view.cell_entered.connect(self._enter_cell)
        self.view.insert_asked.connect(self._add_behind)
        self.view.copy_asked.connect(self._copy_chosen)
        self.view.menu_asked.connect(self.menu_asked)

    # Following -------------------------------------------------------------------------------------------------------

    def show_tab(self, tab: DesignTab | None) -> None:
        """Turn to another design, or to none."""
        if tab is not self._tab:
            self._tab = tab
            self._begin_or_end()

    def show_times(self, times: NodeTimes) -> None:
        """Show measured times of the whole design, by path joined with dots, in milliseconds."""
        self._times = times
        if self._heard:
            self.table.show_times(times)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up, and listen from now on."""
        super().showEvent(event)
        self._begin_or_end()

    def hideEvent(self, event: QHideEvent) -> None:
        """Listen no longer, and keep nothing of the design."""
        super().hideEvent(event)
        self._begin_or_end()

    def _begin_or_end(self) -> None:
        for connection in self._heard:
            QObject.disconnect(connection)
        self._heard = []
        tab = self._tab if self.isVisible() else None
        self.table.show_document(tab.document if tab else None, tab.analysis if tab else None)
        if tab is None:
            return
        self.table.show_times(self._times)
        self._heard = [
            tab.document_changed.connect(self._follow),
            tab.analysed.connect(self._follow),
            tab.selection_changed.connect(self._choose_rows),
            tab.level_changed.connect(self._choose_rows),
        ]
        self._choose_rows()

    def _follow(self) -> None:
        if self._tab is not None:
            self.table.follow(self._tab.analysis)
            self.view.viewport().update()  # some figures of a node follow from what is elsewhere

    # One selection ---------------------------------------------------------------------------------------------------

    def _choose_rows(self) -> None:
        """Choose the rows of the nodes that are selected on the canvas."""
        tab = self._tab
        if tab is None or self._is_choosing:
            return
        rows = [self.table.row_of((*tab.path, id)) for id in tab.selection]
        self.view.choose(row for row in rows if row is not None)

    def _choose_nodes(self) -> None:
        """Select the nodes of the chosen rows on the canvas, which goes to where they are."""
        tab, rows = self._tab, self.view.chosen
        if tab is None:
            return
        inside = rows[0].owner.path if rows else tab.path
        self._is_choosing = True
        try:
            if not tab.walking.go(inside, takes_keyboard=False):
                return
            tab.select(row.id for row in rows)
            if rows:
                tab.canvas.ensure_visible([row.id for row in rows])
        finally:
            self._is_choosing = False
        if len(rows) != len(self.view.selectionModel().selectedRows()):
            self.view.choose(rows)

    # What keys mean --------------------------------------------------------------------------------------------------

    def _enter_cell(self, index: QModelIndex) -> None:
        row, tab = self.table.row_at(index), self._tab
        if row is None or tab is None:
            return
        at = self.view.place_of(index)
        match index.column():
            case Column.NAME if row.is_editable:
                self.view.edit_name()
            case Column.TYPE | Column.SETTINGS:
                self._edit_parameters(row, at)
            case Column.INPUTS if self._is_on_canvas(row):
                self.wiring.choose_source(tab.scene, row.id, at)
            case Column.OUTPUT if self._is_on_canvas(row):
                self.wiring.choose_target(tab.scene, row.id, at)
            case Column.PROBLEMS if row.issues:
                self._offer_fixes(row, at)
            case _:
                tab.show_node(row.id)

    def _is_on_canvas(self, row: Row) -> bool:
        return self._tab is not None and self._tab.path == row.owner.path

    def _edit_parameters(self, row: Row, at: QPoint) -> None:
        if self._tab is None:
            return
        if not row.is_editable:
            self.status_message.emit(f"{row.called} follows from the block it is in; make that a group to edit it")
        elif not self.form.open(self._tab.document, row.path, row.node, at):
            self.status_message.emit(f"{row.called} has no parameters")

    def _offer_fixes(self, row: Row, at: QPoint) -> None:
        menu = QMenu(self.view)
        for issue in row.issues:
            menu.addSection(issue.what)
            for fix in issue.fixes:
                menu.addAction(f"Fix: {fix.label}", self._fixing(row, fix.label, fix.edit))
            if not issue.fixes:
                menu.addAction(issue.advice or issue.why).setEnabled(False)
        menu.popup(at)

    def _fixing(self, row: Row, label: str, edit: Edit) -> Callable[[], object]:
        return lambda: self.table.edit(row.owner.path, label, edit)

    def _add_behind(self) -> None:
        """Quick add, behind the current row's node; then the keyboard comes back."""
        tab = self._tab
        if tab is None or self.view.current is None:
            return
        tab.canvas.open_quick_add()
        box = tab.canvas.adding.box
        if not box.isVisible():
            return
        heard: list[QMetaObject.Connection] = []

        def come_back() -> None:
            for connection in heard:
                QObject.disconnect(connection)
            self.view.setFocus()

        heard += [box.chosen.connect(come_back), box.left.connect(come_back)]

    # Copying ---------------------------------------------------------------------------------------------------------

    def _copy_chosen(self) -> None:
        rows = self.view.chosen
        self.copy(TextForm.TSV, all_rows=not rows)

    def copy(self, form: TextForm, all_rows: bool) -> None:
        """Put rows on the clipboard as text: all of them, through blocks, or the chosen ones."""
        rows = list(self.table.rows_in_order()) if all_rows else self.view.chosen
        QGuiApplication.clipboard().setText(rows_as_text(rows, form, self._times, self.view.columns_shown))
        self.status_message.emit(f"Copied {wording.plural(len(rows), 'row')} as {form.value}")

    def add_choices(self, menu: QMenu) -> None:
        """Add what can be shown and copied to a menu."""
        self.view.add_figures(menu.addMenu("Fi&gures shown"))
        self._add_copying(menu)

    def _add_copying(self, menu: QMenu) -> None:
        inner = menu.addMenu("Copy &table")
        for form in TextForm:
            keys = "\tCtrl+Shift+C" if form is TextForm.TSV else ""
            action = inner.addAction(f"Chosen rows as {form.value}{keys}")
            action.setEnabled(bool(self.view.chosen))
            action.triggered.connect(lambda _on=False, form=form: self.copy(form, False))
        inner.addSeparator()
        for form in TextForm:
            inner.addAction(f"All rows as {form.value}", partial(self.copy, form, all_rows=True))
