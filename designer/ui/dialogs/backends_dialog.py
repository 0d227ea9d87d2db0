"""All backends on one design, timed in turns and ranked: which one to deploy on, and which are not here and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QProgressBar,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from designer import wording
from designer.analysis.analysis import Analysis
from designer.charts import ticks
from designer.charts.chart import Axis, Chart, Ink, Piece, Stack
from designer.errors import DesignerError
from designer.files.design_json import dumps
from designer.files.outputs import write_output
from designer.measurement.interleaved import AbsentBackend, RankedSide, RankPreparation, RankReport, ReadyBackend
from designer.measurement.options import RankOptions
from designer.ui.charts.chart_view import ChartView
from designer.ui.jobs.worker_client import Job, WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.panels.cards import TonedLabel, quiet
from designer.ui.widgets.ask import Ask
from designer.ui.workbench.workbench import Workbench
from designer.worker.messages import Failure
from designer.worker.orders import RankOrder

JSON_FILTER = "Raw rounds (*.json)"
_KEY = Qt.ItemDataRole.UserRole


class BackendsDialog(QDialog):
    """Measures at once when it opens.

    Each backend has its row as soon as it is ready, and its time as soon as there is one. While it measures the rows
    stay where they are, and nothing is claimed; at the end they are ordered.

    Signals: ``backend_chosen`` with the key of the backend that measurements shall use.
    """

    backend_chosen = Signal(str)

    def __init__(
        self, analysis: Analysis, worker: WorkerClient, settings: Settings, ask: Ask, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Backends for {analysis.design.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._worker, self._ask = worker, ask
        self.report: RankReport | None = None
        self.text = QLabel("Waiting", self)
        self.text.setWordWrap(True)
        self.bar = QProgressBar(self)
        self.bar.setAccessibleName("Progress")
        self.bar.setRange(0, 0)
        self.rows = QTreeWidget(self)
        self.rows.setAccessibleName("Backends, the quickest first")
        self.rows.setHeaderLabels(["", "Backend", "Latency", "Against eager", "Verdict", "Largest difference"])
        self.rows.setRootIsDecorated(False)
        self.rows.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.rows.currentItemChanged.connect(lambda _row, _before: self._allow())
        self.chart = ChartView(ask, self)
        self.note = quiet("", self)
        self.trouble = TonedLabel("error", "", self)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=self)
        self.use_button = self.buttons.addButton("&Measure with this one", QDialogButtonBox.ButtonRole.ActionRole)
        self.save_button = self.buttons.addButton("&Save raw rounds…", QDialogButtonBox.ButtonRole.ActionRole)
        self.stop_button = self.buttons.addButton("S&top", QDialogButtonBox.ButtonRole.ActionRole)
        self.use_button.clicked.connect(self._use)
        self.save_button.clicked.connect(self._save)
        self.stop_button.clicked.connect(self._stop)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for part, stretch in (
            (self.text, 0),
            (self.bar, 0),
            (self.rows, 2),
            (self.chart, 2),
            (self.note, 0),
            (self.trouble, 0),
            (self.buttons, 0),
        ):
            column.addWidget(part, stretch)
        sizes = self.fontMetrics()
        self.resize(QSize(sizes.horizontalAdvance("m" * 76), sizes.height() * 38))
        options = RankOptions.taking(settings.measuring)
        self._job: Job | None = worker.submit(RankOrder(dumps(analysis.design), options))
        self._job.started.connect(lambda: self.text.setText("Preparing"))
        self._job.progressed.connect(self._show_progress)
        self._job.found.connect(self.show_so_far)
        self._job.done.connect(self.show_ranking)
        self._job.failed.connect(self._fail)
        self._job.cancelled.connect(self._show_stopped)
        self._job.ended.connect(self._end)
        self._allow()

    def _show_progress(self, share: float, text: str) -> None:
        self.text.setText(text)
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(share * 1000))

    def _end(self) -> None:
        self._job = None
        self.bar.hide()
        self._allow()

    def _fail(self, failure: Failure) -> None:
        self.text.setText("Not measured")
        self.trouble.setText(f"{failure.what}. {failure.hint}" if failure.hint else failure.what)

    def show_so_far(self, known: RankPreparation | RankReport) -> None:
        """Show what the worker knows while it measures."""
        if isinstance(known, RankReport):
            self.report = known
            self.chart.show_chart(_chart(known))
        for row in known.rows:
            self._put(row.backend, _words_so_far(row, known.reference))
        self._put_absent(known.absent)
        self._allow()

    def show_ranking(self, report: RankReport) -> None:
        """Show what the worker found."""
        self.report = report
        self.text.setText("Timed in turns; places are shared where no difference can be claimed.")
        chosen = self.rows.currentItem()
        key = chosen.data(0, _KEY) if chosen is not None else None
        self.rows.clear()
        for row in report.rows:
            self._put(row.backend, _words(row, report.reference))
        self._put_absent(report.absent)
        current = (self._item(key) if key is not None else None) or self.rows.topLevelItem(0)
        if current is not None:
            self.rows.setCurrentItem(current)
        self.chart.show_chart(_chart(report))
        conditions = report.rows[0].conditions
        words = [word for word in (conditions.processor, conditions.dtype) if word]
        words += [f"threads {conditions.threads}", f"batch {conditions.batch}"]
        doubt = f" Noisy: {report.warning}" if report.warning else ""
        self.note.setText(" · ".join(words) + f".{doubt}")

    def _show_stopped(self) -> None:
        """What was measured until then stays, without a claim."""
        self.text.setText(
            "Stopped; shown is what was measured until then, and no difference is claimed."
            if self.report is not None
            else "Stopped before anything was measured."
        )

    def _put(self, key: str, words: Sequence[str], reason: str = "") -> None:
        """Fill a backend's row; a new one comes below the others, yet above those that are not to be had."""
        item = self._item(key)
        if item is None:
            item = QTreeWidgetItem()
            item.setData(0, _KEY, key)
            usable = sum(not each.isDisabled() for each in self._items())
            self.rows.insertTopLevelItem(len(self._items()) if reason else usable, item)
        for column, text in enumerate(words):
            item.setText(column, text)
        if reason:
            item.setDisabled(True)
            item.setToolTip(len(words) - 1, reason)

    def _put_absent(self, absent: Sequence[AbsentBackend]) -> None:
        for each in absent:
            self._put(each.key, ["–", each.title, "", "", "", each.reason], each.reason)

    def _item(self, key: str) -> QTreeWidgetItem | None:
        return next((item for item in self._items() if item.data(0, _KEY) == key), None)

    def _items(self) -> list[QTreeWidgetItem]:
        found = (self.rows.topLevelItem(index) for index in range(self.rows.topLevelItemCount()))
        return [item for item in found if item is not None]

    def _allow(self) -> None:
        row = self.rows.currentItem()
        self.use_button.setEnabled(row is not None and not row.isDisabled() and self._job is None)
        self.save_button.setEnabled(self.report is not None)
        self.stop_button.setEnabled(self._job is not None)

    def _use(self) -> None:
        row = self.rows.currentItem()
        if row is not None:
            self.backend_chosen.emit(row.data(0, _KEY))
            self.accept()

    def _save(self) -> None:
        path = self._ask.path_to_save("Save raw rounds as", Path.home() / "backends.json", JSON_FILTER)
        if path is None or self.report is None:
            return
        try:
            target = path if path.suffix else path.with_suffix(".json")
            write_output(target, json.dumps(self.report.to_data(), indent=1).encode(), (".json",))
        except DesignerError as error:
            self._ask.tell("The rounds were not saved", str(error))

    def _stop(self) -> None:
        if self._job is not None:
            self._worker.cancel(self._job)

    def reject(self) -> None:
        """What still runs ends with the dialog."""
        self._stop()
        super().reject()


def _words(row: RankedSide, reference: str) -> list[str]:
    """A row of the ranking."""
    verdict = "the reference" if row.backend == reference else row.to_reference.verdict.value
    return [f"{row.place}.", row.title, _latency(row), _against(row), verdict, _difference(row)]


def _words_so_far(row: ReadyBackend | RankedSide, reference: str) -> list[str]:
    """A row while it is measured: no place, and no verdict."""
    if isinstance(row, ReadyBackend):
        return ["", row.title, "ready", "", "", _difference(row)]
    state = "the reference" if row.backend == reference else "measuring"
    return ["", row.title, _latency(row), _against(row), state, _difference(row)]


def _latency(row: RankedSide) -> str:
    return wording.milliseconds(row.median_ms, row.low_ms, row.high_ms, row.rounds)


def _against(row: RankedSide) -> str:
    ratio = row.to_reference
    return f"{wording.ratio(ratio.ratio)} {wording.ratio_interval(ratio.low, ratio.high, ratio.pairs)}"


def _difference(row: ReadyBackend | RankedSide) -> str:
    return f"{row.agreement.max_abs_difference:.2g}"


def _chart(report: RankReport) -> Chart:
    """A bar a backend."""
    stacks = tuple(Stack(row.title, (Piece("latency", row.median_ms, Ink.ACCENT),)) for row in report.rows)
    latency = Axis("Latency", "ms", wording.milliseconds, ticks.milliseconds)
    return Chart("Latency by backend", latency, Axis("backend"), stacks=stacks)


def open_backends(bench: Workbench, parent: QWidget) -> BackendsDialog | None:
    """Open the dialog for the design on screen: every backend there is, timed in turns and ranked."""
    analysis = bench.whole_analysis
    if analysis is None or not analysis.is_valid:
        return None
    dialog = BackendsDialog(analysis, bench.worker, bench.settings, bench.ask, parent)

    def use(key: str) -> None:
        bench.settings.measuring = replace(bench.settings.measuring, backend=key)
        bench.latency.conditions_changed()

    dialog.backend_chosen.connect(use)
    dialog.open()
    return dialog
