"""The roofline of the design on screen: which nodes memory holds back and which arithmetic, in a chart and words.

The worker measures the machine's peaks once, keeps them, and times the nodes; nothing is worked out here.
"""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from designer import wording
from designer.analysis.analysis import Analysis
from designer.analysis.roofline import Bound, Point
from designer.charts.chart import Axis, Chart, Ink, Line, Spot
from designer.files.design_json import dumps
from designer.files.storage import data_folder
from designer.measurement.options import RooflineOptions
from designer.measurement.roofline import RooflineReport
from designer.ui.charts.chart_view import ChartView
from designer.ui.jobs.worker_client import Job, WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.panels.cards import quiet
from designer.ui.widgets.ask import Ask
from designer.worker.messages import Failure
from designer.worker.orders import RooflineOrder

_REACH = 0.4
"""How far from a node, in factors of e, a press still means it."""
WITH_NODES = ("eager", "folded", "folded_channels_last")
"""Backends that can be timed node by node."""


class RooflineTab(QWidget):
    """Measures when asked, and shows what came of it; dimmed where it is of an earlier design.

    Signals: ``status_message``, a line for the status bar; ``node_chosen``, the path of a node that was pressed.
    """

    status_message = Signal(str)
    node_chosen = Signal(object)

    def __init__(self, worker: WorkerClient, settings: Settings, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker, self._settings = worker, settings
        self._analysis: Analysis | None = None
        self._job: Job | None = None
        self.report: RooflineReport | None = None
        self.chart = ChartView(ask, self)
        self.chart.status_message.connect(self.status_message)
        self.chart.clicked_at.connect(self._choose)
        self.words = quiet("", self)
        self.button = QPushButton("Measure the roofline", self)
        self.button.setToolTip("Find this machine's peaks, once, and time every node against them")
        self.button.clicked.connect(self.measure)
        self.text = QLabel(self)
        self.bar = QProgressBar(self)
        self.bar.setAccessibleName("Progress of the roofline")
        self.bar.hide()
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addWidget(self.text, 1)
        row.addWidget(self.bar, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.chart, 1)
        column.addWidget(self.words)
        column.addLayout(row)
        self.chart.show_chart(_empty())

    def show_analysis(self, analysis: Analysis | None) -> None:
        """Take note of the design on screen."""
        self._analysis = analysis
        self.button.setEnabled(analysis is not None and analysis.is_valid and self._job is None)
        if self.report is not None and analysis is not None:
            self.chart.show_stale(self.report.figure.digest != analysis.digest)

    def measure(self) -> None:
        """Have the worker measure."""
        analysis = self._analysis
        if analysis is None or not analysis.is_valid:
            return
        options = RooflineOptions.taking(self._settings.measuring)
        if options.backend not in WITH_NODES:
            options = replace(options, backend=WITH_NODES[0])
        self._job = self._worker.submit(RooflineOrder(dumps(analysis.design), options, str(data_folder())))
        self._job.progressed.connect(self._show_progress)
        self._job.done.connect(self.show_roofline)
        self._job.failed.connect(self._fail)
        self._job.ended.connect(self._end)
        self.bar.setRange(0, 0)
        self.bar.show()
        self.button.setEnabled(False)

    def _show_progress(self, share: float, text: str) -> None:
        self.text.setText(text)
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(share * 1000))

    def _fail(self, failure: Failure) -> None:
        self.status_message.emit(f"No roofline: {failure.what}. {failure.hint}")

    def _end(self) -> None:
        self._job = None
        self.bar.hide()
        self.text.setText("")
        self.show_analysis(self._analysis)

    def show_roofline(self, report: RooflineReport) -> None:
        """Show what the worker found."""
        self.report = report
        self.chart.show_chart(roofline_chart(report))
        self.words.setText(" ".join((*report.sentences, report.overhead_sentence)))
        self.show_analysis(self._analysis)

    def _choose(self, x: float, y: float) -> None:
        away = [
            (abs(math.log(point.intensity / x)) + abs(math.log(point.attained_flops_per_s / y)), point.path)
            for point in (_drawn(self.report) if self.report is not None else ())
        ]
        distance, path = min(away, default=(math.inf, ""))
        if distance < _REACH:
            self.node_chosen.emit(tuple(path.split(".")))


_X = Axis("FLOPs a byte moved", "FLOP/B", lambda value: f"{value:.3g}", is_log=True)
_Y = Axis("FLOPs a second", "FLOP/s", wording.short, is_log=True)


def _empty() -> Chart:
    return Chart("Roofline", _X, _Y, note="What each node reaches, under what this machine allows.")


def _drawn(report: RooflineReport) -> list[Point]:
    """The nodes that have a place in the chart: those that compute, and took time."""
    return [point for point in report.points if point.intensity and point.attained_flops_per_s]


def roofline_chart(report: RooflineReport) -> Chart:
    """Nodes by their arithmetic intensity, under the machine's roof.

    Source: Williams, Waterman, Patterson 2009, Roofline, CACM 52(4).
    """
    peaks, points = report.peaks, _drawn(report)
    spots = tuple(
        Spot(
            "",
            point.intensity,
            point.attained_flops_per_s,
            Ink.ACCENT if point.bound is Bound.COMPUTE else Ink.WARNING,
            note=_note(point),
        )
        for point in points
    )
    ridge = peaks.ridge
    left = min([ridge / 8, *(point.intensity / 2 for point in points)])
    right = max([ridge * 8, *(point.intensity * 2 for point in points)])
    roof = ((left, left * peaks.bytes_per_s), (ridge, peaks.flops_per_s), (right, peaks.flops_per_s))
    words = f"{wording.short(peaks.flops_per_s)}FLOP/s, {wording.short(peaks.bytes_per_s)}B/s"
    line = Line(f"this machine: {words}", roof, Ink.TEXT)
    return Chart("Roofline", _X, _Y, spots, (line,))


def _note(point: Point) -> str:
    time, macs = wording.percentage(point.time_share), wording.percentage(point.mac_share)
    took = wording.milliseconds(point.ms)
    return f"{point.path}: {took}, {time} of the time for {macs} of the MACs; {point.bound.value} bound"
