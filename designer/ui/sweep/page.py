"""The page of a sweep: a space around a design, walked through by the worker and seen as it goes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from designer.analysis.analysis import analyse
from designer.edit.document import Command
from designer.edit.edits import hold
from designer.edit.inside import lifted
from designer.errors import DesignerError
from designer.files.outputs import stem_of, write_output
from designer.files.storage import data_folder, make_folder
from designer.graph.design import Design
from designer.measurement.options import PairOptions
from designer.sweeps.charts import parallel, scatter, words_of
from designer.sweeps.counting import read_constraints
from designer.sweeps.log import results_file
from designer.sweeps.report import summary, sweep_report
from designer.sweeps.result import Result, SweepReport, SweptPoints
from designer.sweeps.space import Space, marked
from designer.ui.canvas.picture import thumbnail
from designer.ui.charts.chart_view import ChartView
from designer.ui.jobs.worker_client import Job, WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import tokens
from designer.ui.panels.cards import PanelScroll, quiet
from designer.ui.sweep.results_table import ResultsTable
from designer.ui.sweep.setup import SweepSetup
from designer.ui.views.companion import Companion
from designer.ui.views.design_tab import DesignTab
from designer.ui.widgets.ask import Ask
from designer.ui.widgets.field_frames import FramedCombo
from designer.worker.messages import Failure
from designer.worker.orders import SweepOrder

DRAWN_EVERY_MS = 400
"""How often charts follow while results come in."""

MOST_COMPARED = 5
"""Chosen results that a comparison has room for beside the design itself."""


class SweepPage(Companion):
    """Sets a sweep up, shows its results as they come, and opens or compares what is chosen.

    Signals: ``open_asked`` with a Design; ``compare_asked`` with several.
    """

    open_asked = Signal(object)
    compare_asked = Signal(object)

    def __init__(
        self, tab: DesignTab, worker: WorkerClient, settings: Settings, ask: Ask, parent: QWidget | None = None
    ) -> None:
        super().__init__(tab, parent)
        self._worker, self._settings, self._ask = worker, settings, ask
        self._space: Space | None = None
        self._swept: Space | None = None
        self.results: list[Result] = []
        self._job: Job | None = None
        self.path: Path | None = None
        self.setup = SweepSetup(lambda: tab.document.committed_design, self)
        self._later = QTimer(self, singleShot=True, interval=DRAWN_EVERY_MS)
        self._later.timeout.connect(self._draw)
        self._build(ask)
        self._connect()
        self._follow()

    @property
    def title(self) -> str:
        """What stands on its tab."""
        return f"Sweep: {self.tab.document.design.name}"

    # Building ---------------------------------------------------------------------------------------------------------

    def _build(self, ask: Ask) -> None:
        self.start = QPushButton("&Start", self)
        self.start.setObjectName("accent")
        self.stop = QPushButton("S&top", self)
        self.bar = QProgressBar(self)
        self.bar.setAccessibleName("Progress of the sweep")
        self.says = quiet("", self)
        self.says.setWordWrap(True)
        self.scatter, self.parallel = ChartView(ask, self), ChartView(ask, self)
        self.table = ResultsTable(self)
        self.across, self.up = FramedCombo(self), FramedCombo(self)
        self.across.setAccessibleName("Figure along the bottom")
        self.up.setAccessibleName("Figure up the side")
        self.preview, self.preview_words = QLabel(self), quiet("", self)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setMinimumHeight(self.fontMetrics().height() * 6)
        self.preview_words.setWordWrap(True)
        self.open = QPushButton("&Open", self)
        self.compare = QPushButton("&Compare", self)
        self.report = QPushButton("&Report (HTML)…", self)
        scroll = PanelScroll(self)
        column = scroll.column
        column.addWidget(self.setup)
        row = QHBoxLayout()
        row.addWidget(self.start)
        row.addWidget(self.stop)
        column.addLayout(row)
        column.addWidget(self.bar)
        column.addWidget(self.says)
        column.addStretch(1)
        whole = QSplitter(Qt.Orientation.Horizontal, self)
        whole.addWidget(scroll)
        whole.addWidget(self._right())
        whole.setChildrenCollapsible(False)
        letter = self.fontMetrics().horizontalAdvance("m")
        whole.setSizes([letter * 27, letter * 80])
        whole.setStretchFactor(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(whole)

    def _right(self) -> QWidget:
        charts = QWidget(self)
        column = QVBoxLayout(charts)
        axes = QHBoxLayout()
        axes.addWidget(quiet("Across", self))
        axes.addWidget(self.across)
        axes.addWidget(quiet("Up", self))
        axes.addWidget(self.up)
        axes.addStretch(1)
        column.addLayout(axes)
        column.addWidget(self.scatter, 1)
        self.pages = QTabWidget(self)
        self.pages.setDocumentMode(True)
        self.pages.setAccessibleName("Results")
        for title, page in (("Figures", charts), ("Fields", self.parallel), ("Table", self.table)):
            self.pages.addTab(page, title)
        chosen = QWidget(self)
        row = QHBoxLayout(chosen)
        row.addWidget(self.preview, 1)
        side = QVBoxLayout()
        side.addWidget(self.preview_words)
        buttons = QHBoxLayout()
        for button in (self.open, self.compare, self.report):
            buttons.addWidget(button)
        side.addLayout(buttons)
        side.addStretch(1)
        row.addLayout(side, 1)
        right = QSplitter(Qt.Orientation.Vertical, self)
        right.addWidget(self.pages)
        right.addWidget(chosen)
        right.setChildrenCollapsible(False)
        right.setStretchFactor(0, 1)
        return right

    def _connect(self) -> None:
        self.setup.changed.connect(self._follow)
        self.setup.hold_asked.connect(self._hold)
        self.setup.constraints_changed.connect(self._constrain)
        self.tab.document_changed.connect(self._design_changed)
        self.start.clicked.connect(self.run)
        self.stop.clicked.connect(self._cancel)
        for box in (self.across, self.up):
            box.currentIndexChanged.connect(lambda _row: self._draw())
        self.scatter.clicked_at.connect(self._choose_near)
        for chart in (self.scatter, self.parallel):
            chart.status_message.connect(self.status_message)
        self.table.chosen.connect(self._show_chosen)
        self.table.opened.connect(lambda result: self._open([result]))
        self.open.clicked.connect(lambda: self._open(self.table.selected()))
        self.compare.clicked.connect(self._compare)
        self.report.clicked.connect(self.save_report)

    # Setting up -------------------------------------------------------------------------------------------------------

    def _design_changed(self) -> None:
        self.changed.emit()
        if self.isVisible():
            self.setup.follow_design()

    def showEvent(self, event: QShowEvent) -> None:
        """Follow what was edited meanwhile."""
        super().showEvent(event)
        self.setup.follow_design()

    def _follow(self) -> None:
        """Say how large the space is, or what is wrong with it."""
        self._space = self.setup.space()
        if self._space is not None:
            try:
                _ = self.setup.plan().wanted
                read_constraints(self._space)
            except DesignerError as error:
                self.setup.trouble.setText(str(error))
                self._space = None
        self._enable()

    def _enable(self) -> None:
        self.start.setEnabled(self._space is not None and self._job is None)
        self.stop.setEnabled(self._job is not None)
        chosen = len(self.table.selected())
        self.open.setEnabled(chosen > 0)
        self.compare.setEnabled(1 <= chosen <= MOST_COMPARED)
        self.report.setEnabled(bool(self.results))

    def _hold(self, name: str) -> None:
        document = self.tab.document
        targets = [
            target
            for target, _, variable in marked(document.committed_design)
            if name == (variable or ".".join((*target.path, target.field)))
        ]

        def still(design: Design) -> Design:
            for target in targets:
                *within, id = target.path
                design = lifted(tuple(within), partial(hold, ids=[id], name=target.field))(design)
            return design

        document.apply(Command(f"Hold {name} still", still))

    def _constrain(self, constraints: tuple[str, ...]) -> None:
        document = self.tab.document
        if document.committed_design.constraints != constraints:
            document.apply(
                Command("Constrain the sweep", lambda design: design.constrained(constraints), merge_key="constraints")
            )

    # Running ----------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Walk through the space, from where its file of results leaves off."""
        space, plan = self._space, self.setup.plan()
        if space is None or self._job is not None:
            return
        try:
            plan.walk(space)
            self.path = results_file(self._folder(), stem_of(space.base.name), space)
        except DesignerError as error:
            self.says.setText("")
            self.setup.trouble.setText(str(error))
            return
        self._swept, self.results = space, []
        self._offer_axes()
        self.table.model_of_results.show(space, plan.wanted, ())
        measuring = PairOptions.taking(self._settings.measuring, time_limit=self.setup.seconds.value())
        self._job = job = self._worker.submit(SweepOrder(self.setup.space_source(), plan, str(self.path), measuring))
        self.bar.setRange(0, 0)
        self.says.setText(f"Waiting: {self._worker.state}")
        job.progressed.connect(self._show_progress)
        job.found.connect(self._take)
        job.done.connect(self._done)
        job.failed.connect(self._failed)
        job.cancelled.connect(lambda: self.says.setText(f"Stopped. {self._kept_words()}"))
        job.ended.connect(self._ended)
        self._enable()

    def _folder(self) -> Path:
        if self.tab.document.path is not None:
            return Path(self.tab.document.path).parent
        folder = data_folder() / "sweeps"
        make_folder(folder)
        return folder

    def _cancel(self) -> None:
        if self._job is not None:
            self.says.setText("Stopping")
            self._worker.cancel(self._job)

    def _show_progress(self, share: float, text: str) -> None:
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(1000 * share))
        self.says.setText(text)

    def _take(self, found: SweptPoints) -> None:
        self.results += found.results
        self.table.model_of_results.add(found.results)
        if not self._later.isActive():
            self._later.start()
        self._enable()

    def _done(self, report: SweepReport) -> None:
        del report
        self.says.setText(self._kept_words())

    def _failed(self, failure: Failure) -> None:
        self.says.setText("")
        self.setup.trouble.setText(f"{failure.what}. {failure.hint}".strip())

    def _kept_words(self) -> str:
        if self._swept is None or self.path is None:
            return ""
        said = summary(self._swept, self.results, self.setup.plan().wanted)
        return f"{said} Kept in {self.path.name}; starting again goes on from there."

    def _ended(self) -> None:
        self._job = None
        self.bar.setRange(0, 1000)
        self.bar.setValue(1000 if self.results else 0)
        self._draw()
        self._enable()

    def end(self) -> None:
        """Stop the sweep with its page."""
        self._cancel()

    # Showing ----------------------------------------------------------------------------------------------------------

    def _offer_axes(self) -> None:
        wanted = self.setup.plan().wanted
        for box, place in ((self.across, 0), (self.up, min(1, len(wanted) - 1))):
            box.blockSignals(True)
            box.clear()
            for each in wanted:
                box.addItem(each.figure.title, each.key)
            box.setCurrentIndex(place)
            box.blockSignals(False)

    def _draw(self) -> None:
        if self._swept is None or not self.results or self.across.currentData() is None:
            return
        wanted = self.table.model_of_results.objectives
        axes = self.across.currentData(), self.up.currentData()
        self.scatter.show_chart(scatter(self._swept, self.results, wanted, *axes))
        self.parallel.show_chart(parallel(self._swept, self.results, wanted))

    def follow_theme(self) -> None:
        """Draw in the colours of the present look."""
        self.scatter.follow_theme()
        self.parallel.follow_theme()
        self._show_chosen(self.table.selected())

    def _choose_near(self, x: float, y: float) -> None:
        """Choose the result whose spot is nearest to a place in the chart."""
        across, up = self.across.currentData(), self.up.currentData()
        known = [
            (place, (a, b))
            for place, each in enumerate(self.results)
            if (a := each.value(across)) is not None and (b := each.value(up)) is not None
        ]
        if known:
            wide, high = (max(values[axis] for _, values in known) or 1.0 for axis in (0, 1))
            nearest = min(known, key=lambda each: ((each[1][0] - x) / wide) ** 2 + ((each[1][1] - y) / high) ** 2)
            self.table.choose(nearest[0])

    def _show_chosen(self, results: tuple[Result, ...]) -> None:
        self._enable()
        if not results or self._swept is None:
            self.preview.clear()
            self.preview_words.setText("")
            return
        self.preview_words.setText(
            words_of(self._swept, results[0])
            if len(results) == 1
            else f"{len(results)} designs"
            + ("" if len(results) <= MOST_COMPARED else f"; at most {MOST_COMPARED} are compared")
        )
        designs = self._designs(results[:1])
        if designs:
            size = QSize(max(200, self.preview.width()), max(90, self.preview.height()))
            image = thumbnail(designs[0], analyse(designs[0]), size * self.devicePixelRatio(), tokens())
            image.setDevicePixelRatio(self.devicePixelRatio())
            self.preview.setPixmap(QPixmap.fromImage(image))

    def _designs(self, results: tuple[Result, ...] | list[Result]) -> list[Design]:
        space = self._swept
        if space is None:
            return []
        points = [point for each in results if (point := space.point_at(each.settings)) is not None]
        try:
            return [space.design(point) for point in points]
        except DesignerError as error:
            self.status_message.emit(str(error))
            return []

    def _open(self, results: tuple[Result, ...] | list[Result]) -> None:
        for design in self._designs(results):
            self.open_asked.emit(design)

    def _compare(self) -> None:
        designs = self._designs(self.table.selected()[:MOST_COMPARED])
        if designs:
            self.compare_asked.emit(designs)

    def save_report(self) -> None:
        """Write the sweep as one HTML page."""
        if self._swept is None or not self.results:
            return
        suggested = (self.path.parent if self.path else Path.home()) / f"{stem_of(self._swept.base.name)}-sweep.html"
        path = self._ask.path_to_save("Save the report as", suggested, "HTML page (*.html)")
        if path is None:
            return
        target = path if path.suffix else path.with_suffix(".html")
        try:
            page = sweep_report(self._swept, self.results, self.table.model_of_results.objectives)
            write_output(target, page.encode(), (".html", ".htm"))
        except DesignerError as error:
            self._ask.tell("The report was not written", str(error))
            return
        self.status_message.emit(f"Wrote {target.name}")
