"""Cost tiles and bars: what the design costs in total, and where that goes. Changes nothing of a design."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QGraphicsOpacityEffect, QGridLayout, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from designer import wording
from designer.analysis.analysis import Analysis
from designer.analysis.figures.figure import Figure, Scope
from designer.analysis.figures.registry import figure, figures
from designer.analysis.measured import Latency, Measured
from designer.analysis.opaque import without_opaque
from designer.measurement.latency import BlockLatency, LatencyReport, ShownLatency
from designer.ui.look.theme import tokens
from designer.ui.panels.bars import Bar, Bars, kind_colour
from designer.ui.panels.cards import RADIUS, Card, NoteLines, TonedLabel, heading, quiet
from designer.ui.widgets.figure_choice import add_figures, changed_figures, is_shown

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
    """A tile for each figure of the design that is asked for, two in a row.

    ``shares`` is a panel of its own, which stands where nothing that is clicked is below.

    Signals: ``explain_asked`` with a Figure whose tile was pressed; ``figures_chosen`` with the keys of the figures
    that have a tile, or none, other than from the start.
    """

    explain_asked = Signal(object)
    figures_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles: dict[str, Tile] = {}
        self._analysed: tuple[Analysis | None, Analysis | None] = (None, None)
        self._timed: tuple[Analysis | None, ShownLatency | None, bool] = (None, None, False)
        self.state = TonedLabel("ok", "", self)
        self.state.setWordWrap(False)
        self.shares = SharesPanel()
        self.mac_bars, self.time_bars = self.shares.macs, self.shares.times
        header = QHBoxLayout()
        header.addWidget(heading("Cost", self))
        header.addStretch(1)
        header.addWidget(self.state)
        self._grid = QGridLayout()
        self._grid.setSpacing(self.fontMetrics().height() // 3)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(self.fontMetrics().height() // 2)
        layout.addLayout(header)
        layout.addLayout(self._grid)
        self.show_figures(())

    # Which figures have a tile ----------------------------------------------------------------------------------------

    def show_figures(self, changed: Collection[str]) -> None:
        """Have tiles of headline figures, but for those of these keys, where it is the other way round."""
        for tile in self.tiles.values():
            self._grid.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        shown = [each for each in figures(Scope.DESIGN) if is_shown(each, changed)]
        self.tiles = {each.key: self._tile(each) for each in shown}
        for index, tile in enumerate(self.tiles.values()):
            is_alone = index == len(self.tiles) - 1 and index % 2 == 0
            self._grid.addWidget(tile, index // 2, index % 2, 1, 2 if is_alone else 1)
        self._show_counted()
        self._show_measured()

    def _tile(self, each: Figure) -> Tile:
        tile = Tile(each.label, self, is_explained=not each.is_measured)
        tile.asked.connect(lambda: self.explain_asked.emit(each))
        return tile

    def add_figures(self, menu: QMenu) -> None:
        """Add which figures have a tile to a menu."""
        offered = {each.label: each for each in figures(Scope.DESIGN)}
        add_figures(menu, offered, lambda each: each.key in self.tiles, self._toggle)

    def _toggle(self, each: Figure) -> None:
        shown = [other for other in figures(Scope.DESIGN) if (other.key in self.tiles) != (other is each)]
        changed = changed_figures(figures(Scope.DESIGN), shown)
        self.show_figures(changed)
        self.figures_chosen.emit(changed)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Which figures have a tile, by right click or by the menu key on one."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.add_figures(menu)
        menu.popup(event.globalPos())

    # What they say ----------------------------------------------------------------------------------------------------

    def show_analysis(self, analysis: Analysis | None, kept: Analysis | None = None) -> None:
        """Show another design's figures; an incomplete sum says so.

        Args:
            analysis: Of what is on screen.
            kept: While an edit is only tried out: what it would change, shown as signed differences.
        """
        self._analysed = (analysis, kept)
        self._show_counted()
        types = analysis.by_layer_type if analysis is not None else ()
        by_type = [Share(each.key, each.title, each.cost.macs) for each in types if each.cost.macs]
        self.mac_bars.show_bars(_bars(by_type, wording.short))

    def _show_counted(self) -> None:
        analysis, kept = self._analysed
        for key, tile in self.tiles.items():
            each = figure(key)
            if each.is_measured:
                continue
            if analysis is None:
                tile.show_figure(wording.UNKNOWN, "")
                continue
            is_complete, value = analysis.totals.complete, each.of_design(analysis)
            rest = [] if is_complete else ["incomplete"]
            if each.adds_up:
                rest.append(without_opaque(analysis))
            note = " · ".join(filter(None, [each.note(analysis), *rest]))
            if kept is not None:
                before = each.of_design(kept)
                change = each.change(value, before) if value is not None and before is not None else ""
                note = " · ".join(filter(None, [change, "not kept"]))
            text = each.said(analysis) if is_complete or value is None else each.words(value)
            tile.show_figure(text, note, each.tip(analysis))

    def show_latency(
        self, analysis: Analysis | None, found: ShownLatency | None, is_current: bool, state: str, tone: str
    ) -> None:
        """Show a measurement, dimmed where it is not the present design's; and what the measuring is doing."""
        self.state.setText(state)
        self.state.set_tone(tone)
        self._timed = (analysis, found, is_current)
        self._show_measured()
        if found is None or analysis is None:
            self.time_bars.show_bars(())
            self.shares.sum.clear()
            return
        self.shares.sum.setText(found.overhead_sentence if isinstance(found, LatencyReport) else "")
        by_type = times_by_kind(analysis, found.node_ms)
        self.time_bars.show_bars(_bars(by_type, wording.milliseconds), not is_current)

    def _show_measured(self) -> None:
        analysis, found, is_current = self._timed
        for key, tile in self.tiles.items():
            each = figure(key)
            if not each.is_measured:
                continue
            if found is None or analysis is None:
                tile.show_figure(wording.UNKNOWN, "not measured", "Run ▸ Measure measures it now")
                continue
            value, spread, tip = _whole_words(found) if isinstance(found, LatencyReport) else _part_words(found)
            if key != "latency_s":
                latency = Latency(found.median_ms / 1000)
                value, spread = each.said(analysis, Measured(latency)), ""
            doubt = "noisy" if isinstance(found, LatencyReport) and found.warning else ""
            note = " · ".join(filter(None, [spread, f"{found.conditions.place}", doubt]))
            tile.show_figure(value, note, tip, not is_current)


def _whole_words(found: LatencyReport) -> tuple[str, str, str]:
    """Time, spread and tool tip of a design that was timed without looking inside."""
    rounds = wording.plural(found.rounds, "round")
    value, _, spread = wording.milliseconds(found.median_ms, found.low_ms, found.high_ms).partition(" ±")
    if found.rounds == 1:
        value, spread = wording.milliseconds(found.median_ms), rounds
    else:
        spread = f"±{spread}"
    tip = f"Median of {rounds}, {found.text}"
    return value, spread, "\n".join(filter(None, (tip, found.warning)))


def _part_words(found: BlockLatency) -> tuple[str, str, str]:
    """Time, spread and tool tip of a block, which was measured node by node in the whole design."""
    tip = f"Its nodes' times together, measured in the whole design; {found.text}"
    return wording.milliseconds(found.median_ms), "its nodes together", tip


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
