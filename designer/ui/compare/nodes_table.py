"""Node by node: each node of the baseline with its partners, what they cost, and by how much more or less."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from designer import wording
from designer.analysis.node_table import NodeCell, NodeRow, NodeState, compared_figures
from designer.ui.compare.member import LETTERS
from designer.ui.look.theme import tokens
from designer.ui.shell.plain_tips import plain_tip

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("node", *(each.label for each in compared_figures()))
"""Of each design."""
_TONES = {NodeState.ADDED: "ok", NodeState.CHANGED: "warning", NodeState.MISSING: "error"}


class NodesModel(QAbstractTableModel):
    """A row a set of partners, for each design the same columns."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[NodeRow, ...] = ()
        self._designs = 0
        self._baseline = 0

    def show_rows(self, rows: Sequence[NodeRow], designs: int, baseline: int) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows, self._designs, self._baseline = tuple(rows), designs, baseline
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # the signature Qt calls with
        """How many sets of partners."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # the signature Qt calls with
        """The same for each design."""
        return 0 if parent.isValid() else self._designs * len(COLUMNS)

    def cell(self, index: Index) -> NodeCell:
        """The node a place of the table tells of."""
        return self.rows[index.row()].cells[index.column() // len(COLUMNS)]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Name or figure, with the difference from the baseline's."""
        cell = self.cell(index)
        if role == Qt.ItemDataRole.DisplayRole:
            is_base = index.column() // len(COLUMNS) == self._baseline
            return cell_words(cell, index.column() % len(COLUMNS), is_base)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip("\n".join((cell.state.value, *cell.fields)))
        if role == Qt.ItemDataRole.ForegroundRole and cell.state in _TONES and index.column() % len(COLUMNS) == 0:
            return QBrush(tokens().text_tone(_TONES[cell.state]))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The design's letter and the figure."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return self.rows[section].title
        return f"{LETTERS[section // len(COLUMNS)]} {COLUMNS[section % len(COLUMNS)]}"


def cell_words(cell: NodeCell, column: int, is_base: bool) -> str:
    """What stands in one of a node's columns: its name and what differs, or a figure with the difference."""
    if column:
        figure = compared_figures()[column - 1]
        return f"{cell.value(figure)}  {'' if is_base else cell.more(figure)}".strip()
    if cell.id is None:
        return wording.UNKNOWN
    fields = f"  {cell.fields[0]}{' …' if len(cell.fields) > 1 else ''}" if cell.fields else ""
    return f"{cell.id}{'  added' if cell.state is NodeState.ADDED else ''}{fields}"


class NodesTable(QTableView):
    """The table on screen.

    Signals: ``node_chosen`` with a column of designs and a node's id.
    """

    node_chosen = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.nodes = NodesModel(self)
        self.setModel(self.nodes)
        self.setAccessibleName("Comparison node by node")
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        # Measuring every row of a large design would take longer than showing it.
        self.horizontalHeader().setResizeContentsPrecision(60)
        self.verticalHeader().setDefaultSectionSize(round(self.fontMetrics().height() * 1.5))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.selectionModel().currentChanged.connect(self._choose)

    def _choose(self, current: Index, _before: Index) -> None:
        if not current.isValid():
            return
        cell = self.nodes.cell(current)
        if cell.id is not None:
            self.node_chosen.emit(current.column() // len(COLUMNS), cell.id)
