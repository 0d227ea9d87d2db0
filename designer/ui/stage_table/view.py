"""The stage table on screen: cells typed into, rows dragged by their numbers, bars behind costs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCompleter,
    QFrame,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from designer.layers.activation import Activation
from designer.stage_table.columns import Column
from designer.stage_table.operators import offered_words
from designer.ui.look.theme import tokens
from designer.ui.stage_table.model import COLUMNS, SHARE, StageModel
from designer.ui.widgets.key_positions import latin_key

_BAR_OPACITY = 0.35
_LINES = 1.5
"""Height of a row, in lines of text."""

_CONTROL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier
_LETTERS = {
    Column.INPUT: 12,
    Column.OPERATOR: 22,
    Column.T: 7,
    Column.C: 8,
    Column.N: 5,
    Column.S: 5,
    Column.K: 7,
    Column.ACTIVATION: 13,
    Column.SE: 10,
    Column.MORE: 24,
    Column.PARAMETERS: 17,
    Column.MACS: 17,
}


class StageDelegate(QStyledItemDelegate):
    """Paints a bar behind a cost, and offers words where words are typed."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The cell, and behind a cost how it compares to the largest in its column."""
        share = index.data(SHARE)
        if share:
            painter.save()
            painter.setOpacity(_BAR_OPACITY)
            room = QRectF(option.rect).adjusted(1.0, 2.0, -1.0, -2.0)
            room.setWidth(room.width() * float(share))
            painter.fillRect(room, tokens().accent)
            painter.restore()
        super().paint(painter, option, index)

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        """A line that completes the words it takes."""
        column = COLUMNS[index.column()]
        line = QLineEdit(parent)
        line.setAccessibleName(f"{column.title} of row {index.row() + 1}")
        words = {Column.OPERATOR: list(offered_words()), Column.ACTIVATION: [each.title for each in Activation]}
        if column in words:
            completer = QCompleter(words[column], line)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            line.setCompleter(completer)
        return line


class StageView(QTableView):
    """The table.

    Signals: ``row_dragged`` with its place and its new one; ``copy_asked``, ``paste_asked``, ``fill_asked``,
    ``delete_asked``, ``duplicate_asked`` on their keys; ``move_asked`` with -1 or 1; ``menu_asked`` with a place on
    the screen; ``rows_chosen`` when other rows are.
    """

    row_dragged = Signal(int, int)
    copy_asked = Signal()
    paste_asked = Signal()
    fill_asked = Signal()
    delete_asked = Signal()
    duplicate_asked = Signal()
    move_asked = Signal(int)
    menu_asked = Signal(QPoint)
    rows_chosen = Signal()

    def __init__(self, model: StageModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setAccessibleName("Stage table")
        self.setAccessibleDescription(
            "A row a run of equal blocks. Typing edits a cell, Ctrl+D fills it down, Ctrl+V pastes rows, Insert copies"
            " the row, Delete deletes rows, Alt with up or down moves one; the menu key tells what else."
        )
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(StageDelegate(self))
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(trigger.DoubleClicked | trigger.EditKeyPressed | trigger.AnyKeyPressed)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        letter = self.fontMetrics().averageCharWidth()
        for place, column in enumerate(COLUMNS):
            self.setColumnWidth(place, _LETTERS[column] * letter)
        side = self.verticalHeader()
        side.setSectionsMovable(True)
        side.setDefaultSectionSize(round(_LINES * self.fontMetrics().height()))
        side.setToolTip("Drag a number to move its row")
        side.sectionMoved.connect(self._dragged)
        self.selectionModel().selectionChanged.connect(self.rows_chosen)
        model.modelReset.connect(lambda: self.selectionModel().clear())

    @property
    def chosen(self) -> list[int]:
        """Places of the rows in which something is chosen."""
        rows = {index.row() for index in self.selectionModel().selectedIndexes()}
        return sorted(rows or ({self.currentIndex().row()} if self.currentIndex().isValid() else set()))

    def _dragged(self, place: int, _old: int, new: int) -> None:
        """Rows stand as the design says: the header's own order goes back before the edit is asked for."""
        side = self.verticalHeader()
        side.blockSignals(True)
        side.moveSection(side.visualIndex(place), place)
        side.blockSignals(False)
        self.row_dragged.emit(place, new)

    # Keys -------------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Letters and editing keys mean the table here, though some mean the canvas elsewhere."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_own(event):
            event.accept()
            return True
        return super().event(event)

    def _is_own(self, event: QKeyEvent) -> bool:
        if _asks(event) is not None:
            return True
        has_modifier = bool(event.modifiers() & (_CONTROL | _ALT | Qt.KeyboardModifier.MetaModifier))
        typed = bool(event.text()) and event.text().isprintable()
        return not has_modifier and (typed or event.key() in (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter edits the cell; the keys of the menu do what stands there."""
        asked, is_editing = _asks(event), self.state() == QAbstractItemView.State.EditingState
        if event.key() == Qt.Key.Key_Menu:
            self.menu_asked.emit(self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft()))
        elif asked is not None and not is_editing:
            self._ask(asked)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            index = self.currentIndex()
            if index.isValid() and not is_editing and index.flags() & Qt.ItemFlag.ItemIsEditable:
                self.edit(index)
        else:
            super().keyPressEvent(event)

    def _ask(self, what: str) -> None:
        match what:
            case "copy":
                self.copy_asked.emit()
            case "paste":
                self.paste_asked.emit()
            case "fill":
                self.fill_asked.emit()
            case "delete":
                self.delete_asked.emit()
            case "duplicate":
                self.duplicate_asked.emit()
            case "up":
                self.move_asked.emit(-1)
            case "down":
                self.move_asked.emit(1)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done, where the mouse is."""
        self.menu_asked.emit(event.globalPos())
        event.accept()


def _asks(event: QKeyEvent) -> str | None:
    """What a key asks for."""
    plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.matches(QKeySequence.StandardKey.Copy):
        return "copy"
    if event.matches(QKeySequence.StandardKey.Paste):
        return "paste"
    if plain == _CONTROL and latin_key(event) == Qt.Key.Key_D:
        return "fill"
    if plain == _ALT:
        return {Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down"}.get(Qt.Key(event.key()))
    if plain == Qt.KeyboardModifier.NoModifier:
        return {Qt.Key.Key_Delete: "delete", Qt.Key.Key_Insert: "duplicate"}.get(Qt.Key(event.key()))
    return None
