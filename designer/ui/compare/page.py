"""The comparison: live canvases side by side, looked at together, and below them tables and charts that follow.

Puts the parts together; what is compared is ``Comparing``'s, what may be said of it the analysis'.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSplitter,
    QTabWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from designer.analysis.compare import Comparison, compare, parse_budget
from designer.analysis.measured import Latency
from designer.analysis.node_table import node_table
from designer.errors import DesignerError
from designer.graph.design import Design, NodeId, NodePath
from designer.measurement.interleaved import PairReport
from designer.measurement.latency import LatencyReport, TimedRun
from designer.targets.comparing import TARGET_ROW, row_key, with_targets
from designer.targets.profile import Profile
from designer.timing.statistics import PairedRatio
from designer.ui.compare import out
from designer.ui.compare.chart_tabs import ChartTabs
from designer.ui.compare.comparing import Comparing
from designer.ui.compare.figures_table import BEST_MARK, FiguresTable
from designer.ui.compare.linked_cameras import LinkedCameras
from designer.ui.compare.marks import marks_of, show_marks
from designer.ui.compare.member import LETTERS, Member
from designer.ui.compare.nodes_table import NodesTable
from designer.ui.compare.pane import Pane
from designer.ui.compare.pane_menu import PaneMenu
from designer.ui.compare.row_order import RowOrder
from designer.ui.panels.cards import quiet
from designer.ui.views.design_tab import DesignTab
from designer.ui.widgets.ask import Ask

CHARTS_AFTER_MS = 60
"""How long after an edit the charts follow: they are drawn anew, and a hand that scrubs must not wait for them."""


class ComparePage(QWidget):
    """A page that compares designs.

    Signals: ``status_message`` with a line for the status bar; ``active_changed`` when another pane has the keyboard;
    ``changed`` when the title or what can be undone may be another; ``open_requested`` with a member that shall have a
    tab of its own; ``add_requested`` with a place on screen for the menu of what can be added.
    """

    status_message = Signal(str)
    active_changed = Signal()
    changed = Signal()
    open_requested = Signal(object)
    add_requested = Signal(QPoint)

    def __init__(
        self,
        members: Sequence[Member],
        figure: Callable[[Design], LatencyReport | None],
        pair: Callable[[Design, Design], PairReport | None],
        ask: Ask,
        targets: Callable[[], Sequence[Profile]] = tuple,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._targets = targets
        self._figure = figure
        self._pair = pair
        self._ask = ask
        self.comparing = Comparing(members, self)
        self.cameras = LinkedCameras(self.comparing, self)
        self.order = RowOrder()
        self._panes: dict[Member, Pane] = {}
        self._active: Member = members[0]
        self._is_lighting = False
        self._fits_when_shown = True
        self._later = QTimer(self, singleShot=True, interval=CHARTS_AFTER_MS)
        self._later.timeout.connect(self._draw_charts)
        self._build()
        self._connect()
        self._show_set()

    # Building --------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.pane_row = QSplitter(Qt.Orientation.Horizontal, self)
        self.pane_row.setChildrenCollapsible(False)
        self.table, self.nodes = FiguresTable(self), NodesTable(self)
        self.differences = QTextEdit(self)
        self.differences.setReadOnly(True)
        self.differences.setFrameShape(QTextEdit.Shape.NoFrame)
        self.differences.setAccessibleName("What differs, in words")
        self._note = quiet("", self)
        figures = QWidget(self)
        column = QVBoxLayout(figures)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table, 1)
        column.addWidget(self._note)
        self.tables = QTabWidget(self)
        self.tables.setAccessibleName("Tables of the comparison")
        self.tables.setDocumentMode(True)
        for title, page in (("Figures", figures), ("Node by node", self.nodes), ("What differs", self.differences)):
            self.tables.addTab(page, title)
        self.chart_tabs = ChartTabs(self._ask, self)
        left = QWidget(self)
        left_column = QVBoxLayout(left)
        gap = self.fontMetrics().height() // 2
        left_column.setContentsMargins(gap, gap // 2, gap, gap)
        left_column.addWidget(self.tables, 1)
        left_column.addLayout(self._buttons())
        lower = QSplitter(Qt.Orientation.Horizontal, self)
        lower.addWidget(left)
        lower.addWidget(self.chart_tabs)
        lower.setStretchFactor(0, 3)
        lower.setStretchFactor(1, 2)
        lower.setChildrenCollapsible(False)
        whole = QSplitter(Qt.Orientation.Vertical, self)
        whole.addWidget(self.pane_row)
        whole.addWidget(lower)
        whole.setChildrenCollapsible(False)
        whole.setStretchFactor(0, 1)
        whole.setStretchFactor(1, 0)
        line = self.fontMetrics().height()
        whole.setSizes([line * 22, line * 26])
        lower.setSizes([line * 50, line * 40])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(whole)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.buttons: dict[str, QPushButton] = {}
        for title, tip, call in (
            ("Copy as Markdown", "Put the table on the clipboard as Markdown", self.copy_markdown),
            ("Copy as CSV", "Put the table on the clipboard as comma-separated values, unrounded", self.copy_csv),
            ("Save table…", "Write the table as a Markdown or CSV file", self.save_table),
            ("Report (HTML)…", "Write one page with pictures, tables, charts and conditions", self.save_report),
            ("Add design…", "An open tab, a file, a template, an earlier state", self._ask_for_more),
        ):
            button = QPushButton(title, self)
            button.setToolTip(tip)
            button.clicked.connect(call)
            self.buttons[title] = button
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _connect(self) -> None:
        comparing, table = self.comparing, self.table
        comparing.set_changed.connect(self._show_set)
        comparing.figures_changed.connect(self.refresh)
        comparing.matched.connect(self._show_matching)
        comparing.selected.connect(self._light_partners)
        table.budget_asked.connect(self.ask_for_budget)
        table.hide_asked.connect(lambda key: self._reorder(self.order.hide(key)))
        table.move_asked.connect(lambda key, by: self._reorder(self.order.move(key, by, self.comparison().rows)))
        table.sort_rows_asked.connect(self._sort_rows)
        table.sort_designs_asked.connect(self._sort_designs)
        table.baseline_asked.connect(lambda column: comparing.set_baseline(comparing.members[column]))
        table.all_rows_asked.connect(lambda: self._reorder(self.order.all_rows()))
        self.nodes.node_chosen.connect(self._show_node)
        self.chart_tabs.status_message.connect(self.status_message)

    # What is compared ------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What stands on the page's tab."""
        return "Compare: " + " · ".join(member.name for member in self.comparing.members)

    @property
    def tabs(self) -> tuple[DesignTab, ...]:
        """The open tabs among what is compared."""
        return tuple(member.tab for member in self.comparing.members if member.tab is not None)

    @property
    def active(self) -> Member:
        """The design that keys and actions mean."""
        return self._active

    @property
    def note(self) -> str:
        """The words below the table."""
        return self._note.text()

    def add(self, members: Sequence[Member], label: str) -> bool:
        """Take designs in, one undo step; says why where there is no room. Gives whether they are in."""
        try:
            self.comparing.add(members, label)
        except DesignerError as error:
            self.status_message.emit(str(error))
            for member in members:
                member.view.end()
                member.view.deleteLater()
            return False
        return True

    def drop(self, tab: DesignTab) -> bool:
        """Leave out a tab that is being closed; gives whether enough are left to compare."""
        member = next((each for each in self.comparing.members if each.tab is tab), None)
        return True if member is None else self.comparing.drop(member)

    def comparison(self) -> Comparison:
        """The table of the designs as they are now."""
        comparing = self.comparing
        latencies = {index: _latency(figure) for index, figure in self._figures().items()}
        for index, pair in self._pairs().items():
            # What was timed in turns counts before what was timed alone.
            latencies[comparing.baseline] = _latency(pair.first)
            latencies[index] = _latency(pair.second, pair.ratio)
        budgets = {key: most for key, most in self.order.budgets.items() if not key.startswith(TARGET_ROW)}
        table = compare(comparing.analyses, latencies, baseline=comparing.baseline, budgets=budgets)
        profiles = self._targets()
        return with_targets(
            table, comparing.analyses, profiles, [each for each in profiles if row_key(each) in self.order.budgets]
        )

    def _pairs(self) -> dict[int, PairReport]:
        """What was timed in turns with the baseline, by the design's place."""
        members = self.comparing.members
        base = members[self.comparing.baseline].design
        found = enumerate(self._pair(base, member.design) for member in members)
        return {index: pair for index, pair in found if pair is not None and index != self.comparing.baseline}

    def _figures(self) -> dict[int, LatencyReport]:
        """What was measured, by the design's place."""
        found = enumerate(self._figure(member.design) for member in self.comparing.members)
        return {index: figure for index, figure in found if figure is not None}

    def _times_s(self) -> list[Mapping[NodePath, float]]:
        """Seconds by node of each design, empty where none were measured."""
        figures = self._figures()
        return [
            {_path(words): ms / 1000 for words, ms in figures[index].node_ms.items()} if index in figures else {}
            for index in range(len(self.comparing.members))
        ]

    # Showing ---------------------------------------------------------------------------------------------------------

    def _show_set(self) -> None:
        """Panes for the members, in their order."""
        members = self.comparing.members
        for member in [each for each in self._panes if each not in members]:
            pane = self._panes.pop(member)
            pane.release()
            pane.setParent(None)
            pane.deleteLater()
        for place, member in enumerate(members):
            if member not in self._panes:
                self._panes[member] = self._new_pane(member)
            if self.pane_row.indexOf(self._panes[member]) != place:
                self.pane_row.insertWidget(place, self._panes[member])
            self._panes[member].name(LETTERS[place], place == self.comparing.baseline)
        if self._active not in members:
            self._activate(members[0])
        for member, pane in self._panes.items():
            pane.show_active(member is self._active)
        self._show_matching()
        self.changed.emit()

    def _new_pane(self, member: Member) -> Pane:
        pane = Pane(member, self)
        pane.activated.connect(lambda: self._activate(member))
        pane.menu_requested.connect(lambda at: self._open_menu(member, at))
        self.cameras.link(member)
        return pane

    def _activate(self, member: Member) -> None:
        if member is self._active:
            return
        self._active = member
        for each, pane in self._panes.items():
            pane.show_active(each is member)
        self.active_changed.emit()

    def refresh(self) -> None:
        """Work the table out anew; the charts follow a little later."""
        comparison = self.comparison()
        self.table.figures.show_comparison(comparison, self.order.of(comparison.rows))
        for place, member in enumerate(self.comparing.members):
            if member in self._panes:
                self._panes[member].name(LETTERS[place], place == self.comparing.baseline)
        base = LETTERS[self.comparing.baseline]
        words = f"× is the ratio to {base}; {BEST_MARK} marks the best where less is better."
        self._note.setText(f"{words} {self._latency_words()}{self._budget_words(comparison)}")
        self._later.start()

    def _latency_words(self) -> str:
        pairs = self._pairs()
        if pairs:
            words = " and ".join(sorted({pair.text for pair in pairs.values()}))
            return f"Latency measured in turns with {LETTERS[self.comparing.baseline]}: {words}."
        figures = self._figures()
        if not figures:
            return "Measure the designs to compare latencies."
        conditions = " and ".join(sorted({figure.text for figure in figures.values()}))
        return f"Latency on {conditions}."

    def _budget_words(self, comparison: Comparison) -> str:
        if not self.order.budgets:
            return ""
        return " Every budget is kept." if comparison.holds_budgets else " A budget is broken."

    def _show_matching(self) -> None:
        """Marks on the cards, the tables of nodes and words."""
        comparing = self.comparing
        for member in comparing.members:
            show_marks(member, marks_of(comparing, member))
        self.refresh()
        self._light_partners(self._active)
        known = [m for index, m in enumerate(comparing.matchings) if index != comparing.baseline]
        if any(matching is None for matching in known):
            self.differences.setPlainText("Matching the nodes…")
            return
        rows = node_table(comparing.analyses, comparing.baseline, comparing.matchings)
        self.nodes.nodes.show_rows(rows, len(comparing.members), comparing.baseline)
        self.differences.setPlainText(comparing.difference_words())

    def _draw_charts(self) -> None:
        self.chart_tabs.draw(self.comparison(), self.comparing.analyses, self._times_s())

    def follow_theme(self) -> None:
        """Draw the charts in the colours of the present look; canvases follow by themselves."""
        self._draw_charts()
        self.chart_tabs.follow_theme()

    def showEvent(self, event: QShowEvent) -> None:
        """The first time every design is whole on screen."""
        super().showEvent(event)
        if self._fits_when_shown:
            self._fits_when_shown = False
            QTimer.singleShot(0, self, self.cameras.fit_all)

    # Partners --------------------------------------------------------------------------------------------------------

    def _light_partners(self, member: Member) -> None:
        """Select in all other panes what answers the selection of one."""
        if self._is_lighting or member not in self.comparing.members:
            return
        self._is_lighting = True
        try:
            for other in self.comparing.members:
                if other is not member and not (member.view.path or other.view.path):
                    other.view.select(self.comparing.partners(member, member.view.selection, other))
        finally:
            self._is_lighting = False
        self.changed.emit()

    def _show_node(self, column: int, node: str) -> None:
        member = self.comparing.members[column]
        member.view.walking.go(())
        member.view.scene.select([NodeId(node)])
        member.view.canvas.ensure_visible([NodeId(node)])

    # What a person asks for ------------------------------------------------------------------------------------------

    def menu_for(self, member: Member) -> QMenu:
        """What can be done with a member."""
        menu = PaneMenu(self.comparing, member, self.cameras.is_on, self)
        menu.open_requested.connect(self.open_requested)
        menu.link_requested.connect(self._link)
        menu.status_message.connect(self.status_message)
        return menu

    def _link(self, is_on: bool) -> None:
        self.cameras.is_on = is_on
        self.cameras.follow(self.active)

    def _open_menu(self, member: Member, at: QPoint) -> None:
        menu = self.menu_for(member)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def _ask_for_more(self) -> None:
        button = self.buttons["Add design…"]
        self.add_requested.emit(button.mapToGlobal(QPoint(0, button.height())))

    def _reorder(self, order: RowOrder) -> None:
        self.order = order
        self.refresh()

    def _sort_rows(self, column: int) -> None:
        comparison = self.comparison()
        if column < len(comparison.names):
            self._reorder(self.order.sort(column, comparison.rows))

    def _sort_designs(self, key: str) -> None:
        (row,) = (row for row in self.comparison().rows if row.key == key)
        self.comparing.sort([float("inf") if value is None else float(value) for value in row.values])

    def ask_for_budget(self, key: str) -> None:
        """Ask for a limit on a row; an empty answer takes it away."""
        (row,) = (row for row in self.comparison().rows if row.key == key)
        if key.startswith(TARGET_ROW):
            is_asked = key not in self.order.budgets
            self._reorder(self.order.with_budget(key, 1.0 if is_asked else None))
            self.status_message.emit(f"Every design {'must' if is_asked else 'need not'} fit {row.label}")
            return
        present = "" if row.limit is None else f"{row.limit:.12g}"
        unit = f" [{row.unit}]" if row.unit else ""
        answer = self._ask.text(f"Budget for {row.label.lower()}", f"The most a design may have{unit}:", present)
        if answer is None:
            return
        if not answer.strip():
            self._reorder(self.order.with_budget(key, None))
            return
        try:
            self._reorder(self.order.with_budget(*parse_budget(f"{key}={answer.strip()}")))
        except DesignerError as error:
            self._ask.tell("That is no budget", str(error))

    # Out -------------------------------------------------------------------------------------------------------------

    def copy_markdown(self) -> None:
        """Put the table on the clipboard as Markdown."""
        self.status_message.emit(out.copy_markdown(self.seen()))

    def copy_csv(self) -> None:
        """Put the table on the clipboard as CSV."""
        self.status_message.emit(out.copy_csv(self.seen()))

    def save_table(self) -> None:
        """Write the table as Markdown or CSV, by the file's ending."""
        out.save_table(self.seen(), self._ask, self.status_message.emit)

    def save_report(self) -> None:
        """Write the whole comparison as one HTML page."""
        figures = self._figures()
        conditions = {LETTERS[index]: figure.text for index, figure in figures.items()}
        conditions |= {f"{LETTERS[index]} in turns": pair.text for index, pair in self._pairs().items()}
        out.save_report(
            self.comparing.analyses, self._times_s(), self.comparison(), conditions, self._ask, self.status_message.emit
        )

    def seen(self) -> Comparison:
        """The table as it is seen: without hidden rows, in the chosen order."""
        comparison = self.comparison()
        return Comparison(comparison.names, tuple(self.order.of(comparison.rows)), comparison.baseline)

    def end(self) -> None:
        """Stop listening; for a page that closes."""
        for pane in self._panes.values():
            pane.release()
        self.comparing.end()


def _latency(run: TimedRun, ratio: PairedRatio | None = None) -> Latency:
    """A timed run as a comparison takes it, with its ratio to the baseline where they were timed in turns."""
    return Latency(run.median_s, run.low_ms / 1e3, run.high_ms / 1e3, ratio, run.rounds)


def _path(words: str) -> NodePath:
    return tuple(NodeId(word) for word in words.split("."))
