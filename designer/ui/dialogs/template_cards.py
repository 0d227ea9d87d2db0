"""Templates as cards: a silhouette counted from the design, the name, the year, parameters and MACs.

Cards are counted one by one while nothing else happens, so the dialog stands at once; what was counted is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import log2

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QListView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from designer import wording
from designer.analysis.analysis import Totals, analyse
from designer.charts.silhouette import Column, silhouette
from designer.templates.table import Template
from designer.ui.look.theme import metrics, mixed, tokens

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class TemplateCard:
    """What stands on a card besides its name.

    Attributes:
        totals: Of the network with its usual settings.
        columns: Its silhouette.
    """

    totals: Totals
    columns: tuple[Column, ...]


@cache
def card_of(key: str) -> TemplateCard:
    """The card of a template, by its key; counted once."""
    from designer.templates.networks import template

    analysis = analyse(template(key).unplaced())
    return TemplateCard(analysis.totals, silhouette(analysis))


_CARD = Qt.ItemDataRole.UserRole


class TemplateList(QListWidget):
    """The cards, side by side in as many rows as it takes; arrow keys walk them, Space marks one.

    Signals: ``marked`` when a mark was set or taken away.
    """

    marked = Signal()

    def __init__(self, templates: tuple[Template, ...], can_mark: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._templates = templates
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSpacing(round(metrics(self.font()).gap))
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setAccessibleName("Templates")
        self.setItemDelegate(_CardPainter(self))
        for template in templates:
            item = QListWidgetItem(template.title)
            item.setToolTip(f"{template.help}\n{template.source}")
            if can_mark:
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Unchecked)
            self.addItem(item)
        self.itemChanged.connect(lambda _item: self.marked.emit())
        self._next = 0
        self._counting = QTimer(self)
        self._counting.timeout.connect(self._count_one)
        self._counting.start(0)

    @property
    def is_counted(self) -> bool:
        """Whether every card says what it costs."""
        return self._next >= len(self._templates)

    @property
    def marks(self) -> tuple[int, ...]:
        """Rows that are marked, in order."""
        checked = Qt.CheckState.Checked
        return tuple(row for row in range(self.count()) if self.item(row).checkState() == checked)

    def _count_one(self) -> None:
        """Count the next card: those in sight come first as they stand first."""
        if self.is_counted:
            self._counting.stop()
            return
        item, template = self.item(self._next), self._templates[self._next]
        self._next += 1
        card = card_of(template.key)
        self.blockSignals(True)
        item.setData(_CARD, card)
        words = f"{template.title}, {template.year or ''}, {figures_of(card)}"
        item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
        self.blockSignals(False)
        self.viewport().update()

    def card(self, row: int) -> TemplateCard | None:
        """What a card says; None before it is counted."""
        found = self.item(row).data(_CARD)
        return found if isinstance(found, TemplateCard) else None

    def template_at(self, index: Index) -> Template:
        """The template of a card."""
        return self._templates[index.row()]


def figures_of(card: TemplateCard) -> str:
    """``3.50 M · 301 M MACs``."""
    return f"{wording.short(card.totals.parameters)} · {wording.short(card.totals.macs)} MACs"


class _CardPainter(QStyledItemDelegate):
    """Paints a card, and takes a press on its mark."""

    def __init__(self, cards: TemplateList) -> None:
        super().__init__(cards)
        self._cards = cards

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Three cards beside each other in the narrowest dialog."""
        sizes = metrics(self._cards.font())
        return QSize(round(sizes.letter * 29), round(sizes.line * 7))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Silhouette above, words below, the mark in the corner."""
        look, sizes = tokens(), metrics(self._cards.font())
        room = QRectF(option.rect).adjusted(1, 1, -1, -1)
        state = option.state
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(mixed(look.raised, look.accent, 0.12) if is_chosen else look.raised)
        painter.setPen(QPen(look.accent if is_chosen else look.edge, 2.0 if is_chosen else 1.0))
        painter.drawRoundedRect(room, sizes.radius, sizes.radius)
        inside = room.adjusted(sizes.gap, sizes.gap, -sizes.gap, -sizes.gap)
        card = index.data(_CARD)
        if isinstance(card, TemplateCard):
            paint_silhouette(
                painter, QRectF(inside.topLeft(), QPointF(inside.right(), inside.bottom() - 2.3 * sizes.line)), card
            )
        self._words(painter, inside, index, card)
        if index.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            self._mark(painter, self._box(room), index)
        painter.restore()

    def _words(self, painter: QPainter, inside: QRectF, index: Index, card: object) -> None:
        look, sizes, template = tokens(), metrics(self._cards.font()), self._cards.template_at(index)
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(look.text)
        year = str(template.year or "")
        room_of_year = QFontMetricsF(self._cards.font()).horizontalAdvance(year) + sizes.gap
        line = QRectF(inside.left(), inside.bottom() - 2.1 * sizes.line, inside.width(), sizes.line)
        title = painter.fontMetrics().elidedText(
            template.title, Qt.TextElideMode.ElideRight, round(line.width() - room_of_year)
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(self._cards.font())
        painter.setPen(look.quiet)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, year)
        figures = figures_of(card) if isinstance(card, TemplateCard) else "…"
        line.moveTop(line.top() + 1.1 * sizes.line)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, figures)

    def _mark(self, painter: QPainter, box: QRectF, index: Index) -> None:
        look = tokens()
        is_marked = self._cards.item(index.row()).checkState() == Qt.CheckState.Checked
        painter.setBrush(look.accent_fill if is_marked else look.ground)
        painter.setPen(QPen(look.accent if is_marked else look.edge, 1.0))
        painter.drawRoundedRect(box, 3, 3)
        if is_marked:
            side, middle = box.width(), box.center()
            painter.setPen(QPen(look.on_accent, side / 7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            low = QPointF(middle.x() - side * 0.05, middle.y() + side * 0.2)
            painter.drawPolyline(
                [
                    QPointF(box.left() + side * 0.25, middle.y()),
                    low,
                    QPointF(box.right() - side * 0.22, box.top() + side * 0.3),
                ]
            )

    def _box(self, room: QRectF) -> QRectF:
        sizes = metrics(self._cards.font())
        side = sizes.line * 0.9
        return QRectF(room.right() - sizes.gap - side, room.top() + sizes.gap, side, side)

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        """Set or take the mark away where it is pressed; keys are Qt's own."""
        if not isinstance(event, QMouseEvent):
            return super().editorEvent(event, model, option, index)
        room = QRectF(option.rect).adjusted(1, 1, -1, -1)
        is_on_mark = self._box(room).adjusted(-4, -4, 4, 4).contains(event.position())
        if not is_on_mark or not index.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            return False
        if event.type() == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton:
            item = self._cards.item(index.row())
            checked, unchecked = Qt.CheckState.Checked, Qt.CheckState.Unchecked
            item.setCheckState(unchecked if item.checkState() == checked else checked)
        return event.type() != QEvent.Type.MouseButtonPress


def paint_silhouette(painter: QPainter, room: QRectF, card: TemplateCard) -> None:
    """Columns about a middle line: as tall as the maps are large, as broad as they have channels, residuals lit.

    Heights go by the square root of the side, so that 7 beside 224 is still seen; breadths by the logarithm.
    """
    if not card.columns:
        return
    look = tokens()
    broad = [1.0 + log2(column.channels + 1) for column in card.columns]
    unit = room.width() / sum(broad)
    tallest = max(column.side for column in card.columns) ** 0.5
    gap = 1.0 if unit * min(broad) > 3 else 0.0
    left = room.left()
    painter.setPen(Qt.PenStyle.NoPen)
    for column, breadth in zip(card.columns, broad, strict=True):
        height = max(2.0, room.height() * column.side**0.5 / tallest)
        colour = QColor(look.categories[column.category])
        colour.setAlphaF(1.0 if column.is_residual else 0.55)
        painter.setBrush(colour)
        painter.drawRect(QRectF(left, room.center().y() - height / 2, max(0.8, breadth * unit - gap), height))
        left += breadth * unit
