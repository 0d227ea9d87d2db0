"""Where a guess is made: a slider and a number that follow each other, and a button that commits it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSlider, QVBoxLayout, QWidget

from designer.graph.parameter import Ratio
from designer.lessons.lesson import GuessScale
from designer.ui.widgets.fields import NumberField


class GuessRow(QWidget):
    """A guess on a scale.

    Signals: ``committed`` with it.
    """

    committed = Signal(float)

    def __init__(self, scale: GuessScale, unit: str, commit: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale = scale
        self.value = scale.low
        parameter = Ratio("guess", scale.low, "What you expect.", unit, low=scale.low, high=scale.high)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, round((scale.high - scale.low) / scale.step))
        self.slider.setAccessibleName(f"Guess, from {scale.low:g} to {scale.high:g} {unit}".strip())
        self.number = NumberField(parameter, self)
        self.commit = QPushButton(commit, self)
        self.commit.setToolTip("After this the guess stands, and the truth is computed or measured")
        row = QHBoxLayout()
        row.addWidget(self.slider, 2)
        row.addWidget(self.number, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.commit)
        self.slider.valueChanged.connect(self._slid)
        self.number.edited.connect(self._typed)
        self.commit.clicked.connect(self._commit)
        middle = self.slider.maximum() // 2
        self.slider.setValue(middle)
        self._slid(middle)

    def set_committed(self, is_committed: bool) -> None:
        """Let the guess stand, or be made anew."""
        for widget in (self.slider, self.number, self.commit):
            widget.setEnabled(not is_committed)

    def show_guess(self, value: float) -> None:
        """Show a guess that was made."""
        self.number.show_value(value)
        self._typed(value)

    def _slid(self, step: int) -> None:
        self.value = self._scale.low + step * self._scale.step
        self.number.show_value(self.value)

    def _typed(self, value: float) -> None:
        self.value = float(value)
        self.slider.blockSignals(True)
        self.slider.setValue(round((self.value - self._scale.low) / self._scale.step))
        self.slider.blockSignals(False)

    def _commit(self) -> None:
        if not self.number.complaint:
            self.committed.emit(self.value)
