"""The charts of a comparison, a few to a tab: latency against size, where MACs and time go, memory over the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QWidget

from designer.analysis.analysis import Analysis
from designer.analysis.compare import Comparison
from designer.charts import comparison_charts as charts
from designer.graph.design import NodePath
from designer.ui.charts.chart_view import ChartView
from designer.ui.widgets.ask import Ask

_TABS = {"Overview": ("parameters", "kinds"), "Time": ("macs", "time"), "Memory": ("memory",)}


class ChartTabs(QTabWidget):
    """Shows the charts.

    Signals: ``status_message`` with a line for the status bar.
    """

    status_message = Signal(str)

    def __init__(self, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Charts of the comparison")
        self.setDocumentMode(True)
        self.charts: dict[str, ChartView] = {}
        for title, names in _TABS.items():
            holder = QWidget(self)
            layout = QHBoxLayout(holder)
            gap = self.fontMetrics().height() // 2
            layout.setContentsMargins(gap, gap, gap, gap)
            for name in names:
                self.charts[name] = ChartView(ask, self)
                self.charts[name].status_message.connect(self.status_message)
                layout.addWidget(self.charts[name], 1)
            self.addTab(holder, title)

    def draw(
        self, comparison: Comparison, analyses: Sequence[Analysis], times_s: Sequence[Mapping[NodePath, float]]
    ) -> None:
        """Show these designs.

        Args:
            comparison: Their table.
            analyses: What they mean.
            times_s: Measured seconds by node of each, empty where nothing was measured.
        """
        self.charts["parameters"].show_chart(charts.latency_chart(comparison, "parameters"))
        self.charts["macs"].show_chart(charts.latency_chart(comparison, "macs"))
        self.charts["kinds"].show_chart(charts.mac_chart(analyses))
        self.charts["time"].show_chart(charts.time_chart(analyses, times_s))
        self.charts["memory"].show_chart(charts.memory_chart(analyses))

    def follow_theme(self) -> None:
        """Draw in the colours of the present look."""
        for chart in self.charts.values():
            chart.follow_theme()
