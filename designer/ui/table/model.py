"""The table of a graph as Qt asks for it: a tree over a document and its analysis, kept up step by step.

An edit of a parameter tells which rows became others and moves none; nodes that come and go are inserted and removed
where they stand. Edits go to the document, and what follows from them comes back as from any other edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush

from designer.analysis.analysis import Analysis, NodeReport
from designer.analysis.issues import worst
from designer.edit.document import Command, Document, Edit
from designer.edit.edits import rename
from designer.edit.inside import lifted
from designer.errors import DesignerError
from designer.graph.design import Design, Node, NodeId, NodePath
from designer.ui.look.theme import TONES, tokens
from designer.ui.shell.plain_tips import plain_tip
from designer.ui.table.columns import COLUMNS, Column, NodeTimes, cell_text, spoken
from designer.ui.table.rows import Branch, Inside, Row, content_of

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
MOST_RUNS = 32
"""Rows that come or go in more pieces than this are all made anew: each piece costs a walk over the rest."""


class GraphTable(QAbstractItemModel):
    """Nodes of a design as rows, those inside a block below its row.

    Signals: ``refused`` with a line, where an edit was not possible.
    """

    refused = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document: Document | None = None
        self._sorting: tuple[int, bool] | None = None
        self._times: NodeTimes = {}
        self._rows: dict[int, Row] = {}
        self._root = Branch(Inside(Design(), None), None, self._in_order)

    # Following -------------------------------------------------------------------------------------------------------

    def show_document(self, document: Document | None, analysis: Analysis | None) -> None:
        """Turn to another design, or to none."""
        self.beginResetModel()
        self._document = document
        self._rows = {}
        self._times = {}
        content = Inside(document.design if document is not None else Design(), analysis)
        self._root = self._branch(content, None)
        self.endResetModel()

    def follow(self, analysis: Analysis | None) -> None:
        """Show what became another since: of the document, and of what is known of it."""
        if self._document is not None:
            self._follow(self._root, Inside(self._document.design, analysis))

    def show_times(self, times: NodeTimes) -> None:
        """Show other measured times, by path joined with dots, in milliseconds."""
        if times is self._times or times == self._times:
            return
        self._times = times
        for branch in self._branches(self._root):
            for column in (place for place, words in enumerate(COLUMNS) if words.figure and words.figure.is_measured):
                self._tell(branch, 0, len(branch.rows) - 1, column, column)

    def _branches(self, branch: Branch) -> Iterator[Branch]:
        yield branch
        for row in branch.rows:
            if row.inside is not None:
                yield from self._branches(row.inside)

    def _branch(self, content: Inside, above: Row | None) -> Branch:
        made = Branch(content, above, self._in_order)
        self._rows.update((row.serial, row) for row in made.rows)
        return made

    def _follow(self, branch: Branch, content: Inside) -> None:
        same = content.design.same_structure(branch.content.design)
        if not same and not self._follow_structure(branch, content):
            return
        branch.content = content
        changed = []
        for row in branch.rows:
            node, report = content.design.nodes[row.id], branch.report(row.id)
            if node is not row.node or report is not row.report:
                self._follow_node(row, node, report)
                changed.append(row.place)
        if not same:
            self._tell(branch, 0, len(branch.rows) - 1)  # what a node reads is not kept with its row
            return
        runs = list(_runs(changed))
        if len(runs) > MOST_RUNS:
            runs = [(changed[0], changed[-1])]
        for first, last in runs:
            self._tell(branch, first, last)

    def _follow_node(self, row: Row, node: Node, report: NodeReport | None) -> None:
        """Show another state of a node. Rows below it are announced before it is one that has them, or has none."""
        content = content_of(node, report)
        if content is not None and row.content is None:
            self.beginInsertRows(self.index_of(row), 0, len(content.design.nodes) - 1)
            row.node, row.report = node, report
            row.inside = self._branch(content, row)
            self.endInsertRows()
        elif content is None and row.inside is not None:
            self.beginRemoveRows(self.index_of(row), 0, len(row.inside.rows) - 1)
            row.node, row.report = node, report
            self._drop(row.inside.rows)
            row.inside = None
            self.endRemoveRows()
        else:
            row.node, row.report = node, report
            if content is not None and row.inside is not None:
                self._follow(row.inside, content)

    def _follow_structure(self, branch: Branch, content: Inside) -> bool:
        """Insert, remove and move rows; gives False where all rows were made anew instead."""
        nodes = content.design.nodes
        gone = list(_runs([row.place for row in branch.rows if row.id not in nodes]))
        fresh = [id for id in content.design.order if id not in branch.by_id]
        if len(gone) > MOST_RUNS or len(fresh) > MOST_RUNS:
            self._make_anew(branch, content)
            return False
        for first, last in reversed(gone):
            self.beginRemoveRows(self._above(branch), first, last)
            self._drop(branch.rows[first : last + 1])
            for row in branch.rows[first : last + 1]:
                del branch.by_id[row.id]
            del branch.rows[first : last + 1]
            branch.number(first)
            self.endRemoveRows()
        branch.content = content
        made = {id: branch.new_row(id) for id in fresh}
        branch.by_id.update(made)
        order = self._in_order(branch)
        self._move(branch, [branch.by_id[id] for id in order if id not in made])
        for first, last in _runs([place for place, id in enumerate(order) if id in made]):
            self.beginInsertRows(self._above(branch), first, last)
            rows = [made[id] for id in order[first : last + 1]]
            self._rows.update((row.serial, row) for row in rows)
            branch.rows[first:first] = rows
            branch.number(first)
            self.endInsertRows()
        return True

    def _make_anew(self, branch: Branch, content: Inside) -> None:
        self.beginResetModel()
        self._drop(branch.rows)
        made = self._branch(content, branch.above)
        if branch.above is None:
            self._root = made
        else:
            branch.above.inside = made
        self.endResetModel()

    def _drop(self, rows: Iterable[Row]) -> None:
        for row in rows:
            del self._rows[row.serial]
            if row.inside is not None:
                self._drop(row.inside.rows)

    def _move(self, branch: Branch, rows: list[Row]) -> None:
        """Put the rows of a branch into another order; who holds on to one keeps it."""
        if rows == branch.rows:
            return
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        branch.rows = rows
        branch.number()
        for index in held:
            row = self.row_at(index)
            if row is not None and row.owner is branch:
                self.changePersistentIndex(index, self.index_of(row, index.column()))
        self.layoutChanged.emit()

    def _tell(self, branch: Branch, first: int, last: int, left: int = 0, right: int = len(COLUMNS) - 1) -> None:
        if first <= last:
            above = self._above(branch)
            self.dataChanged.emit(self.index(first, left, above), self.index(last, right, above))

    # Order -----------------------------------------------------------------------------------------------------------

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort the rows by a column, each block's own among themselves; by −1, in order of execution.

        Rows stay where they are while figures change, until they are sorted again or nodes come and go.
        """
        self._sorting = None if column < 0 else (column, order == Qt.SortOrder.DescendingOrder)
        for branch in list(self._branches(self._root)):
            self._move(branch, [branch.by_id[id] for id in self._in_order(branch)])

    def _in_order(self, branch: Branch) -> list[NodeId]:
        order = list(branch.content.design.order)
        if self._sorting is None:
            return order
        column, is_descending = self._sorting
        key = COLUMNS[column].key
        keys = {id: key(branch.by_id[id], self._times) for id in order}
        known = sorted((id for id in order if keys[id][0] < 2), key=lambda id: keys[id], reverse=is_descending)
        return [*known, *(id for id in order if keys[id][0] == 2)]

    # Finding rows ----------------------------------------------------------------------------------------------------

    def row_at(self, index: Index) -> Row | None:
        """The row of an index; None for the root and for a row that is gone."""
        return self._rows.get(index.internalId()) if index.isValid() else None

    def index_of(self, row: Row, column: int = Column.NAME) -> QModelIndex:
        """The index of a row's cell."""
        return self.createIndex(row.place, int(column), row.serial)

    def row_of(self, path: NodePath) -> Row | None:
        """The row of a node through blocks, or None."""
        branch: Branch | None = self._root
        row: Row | None = None
        for id in path:
            row = branch.by_id.get(id) if branch is not None else None
            if row is None:
                return None
            branch = self._inside(row)
        return row

    def rows_in_order(self) -> Iterator[Row]:
        """Every row from the top, blocks before what is inside them."""
        yield from self._walk(self._root)

    def _walk(self, branch: Branch) -> Iterator[Row]:
        for row in branch.rows:
            yield row
            inside = self._inside(row)
            if inside is not None:
                yield from self._walk(inside)

    def _inside(self, row: Row) -> Branch | None:
        content = row.content
        if row.inside is None and content is not None:
            row.inside = self._branch(content, row)
        return row.inside

    def _above(self, branch: Branch) -> QModelIndex:
        return self.index_of(branch.above) if branch.above is not None else _ROOT

    def _branch_of(self, parent: Index) -> Branch | None:
        if not parent.isValid():
            return self._root
        row = self.row_at(parent)
        return self._inside(row) if row is not None and parent.column() == 0 else None

    # What Qt asks ----------------------------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: Index = _ROOT) -> QModelIndex:
        """The index of a cell; an invalid one where there is none."""
        branch = self._branch_of(parent)
        if branch is None or not 0 <= row < len(branch.rows) or not 0 <= column < len(COLUMNS):
            return QModelIndex()
        return self.createIndex(row, column, branch.rows[row].serial)

    def parent(self, index: Index = _ROOT) -> QModelIndex:  # type: ignore[override]  # Qt has another of no arguments
        """The block's row that a row stands below."""
        row = self.row_at(index)
        return self._above(row.owner) if row is not None else QModelIndex()

    def rowCount(self, parent: Index = _ROOT) -> int:
        """How many nodes a design, or a block, has."""
        branch = self._branch_of(parent)
        return len(branch.rows) if branch is not None else 0

    def hasChildren(self, parent: Index = _ROOT) -> bool:
        """Whether there is something inside; makes no rows."""
        if not parent.isValid():
            return bool(self._root.rows)
        row = self.row_at(parent)
        return row is not None and parent.column() == 0 and row.has_rows

    def columnCount(self, _parent: Index = _ROOT) -> int:
        """How many columns, at every level."""
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The headings."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        words = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return words.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{words.help}. Click: sort by it"
        return _aligned(words.figure is not None) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every row can be chosen; names can be typed where the node may be edited."""
        row = self.row_at(index)
        if row is None:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == Column.NAME and row.is_editable:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What stands in a cell, how a screen reader says it, and its look."""
        row = self.row_at(index)
        if row is None:
            return None
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(row, column, self._times)
        if role == Qt.ItemDataRole.EditRole:
            return row.node.name if column == Column.NAME else cell_text(row, column, self._times)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(row, column, self._times)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(COLUMNS[column].figure is not None)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(_tip(row, column, self._times))
        if role == Qt.ItemDataRole.ForegroundRole:
            return _ink(row, column)
        return None

    # Editing ---------------------------------------------------------------------------------------------------------

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take a typed name, as one undo step."""
        row = self.row_at(index)
        if row is None or role != Qt.ItemDataRole.EditRole or index.column() != Column.NAME:
            return False
        id, name = row.id, str(value).strip()
        if name == row.node.name:
            return False
        return self.edit(row.owner.path, f"Rename {row.node.title}", lambda design: rename(design, id, name))

    def edit(self, inside: NodePath, label: str, edit: Edit) -> bool:
        """Make one undo step of the design, or of what is inside a block; says why where it is refused.

        Args:
            inside: The way to the block; empty for the design itself.
            label: The step's name.
            edit: What changes there.
        """
        if self._document is None:
            return False
        try:
            self._document.apply(Command(label, lifted(inside, edit)))
        except DesignerError as error:
            self.refused.emit(str(error))
            return False
        return True


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of numbers that follow one another."""
    start = before = None
    for place in places:
        if start is None or before is None or place != before + 1:
            if start is not None and before is not None:
                yield start, before
            start = place
        before = place
    if start is not None and before is not None:
        yield start, before


def _aligned(is_number: bool) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _tip(row: Row, column: int, times: NodeTimes) -> str:
    if column == Column.PROBLEMS:
        return "\n".join(issue.line() for issue in row.issues)
    if not row.is_editable:
        return f"{cell_text(row, column, times)}\nIt follows from the block; make that a group to edit it".strip()
    return cell_text(row, column, times)


def _ink(row: Row, column: int) -> QBrush | None:
    if column == Column.PROBLEMS and row.issues:
        return QBrush(tokens().text_tone(TONES[worst(row.issues)]))
    is_quiet = column in (Column.TYPE, Column.SETTINGS) or not row.is_editable
    return QBrush(tokens().quiet) if is_quiet else None
