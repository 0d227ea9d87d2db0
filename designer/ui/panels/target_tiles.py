"""Tiles that say whether the design fits each target that was chosen. Changes nothing of a design."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.analysis.analysis import Analysis
from designer.targets.profile import Profile
from designer.targets.verdict import Fits, verdict_of
from designer.ui.panels.cards import clear, heading
from designer.ui.panels.costs import Tile

_MARKS = {Fits.YES: "✓", Fits.NO: "✗", Fits.UNKNOWN: "?"}


class TargetTiles(QWidget):
    """A tile for each target, one below the other; nothing where no target was chosen.

    Signals: ``map_asked`` with the Profile whose tile was pressed.
    """

    map_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles: dict[str, Tile] = {}
        self._profiles: tuple[Profile, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(self.fontMetrics().height() // 3)
        self.hide()

    def show_targets(self, profiles: Sequence[Profile]) -> None:
        """Have a tile for each of these targets."""
        if tuple(profiles) == self._profiles:
            return
        self._profiles = tuple(profiles)
        clear(self._column)
        self.tiles = {}
        if profiles:
            self._column.addWidget(heading("Targets", self))
        for profile in profiles:
            tile = Tile(profile.name, self)
            tile.asked.connect(lambda which=profile: self.map_asked.emit(which))
            self.tiles[profile.key] = tile
            self._column.addWidget(tile)
        self.setVisible(bool(profiles))

    def show_analysis(self, analysis: Analysis | None) -> None:
        """Show the verdicts on a design; nothing is known of one that cannot run."""
        for profile in self._profiles:
            tile = self.tiles[profile.key]
            if analysis is None or not analysis.is_valid:
                tile.show_figure("–", "not before the design can run")
                continue
            verdict = verdict_of(analysis, profile)
            tip = "\n".join((*verdict.lines(), "A press shows where each tensor lies in memory."))
            tile.show_figure(f"{_MARKS[verdict.fits]} {verdict.short}", verdict.note, tip)
