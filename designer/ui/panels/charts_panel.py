"""The charts of the design on screen, in a dock: memory over the run, shares of time and MACs, the measured rounds.

Works only while it is seen, and a little after an edit, so that a hand that scrubs never waits for a chart.
"""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from designer.analysis.analysis import Analysis
from designer.charts.design_charts import memory_chart, rounds_chart, shares_chart
from designer.graph.design import NodePath
from designer.measurement.latency import LatencyReport, ShownLatency
from designer.ui.charts.chart_view import ChartView
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.panels.roofline_tab import RooflineTab
from designer.ui.widgets.ask import Ask

AFTER_MS = 60


class ChartsPanel(QWidget):
    """Shows the charts.

    Signals: ``status_message``, a line for the status bar; ``node_chosen``, the path of a node that was clicked at.
    """

    status_message = Signal(str)
    node_chosen = Signal(object)

    def __init__(self, worker: WorkerClient, settings: Settings, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._analysis: Analysis | None = None
        self._figure: ShownLatency | None = None
        self._is_current = False
        self.memory, self.shares, self.rounds = (ChartView(ask, self) for _ in range(3))
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Charts of the design")
        for title, chart in (("Memory", self.memory), ("Time and MACs", self.shares), ("Rounds", self.rounds)):
            self.tabs.addTab(chart, title)
            chart.status_message.connect(self.status_message)
        self.roofline = RooflineTab(worker, settings, ask, self)
        self.roofline.status_message.connect(self.status_message)
        self.roofline.node_chosen.connect(self.node_chosen)
        self.tabs.addTab(self.roofline, "Roofline")
        self.memory.clicked_at.connect(self._choose_step)
        layout = QVBoxLayout(self)
        gap = self.fontMetrics().height() // 3
        layout.setContentsMargins(gap, gap, gap, gap)
        layout.addWidget(self.tabs)
        self._later = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._later.timeout.connect(self._draw)
        self.tabs.currentChanged.connect(lambda _index: self._later.start())

    def show_design(self, analysis: Analysis | None, figure: ShownLatency | None, is_current: bool) -> None:
        """Show a design.

        Args:
            analysis: What it means.
            figure: What was measured, of it or of an earlier state.
            is_current: Whether the figure is the present design's; its charts look old where it is not.
        """
        self._analysis, self._figure, self._is_current = analysis, figure, is_current
        if self.isVisible():
            self._later.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened unseen."""
        super().showEvent(event)
        self._later.start()

    def follow_theme(self) -> None:
        """Draw in the colours of the present look."""
        self._draw()
        for chart in (self.memory, self.shares, self.rounds, self.roofline.chart):
            chart.follow_theme()

    def _draw(self) -> None:
        analysis, figure = self._analysis, self._figure
        if analysis is None or not self.isVisible():
            return
        seen = self.tabs.currentWidget()
        if seen is self.memory:
            self.memory.show_chart(memory_chart(analysis))
        elif seen is self.shares:
            self.shares.show_chart(shares_chart(analysis, figure.node_ms if figure is not None else {}))
        elif seen is self.rounds and isinstance(figure, LatencyReport):
            chart = rounds_chart(figure.rounds_ms, figure.median_ms, figure.low_ms, figure.high_ms)
            self.rounds.show_chart(chart)
        elif seen is self.rounds:
            self.rounds.show_chart(rounds_chart((), 0.0, 0.0, 0.0))
        for view in (self.shares, self.rounds):
            view.show_stale(figure is not None and not self._is_current)

    def _choose_step(self, x: float, _y: float) -> None:
        timeline = self._analysis.memory_timeline if self._analysis is not None else ()
        if 0 <= x < len(timeline):
            path: NodePath = timeline[int(x)][0]
            self.node_chosen.emit(path)
