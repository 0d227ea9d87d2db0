"""The table of figures: a row a figure, a column a design; rows are moved, hidden, sorted and given budgets.

Shows what ``analysis.compare`` worked out; counts nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QBrush, QFont, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QMenu, QTableView, QWidget

from designer import wording
from designer.analysis.compare import Comparison, Row, budget_keys
from designer.ui.compare.member import LETTERS
from designer.ui.look.theme import tokens
from designer.ui.widgets.key_positions import latin_key

Index = QModelIndex | QPersistentModelIndex
BEST_MARK = "★"
OVER_MARK = "▲ over"


def cell_text(row: Row, column: int, baseline: int) -> str:
    """What stands in a cell: the figure, its ratio or its paired interval, a mark on the best and on the broken."""
    if column == len(row.texts):
        return LETTERS[row.best] if row.best is not None else wording.UNKNOWN
    words = [row.texts[column]]
    ratio, note = row.ratios[column], row.notes[column] if row.notes else ""
    if note:
        words.append(note)
    elif column != baseline and ratio is not None:
        words.append(wording.ratio(ratio))
    if row.best == column:
        words.append(BEST_MARK)
    if row.broken and row.broken[column]:
        words.append(OVER_MARK)
    return "  ".join(words)


class FiguresModel(QAbstractTableModel):
    """The table as Qt asks for it: rows in their chosen order, a column a design, and one that names the best."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.comparison = Comparison((), ())
        self.rows: tuple[Row, ...] = ()

    def show_comparison(self, comparison: Comparison, rows: Sequence[Row]) -> None:
        """Show another table, or other figures in the same one.

        Args:
            comparison: The table.
            rows: Its rows that are seen, in the order they are seen in.
        """
        same = [row.key for row in rows] == [row.key for row in self.rows]
        same = same and len(comparison.names) == len(self.comparison.names)
        if not same:
            self.beginResetModel()
        self.comparison, self.rows = comparison, tuple(rows)
        if not same:
            self.endResetModel()
        elif self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(comparison.names)))
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(comparison.names))
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, len(self.rows) - 1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # the signature Qt calls with
        """How many figures."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # the signature Qt calls with
        """How many designs, and the best."""
        return 0 if parent.isValid() else len(self.comparison.names) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The figure with its ratio; the best bold and marked, what breaks a budget red and marked."""
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(row, column, self.comparison.baseline)
        if role == Qt.ItemDataRole.FontRole and row.best == column:
            font = QFont(QApplication.font())
            font.setBold(True)
            return font
        is_broken = bool(row.broken) and column < len(row.broken) and row.broken[column]
        if role == Qt.ItemDataRole.ForegroundRole and is_broken:
            return QBrush(tokens().error_text)
        if role == Qt.ItemDataRole.BackgroundRole and is_broken:
            return QBrush(tokens().tinted(tokens().ground, "error"))
        if role == Qt.ItemDataRole.ToolTipRole and column < len(row.values):
            return _whole(row, column)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Letters and names above, figures with their budgets at the left."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if orientation == Qt.Orientation.Vertical:
            row = self.rows[section]
            limit = "" if row.limit is None else f"  ≤{wording.THIN_SPACE}{wording.short(row.limit)}{row.unit}"
            return row.label + limit
        if section == len(self.comparison.names):
            return "best"
        return f"{LETTERS[section]}  {self.comparison.names[section]}"


def _whole(row: Row, column: int) -> str:
    """The value unrounded, and its budget."""
    value = row.values[column]
    if value is None:
        return wording.UNKNOWN
    said = f"{value:,} {row.unit}".replace(",", wording.THIN_SPACE).strip()
    return said if row.limit is None else f"{said}\nbudget {row.limit:,.6g} {row.unit}".replace(",", wording.THIN_SPACE)


class FiguresTable(QTableView):
    """The table on screen.

    Signals: ``budget_asked`` and ``hide_asked`` with a row's key; ``move_asked`` with a key and how far;
    ``sort_designs_asked`` with a key; ``sort_rows_asked`` with a column; ``baseline_asked`` with a column;
    ``all_rows_asked`` to show what is hidden.
    """

    budget_asked = Signal(str)
    hide_asked = Signal(str)
    move_asked = Signal(str, int)
    sort_designs_asked = Signal(str)
    sort_rows_asked = Signal(int)
    baseline_asked = Signal(int)
    all_rows_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures = FiguresModel(self)
        self.setModel(self.figures)
        self.setAccessibleName("Comparison of designs")
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        top, left = self.horizontalHeader(), self.verticalHeader()
        top.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        top.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        top.setToolTip("Double click: sort the rows by this design's ratio; right click for more")
        top.sectionDoubleClicked.connect(self.sort_rows_asked)
        left.setDefaultSectionSize(round(self.fontMetrics().height() * 1.7))
        left.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        left.setToolTip("Double click: sort the designs by this row; right click for more")
        left.sectionDoubleClicked.connect(lambda row: self.sort_designs_asked.emit(self.figures.rows[row].key))
        for header, is_row in ((top, False), (left, True)):
            header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            header.customContextMenuRequested.connect(
                lambda at, header=header, is_row=is_row: self._open_menu(
                    header.logicalIndexAt(at), is_row, header.mapToGlobal(at)
                )
            )
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(
            lambda at: self._open_menu(self.indexAt(at).row(), True, self.viewport().mapToGlobal(at))
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt with up and down moves a row, Delete hides it, B asks for its budget, the menu key tells what else."""
        row, column = self.currentIndex().row(), self.currentIndex().column()
        if row < 0:
            super().keyPressEvent(event)
            return
        key, alt = self.figures.rows[row].key, bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            by = -1 if event.key() == Qt.Key.Key_Up else 1
            self.move_asked.emit(key, by)
            self.setCurrentIndex(self.figures.index(min(max(0, row + by), len(self.figures.rows) - 1), column))
        elif event.key() == Qt.Key.Key_Delete:
            self.hide_asked.emit(key)
        elif latin_key(event) == Qt.Key.Key_B and not event.modifiers():
            self.budget_asked.emit(key)
        else:
            super().keyPressEvent(event)

    def menu_for(self, section: int, is_row: bool) -> QMenu:
        """What can be done with a row or a column."""
        menu = QMenu(self)
        if is_row and 0 <= section < len(self.figures.rows):
            key = self.figures.rows[section].key
            if key in budget_keys():
                menu.addAction("Set &budget…\tB", lambda: self.budget_asked.emit(key))
            menu.addAction("&Sort designs by this", lambda: self.sort_designs_asked.emit(key))
            menu.addSeparator()
            menu.addAction("Move &up\tAlt+Up", lambda: self.move_asked.emit(key, -1))
            menu.addAction("Move &down\tAlt+Down", lambda: self.move_asked.emit(key, 1))
            menu.addAction("&Hide row\tDel", lambda: self.hide_asked.emit(key))
        elif not is_row and 0 <= section < len(self.figures.comparison.names):
            menu.addAction("Make it the &baseline", lambda: self.baseline_asked.emit(section))
            menu.addAction("&Sort rows by its ratio", lambda: self.sort_rows_asked.emit(section))
        menu.addSeparator()
        menu.addAction("Show &all rows in their own order", self.all_rows_asked.emit)
        return menu

    def _open_menu(self, section: int, is_row: bool, at: QPoint) -> None:
        menu = self.menu_for(section, is_row)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)
