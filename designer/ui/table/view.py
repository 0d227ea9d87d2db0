"""The table of a graph on screen: a tree of rows whose every cell is reached, said and edited by keyboard.

Arrow keys walk cells; right opens a block and left closes it. What a key means for the design is the panel's business.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QMenu, QTreeView, QWidget

from designer.analysis.figures.figure import Figure
from designer.ui.table.cells import CellDelegate
from designer.ui.table.columns import COLUMNS, FIGURES, Column
from designer.ui.table.model import GraphTable
from designer.ui.table.rows import Row
from designer.ui.widgets.figure_choice import add_figures, changed_figures, is_shown
from designer.ui.widgets.key_positions import latin_key

_OWN_KEYS = (Qt.Key.Key_F2, Qt.Key.Key_Home, Qt.Key.Key_End)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class GraphTableView(QTreeView):
    """The tree.

    Signals: ``rows_chosen`` when a person chose other rows; ``cell_entered`` with an index, on Enter or a double click;
    ``insert_asked`` on Insert; ``copy_asked`` on Ctrl+Shift+C; ``menu_asked`` with a place on the screen;
    ``figures_chosen`` with the keys of the figures whose column is seen, or not, other than from the start.
    """

    rows_chosen = Signal()
    cell_entered = Signal(QModelIndex)
    insert_asked = Signal()
    copy_asked = Signal()
    menu_asked = Signal(QPoint)
    figures_chosen = Signal(object)

    def __init__(self, table: GraphTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = table
        self._follows = False
        self.setModel(table)
        self.setAccessibleName("Table of the graph")
        self.setAccessibleDescription(
            "A row a node, in order of execution. Arrow keys walk the cells, Enter edits one, F2 names the node, Insert"
            " adds behind it, Delete deletes it, the menu key tells what else."
        )
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(CellDelegate(self))
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setAllColumnsShowFocus(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setExpandsOnDoubleClick(False)
        self.setTabKeyNavigation(False)
        self.setSortingEnabled(True)
        top = self.header()
        top.setSortIndicatorClearable(True)
        top.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        top.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        letter = self.fontMetrics().averageCharWidth()
        for column, words in enumerate(COLUMNS):
            self.setColumnWidth(column, words.letters * letter)
        self.show_figures(())
        top.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        top.customContextMenuRequested.connect(self._ask_for_figures)
        self.doubleClicked.connect(self.cell_entered)
        self.selectionModel().selectionChanged.connect(self._chosen)
        table.modelReset.connect(lambda: self.header().setSortIndicator(*self._sorting))

    @property
    def _sorting(self) -> tuple[int, Qt.SortOrder]:
        return self.header().sortIndicatorSection(), self.header().sortIndicatorOrder()

    # Columns ---------------------------------------------------------------------------------------------------------

    @property
    def columns_shown(self) -> list[int]:
        """Places of the columns that are seen."""
        return [column for column in range(len(COLUMNS)) if not self.isColumnHidden(column)]

    def show_figures(self, changed: Collection[str]) -> None:
        """Show the columns of headline figures, but for those of these keys, where it is the other way round."""
        for each in FIGURES:
            self.setColumnHidden(Column.of(each.key), not is_shown(each, changed))

    def add_figures(self, menu: QMenu) -> None:
        """Add which figures have their column seen to a menu."""
        offered = {each.node_label: each for each in FIGURES}
        add_figures(menu, offered, lambda each: not self.isColumnHidden(Column.of(each.key)), self._toggle)

    def _toggle(self, figure: Figure) -> None:
        column = Column.of(figure.key)
        self.setColumnHidden(column, not self.isColumnHidden(column))
        shown = [each for each in FIGURES if not self.isColumnHidden(Column.of(each.key))]
        self.figures_chosen.emit(changed_figures(FIGURES, shown))

    def _ask_for_figures(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.add_figures(menu)
        menu.popup(self.header().mapToGlobal(at))

    # Choosing --------------------------------------------------------------------------------------------------------

    @property
    def current(self) -> Row | None:
        """The row that has the keyboard."""
        return self.table.row_at(self.currentIndex())

    @property
    def chosen(self) -> list[Row]:
        """The chosen rows, in the order of the current one's level; those of other levels are left out."""
        found = [self.table.row_at(index) for index in self.selectionModel().selectedRows()]
        rows = [row for row in found if row is not None]
        here = self.current
        owner = here.owner if here is not None and here in rows else next((row.owner for row in rows), None)
        return sorted((row for row in rows if row.owner is owner), key=lambda row: row.place)

    def choose(self, rows: Iterable[Row]) -> None:
        """Choose these rows of one level, without telling so."""
        wanted = sorted(rows, key=lambda row: row.place)
        selection = QItemSelection()
        first = last = None
        for row in wanted:
            if first is None or last is None or row.place != last.place + 1:
                if first is not None and last is not None:
                    selection.select(self._cell(first, Column.NAME), self._cell(last, Column.PROBLEMS))
                first = row
            last = row
        if first is not None and last is not None:
            selection.select(self._cell(first, Column.NAME), self._cell(last, Column.PROBLEMS))
        self._follows = True
        try:
            if wanted and self.current not in wanted:
                index = self._cell(wanted[0], max(self.currentIndex().column(), 0))
                self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        finally:
            self._follows = False
        if wanted and self.current is not None:
            self.scrollTo(self.currentIndex())

    def _cell(self, row: Row, column: int) -> QModelIndex:
        return self.table.index_of(row, column)

    def _chosen(self) -> None:
        if not self._follows:
            self.rows_chosen.emit()

    # Keys ------------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Letters look for a name here, and a few keys mean the table, though they mean the canvas elsewhere."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter edits the cell, F2 the name, Insert adds, the menu key tells what else."""
        key, shift = Qt.Key(event.key()), event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        index = self.currentIndex()
        if key == Qt.Key.Key_Menu or (key == Qt.Key.Key_F10 and shift):
            self.menu_asked.emit(self.place_of(index))
        elif _is_copy(event):
            self.copy_asked.emit()
        elif not index.isValid() or self.state() == QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)
        elif key in _ENTER:
            self.cell_entered.emit(index)
        elif key == Qt.Key.Key_F2:
            self.edit_name()
        elif key == Qt.Key.Key_Insert:
            self.insert_asked.emit()
        else:
            super().keyPressEvent(event)

    def edit_name(self) -> None:
        """Type the current row's name where it stands."""
        row = self.current
        if row is not None and row.is_editable:
            index = self._cell(row, Column.NAME)
            self.setCurrentIndex(index)
            self.edit(index)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Left and right walk cells; in the first column they close and open blocks, and left goes to the block."""
        index, side = self.currentIndex(), QAbstractItemView.CursorAction
        if not index.isValid() or action not in (side.MoveLeft, side.MoveRight):
            return super().moveCursor(action, modifiers)
        if action == side.MoveRight:
            if index.column() == 0 and self.table.hasChildren(index) and not self.isExpanded(index):
                self.expand(index)
                return index
            return index.siblingAtColumn(next((n for n in self.columns_shown if n > index.column()), index.column()))
        if index.column() > 0:
            return index.siblingAtColumn(max(n for n in self.columns_shown if n < index.column()))
        if self.isExpanded(index):
            self.collapse(index)
            return index
        above = index.parent()
        return above if above.isValid() else index

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The same menu for the mouse."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.menu_asked.emit(self.place_of(self.currentIndex()))
        else:
            self.menu_asked.emit(event.globalPos())
        event.accept()

    def place_of(self, index: QModelIndex | QPersistentModelIndex) -> QPoint:
        """Below a cell, on the screen."""
        room = self.visualRect(index)
        return self.viewport().mapToGlobal(room.bottomLeft() if room.isValid() else self.viewport().rect().topLeft())


def _is_own(event: QKeyEvent) -> bool:
    plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    if _is_copy(event):
        return True
    if not plain:
        return False
    is_letter = bool(event.text()) and event.text().isprintable()
    return is_letter or Qt.Key(event.key()) in (*_OWN_KEYS, *_ENTER, Qt.Key.Key_Insert)


def _is_copy(event: QKeyEvent) -> bool:
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    return latin_key(event) == Qt.Key.Key_C and event.modifiers() == both
