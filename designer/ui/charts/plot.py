"""A chart on screen, drawn by pyqtgraph; saves itself as SVG or PNG. Imported only where a chart is shown.

pyqtgraph brings NumPy with it, which takes a quarter of a second to load, so nothing that the start needs may import
this module; ``chart_view`` does it in a thread.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pyqtgraph
from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QPaintDevice, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QToolTip, QWidget

from designer.charts.chart import Axis, Chart, Line, Piece, Spot
from designer.ui.charts.colours import colour_of
from designer.ui.look.theme import tokens
from designer.ui.shell.plain_tips import plain_tip

_THICKNESS = 0.62
"""Of a bar, in rows."""
_REACH = 0.04
"""How far from a corner of a line, in shares of the chart, the pointer still means it."""


class _WordAxis(pyqtgraph.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """An axis whose ticks are written in our words."""

    def __init__(self, orientation: str, axis: Axis) -> None:
        super().__init__(orientation)
        self._axis = axis
        self.enableAutoSIPrefix(False)
        self.setLogMode(x=axis.is_log, y=axis.is_log)
        self.setLabel(axis.label)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """What stands at the ticks."""
        if self.logMode:
            return [self._axis.words(10.0**value) for value in values]
        return self._axis.ticks(values, spacing, max(abs(end) for end in self.range))


class _NameAxis(pyqtgraph.AxisItem):  # type: ignore[misc]
    """The left side of bars: a name for each."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__("left")
        self.setTicks([[(-float(row), name) for row, name in enumerate(names)]])


class Plot(pyqtgraph.PlotWidget):  # type: ignore[misc]
    """Draws one chart.

    Signals: ``clicked_at`` with a place, in the units of the axes.
    """

    clicked_at = Signal(float, float)

    def __init__(self, chart: Chart, parent: QWidget | None = None) -> None:
        self.chart = chart
        self._look = tokens()
        super().__init__(parent, background=self._look.ground, plotItem=pyqtgraph.PlotItem(axisItems=self._axes()))
        self._places: list[tuple[QRectF, str]] = []
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseEnabled(x=not chart.stacks, y=not chart.stacks)
        # The uppermost tick's word stands half above the axis.
        self.plotItem.layout.setContentsMargins(2, self.fontMetrics().height() // 2, self.fontMetrics().height(), 2)
        self.scene().sigMouseClicked.connect(self._clicked)
        self._draw()

    def _clicked(self, event: Any) -> None:
        at = self.plotItem.vb.mapSceneToView(event.scenePos())
        places = ((at.x(), self.chart.x), (at.y(), self.chart.y))
        self.clicked_at.emit(*(10.0**value if axis.is_log else value for value, axis in places))

    def _axes(self) -> dict[str, Any]:
        chart = self.chart
        left = _NameAxis([s.label for s in chart.stacks]) if chart.stacks else _WordAxis("left", chart.y)
        axes = {"bottom": _WordAxis("bottom", chart.x), "left": left}
        for axis in axes.values():
            axis.setPen(self._look.edge)
            axis.setTextPen(self._look.quiet)
            is_words = isinstance(axis, _NameAxis)
            axis.setStyle(
                autoExpandTextSpace=True, hideOverlappingLabels=not is_words, tickLength=0 if is_words else -4
            )
            axis.setTickDensity(0.6)
            if axis.logMode:
                axis.setStyle(maxTickLevel=0)  # decades; what lies between would stand in each other's way
        return axes

    def _draw(self) -> None:
        chart = self.chart
        if any(line.label for line in chart.lines):
            # Over a roof there is room below, over a timeline above.
            place = (-8, -8) if chart.x.is_log else (-8, 8)
            look = self._look
            self.addLegend(offset=place, labelTextColor=look.text, brush=look.ground, pen=look.edge)
        for line in chart.lines:
            self._draw_line(line)
        self._draw_spots(chart.spots)
        for row, stack in enumerate(chart.stacks):
            self._draw_stack(-float(row), stack.pieces)
        if chart.stacks:
            longest = max((sum(piece.value for piece in stack.pieces) for stack in chart.stacks), default=0.0) or 1.0
            self.setXRange(0, longest, padding=0.02)
            self.setYRange(-len(chart.stacks) + 0.5, 0.5, padding=0.02)
        elif chart.spots and not chart.lines and any(spot.label for spot in chart.spots):
            # A chart of points begins at nothing, so that twice as far is twice as much.
            for axis, values, span in (
                (chart.x, [spot.x for spot in chart.spots], self.setXRange),
                (chart.y, [spot.high or spot.y for spot in chart.spots], self.setYRange),
            ):
                if not axis.is_log:
                    span(0, max(values) * 1.15 or 1.0, padding=0)

    def _at(self, axis: Axis, value: float) -> float:
        return math.log10(value) if axis.is_log else value

    def _draw_line(self, line: Line) -> None:
        chart = self.chart
        points = [(x, y) for x, y in line.points if chart.x.shows(x) and chart.y.shows(y)]
        xs = [self._at(chart.x, x) for x, _ in points]
        ys = [self._at(chart.y, y) for _, y in points]
        style = Qt.PenStyle.DashLine if line.is_dashed else Qt.PenStyle.SolidLine
        pen = pyqtgraph.mkPen(colour_of(line.colour), width=2, style=style)
        if line.is_stepped:
            # A step needs one x more than values: the end of the last one.
            self.plot(xs, ys[:-1], pen=pen, name=line.label or None, stepMode="center")
        else:
            self.plot(xs, ys, pen=pen, name=line.label or None)

    def _draw_spots(self, spots: Sequence[Spot]) -> None:
        chart = self.chart
        shown = [spot for spot in spots if chart.x.shows(spot.x) and chart.y.shows(spot.y)]
        if not shown:
            return
        # Spots without a name are many, and small so that they can be told apart.
        has_names = any(spot.label for spot in shown)
        size = self.fontMetrics().height() * (1.15 if has_names else 0.55)
        for spot in shown:
            if spot.low is not None and spot.high is not None and chart.y.shows(spot.low):
                x = self._at(chart.x, spot.x)
                ends = [self._at(chart.y, spot.low), self._at(chart.y, spot.high)]
                self.plot([x, x], ends, pen=pyqtgraph.mkPen(colour_of(spot.colour), width=2))
        self.addItem(
            pyqtgraph.ScatterPlotItem(
                [self._at(chart.x, spot.x) for spot in shown],
                [self._at(chart.y, spot.y) for spot in shown],
                size=size,
                brush=[pyqtgraph.mkBrush(colour_of(spot.colour)) for spot in shown],
                pen=[
                    pyqtgraph.mkPen(
                        self._look.text if spot.is_marked else colour_of(spot.colour), width=2 if has_names else 1
                    )
                    for spot in shown
                ],
            )
        )
        for spot in shown if has_names else ():
            # One letter stands in its spot, a longer name above it.
            is_letter = len(spot.label) == 1
            colour = self._look.ground if is_letter else self._look.text
            text = pyqtgraph.TextItem(spot.label, color=colour, anchor=(0.5, 0.5) if is_letter else (0.5, 1.35))
            text.setPos(self._at(chart.x, spot.x), self._at(chart.y, spot.y))
            self.addItem(text)

    def _draw_stack(self, row: float, pieces: Sequence[Piece]) -> None:
        left = 0.0
        for piece in pieces:
            self.addItem(
                pyqtgraph.BarGraphItem(
                    x0=left,
                    width=piece.value,
                    y=row,
                    height=_THICKNESS,
                    brush=colour_of(piece.colour),
                    pen=pyqtgraph.mkPen(self._look.ground),
                )
            )
            self._places.append(
                (
                    QRectF(left, row - _THICKNESS / 2, piece.value, _THICKNESS),
                    f"{piece.label}: {self.chart.x.words(piece.value)}",
                )
            )
            left += piece.value

    # What stands where -----------------------------------------------------------------------------------------------

    def text_at(self, pixel: QPointF) -> str:
        """What the part under a point of the widget is, or an empty text."""
        at = self.plotItem.vb.mapSceneToView(self.mapToScene(pixel.toPoint()))
        for place, text in self._places:
            if place.contains(at):
                return text
        return self._nearest(at)

    def _nearest(self, at: QPointF) -> str:
        (left, right), (low, high) = self.plotItem.vb.viewRange()
        chart = self.chart
        found: list[tuple[float, str]] = []

        def note(x: float, y: float, text: str) -> None:
            if chart.x.shows(x) and chart.y.shows(y):
                across = (self._at(chart.x, x) - at.x()) / (right - left)
                along = (self._at(chart.y, y) - at.y()) / (high - low)
                found.append((math.hypot(across, along), text))

        for spot in chart.spots:
            note(spot.x, spot.y, spot.note or f"{spot.label}: {chart.x.words(spot.x)}, {chart.y.words(spot.y)}")
        for line in chart.lines:
            for (x, y), words in zip(line.points, line.notes, strict=False):
                note(x, y, words)
        distance, text = min(found, default=(math.inf, ""))
        return text if distance < _REACH else ""

    def viewportEvent(self, event: QEvent) -> bool:
        """Tell what is under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), plain_tip(self.text_at(QPointF(event.pos()))), self)
            return True
        return bool(super().viewportEvent(event))

    # Out -------------------------------------------------------------------------------------------------------------

    def show_all(self) -> None:
        """Everything in sight again."""
        self.plotItem.autoRange()

    def svg(self) -> bytes:
        """The chart as an SVG file, its words as text."""
        # The library's own exporter stumbles over the words at the ticks of current Qt.
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setTitle(self.chart.title)
        generator.setDescription(self.chart.description)
        generator.setSize(self.size())
        generator.setViewBox(self.rect())
        self._paint_to(generator)
        return bytes(data.data())

    def png(self) -> bytes:
        """The chart as a PNG file, twice as many pixels as on screen."""
        image = QImage(self.size() * 2, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(2.0)
        image.fill(self._look.ground)
        self._paint_to(image)
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")  # type: ignore[call-overload]  # Qt's stubs want the format as bytes
        return bytes(data.data())

    def _paint_to(self, device: QPaintDevice) -> None:
        painter = QPainter(device)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._look.ground)
        self.render(painter, QRectF(self.rect()), self.rect())
        painter.end()
