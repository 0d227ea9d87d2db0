"""Designs side by side: one table of figures with ratios to the first and the best marked; copies as Markdown.

Shows what ``analysis.compare`` worked out, and latencies where they were measured; measures and counts nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from designer import wording
from designer.analysis.compare import Comparison, Row, compare
from designer.analysis.snapshot import Analysis
from designer.graph.design import Design
from designer.ui.live_latency import Measurement
from designer.ui.panels.bars import Bar, kind_colour
from designer.ui.panels.cards import Card, heading, quiet
from designer.ui.views.design_tab import DesignTab
from designer.ui.views.stacked_bars import StackedBars
from designer.ui.views.thumbnail import Thumbnail

Index = QModelIndex | QPersistentModelIndex
LETTERS = "ABCDEF"
MOST = len(LETTERS)
BEST_MARK = "★"
LATENCY = "latency_s"
"""The key of the measured row."""


class ComparisonModel(QAbstractTableModel):
    """The table as Qt asks for it: a row a figure, a column a design, and one that names the best."""

    def __init__(self, comparison: Comparison, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._comparison = comparison

    def show_comparison(self, comparison: Comparison) -> None:
        """Show another table."""
        self.beginResetModel()
        self._comparison = comparison
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # the signature Qt calls with
        """How many figures."""
        return 0 if parent.isValid() else len(self._comparison.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # the signature Qt calls with
        """How many designs, and the best."""
        return 0 if parent.isValid() else len(self._comparison.names) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The figure with its ratio; the best bold and marked."""
        row = self._comparison.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(row, index.column())
        if role == Qt.ItemDataRole.FontRole and row.best == index.column():
            font = QFont(QApplication.font())
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.ToolTipRole and index.column() < len(row.values):
            value = row.values[index.column()]
            return (
                wording.UNKNOWN if value is None else f"{value:,} {row.unit}".replace(",", wording.THIN_SPACE).strip()
            )
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Letters and names above, figures at the left."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return self._comparison.rows[section].label
        if section == len(self._comparison.names):
            return "best"
        return f"{LETTERS[section]}  {self._comparison.names[section]}"


def cell_text(row: Row, column: int) -> str:
    """What stands in a cell: the figure, its ratio to the first design's, a mark on the best."""
    if column == len(row.texts):
        return LETTERS[row.best] if row.best is not None else wording.UNKNOWN
    ratio = row.ratios[column]
    ratio_text = f"  {wording.ratio(ratio)}" if column and ratio is not None else ""
    mark = f" {BEST_MARK}" if row.best == column else ""
    return f"{row.texts[column]}{ratio_text}{mark}"


def markdown(comparison: Comparison) -> str:
    """The table as Markdown."""
    names = [f"{LETTERS[index]} {name}".replace("|", "\\|") for index, name in enumerate(comparison.names)]
    lines = ["| | " + " | ".join(names) + " | best |", "| --- " * (len(names) + 2) + "|"]
    for row in comparison.rows:
        cells = [cell_text(row, column) for column in range(len(names) + 1)]
        lines.append(f"| {row.label} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


class Pane(QWidget):
    """One design of the comparison: its letter and name, and its drawing."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = QLabel(self)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.title.setMargin(self.fontMetrics().height() // 2)
        self.drawing = Thumbnail(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.title)
        layout.addWidget(self.drawing, 1)


class CompareView(QWidget):
    """A page that compares designs which stay open beside it; it follows their edits.

    Signals: ``said`` with a line for the status bar.
    """

    said = Signal(str)

    def __init__(
        self,
        tabs: Sequence[DesignTab],
        figure: Callable[[Design], Measurement | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tabs = list(tabs[:MOST])
        self._figure = figure
        self.model = ComparisonModel(self.comparison(), self)
        self.table = QTableView(self)
        self.table.setModel(self.model)
        self._set_up_table()
        self.kind_bars = StackedBars("MACs by kind", self)
        self._note = quiet("", self)
        copy_button = QPushButton("Copy as Markdown", self)
        copy_button.setToolTip("Put the table on the clipboard as Markdown")
        copy_button.clicked.connect(self.copy_markdown)
        self.copy_button = copy_button
        card = Card(parent=self)
        card.column.addWidget(heading("MACs by kind", card))
        card.column.addWidget(self.kind_bars)
        card.column.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addWidget(copy_button)
        buttons.addStretch(1)
        left = QVBoxLayout()
        left.addWidget(self.table)
        left.addWidget(self._note)
        left.addLayout(buttons)
        left.addStretch(1)
        margin = self.fontMetrics().height()
        lower = QHBoxLayout()
        lower.setContentsMargins(margin, margin, margin, margin)
        lower.setSpacing(margin)
        lower.addLayout(left, 3)
        lower.addWidget(card, 1)
        self._panes: list[Pane] = []
        self._pane_row = QHBoxLayout()
        self._pane_row.setSpacing(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._pane_row, 1)
        layout.addLayout(lower)
        for tab in self._tabs:
            tab.analysed.connect(self.refresh)
        self.refresh()

    @property
    def title(self) -> str:
        """What stands on the page's tab."""
        return "Compare: " + " · ".join(tab.document.design.name for tab in self._tabs)

    @property
    def tabs(self) -> tuple[DesignTab, ...]:
        """The designs that are compared."""
        return tuple(self._tabs)

    @property
    def note(self) -> str:
        """The words below the table."""
        return self._note.text()

    def comparison(self) -> Comparison:
        """The table of the designs as they are now."""
        analyses = [tab.analysis for tab in self._tabs]
        figures = self._figures()
        table = compare(analyses, {index: figure.median_ms / 1000 for index, figure in figures.items()})
        if not _overlap(list(figures.values())):
            return table
        # A median that lies within the noise of another is not better.
        rows = tuple(replace(row, best=None) if row.key == LATENCY else row for row in table.rows)
        return replace(table, rows=rows)

    def _figures(self) -> dict[int, Measurement]:
        """What was measured, by the design's place."""
        found = enumerate(self._figure(tab.document.design) for tab in self._tabs)
        return {index: figure for index, figure in found if figure is not None}

    def drop(self, tab: DesignTab) -> bool:
        """Leave out a design that is being closed; gives whether enough are left to compare."""
        if tab in self._tabs:
            self._tabs.remove(tab)
        if len(self._tabs) >= 2:
            self.refresh()
        return len(self._tabs) >= 2

    def refresh(self) -> None:
        """Work the table out anew."""
        self._show_panes()
        comparison = self.comparison()
        self.model.show_comparison(comparison)
        self._fit_table(len(comparison.rows))
        self._note.setText(f"× is the ratio to A; ★ marks the best where less is better. {self._latency_words()}")
        self.kind_bars.show_rows(
            [(letter, _mac_bars(tab.analysis)) for letter, tab in zip(LETTERS, self._tabs, strict=False)]
        )

    def _latency_words(self) -> str:
        """Each latency with its spread, and under which conditions."""
        figures = self._figures()
        if not figures:
            return "Measure the designs to compare latencies."
        spreads = ", ".join(
            f"{LETTERS[index]} {wording.milliseconds(figure.median_ms, figure.low_ms, figure.high_ms)}"
            for index, figure in figures.items()
        )
        conditions = " and ".join(sorted({figure.conditions for figure in figures.values()}))
        doubt = " The intervals overlap: no difference is shown." if _overlap(list(figures.values())) else ""
        return f"Latency on {conditions}: {spreads}.{doubt}"

    def follow_theme(self) -> None:
        """Draw everything in the colours of the present look."""
        for pane in self._panes:
            pane.drawing.redraw()
        self.refresh()

    def _show_panes(self) -> None:
        """One drawing a design, in the table's order."""
        while len(self._panes) > len(self._tabs):
            pane = self._panes.pop()
            self._pane_row.removeWidget(pane)
            pane.deleteLater()
        while len(self._panes) < len(self._tabs):
            self._panes.append(Pane(self))
            self._pane_row.addWidget(self._panes[-1], 1)
        for letter, pane, tab in zip(LETTERS, self._panes, self._tabs, strict=False):
            pane.title.setText(f"{letter}  {tab.document.design.name}")
            pane.drawing.show_design(tab.analysis)

    def _fit_table(self, rows: int) -> None:
        """As tall as its rows: the drawings get the rest."""
        table = self.table
        height = table.horizontalHeader().sizeHint().height() + rows * table.verticalHeader().defaultSectionSize()
        table.setFixedHeight(height + 2 * table.frameWidth() + 2)

    def copy_markdown(self) -> None:
        """Put the table on the clipboard as Markdown."""
        QGuiApplication.clipboard().setText(markdown(self.comparison()))
        self.said.emit("Copied the table as Markdown")

    def _set_up_table(self) -> None:
        table = self.table
        table.setAccessibleName("Comparison of designs")
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setFrameShape(QTableView.Shape.NoFrame)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setSectionResizeMode(len(self._tabs), QHeaderView.ResizeMode.ResizeToContents)
        table.verticalHeader().setDefaultSectionSize(round(self.fontMetrics().height() * 1.7))
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)


def _overlap(figures: Sequence[Measurement]) -> bool:
    """Whether the quickest one's interval reaches into another's."""
    if len(figures) < 2:
        return False
    best, *others = sorted(figures, key=lambda figure: figure.median_ms)
    return any(figure.low_ms <= best.high_ms for figure in others)


def _mac_bars(analysis: Analysis) -> tuple[Bar, ...]:
    return tuple(
        Bar(kind.title, kind.cost.macs, wording.short(kind.cost.macs), kind_colour(kind.key))
        for kind in analysis.kinds
        if kind.cost.macs
    )
