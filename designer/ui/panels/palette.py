"""The palette: all that can be placed, searchable: layers by category, one's own blocks, templates; a source of drags.

Made from the library; knows neither the design on screen nor the window.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QDrag, QFont, QFontMetrics, QKeyEvent, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from designer.errors import DesignFileError
from designer.files.block_library import LibraryBlock
from designer.files.design_json import load
from designer.graph.layer import Category
from designer.layers.registry import catalogue, search
from designer.templates.networks import templates
from designer.templates.table import Template
from designer.ui.canvas.dropping import BODY_MIME, LAYER_MIME, make_block_mime, make_mime
from designer.ui.look import icons
from designer.ui.look.theme import mixed, tokens
from designer.ui.panels.cards import RADIUS
from designer.ui.panels.node_library import OWN_BLOCKS, TEMPLATES, Entry, about, matching, shelf_of, stripe_of, title_of
from designer.ui.shell.plain_tips import plain_tip

_GLYPH_MARGIN = 8
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Heading:
    """A row that names a group."""

    title: str


Row = Heading | Entry


def entries(text: str, blocks: Sequence[LibraryBlock] = ()) -> tuple[Row, ...]:
    """Rows for what is typed: by category in palette order, and best match first where letters are typed.

    Args:
        text: What is typed.
        blocks: The user's own.
    """
    found = search(text)
    rows: list[Row] = []
    if text.strip():
        rows += found
    else:
        for category in Category:
            members = [layer for layer in catalogue() if layer.category is category]
            rows += [Heading(category.value), *members] if members else []
    library: tuple[tuple[str, Sequence[Entry]], ...] = ((OWN_BLOCKS, blocks), (TEMPLATES, templates()))
    for title, shelf in library:
        matches = matching(text, shelf)
        rows += [Heading(title), *matches] if matches else []
    return tuple(rows)


class PaletteModel(QAbstractListModel):
    """The rows as Qt asks for them; headings can be neither chosen nor dragged."""

    def __init__(self, rows: Iterable[Row], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[Row] = tuple(rows)

    def show_rows(self, rows: Iterable[Row]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def entry(self, index: Index) -> Row:
        """What stands in a row."""
        return self._rows[index.row()]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # the signature Qt calls with
        """How many rows there are."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Title, tool tip, and what a screen reader says."""
        entry = self._rows[index.row()]
        if isinstance(entry, Heading):
            words = {
                Qt.ItemDataRole.DisplayRole: entry.title,
                Qt.ItemDataRole.AccessibleTextRole: f"Group {entry.title}",
            }
            return words.get(Qt.ItemDataRole(role))
        if role == Qt.ItemDataRole.DisplayRole:
            return title_of(entry)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(_tool_tip(entry))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{title_of(entry)}, {shelf_of(entry)}"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings are there to be read only."""
        if not index.isValid() or isinstance(self._rows[index.row()], Heading):
            return Qt.ItemFlag.ItemIsEnabled
        selectable = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        is_layer = not isinstance(self._rows[index.row()], Template)
        return selectable | Qt.ItemFlag.ItemIsDragEnabled if is_layer else selectable

    def mimeTypes(self) -> list[str]:
        """What a drag carries."""
        return [LAYER_MIME, BODY_MIME]

    def mimeData(self, indexes: Sequence[Index]) -> QMimeData:
        """What the drag of these rows carries; rows are dragged one at a time."""
        entry = self.entry(indexes[0])
        if isinstance(entry, LibraryBlock):
            try:
                return make_block_mime(load(entry.path))
            except DesignFileError:  # the file is gone or broken since it was listed: there is nothing to drag
                return QMimeData()
        return QMimeData() if isinstance(entry, (Heading, Template)) else make_mime(entry)


def _tool_tip(entry: Entry) -> str:
    if isinstance(entry, Template):
        return f"New design from the template {entry.title} (double click or Enter)"
    if isinstance(entry, LibraryBlock):
        return f"{about(entry)}\nDrag it to the canvas; double click or Enter places it. F2 renames, Delete deletes it."
    return f"{about(entry)}\nDrag it to the canvas; double click or Enter places it, wired to the selection."


class _RowPainter(QStyledItemDelegate):
    """Draws headings, and rows with the category's stripe and glyph."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        height = option.fontMetrics.height()
        return QSize(option.fontMetrics.horizontalAdvance("m" * 12), round(height * 1.75))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, PaletteModel)  # the list below is this delegate's only user
        entry = model.entry(index)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(entry, Heading):
            _draw_heading(painter, option, entry.title)
        else:
            _draw_row(painter, option, entry)
        painter.restore()


def _draw_heading(painter: QPainter, option: QStyleOptionViewItem, title: str) -> None:
    font = QFont(option.font)
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * 0.85)
    painter.setFont(font)
    painter.setPen(option.palette.color(QPalette.ColorRole.PlaceholderText))
    room = option.rect.adjusted(2, 0, 0, -2)
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, title.upper())


def _draw_row(painter: QPainter, option: QStyleOptionViewItem, entry: Entry) -> None:
    palette = option.palette
    is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
    is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
    ground = palette.color(QPalette.ColorRole.Button)
    accent = palette.color(QPalette.ColorRole.Highlight)
    box = QRectF(option.rect).adjusted(1, 2, -1, -2)
    painter.setPen(accent if is_chosen else Qt.PenStyle.NoPen)
    painter.setBrush(mixed(ground, accent, 0.22 if is_chosen else 0.1 if is_hovered else 0.0))
    painter.drawRoundedRect(box, RADIUS, RADIUS)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(stripe_of(entry, tokens()))
    painter.drawRoundedRect(QRectF(box.left(), box.top(), 4, box.height()), 1.5, 1.5)
    ink = palette.color(QPalette.ColorRole.Text)
    icons.paint(painter, _icon_of(entry), _icon_place(option), ink)
    _draw_glyph(painter, option, _glyph_of(entry))
    painter.setFont(option.font)
    painter.setPen(ink)
    room = text_room(option, entry)
    title = option.fontMetrics.elidedText(title_of(entry), Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)


def text_room(option: QStyleOptionViewItem, entry: Entry) -> QRect:
    """Where a row's title stands: between its icon and the letters of its kind."""
    letters = QFontMetrics(_glyph_font(option)).horizontalAdvance(_glyph_of(entry))
    left = _icon_place(option).right() + option.fontMetrics.averageCharWidth() / 2
    right = option.rect.right() - _GLYPH_MARGIN - letters - (option.fontMetrics.averageCharWidth() if letters else 0)
    return QRect(round(left), option.rect.top(), round(right - left), option.rect.height())


def _icon_place(option: QStyleOptionViewItem) -> QRectF:
    side = option.fontMetrics.height()
    left = option.rect.left() + 5 + option.fontMetrics.averageCharWidth() / 2
    return QRectF(left, option.rect.center().y() + 0.5 - side / 2, side, side)


def _icon_of(entry: Entry) -> str:
    if isinstance(entry, Template):
        return "network"
    return "group" if isinstance(entry, LibraryBlock) else icons.of_layer(entry.key, entry.category)


def _glyph_of(entry: Entry) -> str:
    return "" if isinstance(entry, Template) else "OWN" if isinstance(entry, LibraryBlock) else entry.glyph


def _glyph_font(option: QStyleOptionViewItem) -> QFont:
    font = QFont(option.font)
    font.setPointSizeF(font.pointSizeF() * 0.75)
    return font


def _draw_glyph(painter: QPainter, option: QStyleOptionViewItem, glyph: str) -> None:
    """Draw the letters that say the kind without colour, at the right."""
    painter.setFont(_glyph_font(option))
    painter.setPen(option.palette.color(QPalette.ColorRole.PlaceholderText))
    room = option.rect.adjusted(0, 0, -_GLYPH_MARGIN, 0)
    painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, glyph)


_BLOCK_KEYS = (Qt.Key.Key_F2, Qt.Key.Key_Delete)


class PaletteList(QListView):
    """The rows; starts drags and tells what was chosen.

    Signals: ``chosen`` with an entry; ``rename_asked`` and ``delete_asked`` with a block of one's own.
    """

    chosen = Signal(object)
    rename_asked = Signal(object)
    delete_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(PaletteModel(entries(""), self))
        self.setItemDelegate(_RowPainter(self))
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setAccessibleName("Layers, blocks and templates")
        self.doubleClicked.connect(self._tell)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)

    @property
    def rows(self) -> PaletteModel:
        """The model with the rows."""
        model = self.model()
        assert isinstance(model, PaletteModel)  # set in the constructor
        return model

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the row under the pointer; the canvas takes it from there."""
        index = self.currentIndex()
        if index.isValid() and self.rows.flags(index) & Qt.ItemFlag.ItemIsDragEnabled:
            self.drag_of(index).exec(Qt.DropAction.CopyAction)

    def drag_of(self, index: Index) -> QDrag:
        """The drag of a row. It has no picture of its own: over the canvas the card itself shows where it goes."""
        drag = QDrag(self)
        drag.setMimeData(self.rows.mimeData([index]))
        nothing = QPixmap(1, 1)  # without any the platform would draw the text
        nothing.fill(Qt.GlobalColor.transparent)
        drag.setPixmap(nothing)
        return drag

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses the current row."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._tell(self.currentIndex())
            return
        if event.key() in _BLOCK_KEYS and self.own_block is not None:
            asked = self.rename_asked if event.key() == Qt.Key.Key_F2 else self.delete_asked
            asked.emit(self.own_block)
            return
        super().keyPressEvent(event)

    @property
    def own_block(self) -> LibraryBlock | None:
        """The current row, where it is a block of one's own."""
        index = self.currentIndex()
        entry = self.rows.entry(index) if index.isValid() else None
        return entry if isinstance(entry, LibraryBlock) else None

    def event(self, event: QEvent) -> bool:
        """F2 and Delete mean the current block of one's own, not the canvas."""
        is_own = isinstance(event, QKeyEvent) and event.key() in _BLOCK_KEYS and self.own_block is not None
        if event.type() == QEvent.Type.ShortcutOverride and is_own:
            event.accept()
            return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with a block of one's own."""
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            self.setCurrentIndex(self.indexAt(event.pos()))
        if self.own_block is not None:
            at = self.visualRect(self.currentIndex()).center()
            self.menu_for(self.own_block).popup(self.viewport().mapToGlobal(at))

    def menu_for(self, block: LibraryBlock) -> QMenu:
        """A menu that places, renames or deletes a block."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("&Place", lambda: self.chosen.emit(block))
        menu.addAction("&Rename…\tF2", lambda: self.rename_asked.emit(block))
        menu.addAction("&Delete…\tDel", lambda: self.delete_asked.emit(block))
        return menu

    def choose_first(self) -> None:
        """Make the first row that is no heading the current one."""
        for row in range(self.rows.rowCount()):
            index = self.rows.index(row)
            if self.rows.flags(index) & Qt.ItemFlag.ItemIsSelectable:
                self.setCurrentIndex(index)
                return

    def _tell(self, index: QModelIndex) -> None:
        entry = self.rows.entry(index)
        if not isinstance(entry, Heading):
            self.chosen.emit(entry)


class PalettePanel(QWidget):
    """Search field and list.

    Signals: ``layer_chosen`` with a layer class to place, ``block_chosen`` with a block of one's own to place,
    ``template_chosen`` with a Template to open; ``rename_asked`` and ``delete_asked`` with a block of one's own.
    """

    layer_chosen = Signal(object)
    block_chosen = Signal(object)
    template_chosen = Signal(object)
    rename_asked = Signal(object)
    delete_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search (Tab on canvas)")
        self.search.setAccessibleName("Search nodes")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._search)
        self.search.installEventFilter(self)
        self.list = PaletteList(self)
        self.list.chosen.connect(self._chosen)
        self.list.rename_asked.connect(self.rename_asked)
        self.list.delete_asked.connect(self.delete_asked)
        self._blocks: Sequence[LibraryBlock] = ()
        layout = QVBoxLayout(self)
        margin = self.fontMetrics().height() // 2
        layout.setContentsMargins(margin, margin, margin // 2, 0)
        layout.setSpacing(margin // 2)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        self.setFocusProxy(self.search)

    def sizeHint(self) -> QSize:
        """Wide enough for the longest titles."""
        return QSize(self.fontMetrics().horizontalAdvance("m" * 18), self.fontMetrics().height() * 30)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """From the search field, Down goes to the list and Enter chooses what is on top."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                self.list.choose_first()
                self.list.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.search.text().strip():
                self.list.choose_first()
                self.list.keyPressEvent(event)
                return True
        return super().eventFilter(watched, event)

    def _search(self, text: str) -> None:
        self.list.rows.show_rows(entries(text, self._blocks))

    def show_blocks(self, blocks: Sequence[LibraryBlock]) -> None:
        """Show these blocks of one's own."""
        self._blocks = blocks
        self._search(self.search.text())

    def _chosen(self, entry: Entry) -> None:
        if isinstance(entry, Template):
            self.template_chosen.emit(entry)
        elif isinstance(entry, LibraryBlock):
            self.block_chosen.emit(entry)
        else:
            self.layer_chosen.emit(entry)
