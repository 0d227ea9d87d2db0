"""The rows of a stage table for Qt: texts, shares for bars, and where something is typed. Edits nothing itself."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from designer.analysis.analysis import Analysis
from designer.stage_table.columns import Column
from designer.stage_table.reading import StageRow, StageTable, read
from designer.stage_table.writing import EDITABLE

COLUMNS = tuple(Column)
COSTS = (Column.PARAMETERS, Column.MACS)
SHARE = Qt.ItemDataRole.UserRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_Index = QModelIndex | QPersistentModelIndex


class StageModel(QAbstractTableModel):
    """The table of one design.

    Signals: ``typed`` with a row's place, its column and the text, when a cell was typed into.
    """

    typed = Signal(int, object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = StageTable((), ())
        self._most = dict.fromkeys(COSTS, 0)

    @property
    def table(self) -> StageTable:
        """What is shown."""
        return self._table

    def show_analysis(self, analysis: Analysis | None) -> None:
        """Show another design, or another state of it; rows stay where there are as many."""
        table = read(analysis) if analysis is not None else StageTable((), ())
        is_same = len(table.rows) == len(self._table.rows)
        if not is_same:
            self.beginResetModel()
        self._table = table
        self._most = {column: max((row.number(column) or 0 for row in table.rows), default=0) for column in COSTS}
        if not is_same:
            self.endResetModel()
        elif table.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(table.rows) - 1, len(COLUMNS) - 1))

    def row(self, place: int) -> StageRow:
        """A row by its place."""
        return self._table.rows[place]

    # What Qt asks -----------------------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        """How many rows."""
        return 0 if parent.isValid() else len(self._table.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        """How many columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, side: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Columns by name with a sentence each, rows by number."""
        if side == Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        return COLUMNS[section].help if role == Qt.ItemDataRole.ToolTipRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell's text, its share of the largest, or why its row cannot be edited."""
        row, column = self._table.rows[index.row()], COLUMNS[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.text(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.reason or column.help
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return row.reason
        if role == Qt.ItemDataRole.TextAlignmentRole and column not in (Column.INPUT, Column.OPERATOR):
            return _RIGHT
        if role == SHARE and column in COSTS:
            return (row.number(column) or 0) / (self._most[column] or 1)
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """What a row of a sequence says of its blocks can be typed into."""
        row, column = self._table.rows[index.row()], COLUMNS[index.column()]
        found = Qt.ItemFlag.ItemIsSelectable
        if not row.reason:
            found |= Qt.ItemFlag.ItemIsEnabled
        if not row.reason and column in EDITABLE:
            found |= Qt.ItemFlag.ItemIsEditable
        return found

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tell what was typed, unless it stood there."""
        column, text = COLUMNS[index.column()], str(value).strip()
        if role != Qt.ItemDataRole.EditRole or text == self._table.rows[index.row()].text(column):
            return False
        self.typed.emit(index.row(), column, text)
        return True
