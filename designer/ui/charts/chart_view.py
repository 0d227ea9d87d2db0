"""A chart with its title, its menu and its way out: SVG and PNG files, its figures as CSV.

The plotting library is loaded in a thread once the first chart is on screen, so that neither the start nor the first
chart stops the window.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from html import escape
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QGraphicsOpacityEffect, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from designer.charts.chart import Chart, csv_text
from designer.errors import DesignerError
from designer.files.outputs import write_output
from designer.ui.charts.colours import colour_of
from designer.ui.jobs.threads import unless_gone
from designer.ui.panels.cards import Card, clear, heading, quiet
from designer.ui.widgets.action_button import icon_button
from designer.ui.widgets.ask import Ask

if TYPE_CHECKING:
    from designer.ui.charts.plot import Plot

SVG_FILTER = "SVG drawing (*.svg)"
STALE_OPACITY = 0.45
PNG_FILTER = "PNG picture (*.png)"


class _Loader(QObject):
    """Loads the plotting library once, away from the window's thread."""

    ready = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.is_ready = False
        self._thread: threading.Thread | None = None

    def load(self) -> None:
        """Begin, unless that has happened."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="plotting", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        import_module("designer.ui.charts.plot")
        self.is_ready = True
        with unless_gone(self):  # the program may have ended meanwhile
            self.ready.emit()


_LOADER = _Loader()


class ChartView(Card):
    """Shows a chart.

    Args:
        ask: Where files are asked for.
        parent: The parent widget.

    Signals: ``status_message`` with a line for the status bar; ``clicked_at`` with a place, in the units of the axes.
    """

    status_message = Signal(str)
    clicked_at = Signal(float, float)

    def __init__(self, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._ask = ask
        self.chart: Chart | None = None
        self.plot: Plot | None = None
        self._title = heading("", self)
        self._note = quiet("", self)
        self._note.setWordWrap(True)
        self._legend = quiet("", self)
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self.menu_button = icon_button("more", "Save or copy this chart", self)
        self.menu_button.clicked.connect(lambda: self._open_menu(self.menu_button.mapToGlobal(QPoint(0, 0))))
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.menu_button)
        self._room = QVBoxLayout()
        self._fade = QGraphicsOpacityEffect(self)
        self._fade.setEnabled(False)
        self._fade.setOpacity(STALE_OPACITY)
        self.setGraphicsEffect(self._fade)
        self.column.addLayout(head)
        self.column.addLayout(self._room, 1)
        self.column.addWidget(self._legend)
        self.column.addWidget(self._note)
        self._room.addWidget(QWidget(self), 1)
        self.setMinimumHeight(self.fontMetrics().height() * 14)

    def show_chart(self, chart: Chart) -> None:
        """Show another chart."""
        if chart == self.chart:
            return
        self.chart = chart
        self._title.setText(chart.title.upper())
        self._note.setText(chart.note)
        self._note.setVisible(bool(chart.note))
        self._legend.setText(_legend(chart))
        self._legend.setVisible(len(chart.legend) > 1)
        self.setAccessibleName(chart.title)
        self.setAccessibleDescription(chart.description)
        self.menu_button.setAccessibleName(f"Save or copy the chart {chart.title}")
        if _LOADER.is_ready:
            self._draw()
        else:
            _LOADER.ready.connect(self._draw, Qt.ConnectionType.UniqueConnection)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card; with the first chart on screen begins the loading of what draws it."""
        super().paintEvent(event)
        if self.chart is not None:
            QTimer.singleShot(0, _LOADER.load)  # once all that is to be painted with it has been

    @property
    def is_stale(self) -> bool:
        """Whether it looks old."""
        return self._fade.isEnabled()

    def show_stale(self, is_stale: bool) -> None:
        """Dim the chart while what it shows is of an earlier design."""
        self._fade.setEnabled(is_stale)

    def follow_theme(self) -> None:
        """Draw in the colours of the present look."""
        if self.chart is not None:
            self._legend.setText(_legend(self.chart))
        if self.plot is not None:
            self._draw()

    def _draw(self) -> None:
        if self.chart is None:
            return
        if self.chart.is_empty:
            self.plot = None
            clear(self._room)
            self._room.addStretch(1)
            return
        from designer.ui.charts.plot import Plot

        self.plot = Plot(self.chart, self)
        self.plot.clicked_at.connect(self.clicked_at)
        self.plot.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        clear(self._room)
        self._room.addWidget(self.plot, 1)

    # Out -------------------------------------------------------------------------------------------------------------

    def menu(self) -> QMenu:
        """What can be done with the chart."""
        menu = QMenu(self)
        menu.addAction("Save as &SVG…", partial(self._save, ".svg", SVG_FILTER, lambda plot: plot.svg()))
        menu.addAction("Save as &PNG…", partial(self._save, ".png", PNG_FILTER, lambda plot: plot.png()))
        menu.addAction("&Copy figures as CSV", self.copy_csv)
        menu.addSeparator()
        menu.addAction("Show &all", lambda: self.plot.show_all() if self.plot is not None else None)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu, where the pointer is."""
        self._open_menu(event.globalPos())

    def _open_menu(self, at: QPoint) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def copy_csv(self) -> None:
        """Put the chart's figures on the clipboard."""
        if self.chart is not None:
            QGuiApplication.clipboard().setText(csv_text(self.chart))
            self.status_message.emit(f"Copied the figures of “{self.chart.title}” as CSV")

    def _save(self, ending: str, file_filter: str, data: Callable[[Plot], bytes]) -> None:
        if self.plot is None or self.chart is None:
            return
        name = "-".join(self.chart.title.lower().split()) + ending
        path = self._ask.path_to_save("Save the chart as", Path.home() / name, file_filter)
        if path is None:
            return
        target = path if path.suffix else path.with_suffix(ending)
        try:
            write_output(target, data(self.plot), (target.suffix.lower(),))
        except DesignerError as error:
            self._ask.tell("The chart was not saved", str(error))
            return
        self.status_message.emit(f"Wrote {target.name}")


def _legend(chart: Chart) -> str:
    """What the colours mean, as rich text."""
    words = (
        f'<span style="color:{colour_of(colour).name()}">■</span>&nbsp;{escape(label)}'
        for label, colour in chart.legend.items()
    )
    return " &nbsp; ".join(words)
