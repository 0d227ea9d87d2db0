"""Cost tiles and bars: what the design costs in total, and where that goes. Reads only; changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QGraphicsOpacityEffect, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from designer import wording
from designer.analysis.analysis import Analysis, Totals
from designer.analysis.figures import Figure
from designer.measurement.latency import BlockLatency, LatencyReport, ShownLatency
from designer.ui.look.theme import tokens
from designer.ui.panels.bars import Bar, Bars, kind_colour
from designer.ui.panels.cards import RADIUS, Card, NoteLines, TonedLabel, heading, quiet

SHOWN_AT_MOST = 6
_NOTE_LINES = 2
"""What a tile's note takes, whether it fills it or not: fields stand below the tiles."""
_SUM_LINES = 4
"""What a sentence on the sum of the bars takes."""
STALE_OPACITY = 0.45


class Share(NamedTuple):
    """What one type of layer takes."""

    key: str
    title: str
    value: float


class Tile(Card):
    """One figure: its name, the figure large, and a note; a press or Enter asks for its explanation.

    Signals: ``asked`` when it is pressed.
    """

    asked = Signal()

    def __init__(self, name: str, parent: QWidget | None = None, is_explained: bool = True) -> None:
        super().__init__("", parent)
        if is_explained:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._is_explained = is_explained
        self._name = name
        self._title = quiet(name, self)
        self.value = QLabel(wording.UNKNOWN, self)
        font = self.value.font()
        font.setPointSizeF(font.pointSizeF() * 1.45)
        font.setWeight(QFont.Weight.DemiBold)
        self.value.setFont(font)
        self.value.setForegroundRole(QPalette.ColorRole.Text)
        self.note = NoteLines(_NOTE_LINES, 0.8, self)
        for label in (self._title, self.value, self.note):
            self.column.addWidget(label)
        self.column.addStretch(1)
        self._fade = QGraphicsOpacityEffect(self)
        self._fade.setEnabled(False)
        self._fade.setOpacity(STALE_OPACITY)
        self.setGraphicsEffect(self._fade)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A press asks where the figure comes from."""
        super().mouseReleaseEvent(event)
        if self._is_explained and event.button() == Qt.MouseButton.LeftButton:
            self.asked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """So do Enter and Space."""
        if self._is_explained and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.asked.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box, and the accent's frame where it has the keyboard."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(tokens().accent, 2.0))
            painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), RADIUS, RADIUS)

    @property
    def is_stale(self) -> bool:
        """Whether it looks old."""
        return self._fade.isEnabled()

    def show_figure(self, value: str, note: str, tip: str = "", is_stale: bool = False) -> None:
        """Show a figure, dimmed where it is not the present design's."""
        self.value.setText(value)
        self.note.setText(note)
        self.setToolTip(tip)
        self._fade.setEnabled(is_stale)
        old = ", of an earlier state" if is_stale else ""
        self.setAccessibleName(f"{self._name}: {value} {note}{old}")


class SharesPanel(QWidget):
    """Where it goes: bars of MACs and of measured time by kind of layer; as tall without a measurement as with one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.macs = Bars("Where the MACs go", SHOWN_AT_MOST, self)
        self.times = Bars("Where the measured time goes", SHOWN_AT_MOST, self)
        self.sum = NoteLines(_SUM_LINES, 0.88, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        gap = self.fontMetrics().height() // 2
        layout.setSpacing(gap)
        layout.addWidget(heading("Where it goes — MACs", self))
        layout.addWidget(self.macs)
        layout.addSpacing(gap // 2)
        layout.addWidget(heading("Where it goes — measured time", self))
        layout.addWidget(self.times)
        layout.addWidget(self.sum)


class CostsPanel(QWidget):
    """Four tiles of the totals; ``shares`` is a panel of its own, which stands where nothing that is clicked is below.

    Signals: ``explain_asked`` with a Figure whose tile was pressed.
    """

    explain_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameters = Tile("Parameters", self)
        self.macs = Tile("MACs", self)
        self.memory = Tile("Peak memory", self)
        self.latency = Tile("Latency", self, is_explained=False)
        for tile, figure in (
            (self.parameters, Figure.PARAMETERS),
            (self.macs, Figure.MACS),
            (self.memory, Figure.PEAK_MEMORY),
        ):
            tile.asked.connect(lambda figure=figure: self.explain_asked.emit(figure))
        self.state = TonedLabel("ok", "", self)
        self.state.setWordWrap(False)
        self.shares = SharesPanel()
        self.mac_bars, self.time_bars = self.shares.macs, self.shares.times
        header = QHBoxLayout()
        header.addWidget(heading("Cost", self))
        header.addStretch(1)
        header.addWidget(self.state)
        grid = QGridLayout()
        grid.setSpacing(self.fontMetrics().height() // 3)
        for index, tile in enumerate((self.parameters, self.macs, self.memory, self.latency)):
            grid.addWidget(tile, index // 2, index % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(self.fontMetrics().height() // 2)
        layout.addLayout(header)
        layout.addLayout(grid)

    def show_analysis(self, analysis: Analysis | None, kept: Totals | None = None) -> None:
        """Show another design's totals; an incomplete sum says so.

        Args:
            analysis: Of what is on screen.
            kept: While an edit is only tried out: the totals it would change, shown as signed differences.
        """
        if analysis is None:
            for tile in (self.parameters, self.macs, self.memory):
                tile.show_figure(wording.UNKNOWN, "")
            self.mac_bars.show_bars(())
            return
        totals = analysis.totals
        rest = "" if totals.complete else " · incomplete"
        weighted = sum(kind.count for kind in analysis.by_layer_type if kind.cost.parameters)
        layers = wording.plural(weighted, "weighted layer")
        self.parameters.show_figure(
            wording.count(totals.parameters), layers + rest, f"{wording.memory(totals.weight_bytes)} of weights"
        )
        self.macs.show_figure(
            wording.short(totals.macs),
            f"FLOPs {wording.short(totals.flops)}{rest}",
            f"{wording.count(totals.macs)} multiply-accumulates\n{wording.count(totals.flops)} FLOPs "
            f"= 2 × MACs + {wording.count(totals.elementwise)} element-wise operations",
        )
        peak = totals.peak_activation_bytes
        self.memory.show_figure(
            wording.memory(peak),
            f"activations, batch 1{rest}",
            f"{wording.count(peak)} bytes of activations alive at once",
        )
        if kept is not None:
            self._show_differences(totals, kept)
        by_kind = [Share(kind.key, kind.title, kind.cost.macs) for kind in analysis.by_layer_type if kind.cost.macs]
        self.mac_bars.show_bars(_bars(by_kind, wording.short))

    def _show_differences(self, totals: Totals, kept: Totals) -> None:
        """What an edit that is tried out would change."""
        for tile, value, before, word in (
            (self.parameters, totals.parameters, kept.parameters, wording.count),
            (self.macs, totals.macs, kept.macs, wording.short),
            (self.memory, totals.peak_activation_bytes, kept.peak_activation_bytes, wording.memory),
        ):
            change = wording.signed(value - before, word) if value != before else "no change"
            share = f" {wording.ratio(value / before)}" if before and value != before else ""
            tile.show_figure(tile.value.text(), f"{change}{share} · not kept", tile.toolTip())

    def show_latency(
        self, analysis: Analysis | None, figure: ShownLatency | None, is_current: bool, state: str, tone: str
    ) -> None:
        """Show a measurement, dimmed where it is not the present design's; and what the measuring is doing."""
        self.state.setText(state)
        self.state.set_tone(tone)
        if figure is None or analysis is None:
            self.latency.show_figure(wording.UNKNOWN, "not measured", "Run ▸ Measure measures it now")
            self.time_bars.show_bars(())
            self.shares.sum.clear()
            return
        if isinstance(figure, BlockLatency):
            self._show_part(figure, is_current)
        else:
            self._show_whole(figure, is_current)
        by_kind = times_by_kind(analysis, figure.node_ms)
        self.time_bars.show_bars(_bars(by_kind, wording.milliseconds), not is_current)

    def _show_whole(self, figure: LatencyReport, is_current: bool) -> None:
        """The time of the design, timed without looking inside, and how the bars below stand to it."""
        rounds = wording.plural(figure.rounds, "round")
        value, _, spread = wording.milliseconds(figure.median_ms, figure.low_ms, figure.high_ms).partition(" ±")
        if figure.rounds == 1:
            value, spread = wording.milliseconds(figure.median_ms), rounds
        else:
            spread = f"±{spread}"
        tip = f"Median of {rounds}, {figure.text}"
        doubt = " · noisy" if figure.warning else ""
        note = f"{spread} · {figure.conditions.place}{doubt}"
        self.latency.show_figure(value, note, "\n".join(filter(None, (tip, figure.warning))), not is_current)
        self.shares.sum.setText(figure.overhead_sentence)

    def _show_part(self, figure: BlockLatency, is_current: bool) -> None:
        """A block's time was measured node by node, in the whole design."""
        tip = f"Its nodes' times together, measured in the whole design; {figure.text}"
        note = f"its nodes together · {figure.conditions.place}"
        self.latency.show_figure(wording.milliseconds(figure.median_ms), note, tip, not is_current)
        self.shares.sum.setText("")


def times_by_kind(analysis: Analysis, node_ms: Mapping[str, float]) -> list[Share]:
    """Measured times added up by type of layer, through blocks, longest first; ``a.b`` is ``b`` in the block ``a``."""
    sums: dict[str, Share] = {}
    for path, node, _report in analysis.primitives():
        ms = node_ms.get(".".join(path), 0.0)
        before = sums.get(node.layer.key, Share(node.layer.key, node.layer.title, 0.0))
        sums[node.layer.key] = before._replace(value=before.value + ms)
    return sorted((share for share in sums.values() if share.value), key=lambda share: -share.value)


def _bars(shares: Sequence[Share], word: Callable[[float], str]) -> list[Bar]:
    bars = [Bar(share.title, share.value, word(share.value), kind_colour(share.key)) for share in shares]
    if len(bars) <= SHOWN_AT_MOST:
        return bars
    rest = sum(bar.value for bar in bars[SHOWN_AT_MOST - 1 :])
    return [*bars[: SHOWN_AT_MOST - 1], Bar("others", rest, word(rest), tokens().template)]
