"""Which of the open designs to compare, asked where there are more than two."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from designer import wording
from designer.ui.compare.member import MOST
from designer.ui.panels.cards import quiet
from designer.ui.shell.plain_tips import plain_tip
from designer.ui.views.design_tab import DesignTab
from designer.ui.workbench.workbench import Workbench

LEAST = 2


class CompareDialog(QDialog):
    """A list of the open designs to tick; the one on screen and the one before it are ticked at first.

    Args:
        bench: Whose designs are compared.
        parent: The window.
    """

    def __init__(self, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Compare which designs?")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._bench = bench
        self._tabs = list(bench.tabs)
        self.list = QTreeWidget(self)
        self.list.setAccessibleName("Open designs")
        self.list.setHeaderLabels(["Design", "Parameters", "MACs"])
        self.list.setRootIsDecorated(False)
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        ticked = _first_choice(self._tabs, bench.tab)
        for tab in self._tabs:
            totals = tab.analysis.totals
            cells = [tab.document.design.name, wording.short(totals.parameters), wording.short(totals.macs)]
            row = QTreeWidgetItem(cells)
            row.setToolTip(0, plain_tip(tab.document.path or "not saved yet"))
            row.setCheckState(0, Qt.CheckState.Checked if tab in ticked else Qt.CheckState.Unchecked)
            self.list.addTopLevelItem(row)
        self.note = quiet("", self)
        self.buttons = QDialogButtonBox(self)
        self.compare_button = self.buttons.addButton("&Compare", QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self._compare)
        self.buttons.rejected.connect(self.reject)
        self.list.itemChanged.connect(lambda *_: self._show_state())
        column = QVBoxLayout(self)
        for part in (self.list, self.note, self.buttons):
            column.addWidget(part)
        self.setMinimumSize(self.fontMetrics().horizontalAdvance("m" * 32), self.fontMetrics().height() * 14)
        self._show_state()

    @property
    def chosen(self) -> list[DesignTab]:
        """The designs that are ticked, in the order of their tabs."""
        rows = map(self.list.topLevelItem, range(len(self._tabs)))
        return [
            tab
            for tab, row in zip(self._tabs, rows, strict=True)
            if row is not None and row.checkState(0) == Qt.CheckState.Checked
        ]

    def _show_state(self) -> None:
        number = len(self.chosen)
        self.compare_button.setEnabled(LEAST <= number <= MOST)
        if number < LEAST:
            self.note.setText("Tick two or more")
        elif number > MOST:
            self.note.setText(f"At most {MOST} stand side by side; take {number - MOST} away")
        else:
            self.note.setText(f"{number} designs side by side")

    def _compare(self) -> None:
        self._bench.compare_tabs([tab for tab in self.chosen if tab in self._bench.tabs])
        self.accept()


def _first_choice(tabs: Sequence[DesignTab], current: DesignTab | None) -> list[DesignTab]:
    """The design on screen and its neighbour before, or after where it is the first."""
    place = tabs.index(current) if current in tabs else 0
    start = max(place - 1, 0)
    return list(tabs[start : start + LEAST])
