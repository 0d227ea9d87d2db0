"""The results of a sweep as a table: sorted by a click on a heading, chosen by rows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from designer.sweeps.objective import Objective
from designer.sweeps.report import cells, columns
from designer.sweeps.result import Result
from designer.sweeps.space import Space

Index = QModelIndex | QPersistentModelIndex
_SORTED = Qt.ItemDataRole.UserRole


class ResultsModel(QAbstractTableModel):
    """A row a result: the variables, the objectives, and what is wrong."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.space: Space | None = None
        self.results: list[Result] = []
        self.objectives: tuple[Objective, ...] = ()
        self.headings: list[str] = []

    def show(self, space: Space, objectives: Sequence[Objective], results: Sequence[Result]) -> None:
        """Show other results."""
        self.beginResetModel()
        self.space, self.objectives, self.results = space, tuple(objectives), list(results)
        self.headings = [*columns(space, objectives), ""]
        self.endResetModel()

    def add(self, results: Sequence[Result]) -> None:
        """Show more of the same."""
        if results:
            self.beginInsertRows(QModelIndex(), len(self.results), len(self.results) + len(results) - 1)
            self.results += results
            self.endInsertRows()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # the signature Qt calls with
        """How many results."""
        return 0 if parent.isValid() else len(self.results)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # the signature Qt calls with
        """Variables, objectives, and what is wrong."""
        return 0 if parent.isValid() else len(self.headings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a column is; a row has its number."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.headings[section] if orientation == Qt.Orientation.Horizontal else section + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A value as people read it, or as it sorts."""
        assert self.space is not None
        result, column = self.results[index.row()], index.column()
        names = len(self.space.variables)
        if role == Qt.ItemDataRole.DisplayRole:
            texts = cells(self.space, result, self.objectives)
            return texts[column] if column < len(texts) else result.problem or "; ".join(result.broken)
        if role == Qt.ItemDataRole.TextAlignmentRole and column < len(self.headings) - 1:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == _SORTED:
            if column < names:
                return (self.space.point_at(result.settings) or (0,) * names)[column]
            wanted = self.objectives[column - names] if column - names < len(self.objectives) else None
            value = wanted.cost(result) if wanted is not None else None
            return float("inf") if value is None else value
        return None


class ResultsTable(QTableView):
    """The table.

    Signals: ``chosen`` with the results of the rows that are selected; ``opened`` with one, on Enter or a double click.
    """

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model_of_results = ResultsModel(self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self.model_of_results)
        self._sorted.setSortRole(_SORTED)
        self.setModel(self._sorted)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setAccessibleName("Results of the sweep")
        self.verticalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.model_of_results.modelReset.connect(self._fit_headings)
        self.selectionModel().selectionChanged.connect(lambda _new, _old: self.chosen.emit(self.selected()))
        self.activated.connect(lambda index: self.opened.emit(self._result(index)))

    def _fit_headings(self) -> None:
        """Columns as wide as their headings."""
        header, gap = self.horizontalHeader(), self.fontMetrics().horizontalAdvance("mmm")
        for column, heading in enumerate(self.model_of_results.headings[:-1]):
            header.resizeSection(column, header.fontMetrics().horizontalAdvance(heading) * 6 // 5 + gap)

    def selected(self) -> tuple[Result, ...]:
        """The results of the selected rows, from the top."""
        return tuple(map(self._result, sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())))

    def _result(self, index: QModelIndex) -> Result:
        return self.model_of_results.results[self._sorted.mapToSource(index).row()]

    def choose(self, place: int) -> None:
        """Select a result by its place, alone."""
        index = self._sorted.mapFromSource(self.model_of_results.index(place, 0))
        self.selectRow(index.row())
        self.scrollTo(index)
